"""A governor's journey in a real browser: at a desk, on a telephone, without JavaScript."""

import asyncio
import re

import pytest
from playwright.async_api import Page, ViewportSize, expect

from gateway.long_tasks import Kind, LongTask
from storage.verification import Verification, verify
from tests.browser.checks import DESK, TELEPHONE, check_page
from tests.browser.conftest import Browsing
from tests.support.school import SCHOOL
from tests.web.test_record_pages import CHANGED, a_checkpoint, tampered
from tests.web.test_review_pages import this_term

EITHER_WAY = pytest.mark.parametrize(
    ("viewport", "javascript"),
    [
        pytest.param(DESK, True, id="desk"),
        pytest.param(TELEPHONE, True, id="telephone"),
        pytest.param(TELEPHONE, False, id="telephone-without-scripts"),
    ],
)


async def looked_at(page: Page, name: str, javascript: bool) -> None:
    """axe needs scripts; without them the page is only used."""
    if javascript:
        await check_page(page, name)


async def pressed(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).click()


@EITHER_WAY
async def test_verifying_the_record_that_holds_and_then_does_not(
    browsing: Browsing, viewport: ViewportSize, javascript: bool
) -> None:
    reference = await browsing.site.open_case()
    signed = await a_checkpoint(browsing.site)
    page = await browsing.page("elif", viewport=viewport, javascript=javascript)
    await page.goto("/record")
    await looked_at(page, "record", javascript)

    await pressed(page, "Verify the record")
    await expect(page.get_by_role("heading", level=1)).to_have_text("The record is whole")
    await looked_at(page, "verification-whole", javascript)

    await tampered(browsing.site, CHANGED.format(reference=reference))
    await page.get_by_role("link", name="Back to the record").click()
    await page.get_by_text("Hold a checkpoint that you kept against it").click()
    await page.get_by_label("Paste it here").fill(f"Please keep this.\n\n{signed.note}")
    await pressed(page, "Verify the record")
    await expect(page.get_by_role("heading", level=1)).to_have_text("The record does not hold")
    await expect(page.get_by_role("row", name=re.compile(reference))).to_contain_text(
        "the content does not match its hash"
    )
    await looked_at(page, "verification-broken", javascript)


@EITHER_WAY
async def test_a_review_from_the_draw_to_the_finding(
    browsing: Browsing, viewport: ViewportSize, javascript: bool
) -> None:
    reference = await browsing.site.open_case()
    chair = await browsing.page("dafydd", viewport=viewport, javascript=javascript)
    await chair.goto("/reviews")
    await looked_at(chair, "reviews-none", javascript)
    await chair.get_by_role("button", name="Draw a review").click()
    await chair.get_by_label("Share of the rest").fill("100")
    await looked_at(chair, "review-new", javascript)
    await pressed(chair, "Draw the review")
    await looked_at(chair, "review-drawn", javascript)
    await pressed(chair, "Draw it again, to check")
    await expect(chair.get_by_role("heading", level=1)).to_contain_text("comes out the same")
    await looked_at(chair, "review-check", javascript)
    await chair.get_by_role("link", name=re.compile("Back to GR-")).click()
    await chair.get_by_role("button", name="Give cases to a governor").click()
    await chair.get_by_label(reference).check()
    await chair.get_by_label("Elif Demir").check()
    await looked_at(chair, "review-assign", javascript)
    await pressed(chair, "Give the cases")
    await expect(chair.get_by_text("The cases are given out")).to_be_visible()

    governor = await browsing.page("elif", viewport=viewport, javascript=javascript)
    await governor.goto("/reviews")
    await looked_at(governor, "reviews-queue", javascript)
    await governor.get_by_role("link", name=reference).click()
    await expect(governor.get_by_text("Asha Karim").first).to_be_visible()
    await looked_at(governor, "review-case", javascript)
    await governor.get_by_role("button", name="Record what you find").click()
    await looked_at(governor, "review-finding", javascript)
    await pressed(governor, "Look at it once more")
    await expect(governor.get_by_role("link", name=re.compile("Say whether"))).to_have_count(5)
    for question in ("proportion", "done in time", "respondent heard", "SENDIASS", "record say"):
        group = governor.get_by_role("group", name=re.compile(question))
        await group.get_by_label("Yes", exact=True).check()
    await governor.get_by_label("What did you find?").fill("They were heard, and soon.")
    await pressed(governor, "Look at it once more")
    await pressed(governor, "Record the finding")
    await expect(governor.get_by_text("Your finding is on the register")).to_be_visible()
    await looked_at(governor, "review-found", javascript)


@EITHER_WAY
async def test_reading_the_report_and_taking_files(
    browsing: Browsing, viewport: ViewportSize, javascript: bool
) -> None:
    reference = await browsing.site.open_case()
    for _ in range(5):
        await browsing.site.open_case()
    await a_checkpoint(browsing.site)
    page = await browsing.page("elif", viewport=viewport, javascript=javascript)
    await page.goto("/report")
    await looked_at(page, "report-choose", javascript)
    await page.get_by_label(this_term()).check()
    await pressed(page, "Show the report")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Report on concerns")
    await looked_at(page, "report", javascript)
    async with page.expect_download() as waited:
        await page.get_by_role("link", name="Download as PDF").click()
    assert (await waited.value).suggested_filename.endswith(".pdf")

    await page.goto(f"/record/bundle?case={reference}")
    await looked_at(page, "bundle", javascript)
    await pressed(page, "Make the bundle")
    await expect(page.get_by_role("heading", level=1)).to_have_text("The bundle is ready")
    await looked_at(page, "bundle-made", javascript)
    async with page.expect_download() as waited:
        await page.get_by_role("button", name=re.compile("Download the bundle")).click()
    assert (await waited.value).suggested_filename == f"{SCHOOL}-{reference}.zip"
    for name in ("checkpoints", "outside"):
        await page.goto(f"/record/{name}")
        await looked_at(page, name, javascript)


@pytest.mark.parametrize("javascript", [True, False], ids=["with-scripts", "without-scripts"])
async def test_a_page_that_waits_gives_way_to_what_was_found(
    browsing: Browsing, javascript: bool
) -> None:
    go_on = asyncio.Event()

    async def work(task: LongTask) -> Verification:
        task.told(300, 1200)
        await go_on.wait()
        return await verify(browsing.site.school.stores.database, SCHOOL)

    actor = browsing.site.school.actor("dafydd")
    task = browsing.site.office.tasks.start(SCHOOL, Kind.VERIFICATION, work, actor)
    page = await browsing.page("elif", javascript=javascript)
    await page.goto(f"/record/verification/{task.id}")
    await expect(page.get_by_text("300 of 1,200 events").first).to_be_visible()
    await looked_at(page, "waiting", javascript)
    go_on.set()
    await expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("record"))
    await expect(page.get_by_text("Verified on")).to_be_visible()
