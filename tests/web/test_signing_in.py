"""Signing in over HTTP: from an invitation in the mailbox to the last session's end."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import httpx
import pyotp

from domain.vocabulary import Role
from tests.support.front_door import PASSWORD, link_in
from tests.support.outbox import Outbox
from tests.support.school import SCHOOL
from tests.web.site import Browser, Site, hidden, words
from web.cookies import BROWSER, SESSION, TICKET

CHOSEN = {"password": PASSWORD, "again": PASSWORD}
_SECRET = re.compile(r'translate="no">([A-Z2-7 ]+)</p>')


async def invited(site: Site, outbox: Outbox, who: str) -> tuple[Browser, str]:
    """A browser in which `who` has followed their invitation, and the address of its page."""
    person = await site.school.stores.people.person(site.school.people[who])
    await site.office.door.accounts.invite(person, None)
    path, token = link_in(outbox.messages[-1])
    return await site.browser(), f"/{path}/{token}"


async def with_account(site: Site, outbox: Outbox, who: str) -> Browser:
    """A browser in which `who` has just chosen their password."""
    browser, address = await invited(site, outbox, who)
    answer = await browser.send_form(address, CHOSEN)
    assert answer.status_code == 303, words(answer.text)
    return browser


async def set_up(site: Site, browser: Browser) -> tuple[str, list[str]]:
    """Sets the second factor up; its secret, and the recovery codes."""
    shown = await browser.get("/account/second-factor")
    found = _SECRET.search(shown.text)
    assert found is not None, words(shown.text)
    secret = found[1].replace(" ", "")
    answer = await browser.send_form("/account/second-factor", {"code": code_of(site, secret)})
    assert answer.headers["location"] == "/account/recovery-codes"
    codes = re.findall(
        r"<code>([a-z0-9-]+)</code>", (await browser.get("/account/recovery-codes")).text
    )
    return secret, codes


def code_of(site: Site, secret: str, later: int = 0) -> str:
    """The code that an app shows now, or `later` steps on."""
    return pyotp.TOTP(secret).at(site.office.now() + timedelta(seconds=30 * later))


async def sign_in(browser: Browser, who: str, password: str = PASSWORD) -> httpx.Response:
    """An attempt to sign in."""
    fields = {"email": f"{who}@rowan-hill.example", "password": password}
    return await browser.send_form("/sign-in", fields)


async def test_a_headteacher_is_invited_sets_up_two_factors_and_comes_back(
    site_with_post: Site, outbox: Outbox
) -> None:
    site = site_with_post
    cara, address = await invited(site, outbox, "cara")
    answer = await cara.send_form(address, CHOSEN)
    assert answer.headers["location"] == "/account/second-factor"
    # With the password alone she is let in nowhere.
    assert (await cara.get("/today")).headers["location"] == "/account/second-factor"
    secret, codes = await set_up(site, cara)
    assert len(codes) == 10
    assert (await cara.get("/today")).status_code == 200
    await cara.send_form("/account", to="/sign-out")

    answer = await cara.send_form(
        f"/sign-in?{urlencode({'next': '/today?show=all'})}",
        {"email": "cara@rowan-hill.example", "password": PASSWORD},
        to="/sign-in",
    )

    assert answer.headers["location"] == "/sign-in/code?next=%2Ftoday%3Fshow%3Dall"
    assert SESSION not in cara.cookies
    answer = await cara.send_form(
        answer.headers["location"], {"code": code_of(site, secret, 1)}, to="/sign-in/code"
    )
    assert answer.headers["location"] == "/today?show=all"
    assert TICKET not in cara.cookies
    assert (await cara.get("/today")).status_code == 200


async def test_a_code_that_comes_too_late_leads_back_to_the_beginning(
    site_with_post: Site, outbox: Outbox
) -> None:
    site = site_with_post
    cara = await with_account(site, outbox, "cara")
    before = cara.cookies[SESSION]
    await set_up(site, cara)
    assert cara.cookies[SESSION] != before  # with more rights, a session of its own
    assert await site.office.sessions.find(before, site.office.now()) is None
    await cara.send_form("/account", to="/sign-out")
    await sign_in(cara, "cara")
    shown = await cara.get("/sign-in/code")
    begun = site.office.now()
    site.office.now = lambda: begun + timedelta(minutes=16)

    late = await cara.get("/sign-in/code")
    sent = await cara.post("/sign-in/code", data=hidden(shown.text) | {"code": "123456"})

    assert late.status_code == 410
    assert "Begin again" in words(late.text)
    assert sent.headers["location"] == "/sign-in"


async def test_an_invitation_is_not_used_up_by_a_program_that_opens_it(
    site_with_post: Site, outbox: Outbox
) -> None:
    asha, address = await invited(site_with_post, outbox, "asha")
    for _ in range(3):
        assert (await (await site_with_post.browser()).get(address)).status_code == 200

    assert (await asha.send_form(address, CHOSEN)).headers["location"] == "/"
    gone = await (await site_with_post.browser()).get(address)
    assert gone.status_code == 410
    assert "has been used already" in words(gone.text)
    assert "sign in" in words(gone.text)


async def test_signing_in_begins_a_session_of_its_own(site_with_post: Site, outbox: Outbox) -> None:
    site = site_with_post
    asha = await with_account(site, outbox, "asha")
    first = asha.cookies[SESSION]
    planted = await site.browser()
    planted.cookies.set(SESSION, "chosen-by-somebody-else", domain="127.0.0.1", path="/")

    await sign_in(planted, "asha")
    assert planted.cookies[SESSION] not in ("chosen-by-somebody-else", first)

    # Who signs in where somebody is signed in ends that session.
    shown = await asha.get("/account")
    fields = {"email": "asha@rowan-hill.example", "password": PASSWORD}
    again = await asha.post("/sign-in", data=hidden(shown.text) | fields)
    assert again.status_code == 303
    assert asha.cookies[SESSION] != first
    assert await site.office.sessions.find(first, site.office.now()) is None


async def test_what_is_wrong_is_said_without_telling_who_is_known(
    site_with_post: Site, outbox: Outbox
) -> None:
    await with_account(site_with_post, outbox, "asha")
    said = set()
    for who in ("asha", "nobody"):
        answer = await sign_in(await site_with_post.browser(), who, "not the right one")
        assert answer.status_code == 422
        assert "<title>Error: Sign in" in answer.text
        assert f'value="{who}@rowan-hill.example"' in answer.text  # kept; the password is not
        assert "not the right one" not in answer.text
        said.add(words(answer.text).replace(f"{who}@", ""))
    assert len(said) == 1

    empty = await (await site_with_post.browser()).send_form("/sign-in")
    assert 'href="#email"' in empty.text
    assert 'href="#password"' in empty.text


async def test_no_address_elsewhere_is_gone_to(site_with_post: Site, outbox: Outbox) -> None:
    await with_account(site_with_post, outbox, "asha")
    for elsewhere in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:1"):
        browser = await site_with_post.browser()
        fields = {"email": "asha@rowan-hill.example", "password": PASSWORD, "next": elsewhere}
        answer = await browser.send_form("/sign-in", fields)
        assert answer.headers["location"] == "/"


async def test_guessing_is_stopped_and_the_known_browser_goes_on(
    site_with_post: Site, outbox: Outbox
) -> None:
    site = site_with_post
    asha = await with_account(site, outbox, "asha")
    assert BROWSER in asha.cookies
    await asha.send_form("/account", to="/sign-out")
    thief = await site.browser()
    for _ in range(5):
        assert (await sign_in(thief, "asha", "a guess at it")).status_code == 422

    stopped = await sign_in(thief, "asha")

    assert stopped.status_code == 429
    assert "Your account is not locked" in words(stopped.text)
    assert (await sign_in(asha, "asha")).headers["location"] == "/"


async def test_a_forgotten_password(site_with_post: Site, outbox: Outbox) -> None:
    site = site_with_post
    asha = await with_account(site, outbox, "asha")
    there = asha.cookies[SESSION]
    browser = await site.browser()
    answers = [
        await browser.send_form("/sign-in/forgotten", {"email": email})
        for email in ("nobody@rowan-hill.example", "asha@rowan-hill.example")
    ]
    assert [one.headers["location"] for one in answers] == ["/sign-in/sent"] * 2
    await site.office.door.later.finished()
    path, token = link_in(outbox.messages[-1])

    unlike = {"password": "seven violet trombones", "again": "eight violet trombones"}
    refused = await browser.send_form(f"/{path}/{token}", unlike)
    assert 'href="#again"' in refused.text
    weak = {"password": "password1234", "again": "password1234"}
    assert "easy to guess" in (await browser.send_form(f"/{path}/{token}", weak)).text
    new = {"password": "seven violet trombones", "again": "seven violet trombones"}
    assert (await browser.send_form(f"/{path}/{token}", new)).headers["location"] == (
        "/sign-in/changed"
    )

    assert await site.office.sessions.find(there, site.office.now()) is None
    assert (await browser.get(f"/{path}/{token}")).status_code == 410
    assert (await sign_in(browser, "asha")).status_code == 422
    assert (await sign_in(browser, "asha", "seven violet trombones")).status_code == 303


async def test_signing_out_everywhere(site_with_post: Site, outbox: Outbox) -> None:
    site = site_with_post
    here = await with_account(site, outbox, "asha")
    there = await site.browser()
    await sign_in(there, "asha")
    shown = await here.get("/account")
    assert words(shown.text).count("last seen") == 2

    await here.send_form("/account", to="/account/sign-out-everywhere")

    for browser in (here, there):
        assert (await browser.get("/account")).headers["location"].startswith("/sign-in")


async def test_a_second_factor_is_replaced_by_who_has_it(
    site_with_post: Site, outbox: Outbox
) -> None:
    site = site_with_post
    cara = await with_account(site, outbox, "cara")
    _, codes = await set_up(site, cara)
    shown = await cara.get("/account/second-factor")
    found = _SECRET.search(shown.text)
    assert found is not None
    fresh = found[1].replace(" ", "")

    without = await cara.send_form("/account/second-factor", {"code": code_of(site, fresh)})
    assert 'href="#current"' in without.text
    answer = await cara.send_form(
        "/account/second-factor", {"code": code_of(site, fresh), "current": codes[0]}
    )

    assert answer.headers["location"] == "/account/recovery-codes"
    await site.office.door.later.finished()
    assert "second factor was set up" in outbox.messages[-1].get_content()


async def test_recovery_codes_are_shown_to_their_owner_alone(
    site_with_post: Site, outbox: Outbox
) -> None:
    site = site_with_post
    cara = await with_account(site, outbox, "cara")
    await set_up(site, cara)
    kept = cara.cookies["evenhand_codes"]
    ben = await site.as_("ben")
    ben.cookies.set("evenhand_codes", kept, domain="127.0.0.1", path="/")

    assert (await ben.get("/account/recovery-codes")).headers["location"] == "/account"


async def test_a_password_is_changed_in_the_account(site_with_post: Site, outbox: Outbox) -> None:
    asha = await with_account(site_with_post, outbox, "asha")
    new = {"password": "seven violet trombones", "again": "seven violet trombones"}

    wrong = await asha.send_form("/account/password", new | {"current": "not it"})
    assert "This is not your password" in words(wrong.text)
    answer = await asha.send_form("/account/password", new | {"current": PASSWORD})

    assert answer.headers["location"] == "/sign-in/changed"
    assert (await asha.get("/account")).status_code == 303


async def test_a_parent_opens_their_case_by_a_link_once(acting_site: Site, outbox: Outbox) -> None:
    site = acting_site
    reference, other = await site.open_case(), await site.open_case()
    hana = await site.school.stores.people.person(site.school.people["hana"])
    links = site.office.door.case_links
    await links.send(SCHOOL, reference, hana, site.school.actor("cara", Role.HEADTEACHER))
    path, token = link_in(outbox.messages[-1])
    browser = await site.browser()
    assert reference in words((await browser.get(f"/{path}/{token}")).text)

    answer = await browser.send_form(f"/{path}/{token}")

    assert answer.headers["location"] == f"/your-case/{reference}"
    session = await site.office.sessions.find(browser.cookies[SESSION], site.office.now())
    assert session is not None
    assert (session.person, session.role, session.reference) == (hana.id, Role.PARENT, reference)
    for closed in ("/account", "/today", f"/your-case/{other}"):
        assert (await browser.get(closed)).status_code in (403, 404)

    # Used: it offers another, which goes to the same address and no other.
    late = await site.browser()
    gone = await late.get(f"/{path}/{token}")
    assert gone.status_code == 410
    before = len(outbox.messages)
    sent = await late.post(f"/{path}/{token}/again", data=hidden(gone.text))
    assert sent.headers["location"] == "/link/sent"
    await site.office.door.later.finished()
    assert len(outbox.messages) == before + 1
    assert outbox.messages[-1]["To"] == hana.email
    _, fresh = link_in(outbox.messages[-1])
    assert (await late.send_form(f"/link/{fresh}")).status_code == 303


async def test_staff_send_a_link_from_the_case(acting_site: Site, outbox: Outbox) -> None:
    site = acting_site
    reference = await site.open_case()
    cara = await site.as_("cara")
    address = f"/cases/{reference}/link"
    assert f'href="{address}"' in (await cara.get(f"/cases/{reference}")).text
    shown = words((await cara.get(address)).text)
    assert "Hana Novak" in shown
    assert "Asha Karim" not in shown  # raised it, as a member of staff
    assert 'href="#person"' in (await cara.send_form(address)).text
    before = len(outbox.messages)
    asha = site.school.people["asha"]
    assert (await cara.send_form(address, {"person": asha})).status_code == 422

    answer = await cara.send_form(address, {"person": site.school.people["hana"]})

    assert answer.headers["location"] == f"{address}/sent"
    assert [one["To"] for one in outbox.messages[before:]] == ["hana@rowan-hill.example"]
    outbox.refuse = "451 Busy"
    away = await cara.send_form(address, {"person": site.school.people["hana"]})
    assert away.status_code == 503
    assert "Nothing was sent" in words(away.text)


async def test_a_link_is_asked_for_by_reference_and_address(
    acting_site: Site, outbox: Outbox
) -> None:
    site = acting_site
    reference = await site.open_case()
    browser = await site.browser()
    before = len(outbox.messages)
    asked = [
        (reference, "Hana@Rowan-Hill.example"),  # a party
        (reference, "cara@rowan-hill.example"),  # nobody from outside
        (reference, "asha@rowan-hill.example"),  # raised it, as staff
        ("EP-2026-9999", "hana@rowan-hill.example"),
    ]
    for case, email in asked:
        answer = await browser.send_form("/link", {"case": case, "email": email})
        assert answer.headers["location"] == "/link/sent"
    await site.office.door.later.finished()

    mine = [one for one in outbox.messages[before:] if "link is for you alone" in one.get_content()]
    assert [one["To"] for one in mine] == ["hana@rowan-hill.example"]


async def test_the_first_administrator_sets_the_school_up(
    site_with_post: Site, outbox: Outbox
) -> None:
    site = site_with_post
    first = await site.office.door.first_start.link()
    assert first is not None
    assert first.name == "Gil Navarro"
    path = first.address.removeprefix("http://127.0.0.1:8080")

    gil = await site.browser()
    answer = await gil.send_form(path, CHOSEN)

    assert answer.headers["location"] == "/account/second-factor"
    assert await site.office.door.first_start.link() is None
