"""What every form must bring, how much and how often is taken, and what every answer carries."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from html import unescape

import httpx
import pytest

from gateway.errors import ServiceUnreachable
from storage.database import DatabaseUnreachable
from tests.web.site import Browser, Site, hidden, words
from web.app import create_app
from web.cookies import VISITOR
from web.security import CSRF_FIELD, FORM_BYTES, HEADERS

ROLE = "/account/role"


async def test_the_token_of_somebody_else_is_refused(site: Site) -> None:
    cara, ben = await site.as_("cara"), await site.as_("ben")
    token = hidden((await ben.get(ROLE)).text)[CSRF_FIELD]

    refused = await cara.post(ROLE, data={CSRF_FIELD: token, "role": "headteacher"})

    assert refused.status_code == 403


async def test_a_visitors_token_belongs_to_their_browser(site: Site) -> None:
    one, other = await site.browser(), await site.browser()
    for browser in (one, other):
        await browser.get("/help")
    assert one.cookies[VISITOR] != other.cookies[VISITOR]
    token = csrf_of(site, one)

    mine = await one.post("/sign-out", data={CSRF_FIELD: token})
    theirs = await other.post("/sign-out", data={CSRF_FIELD: token})

    # Past the guard, both would be asked to sign in; the second does not get past it.
    assert (mine.status_code, theirs.status_code) == (303, 403)


async def test_what_was_typed_is_shown_to_whoever_was_signed_out_meanwhile(site: Site) -> None:
    hana = await site.as_("hana")
    fields = hidden((await hana.get("/help")).text) | hidden((await hana.get(ROLE)).text)
    await site.office.sessions.end_all(site.school.people["hana"])
    typed = "I did not raise my voice & I would like to say so. " * 3

    answer = await hana.post(ROLE, data=fields | {"text": typed, "password": "a b" * 10})

    assert answer.status_code == 403
    assert typed in unescape(answer.text)
    assert "a ba b" not in answer.text


@pytest.mark.parametrize("site_of_origin", ["cross-site", "same-site"])
async def test_a_form_from_another_site_is_refused(site: Site, site_of_origin: str) -> None:
    cara = await site.as_("cara")
    fields = hidden((await cara.get(ROLE)).text) | {"role": "headteacher"}

    refused = await cara.post(ROLE, data=fields, headers={"sec-fetch-site": site_of_origin})

    assert refused.status_code == 403


async def test_every_answer_carries_the_headers(site: Site) -> None:
    cara = await site.as_("cara")

    for answer in (
        await cara.get("/today"),
        await cara.get("/nowhere"),
        await cara.post(ROLE),
        await site.anonymous.get("/today"),
        await site.anonymous.get("/help", headers={"host": "elsewhere.example"}),
    ):
        assert HEADERS.items() <= dict(answer.headers).items(), answer.url
        assert "strict-transport-security" not in answer.headers


async def test_static_files_are_kept_and_pages_are_not(site: Site) -> None:
    page = await site.anonymous.get("/help")
    start = page.text.index("/static/site.css")
    answer = await site.anonymous.get(page.text[start : page.text.index('"', start)])

    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert page.headers["cache-control"] == "no-store"


async def test_behind_https_cookies_keep_to_it(site: Site) -> None:
    secure = site.office.settings.model_copy(update={"web_address": "https://pages.example"})
    site.office.settings = secure
    app = create_app(site.office)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="https://pages.example"
    ) as browser:
        answer = await browser.get("/help")

    assert answer.status_code == 200
    assert "; Secure" in answer.headers["set-cookie"]
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"].startswith("max-age=")


async def test_more_than_a_form_holds_is_not_read(site: Site) -> None:
    cara = await site.as_("cara")
    fields = hidden((await cara.get(ROLE)).text)

    refused = await cara.post(ROLE, data=fields | {"role": "x" * (FORM_BYTES + 1)})

    assert refused.status_code == 413
    assert "No more than 1 MB" in words(refused.text)


async def test_more_without_a_length_is_not_read_either(site: Site) -> None:
    cara = await site.as_("cara")
    token = hidden((await cara.get(ROLE)).text)[CSRF_FIELD]
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield f"{CSRF_FIELD}={token}&role=".encode()
        while True:
            sent += 65536
            yield b"x" * 65536

    refused = await cara.post(
        ROLE,
        content=endless(),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )

    assert refused.status_code == 413
    assert sent <= FORM_BYTES + 65536


async def test_asking_too_often_is_slowed_down(site: Site) -> None:
    cara, ben = await site.as_("cara"), await site.as_("ben")
    answers = [await cara.get("/help") for _ in range(301)]

    assert [answer.status_code for answer in answers[-2:]] == [200, 429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    assert (await ben.get("/help")).status_code == 200, "somebody else was slowed down too"


async def test_without_its_database_a_page_says_that_nothing_was_lost(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    cara = await site.as_("cara")

    async def away(*_: object) -> None:
        raise DatabaseUnreachable("sqlite:///x", OSError("gone"))

    monkeypatch.setattr(site.school.stores.shelf, "schools", away)
    monkeypatch.setattr(site.school.stores.sessions, "find", away)
    answer = await cara.get("/today")

    assert answer.status_code == 503
    assert "Nothing was lost" in words(answer.text)


async def test_without_temporal_the_pages_are_there(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    cara = await site.as_("cara")

    assert (await cara.get("/today")).status_code == 200
    with pytest.raises(ServiceUnreachable):
        await site.office.client()


async def test_a_fault_of_ours_shows_nothing_of_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    cara = await site.as_("cara")

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("Wilhelmina Featherstonehaugh")

    monkeypatch.setattr(site.school.stores.lists, "due", broken)
    answer = await cara.get("/today")

    assert answer.status_code == 500
    assert "not your fault" in words(answer.text)
    assert "Wilhelmina" not in answer.text


def csrf_of(site: Site, browser: Browser) -> str:
    """What a visitor's forms carry, worked out apart from the pages."""
    word = browser.cookies[VISITOR].encode()
    return hmac.new(site.office.form_key, word, hashlib.sha256).hexdigest()
