"""Durable workflows: they decide with the domain's functions, and act through typed ports."""
