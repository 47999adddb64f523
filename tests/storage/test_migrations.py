"""The migrations: up, up again, down, and equal to the models."""

import asyncio
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from storage.database import Database, open_database
from storage.migrations import downgrade, head_revision, migrate, upgrade
from storage.tables import Table


def differences(connection: Connection) -> Any:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return compare_metadata(context, Table.metadata)


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


async def test_migrations_make_exactly_what_the_models_say(database: Database) -> None:
    async with database.reading() as connection:
        assert await connection.run_sync(differences) == []
        assert await connection.run_sync(tables) == {*Table.metadata.tables, "alembic_version"}


async def test_migrating_twice_or_at_once_is_the_same_as_once(database_url: str) -> None:
    assert await asyncio.gather(*(migrate(database_url) for _ in range(3))) == [head_revision()] * 3
    assert await migrate(database_url) == head_revision()

    database = open_database(database_url)
    try:
        async with database.reading() as connection:
            versions = await connection.execute(text("SELECT version_num FROM alembic_version"))
            assert versions.scalars().all() == [head_revision()]
    finally:
        await database.close()


async def test_down_leaves_nothing_behind_and_up_works_again(database: Database) -> None:
    await downgrade(database)
    async with database.reading() as connection:
        assert await connection.run_sync(tables) == {"alembic_version"}

    await upgrade(database)

    async with database.reading() as connection:
        assert await connection.run_sync(differences) == []
