"""Fixtures for everybody. Servers start when the first test asks, and end with the session."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.support.outbox import Outbox, running_outbox
from tests.support.postgres import PostgresServer, running_postgres
from tests.support.temporal import TemporalServer, running_temporal, skipping_time


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL server for the session (one for each process under xdist)."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of a fresh PostgreSQL database."""
    with postgres_server.fresh_database() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a fresh SQLite database, in a file under `tmp_path`."""
    return f"sqlite+aiosqlite:///{tmp_path / 'evenhand.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database's URL; the test runs once for each kind."""
    name = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param]
    return str(request.getfixturevalue(name))


@pytest.fixture(scope="session")
def temporal_dev_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporalServer]:
    """One real Temporal server for the session; use workflow ids and task queues of your own."""
    with running_temporal(tmp_path_factory.mktemp("temporal")) as server:
        yield server


@pytest.fixture
async def time_skipping() -> AsyncIterator[WorkflowEnvironment]:
    """A Temporal server of the test's own that skips time."""
    async with skipping_time() as environment:
        yield environment


@pytest.fixture
def outbox() -> Iterator[Outbox]:
    """An SMTP server of the test's own that keeps its messages."""
    with running_outbox() as server:
        yield server
