"""What people typed and did not finish: theirs alone, encrypted, and gone in time."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from domain.actions import Actor
from domain.vocabulary import MediaType, Role
from storage.database import Database
from storage.erasing import erase_person
from storage.people import People
from storage.recorder import Recorder
from storage.unfinished import KEPT_FOR, UnfinishedNotFound, UnfinishedWork
from tests.storage.samples import REFERENCE, SCHOOL, opening

NOW = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)
TYPED = {"typed": {"reason": ["Idris shouted at Hana."]}}
FILE = b"%PDF-1.7 what he sent"


@pytest.fixture
def work(database: Database, people: People) -> UnfinishedWork:
    return UnfinishedWork(database, people)


@pytest.fixture
async def head(people: People) -> Actor:
    person = await people.add_person(SCHOOL, "Cara Lindqvist", roles=[Role.HEADTEACHER])
    return Actor(person=person, role=Role.HEADTEACHER)


async def begun(work: UnfinishedWork, head: Actor, id_: str = "one") -> None:
    await work.keep(SCHOOL, head, "warn", TYPED, NOW, id_=id_, reference=REFERENCE)
    await work.add_file(SCHOOL, head.person, id_, "sent.pdf", MediaType.PDF, FILE)


async def test_what_was_typed_is_there_again_with_its_files(
    work: UnfinishedWork, head: Actor, database: Database
) -> None:
    await begun(work, head)
    changed = TYPED | {"seen": 7}
    await work.keep(SCHOOL, head, "warn", changed, NOW, id_="one", reference=REFERENCE)

    found = await work.find(SCHOOL, head.person, "one", NOW)

    assert (found.content, found.reference, found.actor) == (changed, REFERENCE, head)
    ((file, content),) = await work.contents(head.person, "one")
    assert (file.name, file.size, content) == ("sent.pdf", len(FILE), FILE)
    async with database.reading() as connection:
        rows = [*await connection.execute(text("SELECT content FROM unfinished"))]
        rows += [*await connection.execute(text("SELECT name, content FROM unfinished_files"))]
    kept = b"".join(bytes(value) for row in rows for value in row)
    assert b"shouted" not in kept
    assert b"sent" not in kept


async def test_nobody_else_finds_or_takes_it(
    work: UnfinishedWork, head: Actor, people: People
) -> None:
    await begun(work, head)
    person = await people.add_person(SCHOOL, "Ben Okafor", roles=[Role.SENIOR_LEADER])
    other = Actor(person=person, role=Role.SENIOR_LEADER)

    with pytest.raises(UnfinishedNotFound):
        await work.find(SCHOOL, other.person, "one", NOW)
    with pytest.raises(UnfinishedNotFound):
        await work.keep(SCHOOL, other, "warn", {}, NOW, id_="one", reference=REFERENCE)
    with pytest.raises(UnfinishedNotFound):
        await work.add_file(SCHOOL, other.person, "one", "x.pdf", MediaType.PDF, FILE)
    await work.give_up(SCHOOL, other.person, "one")
    assert (await work.find(SCHOOL, head.person, "one", NOW)).content == TYPED


async def test_it_goes_when_its_time_is_over_or_it_is_given_up(
    work: UnfinishedWork, head: Actor, database: Database
) -> None:
    await begun(work, head)
    await begun(work, head, "two")
    later = NOW + KEPT_FOR + timedelta(seconds=1)

    await work.give_up(SCHOOL, head.person, "two")
    assert [id_ for id_, _, _ in await work.of_person(SCHOOL, head.person, NOW)] == ["one"]
    with pytest.raises(UnfinishedNotFound):
        await work.find(SCHOOL, head.person, "one", later)
    assert await work.remove_old(NOW) == 0
    assert await work.remove_old(later) == 1
    async with database.reading() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM unfinished_files")) == 0


@pytest.mark.parametrize("who", ["whoever typed it", "the advocate whom the case is about"])
async def test_an_erasure_takes_it_along(
    work: UnfinishedWork, head: Actor, database: Database, people: People, who: str
) -> None:
    await people.add_person(SCHOOL, "Idris Bello", person="person-advocate")
    await Recorder(database).record(opening())
    await begun(work, head)
    erased = head.person if who == "whoever typed it" else "person-advocate"

    await database.transact(lambda connection: erase_person(connection, erased, NOW))

    assert await work.of_person(SCHOOL, head.person, NOW) == []
    async with database.reading() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM unfinished_files")) == 0
