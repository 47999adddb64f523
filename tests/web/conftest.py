"""The pages over HTTP, on a school with its code, and with a worker where something is done."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from correspondence.mail_server import MailServer
from gateway.telemetry import Metrics
from settings import Settings
from storage.payload_codec import Keyring, encrypted_converter
from tests.support.front_door import QUICK
from tests.support.outbox import Outbox
from tests.support.school import AUDIT_KEYS, MASTER_KEY, POLICY, a_school
from tests.support.temporal import skipping_time
from tests.web.site import QUEUE, Site
from web.office import Office
from worker import build_worker

KEYRING = Keyring({"test": b"k" * 32}, "test")


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    """The pages of a school, on SQLite, without Temporal: who acts is told that it is away."""
    async with a_site(sqlite_url, tmp_path) as site:
        yield site


@pytest.fixture
async def site_on_either(database_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    """The same on SQLite and on PostgreSQL."""
    async with a_site(database_url, tmp_path) as site:
        yield site


@pytest.fixture
async def site_with_post(sqlite_url: str, tmp_path: Path, outbox: Outbox) -> AsyncIterator[Site]:
    """The pages of a school whose mail server is the outbox."""
    async with a_site(sqlite_url, tmp_path, smtp_port=outbox.port) as site:
        yield site


@pytest.fixture
async def acting_site(sqlite_url: str, tmp_path: Path, outbox: Outbox) -> AsyncIterator[Site]:
    """The pages of a school with a worker on a server that skips time: everything can be done."""
    async with an_acting_site(sqlite_url, tmp_path, outbox) as site:
        yield site


@contextlib.asynccontextmanager
async def a_site(
    database_url: str,
    folder: Path,
    policies: tuple[str, ...] = (POLICY,),
    **chosen: object,
) -> AsyncIterator[Site]:
    """The pages of a school under these codes; `chosen` are settings."""
    own = {"data_dir": folder / "var", "database_url": database_url, "task_queue": QUEUE}
    async with a_school(database_url, policies) as school:
        settings = Settings.model_validate(own | chosen)
        settings.data_dir.mkdir()
        office = Office(settings, school.stores, form_key=MASTER_KEY.derived("forms"), hasher=QUICK)
        try:
            async with Site(office, school) as site:
                yield site
        finally:
            await office.tasks.close()


@contextlib.asynccontextmanager
async def an_acting_site(
    database_url: str, folder: Path, outbox: Outbox, policies: tuple[str, ...] = (POLICY,)
) -> AsyncIterator[Site]:
    """The pages of a school with a worker on a server that skips time."""
    async with (
        a_site(database_url, folder, policies, smtp_port=outbox.port) as site,
        skipping_time(encrypted_converter(KEYRING)) as environment,
        build_worker(
            environment.client,
            site.school.stores,
            MailServer("127.0.0.1", outbox.port, "evenhand@rowan-hill.example"),
            task_queue=QUEUE,
            metrics=Metrics(CollectorRegistry()),
            audit_keys=lambda: AUDIT_KEYS,
        ),
    ):
        site.office.use(environment.client)
        site.environment = environment
        yield site
