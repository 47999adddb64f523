"""A headteacher's journey: from Today to a warning sent with its letter, and a concern raised."""

import pytest
from playwright.async_api import Page, ViewportSize, expect

from domain.vocabulary import Severity
from tests.browser.checks import DESK, TELEPHONE, check_page
from tests.browser.conftest import Browsing
from tests.support.school import SCHOOL
from tests.web.full_case import a_full_case

REASON = "It went on after the reminder, in front of two children."
DEVICES = [
    pytest.param(DESK, True, id="at a desk"),
    pytest.param(TELEPHONE, True, id="on a telephone"),
    pytest.param(DESK, False, id="at a desk without scripts"),
    pytest.param(TELEPHONE, False, id="on a telephone without scripts"),
]


async def a_grave_case(browsing: Browsing) -> str:
    """A grave case, so that the headteacher may warn at once."""
    return await browsing.site.open_case(
        severity=Severity.SERIOUS.value, clauses=["ep.expect.speech"]
    )


@pytest.mark.parametrize(("viewport", "javascript"), DEVICES)
async def test_from_today_to_a_warning_with_its_letter(
    browsing: Browsing, viewport: ViewportSize, javascript: bool
) -> None:
    reference = await a_grave_case(browsing)
    page = await browsing.page("cara", viewport=viewport, javascript=javascript)
    look = _Look(page, thorough=javascript and viewport is DESK)

    await page.goto("/today")
    await look("today")
    await page.get_by_role("link", name=reference).first.click()
    await expect(page.get_by_role("heading", name=reference)).to_be_visible()
    await look("case")
    await page.get_by_role("link", name="A written warning").click()
    await look("questions")

    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    await look("questions-with-a-mistake")
    await page.get_by_label("Why are you doing this?").fill(REASON)
    await page.get_by_role("button", name="Continue").click()

    await expect(page.get_by_role("heading", name="The letter that goes with it")).to_be_visible()
    await look("letters")
    subject = page.get_by_label("Subject")
    await subject.fill("About our meeting on Monday")
    await page.get_by_role("button", name="Keep it and look at it as it will be").click()
    await expect(page.get_by_text("About our meeting on Monday")).to_be_visible()
    await look("preview")
    await page.get_by_role("button", name="Continue to the last check").click()

    await expect(page.get_by_role("heading", name="Check before it is done")).to_be_visible()
    await expect(page.get_by_text("by e-mail to idris@rowan-hill.example")).to_be_visible()
    await look("check")
    await page.get_by_role("button", name="Send the warning").click()

    await expect(page.get_by_role("heading", name="Done", exact=True)).to_be_visible()
    await expect(page.get_by_text("Undo is not offered")).to_be_visible()
    await look("done")
    await page.get_by_role("link", name="Back to the case").click()
    await expect(page.get_by_text("It stands at: A written warning")).to_be_visible()
    await look("case-after")


@pytest.mark.parametrize(("viewport", "javascript"), DEVICES)
async def test_a_concern_is_raised(
    browsing: Browsing, viewport: ViewportSize, javascript: bool
) -> None:
    page = await browsing.page("asha", viewport=viewport, javascript=javascript)
    look = _Look(page, thorough=javascript and viewport is DESK)

    await page.goto("/concerns/new")  # under this code staff raise one kind only
    await look("concern")
    await page.get_by_label("Who is it about?").fill("Idris Bello")
    await page.get_by_label("Which parent do they speak for?").fill("Hana Novak")
    await page.get_by_label("What happened?").fill("He filmed us on his phone in the meeting.")
    clause = page.get_by_role("checkbox", name="Nobody records a meeting")
    if javascript:
        await expect(page.get_by_text("you wrote: filmed").first).to_be_visible()
    else:
        await page.get_by_role("button", name="Find clauses for what I typed").click()
        await expect(page.get_by_label("Who is it about?")).to_have_value("Idris Bello")
    await clause.check()
    when = page.get_by_role("group", name="When did it happen?")
    for part, value in (("Day", "20"), ("Month", "11"), ("Year", "2026")):
        await when.get_by_label(part).fill(value)
    await page.get_by_label("Moderate").check()
    await page.get_by_label("Who else saw or heard it?").fill("Two parents at the door.")
    await page.get_by_label("Evidence (optional)").set_input_files(
        {"name": "what-he-sent.txt", "mimeType": "text/plain", "buffer": b"I have it all on film."}
    )
    await look("concern-filled-in")
    await page.get_by_role("button", name="Continue").click()

    await expect(page.get_by_text("what-he-sent.txt")).to_be_visible()
    await expect(page.get_by_text("Tell whoever raised the concern")).to_be_visible()
    await look("concern-check")
    await page.get_by_role("button", name="Raise this concern").click()

    await expect(page.get_by_role("heading", name="The concern is raised")).to_be_visible()
    await look("concern-raised")


async def test_everybody_can_use_the_pages_about_cases(browsing: Browsing) -> None:
    reference = await a_full_case(browsing.site)
    case = f"/cases/{reference}"
    page = await browsing.page("cara")
    look = _Look(page, thorough=True)
    state = await browsing.site.school.stores.record.case_state(SCHOOL, reference)
    letter, restriction = state.letters[0], state.restrictions[0]
    for name, address in {
        "today-busy": "/today",
        "today-mine": "/today?whose=mine",
        "list": "/cases",
        "list-filtered": "/cases?standing=open&severity=safety",
        "list-empty": "/cases?severity=minor",
        "full-case": case,
        "next": f"{case}/next",
        "timeline": f"{case}/timeline",
        "letter": f"{case}/letters/{letter.id}",
        "viewers": f"{case}/viewers",
        "meeting": f"{case}/do/schedule_meeting",
        "restriction": f"{case}/do/vary_restriction?about={restriction.id}",
        "times": f"{case}/do/offer_times",
        "note": f"{case}/do/add_note",
    }.items():
        await page.goto(address)
        await look(name)
    await page.goto(case)
    await page.get_by_text("See the whole ladder as a picture").click()
    await look("ladder")


async def test_a_refusal_says_which_rule(browsing: Browsing) -> None:
    reference = await a_grave_case(browsing)
    page = await browsing.page("ben", viewport=TELEPHONE)

    await page.goto(f"/cases/{reference}/next")
    await expect(page.get_by_role("heading", name="For others to do")).to_be_visible()
    await page.goto(f"/cases/{reference}/do/warn?step=warning")

    await expect(page.get_by_role("heading", name="This is not possible now")).to_be_visible()
    await expect(page.get_by_text("It is for the headteacher")).to_be_visible()


async def test_the_keyboard_alone_takes_a_step(browsing: Browsing) -> None:
    reference = await a_grave_case(browsing)
    page = await browsing.page("cara")

    await page.goto("/today")
    await _press(page, reference, f"**/cases/{reference}")
    await _press(page, "A written warning", "**/do/warn?**")
    await _tab_to(page, "reason")
    await page.keyboard.type(REASON)
    await _press(page, "Continue", "**/letters")
    await _press(page, "Continue to the last check", "**/check")
    await _press(page, "Send the warning", "**/done/*")

    await expect(page.get_by_role("heading", name="Done", exact=True)).to_be_visible()


async def _press(page: Page, wanted: str, leads_to: str) -> None:
    await _tab_to(page, wanted)
    await page.keyboard.press("Enter")
    await page.wait_for_url(leads_to)


async def _tab_to(page: Page, wanted: str) -> None:
    """Presses Tab until what is wanted has the focus: by its words, or a field by its name."""
    for _ in range(80):
        await page.keyboard.press("Tab")
        here = await page.evaluate(
            "(() => { const on = document.activeElement;"
            " return [on.getAttribute('name') || '', on.innerText || '']; })()"
        )
        if wanted == here[0] or wanted in here[1]:
            return
    raise AssertionError(f"Tab never came to “{wanted}” on {page.url}")


class _Look:
    """Holds a page against what must hold for every page, where it is asked for."""

    def __init__(self, page: Page, *, thorough: bool) -> None:
        self._page = page
        self._thorough = thorough

    async def __call__(self, name: str) -> None:
        if self._thorough:
            await check_page(self._page, f"leader-{name}")
