"""The record: append-only events, their projections, people and texts under keys, and files."""
