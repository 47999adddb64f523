"""A letter's stored words as somebody reads them."""

from documents.letter_forms import as_plain
from domain.letters import LetterText

LETTER = "letter"  # the kind of text that a letter's words are kept as


def as_read(stored: str) -> str:
    """The letter as plain text, from the form in which its words are kept."""
    return as_plain(LetterText.model_validate_json(stored))
