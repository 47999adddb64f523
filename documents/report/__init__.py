"""The termly report as a page, a tagged PDF, and tables."""
