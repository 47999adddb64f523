"""The letters that steps may name: which there are, and what each must hold."""

from enum import StrEnum
from pathlib import Path

from domain.policy import Frozen, Identifier, Words
from storage.policy_reading import read_model

INDEX = Path(__file__).resolve().parent.parent / "letters" / "index.yaml"


class LetterPart(StrEnum):
    """What a letter must hold before it can be sent."""

    REASON = "reason"
    DURATION = "duration"
    REVIEW = "review"
    ROUTE_TO_ANSWER = "route_to_answer"
    RIGHT_TO_COMPLAIN = "right_to_complain"
    SENDIASS = "sendiass"  # where the code signposts families to it


class Letter(Frozen):
    """A letter that a step sends, and the parts that it can't be sent without."""

    id: Identifier
    title: Words
    parts: tuple[LetterPart, ...]


class _Index(Frozen):
    letters: tuple[Letter, ...]


def load_letters(path: Path = INDEX) -> dict[str, Letter]:
    """Each letter in the index, by its id. Raises PolicyFileError with all that is wrong."""
    index, _ = read_model(path, _Index)
    return {letter.id: letter for letter in index.letters}
