"""What every page has: its frame, its headers, and a way on when something is wrong."""

from tests.web.site import Site, hidden, words
from web.security import CONTENT_POLICY


async def test_nobody_is_asked_to_sign_in_and_comes_back(site: Site) -> None:
    answer = await site.anonymous.get("/today?show=all")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Ftoday%3Fshow%3Dall"


async def test_a_page_says_where_one_is_and_who(site: Site) -> None:
    cara = await site.as_("cara")

    answer = await cara.get("/today")

    assert answer.status_code == 200
    said = words(answer.text)
    assert "Rowan Hill Primary School" in said
    assert "Cara Lindqvist, headteacher" in said
    assert "Nothing needs anybody today" in said
    assert answer.headers["content-security-policy"] == CONTENT_POLICY
    assert answer.headers["cache-control"] == "no-store"


async def test_a_form_without_its_token_does_nothing(site: Site) -> None:
    cara = await site.as_("cara")

    refused = await cara.post("/sign-out", data={})

    assert refused.status_code == 403
    assert "too old" in words(refused.text)
    assert (await cara.get("/today")).status_code == 200


async def test_signing_out_ends_the_session(site: Site) -> None:
    cara = await site.as_("cara")
    kept = dict(cara.cookies)

    answer = await cara.send_form("/today", to="/sign-out")

    assert (answer.status_code, answer.headers["location"]) == (303, "/signed-out")
    again = await site.browser()
    again.cookies.update(kept)
    assert (await again.get("/today")).status_code == 303


async def test_a_role_that_is_not_held_is_not_taken(site: Site) -> None:
    cara = await site.as_("cara")

    answer = await cara.send_form("/account/role", {"role": "administrator"})

    assert answer.status_code == 422
    assert "<title>Error: In which role do you act?" in answer.text
    assert 'href="#role"' in answer.text


async def test_a_page_that_is_not_there_says_what_to_do(site: Site) -> None:
    answer = await site.anonymous.get("/nowhere")

    assert answer.status_code == 404
    assert "There is no such page" in words(answer.text)
    assert "Rowan Hill Primary School" in words(answer.text)


async def test_another_host_is_refused(site: Site) -> None:
    answer = await site.anonymous.get("/help", headers={"host": "elsewhere.example"})

    assert answer.status_code == 421


async def test_the_help_pages_are_open_to_everybody(site: Site) -> None:
    for address in ("/help", "/privacy", "/accessibility"):
        assert (await site.anonymous.get(address)).status_code == 200
    assert hidden((await site.anonymous.get("/help")).text) == {}
