"""Lists of cases: filters, a search, and lists that somebody saved."""

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from domain.calendar import SchoolCalendar
from domain.errors import near_names
from domain.vocabulary import Severity, Stage, Track
from gateway.due_words import in_school_days
from gateway.errors import BadRequest
from gateway.finding import Finding, Page, Wanted, read_wanted
from gateway.wording import day, spoken, stage_title
from storage.case_lists import CaseEntry
from storage.people import PersonNotFound
from web.cookies import office_of
from web.forms import Form
from web.pages import page, see
from web.viewer import Staff, Viewer

router = APIRouter()
CASES = "/cases"
_DATES = ("opened_from", "opened_until")


@router.get(CASES)
async def cases(request: Request, viewer: Staff) -> HTMLResponse:
    """The cases that the viewer may see and asks for."""
    form = _as_typed(request)
    wanted = _asked_for(request, form)
    number = request.query_params.get("page", "")
    return await _list(request, viewer, wanted, form, int(number) if number.isdecimal() else 1)


@router.post(f"{CASES}/search")
async def search(request: Request, viewer: Staff) -> Response:
    """Finds cases by a reference, or by the name of somebody with a part in them.

    The name stands in no address: the next page asks by the person's id.
    """
    form = await Form.read(request)
    words = form.text("search", "Enter a reference, such as EP-2026-0042, or a person's name", 200)
    finding = _finding(request, viewer)
    if form.is_right:
        exact = await finding.page(Wanted(reference=words))
        if [one.reference for one in exact.cases] == [words.upper()]:
            return see(f"{CASES}/{words.upper()}")
        if exact.total:
            return see(_address(Wanted(reference=words.upper())))
        try:
            people = await finding.people_called(words)
            return see(_address(Wanted(people=tuple(person.id for person in people))))
        except PersonNotFound as error:
            near = near_names(words, [person.name for person in error.near]) if error.near else ""
            form.error("search", f"Nobody here is called that, and no case has it.{near}")
        except BadRequest as error:
            form.error("search", str(error))
    return await _list(request, viewer, Wanted(), form, 1)


@router.post(f"{CASES}/views")
async def save(request: Request, viewer: Staff) -> Response:
    """Saves what the list asks for under a name."""
    form = await Form.read(request)
    wanted = _asked_for(request, form)
    try:
        await _finding(request, viewer).save(form.text("view_name"), wanted)
    except BadRequest as error:
        form.error("view_name", str(error))
        return await _list(request, viewer, wanted, form, 1)
    return see(_address(wanted))


@router.post(f"{CASES}/views/{{view}}/remove")
async def remove(request: Request, viewer: Staff, view: str) -> Response:
    """Removes one of the viewer's own saved lists."""
    await _finding(request, viewer).remove(view)
    return see(CASES)


def _finding(request: Request, viewer: Viewer) -> Finding:
    office = office_of(request)
    return Finding(office.stores, viewer.school, viewer.actor, now=office.now)


def _as_typed(request: Request) -> Form:
    query = request.query_params
    return Form({name: query.getlist(name) for name in query})


def _asked_for(request: Request, form: Form) -> Wanted:
    given: dict[str, Any] = {
        name: form.value(name)
        for name in ("track", "stage", "severity", "owner", "standing", "overdue", "reference")
    }
    for name in _DATES:
        given[name] = form.value(name) or form.day(name)
    given["people"] = tuple(form.values("person"))
    return read_wanted(given)


def _address(wanted: Wanted, number: int = 1) -> str:
    """The address of a list: ids, closed words and dates alone."""
    plain = wanted.as_plain()
    people = plain.pop("people", [])
    asked = [
        (name, str(value).lower() if value is True else str(value)) for name, value in plain.items()
    ]
    asked += [("person", person) for person in people]
    if number > 1:
        asked.append(("page", str(number)))
    return f"{CASES}?{urlencode(asked)}" if asked else CASES


async def _list(
    request: Request, viewer: Viewer, wanted: Wanted, form: Form, number: int
) -> HTMLResponse:
    office, finding = office_of(request), _finding(request, viewer)
    found = await finding.page(wanted, max(number, 1))
    saved = await finding.saved()
    by_name = await finding.may_search_by_name()
    calendar = await viewer.calendar()
    lines = [await _line(request, viewer, calendar, entry) for entry in found.cases]
    policies = await office.stores.shelf.current_policies(viewer.school)
    stages = {
        step.id: step.title
        for policy in policies
        for ladder in policy.ladders
        for step in ladder.steps
    }
    return page(
        request,
        "cases/list.html",
        title="Cases",
        form=form,
        found=found,
        lines=lines,
        wanted=wanted,
        filtered=wanted != Wanted(),
        names=await finding.names_of(wanted.people) if by_name else [],
        by_name=by_name,
        saved=[(view, _address(read_wanted(view.filters))) for view in saved],
        hidden=_hidden(wanted),
        pages=_pagination(wanted, found),
        tracks=[(track.value, spoken(track).capitalize()) for track in Track],
        stages=[
            (stage.value, stages.get(stage) or spoken(stage).capitalize())
            for stage in Stage
            if stage in stages or stage in (Stage.RAISED, Stage.CLOSED)
        ],
        severities=[(one.value, spoken(one).capitalize()) for one in Severity],
        owners=[(person.id, person.name) for person in await finding.owners()],
    )


async def _line(
    request: Request, viewer: Viewer, calendar: SchoolCalendar, entry: CaseEntry
) -> dict[str, Any]:
    office = office_of(request)
    policy = await office.stores.shelf.policy(entry.policy_digest)
    today = calendar.local_date(office.now())
    ladder = policy.by_track[entry.track]
    stands = "New" if entry.stage is Stage.RAISED else stage_title(ladder, entry.stage)
    return {
        "reference": entry.reference,
        "track": spoken(entry.track),
        "stands": stands,
        "severity": spoken(entry.severity),
        "opened": day(calendar.local_date(entry.opened_at)),
        "due": in_school_days(calendar, today, entry.due_on) if entry.due_on else "",
        "overdue": entry.due_at is not None and entry.due_at < office.now(),
        "owner": "you"
        if entry.owner == viewer.actor.person
        else "a colleague"
        if entry.owner
        else "nobody yet",
    }


def _hidden(wanted: Wanted) -> list[tuple[str, str]]:
    plain = wanted.as_plain()
    people = plain.pop("people", [])
    pairs = [(name, "true" if value is True else str(value)) for name, value in plain.items()]
    return pairs + [("person", person) for person in people]


def _pagination(wanted: Wanted, found: Page) -> dict[str, Any]:
    if found.pages < 2:
        return {}
    pages: dict[str, Any] = {
        "items": [
            {"number": n, "href": _address(wanted, n), "current": n == found.number}
            for n in _near(found.number, found.pages)
        ]
    }
    if found.number > 1:
        pages["previous"] = {"href": _address(wanted, found.number - 1)}
    if found.number < found.pages:
        pages["next"] = {"href": _address(wanted, found.number + 1)}
    return pages


def _near(number: int, pages: int) -> list[int]:
    return sorted({1, pages, *range(max(1, number - 2), min(pages, number + 2) + 1)})
