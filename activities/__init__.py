"""What workflows have done in the world: thin classes that take their dependencies."""
