"""Puts a long record into a database: the rows that recording it would have written."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from benchmarks.sample_record import SampleCase, sample_cases
from storage.migrations import migrate

_CASES_AT_ONCE = 1000
Told = Callable[[int], None]


async def fill(url: str, events: int, told: Told) -> None:
    """Migrates the database and fills it; `told` hears how many events are in it so far."""
    await migrate(url)
    if url.startswith("sqlite"):
        _fill_sqlite(str(make_url(url).database), events, told)
    else:
        await _fill_postgres(url, events, told)


def _batches(events: int) -> Iterator[list[SampleCase]]:
    cases = sample_cases(events)
    while batch := list(islice(cases, _CASES_AT_ONCE)):
        yield batch


def _fill_sqlite(path: str, events: int, told: Told) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous=OFF")
    done = 0
    for batch in _batches(events):
        for table, rows in (
            ("cases", [one.case for one in batch]),
            ("events", [row for one in batch for row in one.events]),
        ):
            names = list(rows[0])
            marks = ", ".join(f":{name}" for name in names)
            connection.executemany(
                f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", map(_as_sqlite, rows)
            )
        connection.commit()
        done += sum(len(one.events) for one in batch)
        told(done)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _as_sqlite(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.replace(tzinfo=None).isoformat(" ", "microseconds")
        if isinstance(value, datetime)
        else value
        for name, value in row.items()
    }


async def _fill_postgres(url: str, events: int, told: Told) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    done = 0
    for batch in _batches(events):
        for table, rows in (
            ("cases", [one.case for one in batch]),
            ("events", [row for one in batch for row in one.events]),
        ):
            await connection.copy_records_to_table(
                table, columns=list(rows[0]), records=[tuple(row.values()) for row in rows]
            )
        done += sum(len(one.events) for one in batch)
        told(done)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()
