"""People are added, corrected and given roles, and the register says who could do what when."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import Connection

from domain.office_events import PersonCorrected, RolesSet
from domain.register import RegisterFact
from domain.signing_in import Purpose
from domain.views import AT_THE_MACHINE
from domain.vocabulary import Role, Rule
from gateway.enrolling import DetailRefused, Enrolling
from gateway.errors import ActionRefused
from storage.accounts import account_of, open_account
from storage.erasing import erase_person
from storage.links import find_link, make_link
from storage.people import PersonIsErased, PersonNotFound
from storage.verification import verify
from tests.support.school import SCHOOL, SchoolInTest, a_school

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
async def school(database_url: str) -> AsyncIterator[SchoolInTest]:
    """A school on each database."""
    async with a_school(database_url) as one:
        yield one


async def facts(school: SchoolInTest) -> list[RegisterFact]:
    entries = await school.stores.registrar.entries(SCHOOL)
    return [entry.event.fact for entry in entries]


async def test_the_register_says_who_held_which_role_when_and_names_nobody(
    school: SchoolInTest,
) -> None:
    gil, moments = school.actor("gil"), count()
    enrolling = Enrolling(school.stores, SCHOOL, now=lambda: NOW + timedelta(days=next(moments)))

    nia = await enrolling.add(" Nia  Rhys ", "nia@Home.example", [Role.STAFF], AT_THE_MACHINE)
    await enrolling.set_roles(nia, [Role.SENIOR_LEADER, Role.STAFF], gil)
    assert await enrolling.set_roles(nia, [Role.STAFF, Role.SENIOR_LEADER], gil) is None
    await enrolling.set_roles(nia, [], gil)
    assert await enrolling.correct(nia, "Nia Rhys-Bevan", "", gil) == ("name", "email")
    assert await enrolling.correct(nia, "Nia Rhys-Bevan", None, gil) == ()

    person = await school.stores.people.person(nia)
    assert (person.name, person.email, person.roles) == ("Nia Rhys-Bevan", None, frozenset())
    history = await enrolling.history(nia)
    assert [(one.roles, one.by) for one in history] == [
        ((Role.STAFF,), AT_THE_MACHINE),
        ((Role.STAFF, Role.SENIOR_LEADER), gil),
        ((), gil),
    ]
    assert [one.since for one in history] == sorted(one.since for one in history)
    assert (await facts(school))[-1] == PersonCorrected(person=nia, details=("name", "email"))
    entries = await school.stores.registrar.entries(SCHOOL)
    written = b"".join(entry.content for entry in entries)
    assert b"Nia" not in written
    assert b"home.example" not in written
    assert (await verify(school.stores.database, SCHOOL)).holds


async def test_the_last_administrator_stays_one(school: SchoolInTest) -> None:
    enrolling, gil = Enrolling(school.stores, SCHOOL), school.actor("gil")

    with pytest.raises(ActionRefused, match="keeps one administrator at least") as refused:
        await enrolling.set_roles(gil.person, [Role.STAFF], gil)
    assert refused.value.refusal.rule is Rule.AUTHORITY
    assert await facts(school) == []

    farah = school.people["farah"]
    await enrolling.set_roles(farah, [Role.CLERK, Role.ADMINISTRATOR], gil)
    await enrolling.set_roles(gil.person, [Role.STAFF], gil)
    assert (await facts(school))[-1] == RolesSet(
        person=gil.person, was=(Role.ADMINISTRATOR,), roles=(Role.STAFF,)
    )
    with pytest.raises(ActionRefused, match="You do not hold the role"):
        await enrolling.set_roles(farah, [], gil)


async def test_only_an_administrator_keeps_the_list(school: SchoolInTest) -> None:
    enrolling, cara = Enrolling(school.stores, SCHOOL), school.actor("cara")

    for work in (
        enrolling.add("Nia Rhys", None, [Role.STAFF], cara),
        enrolling.correct(cara.person, "Cara L", None, cara),
        enrolling.set_roles(cara.person, [Role.ADMINISTRATOR], cara),
    ):
        with pytest.raises(ActionRefused) as refused:
            await work
        assert refused.value.refusal.who_may == (Role.ADMINISTRATOR,)
    assert await facts(school) == []


async def test_each_field_that_can_not_be_kept_is_told(school: SchoolInTest) -> None:
    enrolling, gil = Enrolling(school.stores, SCHOOL), school.actor("gil")

    with pytest.raises(DetailRefused) as refused:
        await enrolling.add("", "nowhere", [Role.STAFF], gil)
    assert set(refused.value.fields) == {"name", "email"}
    for work in (
        enrolling.add("Another Cara", "Cara@Rowan-Hill.example", [Role.STAFF], gil),
        enrolling.correct(gil.person, "Gil Navarro", "cara@rowan-hill.example", gil),
    ):
        with pytest.raises(DetailRefused, match="is the address of Cara Lindqvist") as refused:
            await work
        assert set(refused.value.fields) == {"email"}
    assert await enrolling.correct(gil.person, "Gil Navarro", "GIL@rowan-hill.example", gil) == (
        "email",
    )


async def test_nobody_who_is_unknown_erased_or_elsewhere_is_changed(school: SchoolInTest) -> None:
    enrolling, gil = Enrolling(school.stores, SCHOOL), school.actor("gil")
    elsewhere = await school.stores.people.add_person("another-school", "Eve Elsewhere")
    hana = school.people["hana"]
    await school.stores.database.transact(lambda c: erase_person(c, hana, NOW))

    for person, error in ((elsewhere, PersonNotFound), (hana, PersonIsErased)):
        with pytest.raises(error):
            await enrolling.correct(person, "Another Name", None, gil)
        with pytest.raises(error):
            await enrolling.set_roles(person, [Role.STAFF], gil)


async def test_it_is_told_which_role_nobody_would_hold_any_more(school: SchoolInTest) -> None:
    enrolling = Enrolling(school.stores, SCHOOL)

    assert await enrolling.left_without(school.people["cara"], [Role.STAFF]) == (Role.HEADTEACHER,)
    assert await enrolling.left_without(school.people["asha"], []) == (Role.STAFF,)
    await school.stores.people.add_person(SCHOOL, "Second Head", roles=[Role.HEADTEACHER])
    assert await enrolling.left_without(school.people["cara"], []) == ()


async def test_a_corrected_address_is_the_one_that_they_sign_in_with(school: SchoolInTest) -> None:
    enrolling, gil = Enrolling(school.stores, SCHOOL, now=lambda: NOW), school.actor("gil")
    cara, keys = school.people["cara"], school.stores.account_keys

    def invite(connection: Connection) -> str:
        open_account(connection, cara, SCHOOL, keys.address("cara@rowan-hill.example"), NOW)
        return make_link(connection, Purpose.INVITATION, cara, NOW)

    token = await school.stores.database.transact(invite)

    with pytest.raises(DetailRefused, match="They sign in with their address"):
        await enrolling.correct(cara, "Cara Lindqvist", None, gil)
    await enrolling.correct(cara, "Cara Lindqvist", "cara@home.example", gil)

    def look(connection: Connection) -> tuple[bytes, bool]:
        account, link = (
            account_of(connection, cara),
            find_link(connection, token, Purpose.INVITATION),
        )
        assert account is not None
        return account.address, link is not None and link.works(NOW)

    address, works = await school.stores.database.transact(look)
    assert address == keys.address("cara@home.example")
    assert not works
