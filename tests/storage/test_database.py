"""Opening a database, and what is said when it can't be."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import StatementError

from storage.database import (
    Database,
    DatabaseError,
    DatabaseNotReady,
    DatabaseUnreachable,
    open_database,
)
from storage.record import Record
from storage.tables import CalendarRow


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_sqlite_is_durable_and_keeps_its_references(database: Database) -> None:
    async with database.reading() as connection:
        settings = {
            name: await connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "secure_delete": 1,
    }


async def test_writers_that_read_first_take_turns(database: Database) -> None:
    digests = [f"{number:064d}" for number in range(20)]

    async def write(digest: str) -> None:
        async with database.writing() as connection:
            await connection.execute(select(CalendarRow.digest))
            await connection.execute(
                insert(CalendarRow),
                {"digest": digest, "document": "{}", "published_at": datetime.now(UTC)},
            )

    await asyncio.gather(*(write(digest) for digest in digests))

    async with database.reading() as connection:
        stored = (await connection.scalars(select(CalendarRow.digest))).all()
    assert sorted(stored) == digests


async def test_an_error_takes_everything_back(database: Database) -> None:
    async def fail() -> None:
        async with database.writing() as connection:
            await connection.execute(
                insert(CalendarRow),
                {"digest": "0", "document": "{}", "published_at": datetime.now(UTC)},
            )
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()

    async with database.reading() as connection:
        assert (await connection.scalars(select(CalendarRow.digest))).all() == []


async def test_an_instant_comes_back_as_the_same_instant_in_utc(database: Database) -> None:
    summer_time = timezone(timedelta(hours=1))
    moment = datetime(2026, 9, 2, 9, 30, 15, 123456, tzinfo=summer_time)
    row = {"digest": "0", "document": "{}", "published_at": moment}
    async with database.writing() as connection:
        await connection.execute(insert(CalendarRow), row)

    async with database.reading() as connection:
        stored = await connection.scalar(select(CalendarRow.published_at))

    assert stored == moment
    assert stored.utcoffset() == timedelta(0)


async def test_an_instant_without_a_zone_is_refused(database: Database) -> None:
    row = {"digest": "0", "document": "{}", "published_at": datetime(2026, 9, 2)}  # noqa: DTZ001

    async def write() -> None:
        async with database.writing() as connection:
            await connection.execute(insert(CalendarRow), row)

    with pytest.raises(StatementError, match="has no time zone"):
        await write()


async def test_a_database_without_tables_says_so(database_url: str) -> None:
    database = open_database(database_url)
    try:
        with pytest.raises(DatabaseNotReady, match="Migrate it first"):
            await Record(database).cases("eleanor-palmer")
    finally:
        await database.close()


async def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    database = open_database(f"sqlite+aiosqlite:///{tmp_path / 'missing' / 'evenhand.db'}")
    try:
        with pytest.raises(DatabaseUnreachable, match=r"evenhand\.db is not reachable"):
            await database.check()
    finally:
        await database.close()


@pytest.mark.parametrize("url", ["mysql://host/name", "oracle://host/name"])
def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(DatabaseError, match="is not supported"):
        open_database(url)


def test_what_is_not_a_url_is_refused_without_repeating_it() -> None:
    with pytest.raises(DatabaseError, match="is not a database URL") as refused:
        open_database("my secret")
    assert "my secret" not in str(refused.value)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_database_that_restarted_is_connected_to_again(
    database: Database, database_url: str
) -> None:
    await database.check()
    other = open_database(database_url)
    try:
        async with other.reading() as connection:
            ended = await connection.scalars(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
            assert True in ended.all()
    finally:
        await other.close()

    await database.check()
