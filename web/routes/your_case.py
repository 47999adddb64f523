"""The pages on which parents and advocates read their own cases."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from gateway.errors import BadRequest
from gateway.replies import attachment_of
from gateway.sniffing import ENDINGS
from storage.case_lists import CaseFilter, Sighted
from storage.record import CaseNotFound
from web.cookies import office_of
from web.downloads import ICALENDAR, PDF, download
from web.own_case import door_of, own_case
from web.pages import page, see
from web.viewer import Family, NoSuchCase

router = APIRouter()

MOST_CASES = 100  # in one person's list


@router.get("/your-case")
async def your_cases(request: Request, viewer: Family) -> Response:
    """The viewer's own cases; the one itself where there is one alone, or a link opens one."""
    if viewer.session.reference is not None:
        return see(f"/your-case/{viewer.session.reference}")
    own = Sighted(viewer.school, viewer.actor.person, frozenset())
    entries, _ = await office_of(request).stores.lists.cases(own, CaseFilter(), limit=MOST_CASES)
    lines = await door_of(request, viewer).lines([entry.reference for entry in entries])
    if len(lines) == 1:
        return see(f"/your-case/{lines[0].reference}")
    return page(request, "your-case/list.html", title="Your cases", lines=lines)


@router.get("/your-case/{reference}")
async def your_case(request: Request, viewer: Family, reference: str) -> Response:
    """Where the case stands, what is asked, what happens next, and what can be done."""
    own = await own_case(request, viewer, reference)
    return page(request, "your-case/case.html", title=f"Your case {reference}", case=own.case)


@router.get("/your-case/{reference}/what-happens-next")
async def what_happens_next(request: Request, viewer: Family, reference: str) -> Response:
    """What comes next and by when, and what that means."""
    own = await own_case(request, viewer, reference)
    return page(
        request,
        "your-case/next.html",
        title="What happens next",
        breadcrumbs=own.crumbs,
        case=own.case,
    )


@router.get("/your-case/{reference}/so-far")
async def what_happened(request: Request, viewer: Family, reference: str) -> Response:
    """What has happened so far, with the reasons."""
    own = await own_case(request, viewer, reference)
    return page(
        request,
        "your-case/so-far.html",
        title="What has happened so far",
        breadcrumbs=own.crumbs,
        case=own.case,
    )


@router.get("/your-case/{reference}/sent")
async def what_you_sent(request: Request, viewer: Family, reference: str) -> Response:
    """Everything that the viewer sent or answered."""
    own = await own_case(request, viewer, reference)
    return page(
        request,
        "your-case/sent.html",
        title="What you sent us",
        breadcrumbs=own.crumbs,
        case=own.case,
    )


@router.get("/your-case/{reference}/letters/{letter}")
async def a_letter(request: Request, viewer: Family, reference: str, letter: str) -> Response:
    """One of the letters to the viewer."""
    own = await own_case(request, viewer, reference)
    found = own.case.letter(letter)
    if found is None:
        raise NoSuchCase()
    return page(
        request,
        "your-case/letter.html",
        title="A letter to you",
        breadcrumbs=own.crumbs,
        case=own.case,
        letter=found,
    )


@router.get("/your-case/{reference}/letters/{letter}/pdf")
async def a_letter_as_pdf(
    request: Request, viewer: Family, reference: str, letter: str
) -> Response:
    """The same letter, to keep or print."""
    door = door_of(request, viewer, reference)
    try:
        content = await door.pdf(reference, letter)
    except CaseNotFound as error:
        raise NoSuchCase() from error
    return download(content, f"letter-{reference}-{letter}.pdf", PDF)


@router.get("/your-case/{reference}/meetings/{meeting}")
async def a_meeting(request: Request, viewer: Family, reference: str, meeting: str) -> Response:
    """A meeting to which the viewer is invited."""
    own = await own_case(request, viewer, reference)
    found = own.case.meeting(meeting)
    if found is None:
        raise NoSuchCase()
    return page(
        request,
        "your-case/meeting.html",
        title="A meeting",
        breadcrumbs=own.crumbs,
        case=own.case,
        meeting=found,
    )


@router.get("/your-case/{reference}/meetings/{meeting}/calendar")
async def a_meeting_for_a_calendar(
    request: Request, viewer: Family, reference: str, meeting: str
) -> Response:
    """The same meeting, for the calendar on one's telephone."""
    door = door_of(request, viewer, reference)
    sender = office_of(request).settings.mail_from
    try:
        content = await door.entry(reference, meeting, sender)
    except CaseNotFound as error:
        raise NoSuchCase() from error
    return download(content, f"meeting-{reference}-{meeting}.ics", ICALENDAR)


@router.get("/your-case/{reference}/files/{file}")
async def a_file(request: Request, viewer: Family, reference: str, file: str) -> Response:
    """A file that the viewer sent, as the school received it."""
    own = await own_case(request, viewer, reference)
    sent = {one.id: one for each in own.case.sent for one in each.files}
    if file not in sent:
        raise NoSuchCase()
    try:
        found, content = await attachment_of(
            office_of(request).stores, viewer.reading, reference, file
        )
    except BadRequest as error:
        raise NoSuchCase() from error  # it is kept no longer
    media_type = found.file.media_type
    return download(content, found.name or f"file{ENDINGS[media_type]}", media_type.value)
