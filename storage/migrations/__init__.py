"""Brings a database to the tables of this version: `await migrate(url)`."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from storage.database import Database, open_database

HEAD = "head"
BASE = "base"
_LOCK = 4_902_026_001  # any number, as long as every Evenhand asks PostgreSQL for the same one


async def migrate(database_url: str, revision: str = HEAD) -> str:
    """Upgrades the database at `database_url` and returns the revision it stands at.

    Does nothing where it stands there already; two processes that migrate at once take turns.
    Raises DatabaseUnreachable.
    """
    database = open_database(database_url)
    try:
        await upgrade(database, revision)
        return head_revision() if revision == HEAD else revision
    finally:
        await database.close()


async def upgrade(database: Database, revision: str = HEAD) -> None:
    """Upgrades an open database to `revision`, in one transaction."""
    await _run(database, command.upgrade, revision)


async def downgrade(database: Database, revision: str = BASE) -> None:
    """Takes an open database back to `revision`, in one transaction: what later ones hold is lost.

    It is meant for tests and for a step that failed half way; a record worth keeping is restored
    from a backup instead.
    """
    await _run(database, command.downgrade, revision)


async def _run(database: Database, direction: Any, revision: str) -> None:
    async with database.writing() as connection:
        if not database.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        await connection.run_sync(_in_this_transaction, direction, revision)


def _in_this_transaction(connection: Connection, direction: Any, revision: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    direction(config, revision)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    return config


def head_revision() -> str:
    """The revision that this version's tables have."""
    return ScriptDirectory.from_config(_config()).get_current_head() or BASE
