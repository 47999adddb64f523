"""The front door of a school, on each kind of database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.front_door import DoorInTest, a_door
from tests.support.outbox import Outbox


@pytest.fixture
async def front(database_url: str, tmp_path: Path, outbox: Outbox) -> AsyncIterator[DoorInTest]:
    """The front door; nobody has an account yet."""
    async with a_door(database_url, tmp_path, outbox) as door:
        yield door
