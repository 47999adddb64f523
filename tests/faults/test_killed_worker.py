"""A worker that dies between accepting an action and recording it loses nothing."""

import sqlite3
from functools import partial
from pathlib import Path

from temporalio.client import Client, WorkflowUpdateHandle, WorkflowUpdateStage

from domain.actions import AddNote
from domain.case import Case
from domain.contracts import ACT, CURRENT, TASK_QUEUE, Act, Acted, case_workflow_id
from storage.payload_codec import encrypted_converter
from tests.faults.servers import (
    WorkerProcess,
    held,
    opening_soon,
    reminders_of,
    reminding_today,
    until_found,
)
from tests.support.outbox import Outbox
from tests.support.school import POLICY, SCHOOL, SchoolInTest, a_school
from tests.support.temporal import TemporalServer, running_temporal
from tests.workflows.conftest import KEYRING

KILLS = 20


async def accepted(
    client: Client, school: SchoolInTest, reference: str, number: int, database: Path
) -> tuple[WorkflowUpdateHandle[Acted], sqlite3.Connection]:
    """An action that Temporal has accepted, and that can't be on the record yet."""
    actor = school.actor("ben")
    note = f"This is note {number}."
    text = await school.stores.texts.store(actor.person, SCHOOL, reference, "text", note)
    action = AddNote(id=f"note-{number}", text=text)
    lock = held(database)
    handle = client.get_workflow_handle(case_workflow_id(SCHOOL, reference))
    update = await handle.start_update(
        ACT,
        Act(action=action, actor=actor),
        id=action.id,
        wait_for_stage=WorkflowUpdateStage.ACCEPTED,
        result_type=Acted,
    )
    return update, lock


async def test_an_accepted_action_is_recorded_once_however_often_the_worker_is_killed(
    tmp_path: Path, outbox: Outbox
) -> None:
    database = tmp_path / "evenhand.db"
    url = f"sqlite+aiosqlite:///{database}"
    with running_temporal(tmp_path) as server:
        async with a_school(url, calendar=opening_soon(45), as_adopted=reminding_today) as school:
            await _killed_again_and_again(tmp_path, url, server, school, outbox, database)


async def _killed_again_and_again(
    folder: Path,
    url: str,
    server: TemporalServer,
    school: SchoolInTest,
    outbox: Outbox,
    database: Path,
) -> None:
    client = await server.connect(encrypted_converter(KEYRING))
    cases = school.cases(client, TASK_QUEUE)
    updates: dict[str, WorkflowUpdateHandle[Acted]] = {}
    worker = WorkerProcess(folder, url, server.port, outbox.port)
    await worker.start()
    try:
        for number in range(KILLS):
            opened = await cases.open(POLICY, school.concern(), school.actor("asha"))
            update, lock = await accepted(client, school, opened.reference, number, database)
            worker.kill()
            types = [s.event.fact.type for s in await cases.timeline(opened.reference)]
            assert "note:added" not in types  # it died in between, as this test means it to
            lock.rollback()
            lock.close()
            updates[opened.reference] = update
            await worker.start()
        for number, (reference, update) in enumerate(updates.items()):
            acted = await update.result()
            assert [event.action_id for event in acted.events] == [f"note-{number}"]
            await _whole(client, school, reference, number)
        assert (await school.stores.record.verify(SCHOOL)).holds
        # The timers outlived every worker: each case reminds once of what falls due today.
        for reference in updates:
            await _reminded_once(school, reference)
    finally:
        worker.stop()


async def _whole(client: Client, school: SchoolInTest, reference: str, number: int) -> None:
    stored = await school.stores.record.events_of(SCHOOL, reference)
    done = [s.event.action_id for s in stored if s.event.fact.type == "note:added"]
    assert done == [f"note-{number}"]
    handle = client.get_workflow_handle(case_workflow_id(SCHOOL, reference))
    on_record = await school.stores.record.case_state(SCHOOL, reference)
    assert on_record.sequence >= stored[-1].event.sequence

    async def holds_what_is_on_record() -> bool:
        # A reminder may be on the record a moment before its workflow knows that it is.
        current: Case = await handle.query(CURRENT, result_type=Case)
        assert current.next_at is not None
        return current.sequence >= on_record.sequence

    await until_found("the workflow holds what is on the record", holds_what_is_on_record)


async def _reminded_once(school: SchoolInTest, reference: str) -> None:
    reminders = partial(reminders_of, school, reference)
    await until_found(f"{reference} reminds of its acknowledgement", reminders)
    assert await reminders() == [0]
