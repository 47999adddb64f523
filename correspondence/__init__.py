"""Letters written from what the stores hold: their facts, their words, and their keeping."""
