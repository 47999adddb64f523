"""A session begins, ends by the clock or by hand, and follows the person's roles."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.vocabulary import Role
from gateway.sessions import Session
from tests.web.site import Site

START = datetime(2026, 9, 15, 9, 0, tzinfo=UTC)


def at(site: Site, after: timedelta) -> None:
    """Sets the clock of the pages."""
    site.office.now = lambda: START + after


async def begun(site: Site, who: str, role: Role | None = None) -> str:
    actor = site.school.actor(who, role)
    return await site.office.sessions.start(actor.person, actor.role, now=START)


async def found(site: Site, token: str, after: timedelta) -> Session | None:
    return await site.office.sessions.find(token, START + after)


async def test_it_tells_who_somebody_is_and_what_they_hold(site_on_either: Site) -> None:
    site = site_on_either
    cara = site.school.people["cara"]
    await site.school.stores.people.set_roles(cara, [Role.HEADTEACHER, Role.ADMINISTRATOR])

    session = await found(site, await begun(site, "cara"), timedelta(minutes=1))

    assert session is not None
    assert (session.name, session.role) == ("Cara Lindqvist", Role.HEADTEACHER)
    assert session.roles == (Role.HEADTEACHER, Role.ADMINISTRATOR)
    assert "Cara" not in f"{session} {session!r}"


@pytest.mark.parametrize(("who", "idle"), [("cara", 30), ("hana", 120)])
async def test_it_ends_after_a_while_without_a_sign(site: Site, who: str, idle: int) -> None:
    token = await begun(site, who)

    assert await found(site, token, timedelta(minutes=idle)) is not None
    # That was a sign of them, so the while begins anew.
    assert await found(site, token, timedelta(minutes=2 * idle)) is not None
    assert await found(site, token, timedelta(minutes=3 * idle, seconds=61)) is None
    assert await found(site, token, timedelta(minutes=2 * idle)) is None, "it came back"


async def test_it_ends_after_half_a_day_however_busy(site: Site) -> None:
    token = await begun(site, "cara")

    for minutes in range(20, 12 * 60, 20):
        assert await found(site, token, timedelta(minutes=minutes)) is not None
    assert await found(site, token, timedelta(hours=12, seconds=1)) is None


async def test_it_ends_with_the_role_it_acts_in(site: Site) -> None:
    token = await begun(site, "cara")

    await site.school.stores.people.set_roles(site.school.people["cara"], [Role.STAFF])

    assert await found(site, token, timedelta(minutes=1)) is None


async def test_signing_out_everywhere_leaves_others_in(site: Site) -> None:
    desk, telephone = await begun(site, "cara"), await begun(site, "cara")
    ben = await begun(site, "ben")

    assert await site.office.sessions.end_all(site.school.people["cara"]) == 2

    assert await found(site, desk, timedelta(0)) is None
    assert await found(site, telephone, timedelta(0)) is None
    assert await found(site, ben, timedelta(0)) is not None


async def test_a_token_is_not_in_the_database(site: Site) -> None:
    token = await begun(site, "cara")
    session = await found(site, token, timedelta(0))
    assert session is not None

    assert session.id != token
    assert await found(site, session.id, timedelta(0)) is None, "what is stored opens nothing"


async def test_nobody_begins_one_in_a_role_they_do_not_hold(site: Site) -> None:
    with pytest.raises(ValueError, match="does not hold"):
        await begun(site, "asha", Role.HEADTEACHER)


async def test_old_ones_are_forgotten_when_somebody_signs_in(site: Site) -> None:
    token = await begun(site, "cara")
    session = await found(site, token, timedelta(0))
    assert session is not None

    actor = site.school.actor("ben")
    await site.office.sessions.start(actor.person, now=START + timedelta(days=1))

    assert await site.school.stores.sessions.find(session.id) is None


async def test_changing_the_role_changes_where_one_may_go(site: Site) -> None:
    gil = site.school.people["gil"]
    await site.school.stores.people.set_roles(gil, [Role.PARENT, Role.ADMINISTRATOR])
    browser = await site.as_("gil")
    assert (await browser.get("/today")).status_code == 200

    answer = await browser.send_form("/account/role", {"role": "parent"})

    assert answer.status_code == 303
    refused = await browser.get("/today")
    assert refused.status_code == 403
    assert "You can open it as administrator: change your role" in refused.text


async def test_a_session_that_came_by_a_link_keeps_its_role(site: Site) -> None:
    hana = site.school.people["hana"]
    await site.school.stores.people.set_roles(hana, [Role.PARENT, Role.HEADTEACHER])
    browser = await site.as_("hana", Role.PARENT, reference="EP-2026-0001")

    await browser.send_form("/account/role", {"role": "headteacher"})

    assert (await browser.get("/today")).status_code == 403


async def test_who_gave_no_second_factor_is_asked_for_it(site: Site) -> None:
    browser = await site.as_("cara", strong=False)

    answer = await browser.get("/today")

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/account/second-factor")
