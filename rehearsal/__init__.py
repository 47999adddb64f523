"""Rehearsal: a story played through the real workflow, before a school adopts a code."""
