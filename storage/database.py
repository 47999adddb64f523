"""The connection to the database: SQLite in WAL mode, or a pool to PostgreSQL."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.raw_reading import RawAccess

BUSY_SECONDS = 15.0  # how long a writer waits for the others before it gives up
CONNECT_SECONDS = 10.0
POOL_SIZE = 10
_WRITES = "evenhand_writes"
_UNREACHABLE_STATES = ("08", "28", "3D", "53", "57P")  # SQLSTATE classes: no service to be had
_PRIVATELY = {"hide_parameters": True}  # an error may be logged; what was written must not be
_MISSING_TABLE = "42P01"
_MAY_VACUUM = """
    SELECT pg_has_role(current_user, c.relowner, 'USAGE')
        OR (
            current_setting('server_version_num')::int >= 170000
            AND has_table_privilege(c.oid, 'MAINTAIN')
        )
    FROM pg_class c WHERE c.oid = 'persons'::regclass
"""
_VACUUM = """
    VACUUM texts, enclosures, person_roles, accounts, recovery_codes, identities, links
"""
# SQLAlchemy's own options stand in the URL beside the driver's.
_ASYNCPG_KNOWS = ("host", "port", "user", "password", "database", "ssl", "direct_tls", "passfile")


Result = TypeVar("Result")


class DatabaseError(Exception):
    """Something is wrong with the database; the message says what, and what to do."""


class DatabaseUnreachable(DatabaseError):
    """The database does not answer. `url` names it, without its password."""

    def __init__(self, url: str, cause: BaseException) -> None:
        self.url = url
        super().__init__(
            f"The database {url} is not reachable ({_first_line(cause)}). "
            "Start it, or correct EVENHAND_DATABASE_URL."
        )


class DatabaseNotReady(DatabaseError):
    """The database answers but lacks its tables."""

    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__(
            f"The database {url} lacks the tables of this version. Migrate it first "
            "(the service does so when it starts)."
        )


class Database:
    """An open database. `reading()` and `writing()` give connections inside a transaction;
    `transact()` is the short way for a transaction of many statements.
    """

    def __init__(self, engine: AsyncEngine, lane: "WritingLane | None" = None) -> None:
        self._engine = engine
        self._lane = lane

    @property
    def url(self) -> str:
        """Where the database is, without its password."""
        return shown(self._engine.url)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite, where one writer holds the whole database."""
        return self._engine.dialect.name == "sqlite"

    @property
    def raw_access(self) -> RawAccess:
        """How another process reaches the database, with the bare driver. May hold a password."""
        arguments = self._engine.dialect.create_connect_args(self._engine.url)[1]
        if self.is_sqlite:
            given = {"database": self._engine.url.database, "timeout": BUSY_SECONDS}
            return RawAccess("sqlite", given)
        arguments = {key: arguments[key] for key in arguments if key in _ASYNCPG_KNOWS}
        return RawAccess("postgresql", {**arguments, "timeout": CONNECT_SECONDS})

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees one state of the database and is rolled back at the end.

        Raises DatabaseUnreachable or DatabaseNotReady.
        """
        with self.plainly():
            async with self._engine.connect() as connection:
                if not self.is_sqlite:
                    # A long read must not see half of what is written meanwhile.
                    await connection.execution_options(isolation_level="REPEATABLE READ")
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction, committed at the end or rolled back on any error.

        On SQLite it takes the write lock at once: a transaction that reads first and then finds
        the lock taken could never go on. Raises DatabaseUnreachable or DatabaseNotReady.
        """
        with self.plainly():
            async with self._engine.connect() as connection:
                await connection.execution_options(**{_WRITES: True})
                async with connection.begin():
                    yield connection

    async def transact(
        self, work: Callable[[Connection], Result], *, patience: float = BUSY_SECONDS
    ) -> Result:
        """What `work` returns, run in a transaction that is committed after it.

        An error from `work` takes everything back. `patience` (seconds) is how long it waits for
        other writers. Raises DatabaseUnreachable or DatabaseNotReady.
        """
        if self._lane is None:
            async with self.writing() as connection:
                if patience != BUSY_SECONDS:
                    milliseconds = int(patience * 1000)
                    await connection.exec_driver_sql(f"SET LOCAL lock_timeout = {milliseconds}")
                return await connection.run_sync(work)
        with self.plainly():
            return await self._lane.run(work, patience)

    async def overwrite(self) -> bool:
        """Overwrites what was destroyed, as far as the database can; False where it could not yet.

        SQLite has overwritten it in its file already, and its write-ahead log is emptied.
        PostgreSQL rewrites the table of people, with their keys, and frees the space of deleted
        texts and files, if the role may. Its log for recovery, replicas and backups keep what was
        destroyed until they are rotated.
        """
        with self.plainly():
            async with self._engine.connect() as connection:
                if not self.is_sqlite:
                    await connection.execution_options(isolation_level="AUTOCOMMIT")
                    if not await connection.scalar(text(_MAY_VACUUM)):
                        return False
                    await connection.exec_driver_sql("VACUUM (FULL) persons")
                    await connection.exec_driver_sql(_VACUUM)
                    return True
                raw = await connection.get_raw_connection()
                assert raw.driver_connection is not None
                # Outside a transaction, which the engine would begin.
                cursor = await raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                busy, *_ = await cursor.fetchone()
                await cursor.close()
                return not busy

    async def check(self) -> None:
        """Returns if the database answers. Raises DatabaseUnreachable."""
        async with self.reading() as connection:
            await connection.exec_driver_sql("SELECT 1")

    async def close(self) -> None:
        """Closes every connection."""
        await self._engine.dispose()
        if self._lane is not None:
            await self._lane.close()

    def plainly(self) -> "_Plainly":
        """A block in which errors that mean that the database is away become such sentences."""
        return _Plainly(self.url)


class WritingLane:
    """The one thread in which this process writes to a SQLite file, one transaction at a time.

    The asynchronous driver changes threads four times for each statement; a whole transaction in
    one thread takes half the time. And those who wait for it wait in turn.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="evenhand-writes")

    async def run(
        self, work: Callable[[Connection], Result], patience: float = BUSY_SECONDS
    ) -> Result:
        """What `work` returns, committed; it waits `patience` seconds for other processes."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._run, work, patience)

    async def close(self) -> None:
        """Ends the thread, after what it was given."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
        self._thread.shutdown()

    def _run(self, work: Callable[[Connection], Result], patience: float) -> Result:
        with self._engine.connect() as connection:
            connection.execution_options(**{_WRITES: True})
            if patience == BUSY_SECONDS:
                with connection.begin():
                    return work(connection)
            driver: Any = connection.connection.driver_connection
            driver.execute(f"PRAGMA busy_timeout={int(patience * 1000)}")
            try:
                with connection.begin():
                    return work(connection)
            finally:
                driver.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")


class _Plainly:
    """Turns a driver's errors into sentences, where they mean that the database is not there."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None and _is_bare(error):
            raise DatabaseUnreachable(self._url, error) from error
        if isinstance(error, DBAPIError):
            if _lacks_a_table(error):
                raise DatabaseNotReady(self._url) from error
            if _is_gone(error):
                raise DatabaseUnreachable(self._url, error.orig or error) from error


def open_database(url: str) -> Database:
    """Opens the database at `url`; nothing is connected until the first use.

    Takes `sqlite+aiosqlite:///FILE` or `postgresql+asyncpg://…`; plain `sqlite:///FILE` and
    `postgresql://…` are read as these. Raises DatabaseError for any other URL.
    """
    parsed = _with_async_driver(url)
    if parsed.get_backend_name() == "sqlite":
        options: dict[str, Any] = {"connect_args": {"timeout": BUSY_SECONDS}, **_PRIVATELY}
        engine = create_async_engine(parsed, **options)
        writes = create_engine(parsed.set(drivername="sqlite"), **options)
        for one in (engine.sync_engine, writes):
            event.listen(one, "connect", _prepare_sqlite)
            event.listen(one, "begin", _begin_sqlite)
        return Database(engine, WritingLane(writes))
    engine = create_async_engine(
        parsed,
        pool_size=POOL_SIZE,
        pool_pre_ping=True,
        connect_args={"timeout": CONNECT_SECONDS},
        **_PRIVATELY,
    )
    return Database(engine)


def shown(url: str | URL) -> str:
    """The URL as it may be shown: a password in it is starred out."""
    return make_url(url).render_as_string(hide_password=True)


def _with_async_driver(url: str) -> URL:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except ArgumentError as error:
        raise DatabaseError(
            "EVENHAND_DATABASE_URL is not a database URL. Write sqlite+aiosqlite:///FILE or "
            "postgresql+asyncpg://USER:PASSWORD@HOST/NAME."
        ) from error
    match backend:
        case "sqlite":
            return parsed.set(drivername="sqlite+aiosqlite")
        case "postgresql":
            return parsed.set(drivername="postgresql+asyncpg")
    raise DatabaseError(
        f"EVENHAND_DATABASE_URL names “{backend}”, which is not supported. Use SQLite "
        "(sqlite+aiosqlite:///FILE) or PostgreSQL (postgresql+asyncpg://…)."
    )


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver would begin transactions by itself, and never an immediate one.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        # The record must outlive a power cut, which WAL with NORMAL does not promise.
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",  # what is discarded is overwritten, not merely unlinked
        "recursive_triggers=ON",  # so that REPLACE meets the triggers that forbid deleting
        f"busy_timeout={int(BUSY_SECONDS * 1000)}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _is_bare(error: BaseException) -> bool:
    """Whether it comes from the network, or from a driver that is used without SQLAlchemy."""
    bare = isinstance(error, OSError | TimeoutError | sqlite3.Error)
    return bare or type(error).__module__.startswith("asyncpg.")


def _is_gone(error: DBAPIError) -> bool:
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return str(state).startswith(_UNREACHABLE_STATES)
    return type(error).__name__ in ("OperationalError", "InterfaceError")


def _lacks_a_table(error: DBAPIError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    return state == _MISSING_TABLE or "no such table" in str(error.orig)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
