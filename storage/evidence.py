"""A school's checkpoints held against its ledger: signed, in one line, and of this very tree."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from domain.checkpoint import (
    CheckpointError,
    PublicKey,
    SignedCheckpoint,
    read,
    verify,
)
from domain.register import REGISTER, AuditKeyAdopted
from storage.audit_keys import keys_of
from storage.tables import CheckpointRow, EventRow
from storage.tree_walk import Part

_ADOPTED = AuditKeyAdopted.model_fields["type"].default


class Evidence(NamedTuple):
    """What a school's checkpoints prove.

    `proved` is the last checkpoint that holds, with all before it, and None where there is none;
    `entries` are the events in the ledger; `problem` says what does not hold first.
    """

    school: str
    entries: int
    checkpoints: int
    proved: SignedCheckpoint | None
    problem: str | None


class Held(NamedTuple):
    """A checkpoint held elsewhere, against the record: what it shows, and whether it holds."""

    checkpoint: SignedCheckpoint
    holds: bool
    sentence: str


class Signed(NamedTuple):
    """The checkpoints of a school that hold by themselves, and what is wrong with the next."""

    checkpoints: list[SignedCheckpoint]
    problem: str | None


def known_keys(connection: Connection, school: str) -> list[PublicKey]:
    """The public keys of a school's checkpoints: those that its register says were adopted."""
    adopted = connection.scalars(
        select(EventRow.content).where(
            EventRow.school == school,
            EventRow.reference == REGISTER,
            EventRow.type == _ADOPTED,
        )
    ).all()
    keys = [stored.public for stored in keys_of(connection, school)]
    return [key for key in keys if any(key.text.encode() in content for content in adopted)]


def signed_checkpoints(connection: Connection, school: str, keys: Sequence[PublicKey]) -> Signed:
    """Reads a school's checkpoints: each signed, numbered, and naming the one before."""
    rows = connection.execute(
        select(
            CheckpointRow.number,
            CheckpointRow.size,
            CheckpointRow.made_at,
            CheckpointRow.digest,
            CheckpointRow.note,
        )
        .where(CheckpointRow.school == school)
        .order_by(CheckpointRow.number)
    )
    found: list[SignedCheckpoint] = []
    for expected, row in enumerate(rows, start=1):
        if row.number != expected:
            return Signed(found, f"checkpoint {expected} is missing")
        try:
            one = read(row.note)
            verify(one, keys)
        except CheckpointError as error:
            return Signed(found, f"checkpoint {expected}: {error}")
        problem = _out_of_line(one, school, expected, found[-1] if found else None)
        checkpoint = one.checkpoint
        beside = (row.size, row.made_at, row.digest)
        if problem is None and beside != (checkpoint.size, checkpoint.made_at, one.digest):
            problem = "the columns beside its text do not agree with it"
        if problem is not None:
            return Signed(found, f"checkpoint {expected}: {problem}")
        found.append(one)
    return Signed(found, None)


def _out_of_line(
    one: SignedCheckpoint, school: str, number: int, before: SignedCheckpoint | None
) -> str | None:
    checkpoint = one.checkpoint
    if (checkpoint.school, checkpoint.number) != (school, number):
        return f"in its place stands checkpoint {checkpoint.number} of {checkpoint.school}"
    if checkpoint.previous != (before.digest if before else None):
        return "it does not name the one before it"
    if before is None:
        return None
    if checkpoint.made_at < before.checkpoint.made_at:
        return "it is dated before the one before it: the clock went backwards, or a date lies"
    if checkpoint.size < before.checkpoint.size:
        return "it covers fewer events than the one before it"
    return None


def evidence_of(
    school: str, signed: Signed, parts: Sequence[Part], roots: dict[int, bytes]
) -> Evidence:
    """Holds the checkpoints against the tree that was worked out from the ledger."""
    entries = sum(part.entries for part in parts)
    proved: SignedCheckpoint | None = None
    problem = signed.problem
    for one in signed.checkpoints:
        differs = _differs(one, entries, roots)
        if differs is not None:
            problem = f"{differs}{_where(parts)}"
            break
        proved = one
    gap = next((part.gap for part in parts if part.gap is not None), None)
    if problem is None and gap is not None:
        problem = f"the ledger's entry {gap} was taken out"
    if problem is None and not all(part.tiles_fit for part in parts):
        problem = (
            "the hashes kept beside the ledger (its tiles) were changed; the ledger itself leads "
            "to what was signed"
        )
    return Evidence(school, entries, len(signed.checkpoints), proved, problem)


def _differs(one: SignedCheckpoint, entries: int, roots: dict[int, bytes]) -> str | None:
    checkpoint = one.checkpoint
    if checkpoint.size > entries:
        return (
            f"checkpoint {checkpoint.number} covers {checkpoint.size} events, and the ledger has "
            f"only {entries}: its end was cut off, or an old copy was put in its place"
        )
    if roots.get(checkpoint.size) != checkpoint.root_hash:
        return (
            f"the ledger does not lead to what checkpoint {checkpoint.number} signed: an entry "
            f"among its first {checkpoint.size} was changed, removed or slipped in"
        )
    return None


def _where(parts: Sequence[Part]) -> str:
    gaps = [part.gap for part in parts if part.gap is not None]
    if gaps:
        return f"; the first that is missing is entry {gaps[0]}"
    strays = [part.stray for part in parts if part.stray is not None]
    return f"; the first that differs is entry {strays[0]}" if strays else ""


def against_held(
    held: SignedCheckpoint,
    keys: Sequence[PublicKey],
    signed: Signed,
    entries: int,
    roots: dict[int, bytes],
) -> Held:
    """Whether the record still contains everything that a checkpoint held elsewhere covered."""
    checkpoint = held.checkpoint
    name = f"Checkpoint {checkpoint.number} as you hold it ({checkpoint.size} events)"
    if (differs := _differs(held, entries, roots)) is not None:
        sentence = f"{name} does NOT match the record: {differs}."
        try:
            verify(held, keys)
        except CheckpointError as error:
            sentence += f" {error}"
        return Held(held, False, sentence)
    try:
        verify(held, keys)
    except CheckpointError as error:
        return Held(held, False, f"{name} can't be relied on. {error}")
    same = [one for one in signed.checkpoints if one.checkpoint.number == checkpoint.number]
    if not same or same[0].checkpoint != checkpoint:
        return Held(
            held,
            False,
            f"{name} is not among the school's own checkpoints: they were rewritten after it was "
            "made. The events that it covered are still on the record, unchanged.",
        )
    return Held(
        held,
        True,
        f"{name} matches: the record still contains every event that it covered, unchanged and in "
        "the same order.",
    )
