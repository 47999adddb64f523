"""Reading long chains by the databases' bare drivers, in runs of events.

The columns beside an event's content must repeat it. In canonical JSON an event reads
`…"role":R},"at":T,"fact":{…"type":F…}`, and nothing else in it does: a quotation mark within a text
is escaped there, and only the event's own `at` stands between a role and a fact.
"""

import asyncio
import re
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, Protocol

_ROWS_AT_ONCE = 250  # more of them would not stay in the processor's cache
_RUNS_AT_ONCE = 64
_RUN = 512  # events; so that a case of a million needs no more memory than others
_REPEATED = re.compile(rb'"role":"([^"]*)"\},"at":"([^"Z]*)Z","fact":\{.*"type":"([^"]*)"')


class RawAccess(NamedTuple):
    """How the bare driver reaches the database: `sqlite` or `postgresql`, and what to tell it.

    It may hold a password.
    """

    kind: str
    arguments: dict[str, Any]


class Segment(NamedTuple):
    """Some chains of a school: the references after `after` and up to `to`, in the database's
    order. None: no bound on that side.
    """

    school: str
    after: str | None = None
    to: str | None = None


class Run(NamedTuple):
    """Consecutive stored events of one chain, from sequence `first` on.

    `fine`: they are consecutive, their columns repeat the content, and none is dated before the
    one before it.
    """

    reference: str
    first: int
    contents: Sequence[bytes]
    hashes: Sequence[bytes]
    fine: bool


class Entered(NamedTuple):
    """Consecutive entries of the ledger for one chain, by the events' hashes."""

    reference: str
    first: int
    hashes: Sequence[bytes]


class End(NamedTuple):
    """Where the lists of cases and of registers say that a chain ends."""

    reference: str
    sequence: int
    head: bytes


class Source(Protocol):
    """Reads one state of the database. `close` when done."""

    def runs(self, segment: Segment) -> Iterator[Run]:
        """The events, in order."""

    def entered(self, segment: Segment) -> Iterator[Entered]:
        """The ledger's entries, in the order of their chains."""

    def ends(self, segment: Segment) -> list[End]:
        """The ends of the chains, in order."""

    def leaves(self, school: str, first: int, count: int) -> tuple[list[int], list[bytes]]:
        """The positions and events' hashes of `count` entries of the ledger from `first` on."""

    def tiles(self, school: str, level: int, first: int, count: int) -> dict[int, bytes]:
        """The kept hashes of `count` tiles of a level from `first` on, by position."""

    def close(self) -> None:
        """Ends the reading."""


def open_source(access: RawAccess) -> Source:
    """Begins to read."""
    return SqliteSource(access) if access.kind == "sqlite" else PostgresSource(access)


class SqliteSource:
    """Reads a SQLite file in one transaction."""

    def __init__(self, access: RawAccess) -> None:
        self._connection = sqlite3.connect(**access.arguments, isolation_level=None)
        self._connection.execute("BEGIN")

    def runs(self, segment: Segment) -> Iterator[Run]:
        """The events, in order."""
        where, values = _range(segment, _question_marks)
        last: tuple[str, list[Any]] = ("", [])
        for columns in self._columns(_SQLITE_RUNS.format(where=where), values):
            references, sequences, contents, hashes, moments, types, roles = columns
            repeated = _repeat(contents, roles, moments, types)
            for start, end in _stretches(references):
                reference = references[start]
                earlier = last[1] if last[0] == reference else []
                last = (reference, [moments[end - 1]])
                fine = (
                    _consecutive(sequences[start:end])
                    and _in_order([*earlier, *moments[start:end]])
                    and (repeated is None or repeated[start:end] == [True] * (end - start))
                )
                yield Run(reference, sequences[start], contents[start:end], hashes[start:end], fine)

    def entered(self, segment: Segment) -> Iterator[Entered]:
        """The ledger's entries, in the order of their chains."""
        where, values = _range(segment, _question_marks)
        for references, sequences, hashes in self._columns(
            _SQLITE_ENTERED.format(where=where), values
        ):
            for start, end in _stretches(references):
                yield from _entries(references[start], sequences[start:end], hashes[start:end])

    def ends(self, segment: Segment) -> list[End]:
        """The ends of the chains, in order."""
        where, values = _range(segment, _question_marks)
        return [End(*row) for row in self._connection.execute(_ENDS.format(where=where), values)]

    def leaves(self, school: str, first: int, count: int) -> tuple[list[int], list[bytes]]:
        """The positions and events' hashes of `count` entries of the ledger from `first` on."""
        rows = self._connection.execute(
            "SELECT position, event_hash FROM ledger"
            " WHERE school = ? AND position >= ? AND position < ? ORDER BY position",
            (school, first, first + count),
        ).fetchall()
        return [position for position, _ in rows], [digest for _, digest in rows]

    def tiles(self, school: str, level: int, first: int, count: int) -> dict[int, bytes]:
        """The kept hashes of `count` tiles of a level from `first` on, by position."""
        values = [school, level, first, first + count]
        return dict(self._connection.execute(_TILES.format("?1", "?2", "?3", "?4"), values))

    def close(self) -> None:
        """Ends the reading."""
        self._connection.close()

    def _columns(self, statement: str, values: list[str]) -> Iterator[list[tuple[Any, ...]]]:
        cursor = self._connection.execute(statement, values)
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            yield list(zip(*rows, strict=True))


class PostgresSource:
    """Reads a PostgreSQL database in one transaction, with a loop of its own."""

    def __init__(self, access: RawAccess) -> None:
        self._runner = asyncio.Runner()
        try:
            self._connection = self._runner.run(_connected(access))
        except BaseException:
            self._runner.close()
            raise

    def runs(self, segment: Segment) -> Iterator[Run]:
        """The events, in order."""
        where, values = _range(segment, _numbered)
        statement = _POSTGRES_RUNS.format(where=where, run=_RUN)
        for reference, first, contents, hashes, fine in self._rows(statement, values):
            yield Run(reference, first, contents, hashes, fine)

    def entered(self, segment: Segment) -> Iterator[Entered]:
        """The ledger's entries, in the order of their chains."""
        where, values = _range(segment, _numbered)
        statement = _POSTGRES_ENTERED.format(where=where, run=_RUN)
        for reference, sequences, hashes in self._rows(statement, values):
            yield from _entries(reference, sequences, hashes)

    def ends(self, segment: Segment) -> list[End]:
        """The ends of the chains, in order."""
        where, values = _range(segment, _numbered)
        return [End(*row) for row in self._rows(_ENDS.format(where=where), values)]

    def leaves(self, school: str, first: int, count: int) -> tuple[list[int], list[bytes]]:
        """The positions and events' hashes of `count` entries of the ledger from `first` on."""
        positions: list[int] = []
        hashes: list[bytes] = []
        for some, digests in self._rows(_POSTGRES_LEAVES, [school, first, first + count]):
            positions += some
            hashes += digests
        return positions, hashes

    def tiles(self, school: str, level: int, first: int, count: int) -> dict[int, bytes]:
        """The kept hashes of `count` tiles of a level from `first` on, by position."""
        values = [school, level, first, first + count]
        return dict(self._rows(_TILES.format("$1", "$2", "$3", "$4"), values))

    def close(self) -> None:
        """Ends the reading."""
        try:
            self._runner.run(self._connection.close())
        finally:
            self._runner.close()

    def _rows(self, statement: str, values: list[Any]) -> Iterator[Any]:
        cursor = self._runner.run(self._cursor(statement, values))
        while rows := self._runner.run(cursor.fetch(_RUNS_AT_ONCE)):
            yield from rows

    async def _cursor(self, statement: str, values: list[Any]) -> Any:
        return await self._connection.cursor(statement, *values)


async def _connected(access: RawAccess) -> Any:
    import asyncpg  # a process that reads SQLite does without it

    connection = await asyncpg.connect(**access.arguments)
    # A transaction in which nothing is written, and which sees one state throughout.
    await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    return connection


def _stretches(references: Sequence[str]) -> list[tuple[int, int]]:
    """From where to where the same reference stands."""
    neighbours = enumerate(pairwise(references), start=1)
    ends = [at for at, (one, other) in neighbours if one != other]
    return list(pairwise([0, *ends, len(references)]))


def _entries(reference: str, sequences: Sequence[int], hashes: Sequence[bytes]) -> list[Entered]:
    if _consecutive(sequences):
        return [Entered(reference, sequences[0], hashes)]
    return [
        Entered(reference, sequence, (digest,))
        for sequence, digest in zip(sequences, hashes, strict=True)
    ]


def _consecutive(sequences: Sequence[Any]) -> bool:
    try:
        return list(sequences) == list(range(sequences[0], sequences[0] + len(sequences)))
    except TypeError:  # SQLite keeps whatever it is given, in any column
        return False


def _in_order(moments: list[Any]) -> bool:
    try:
        return moments == sorted(moments)
    except TypeError:
        return False


def _repeat(
    contents: Sequence[bytes],
    roles: Sequence[bytes],
    moments: Sequence[bytes],
    types: Sequence[bytes],
) -> list[bool] | None:
    """For each event, whether role, moment and type repeat its content. None: all of them do."""
    try:
        joined = b"\n".join(contents)
        # As canonical JSON writes a moment: without a fraction where there is none.
        dated = b"\n".join(moments).replace(b" ", b"T").replace(b".000000", b"").split(b"\n")
    except TypeError:  # SQLite keeps whatever it is given, in any column
        return [False] * len(contents)
    said = _REPEATED.findall(joined)
    if joined.count(b"\n") != len(contents) - 1 or not len(said) == len(dated) == len(contents):
        return [False] * len(contents)  # there are no line ends within canonical JSON
    columns = list(zip(roles, dated, types, strict=True))
    return None if said == columns else [a == b for a, b in zip(said, columns, strict=True)]


def _question_marks(number: int) -> str:
    return f"?{number}"


def _numbered(number: int) -> str:
    return f"${number}"


def _range(segment: Segment, mark: Any) -> tuple[str, list[str]]:
    clauses, values = [f"school = {mark(1)}"], [segment.school]
    for comparison, bound in ((">", segment.after), ("<=", segment.to)):
        if bound is not None:
            values.append(bound)
            clauses.append(f"reference {comparison} {mark(len(values))}")
    return " AND ".join(clauses), values


_SQLITE_RUNS = """
SELECT reference, sequence, content, hash, CAST(at AS BLOB), CAST(type AS BLOB),
    CAST(actor_role AS BLOB)
FROM events WHERE {where} ORDER BY reference, sequence
"""
_SQLITE_ENTERED = """
SELECT reference, sequence, event_hash FROM ledger WHERE {where} ORDER BY reference, sequence
"""
_ENDS = """
SELECT reference, sequence, head FROM (
    SELECT school, reference, sequence, head FROM cases WHERE {where}
    UNION ALL
    SELECT school, reference, sequence, head
    FROM (SELECT school, 'REGISTER' AS reference, sequence, head FROM registers) AS kept
    WHERE {where}
) AS known ORDER BY reference
"""
# The moment as pydantic writes it: in UTC, and without a fraction where there is none.
_POSTGRES_RUNS = """
SELECT reference, min(sequence), array_agg(content ORDER BY sequence),
    array_agg(hash ORDER BY sequence),
    bool_and(follows AND position(convert_to('"role":"' || actor_role || '"}},"at":"' ||
        to_char(at AT TIME ZONE 'UTC', CASE WHEN date_trunc('second', at) = at
            THEN 'YYYY-MM-DD"T"HH24:MI:SS' ELSE 'YYYY-MM-DD"T"HH24:MI:SS.US' END)
        || 'Z","fact":{{', 'UTF8') IN content) > 0
        AND position(convert_to('"type":"' || type || '"', 'UTF8') IN content) > 0)
        AND max(sequence) - min(sequence) = count(*) - 1
FROM (
    SELECT reference, sequence, content, hash, at, type, actor_role,
        at >= lag(at, 1, at) OVER (PARTITION BY reference ORDER BY sequence) AS follows
    FROM events WHERE {where}
) AS dated
GROUP BY reference, (sequence - 1) / {run} ORDER BY reference, min(sequence)
"""
_POSTGRES_ENTERED = """
SELECT reference, array_agg(sequence ORDER BY sequence), array_agg(event_hash ORDER BY sequence)
FROM ledger WHERE {where}
GROUP BY reference, (sequence - 1) / {run} ORDER BY reference, min(sequence)
"""
_POSTGRES_LEAVES = """
SELECT array_agg(position ORDER BY position), array_agg(event_hash ORDER BY position)
FROM ledger WHERE school = $1 AND position >= $2 AND position < $3
GROUP BY position / 512 ORDER BY min(position)
"""
_TILES = """
SELECT position, hashes FROM tiles
WHERE school = {} AND level = {} AND position >= {} AND position < {} ORDER BY position
"""
