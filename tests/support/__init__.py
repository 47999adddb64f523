"""What the tests lean on: real servers on the loopback, each ended by its process id."""
