"""Signing in through a provider that really runs, over HTTP from page to page."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.oidc_provider import OidcProvider, running_provider
from tests.support.outbox import Outbox
from tests.web.conftest import a_site
from tests.web.site import ADDRESS, Site, words
from web.cookies import PROVIDER, SESSION


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[OidcProvider]:
    with running_provider(tmp_path) as running:
        yield running


@pytest.fixture
async def site(
    sqlite_url: str, tmp_path: Path, outbox: Outbox, provider: OidcProvider
) -> AsyncIterator[Site]:
    """The pages of a school that signs in through the provider, too."""
    async with a_site(
        sqlite_url,
        tmp_path,
        smtp_port=outbox.port,
        oidc_issuer=provider.issuer,
        oidc_name="the town's account",
        oidc_client_id="evenhand",
        oidc_client_secret="secret",
    ) as site:
        yield site


async def test_from_the_button_to_the_page_that_was_wanted(
    site: Site, provider: OidcProvider
) -> None:
    asha = await site.school.stores.people.person(site.school.people["asha"])
    await site.office.door.accounts.invite(asha, None, by_mail=False)
    provider.knows("1", email=asha.email, email_verified=True)
    browser = await site.browser()
    shown = await browser.get("/sign-in?next=%2Fcases")
    assert "Sign in with the town's account" in words(shown.text)
    assert 'href="/sign-in/provider?next=/cases"' in shown.text

    sent = await browser.get("/sign-in/provider?next=%2Fcases")
    assert sent.headers["location"].startswith(f"{provider.issuer}/oauth2/authorize?")
    back = provider.signs_in(sent.headers["location"], "1").removeprefix(ADDRESS)
    answer = await browser.get(back)

    assert answer.headers["location"] == "/cases"
    assert PROVIDER not in browser.cookies
    assert (await browser.get("/cases")).status_code == 200
    # The address that they came back by is of no use to anybody else, nor once more.
    for other in (await site.browser(), browser):
        other.cookies.clear()
        refused = await other.get(back)
        assert "does not belong to this browser" in words(refused.text)
        assert SESSION not in other.cookies


async def test_who_was_not_invited_is_told_whom_to_ask(site: Site, provider: OidcProvider) -> None:
    provider.knows("2", email="stranger@elsewhere.example", email_verified=True)
    browser = await site.browser()
    sent = await browser.get("/sign-in/provider")

    back = provider.signs_in(sent.headers["location"], "2").removeprefix(ADDRESS)
    answer = await browser.get(back)

    assert answer.status_code == 422
    assert "Ask an administrator of your school to invite you" in words(answer.text)
