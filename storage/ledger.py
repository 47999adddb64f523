"""The ledger: the place of each event in its school's Merkle tree, and proofs from it.

Events get their places when a checkpoint is made, many at a time, so that recording an action costs
nothing more. A place is for ever. The leaf at a position is the event's hash in its chain; the
inner hashes are kept in *tiles* (C2SP `tlog-tiles`): one row holds up to 256 neighbouring hashes of
every eighth level, and whatever lies between is worked out from them. Tiles follow from the ledger.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from domain import merkle
from storage.database import Database
from storage.placing import (
    NEW_EVENTS,
    LedgerError,
    check_new_events,
    grow,
    hold_ledger,
    place,
    size_of,
)
from storage.tables import LedgerRow, TileRow
from storage.tiles import Tiles, TilesDoNotFit

PLACED_AT_ONCE = 5000  # events that get their places in one transaction
_ROWS_AT_ONCE = 1000


class NotInTheLedger(LedgerError):
    """The event has no place in the ledger yet, or there is no such event."""


class Place(NamedTuple):
    """An event in its school's tree: the leaf at `position` (from 0) is of `event_hash`."""

    position: int
    reference: str
    sequence: int
    event_hash: bytes


class InclusionProof(NamedTuple):
    """What shows that an event is in the tree of the first `size` events with `root`."""

    place: Place
    size: int
    root: bytes
    path: list[bytes]


class ConsistencyProof(NamedTuple):
    """What shows that the tree of `size` events begins with the tree of `old_size` events."""

    old_size: int
    old_root: bytes
    size: int
    root: bytes
    path: list[bytes]


class Ledger:
    """The ledgers of all schools."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def place_new_events(
        self, school: str, progress: Callable[[int], None] = lambda placed: None
    ) -> int:
        """Gives every event that has no place the next one; returns the ledger's size.

        The order is that of the events' moments, then references and sequences, and never puts an
        event before its predecessor. `progress` is told now and then how many were placed. It may
        be stopped at any point, and whoever comes next goes on; of two at once, one places each
        event. Raises RecordDoesNotHold.
        """
        placed = 0

        def told(count: int) -> None:
            nonlocal placed
            placed += count
            progress(placed)

        while (size := await self._place_what_is_seen(school, told)) is None:
            pass  # somebody else placed events meanwhile: look again at what is left
        return size

    async def _place_what_is_seen(self, school: str, told: Callable[[int], None]) -> int | None:
        async with self._database.reading() as connection:
            size = await connection.run_sync(size_of, school)
            await connection.run_sync(check_new_events, school)
            stream = await connection.stream(
                NEW_EVENTS, {"school": school}, execution_options={"yield_per": _ROWS_AT_ONCE}
            )
            async for rows in stream.partitions(PLACED_AT_ONCE):
                after = await self._database.transact(partial(place, school, size, rows))
                if after is None:
                    return None
                size = after
                told(len(rows))
        return size

    async def size(self, school: str) -> int:
        """How many events have their place."""
        async with self._database.reading() as connection:
            return await connection.run_sync(size_of, school)

    async def root(self, school: str, size: int) -> bytes:
        """The root of the tree over the first `size` events. Raises LedgerError."""
        async with self._database.reading() as connection:
            return await connection.run_sync(root_at, school, size)

    async def inclusion(
        self, school: str, reference: str, sequence: int, size: int
    ) -> InclusionProof:
        """What shows that an event is in the tree of the first `size` events.

        Raises NotInTheLedger where it is not, LedgerError where the ledger is smaller than `size`.
        """
        async with self._database.reading() as connection:
            return await connection.run_sync(inclusion_at, school, reference, sequence, size)

    async def consistency(self, school: str, old_size: int, size: int) -> ConsistencyProof:
        """What shows that the tree of `size` events begins with that of `old_size`.

        Raises LedgerError where there are no such trees.
        """
        async with self._database.reading() as connection:
            return await connection.run_sync(consistency_at, school, old_size, size)

    async def rebuild_tiles(self, school: str) -> int:
        """Makes the tiles anew from the places; returns the ledger's size."""

        def work(connection: Connection) -> int:
            hold_ledger(connection, school)
            connection.execute(delete(TileRow).where(TileRow.school == school))
            rows = connection.execute(
                select(LedgerRow.event_hash)
                .where(LedgerRow.school == school)
                .order_by(LedgerRow.position),
                execution_options={"yield_per": _ROWS_AT_ONCE},
            )
            size = 0
            for part in rows.partitions(PLACED_AT_ONCE):
                size = grow(connection, school, size, (digest for (digest,) in part))
            return size

        return await self._database.transact(work)


def root_at(connection: Connection, school: str, size: int) -> bytes:
    """The root of the tree over the first `size` events. Raises LedgerError."""
    _check_size(connection, school, size)
    return merkle.root_of(Tiles(connection, school).node, size)


def inclusion_at(
    connection: Connection, school: str, reference: str, sequence: int, size: int
) -> InclusionProof:
    """See `Ledger.inclusion`."""
    _check_size(connection, school, size)
    row = connection.execute(
        select(LedgerRow.position, LedgerRow.event_hash).where(
            LedgerRow.school == school,
            LedgerRow.reference == reference,
            LedgerRow.sequence == sequence,
        )
    ).one_or_none()
    if row is None or row.position >= size:
        raise NotInTheLedger(
            f"Event {sequence} of {reference} is not among the first {size} events of the ledger."
        )
    nodes = Tiles(connection, school).node
    path = merkle.inclusion_proof(nodes, row.position, size)
    root = merkle.root_of(nodes, size)
    try:
        leaf = merkle.leaf_hash(row.event_hash)
        merkle.verify_inclusion(row.position, size, leaf, path, root)
    except merkle.BadProof as error:
        raise TilesDoNotFit(school) from error
    return InclusionProof(
        Place(row.position, reference, sequence, row.event_hash), size, root, path
    )


def consistency_at(
    connection: Connection, school: str, old_size: int, size: int
) -> ConsistencyProof:
    """See `Ledger.consistency`."""
    if not 0 <= old_size <= size:
        raise LedgerError(f"A tree of {size} events can't begin with one of {old_size}.")
    _check_size(connection, school, size)
    nodes = Tiles(connection, school).node
    return ConsistencyProof(
        old_size,
        merkle.root_of(nodes, old_size),
        size,
        merkle.root_of(nodes, size),
        merkle.consistency_proof(nodes, old_size, size),
    )


def _check_size(connection: Connection, school: str, size: int) -> None:
    if not 0 <= size <= (there := size_of(connection, school)):
        raise LedgerError(f"The ledger of {school} has {there} events, and not {size}.")
