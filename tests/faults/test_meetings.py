"""A meeting's workflow outlives the worker that ran it, and reminds once all the same."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from temporalio.client import WorkflowExecutionStatus

from domain.contracts import PLANNED, TASK_QUEUE, meeting_workflow_id
from domain.events import LetterPrepared
from domain.letter_actions import MEETING_REMINDER
from domain.meeting_plan import MeetingPlan
from storage.payload_codec import encrypted_converter
from tests.faults.raw_bytes import found_in_files
from tests.faults.servers import WorkerProcess, until_found
from tests.support.outbox import Outbox
from tests.support.school import CALENDAR, POLICY, SCHOOL, SchoolInTest, a_school
from tests.support.temporal import running_temporal
from tests.workflows.conftest import KEYRING

NEXT = timedelta(days=21)
WRITTEN = {"place": "Behind the marmalade stall", "purpose": "To speak of marmalade at last."}


async def reminded(school: SchoolInTest, reference: str) -> list[str]:
    """Whom a letter reminds of the meeting, once for each letter on the record."""
    stored = await school.stores.record.events_of(SCHOOL, reference)
    facts = [one.event.fact for one in stored]
    return sorted(
        fact.to
        for fact in facts
        if isinstance(fact, LetterPrepared) and fact.kind == MEETING_REMINDER
    )


async def test_a_reminder_that_fell_due_while_the_worker_was_dead_goes_once(
    tmp_path: Path, outbox: Outbox
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'evenhand.db'}"
    with running_temporal(tmp_path) as server:
        async with a_school(url) as school:
            client = await server.connect(encrypted_converter(KEYRING))
            cases = school.cases(client, TASK_QUEUE)
            worker = WorkerProcess(tmp_path, url, server.port, outbox.port)
            await worker.start()
            try:
                opened = await cases.open(POLICY, school.concern(), school.actor("asha"))
                reference = opened.reference
                soon = (datetime.now(UTC) + NEXT).date()
                day = CALENDAR.first_school_day_on_or_after(soon)
                when = {"at": CALENDAR.instant(day, time(10)), **WRITTEN}
                leader = school.actor("ben")
                await cases.act(reference, "schedule_meeting", when, leader)
                meeting = (await cases.show(reference)).meetings[-1].id
                handle = client.get_workflow_handle(meeting_workflow_id(SCHOOL, reference, meeting))

                worker.kill()
                # Its reminder falls due now, with nobody there to see to it.
                due = MeetingPlan(sequence=0, remind_at=datetime.now(UTC), ask=())
                await handle.signal(PLANNED, due)
                assert await reminded(school, reference) == []
                await worker.start()
                await until_found("a reminder", lambda: reminded(school, reference))

                worker.kill()
                await worker.start()
                off = {"meeting": meeting, "reason": "We have spoken on the telephone."}
                await cases.act(reference, "cancel_meeting", off, leader)
                await handle.result()
                invited = sorted(school.people[who] for who in ("ben", "hana", "idris"))
                assert await reminded(school, reference) == invited
                status = (await handle.describe()).status
                assert status is WorkflowExecutionStatus.COMPLETED
                assert (await school.stores.record.verify(SCHOOL)).holds
            finally:
                worker.stop()
    assert not found_in_files(tmp_path, [*WRITTEN.values(), "marmalade", "Idris", "Bello"])
