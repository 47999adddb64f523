"""The database itself refuses to change an event."""

import contextlib
import sqlite3

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import IntegrityError

from storage.database import Database
from storage.record import Record
from storage.recorder import Recorder
from tests.storage.samples import SCHOOL, batch, note, opening


async def run(database: Database, *statements: str) -> None:
    async with database.writing() as connection:
        for statement in statements:
            await connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET content = content",
        "UPDATE events SET hash = content WHERE sequence = 1",
        "UPDATE events SET sequence = sequence + 10",
        "UPDATE events SET actor_role = 'parent' WHERE school = 'nowhere' OR sequence = 2",
        "DELETE FROM events",
        "DELETE FROM events WHERE sequence = 3",
    ],
)
async def test_no_statement_changes_an_event(
    database: Database, recorder: Recorder, record: Record, statement: str
) -> None:
    first = opening()
    await recorder.record(first)
    await recorder.record(batch(first.case, [note()]))
    before = await record.events_of(SCHOOL, first.case.reference)

    with pytest.raises(IntegrityError, match=r"append-only: (UPDATE|DELETE) is refused"):
        await run(database, statement)

    assert await record.events_of(SCHOOL, first.case.reference) == before


@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE", "INSERT"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_sqlite_replaces_no_event_even_for_a_stranger(
    database_url: str, recorder: Recorder, record: Record, verb: str
) -> None:
    first = opening()
    await recorder.record(first)
    before = await record.events_of(SCHOOL, first.case.reference)
    # A connection of its own has none of the settings that ours make.
    with contextlib.closing(sqlite3.connect(make_url(database_url).database or "")) as stranger:
        statement = (
            f"{verb} INTO events SELECT school, reference, sequence, at, type, actor_role, "
            "x'7b7d', hash FROM events WHERE sequence = 1"
        )
        with pytest.raises(sqlite3.IntegrityError, match="append-only: REPLACE is refused"):
            stranger.execute(statement)
        stranger.commit()

    assert await record.events_of(SCHOOL, first.case.reference) == before


@pytest.mark.parametrize(
    "statements",
    [
        ["TRUNCATE events"],
        ["TRUNCATE events CASCADE"],
        ["SET session_replication_role = replica", "DELETE FROM events"],
        ["MERGE INTO events USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE"],
        [
            "INSERT INTO events SELECT * FROM events "
            "ON CONFLICT (school, reference, sequence) DO UPDATE SET content = 'x'"
        ],
    ],
)
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_postgresql_knows_no_way_round(
    database: Database, recorder: Recorder, record: Record, statements: list[str]
) -> None:
    first = opening()
    await recorder.record(first)

    with pytest.raises(IntegrityError, match="append-only"):
        await run(database, *statements)

    assert len(await record.events_of(SCHOOL, first.case.reference)) == 2
