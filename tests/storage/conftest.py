"""A migrated database of either kind, and what is built on it."""

from collections.abc import AsyncIterator

import pytest

from storage.database import Database, open_database
from storage.keys import MasterKey
from storage.migrations import upgrade
from storage.people import People
from storage.record import Record
from storage.recorder import Recorder
from storage.texts import Texts


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = open_database(database_url)
    try:
        await upgrade(opened)
        yield opened
    finally:
        await opened.close()


@pytest.fixture
def recorder(database: Database) -> Recorder:
    return Recorder(database)


@pytest.fixture
def record(database: Database) -> Record:
    return Record(database)


@pytest.fixture
def people(database: Database) -> People:
    return People(database, MasterKey(bytes(range(32))))


@pytest.fixture
def texts(database: Database, people: People) -> Texts:
    return Texts(database, people)
