"""A parent and an advocate in a real browser: on a telephone, at a desk, without JavaScript."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.browser.checks import DESK, TELEPHONE, check_page
from tests.browser.conftest import Browsing
from tests.replies.samples import PROGRAM, a_pdf
from tests.support.outbox import Outbox
from tests.support.school import SCHOOL
from tests.web.families import a_limited_case, act, an_invited_case, state

TELEPHONE_WITHOUT_SCRIPTS = pytest.param(TELEPHONE, False, id="telephone-without-scripts")
DESK_WITH_SCRIPTS = pytest.param(DESK, True, id="desk-with-scripts")
BOTH = pytest.mark.parametrize(
    ("viewport", "javascript"), [TELEPHONE_WITHOUT_SCRIPTS, DESK_WITH_SCRIPTS]
)


async def choose(page: Page, name: str) -> None:
    await page.get_by_role("radio", name=name).check()


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name).click()


async def follow(page: Page, name: str) -> None:
    await page.get_by_role("link", name=name, exact=True).first.click()


async def tab_to(page: Page, role: Any, name: str) -> None:
    wanted = page.get_by_role(role, name=name)
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await wanted.evaluate("(one) => one === document.activeElement"):
            return
    pytest.fail(f"the keyboard does not lead to “{name}”")


async def stands(page: Page, heading: str) -> None:
    await expect(page.get_by_role("heading", level=1)).to_contain_text(heading)


async def opened_by_link(
    browsing: Browsing, outbox: Outbox, who: str, reference: str, **how: Any
) -> Page:
    """The case's page, as it opens from the link in somebody's e-mail."""
    site = browsing.site
    person = await site.school.stores.people.person(site.school.people[who])
    await site.office.door.case_links.send(SCHOOL, reference, person, site.school.actor("cara"))
    mail = next(one for one in reversed(outbox.messages) if one["To"] == person.email)
    link = re.search(r"/link/\S+", mail.get_content())
    assert link is not None
    page = await browsing.page(**how)
    await page.goto(link[0])
    await page.get_by_role("main").get_by_role("button").click()
    await stands(page, "Your case")
    return page


@BOTH
async def test_a_parent_reads_a_letter_asks_for_another_time_and_raises_a_concern(
    browsing: Browsing,
    outbox: Outbox,
    viewport: ViewportSize,
    javascript: bool,
    tmp_path: Path,
) -> None:
    site = browsing.site
    note = tmp_path / "my note.pdf"
    note.write_bytes(a_pdf())
    reference, _ = await an_invited_case(site)
    how = {"viewport": viewport, "javascript": javascript}
    page = await opened_by_link(browsing, outbox, "hana", reference, **how)

    await follow(page, "An invitation to a meeting")
    await stands(page, "An invitation to a meeting")
    await expect(page.get_by_text("The library").first).to_be_visible()
    await follow(page, "Back to your case")

    await follow(page, "See the meeting, and answer")
    await follow(page, "Say whether it may be recorded")
    await choose(page, "No, I do not agree")
    await press(page, "Send your answer")
    await stands(page, "We have your answer")
    await follow(page, "Back to your case")
    await follow(page, "See the meeting, and answer")
    await follow(page, "Tell us that you can’t come, or need another time")
    on = site.office.now().date() + timedelta(days=20)
    first = page.get_by_role("group", name="First day")
    await first.get_by_label("Day", exact=True).fill(str(on.day))
    await first.get_by_label("Month").fill(str(on.month))
    await page.get_by_label("Time on the first day").fill("3.30pm")
    await press(page, "Tell us that you can’t come")
    await expect(page.get_by_role("alert")).to_contain_text("The date must include a year")
    await first.get_by_label("Year").fill(str(on.year))
    await press(page, "Tell us that you can’t come")
    await stands(page, "We know that you can’t come")

    await follow(page, "Back to your case")
    await follow(page, "Tell us about a concern")
    await page.get_by_label("What is your concern?").fill("The support has not begun.")
    await press(page, "Go on")
    await choose(page, "No")
    await press(page, "Go on")
    await choose(page, "It matters a lot to us")
    await press(page, "Go on")
    await page.get_by_label("Add files", exact=True).set_input_files(note)
    await press(page, "Go on")
    await stands(page, "Check what you send")
    await expect(page.get_by_text("my note.pdf")).to_be_visible()
    await press(page, "Send your concern")
    await stands(page, "We have your concern")


@BOTH
async def test_an_advocate_tells_their_side_with_a_file_and_signs_the_code(
    browsing: Browsing,
    outbox: Outbox,
    viewport: ViewportSize,
    javascript: bool,
    tmp_path: Path,
) -> None:
    reference = await a_limited_case(browsing.site)
    program, note = tmp_path / "holiday.pdf", tmp_path / "my note.pdf"
    program.write_bytes(PROGRAM)
    note.write_bytes(a_pdf())
    how = {"viewport": viewport, "javascript": javascript}
    page = await opened_by_link(browsing, outbox, "idris", reference, **how)

    await follow(page, "Tell us your side")
    side = page.get_by_label("What would you like us to know before we decide?")
    await side.fill("I was frightened for the boy.")
    await page.get_by_label("Add files, if you would like to").set_input_files(program)
    await press(page, "Send your side")
    await expect(page.get_by_role("alert")).to_contain_text("“holiday.pdf” is not taken")
    await expect(side).to_have_value("I was frightened for the boy.")
    await page.get_by_label("Add files, if you would like to").set_input_files(note)
    await press(page, "Send your side")
    await stands(page, "We have your side")
    await follow(page, "Back to your case")
    await follow(page, "What you sent us so far")
    async with page.expect_download() as download:
        await follow(page, "my note.pdf")
    kept = await (await download.value).path()
    assert kept.read_bytes() == a_pdf()

    await follow(page, "Back to your case")
    await follow(page, "Read our code")
    await choose(page, "Yes, I sign it")
    await page.get_by_label("Your full name").fill("Idris Bello")
    await press(page, "Send your answer")
    await stands(page, "You have signed our code")
    case = await state(browsing.site, reference)
    assert case.restrictions[0].heard
    assert [answer.value for _, answer in case.answers_to_code] == ["signed"]


async def test_everybody_can_use_the_pages_of_a_parent(browsing: Browsing, tmp_path: Path) -> None:
    site = browsing.site
    note = tmp_path / "my note.pdf"
    note.write_bytes(a_pdf())
    reference, meeting = await an_invited_case(site)
    await act(
        site, reference, "ben", "agree_adjustment", person="Hana Novak", text="Large print, please."
    )
    await act(site, reference, "hana", "record_response", text="What does this mean for us?")
    letter = next(
        one.id
        for one in (await state(site, reference)).letters
        if one.to == site.school.people["hana"]
    )
    page = await browsing.page("hana")
    here = f"/your-case/{reference}"

    await page.goto("/your-case/new-concern")
    await check_page(page, "parent-concern-what")
    await page.get_by_label("What is your concern?").fill("The support has not begun.")
    await press(page, "Go on")
    await check_page(page, "parent-concern-who")
    await choose(page, "No")
    await press(page, "Go on")
    await check_page(page, "parent-concern-how-much")
    await choose(page, "It matters a lot to us")
    await press(page, "Go on")
    await page.get_by_label("Add files", exact=True).set_input_files(note)
    await press(page, "Add these, and then more")
    await check_page(page, "parent-concern-files")
    await press(page, "Go on")
    await check_page(page, "parent-concern-check")
    await follow(page, "Change what we promised")
    await check_page(page, "parent-concern-promises")
    for path in (
        *("", "so-far", "what-happens-next", "sent", "answer", "disagree", "meet", "times"),
        *("advocate", "advice", "done/answer", f"letters/{letter}"),
        *(f"meetings/{meeting}", f"meetings/{meeting}/recording"),
        f"meetings/{meeting}/another-time",
    ):
        await page.goto(f"{here}/{path}".rstrip("/"))
        await check_page(page, f"parent-{path.replace('/', '-') or 'case'}")


async def test_the_keyboard_alone_is_enough_to_write_to_the_school(browsing: Browsing) -> None:
    reference, _ = await an_invited_case(browsing.site)
    page = await browsing.page("hana", reference=reference, viewport=TELEPHONE)
    await page.goto("/")

    await tab_to(page, "link", "Send us a message")
    await page.keyboard.press("Enter")
    await stands(page, "Send us a message")
    await tab_to(page, "textbox", "Your message")
    await page.keyboard.type("What does this mean for us?")
    await tab_to(page, "button", "Send the message")
    await page.keyboard.press("Enter")
    await stands(page, "We have your message")


async def test_everybody_can_use_the_pages_of_an_advocate(browsing: Browsing) -> None:
    reference = await a_limited_case(browsing.site)
    page = await browsing.page("idris", reference=reference)
    here = f"/your-case/{reference}"

    for path in ("", "so-far", "what-happens-next", "your-side", "code"):
        await page.goto(f"{here}/{path}".rstrip("/"))
        await check_page(page, f"advocate-{path or 'case'}")
    await page.goto(f"{here}/your-side")
    await press(page, "Send your side")
    await expect(page.get_by_role("alert")).to_be_visible()


async def test_everybody_can_use_the_pages_of_their_own_concern(browsing: Browsing) -> None:
    site = browsing.site
    cases = await site.office.cases("rowan-hill")
    fields = {"track": "school_concern", "family": "Hana Novak", "severity": "moderate"}
    fields["narrative"] = "The support has not begun."
    opened = await cases.open("eleanor-palmer-advocates", fields, site.school.actor("hana"))
    await act(site, opened.reference, "ben", "acknowledge")
    page = await browsing.page("hana")
    here = f"/your-case/{opened.reference}"

    await page.goto(f"/your-case/new-concern/done/{opened.reference}")
    await check_page(page, "concern-done")
    for path in ("", "further/talk-with-staff", "further/offer-mediation", "take-back"):
        await page.goto(f"{here}/{path}".rstrip("/"))
        await check_page(page, f"concern-{path.replace('/', '-') or 'case'}")
    second = await cases.open("eleanor-palmer-advocates", fields, site.school.actor("hana"))
    assert second.reference != opened.reference
    await page.goto("/your-case")
    await check_page(page, "parent-list")
