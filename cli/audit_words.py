"""What a verification found, in words and as facts."""

from collections.abc import Iterator
from typing import Any

from domain.views import VIEWS
from storage.evidence import Evidence
from storage.verification import Verification

CASES_NAMED = 50
WHAT_A_CHAIN_CANNOT_SHOW = (
    "Whether somebody with the whole database and the keys in their hands rewrote everything can "
    "be told only by a checkpoint kept elsewhere: `evenhand audit verify --checkpoint FILE`."
)


def facts_of(found: Verification) -> dict[str, Any]:
    """What was found, as a program reads it."""
    held = found.held
    return {
        "verified": found.holds,
        "cases": found.cases,
        "events": found.events,
        "covered": found.covered,
        "proved_earlier": found.earlier,
        "faults": [{"school": one.school, **one.fault._asdict()} for one in found.faults],
        "schools": [
            {
                "school": one.school,
                "ledger": one.entries,
                "checkpoints": one.checkpoints,
                "proved_checkpoint": one.proved.checkpoint.number if one.proved else None,
                "problem": one.problem,
            }
            for one in found.evidence
        ],
        "held": held
        and {
            "checkpoint": held.checkpoint.checkpoint.number,
            "holds": held.holds,
            "sentence": held.sentence,
        },
        "read_logs": [one._asdict() for one in found.read_logs],
        "notices": list(found.notices),
    }


def sentences_of(found: Verification, *, one_case: bool) -> Iterator[str]:
    """What was found, as people read it."""
    yield from found.notices
    if not found.events and found.holds:
        yield "There is nothing on the record yet."
        return
    covered = f"{many(found.events, 'event')} of {many(found.cases, 'case')}"
    if found.holds:
        yield f"The record is whole: {covered}, each matching its hash and the one before."
    elif found.faults:
        yield f"The record does NOT hold. Looked at {covered}; the first fault in each case:"
        for where, fault in found.faults[:CASES_NAMED]:
            place = f"{fault.reference} ({where}), event {fault.sequence}"
            if fault.reference == VIEWS:
                place = f"the read log ({where}), view {fault.sequence}"
            yield f"  {place}: {fault.problem}"
        if len(found.faults) > CASES_NAMED:
            yield f"  and {len(found.faults) - CASES_NAMED} more (--json names them all)"
    else:
        yield f"The record does NOT hold, although {covered} match their hashes."
    if found.earlier:
        yield (
            f"{many(found.earlier, 'event')} of these were proved by the verification that this "
            "one went on with, and not read again."
        )
    if one_case:
        yield "This was one case. `evenhand audit verify` holds everything against the checkpoints."
        return
    for one in found.evidence:
        yield from _evidence(one)
    touched = {where for where, fault in found.faults if fault.reference == VIEWS}
    for log in found.read_logs:
        if log.school not in touched:
            yield (
                f"The read log of {log.school} is whole: {many(log.views, 'look')}, of which "
                f"{log.unsealed} wait for the next checkpoint to seal them."
            )
    if found.held is not None:
        yield found.held.sentence
    else:
        yield WHAT_A_CHAIN_CANNOT_SHOW


def _evidence(one: Evidence) -> Iterator[str]:
    if one.proved is not None:
        checkpoint = one.proved.checkpoint
        which = (
            "Checkpoint 1" if checkpoint.number == 1 else f"Checkpoints 1 to {checkpoint.number}"
        )
        verb = "holds" if checkpoint.number == 1 else "hold"
        yield (
            f"{which} of {one.school} {verb}, up to {checkpoint.made_at:%Y-%m-%d %H:%M} UTC and "
            f"{many(checkpoint.size, 'event')}."
        )
    elif one.problem is None:
        yield f"There is no checkpoint of {one.school} yet."
    if one.problem is not None:
        yield f"NOT beyond that, at {one.school}: {one.problem}."


def many(count: int, what: str) -> str:
    """How many there are: 1 case, 5 cases."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
