"""The tables of a termly report, and the words in them."""

from enum import StrEnum

from domain.policy import Frozen
from domain.vocabulary import DutyKind, Track


class Mark(StrEnum):
    """What stands in a cell in place of a number (the UK statistics' own shorthand)."""

    WITHHELD = "[c]"
    NOT_APPLICABLE = "[z]"


class Row(Frozen):
    """One row of a table."""

    label: str
    cells: tuple[int | float | Mark, ...]
    total: bool = False


class ReportTable(Frozen):
    """A table with a heading; `says` is a sentence or two on how to read it."""

    id: str
    title: str
    says: str
    row_heading: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


class KeyFigure(Frozen):
    """One line of the summary."""

    label: str
    value: int | float | Mark


TRACKS = {
    Track.PARENT_CONDUCT: "Parent conduct",
    Track.ADVOCATE_CONDUCT: "Advocate conduct",
    Track.SCHOOL_CONCERN: "Concern about the school",
    Track.SERVICE_CONCERN: "Concern about the service",
}
DUTIES = {
    DutyKind.ACKNOWLEDGE: "Acknowledge the concern",
    DutyKind.SHARE_CODE_WITH_PARENT: "Share the code with the parent",
    DutyKind.SHARE_CODE_WITH_ADVOCATE: "Share the code with the advocate",
    DutyKind.ASK_TO_SIGN: "Ask for the code to be signed",
    DutyKind.SIGNPOST: "Tell the family of SENDIASS",
    DutyKind.SHARE_INFORMATION: "Share information",
    DutyKind.RECORD_MEETING: "Record a meeting",
    DutyKind.RESCHEDULE: "Offer another date",
    DutyKind.RESPOND: "Respond",
}


def spoken(word: str) -> str:
    """A word of the vocabulary as it stands at the head of a row."""
    return word.replace("_", " ").capitalize()
