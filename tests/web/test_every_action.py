"""Every choice on a case that has everything: asked in words, and told before it is done."""

from collections.abc import Sequence

import pytest

from domain.choices import Choice
from gateway.reading import Reading
from tests.support.school import SCHOOL
from tests.web.filling import fields_of, filled
from tests.web.full_case import a_full_case
from tests.web.site import Browser, Site, hidden, words
from web.acting_pages import address_of

pytestmark = pytest.mark.parametrize("who", ["cara", "ben"])


async def test_every_choice_is_asked_about_and_told_in_full(acting_site: Site, who: str) -> None:
    reference = await a_full_case(acting_site)
    actor = acting_site.school.actor(who)
    browser = await acting_site.as_(who)
    reading = Reading(acting_site.school.stores, SCHOOL, actor)
    choices = await reading.choices(reference)
    assert len(choices) > 30

    problems = [
        problem for choice in choices for problem in await _tried(browser, reference, choice)
    ]

    assert problems == [], "\n".join(problems)


async def _tried(browser: Browser, reference: str, choice: Choice) -> Sequence[str]:
    address = address_of(reference, choice)
    asked = await browser.get(address)
    said = words(asked.text)
    if not choice.allowed:
        told = asked.status_code == 409 and choice.why_not in said
        return [] if told else [f"{address}: {asked.status_code}, refused without its rule"]
    if asked.status_code != 200 or (choice.title not in asked.text and "?" not in said):
        return [f"{address}: {asked.status_code}"]
    sent = hidden(asked.text) | filled(fields_of(asked.text))
    answered = await browser.post(address, data=sent)
    if answered.status_code != 303:
        return [f"{address}: {answered.status_code}: {_problem(answered.text)}"]
    where = answered.headers["location"]
    if where.endswith("/letters"):
        letters = await browser.get(where)
        if letters.status_code != 200:
            return [f"{where} of {address}: {letters.status_code}"]
        where = where.replace("/letters", "/check")
    check = await browser.get(where)
    if check.status_code != 200 or "Check before it is done" not in check.text:
        return [f"{where} of {address}: {check.status_code}: {_problem(check.text)}"]
    return []


def _problem(html: str) -> str:
    said = words(html)
    return said[max(said.find("There is a problem"), said.find("This is not possible now")) :][:300]
