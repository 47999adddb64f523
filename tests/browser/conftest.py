"""A real browser on the real pages: Debian's Chromium, a server on the loopback, and a worker."""

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from domain.vocabulary import Role
from tests.browser.checks import DESK
from tests.browser.serving import served
from tests.support.outbox import Outbox
from tests.web.conftest import an_acting_site
from tests.web.site import Site
from web.cookies import SESSION

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WAIT = 10_000.0  # milliseconds until a page counts as not coming


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium; without one the tests are left out, save where changes are checked."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None and os.environ.get("CI"):
        pytest.fail("Chromium is missing: `.ci/run` installs it with apt-get.")
    if found is None:
        pytest.skip("Chromium is not installed (on Debian: apt-get install chromium).")
    return found


@dataclass(kw_only=True)
class Browsing:
    """The site, the address at which it is served, and a browser that opens its pages."""

    site: Site
    address: str
    browser: Browser

    async def page(
        self,
        who: str | None = None,
        role: Role | None = None,
        *,
        reference: str | None = None,
        javascript: bool = True,
        viewport: ViewportSize = DESK,
    ) -> Page:
        """A page of its own, with `who` signed in as `site.as_` does, or nobody."""
        context = await self.browser.new_context(
            base_url=self.address,
            java_script_enabled=javascript,
            viewport=viewport,
            locale="en-GB",
            timezone_id="Europe/London",
        )
        context.set_default_timeout(WAIT)
        if who is not None:
            signed_in = await self.site.as_(who, role, reference=reference)
            token = signed_in.cookies[SESSION]
            await context.add_cookies([{"name": SESSION, "value": token, "url": self.address}])
        return await context.new_page()


@pytest.fixture
async def browsing(
    chromium: str, sqlite_url: str, tmp_path: Path, outbox: Outbox
) -> AsyncIterator[Browsing]:
    """Everything that a journey needs; see `Browsing`."""
    async with (
        an_acting_site(sqlite_url, tmp_path, outbox) as site,
        served(site) as address,
        async_playwright() as playwright,
    ):
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        try:
            yield Browsing(site=site, address=address, browser=browser)
        finally:
            await browser.close()


@pytest.fixture
async def browser_page(browsing: Browsing) -> Page:
    """A page in which nobody is signed in, 1280 pixels wide."""
    return await browsing.page()
