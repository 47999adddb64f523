"""Cases for the pages of parents and advocates, and how a page's form is sent."""

from datetime import timedelta
from typing import Any

import httpx

from domain.calendar import Span
from domain.case import Case
from domain.events import Event
from gateway.letters import Sending
from tests.support.school import SCHOOL
from tests.web.site import Browser, Site

CLAUSES = ["ep.expect.speech"]


async def act(site: Site, reference: str, who: str, action: str, **fields: Any) -> None:
    cases = await site.office.cases(SCHOOL)
    actor = site.school.actor(who)
    await cases.act(reference, action, fields, actor, letters=Sending.AS_DRAFTED)


async def events(site: Site, reference: str) -> list[Event]:
    stored = await site.school.stores.record.events_of(SCHOOL, reference)
    return [one.event for one in stored]


async def facts(site: Site, reference: str, kind: type[Any]) -> list[Any]:
    return [one.fact for one in await events(site, reference) if isinstance(one.fact, kind)]


async def state(site: Site, reference: str) -> Case:
    return await site.school.stores.record.case_state(SCHOOL, reference)


async def an_invited_case(site: Site) -> tuple[str, str]:
    """A case with a quiet word, and a meeting to which parent and advocate are invited."""
    reference = await site.open_case(advocate="Idris Bello")
    await act(site, reference, "ben", "remind_informally", clauses=CLAUSES, reason="A word.")
    calendar = await site.school.stores.shelf.calendar(
        (await state(site, reference)).calendar_digest
    )
    later = calendar.next_open_moment(site.office.now() + timedelta(days=9))
    await act(
        site,
        reference,
        "ben",
        "schedule_meeting",
        at=later.isoformat(),
        place="The library",
        recording_wanted=True,
    )
    return reference, (await state(site, reference)).meetings[0].id


async def a_limited_case(site: Site) -> str:
    """A case in which a limit on the advocate Idris is proposed, and waits for his side."""
    reference = await site.open_case(advocate="Idris Bello", severity="serious")
    await act(site, reference, "cara", "warn", clauses=CLAUSES, reason="It was grave.")
    calendar = await site.school.stores.shelf.calendar(
        (await state(site, reference)).calendar_digest
    )
    today = calendar.local_date(site.office.now())
    later = calendar.add(today, Span.parse("20 school days"))
    await act(
        site,
        reference,
        "ben",
        "restrict_access",
        clauses=CLAUSES,
        reason="The warning was not enough.",
        scopes=["engagement", "meetings"],
        review_on=later.isoformat(),
        contact="In writing, to the headteacher.",
        contact_through="Cara Lindqvist",
        meetings="The family comes to every review.",
    )
    return reference


async def send(
    browser: Browser,
    address: str,
    fields: dict[str, Any] | None = None,
    files: Any = None,
) -> httpx.Response:
    """Sends the page's form, and follows where it leads."""
    answer = await browser.send_form(address, fields, files=files)
    return await browser.get(answer.headers["location"]) if answer.status_code == 303 else answer
