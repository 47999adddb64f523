"""Tiles: the inner hashes of a school's Merkle tree, 256 of them to a row (C2SP `tlog-tiles`).

A tile at (level, position) holds the hashes at level 8 × `level` of the tree, from number
256 × `position` on, as many as are full yet. The levels in between are worked out from them.
"""

from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from domain.errors import EvenhandError
from domain.merkle import HASH_BYTES, node_hash
from storage.tables import TileRow

HEIGHT = 8
WIDTH = 1 << HEIGHT


class TilesDoNotFit(EvenhandError):
    """The tiles of a school say something else than its ledger; they can be built anew from it."""

    def __init__(self, school: str) -> None:
        self.school = school
        super().__init__(f"The tiles of {school} do not fit its ledger: they were changed.")


class Tiles:
    """One school's tiles, for as long as one transaction: each is read once."""

    def __init__(self, connection: Connection, school: str) -> None:
        self._connection = connection
        self._school = school
        self._tiles: dict[tuple[int, int], bytearray] = {}
        self._changed: set[tuple[int, int]] = set()

    def node(self, level: int, position: int) -> bytes:
        """The hash of the full subtree at (level, position). Raises TilesDoNotFit."""
        tile_level, height = divmod(level, HEIGHT)
        tile_position, offset = divmod(position << height, WIDTH)
        tile = self._tile(tile_level, tile_position)
        first, end = offset * HASH_BYTES, (offset + (1 << height)) * HASH_BYTES
        if len(tile) < end:
            raise TilesDoNotFit(self._school)
        row = [bytes(tile[at : at + HASH_BYTES]) for at in range(first, end, HASH_BYTES)]
        while len(row) > 1:
            row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
        return row[0]

    def keep(self, level: int, position: int, digest: bytes) -> None:
        """Takes a hash that became known, in the order of their positions. Raises TilesDoNotFit."""
        tile_level, height = divmod(level, HEIGHT)
        if height:
            return
        tile_position, offset = divmod(position, WIDTH)
        tile = self._tile(tile_level, tile_position)
        if len(tile) != offset * HASH_BYTES:
            raise TilesDoNotFit(self._school)
        tile += digest
        self._changed.add((tile_level, tile_position))

    def save(self) -> None:
        """Writes what changed."""
        rows = [
            {
                "school": self._school,
                "level": level,
                "position": position,
                "hashes": bytes(self._tiles[level, position]),
            }
            for level, position in sorted(self._changed)
        ]
        if not rows:
            return
        is_sqlite = self._connection.dialect.name == "sqlite"
        insert: Any = sqlite.insert if is_sqlite else postgresql.insert
        put = insert(TileRow)
        self._connection.execute(
            put.on_conflict_do_update(
                index_elements=["school", "level", "position"],
                set_={"hashes": put.excluded.hashes},
            ),
            rows,
        )
        self._changed.clear()

    def _tile(self, level: int, position: int) -> bytearray:
        known = self._tiles.get((level, position))
        if known is None:
            stored = self._connection.scalar(
                select(TileRow.hashes).where(
                    TileRow.school == self._school,
                    TileRow.level == level,
                    TileRow.position == position,
                )
            )
            known = self._tiles[level, position] = bytearray(stored or b"")
        return known
