"""A whole story of an advocate, undisturbed, and with its worker killed at ten points: the same
letters go out, once each."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from temporalio.testing import WorkflowEnvironment

from domain.calendar import Clock, Span
from domain.case import Case
from domain.contracts import TASK_QUEUE
from domain.events import (
    DeadlineMet,
    DeadlineSet,
    Event,
    LetterPrepared,
    LetterSent,
    MeetingStopped,
)
from gateway.cases import Cases
from gateway.letters import Sending
from storage.payload_codec import encrypted_converter
from tests.faults.servers import WorkerProcess
from tests.support.outbox import Outbox
from tests.support.school import CALENDAR, POLICY, SCHOOL, SchoolInTest, a_school
from tests.support.temporal import skipping_time
from tests.workflows.conftest import KEYRING

KILLS = 10
SEED = 20261124
WHY = {"reason": "It has gone on.", "clauses": ["ep.expect.speech"]}
LAST_STEP = 17


class UnscheduledWorker(WorkerProcess):
    """A worker for the server that skips time, which knows no schedules."""

    module = "tests.support.unscheduled_worker"


class Told:
    """The story as it is told: a school, its worker, and a clock that everybody goes by."""

    def __init__(
        self,
        school: SchoolInTest,
        environment: WorkflowEnvironment,
        worker: WorkerProcess,
        outbox: Outbox,
        start: datetime,
    ) -> None:
        self.school = school
        self.environment = environment
        self.worker = worker
        self.outbox = outbox
        self.now = start
        self.cases: Cases = school.cases(
            environment.client, TASK_QUEUE, now=lambda: self.now, patience=timedelta(seconds=60)
        )
        self.reference = ""

    async def until(self, moment: datetime) -> None:
        """Lets time pass until `moment`."""
        now = await self.environment.get_current_time()
        if moment > now:
            await self.environment.sleep(moment - now)
        self.now = await self.environment.get_current_time()

    async def opening(self, school_days: int) -> None:
        """Lets so many school days pass, until the office opens."""
        today = CALENDAR.local_date(self.now)
        day = CALENDAR.add(today, Span(amount=school_days, clock=Clock.SCHOOL_DAYS))
        await self.until(CALENDAR.opening(day))

    async def act(self, who: str, action: str, **fields: Any) -> None:
        """Somebody acts, and the letters go with it."""
        actor = self.school.actor(who)
        await self.cases.act(self.reference, action, fields, actor, letters=Sending.AS_DRAFTED)

    async def case(self) -> Case:
        """The case as the record has it."""
        return await self.cases.show(self.reference)

    async def step(self, number: int) -> None:
        """One step of the story."""
        match number:
            case 0:
                opened = await self.cases.open(
                    POLICY, self.school.concern(), self.school.actor("asha")
                )
                self.reference = opened.reference
            case 1:
                await self.act("ben", "acknowledge")
            case 2:
                await self.act("ben", "remind_informally", **WHY)
            case 3:
                await self.opening(3)
                await self.act("cara", "remind_formally", **WHY)
            case 4:
                await self.act("ben", "offer_resolution_meeting", **WHY)
            case 5:
                await self.act("ben", "schedule_meeting", at=self._at(5), place="The library")
            case 6:
                await self.act("ben", "reschedule_meeting", **await self._meeting(), at=self._at(6))
            case 7:
                (meeting,) = (await self.case()).meetings
                await self.until(meeting.at + timedelta(minutes=20))
                await self.act("cara", "stop_meeting", **await self._meeting(), **WHY)
            case 8:
                said = {"discussed": "The library.", "decided": "To write."}
                await self.act("cara", "record_meeting", **await self._meeting(), **said)
            case 9:
                await self.act("cara", "warn", **WHY)
            case 10:
                await self.opening(2)
                terms = {"contact": "By e-mail.", "contact_through": "Gil Navarro"}
                terms["meetings"] = "With another friend."
                review = CALENDAR.add(
                    CALENDAR.local_date(self.now), Span(amount=15, clock=Clock.SCHOOL_DAYS)
                )
                await self.act(
                    "ben", "restrict_access", scopes=["meetings"], review_on=review, **terms, **WHY
                )
            case 11:
                await self.act("idris", "submit_representations", text="I am sorry.")
            case 12:
                restriction = await self._restriction()
                await self.act(
                    "dafydd", "confirm_restriction", **restriction, answer="Thank you.", **WHY
                )
            case 13:
                await self.act("gil", "signpost")
            case 14:
                await self.act("gil", "offer_accompaniment", how="A governor comes with you.")
            case 15:
                await self.opening(1)
                await self.act("cara", "offer_mediation", agreed="true", **WHY)
            case 16:
                await self.act("dafydd", "lift_restriction", **await self._restriction(), **WHY)
            case 17:
                await self.act("cara", "close", outcome="resolved", **WHY)

    def _at(self, school_days: int) -> datetime:
        today = CALENDAR.local_date(self.now)
        day = CALENDAR.add(today, Span(amount=school_days, clock=Clock.SCHOOL_DAYS))
        return CALENDAR.instant(day, time(10, 30))

    async def _meeting(self) -> dict[str, str]:
        return {"meeting": (await self.case()).meetings[-1].id}

    async def _restriction(self) -> dict[str, str]:
        return {"restriction": (await self.case()).restrictions[-1].id}

    async def step_without_a_worker(self, number: int) -> None:
        """SIGKILL, then the step is asked for while nobody is there; another one takes over."""
        self.worker.kill()
        step = asyncio.create_task(self.step(number))
        await self.worker.start()
        await step

    async def until_all_has_gone(self) -> None:
        """Lets time pass until no letter waits."""
        for _ in range(40):
            if not (await self.case()).letters_to_send:
                return
            await self.until(self.now + timedelta(hours=6))
        raise AssertionError("a letter is still waiting")


@contextlib.asynccontextmanager
async def told_in(folder: Path, outbox: Outbox, start: datetime | None) -> AsyncIterator[Told]:
    """A school on the morning of the story, with a worker in a process of its own."""
    folder.mkdir()
    outbox.messages.clear()
    url = f"sqlite+aiosqlite:///{folder / 'evenhand.db'}"
    async with (
        a_school(url) as school,
        skipping_time(encrypted_converter(KEYRING)) as environment,
    ):
        port = int(environment.client.service_client.config.target_host.rpartition(":")[2])
        worker = UnscheduledWorker(folder, url, port, outbox.port)
        await worker.start()
        try:
            now = await environment.get_current_time()
            told = Told(school, environment, worker, outbox, now)
            if start is None:
                await told.opening(2)
            else:
                await told.until(start)
            yield told
        finally:
            worker.stop()


def letters(outbox: Outbox) -> list[EmailMessage]:
    """What went to people as a letter, and not to staff as a reminder."""
    return [message for message in outbox.messages if message.is_multipart()]


def words(message: EmailMessage) -> tuple[str, str]:
    """To whom a letter went, and what it says."""
    plain = message.get_body(("plain",))
    assert plain is not None
    return message["To"].partition("@")[0], plain.get_content()


def once_each(sent: list[EmailMessage]) -> bool:
    """Whether no two of the letters have the same Message-ID."""
    return max(Counter(message["Message-ID"] for message in sent).values()) == 1


def kept(events: list[Event]) -> set[str]:
    """What was promised and kept, each within its due days; fails where anything was late."""
    promised = {e.fact.deadline: e.fact for e in events if isinstance(e.fact, DeadlineSet)}
    found = set()
    for event in events:
        if isinstance(event.fact, DeadlineMet):
            promise = promised[event.fact.deadline]
            assert event.fact.on_time, promise.about
            assert event.at <= promise.due_at, promise.about
            found.add(promise.about)
    return found


async def test_the_same_letters_go_out_once_however_often_the_worker_is_killed(
    tmp_path: Path, outbox: Outbox
) -> None:
    start: datetime | None = None
    async with told_in(tmp_path / "undisturbed", outbox, None) as told:
        start = told.now
        for number in range(LAST_STEP + 1):
            await told.step(number)
            await told.until_all_has_gone()
        undisturbed = sorted(words(one) for one in letters(told.outbox))
        assert once_each(letters(told.outbox))
        events = [one.event for one in await told.cases.timeline(told.reference)]
        assert any(isinstance(event.fact, MeetingStopped) for event in events)
        assert {"acknowledge", "signpost", "offer-accompaniment", "record-meeting"} <= kept(events)
        prepared = [e.fact.kind for e in events if isinstance(e.fact, LetterPrepared)]
        assert {"signpost", "mediation", "meeting-record", "restriction"} <= set(prepared)

    killed_before = set(random.Random(SEED).sample(range(LAST_STEP + 1), KILLS))
    async with told_in(tmp_path / "killed", outbox, start) as told:
        for number in range(LAST_STEP + 1):
            if number in killed_before:
                await told.step_without_a_worker(number)
            else:
                await told.step(number)
            await told.until_all_has_gone()
        sent = letters(told.outbox)
        events = [one.event for one in await told.cases.timeline(told.reference)]
        assert sorted(words(one) for one in sent) == undisturbed
        assert {"acknowledge", "signpost", "offer-accompaniment", "record-meeting"} <= kept(events)
        assert once_each(sent)
        assert not any(isinstance(e.fact, LetterSent) and e.fact.perhaps_twice for e in events)
        assert (await told.school.stores.record.verify(SCHOOL)).holds
