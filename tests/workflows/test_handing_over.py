"""A case that is continued as new goes on as if nothing had been."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from temporalio.client import Client

from correspondence.mail_server import MailServer
from domain.case import Case
from domain.contracts import CURRENT, PLANNED, case_workflow_id, meeting_workflow_id
from domain.meeting_plan import MeetingPlan
from gateway.cases import Cases
from gateway.search_attributes import SEARCH_ATTRIBUTES
from gateway.telemetry import Metrics
from storage.payload_codec import encrypted_converter
from tests.support.handing_over import SOON
from tests.support.school import AUDIT_KEYS, CALENDAR, POLICY, SCHOOL, SchoolInTest, a_school
from tests.support.temporal import TemporalServer, running_temporal
from tests.workflows.conftest import KEYRING
from worker import build_worker

QUEUE = "handing-over"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TemporalServer]:
    with running_temporal(tmp_path, SOON) as running:
        yield running


@pytest.fixture
async def door(
    server: TemporalServer, sqlite_url: str
) -> AsyncIterator[tuple[Client, Cases, SchoolInTest]]:
    client = await server.connect(encrypted_converter(KEYRING))
    async with (
        a_school(sqlite_url) as school,
        build_worker(
            client,
            school.stores,
            MailServer("127.0.0.1", 9, "evenhand@rowan-hill.example"),
            task_queue=QUEUE,
            metrics=Metrics(CollectorRegistry()),
            audit_keys=lambda: AUDIT_KEYS,
        ),
    ):
        yield client, school.cases(client, QUEUE), school


async def test_nothing_is_lost_when_a_case_is_handed_over(
    door: tuple[Client, Cases, SchoolInTest], tmp_path: Path
) -> None:
    client, cases, school = door
    opened = await cases.open(POLICY, school.concern(), school.actor("asha"))
    reference = opened.reference
    handle = client.get_workflow_handle(case_workflow_id(SCHOOL, reference))
    first_run = (await handle.describe()).run_id
    notes = [f"note-{number}" for number in range(16)]

    async def add(note: str) -> None:
        await cases.act(
            reference, "add_note", {"text": f"This is {note}."}, school.actor("ben"), action_id=note
        )

    for note in notes[:8]:
        await add(note)
    # Several at once, so that some wait while the case is being handed over.
    await asyncio.gather(*(add(note) for note in notes[8:]))

    latest_run = (await handle.describe()).run_id
    assert latest_run != first_run

    await add(notes[0])  # repeated in the new run, it still counts once
    events = [stored.event for stored in await cases.timeline(reference)]
    done = [event.action_id for event in events if event.fact.type == "note:added"]
    assert sorted(done) == sorted(notes)
    held = await handle.query(CURRENT, result_type=Case)
    assert held == await cases.show(reference)
    due = min(deadline.due_at for deadline in held.deadlines)
    assert await searched(client, reference) == (SCHOOL, "advocate_conduct", "raised", due)
    why = {"reason": "A quiet word first.", "clauses": ["ep.expect.speech"]}
    await cases.act(reference, "remind_informally", why, school.actor("cara"))
    due = min(deadline.due_at for deadline in (await cases.show(reference)).deadlines)
    found = await searched(client, reference)
    assert found == (SCHOOL, "advocate_conduct", "informal_reminder", due)
    assert held.next_at is not None
    timers = await timers_of(client, reference)
    assert timers[-1] == "started"  # the one timer runs in the new run too
    assert (await school.stores.record.verify(SCHOOL)).holds


async def searched(client: Client, reference: str) -> tuple[object, ...]:
    """The values of the case's search attributes: school, track, stage, and when next is due."""
    handle = client.get_workflow_handle(case_workflow_id(SCHOOL, reference))
    found = (await handle.describe()).typed_search_attributes
    keyed = {pair.key.name: pair.value for pair in found}
    return tuple(keyed.get(name) for name in SEARCH_ATTRIBUTES)


async def test_a_meeting_outlives_each_run_of_its_case(
    door: tuple[Client, Cases, SchoolInTest],
) -> None:
    client, cases, school = door
    opened = await cases.open(POLICY, school.concern(), school.actor("asha"))
    reference, leader = opened.reference, school.actor("ben")
    soon = (datetime.now(UTC) + timedelta(days=21)).date()
    when = CALENDAR.instant(CALENDAR.first_school_day_on_or_after(soon), time(10))
    await cases.act(reference, "schedule_meeting", {"at": when}, leader)
    meeting = (await cases.show(reference)).meetings[-1].id
    handle = client.get_workflow_handle(case_workflow_id(SCHOOL, reference))
    first_run = (await handle.describe()).run_id
    for number in range(16):
        await cases.act(reference, "add_note", {"text": f"Note {number}."}, leader)
    assert (await handle.describe()).run_id != first_run

    # The meeting's own workflow asks the new run to put its reminders on the record, …
    of_meeting = client.get_workflow_handle(meeting_workflow_id(SCHOOL, reference, meeting))
    await of_meeting.signal(PLANNED, MeetingPlan(sequence=0, remind_at=datetime.now(UTC), ask=()))
    while not (await cases.show(reference)).letters:
        await asyncio.sleep(0.05)
    # … and hears from it that the meeting is off.
    off = {"meeting": meeting, "reason": "We have spoken on the telephone."}
    await cases.act(reference, "cancel_meeting", off, leader)
    await of_meeting.result()

    kinds = {letter.kind for letter in (await cases.show(reference)).letters}
    assert kinds == {"meeting-reminder"}


async def timers_of(client: Client, reference: str) -> list[str]:
    history = await client.get_workflow_handle(case_workflow_id(SCHOOL, reference)).fetch_history()
    words = []
    for event in history.events:
        for kind in ("started", "canceled", "fired"):
            if event.HasField(f"timer_{kind}_event_attributes"):  # type: ignore[arg-type]
                words.append(kind)
    return words
