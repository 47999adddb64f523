"""What administrators do about accounts, what is told of one, and what erasing takes."""

from datetime import date

import pytest
from sqlalchemy import func, select

from domain.actions import Actor
from domain.vocabulary import ErasureGround, Role
from gateway.account_errors import AccountRefused, LinkDead, NoAccount, PasswordRefused
from gateway.enrolling import DetailRefused, Enrolling
from gateway.erasure import Erasing
from gateway.errors import ActionRefused, ServiceUnreachable
from gateway.first_start import SetUpAsked
from gateway.held_account import how_they_sign_in
from storage.account_tables import AccountRow, IdentityRow, LinkRow, RecoveryCodeRow
from storage.erased_list import ErasedList
from storage.tables import SessionRow
from tests.support.front_door import HOME, PASSWORD, DoorInTest, link_in
from tests.support.school import CALENDAR, SCHOOL


async def test_only_an_administrator_looks_after_accounts(front: DoorInTest) -> None:
    asha = await front.person("asha")
    accounts = front.door.accounts
    for who in ("cara", "ben", "elif"):
        actor = front.school.actor(who)
        for act in (accounts.invite, accounts.lock, accounts.unlock, accounts.reset_second_factor):
            with pytest.raises(ActionRefused, match="administrator of the same school"):
                await act(asha, actor)
    gil = front.school.actor("gil")
    with pytest.raises(NoAccount, match="account invite"):
        await accounts.lock(asha, gil)
    await front.with_account("gil")
    with pytest.raises(AccountRefused, match="your own account"):
        await accounts.lock(await front.person("gil"), gil)


async def test_who_can_have_an_account(front: DoorInTest) -> None:
    accounts, people = front.door.accounts, front.school.stores.people
    with pytest.raises(AccountRefused, match="Parents and advocates need no account"):
        await accounts.invite(await front.person("hana"), None)
    nowhere = await people.add_person(SCHOOL, "No Address", None, [Role.STAFF])
    with pytest.raises(AccountRefused, match="no e-mail address"):
        await accounts.invite(await people.person(nowhere), None)
    await front.with_account("asha")
    with pytest.raises(AccountRefused, match="has an account already"):
        await accounts.invite(await front.person("asha"), None)


async def test_an_invitation_that_could_not_be_sent_can_be_sent_again(front: DoorInTest) -> None:
    front.outbox.refuse = "451 Busy"
    with pytest.raises(ServiceUnreachable, match="Nothing was sent"):
        await front.door.accounts.invite(await front.person("asha"), None)

    front.outbox.refuse = None
    await front.door.accounts.invite(await front.person("asha"), None)
    assert link_in((await front.post())[0])[0] == "invitation"


async def test_the_list_of_accounts(front: DoorInTest) -> None:
    await front.with_account("asha")
    await front.sign_in("asha")
    await front.with_second_factor("cara")
    await front.invited("ben")
    await front.door.accounts.lock(await front.person("asha"), None)

    told = {
        one.person.name: (one.state.value, one.second_factor, one.needs_second_factor)
        for one in await front.door.accounts.of_school(SCHOOL)
    }

    assert told == {
        "Asha Karim": ("locked", False, False),
        "Ben Okafor": ("invited", False, True),
        "Cara Lindqvist": ("active", True, True),
    }


async def test_a_lost_second_factor_is_set_up_anew(front: DoorInTest) -> None:
    cara, codes = await front.with_second_factor("cara")
    ticket = (await front.sign_in("cara")).ticket
    await front.door.signing_in.with_code(ticket or "", codes[0], HOME)
    await front.door.accounts.reset_second_factor(cara, front.school.actor("gil"))

    signed_in = await front.sign_in("cara")

    assert signed_in.sets_up is True
    assert "removed the second factor" in (await front.post())[-1].get_content()
    assert await front.door.signing_in.second_factors.codes_left(cara.id) == 0


async def test_a_new_address_is_signed_in_with_and_old_links_end(front: DoorInTest) -> None:
    asha = await front.with_account("asha")
    front.door.signing_in.forgotten("asha@rowan-hill.example", HOME)
    _, token = link_in((await front.post())[-1])
    office = Enrolling(front.school.stores, SCHOOL, now=lambda: front.now)
    gil = front.school.actor("gil")

    await office.correct(asha.id, asha.name, "asha.karim@rowan-hill.example", gil)

    with pytest.raises(LinkDead):
        await front.door.signing_in.resetting(token)
    came = await front.door.signing_in.with_password(
        "asha.karim@rowan-hill.example", PASSWORD, HOME
    )
    assert came.person == asha.id
    with pytest.raises(DetailRefused, match="give another"):
        await office.correct(asha.id, asha.name, None, gil)
    assert (await front.person("asha")).email == "asha.karim@rowan-hill.example"


async def test_erasing_somebody_takes_their_account_and_signs_them_out(
    front: DoorInTest,
) -> None:
    person, _ = await front.with_second_factor("asha")
    ticket = (await front.sign_in("asha")).ticket or ""
    signed_in = await front.door.signing_in.with_code(ticket, front.code(person), HOME)
    front.door.signing_in.forgotten("asha@rowan-hill.example", HOME)
    _, token = link_in((await front.post())[-1])
    erased = ErasedList(front.settings.data_dir / "erased.list")
    front.settings.data_dir.mkdir()
    erasing = Erasing(front.school.stores, erased, SCHOOL, now=lambda: front.now)
    dpo = await front.school.stores.people.add_person(
        SCHOOL, "Mei-Ling Zhou", None, [Role.DATA_PROTECTION_OFFICER]
    )

    asked = await erasing.request(
        person.id, ErasureGround.NO_LONGER_NEEDED, "She left.", front.school.actor("cara")
    )
    await erasing.confirm(asked, Actor(person=dpo, role=Role.DATA_PROTECTION_OFFICER))

    assert await front.door.sessions.find(signed_in.token or "", front.now) is None
    with pytest.raises(LinkDead):
        await front.door.signing_in.resetting(token)
    async with front.school.stores.database.reading() as connection:
        for table in (AccountRow, RecoveryCodeRow, IdentityRow, LinkRow, SessionRow):
            left = select(func.count()).select_from(table).where(table.person == person.id)
            assert await connection.scalar(left) == 0, table.__tablename__


async def test_somebody_is_told_what_is_held_about_how_they_sign_in(front: DoorInTest) -> None:
    stores = front.school.stores
    person, _ = await front.with_second_factor("asha")
    ticket = (await front.sign_in("asha")).ticket or ""
    await front.door.signing_in.with_code(ticket, front.code(person), HOME)

    told = "\n".join(await how_they_sign_in(stores, person.id, CALENDAR))

    assert front.now.date() == date(2026, 11, 24)
    for expected in (
        "You took it up on Tuesday 24 November 2026.",
        "a form from which nobody can read it",
        "It has had a second factor since Tuesday 24 November 2026.",
        "10 recovery codes are unused",
        "You signed in on Tuesday 24 November 2026",
        "A link to open an account was made for you on Tuesday 24 November 2026, and used on",
    ):
        assert expected in told
    assert await how_they_sign_in(stores, front.school.people["ben"], CALENDAR) == ()


async def test_the_first_administrator_of_a_school_gets_a_link_until_they_used_it(
    front: DoorInTest,
) -> None:
    first = await front.door.first_start.link()
    second = await front.door.first_start.link()
    assert first is not None
    assert second is not None
    with pytest.raises(LinkDead):  # the one that was printed before
        await front.door.accounts.invited(first.address.rpartition("/")[2])
    assert (await front.door.accounts.invited(second.address.rpartition("/")[2])).name == (
        "Gil Navarro"
    )

    await front.door.accounts.accept(second.address.rpartition("/")[2], PASSWORD)

    assert await front.door.first_start.link() is None


async def test_where_nobody_is_an_administrator_the_link_asks_who_they_are(
    front: DoorInTest,
) -> None:
    start = front.door.first_start
    await front.school.stores.people.set_roles(front.school.people["gil"], [Role.STAFF])
    link = await start.link()
    assert link is not None
    assert link.name is None
    token = link.address.rpartition("/")[2]
    asked = SetUpAsked("Ines Costa", "ines@rowan-hill.example", PASSWORD)
    with pytest.raises(PasswordRefused):
        await start.begin(token, asked._replace(password="Ines Costa 2026"))

    ines = await start.begin(token, asked)

    assert ines.roles == {Role.ADMINISTRATOR}
    assert (await front.sign_in("ines")).sets_up is True
    assert await start.link() is None
    with pytest.raises(LinkDead):
        await start.begin(token, asked._replace(email="other@rowan-hill.example"))
