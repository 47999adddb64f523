"""A case: where it stands, what is due, what happened, its letters and its files."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from documents.letters import as_pdf
from domain.access import may_see_who_looked
from domain.choices import Choice
from domain.ladder_picture import svg
from domain.letters import LetterText
from domain.views import Viewed
from domain.vocabulary import ActionName, Rule, Stage
from gateway.action_groups import grouped
from gateway.due_words import ABOUT_A_DEADLINE
from gateway.errors import ActionRefused, BadRequest
from gateway.meetings import MeetingsSeen, find_meeting
from gateway.replies import attachment_of
from gateway.wording import acting, day, moment, spoken
from web.case_lines import told_apart
from web.case_view import CaseView
from web.cookies import office_of
from web.downloads import ICALENDAR, PDF, download
from web.pages import Crumb, page
from web.viewer import NoSuchCase, Staff, Viewer

router = APIRouter(prefix="/cases/{reference}")
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
STANDS_BESIDE = (*ABOUT_A_DEADLINE, ActionName.RECORD_POSTING)
_LATEST = 6


def crumbs(reference: str = "") -> list[Crumb]:
    """The pages above one of a case."""
    above = [("Today", "/today"), ("Cases", "/cases")]
    return [*above, (reference, f"/cases/{reference}")] if reference else above


async def view_of(
    request: Request, viewer: Viewer, reference: str, choices: tuple[Choice, ...] = ()
) -> CaseView:
    """The case with its texts, once it is written down that the viewer looks. Raises NoSuchCase."""
    office = office_of(request)
    seen, stored = await viewer.events(reference, texts=True)
    policy = await office.stores.shelf.policy(seen.case.policy_digest)
    calendar = await office.stores.shelf.calendar(seen.case.calendar_digest)
    return CaseView(office.stores, seen, stored, policy, calendar, office.now(), choices)


@router.get("")
async def show(request: Request, viewer: Staff, reference: str) -> HTMLResponse:
    """The case at a glance, and what the viewer may do next."""
    choices = await viewer.choices(reference)
    view = await view_of(request, viewer, reference, choices)
    files = []
    if view.has_files:
        await viewer.reading.look(reference, Viewed.ATTACHMENT, names=view.names_shown)
        files = await view.files()
    climbed, beside = view.ladder()
    return page(
        request,
        "cases/case.html",
        title=f"Case {reference}",
        breadcrumbs=crumbs(),
        view=view,
        standing=view.standing(),
        climbed=climbed,
        beside=beside,
        adjustments=await view.adjustments(),
        people=await view.people(),
        concern=await view.concern(),
        due=await view.due(),
        restrictions=await view.restrictions(),
        letters=await view.letters(),
        meetings=await view.meetings(),
        notes=await view.notes(),
        files=files,
        days=await view.timeline(_LATEST),
        # What is about one deadline, or one letter, stands beside it.
        groups=grouped([one for one in choices if one.action not in STANDS_BESIDE]),
        titles=await view.titles(),
        may_post={
            one.about for one in choices if one.allowed and one.action is ActionName.RECORD_POSTING
        },
        looked=await _may_see_who_looked(viewer, reference),
    )


@router.get("/timeline")
async def timeline(request: Request, viewer: Staff, reference: str) -> HTMLResponse:
    """Everything that happened, the newest first, with what was written."""
    view = await view_of(request, viewer, reference)
    return page(
        request,
        "cases/timeline.html",
        title=f"Everything that happened on {reference}",
        breadcrumbs=crumbs(reference),
        view=view,
        days=await view.timeline(),
    )


@router.get("/next")
async def next_(request: Request, viewer: Staff, reference: str) -> HTMLResponse:
    """What the viewer may do, and for everything else the rule that refuses it."""
    office = office_of(request)
    seen = await viewer.case(reference)
    choices = await viewer.choices(reference)
    calendar = await office.stores.shelf.calendar(seen.case.calendar_digest)
    titles = {one: await told_apart(office.stores, seen, calendar, one) for one in choices}
    refused = [one for one in choices if not one.allowed]
    elsewhere = [one for one in refused if one.rule is Rule.AUTHORITY and one.who_may]
    return page(
        request,
        "cases/next.html",
        title=f"What may I do next on {reference}?",
        breadcrumbs=crumbs(reference),
        reference=reference,
        role=acting(seen.viewer.role),
        groups=grouped(choices),
        titles=titles,
        refused=_by_reason([one for one in refused if one not in elsewhere], titles),
        elsewhere=[(titles[one], [acting(role) for role in one.who_may]) for one in elsewhere],
    )


def _by_reason(
    refused: list[Choice], titles: dict[Choice, str]
) -> list[tuple[list[str], str, str, str]]:
    """What is refused, together where one reason refuses it: titles, reason, day, and rule."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for one in refused:
        key = (one.why_not, _from(one), spoken(one.rule) if one.rule else "")
        found.setdefault(key, []).append(titles[one])
    return [(named, why, day_, rule) for (why, day_, rule), named in found.items()]


def _from(choice: Choice) -> str:
    when = choice.not_before
    if when is None:
        return ""
    words = day(when.date() if hasattr(when, "date") else when)
    return "" if words in choice.why_not else f"From {words}."


@router.get("/ladder.svg")
async def ladder(request: Request, viewer: Staff, reference: str) -> Response:
    """The ladder as a picture, with the step at which the case stands marked."""
    seen = await viewer.peek(reference)
    at = None if seen.case.stage is Stage.CLOSED else seen.case.stage
    return Response(
        svg(seen.ladder, at=at),
        media_type="image/svg+xml",
        headers={"content-security-policy": PICTURE_POLICY},
    )


@router.get("/viewers")
async def viewers(request: Request, viewer: Staff, reference: str) -> HTMLResponse:
    """Who looked at the case, and when."""
    office = office_of(request)
    if not await _may_see_who_looked(viewer, reference):
        raise NoSuchCase()
    seen, views = await viewer.reading.viewers(reference)
    calendar = await office.stores.shelf.calendar(seen.case.calendar_digest)
    return page(
        request,
        "cases/viewers.html",
        title=f"Who looked at {reference}",
        breadcrumbs=crumbs(reference),
        reference=reference,
        views=[
            (
                moment(calendar, one.at),
                await seen.name(one.person, one.role),
                spoken(one.role),
                spoken(one.what),
                one.names,
            )
            for one in reversed(views)
        ],
    )


async def _may_see_who_looked(viewer: Viewer, reference: str) -> bool:
    seen = await viewer.peek(reference)
    return may_see_who_looked(seen.sight, viewer.actor)


@router.get("/letters/{letter}")
async def letter(request: Request, viewer: Staff, reference: str, letter: str) -> HTMLResponse:
    """A letter as it was sent, or waits to be sent."""
    text, view = await _letter(request, viewer, reference, letter)
    line = next(one for one in await view.letters() if one.id == letter)
    return page(
        request,
        "cases/letter.html",
        title=f"Letter {letter} of {reference}",
        breadcrumbs=crumbs(reference),
        reference=reference,
        line=line,
        text=text,
    )


@router.get("/letters/{letter}/pdf")
async def letter_pdf(request: Request, viewer: Staff, reference: str, letter: str) -> Response:
    """A letter as a PDF, to be printed or kept."""
    text, view = await _letter(request, viewer, reference, letter)
    prepared = view.prepared_at(letter)
    pdf = as_pdf(text, office_of(request).stores.writer.templates(viewer.school), at=prepared)
    return download(pdf, f"{reference}-{letter}.pdf", PDF)


async def _letter(
    request: Request, viewer: Viewer, reference: str, letter: str
) -> tuple[LetterText, CaseView]:
    office = office_of(request)
    view = await view_of(request, viewer, reference)
    ref = view.letter_text(letter)
    if ref is None:
        raise NoSuchCase()
    return LetterText.model_validate_json(await office.stores.texts.read(ref)), view


@router.get("/files/{file}")
async def file(request: Request, viewer: Staff, reference: str, file: str) -> Response:
    """A file that came with the concern or a reply: always a download, never shown."""
    await viewer.peek(reference)
    try:
        found, content = await attachment_of(
            office_of(request).stores, viewer.reading, reference, file
        )
    except (ActionRefused, BadRequest) as error:
        raise NoSuchCase() from error
    return download(content, found.name or found.file.id, found.file.media_type.value)


@router.get("/meetings/{meeting}")
async def meeting(request: Request, viewer: Staff, reference: str, meeting: str) -> Response:
    """A meeting as an entry for somebody's own calendar."""
    office = office_of(request)
    seen, stored = await viewer.events(reference, texts=True)
    calendar = await office.stores.shelf.calendar(seen.case.calendar_digest)
    try:
        found = find_meeting(seen, meeting)
    except BadRequest as error:
        raise NoSuchCase() from error
    if not seen.names_shown and viewer.actor.person not in found.people:
        raise NoSuchCase()  # it names everybody who comes
    telling = MeetingsSeen(seen, calendar, [one.event for one in stored], office.now())
    entry = await telling.calendar_file(office.stores, found, office.settings.mail_from)
    return download(entry, f"{reference}-{meeting}.ics", ICALENDAR)
