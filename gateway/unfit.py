"""The error for a file that is not taken."""


class Unfit(Exception):
    """A file is not taken; the message is a sentence that says why, without its name."""
