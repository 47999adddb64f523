"""A school with a worker on a server that skips time."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from correspondence.mail_server import MailServer
from domain.case import Case
from domain.contracts import CURRENT, case_workflow_id
from domain.events import Event
from gateway.cases import Cases
from gateway.telemetry import Metrics
from storage.payload_codec import Keyring, encrypted_converter
from tests.support.outbox import Outbox
from tests.support.school import AUDIT_KEYS, SCHOOL, SchoolInTest, a_school
from tests.support.temporal import skipping_time
from worker import build_worker

KEYRING = Keyring({"test": b"k" * 32}, "test")
QUEUE = "in-test"


@dataclass(kw_only=True)
class Running:
    """A school whose worker runs; `pass_time` lets time go by for its cases."""

    school: SchoolInTest
    environment: WorkflowEnvironment
    cases: Cases
    outbox: Outbox

    @property
    def client(self) -> Client:
        return self.environment.client

    async def pass_time(self, until: datetime) -> None:
        """Lets time go by until the case's clock shows `until`."""
        now = await self.environment.get_current_time()
        if until > now:
            await self.environment.sleep(until - now)

    async def held(self, reference: str) -> Case:
        """The case as its workflow holds it."""
        handle = self.client.get_workflow_handle(case_workflow_id(SCHOOL, reference))
        held: Case = await handle.query(CURRENT, result_type=Case)
        return held

    async def events(self, reference: str) -> list[Event]:
        """What is on the record of the case."""
        return [stored.event for stored in await self.cases.timeline(reference)]

    async def types(self, reference: str) -> list[str]:
        """The types of its events, in order."""
        return [event.fact.type for event in await self.events(reference)]


@pytest.fixture
async def running(database_url: str, outbox: Outbox) -> AsyncIterator[Running]:
    """A school with one code, and a worker on a time-skipping server; on either database."""
    async with (
        a_school(database_url) as school,
        skipping_time(encrypted_converter(KEYRING)) as environment,
        build_worker(
            environment.client,
            school.stores,
            MailServer("127.0.0.1", outbox.port, "evenhand@rowan-hill.example"),
            task_queue=QUEUE,
            metrics=Metrics(CollectorRegistry()),
            audit_keys=lambda: AUDIT_KEYS,
        ),
    ):
        yield Running(
            school=school,
            environment=environment,
            cases=school.cases(environment.client, QUEUE, patience=timedelta(seconds=20)),
            outbox=outbox,
        )
