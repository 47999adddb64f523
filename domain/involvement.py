"""Who has which part in a case as it stands, so that cases can be found by their people."""

from enum import StrEnum

from domain.acting import PersonId
from domain.case import Case


class Involvement(StrEnum):
    """A part that somebody has in a case now."""

    RESPONDENT = "respondent"
    FAMILY = "family"
    ADVOCATE = "advocate"
    RAISED_BY = "raised_by"
    NAMED = "named"
    CONFLICT = (
        "conflict"  # they declared one, or raised it for a family whose advocate they are no longer
    )
    OWNER = "owner"
    PANEL = "panel"


PARTIES = frozenset(
    {
        Involvement.RESPONDENT,
        Involvement.FAMILY,
        Involvement.ADVOCATE,
        Involvement.RAISED_BY,
    }
)
"""The parts of the people whose case it is (`Case.parties`)."""
CONCERNED = PARTIES | {Involvement.NAMED}
"""The parts by which a person's cases are found."""
KEPT_FROM_DECIDING = CONCERNED | {Involvement.CONFLICT}
"""The parts of those who may not decide (`Case.involved`)."""


def involvements(case: Case) -> frozenset[tuple[PersonId, Involvement]]:
    """Everybody with a part in the case, once for each part."""
    single = {
        Involvement.RESPONDENT: case.respondent,
        Involvement.FAMILY: case.family,
        Involvement.ADVOCATE: case.advocate,
        Involvement.RAISED_BY: None if case.raiser_let_go else case.raised_by,
        Involvement.OWNER: case.owner,
    }
    several = {
        Involvement.NAMED: case.named,
        Involvement.CONFLICT: (*case.conflicts, *_let_go(case)),
        Involvement.PANEL: case.panel,
    }
    return frozenset(
        {(person, part) for part, person in single.items() if person}
        | {(person, part) for part, people in several.items() for person in people}
    )


def _let_go(case: Case) -> tuple[PersonId, ...]:
    return (case.raised_by,) if case.raiser_let_go else ()
