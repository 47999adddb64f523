"""The command line, through the gateway."""
