"""What a verification found, in plain words for a governor: what is proved, and what is not."""

from collections.abc import Iterator
from typing import NamedTuple

from domain.audit import Fault
from domain.calendar import SchoolCalendar
from domain.register import REGISTER
from domain.views import VIEWS
from gateway.wording import moment
from storage.evidence import Evidence
from storage.verification import Verification
from web.words import counted

FAULTS_SHOWN = 50
_DATABASE_AND_KEYS = (
    "Whether somebody who held the whole database and the school's keys wrote everything anew. "
    "Only a checkpoint that you keep yourself can show that: hold one against the record."
)


class FaultLine(NamedTuple):
    """A fault: where it is, at which event or look, and what is wrong."""

    where: str
    place: str
    problem: str


class Said(NamedTuple):
    """What to say of a verification. `held` is of the checkpoint that was held against it."""

    holds: bool
    heading: str
    lead: str
    held: str | None
    held_holds: bool
    proved: list[str]
    not_proved: list[str]
    faults: list[FaultLine]
    more: int


def said(found: Verification, calendar: SchoolCalendar) -> Said:
    """A verification of one school's record, in words."""
    empty = not found.events and found.holds
    if empty:
        heading, lead = "There is nothing on the record yet", "So there is nothing to verify."
    elif found.holds:
        heading, lead = "The record is whole", "Nothing was found that does not hold."
    else:
        heading, lead = "The record does not hold", _lead(found)
    return Said(
        holds=found.holds,
        heading=heading,
        lead=lead,
        held=_held(found),
        held_holds=found.held is not None and found.held.holds,
        proved=[] if empty else list(_proved(found, calendar)),
        not_proved=[] if empty else list(_not_proved(found, calendar)),
        faults=[_line(one.fault) for one in found.faults[:FAULTS_SHOWN]],
        more=max(0, len(found.faults) - FAULTS_SHOWN),
    )


def _lead(found: Verification) -> str:
    if found.faults:
        many = len(found.faults)
        return (
            "Something on it was changed, removed or slipped in after it was recorded, or its "
            f"date lies: in {counted(many, 'place')}."
        )
    if found.held is not None and not found.held.holds:
        return "It is not what it was when the checkpoint that you hold was made."
    return "Its events follow each other, but not what the school signed for them."


def _held(found: Verification) -> str | None:
    """What to say of the checkpoint that was held against the record."""
    if found.held is None or not found.held.holds or not found.faults:
        return found.held.sentence if found.held else None
    # It was held against the ledger, which may be whole where an event under it is not.
    return (
        f"Checkpoint {found.held.checkpoint.checkpoint.number} as you hold it matches the ledger, "
        "which lists the hash of every event. The places below do not hold all the same: what "
        "stands there now can't be relied on."
    )


def _proved(found: Verification, calendar: SchoolCalendar) -> Iterator[str]:
    covered = f"{counted(found.events, 'event')} of {counted(found.cases, 'case')}"
    if found.faults:
        yield (
            f"{covered} were looked at. Apart from the places above, each is as it was written, "
            "and follows the one before it."
        )
    else:
        yield f"{covered}: each is as it was written, and follows the one before it."
    for one in found.evidence:
        if one.proved is not None:
            yield _signed(one, calendar, "ledger" if found.faults else "record")
    touched = any(one.fault.reference == VIEWS for one in found.faults)
    for log in found.read_logs:
        if not touched:
            yield f"Who looked at what: {counted(log.views, 'look')}, none changed or removed."
    if found.earlier:
        yield (
            f"{counted(found.earlier, 'event')} of these were proved by the verification that "
            "this one went on with, and not read again."
        )
    yield from found.notices


def _signed(one: Evidence, calendar: SchoolCalendar, what: str) -> str:
    assert one.proved is not None
    newest = one.proved.checkpoint
    which = "Checkpoint 1 holds" if newest.number == 1 else f"Checkpoints 1 to {newest.number} hold"
    return (
        f"{which}: the {what} still leads to what was signed, up to "
        f"{moment(calendar, newest.made_at)} and {counted(newest.size, 'event')}."
    )


def _not_proved(found: Verification, calendar: SchoolCalendar) -> Iterator[str]:
    for one in found.evidence:
        if one.problem is not None:
            beyond = (
                f"Anything beyond checkpoint {one.proved.checkpoint.number}"
                if one.proved
                else ("Anything that a checkpoint should prove")
            )
            yield f"{beyond}: {one.problem}."
    signed = max((one.proved.checkpoint.size for one in found.evidence if one.proved), default=0)
    later = found.events - signed
    if signed and later > 0 and found.holds:
        yield (
            f"{counted(later, 'event')} came after the newest checkpoint. Each is held by the "
            "chain of its case alone, until tonight's checkpoint covers it."
        )
    elif not signed and found.holds:
        yield "There is no checkpoint yet: what is here is held by the chains of its cases alone."
    unsealed = sum(log.unsealed for log in found.read_logs)
    if unsealed:
        yield f"{counted(unsealed, 'look')} wait for the next checkpoint to seal them."
    yield "That what was written was true when it was written. No record can show that."
    if found.held is None:
        yield _DATABASE_AND_KEYS


def _line(fault: Fault) -> FaultLine:
    reference, sequence, problem = fault
    if reference == VIEWS:
        return FaultLine("The list of who looked", f"look {sequence}", problem)
    where = "The school's register" if reference == REGISTER else f"Case {reference}"
    return FaultLine(where, f"event {sequence}", problem)
