"""The schedules, on the real server: there once, at their hour, and kept as people left them."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from prometheus_client import CollectorRegistry
from temporalio.client import Client, ScheduleActionStartWorkflow, ScheduleDescription

from correspondence.mail_server import MailServer
from domain.actions import TextRef
from domain.register import HoldPlaced
from gateway import schedules
from gateway.errors import ServiceUnreachable
from gateway.schedules import SCHEDULES, Nightly, keep_schedules
from gateway.telemetry import Metrics
from storage.payload_codec import encrypted_converter
from tests.support.outbox import Outbox
from tests.support.school import AUDIT_KEYS, SCHOOL, a_school
from tests.support.temporal import TemporalServer
from tests.workflows.conftest import KEYRING
from worker import build_worker

LONDON = ZoneInfo("Europe/London")
QUEUE = f"schedules-{os.getpid()}"


@pytest.fixture
async def client(temporal_dev_server: TemporalServer, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A client of the session's server, on which these schedules are the test's own."""
    own = tuple(one._replace(name=f"{one.name}-{os.getpid()}") for one in SCHEDULES)
    monkeypatch.setattr(schedules, "SCHEDULES", own)
    return await temporal_dev_server.connect(encrypted_converter(KEYRING))


async def described(client: Client, nightly: Nightly) -> ScheduleDescription:
    return await client.get_schedule_handle(nightly.id).describe()


async def test_a_schedule_is_made_once_and_then_kept_up(client: Client) -> None:
    nightly = schedules.SCHEDULES[-1]
    await asyncio.gather(*(keep_schedules(client, QUEUE) for _ in range(3)))
    first = await described(client, nightly)

    for moment in first.info.next_action_times:
        assert f"{moment.astimezone(LONDON):%H:%M:%S}" == "02:00:00"
    days = {moment.astimezone(LONDON).date() for moment in first.info.next_action_times}
    assert len(days) == len(first.info.next_action_times) > 1

    await client.get_schedule_handle(nightly.id).pause(note="While the roof is mended.")
    await keep_schedules(client, f"{QUEUE}-moved")

    second = await described(client, nightly)
    assert second.schedule.state.paused
    assert second.schedule.state.note == "While the roof is mended."
    assert isinstance(second.schedule.action, ScheduleActionStartWorkflow)
    assert second.schedule.action.task_queue == f"{QUEUE}-moved"
    await client.get_schedule_handle(nightly.id).delete()


async def test_the_night_of_a_schedule_reaches_the_governors(
    client: Client, outbox: Outbox, tmp_path: Path
) -> None:
    nightly = schedules.SCHEDULES[-1]
    async with (
        a_school(f"sqlite+aiosqlite:///{tmp_path / 'evenhand.db'}") as school,
        build_worker(
            client,
            school.stores,
            MailServer("127.0.0.1", outbox.port, "evenhand@rowan-hill.example"),
            task_queue=QUEUE,
            metrics=Metrics(CollectorRegistry()),
            audit_keys=lambda: AUDIT_KEYS,
        ),
    ):
        held = HoldPlaced(reference="EP-2026-0001", reason=TextRef(id="t", commitment="0" * 64))
        now = datetime.now(UTC)
        await school.stores.registrar.append(SCHOOL, [held], school.actor("gil"), "a", now)
        await keep_schedules(client, QUEUE)
        await client.get_schedule_handle(nightly.id).trigger()

        async with asyncio.timeout(60):
            while len(outbox.messages) < 2:
                await asyncio.sleep(0.05)
        await client.get_schedule_handle(nightly.id).delete()
    assert all("checkpoint 1 of the record" in str(one["Subject"]) for one in outbox.messages)


async def test_a_server_that_is_away_is_named(client: Client) -> None:
    away = await Client.connect("127.0.0.1:1", lazy=True)

    with pytest.raises(ServiceUnreachable, match="Temporal at"):
        await keep_schedules(away, QUEUE)
