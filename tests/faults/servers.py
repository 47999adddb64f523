"""Parts of the service that a test kills and starts again, by their process ids."""

import asyncio
import base64
import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import asyncpg

from domain.calendar import SchoolCalendar, Span
from domain.events import DeadlineSet, NoticeSent
from domain.policy import Policy
from domain.vocabulary import DutyKind
from tests.support.postgres import PostgresFolder, PostgresServer
from tests.support.processes import free_port, listening, start, stop
from tests.support.school import CALENDAR, SCHOOL, SchoolInTest
from tests.support.temporal import server_command

ROOT = Path(__file__).parents[2]
PATIENCE = 90.0  # seconds for anything that is waited for


async def until(what: str, holds: Callable[[], bool]) -> None:
    """Waits until `holds`; fails, saying `what`, when it does not come to hold."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while not await asyncio.to_thread(holds):
        assert asyncio.get_running_loop().time() < deadline, f"never: {what}"
        await asyncio.sleep(0.05)


async def until_found(what: str, look: Callable[[], Awaitable[object]]) -> None:
    """Waits until `look` finds something; fails, saying `what`, when it never does."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while not await look():
        assert asyncio.get_running_loop().time() < deadline, f"never: {what}"
        await asyncio.sleep(0.05)


def held(database: Path) -> sqlite3.Connection:
    """The SQLite database's one write lock, so that nothing can be recorded until the connection
    is rolled back and closed, in any thread."""
    lock = sqlite3.connect(database, timeout=30, isolation_level=None, check_same_thread=False)
    lock.execute("BEGIN IMMEDIATE")
    return lock


class WorkerProcess:
    """The real worker in a process of its own."""

    module = "worker"

    def __init__(self, folder: Path, database_url: str, temporal: int, smtp: int) -> None:
        self.folder = folder
        self.health = free_port()
        others = {name: value for name, value in os.environ.items() if "EVENHAND" not in name}
        self.environment = others | {
            "TEMPORAL_ADDRESS": f"127.0.0.1:{temporal}",
            "EVENHAND_DATA_DIR": str(folder),
            "EVENHAND_DATABASE_URL": database_url,
            "EVENHAND_MASTER_KEY": base64.b64encode(b"m" * 32).decode(),
            "EVENHAND_PAYLOAD_KEYS": f"test:{base64.b64encode(b'k' * 32).decode()}",
            "EVENHAND_SMTP_PORT": str(smtp),
            "EVENHAND_METRICS_PORT": str(self.health),
            "EVENHAND_SDK_METRICS_PORT": str(free_port()),
            "EVENHAND_LOG_FORMAT": "json",
            "EVENHAND_LOG_LEVEL": "debug",
        }
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """What the worker wrote to its standard error."""
        return self.folder / "worker.log"

    async def start(self) -> None:
        """Starts it and waits until it is ready."""
        self._spawn()
        await until("the worker is ready", self._is_ready)

    def _spawn(self) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.module],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def _is_ready(self) -> bool:
        with contextlib.suppress(OSError):
            address = f"http://127.0.0.1:{self.health}/ready"
            with urllib.request.urlopen(address, timeout=1) as answer:
                return bool(answer.status == 200)
        return False

    def metrics(self) -> bytes:
        """What it counts."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.health}/metrics", timeout=5) as page:
            return bytes(page.read())

    def kill(self) -> None:
        """SIGKILL: it has no chance to finish anything."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Ends it, whatever state it is in."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()


class TemporalProcess:
    """The real Temporal server, always on the same port and data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Starts it and waits until its port answers."""
        command = server_command(self.folder, self.port)
        self.process = start(command, log=self.folder / "temporal.log")
        await until("the Temporal server listens", lambda: listening(self.port))

    def kill(self) -> None:
        """SIGKILL."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()


class PostgresProcess:
    """The real PostgreSQL, always on the same port and data."""

    def __init__(self, folder: PostgresFolder) -> None:
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of its first database."""
        return PostgresServer(port=self.port, pid=0).url("postgres")

    async def start(self) -> None:
        """Starts it and waits until it takes connections, recovering first if it must."""
        # As in production: what was committed outlives a crash.
        command = [*self.folder.command(self.port), "-c", "synchronous_commit=on"]
        self.process = start(command, log=self.folder.log, user=self.folder.user)
        await until_found("PostgreSQL takes connections", self._connects)

    async def _connects(self) -> bool:
        with contextlib.suppress(OSError, asyncpg.PostgresError):
            address = self.url.replace("+asyncpg", "")
            await (await asyncpg.connect(address)).close()
            return True
        return False

    def crash(self) -> None:
        """Its “immediate” shutdown: every connection breaks, and nothing is tidied up."""
        assert self.process is not None
        stop(self.process, signal.SIGQUIT)


def opening_soon(seconds: float) -> SchoolCalendar:
    """The sample calendar of a school whose office opens in a moment, whatever day it is."""
    soon = (datetime.now(UTC) + timedelta(seconds=seconds)).astimezone(ZoneInfo("Europe/London"))
    latest = time(23, 59)
    today = datetime.now(UTC).astimezone(ZoneInfo("Europe/London")).date()
    opens = min(soon.time(), latest) if soon.date() == today else latest
    return CALENDAR.model_copy(
        update={"office_opens": opens.replace(microsecond=0), "office_closes": time(23, 59, 59)}
    )


def reminding_today(policy: Policy) -> Policy:
    """The code with a promise to acknowledge on the same day, of which staff are reminded at the
    school's opening, on any day of the year."""
    today = Span.parse("0 calendar days")
    ladders = tuple(
        ladder.model_copy(
            update={
                "duties": tuple(
                    duty.model_copy(update={"within": today, "urgent": True})
                    if duty.kind is DutyKind.ACKNOWLEDGE
                    else duty
                    for duty in ladder.duties
                )
            }
        )
        for ladder in policy.ladders
    )
    return policy.model_copy(update={"ladders": ladders})


async def reminders_of(school: SchoolInTest, reference: str) -> list[int]:
    """The levels at which the promise to acknowledge a case was reminded of, as recorded."""
    events = [stored.event for stored in await school.stores.record.events_of(SCHOOL, reference)]
    promises = {
        event.fact.deadline
        for event in events
        if isinstance(event.fact, DeadlineSet) and event.fact.about == "acknowledge"
    }
    return [
        event.fact.level
        for event in events
        if isinstance(event.fact, NoticeSent) and event.fact.deadline in promises
    ]
