"""Records the histories in tests/histories afresh: `python -m tests.replay.record`.

Do this after a change that is meant to be made behind a version gate, and keep the old ones too.
"""

import asyncio
import contextlib
import gzip
import json
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from prometheus_client import CollectorRegistry
from temporalio.client import Client, WorkflowHistory

from correspondence.mail_server import MailServer
from domain.contracts import case_workflow_id
from gateway.feedback import feedback_workflow_id
from gateway.telemetry import Metrics
from storage.payload_codec import encrypted_converter
from tests.replay import scenarios
from tests.support.handing_over import SOON
from tests.support.outbox import Outbox, running_outbox
from tests.support.school import AUDIT_KEYS, SCHOOL, SchoolInTest, a_school
from tests.support.temporal import running_temporal, skipping_time
from tests.workflows.conftest import KEYRING, QUEUE, Running
from worker import build_worker

HISTORIES = Path(__file__).parents[1] / "histories"


def keep(name: str, history: WorkflowHistory) -> None:
    """Writes a history, compressed and the same each time for the same history."""
    told = {"workflow_id": history.workflow_id, "history": json.loads(history.to_json())}
    content = gzip.compress(json.dumps(told, sort_keys=True).encode(), mtime=0)
    (HISTORIES / f"{name}.json.gz").write_bytes(content)
    print(f"{name}: {len(history.events)} events, {len(content)} bytes")


@contextlib.asynccontextmanager
async def at_work(client: Client, folder: Path, port: int) -> AsyncIterator[SchoolInTest]:
    """A school with a worker on the client's server."""
    async with (
        a_school(f"sqlite+aiosqlite:///{folder / 'evenhand.db'}") as school,
        build_worker(
            client,
            school.stores,
            MailServer("127.0.0.1", port, "evenhand@rowan-hill.example"),
            task_queue=QUEUE,
            metrics=Metrics(CollectorRegistry()),
            audit_keys=lambda: AUDIT_KEYS,
        ),
    ):
        yield school


async def with_time_skipped(
    name: str, scenario: Callable[[Running], Awaitable[str]], folder: Path, outbox: Outbox
) -> None:
    """Records one scenario, which says its workflow's id, on the server that skips time."""
    async with (
        skipping_time(encrypted_converter(KEYRING)) as environment,
        at_work(environment.client, folder, outbox.port) as school,
    ):
        cases = school.cases(environment.client, QUEUE)
        running = Running(school=school, environment=environment, cases=cases, outbox=outbox)
        workflow = await scenario(running)
        keep(name, await environment.client.get_workflow_handle(workflow).fetch_history())


async def met(folder: Path, outbox: Outbox) -> None:
    """Records a meeting, and the case that it is on."""
    async with (
        skipping_time(encrypted_converter(KEYRING)) as environment,
        at_work(environment.client, folder, outbox.port) as school,
    ):
        cases = school.cases(environment.client, QUEUE)
        running = Running(school=school, environment=environment, cases=cases, outbox=outbox)
        case, meeting = await scenarios.a_meeting(running)
        keep(
            "case-with-a-meeting",
            await environment.client.get_workflow_handle(case).fetch_history(),
        )
        keep("meeting", await environment.client.get_workflow_handle(meeting).fetch_history())


async def swept(folder: Path, outbox: Outbox) -> None:
    """Records a sweep that proposes a case and asks about a hold."""
    async with (
        skipping_time(encrypted_converter(KEYRING)) as environment,
        at_work(environment.client, folder, outbox.port) as school,
    ):
        handle = await scenarios.a_sweep(environment.client, school)
        keep("retention-sweep", await handle.fetch_history())


async def referred(folder: Path, outbox: Outbox) -> None:
    """Records a referral, and the case that it belongs to."""
    async with (
        skipping_time(encrypted_converter(KEYRING)) as environment,
        at_work(environment.client, folder, outbox.port) as school,
    ):
        cases = school.cases(environment.client, QUEUE)
        running = Running(school=school, environment=environment, cases=cases, outbox=outbox)
        case, referral = await scenarios.a_referral(running)
        client = environment.client
        keep("case-with-a-referral", await client.get_workflow_handle(case).fetch_history())
        keep("referral", await client.get_workflow_handle(referral).fetch_history())


async def passed_on(folder: Path, outbox: Outbox) -> None:
    """Records feedback that is passed on to the local authority."""
    async with (
        skipping_time(encrypted_converter(KEYRING)) as environment,
        at_work(environment.client, folder, outbox.port) as school,
    ):
        counted, _ = await scenarios.feedback_passed_on(environment.client, school)
        workflow = feedback_workflow_id(SCHOOL, counted)
        keep("feedback", await environment.client.get_workflow_handle(workflow).fetch_history())


async def handed_over(folder: Path, outbox: Outbox) -> None:
    """Records both runs of a case that was continued as new, on the real server."""
    with running_temporal(folder, SOON) as server:
        client = await server.connect(encrypted_converter(KEYRING))
        async with at_work(client, folder, outbox.port) as school:
            cases = school.cases(client, QUEUE)
            reference = await scenarios.a_case_handed_over(client, cases, school)
            workflow = case_workflow_id(SCHOOL, reference)
            second = await client.get_workflow_handle(workflow).fetch_history()
            started = second.events[0].workflow_execution_started_event_attributes
            before = client.get_workflow_handle(workflow, run_id=started.continued_execution_run_id)
            keep("handed-over-before", await before.fetch_history())
            keep("handed-over-after", second)


async def record(outbox: Outbox, folders: list[Path]) -> None:
    """Records everything."""
    await with_time_skipped("whole-ladder", scenarios.a_whole_ladder, folders[0], outbox)
    late = scenarios.an_overdue_case_that_lapses
    await with_time_skipped("overdue-and-lapsed", late, folders[1], outbox)
    await handed_over(folders[2], outbox)
    await swept(folders[3], outbox)
    await with_time_skipped("checkpoint-night", scenarios.a_night, folders[4], outbox)
    await met(folders[5], outbox)
    await passed_on(folders[6], outbox)
    await referred(folders[7], outbox)
    await with_time_skipped("new-advocate", scenarios.a_new_advocate, folders[8], outbox)


def main() -> None:
    """Records the histories, with servers and folders that are gone afterwards."""
    HISTORIES.mkdir(exist_ok=True)
    with contextlib.ExitStack() as stack:
        folders = [
            Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="evenhand-")))
            for _ in range(9)
        ]
        outbox = stack.enter_context(running_outbox())
        asyncio.run(record(outbox, folders))


if __name__ == "__main__":
    main()
