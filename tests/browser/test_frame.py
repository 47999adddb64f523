"""The frame of the pages in a real browser: at a desk, on a telephone, without JavaScript."""

import pytest
from playwright.async_api import expect

from tests.browser.checks import TELEPHONE, check_page
from tests.browser.conftest import Browsing

OPEN_TO_ALL = ("help", "privacy", "accessibility", "signed-out")


async def test_everybody_can_use_the_pages_that_are_open_to_all(browsing: Browsing) -> None:
    page = await browsing.page()
    for name in OPEN_TO_ALL:
        await page.goto(f"/{name}")
        await check_page(page, name)


async def test_everybody_can_use_the_frame_of_somebody_signed_in(browsing: Browsing) -> None:
    complaints: list[str] = []
    page = await browsing.page("cara")
    page.on("console", lambda line: complaints.append(line.text))

    await page.goto("/account/role")
    await check_page(page, "role")

    assert complaints == []  # such as of the content policy


async def test_everybody_can_use_the_pages_for_what_goes_wrong(browsing: Browsing) -> None:
    page = await browsing.page("hana")

    await page.goto("/nowhere")
    await check_page(page, "not-found")
    await page.goto("/today")
    await check_page(page, "not-for-you")


async def test_the_keyboard_alone_is_enough(browsing: Browsing) -> None:
    page = await browsing.page("cara")
    await page.goto("/account/role")

    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("radio", name="Headteacher")).to_be_focused()


@pytest.mark.parametrize("javascript", [True, False], ids=["with-scripts", "without-scripts"])
async def test_signing_out_works_on_a_telephone(browsing: Browsing, javascript: bool) -> None:
    page = await browsing.page("cara", javascript=javascript, viewport=TELEPHONE)
    await page.goto("/account/role")

    await page.get_by_role("button", name="Sign out").click()

    await expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    await page.goto("/today")
    assert "/sign-in" in page.url
