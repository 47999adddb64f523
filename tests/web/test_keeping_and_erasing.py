"""What was kept long enough, and who is erased: decided on pages, with reasons."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.calendar import Clock, Span
from domain.register import CaseDisposed, CaseKept, HoldLifted, HoldPlaced, PersonErased
from settings import Settings
from tests.rules.building import ELEANOR_PALMER
from tests.support.closing import SETTLED, a_recorded_case
from tests.support.school import MASTER_KEY, SCHOOL, a_school
from tests.web.site import Site, hidden, words
from web.office import Office

AT_ONCE = ELEANOR_PALMER.model_copy(update={"retention": Span(amount=0, clock=Clock.CALENDAR_DAYS)})
RETENTION = "/administration/retention"
ERASURES = "/administration/erasures"
CASE = "EP-2026-0003"
DAY = {"keep-day-day": "1", "keep-day-month": "9", "keep-day-year": "2040"}


@pytest.fixture
async def keeping(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    """A site with two settled cases whose time is over at once."""
    async with a_school(sqlite_url, as_adopted=lambda policy: AT_ONCE) as school:
        settings = Settings(data_dir=tmp_path, database_url=sqlite_url)
        office = Office(settings, school.stores, form_key=MASTER_KEY.derived("forms"))
        # A year on, when the time for reopening is over too.
        for reference in (CASE, "EP-2026-0004"):
            await a_recorded_case(school, reference, SETTLED, policy=AT_ONCE)
        async with Site(office, school) as site:
            yield site


async def facts(site: Site) -> list[object]:
    entries = await site.school.stores.registrar.entries(SCHOOL)
    return [entry.event.fact for entry in entries]


async def test_a_case_is_proposed_then_destroyed_only_by_somebody_who_is_sure(
    keeping: Site,
) -> None:
    gil = await keeping.as_("gil")
    assert "Proposed tonight" in words((await gil.get(RETENTION)).text)
    await gil.send_form(RETENTION, {"act": "sweep"})
    assert "To be decided" in words((await gil.get(RETENTION)).text)

    unsure = await gil.send_form(f"{RETENTION}/{CASE}", {"act": "remove"})
    assert unsure.status_code == 422
    assert 'href="#sure"' in unsure.text
    done = await gil.send_form(f"{RETENTION}/{CASE}", {"act": "remove", "sure": "yes"})

    assert done.headers["location"].startswith(f"{RETENTION}?done=removed")
    assert "What was written on the case was destroyed" in words(
        (await gil.get(done.headers["location"])).text
    )
    (disposed,) = [fact for fact in await facts(keeping) if isinstance(fact, CaseDisposed)]
    assert disposed.reference == CASE
    shown = words((await gil.get(f"{RETENTION}/{CASE}")).text)
    assert "was destroyed on" in shown
    assert "nothing for you to decide" in shown


async def test_a_case_is_kept_longer_or_held_with_a_reason(keeping: Site) -> None:
    gil, cara = await keeping.as_("gil"), await keeping.as_("cara")
    address = f"{RETENTION}/{CASE}"

    assert (await gil.send_form(address, {"act": "keep", **DAY})).status_code == 422
    kept = await gil.send_form(address, {"act": "keep", "keep-reason": "An inquiry.", **DAY})
    assert kept.headers["location"] == f"{RETENTION}?done=kept"
    assert "Saturday 1 September 2040, as was decided" in words((await gil.get(address)).text)

    held = await gil.send_form(address, {"act": "hold", "hold-reason": "A claim was made."})
    assert held.headers["location"] == f"{RETENTION}?done=held"
    said = words((await gil.get(address)).text)
    assert "A hold is lifted by the headteacher" in said
    refused = await gil.send_form(address, {"act": "release", "release-reason": "Over."})
    assert refused.status_code == 409
    lifted = await cara.send_form(address, {"act": "release", "release-reason": "Over."})
    assert lifted.headers["location"] == f"{RETENTION}?done=released"
    types = [type(fact) for fact in await facts(keeping)]
    assert types == [CaseKept, HoldPlaced, HoldLifted]
    assert (await gil.send_form(RETENTION, {"reference": CASE.lower()})).headers[
        "location"
    ] == address
    assert (await gil.get(f"{RETENTION}/EP-2026-0999")).status_code == 404


async def test_a_person_is_erased_by_two_people(site: Site) -> None:
    farah, cara = await site.as_("farah"), await site.as_("cara")
    elif_ = site.school.people["elif"]
    address = f"/administration/people/{elif_}/erase"

    looked = words((await farah.get(address)).text)
    assert "What goes" in looked
    assert (await farah.send_form(address)).status_code == 422
    asked = await farah.send_form(address, {"ground": "objection", "reason": "She asked."})
    assert asked.headers["location"] == f"{ERASURES}?done=asked"
    assert "Elif Demir objection Farah Siddiqui" in words((await cara.get(ERASURES)).text)

    hers = f"{ERASURES}/erasure-1"
    own = words((await farah.get(hers)).text)
    assert "Take the request back" in own
    not_hers = await farah.send_form(hers, {"act": "confirm", "sure": "yes"})
    assert not_hers.status_code == 409
    shown = await cara.get(hers)
    assert "She asked." in words(shown.text)
    assert (await cara.post(hers, data=hidden(shown.text) | {"act": "confirm"})).status_code == 422
    done = await cara.send_form(hers, {"act": "confirm", "sure": "yes"})

    assert done.headers["location"].startswith(f"{ERASURES}?done=erased")
    assert isinstance((await facts(site))[-1], PersonErased)
    assert "No erasure waits" in words((await cara.get(ERASURES)).text)
    assert (await cara.get(hers)).status_code == 404


async def test_an_erasure_is_refused_with_a_reason(site: Site) -> None:
    gil, cara = await site.as_("gil"), await site.as_("cara")
    address = f"/administration/people/{site.school.people['elif']}/erase"
    await gil.send_form(address, {"ground": "unlawful", "reason": "A mistake."})
    assert "It was asked for already" in words((await gil.get(address)).text)

    assert (await cara.send_form(f"{ERASURES}/erasure-1", {"act": "refuse"})).status_code == 422
    done = await cara.send_form(f"{ERASURES}/erasure-1", {"act": "refuse", "reason": "She is."})

    assert done.headers["location"] == f"{ERASURES}?done=refused"
