"""Signing in, in a real browser: from the invitation in the mailbox to the second sign-in."""

from urllib.parse import urlsplit

import pyotp
import pytest
from playwright.async_api import Page, expect

from tests.browser.checks import DESK, TELEPHONE, check_page
from tests.browser.conftest import Browsing
from tests.support.front_door import PASSWORD, link_in
from tests.support.outbox import Outbox
from tests.support.school import SCHOOL


async def invited(browsing: Browsing, outbox: Outbox, who: str) -> str:
    """Invites somebody; the path of their link."""
    site = browsing.site
    person = await site.school.stores.people.person(site.school.people[who])
    await site.office.door.accounts.invite(person, None)
    return "/{}/{}".format(*link_in(outbox.messages[-1]))


async def choose_password(page: Page, password: str = PASSWORD) -> None:
    await page.get_by_label("Password", exact=True).fill(password)
    await page.get_by_label("The same password again").fill(password)
    await page.get_by_role("button", name="Use this password").click()


async def secret_on(page: Page) -> str:
    """The secret that stands on the page for who can't scan."""
    await page.get_by_text("I can't scan it").click()
    return (await page.locator(".app-secret").inner_text()).replace(" ", "")


@pytest.mark.parametrize("javascript", [True, False], ids=["with-scripts", "without-scripts"])
async def test_a_headteacher_comes_in_with_two_factors(
    browsing: Browsing, outbox: Outbox, javascript: bool
) -> None:
    viewport = DESK if javascript else TELEPHONE
    page = await browsing.page(javascript=javascript, viewport=viewport)
    await page.goto(await invited(browsing, outbox, "cara"))
    await choose_password(page, "password1234")
    await expect(page.get_by_role("alert")).to_contain_text("easy to guess")
    await choose_password(page)

    await expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    app = pyotp.TOTP(await secret_on(page))
    now = browsing.site.office.now()
    await page.get_by_label("Code that the app shows").fill(app.at(now))
    await page.get_by_role("button", name="Set it up").click()
    await expect(page.get_by_role("heading", name="Keep your recovery codes")).to_be_visible()
    codes = await page.locator(".app-codes code").all_inner_texts()
    assert len(codes) == 10
    await page.get_by_role("button", name="I have kept them").click()
    await page.get_by_role("button", name="Sign out").click()

    await page.goto("/account")
    await page.get_by_label("E-mail address").fill("cara@rowan-hill.example")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()
    await page.get_by_label("Code", exact=True).fill(codes[0])
    await page.get_by_role("button", name="Go on").click()

    await expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    assert urlsplit(page.url).path == "/account"
    await expect(page.get_by_text("9 codes unused")).to_be_visible()


async def test_a_parent_opens_the_case_by_a_link(browsing: Browsing, outbox: Outbox) -> None:
    site = browsing.site
    reference = await site.open_case()
    hana = await site.school.stores.people.person(site.school.people["hana"])
    await site.office.door.case_links.send(SCHOOL, reference, hana, site.school.actor("cara"))
    path = "/{}/{}".format(*link_in(outbox.messages[-1]))
    page = await browsing.page(javascript=False, viewport=TELEPHONE)

    await page.goto(path)
    await page.get_by_role("button", name="Open my case").click()

    assert urlsplit(page.url).path == f"/your-case/{reference}"
    await page.goto(path)
    await page.get_by_role("button", name="Send me a new link").click()
    await expect(page.get_by_role("heading", name="Look at your e-mail")).to_be_visible()


async def test_everybody_can_use_the_pages_of_signing_in(
    browsing: Browsing, outbox: Outbox
) -> None:
    complaints: list[str] = []
    page = await browsing.page()
    page.on("console", lambda line: complaints.append(line.text))
    for address, name in (
        ("/sign-in", "sign-in"),
        ("/sign-in/forgotten", "forgotten"),
        ("/sign-in/sent", "sent"),
        ("/sign-in/changed", "changed"),
        ("/link", "ask-for-link"),
        ("/link/sent", "link-sent"),
        (await invited(browsing, outbox, "cara"), "invitation"),
    ):
        await page.goto(address)
        await check_page(page, name)
    await choose_password(page)
    await page.wait_for_url("**/account/second-factor")
    await check_page(page, "second-factor")
    app = pyotp.TOTP(await secret_on(page))
    await page.get_by_label("Code that the app shows").fill(app.at(browsing.site.office.now()))
    await page.get_by_role("button", name="Set it up").click()
    await page.wait_for_url("**/account/recovery-codes")
    await check_page(page, "recovery-codes")
    for address, name in (
        ("/account", "account"),
        ("/account/password", "change-password"),
        ("/account/second-factor", "replace-second-factor"),
        ("/account/new-recovery-codes", "new-recovery-codes"),
    ):
        await page.goto(address)
        await check_page(page, name)

    await page.goto("/account/second-factor")
    await page.get_by_role("button", name="Sign out").click()
    await page.goto("/sign-in")
    await page.get_by_label("E-mail address").fill("cara@rowan-hill.example")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/sign-in/code")
    await check_page(page, "code")

    assert complaints == []  # such as of the content policy


async def test_everybody_can_use_the_pages_about_links(browsing: Browsing, outbox: Outbox) -> None:
    site = browsing.site
    reference = await site.open_case()
    page = await browsing.page("cara")
    await page.goto(f"/cases/{reference}/link")
    await check_page(page, "send-link")
    await page.get_by_role("radio", name="Hana Novak").check()
    await page.get_by_role("button", name="Send the link").click()
    await page.wait_for_url("**/link/sent")
    await check_page(page, "link-was-sent")

    family = await browsing.page()
    await family.goto("/{}/{}".format(*link_in(outbox.messages[-1])))
    await check_page(family, "open-link")


async def test_the_keyboard_alone_is_enough_to_sign_in(browsing: Browsing, outbox: Outbox) -> None:
    page = await browsing.page()
    await page.goto(await invited(browsing, outbox, "asha"))
    await choose_password(page)
    await page.get_by_role("button", name="Sign out").click()
    await page.goto("/sign-in")

    await page.get_by_label("E-mail address").focus()
    await page.keyboard.type("asha@rowan-hill.example")
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()
