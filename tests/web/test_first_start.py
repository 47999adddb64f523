"""The first start of a service that holds nothing yet: one link makes a school of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from gateway.stores import open_stores
from settings import Settings
from storage.migrations import migrate
from tests.support.front_door import PASSWORD, QUICK
from tests.support.outbox import Outbox
from tests.support.school import MASTER_KEY
from tests.web.site import ADDRESS, Browser, words
from web.app import create_app
from web.office import Office


@pytest.fixture
async def office(sqlite_url: str, tmp_path: Path, outbox: Outbox) -> AsyncIterator[Office]:
    """The office of a service with an empty database."""
    await migrate(sqlite_url)
    settings = Settings.model_validate(
        {"data_dir": tmp_path, "database_url": sqlite_url, "smtp_port": outbox.port}
    )
    stores = open_stores(sqlite_url, MASTER_KEY)
    office = Office(settings, stores, form_key=MASTER_KEY.derived("forms"), hasher=QUICK)
    yield office
    await office.close()


async def test_the_school_and_its_administrator_are_made(office: Office) -> None:
    first = await office.door.first_start.link()
    assert first is not None
    assert first.name is None
    path = first.address.removeprefix(ADDRESS)
    said = {
        "school": "St Brigid’s Primary School",
        "terms": "sample.yaml",
        "name": "Ines Costa",
        "email": "ines@st-brigids.example",
        "password": PASSWORD,
        "again": PASSWORD,
    }
    transport = httpx.ASGITransport(app=create_app(office))
    async with Browser(
        transport=transport, base_url=ADDRESS, headers={"accept": "text/html"}
    ) as browser:
        empty = await browser.send_form(path)
        assert empty.status_code == 422
        for field in ("school", "terms", "name", "email", "password"):
            assert f'href="#{field}"' in empty.text
        weak = await browser.send_form(
            path, said | dict.fromkeys(("password", "again"), "St Brigids 2026")
        )
        assert "school’s name" in words(weak.text).replace("'", "’")
        assert await office.stores.shelf.schools() == []  # nothing half made

        answer = await browser.send_form(path, said)

        assert answer.headers["location"] == "/account/second-factor"
        assert "Set up a second factor" in (await browser.get("/account/second-factor")).text
        assert (await browser.get(path)).status_code == 410
    [school] = await office.stores.shelf.schools()
    assert (school.id, school.title) == ("st-brigid-s-primary-school", "St Brigid’s Primary School")
    assert await office.door.first_start.link() is None
