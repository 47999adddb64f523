"""Documents that people read: typeset to PDF, or written as pages and tables."""
