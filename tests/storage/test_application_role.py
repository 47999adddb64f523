"""The role script of docs/record.md: enough rights to serve, and none to change an event."""

import re
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from domain.views import Viewed
from storage.database import Database, open_database
from storage.keys import MasterKey
from storage.ledger import Ledger
from storage.migrations import head_revision, migrate
from storage.people import People
from storage.record import Record
from storage.recorder import Recorder
from storage.references import References
from storage.texts import Texts
from storage.views import Look, Views
from tests.storage.samples import HEAD, OPENED_AT, REFERENCE, SCHOOL, batch, note, opening

DOCUMENT = Path(__file__).parents[2] / "docs" / "record.md"

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
async def application_url(database: Database, database_url: str) -> AsyncIterator[str]:
    role = f"evenhand_app_{secrets.token_hex(4)}"  # roles are shared by all databases of a server
    [script] = re.findall(r"```sql\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    async with database.writing() as connection:
        for statement in script.replace("evenhand_app", role).split(";"):
            if statement.strip():
                await connection.execute(text(statement))
    yield make_url(database_url).set(username=role).render_as_string(hide_password=False)
    async with database.writing() as connection:
        await connection.execute(text(f"DROP OWNED BY {role}"))
        await connection.execute(text(f"DROP ROLE {role}"))


@pytest.fixture
async def application(application_url: str) -> AsyncIterator[Database]:
    opened = open_database(application_url)
    yield opened
    await opened.close()


async def test_the_service_has_the_rights_it_needs(
    application: Database, application_url: str
) -> None:
    people = People(application, MasterKey(bytes(32)))
    texts = Texts(application, people)
    recorder = Recorder(application)

    assert await migrate(application_url) == head_revision()
    ada = await people.add_person(SCHOOL, "Ada")
    await people.set_roles(ada, [])
    await texts.discard(await texts.store(ada, SCHOOL, REFERENCE, "note", "refused"))
    assert await References(application).allocate(SCHOOL, "EP", 2026) == REFERENCE
    first = opening()
    await recorder.record(first)
    await recorder.record(batch(first.case, [note()]))
    assert await recorder.rebuild_projections() == (1, 3)
    assert (await Record(application).verify()).holds
    assert await Ledger(application).place_new_events(SCHOOL) == 3
    assert await Ledger(application).rebuild_tiles(SCHOOL) == 3
    look = Look("look-1", OPENED_AT, SCHOOL, HEAD, Viewed.CASE, REFERENCE, True)
    await Views(application).record(look)
    assert await Views(application).seal(SCHOOL, HEAD, OPENED_AT) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET content = content",
        "DELETE FROM events",
        "TRUNCATE events",
        "UPDATE ledger SET position = 0",
        "DELETE FROM ledger",
        "DELETE FROM checkpoints",
        "DELETE FROM audit_keys",
        "UPDATE views SET person = 'nobody'",
        "DELETE FROM views",
        "ALTER TABLE views DISABLE TRIGGER views_refuse_change",
        "ALTER TABLE events DISABLE TRIGGER events_refuse_change",
        "DROP TRIGGER events_refuse_change ON events",
        "DROP TABLE events",
        "UPDATE alembic_version SET version_num = '0000'",
    ],
)
async def test_the_service_lacks_the_right_to_change_events(
    application: Database, statement: str
) -> None:
    await Recorder(application).record(opening())

    async def run() -> None:
        async with application.writing() as connection:
            await connection.execute(text(statement))

    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        await run()
