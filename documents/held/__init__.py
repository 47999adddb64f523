"""What is held about one person, as that person reads it."""
