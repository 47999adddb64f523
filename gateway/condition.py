"""How each part of the service is: for an administrator, in words, with what to do."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from correspondence.mail_server import MailServer, NotTaken
from domain.checkpoint import CheckpointError
from gateway.errors import ServiceUnreachable
from gateway.schedules import SCHEDULES
from gateway.stores import Stores
from settings import Settings
from storage.database import DatabaseError

PATIENCE = 4.0  # seconds that a part has to answer
POLLED_WITHIN = timedelta(minutes=2)
CHECKPOINT_WITHIN = timedelta(hours=26)  # one each night, and two hours for the night's own work
LITTLE_ROOM = 1024**3  # bytes
SCARCELY_ROOM = 200 * 1024**2


class Condition(StrEnum):
    """How a part of the service is."""

    WELL = "well"
    ATTENTION = "attention"
    AWAY = "away"
    UNKNOWN = "unknown"


class Part(NamedTuple):
    """A part of the service: what it is, how it is, in words, and what to do (empty: nothing)."""

    name: str
    condition: Condition
    words: str
    to_do: str = ""


class Examination:
    """Looks at every part, for one school. `client` gives the connection to Temporal, and `now`
    the present moment, aware, in UTC."""

    def __init__(
        self,
        settings: Settings,
        stores: Stores,
        mail: MailServer,
        client: Callable[[], Awaitable[Client]],
        school: str,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._stores = stores
        self._mail = mail
        self._client = client
        self._school = school
        self._now = now

    async def parts(self) -> list[Part]:
        """Every part, in the order in which they depend on each other."""
        looks = (
            ("Database", self._database),
            ("Temporal", self._temporal),
            ("Worker", self._worker),
            ("Nightly work", self._nights),
            ("Mail server", self._mail_server),
            ("Checkpoints", self._checkpoint),
            ("Read log", self._read_log),
            ("Disk", self._disk),
        )
        return list(await asyncio.gather(*(_in_time(name, look) for name, look in looks)))

    async def _database(self) -> Part:
        kind = "SQLite, in a file" if self._stores.database.is_sqlite else "PostgreSQL"
        try:
            await self._stores.database.check()
        except DatabaseError:
            return Part(
                "Database",
                Condition.AWAY,
                f"It does not answer ({kind}).",
                "Start it, or correct EVENHAND_DATABASE_URL.",
            )
        return Part("Database", Condition.WELL, f"It answers ({kind}).")

    async def _temporal(self) -> Part:
        try:
            client = await self._client()
            await client.service_client.check_health(timeout=timedelta(seconds=PATIENCE))
        except (ServiceUnreachable, RPCError):
            return Part(
                "Temporal",
                Condition.AWAY,
                "It does not answer, so nothing can be done to a case. Pages can still be read.",
                "Start it with `evenhand up`, or set TEMPORAL_ADDRESS to where it runs.",
            )
        return Part("Temporal", Condition.WELL, "It answers.")

    async def _worker(self) -> Part:
        away = Part(
            "Worker",
            Condition.AWAY,
            "None asks for work, so actions wait and no reminder goes out.",
            "Start one with `evenhand worker` (`evenhand up` runs one). What waits is done then.",
        )
        try:
            client = await self._client()
            answer = await client.workflow_service.describe_task_queue(
                DescribeTaskQueueRequest(
                    namespace=client.namespace,
                    task_queue=TaskQueue(name=self._settings.task_queue),
                    task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
                ),
                timeout=timedelta(seconds=PATIENCE),
            )
        except ServiceUnreachable:
            return _not_to_be_told("Worker", "Temporal")
        except RPCError as error:
            if error.status is RPCStatusCode.UNIMPLEMENTED:
                return Part("Worker", Condition.UNKNOWN, "This server does not say who works.")
            return _not_to_be_told("Worker", "Temporal")
        asked = [poller.last_access_time.ToDatetime(UTC) for poller in answer.pollers]
        lately = sum(self._now() - moment <= POLLED_WITHIN for moment in asked)
        if not lately:
            return away
        count = "One is" if lately == 1 else f"{lately} are"
        return Part("Worker", Condition.WELL, f"{count} at work.")

    async def _nights(self) -> Part:
        missing, paused = [], []
        try:
            client = await self._client()
            for nightly in SCHEDULES:
                try:
                    there = await client.get_schedule_handle(nightly.id).describe(
                        rpc_timeout=timedelta(seconds=PATIENCE)
                    )
                except RPCError as error:
                    if error.status is not RPCStatusCode.NOT_FOUND:
                        raise
                    missing.append(nightly.name)
                    continue
                if there.schedule.state.paused:
                    paused.append(nightly.name)
        except ServiceUnreachable:
            return _not_to_be_told("Nightly work", "Temporal")
        except RPCError as error:
            if error.status is RPCStatusCode.UNIMPLEMENTED:
                words = "This server has no schedules."
                return Part("Nightly work", Condition.UNKNOWN, words)
            return _not_to_be_told("Nightly work", "Temporal")
        if missing:
            return Part(
                "Nightly work",
                Condition.ATTENTION,
                f"It is not planned: {', '.join(missing)}.",
                "Start a worker: it plans what is missing.",
            )
        if paused:
            return Part(
                "Nightly work",
                Condition.ATTENTION,
                f"Somebody paused it: {', '.join(paused)}.",
                "Let it go on in Temporal, unless it is paused on purpose.",
            )
        return Part("Nightly work", Condition.WELL, "It is planned for each night.")

    async def _mail_server(self) -> Part:
        where = f"{self._mail.host}, port {self._mail.port}"
        try:
            await self._mail.greet(PATIENCE)
        except NotTaken:
            return Part(
                "Mail server",
                Condition.AWAY,
                f"It does not answer ({where}), so letters and reminders wait.",
                "Start it, or correct EVENHAND_SMTP_HOST and EVENHAND_SMTP_PORT. What waits goes "
                "out when it is back.",
            )
        return Part("Mail server", Condition.WELL, f"It answers ({where}).")

    async def _checkpoint(self) -> Part:
        name = "Checkpoints"
        try:
            latest = await self._stores.checkpoints.latest(self._school)
        except DatabaseError:
            return _not_to_be_told(name, "the database")
        except CheckpointError:
            return Part(
                name,
                Condition.ATTENTION,
                "The newest one is damaged.",
                "Verify the record now, with a checkpoint that a governor holds.",
            )
        if latest is None:
            return Part(
                name,
                Condition.ATTENTION,
                "There is none yet. The first is made in the first night.",
                "If a night has passed, see that a worker runs and its nightly work is planned.",
            )
        made = latest.checkpoint.made_at
        hours = int((self._now() - made).total_seconds() // 3600)
        age = "less than an hour" if hours < 1 else f"{hours} hours"
        words = f"Number {latest.checkpoint.number} was made {age} ago."
        if self._now() - made <= CHECKPOINT_WITHIN:
            return Part(name, Condition.WELL, words)
        return Part(
            name,
            Condition.ATTENTION,
            words,
            "Ask why the nights passed without one: whether a worker runs, and whether the record "
            "still verifies.",
        )

    async def _read_log(self) -> Part:
        folder = self._settings.views_waiting
        waiting = len(list(folder.glob("*.json"))) if folder.is_dir() else 0
        if not waiting:
            return Part("Read log", Condition.WELL, "Every look at a case is entered.")
        lines = "1 line waits" if waiting == 1 else f"{waiting} lines wait"
        return Part(
            "Read log",
            Condition.ATTENTION,
            f"{lines} beside the database.",
            "They are entered with the next look, or tonight. If their number grows, see to the "
            "database.",
        )

    async def _disk(self) -> Part:
        free = shutil.disk_usage(_there(self._settings.data_dir)).free
        words = f"{free / 1024**3:.1f} GB are free where the data is."
        if free >= LITTLE_ROOM:
            return Part("Disk", Condition.WELL, words)
        to_do = "Make room before it is full: a record that can't be written stops everything."
        scarce = free < SCARCELY_ROOM
        return Part("Disk", Condition.AWAY if scarce else Condition.ATTENTION, words, to_do)


async def _in_time(name: str, look: Callable[[], Awaitable[Part]]) -> Part:
    try:
        async with asyncio.timeout(2 * PATIENCE):
            return await look()
    except TimeoutError:
        return Part(
            name,
            Condition.AWAY,
            "It did not answer in time.",
            "Look again in a minute; if it stays so, look at its own log.",
        )


def _not_to_be_told(name: str, while_away: str) -> Part:
    return Part(name, Condition.UNKNOWN, f"Nobody can tell while {while_away} is away.")


def _there(folder: Path) -> Path:
    return next(one for one in (folder, *folder.parents) if one.exists())
