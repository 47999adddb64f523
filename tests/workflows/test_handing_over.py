"""A case that is continued as new goes on as if nothing had been."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from temporalio.client import Client

from activities.mail_server import MailServer
from domain.case import Case
from domain.contracts import CURRENT, case_workflow_id
from gateway.cases import Cases
from gateway.search_attributes import SEARCH_ATTRIBUTES
from gateway.telemetry import Metrics
from storage.payload_codec import encrypted_converter
from tests.support.handing_over import SOON
from tests.support.school import AUDIT_KEYS, POLICY, SCHOOL, SchoolInTest, a_school
from tests.support.temporal import TemporalServer, running_temporal
from tests.workflows.conftest import KEYRING
from worker import build_worker

QUEUE = "handing-over"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporalServer]:
    with running_temporal(tmp_path_factory.mktemp("temporal"), SOON) as running:
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


async def timers_of(client: Client, reference: str) -> list[str]:
    history = await client.get_workflow_handle(case_workflow_id(SCHOOL, reference)).fetch_history()
    words = []
    for event in history.events:
        for kind in ("started", "canceled", "fired"):
            if event.HasField(f"timer_{kind}_event_attributes"):  # type: ignore[arg-type]
                words.append(kind)
    return words
