"""A database that goes away in the middle of an action: when it is back, the record has it once."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from temporalio.client import WorkflowUpdateStage

from correspondence.mail_server import MailServer
from domain.actions import Acknowledge
from domain.contracts import ACT, TASK_QUEUE, Act, Acted, case_workflow_id
from gateway.telemetry import Metrics
from storage.database import DatabaseUnreachable
from storage.payload_codec import encrypted_converter
from tests.faults.servers import PostgresProcess, until_found
from tests.support.postgres import postgres_folder
from tests.support.school import AUDIT_KEYS, POLICY, SCHOOL, a_school
from tests.support.temporal import running_temporal
from tests.workflows.conftest import KEYRING
from worker import build_worker


@pytest.fixture
async def database() -> AsyncIterator[PostgresProcess]:
    """A server that this test may crash: no other test has it."""
    with postgres_folder() as folder:
        server = PostgresProcess(folder)
        try:
            await server.start()
            yield server
        finally:
            server.crash()


async def test_an_action_waits_for_the_database_and_is_recorded_once(
    tmp_path: Path, database: PostgresProcess
) -> None:
    with running_temporal(tmp_path) as server:
        client = await server.connect(encrypted_converter(KEYRING))
        async with (
            a_school(database.url) as school,
            build_worker(
                client,
                school.stores,
                MailServer("127.0.0.1", 9, "evenhand@rowan-hill.example"),
                task_queue=TASK_QUEUE,
                metrics=Metrics(CollectorRegistry()),
                audit_keys=lambda: AUDIT_KEYS,
            ),
        ):
            cases = school.cases(client, TASK_QUEUE, patience=timedelta(seconds=30))
            opened = await cases.open(POLICY, school.concern(), school.actor("asha"))
            handle = client.get_workflow_handle(case_workflow_id(SCHOOL, opened.reference))
            ben = school.actor("ben")
            acting = Act(action=Acknowledge(id="ack-1"), actor=ben)

            database.crash()
            # It is accepted by the rules, which the workflow holds, and can't be recorded.
            update = await handle.start_update(
                ACT,
                acting,
                id=acting.action.id,
                wait_for_stage=WorkflowUpdateStage.ACCEPTED,
                result_type=Acted,
            )

            async def failed_once() -> bool:
                pending = (await handle.describe()).raw_description.pending_activities
                return any(one.attempt > 1 for one in pending)

            await until_found("an attempt to record has failed", failed_once)
            # Who acts by way of the record is told, and nothing of it reaches the case.
            note = {"text": "Is anybody there?"}
            with pytest.raises(DatabaseUnreachable, match="is not reachable"):
                await cases.act(opened.reference, "add_note", note, ben)

            await database.start()
            acted = await update.result()
            assert [event.action_id for event in acted.events] == ["ack-1"] * len(acted.events)
            stored = await school.stores.record.events_of(SCHOOL, opened.reference)
            types = [one.event.fact.type for one in stored]
            assert types.count("concern:acknowledged") == 1
            assert "note:added" not in types
            assert (await school.stores.record.verify(SCHOOL)).holds
