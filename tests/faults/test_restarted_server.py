"""The Temporal server is killed and started again under a stream of actions."""

import asyncio
from datetime import timedelta
from functools import partial
from pathlib import Path

from prometheus_client import CollectorRegistry
from temporalio.client import Client

from correspondence.mail_server import MailServer
from domain.case import Case
from domain.contracts import CURRENT, TASK_QUEUE, case_workflow_id
from gateway.cases import Cases
from gateway.errors import ServiceUnreachable, StillWaiting
from gateway.telemetry import Metrics
from gateway.temporal import connect
from tests.faults.servers import (
    TemporalProcess,
    opening_soon,
    reminders_of,
    reminding_today,
    until_found,
)
from tests.support.outbox import Outbox
from tests.support.school import AUDIT_KEYS, POLICY, SCHOOL, SchoolInTest, a_school
from tests.workflows.conftest import KEYRING
from worker import build_worker

RESTARTS = 20
CASES = 4


async def test_no_action_is_lost_or_done_twice_while_the_server_restarts(
    tmp_path: Path, outbox: Outbox
) -> None:
    temporal = TemporalProcess(tmp_path)
    await temporal.start()
    try:
        # Its port answers a moment before the server is healthy.
        client = await connect(
            {"target_host": f"127.0.0.1:{temporal.port}"}, KEYRING, patience=timedelta(seconds=30)
        )
        async with (
            a_school(
                f"sqlite+aiosqlite:///{tmp_path / 'evenhand.db'}",
                calendar=opening_soon(25),
                as_adopted=reminding_today,
            ) as school,
            build_worker(
                client,
                school.stores,
                MailServer("127.0.0.1", outbox.port, "evenhand@rowan-hill.example"),
                task_queue=TASK_QUEUE,
                metrics=Metrics(CollectorRegistry()),
                audit_keys=lambda: AUDIT_KEYS,
            ),
        ):
            await _restarted_again_and_again(temporal, client, school)
    finally:
        temporal.kill()


async def _restarted_again_and_again(
    temporal: TemporalProcess, client: Client, school: SchoolInTest
) -> None:
    cases = school.cases(client, TASK_QUEUE, patience=timedelta(seconds=5))
    references = [
        (await cases.open(POLICY, school.concern(), school.actor("asha"))).reference
        for _ in range(CASES)
    ]
    for number in range(RESTARTS):
        acting = [
            asyncio.create_task(_act(cases, school, reference, f"note-{number}"))
            for reference in references
        ]
        temporal.kill()
        await temporal.start()
        await asyncio.gather(*acting)
    for reference in references:
        stored = await school.stores.record.events_of(SCHOOL, reference)
        done = [s.event.action_id for s in stored if s.event.fact.type == "note:added"]
        assert done == [f"note-{number}" for number in range(RESTARTS)]
        handle = client.get_workflow_handle(case_workflow_id(SCHOOL, reference))
        current = await handle.query(CURRENT, result_type=Case)
        assert current.sequence >= stored[-1].event.sequence
        assert current.next_at is not None
        await until_found(f"{reference} reminds", partial(reminders_of, school, reference))
        assert await reminders_of(school, reference) == [0]
    assert (await school.stores.record.verify(SCHOOL)).holds


async def _act(cases: Cases, school: SchoolInTest, reference: str, action_id: str) -> None:
    """As a careful client acts: it repeats an unanswered action, with the same id."""
    while True:
        try:
            note = {"text": f"This is {action_id}."}
            await cases.act(reference, "add_note", note, school.actor("ben"), action_id=action_id)
        except (ServiceUnreachable, StillWaiting):
            await asyncio.sleep(0.1)
        else:
            return
