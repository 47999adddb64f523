"""The one door from people to Temporal and to the read side."""
