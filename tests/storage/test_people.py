"""People and their texts: readable through their keys, and nowhere else."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from domain.actions import TextRef
from domain.vocabulary import Role
from storage.database import Database
from storage.keys import KeyProblem, MasterKey
from storage.people import People, PersonAlreadyThere, PersonNotFound
from storage.recorder import Recorder
from storage.references import References
from storage.texts import TextAltered, TextNotFound, TextOnRecord, Texts
from tests.storage.samples import REFERENCE, SCHOOL, batch, note, opening


async def test_a_person_comes_back_as_they_were_added(people: People) -> None:
    ada = await people.add_person(
        SCHOOL, " Ada Lovelace ", "ada@school.example", [Role.HEADTEACHER, Role.STAFF]
    )
    bob = await people.add_person(SCHOOL, "Bob Ó Súilleabháin", person="person-bob")

    assert bob == "person-bob"
    found = await people.person(ada)
    assert found == (
        ada,
        SCHOOL,
        "Ada Lovelace",
        "ada@school.example",
        frozenset({Role.HEADTEACHER, Role.STAFF}),
        False,
    )
    assert f"{found} {found!r}" == f"Person(id='{ada}') Person(id='{ada}')"
    assert (await people.person(bob)).name == "Bob Ó Súilleabháin"
    assert (await people.person(bob)).email is None


async def test_an_id_is_given_once_and_a_name_is_needed(people: People) -> None:
    await people.add_person(SCHOOL, "Ada", person="person-ada")

    with pytest.raises(PersonAlreadyThere, match="choose another id"):
        await people.add_person(SCHOOL, "Another", person="person-ada")
    with pytest.raises(ValueError, match="needs a name"):
        await people.add_person(SCHOOL, "  ")

    assert [person.name for person in await people.everybody(SCHOOL)] == ["Ada"]


async def test_holders_of_a_role_come_in_the_order_they_were_added(people: People) -> None:
    first = await people.add_person(SCHOOL, "Zoë", roles=[Role.GOVERNOR])
    second = await people.add_person(SCHOOL, "Amy", roles=[Role.GOVERNOR, Role.CLERK])
    await people.add_person("another-school", "Eve", roles=[Role.GOVERNOR])

    assert await people.holders_of(SCHOOL, Role.GOVERNOR) == [first, second]
    await people.set_roles(first, [Role.CHAIR_OF_GOVERNORS])
    assert await people.holders_of(SCHOOL, Role.GOVERNOR) == [second]
    assert (await people.person(first)).roles == {Role.CHAIR_OF_GOVERNORS}
    with pytest.raises(PersonNotFound):
        await people.set_roles("person-nobody", [Role.CLERK])


async def test_people_are_found_by_id_address_or_part_of_their_name(people: People) -> None:
    ada = await people.add_person(SCHOOL, "Ada Lovelace", "ada@school.example")
    adam = await people.add_person(SCHOOL, "Adam Smith", "adam@school.example")
    await people.add_person("another-school", "Ada Byron")

    async def found(query: str) -> list[str]:
        return [person.id for person in await people.find(SCHOOL, query)]

    assert await found("ada") == [ada, adam]
    assert await found("LOVELACE") == [ada]
    assert await found("adam@school.example") == [adam]
    assert await found(ada) == [ada]
    assert await found("ada lovelace") == [ada]


async def test_an_unknown_person_is_said_so_with_those_who_are_like_it(people: People) -> None:
    ada = await people.add_person(SCHOOL, "Ada Lovelace")
    await people.add_person(SCHOOL, "Grace Hopper")

    with pytest.raises(PersonNotFound) as missing:
        await people.find(SCHOOL, "Lovelase")

    assert missing.value.sentence == (
        f"There is no person “Lovelase” at {SCHOOL}. Did you mean Ada Lovelace ({ada})?"
    )
    assert "Lovel" not in str(missing.value)
    with pytest.raises(PersonNotFound) as empty:
        await people.find(SCHOOL, " ")
    assert empty.value.near == ()


async def test_another_master_key_reads_nobody(people: People, database: Database) -> None:
    ada = await people.add_person(SCHOOL, "Ada")

    with pytest.raises(KeyProblem, match="belongs to this database"):
        await People(database, MasterKey(bytes(32))).person(ada)


async def test_a_text_comes_back_and_its_commitment_hides_it(people: People, texts: Texts) -> None:
    ada = await people.add_person(SCHOOL, "Ada")

    one = await texts.store(ada, SCHOOL, REFERENCE, "narrative", "She waited at the gate. ✓")
    same = await texts.store(ada, SCHOOL, REFERENCE, "narrative", "She waited at the gate. ✓")

    assert await texts.read(one) == "She waited at the gate. ✓"
    assert one.id != same.id
    assert one.commitment != same.commitment
    with pytest.raises(PersonNotFound):
        await texts.store("person-nobody", SCHOOL, REFERENCE, "note", "text")


async def test_a_text_that_was_changed_or_swapped_is_noticed(
    people: People, texts: Texts, database: Database
) -> None:
    ada = await people.add_person(SCHOOL, "Ada")
    one = await texts.store(ada, SCHOOL, REFERENCE, "note", "one")
    two = await texts.store(ada, SCHOOL, REFERENCE, "note", "two")

    with pytest.raises(TextAltered):
        await texts.read(TextRef(id=one.id, commitment=two.commitment))

    swap = text(
        "UPDATE texts SET ciphertext = (SELECT ciphertext FROM texts WHERE id = :two) "
        "WHERE id = :one"
    )
    async with database.writing() as connection:
        await connection.execute(swap, {"one": one.id, "two": two.id})
    with pytest.raises(KeyProblem):
        await texts.read(one)
    assert await texts.read(two) == "two"


async def test_a_text_is_discarded_unless_it_is_on_the_record(
    people: People, texts: Texts, recorder: Recorder
) -> None:
    ada = await people.add_person(SCHOOL, "Ada")
    refused = await texts.store(ada, SCHOOL, REFERENCE, "note", "refused")
    accepted = await texts.store(ada, SCHOOL, REFERENCE, "note", "accepted")
    first = opening()
    fact = note().model_copy(update={"text": accepted})
    await recorder.record(first)
    await recorder.record(batch(first.case, [fact]))

    await texts.discard(refused)
    await texts.discard(refused)

    with pytest.raises(TextNotFound):
        await texts.read(refused)
    with pytest.raises(TextOnRecord):
        await texts.discard(accepted)
    assert await texts.read(accepted) == "accepted"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_name_and_no_text_is_in_the_files(
    database_url: str, people: People, texts: Texts, recorder: Recorder
) -> None:
    ada = await people.add_person(
        SCHOOL, "Ada Lovelace", "ada@school.example", [Role.PARENT], person="person-ada"
    )
    narrative = await texts.store(ada, SCHOOL, REFERENCE, "narrative", "She shouted at the gate.")
    first = opening()
    await recorder.record(first)
    await recorder.record(batch(first.case, [note().model_copy(update={"text": narrative})]))

    file = Path(make_url(database_url).database or "")
    written = b"".join(path.read_bytes() for path in sorted(file.parent.glob(f"{file.name}*")))

    assert b"person-ada" in written  # the check looks where the data is
    assert narrative.id.encode() in written
    for secret in ("Ada Love", "Lovelace", "ada@school", "shouted", "at the gate"):
        assert secret.encode() not in written


async def test_references_are_given_out_once_each(database: Database) -> None:
    references = References(database)

    given = await asyncio.gather(*(references.allocate(SCHOOL, "EP", 2026) for _ in range(20)))

    assert sorted(given) == [f"EP-2026-{number:04d}" for number in range(1, 21)]
    assert await references.allocate(SCHOOL, "EP", 2027) == "EP-2027-0001"
    assert await references.allocate(SCHOOL, "PC", 2026) == "PC-2026-0001"
    assert await references.allocate("another-school", "EP", 2026) == "EP-2026-0001"
