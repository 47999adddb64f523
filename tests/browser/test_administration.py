"""An administrator's journey in a real browser: at a desk, on a telephone, without JavaScript."""

from pathlib import Path

import pytest
from playwright.async_api import Page, ViewportSize, expect

from domain.vocabulary import ErasureGround
from gateway.erasure import Erasing
from settings import HERE
from storage.erased_list import ErasedList
from tests.browser.checks import DESK, TELEPHONE, check_page
from tests.browser.conftest import Browsing
from tests.support.closing import SETTLED, a_recorded_case
from tests.support.school import SCHOOL

AT = pytest.mark.parametrize(
    ("javascript", "viewport"),
    [
        pytest.param(True, DESK, id="at a desk"),
        pytest.param(True, TELEPHONE, id="on a telephone"),
        pytest.param(False, DESK, id="without scripts"),
    ],
)


async def follow(page: Page, words: str) -> None:
    await page.get_by_role("link", name=words, exact=True).first.click()


async def press(page: Page, words: str) -> None:
    await page.get_by_role("button", name=words, exact=True).click()


@AT
async def test_a_person_is_added_given_roles_and_invited(
    browsing: Browsing, javascript: bool, viewport: ViewportSize
) -> None:
    page = await browsing.page("gil", javascript=javascript, viewport=viewport)
    await page.goto("/administration")
    await follow(page, "People and roles")
    await (
        page.get_by_role("button", name="Add a person")
        .or_(page.get_by_role("link", name="Add a person"))
        .click()
    )

    await press(page, "Add this person")
    await expect(page.get_by_role("alert")).to_contain_text("Enter their name")
    await page.get_by_label("Name", exact=True).fill("Nia Rhys")
    await page.get_by_label("E-mail address").fill("nia@home.example")
    await page.get_by_label("Staff", exact=True).check()
    await press(page, "Add this person")
    await expect(page.get_by_role("heading", name="Nia Rhys")).to_be_visible()

    await follow(page, "Change the roles")
    await page.get_by_label("Senior leader", exact=True).check()
    await press(page, "Continue")
    await expect(page.get_by_text("Check the change")).to_be_visible()
    await press(page, "Set these roles")
    await expect(page.get_by_text("Their roles were set")).to_be_visible()

    await follow(page, "See to it whether they can sign in")
    await press(page, "Invite them")
    await expect(page.get_by_text("An invitation is on its way")).to_be_visible()


@AT
async def test_a_list_is_tried_and_brought_in(
    browsing: Browsing, javascript: bool, viewport: ViewportSize, tmp_path: Path
) -> None:
    file = tmp_path / "contacts.csv"
    file.write_bytes(b"Name;E-mail;Roles\nAnn Bell;ann@home.example;parent\nBo Gray;bo@;parent\n")
    page = await browsing.page("gil", javascript=javascript, viewport=viewport)
    await page.goto("/administration/people/import")

    await page.get_by_label("The list").set_input_files(file)
    await press(page, "Try it")
    await expect(page.get_by_text("Lines are refused")).to_be_visible()
    file.write_bytes(b"Name;E-mail;Roles\nAnn Bell;ann@home.example;parent\n")
    await follow(page, "Choose another file")
    await page.get_by_label("The list").set_input_files(file)
    await press(page, "Try it")
    await press(page, "Add 1 person")
    await expect(page.get_by_text("1 person was added")).to_be_visible()


async def answer_to(page: Page, button: str) -> str:
    """The source of the page that answers a form."""
    async with page.expect_response(lambda one: one.request.method == "POST") as answering:
        await press(page, button)
    return await (await answering.value).text()


async def test_everybody_can_use_the_pages_that_answer_a_form(
    browsing: Browsing, tmp_path: Path
) -> None:
    await browsing.site.open_case()
    page = await browsing.page("gil")
    people = "/administration/people"
    await page.goto(f"{people}/add")
    await check_page(page, "person-add-wrong", await answer_to(page, "Add this person"))

    await page.goto(f"{people}/{browsing.site.school.people['gil']}/roles")
    await page.get_by_label("Administrator", exact=True).uncheck()
    await check_page(page, "roles-check", await answer_to(page, "Continue"))
    await check_page(page, "roles-refused", await answer_to(page, "Set these roles"))

    file = tmp_path / "contacts.csv"
    file.write_bytes(
        b"Name;E-mail;Year;Roles\nAnn Bell;ann@home.example;3;parent\nBo Gray;bo@;;parnt\n"
        b"Hana Novak;hana@rowan-hill.example;;staff\n"
    )
    await page.goto(f"{people}/import")
    await page.get_by_label("The list").set_input_files(file)
    await check_page(page, "contacts-tried", await answer_to(page, "Try it"))

    dates = tmp_path / "dates.yaml"
    sample = (HERE / "terms" / "sample.yaml").read_text(encoding="utf-8")
    dates.write_text(f"{sample}  - {{kind: closure, name: A flood, date: 2026-11-26}}\n")
    await page.goto("/administration/calendar/change")
    await page.get_by_label("Term dates").set_input_files(dates)
    await check_page(page, "calendar-foreseen", await answer_to(page, "See what would change"))


async def test_everybody_can_use_the_pages_about_people(browsing: Browsing) -> None:
    page = await browsing.page("gil")
    ben = browsing.site.school.people["ben"]
    people = "/administration/people"
    for name, address in {
        "administration": "/administration",
        "people": people,
        "person-add": f"{people}/add",
        "contacts": f"{people}/import",
        "person": f"{people}/{ben}",
        "person-details": f"{people}/{ben}/details",
        "person-roles": f"{people}/{ben}/roles",
        "person-access": f"{people}/{ben}/access",
    }.items():
        await page.goto(address)
        await check_page(page, name)


@AT
async def test_changed_term_dates_are_foreseen_and_adopted(
    browsing: Browsing, javascript: bool, viewport: ViewportSize, tmp_path: Path
) -> None:
    reference = await browsing.site.open_case()
    cases = await browsing.site.office.cases(SCHOOL)
    soonest = min(one.due_on for one in (await cases.show(reference)).deadlines)
    file = tmp_path / "dates.yaml"
    sample = (HERE / "terms" / "sample.yaml").read_text(encoding="utf-8")
    file.write_text(f"{sample}  - {{kind: closure, name: A flood, date: {soonest}}}\n")
    page = await browsing.page("gil", javascript=javascript, viewport=viewport)
    await page.goto("/administration/calendar")
    await follow(page, "Change the term dates")
    await page.get_by_label("Term dates").set_input_files(file)
    await press(page, "See what would change")
    await expect(page.get_by_text("Nothing was changed yet")).to_be_visible()
    await expect(page.get_by_role("rowheader", name=reference).first).to_be_visible()

    await press(page, "Adopt these dates")

    await expect(page.get_by_text("1 case moved to them")).to_be_visible()


async def test_everybody_can_use_the_pages_about_the_calendar_and_codes(
    browsing: Browsing, tmp_path: Path
) -> None:
    pack = (HERE / "policies" / "eleanor-palmer-advocates.yaml").read_text(encoding="utf-8")
    (tmp_path / "newer.yaml").write_text(
        pack.replace('version: "1.0"', 'version: "1.1"'), encoding="utf-8"
    )
    office = browsing.site.office
    office.settings = office.settings.model_copy(update={"policies_dir": tmp_path})
    page = await browsing.page("gil")
    code = "/administration/codes/eleanor-palmer-advocates"
    for name, address in {
        "calendar": "/administration/calendar?year=2026",
        "calendar-change": "/administration/calendar/change",
        "codes": "/administration/codes",
        "code": f"{code}/1.0",
        "code-send": "/administration/codes/send",
        "code-difference": f"{code}/difference",
        "code-adopt": f"{code}/1.1/adopt",
    }.items():
        await page.goto(address)
        await check_page(page, name)


@AT
async def test_a_person_is_erased_by_two_people(
    browsing: Browsing, javascript: bool, viewport: ViewportSize
) -> None:
    elif_ = browsing.site.school.people["elif"]
    page = await browsing.page("gil", javascript=javascript, viewport=viewport)
    await page.goto(f"/administration/people/{elif_}")
    await follow(page, "Ask that this person’s data be erased")
    await page.get_by_label("Objection").check()
    await page.get_by_label("Why?").fill("She asked by letter.")
    await press(page, "Ask for it")
    await expect(page.get_by_text("Nothing is destroyed until")).to_be_visible()

    other = await browsing.page("cara", javascript=javascript, viewport=viewport)
    await other.goto("/administration/erasures")
    await follow(other, "Elif Demir")
    await other.get_by_label("Yes, destroy this person’s data, for good").check()
    await press(other, "Destroy it for good")
    await expect(other.get_by_text("The person’s key was destroyed")).to_be_visible()


async def test_everybody_can_use_the_pages_about_keeping_and_erasing(browsing: Browsing) -> None:
    site = browsing.site
    await a_recorded_case(site.school, "EP-2026-0003", SETTLED)
    people = site.school.people
    erasing = Erasing(site.school.stores, ErasedList(site.office.settings.erased_file), SCHOOL)
    erasure = await erasing.request(
        people["elif"], ErasureGround.OBJECTION, "She asked.", site.school.actor("gil")
    )
    page = await browsing.page("cara")
    for name, address in {
        "retention": "/administration/retention",
        "retention-case": "/administration/retention/EP-2026-0003",
        "erasures": "/administration/erasures",
        "erasure": f"/administration/erasures/{erasure}",
        "erase": f"/administration/people/{people['ben']}/erase",
    }.items():
        await page.goto(address)
        await check_page(page, name)


async def test_everybody_can_use_the_pages_about_keys_and_health(browsing: Browsing) -> None:
    await browsing.site.open_case()
    page = await browsing.page("gil")
    await page.goto("/administration/keys/change")
    await check_page(page, "keys-change")

    await press(page, "Change the key")

    await expect(page.get_by_text("The new key signs from now on")).to_be_visible()
    for name in ("keys", "health"):
        await page.goto(f"/administration/{name}")
        await check_page(page, name)
