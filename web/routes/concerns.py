"""Raising a concern: which kind, what happened, a last check, and the case is open."""

from collections.abc import Iterable
from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from domain.access import OUTSIDE
from domain.ladder_words import HEADINGS
from domain.vocabulary import Role, Severity, Track
from gateway.clauses import Option, clause_options, find_clauses, may_bind
from gateway.drafting import Drafting
from gateway.foreseen import what_happens
from gateway.form_choices import SEVERITIES
from gateway.wording import day, spoken
from storage.people import Person
from storage.unfinished import Unfinished
from web.concern_input import Kind, concern_fields
from web.cookies import office_of
from web.doing import begun, files_of, form_of, keep_files, kept_typed
from web.forms import Form
from web.outcome import told
from web.pages import page, see
from web.viewer import NoSuchCase, Staff, Viewer

router = APIRouter(prefix="/concerns")
RAISE = "raise_concern"
_NAMES_AT_MOST = 500  # that are offered while somebody types


async def _kinds(request: Request, viewer: Viewer) -> list[Kind]:
    policies = await office_of(request).stores.shelf.current_policies(viewer.school)
    return [
        Kind(policy, ladder)
        for policy in policies
        for ladder in policy.ladders
        if viewer.actor.role in ladder.raised_by
    ]


async def _kind(request: Request, viewer: Viewer, policy: str, track: str) -> Kind:
    for kind in await _kinds(request, viewer):
        if (kind.policy.policy, kind.ladder.track) == (policy, track):
            return kind
    raise NoSuchCase()


@router.get("/new")
async def new(request: Request, viewer: Staff) -> Response:
    """Which kind of concern it is; where there is one only, its questions at once."""
    kinds = await _kinds(request, viewer)
    if len(kinds) == 1:
        return see(kinds[0].address)
    return page(
        request,
        "concerns/kinds.html",
        title="Raise a concern",
        breadcrumbs=[("Today", "/today")],
        kinds=kinds,
        role=spoken(viewer.actor.role),
    )


@router.post("/clauses")
async def clauses(request: Request, viewer: Staff) -> JSONResponse:
    """The clauses that a text speaks of, while it is typed; nothing of it is kept."""
    form = await Form.read(request)
    kind = await _kind(request, viewer, form.value("policy"), form.value("track"))
    found = find_clauses(kind.policy, form.text("narrative"), kind.ladder.respondent)
    return JSONResponse([{"clause": one.clause, "words": list(one.words)} for one in found])


@router.get("/new/{policy}/{track}")
async def ask(request: Request, viewer: Staff, policy: str, track: str) -> HTMLResponse:
    """The questions of a concern."""
    kind = await _kind(request, viewer, policy, track)
    return await _questions(request, viewer, kind, Form(), None)


@router.post("/new/{policy}/{track}")
async def answer(request: Request, viewer: Staff, policy: str, track: str) -> Response:
    """Keeps the answers, and goes on to the last check; or finds clauses for what was typed."""
    office, form = office_of(request), await Form.read(request)
    kind = await _kind(request, viewer, policy, track)
    store = office.stores.unfinished
    content = {"policy": policy, "track": track, "typed": kept_typed(form)}
    await store.keep(viewer.school, viewer.actor, RAISE, content, office.now(), id_=form.action_id)
    await keep_files(request, viewer, form, form.action_id)
    kept = await begun(request, viewer, form.action_id, None)
    if form.value("then") == "find":
        return see(f"/concerns/unfinished/{kept.id}?find=yes#offered-clauses")
    await concern_fields(request, viewer, kind, form)
    if not form.is_right:
        return await _questions(request, viewer, kind, form, kept)
    return see(f"/concerns/unfinished/{kept.id}/check")


@router.get("/unfinished/{concern}")
async def go_on(request: Request, viewer: Staff, concern: str, find: str = "") -> HTMLResponse:
    """The questions with what was typed before."""
    kind, kept = await _again(request, viewer, concern)
    return await _questions(request, viewer, kind, form_of(kept), kept, find=bool(find))


async def _again(request: Request, viewer: Viewer, concern: str) -> tuple[Kind, Unfinished]:
    kept = await begun(request, viewer, concern, None)
    kind = await _kind(request, viewer, kept.content["policy"], kept.content["track"])
    return kind, kept


async def _questions(
    request: Request,
    viewer: Viewer,
    kind: Kind,
    form: Form,
    kept: Unfinished | None,
    *,
    find: bool = False,
) -> HTMLResponse:
    people = await office_of(request).stores.people.everybody(viewer.school)
    present = [one for one in people if not one.erased]
    respondent = kind.ladder.respondent
    offered = find_clauses(kind.policy, form.value("narrative"), respondent)
    ticked = form.values("clauses")
    options = [
        option
        for option, clause in zip(clause_options(kind.policy), kind.policy.clauses, strict=True)
        if may_bind(clause, respondent)
    ]
    first = [*(one.clause for one in offered)]
    first = [*(id_ for id_ in ticked if id_ not in first), *first]
    why = {one.clause: one.words for one in offered}
    return page(
        request,
        "concerns/questions.html",
        title="Raise a concern",
        breadcrumbs=[("Today", "/today"), ("Raise a concern", "/concerns/new")],
        form=form,
        kind=kind,
        kept=kept,
        find=find,
        heading=HEADINGS[kind.ladder.track],
        respondents=_called(present, respondent),
        families=_called(present, Role.PARENT),
        known=_called(present, None),
        asks_family=respondent is not Role.PARENT
        and kind.ladder.track is not Track.SERVICE_CONCERN,
        family_needed=respondent is Role.ADVOCATE,
        severities=[
            {"value": one.value, "text": spoken(one).capitalize(), "hint": SEVERITIES[one]}
            for one in Severity
        ],
        offered=[
            (option, why.get(option.value, ()))
            for id_ in first
            for option in options
            if option.value == id_
        ],
        groups=_by_group(options, first),
        ticked=ticked,
        limits=office_of(request).attachment_limits,
    )


def _called(people: Iterable[Person], role: Role | None) -> list[str]:
    """The names to choose from while typing: of those with a role; None: of who is inside."""
    named = [
        one.name for one in people if (role in one.roles if role else bool(one.roles - OUTSIDE))
    ]
    return sorted(named, key=str.casefold)[:_NAMES_AT_MOST]


def _by_group(options: list[Option], but: list[str]) -> list[tuple[str, list[Option]]]:
    groups: dict[str, list[Option]] = {}
    for option in options:
        if option.value not in but:
            groups.setdefault(option.group, []).append(option)
    return list(groups.items())


@router.get("/unfinished/{concern}/check")
async def check(request: Request, viewer: Staff, concern: str) -> Response:
    """The last page before the case is opened: what will happen, when, and to whom."""
    kind, kept = await _again(request, viewer, concern)
    return await _check(request, viewer, kind, kept, Form())


async def _check(
    request: Request, viewer: Viewer, kind: Kind, kept: Unfinished, form: Form
) -> Response:
    office, typed = office_of(request), form_of(kept)
    fields = await concern_fields(request, viewer, kind, typed)
    drafting = Drafting(office.stores, viewer.school, now=office.now)
    try:
        found = await drafting.foresee_concern(kind.policy.policy, fields, viewer.actor)
    except Exception as error:
        typed.told = told(error)
        if typed.told is None:
            raise
        return await _questions(request, viewer, kind, typed, kept)
    will = await what_happens(office.stores, None, found, {})
    calendar = found.happening.calendar
    return page(
        request,
        "concerns/check.html",
        title="Check before the concern is raised",
        breadcrumbs=[("Today", "/today"), ("Raise a concern", "/concerns/new")],
        form=form,
        kind=kind,
        kept=kept,
        typed=typed,
        happened=day(date.fromisoformat(fields["occurred_on"])),
        heard=day(calendar.local_date(found.happening.after.received_at)),
        severity=spoken(typed.value("severity")),
        clauses=[
            clause.text for clause in kind.policy.clauses if clause.id in typed.values("clauses")
        ],
        will=will,
    )


@router.post("/unfinished/{concern}/check")
async def raise_it(request: Request, viewer: Staff, concern: str) -> Response:
    """Opens the case. However often this is sent, one case is opened."""
    office, form = office_of(request), await Form.read(request)
    try:
        kind, kept = await _again(request, viewer, concern)
    except NoSuchCase:
        # Sent twice: the first time has opened the case, and cleared the desk.
        opened_before = await office.stores.references.given(viewer.school, concern)
        if opened_before is None:
            raise
        await viewer.peek(opened_before)
        return see(f"/concerns/raised/{opened_before}")
    typed = form_of(kept)
    fields = await concern_fields(request, viewer, kind, typed)
    if not typed.is_right:
        return await _questions(request, viewer, kind, typed, kept)
    reference = ""
    async with form.refusals():
        cases = await office.cases(viewer.school)
        opened = await cases.open(
            kind.policy.policy,
            fields,
            viewer.actor,
            action_id=kept.id,
            attachments=await files_of(request, viewer, kept),
        )
        reference = opened.reference
        await office.stores.unfinished.give_up(viewer.school, viewer.actor.person, kept.id)
    if reference:
        return see(f"/concerns/raised/{reference}")
    return await _check(request, viewer, kind, kept, form)


@router.get("/raised/{reference}")
async def raised(request: Request, viewer: Staff, reference: str) -> HTMLResponse:
    """The concern is a case now: its reference, and what happens next."""
    seen = await viewer.peek(reference)
    calendar = await office_of(request).stores.shelf.calendar(seen.case.calendar_digest)
    return page(
        request,
        "concerns/raised.html",
        title=f"Concern raised: {reference}",
        breadcrumbs=[("Today", "/today"), ("Cases", "/cases")],
        reference=reference,
        calendar=calendar,
        case=seen.case,
    )


@router.post("/unfinished/{concern}/give-up")
async def give_up(request: Request, viewer: Staff, concern: str) -> Response:
    """Throws away what was typed."""
    await begun(request, viewer, concern, None)
    await office_of(request).stores.unfinished.give_up(viewer.school, viewer.actor.person, concern)
    return see("/today")


@router.post("/unfinished/{concern}/files/{file}/remove")
async def remove_file(request: Request, viewer: Staff, concern: str, file: str) -> Response:
    """Takes away a file that was to come with it."""
    await begun(request, viewer, concern, None)
    await office_of(request).stores.unfinished.remove_file(
        viewer.school, viewer.actor.person, concern, file
    )
    return see(f"/concerns/unfinished/{concern}")
