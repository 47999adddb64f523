"""Giving events their places in the ledger: which have none, whether they hold, in what order."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, func, insert, select, text

from domain import merkle
from domain.chain import genesis, link
from domain.errors import EvenhandError
from storage.tables import LedgerRow
from storage.tiles import Tiles

_ROWS_AT_ONCE = 1000

# Each chain, found by stepping from one reference to the next, and where it is placed up to: both
# are a few looks into an index, however many events there are.
_CHAINS = """
    WITH RECURSIVE chains(reference) AS (
        SELECT min(reference) FROM events WHERE school = :school
        UNION ALL
        SELECT (
            SELECT min(events.reference) FROM events
            WHERE events.school = :school AND events.reference > chains.reference
        )
        FROM chains WHERE chains.reference IS NOT NULL
    ),
    ends AS (
        SELECT reference, coalesce((
            SELECT max(ledger.sequence) FROM ledger
            WHERE ledger.school = :school AND ledger.reference = chains.reference
        ), 0) AS placed
        FROM chains WHERE reference IS NOT NULL
    )
"""
_UNPLACED = """
    FROM ends JOIN events
        ON events.school = :school
        AND events.reference = ends.reference
        AND events.sequence > ends.placed
"""
_CHAIN_BY_CHAIN = text(f"""{_CHAINS}
    SELECT events.reference, events.sequence, events.content, events.hash, (
        SELECT ledger.event_hash FROM ledger
        WHERE ledger.school = :school
        AND ledger.reference = ends.reference AND ledger.sequence = ends.placed
    ) AS end_hash
    {_UNPLACED}
    ORDER BY events.reference, events.sequence
""")
# A clock may have gone backwards within a case: its events still come in their own order.
NEW_EVENTS = text(f"""{_CHAINS}
    SELECT reference, sequence, hash FROM (
        SELECT events.reference, events.sequence, events.hash, max(events.at) OVER (
            PARTITION BY events.reference ORDER BY events.sequence
        ) AS latest
        {_UNPLACED}
    ) AS unplaced
    ORDER BY latest, reference, sequence
""")


class LedgerError(EvenhandError):
    """The ledger can't do what was asked; the message says why."""


class RecordDoesNotHold(LedgerError):
    """An event that should get its place does not follow from the one before it.

    Nothing is placed after it: a signature must not cover what was tampered with.
    """

    def __init__(self, school: str, reference: str, sequence: int, problem: str) -> None:
        self.school = school
        self.reference = reference
        self.sequence = sequence
        self.problem = problem
        super().__init__(
            f"{reference} at {school}, event {sequence}: {problem}. Run `evenhand audit verify`."
        )


def hold_ledger(connection: Connection, school: str) -> None:
    """Makes others who write this school's ledger or checkpoints wait until the transaction ends.

    On SQLite a writing transaction holds the whole database anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"),
            {"name": f"evenhand/ledger/{school}"},
        )


def size_of(connection: Connection, school: str) -> int:
    """How many events of a school have their place."""
    last = connection.scalar(select(func.max(LedgerRow.position)).where(LedgerRow.school == school))
    return 0 if last is None else last + 1


def check_new_events(connection: Connection, school: str) -> None:
    """Follows each chain from where it is placed up to. Raises RecordDoesNotHold."""
    streamed = connection.execute(
        _CHAIN_BY_CHAIN, {"school": school}, execution_options={"yield_per": _ROWS_AT_ONCE}
    )
    try:
        for reference, rows in groupby(streamed, key=lambda row: row.reference):
            _check_chain(school, reference, rows)
    finally:
        streamed.close()


def _check_chain(school: str, reference: str, rows: Iterable[Any]) -> None:
    previous: bytes | None = None
    for row in rows:
        if previous is None:
            previous = row.end_hash or genesis(school, reference)
        if link(previous, row.content) != row.hash:
            raise RecordDoesNotHold(
                school, reference, row.sequence, "it does not follow from the event before it"
            )
        previous = row.hash


def place(school: str, size: int, rows: Sequence[Any], connection: Connection) -> int | None:
    """Gives these events the places from `size` on; None where they are taken meanwhile."""
    hold_ledger(connection, school)
    if size_of(connection, school) != size:
        return None
    places = [
        {
            "school": school,
            "position": position,
            "reference": row.reference,
            "sequence": row.sequence,
            "event_hash": row.hash,
        }
        for position, row in enumerate(rows, start=size)
    ]
    connection.execute(insert(LedgerRow), places)
    return grow(connection, school, size, (row.hash for row in rows))


def grow(connection: Connection, school: str, size: int, hashes: Iterable[bytes]) -> int:
    tiles = Tiles(connection, school)
    subtrees = [tiles.node(*place) for place in merkle.perfect_subtrees(0, size)]
    tree = merkle.Growing(size, subtrees, tiles.keep)
    for event_hash in hashes:
        tree.append(merkle.leaf_hash(event_hash))
    tiles.save()
    return tree.size
