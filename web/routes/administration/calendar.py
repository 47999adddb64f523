"""The school's calendar: a year at a glance; changed dates, foreseen before they are adopted."""

from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from domain.calendar import SchoolCalendar
from domain.calendar_year import DayKind, months_of, school_year_of, school_years
from gateway.term_dates import CalendarPreview, TermDates
from storage.term_draft import Finding
from storage.term_files import Weight, read_calendar
from web.cookies import office_of
from web.forms import Form
from web.kept import NotKept, TooMuchToKeep, keep, kept
from web.pages import Crumb, page, see
from web.routes.administration.common import ADMINISTRATION
from web.viewer import Administrator, Viewer
from web.words import counted

router = APIRouter(prefix="/administration/calendar")
HERE: Crumb = ("School calendar", "/administration/calendar")
MOST_BYTES = 500_000
AT_ONCE = 3.0  # seconds in which cases are moved; then the page says how many are left
MARKS = {
    DayKind.SCHOOL_DAY: ("", "school day"),
    DayKind.WEEKEND: ("–", "weekend"),
    DayKind.HOLIDAY: ("H", "holiday"),
    DayKind.HALF_TERM: ("HT", "half-term"),
    DayKind.INSET: ("IN", "INSET day: staff are in, pupils are not"),
    DayKind.CLOSURE: ("C", "closed"),
    DayKind.BANK_HOLIDAY: ("BH", "bank holiday"),
    DayKind.UNKNOWN: ("?", "not in the calendar yet"),
}
"""What stands beside a day's number, and what it means."""


@router.get("")
async def year(
    request: Request,
    viewer: Administrator,
    year: int | None = None,
    moved: int | None = None,
    left_as_it_was: int = 0,
) -> HTMLResponse:
    """A school year month by month, with its terms, closures and bank holidays."""
    dates, office = _dates(request, viewer), office_of(request)
    calendar = await dates.current()
    years = school_years(calendar)
    today = calendar.local_date(office.now())
    shown = year if year in years else None
    if shown is None:
        present = school_year_of(today)
        shown = present if present in years else years[-1]
    first, last = date(shown, 9, 1), date(shown + 1, 8, 31)
    done = ""
    if moved is not None:
        done = f"The school goes by these dates. {counted(moved, 'case')} moved to them."
        if left_as_it_was:
            done += f" {counted(left_as_it_was, 'case')} could not, and kept their dates."
    return page(
        request,
        "administration/calendar.html",
        title="School calendar",
        breadcrumbs=[ADMINISTRATION],
        calendar=calendar,
        years=years,
        shown=shown,
        months=months_of(calendar, shown),
        marks=MARKS,
        today=today,
        terms=[
            (term, sum(term.start <= day <= term.end for day in calendar.school_days))
            for term in calendar.terms
            if first <= term.start <= last
        ],
        closures=[one for one in calendar.closures if first <= one.start <= last],
        holidays=[one for one in calendar.bank_holidays if first <= one.date <= last],
        behind=await dates.behind(),
        done=done,
    )


@router.get("/change")
async def choose(request: Request, viewer: Administrator) -> HTMLResponse:
    """Asks for the file with the changed dates."""
    return _choose(request, Form())


@router.post("/change")
async def foresee(request: Request, viewer: Administrator) -> HTMLResponse:
    """Says what would change, and which deadlines would move; nothing is changed yet."""
    form = await Form.read(request)
    files = await form.attachments("file", missing="Choose the file with the term dates")
    if not form.is_right:
        return _choose(request, form)
    try:
        packed = keep(files[0].content[: MOST_BYTES + 1])
    except TooMuchToKeep:
        packed = ""
    if not packed or len(files[0].content) > MOST_BYTES:
        form.error("file", "The file is too large to be a list of term dates.")
        return _choose(request, form)
    name = files[0].name
    return await _foresee(request, viewer, form, name, files[0].content, packed)


@router.post("/adopt")
async def adopt(request: Request, viewer: Administrator) -> Response:
    """The school goes by the changed dates, and its cases with it, as far as the time reaches."""
    form = await Form.read(request)
    name, packed = form.value("name"), form.value("contents")
    try:
        content = kept(packed, MOST_BYTES)
    except NotKept:
        form.error("file", "The file did not come back with the page. Choose it again.")
        return _choose(request, form)
    changed, findings = _read(request, name, content)
    if changed is None:
        return _choose(request, form, findings)
    async with form.refusals():
        return await _move(request, viewer, changed, form.action_id)
    return await _foresee(request, viewer, form, name, content, packed)


@router.post("/go-on")
async def go_on(request: Request, viewer: Administrator) -> Response:
    """Moves the cases that still go by earlier dates."""
    form = await Form.read(request)
    async with form.refusals():
        return await _move(request, viewer, await _dates(request, viewer).current(), form.action_id)
    return page(
        request,
        "administration/calendar-waiting.html",
        title="Cases that go by earlier dates",
        breadcrumbs=[ADMINISTRATION, HERE],
        form=form,
        behind=await _dates(request, viewer).behind(),
    )


async def _move(
    request: Request, viewer: Viewer, changed: SchoolCalendar, action_id: str
) -> Response:
    cases = await office_of(request).cases(viewer.school)
    adopted = await _dates(request, viewer).adopt(
        changed, viewer.actor, cases, action_id=action_id, seconds=AT_ONCE
    )
    told = f"moved={adopted.moved}&left_as_it_was={len(adopted.refused)}"
    return see(f"/administration/calendar?{told}")


def _dates(request: Request, viewer: Viewer) -> TermDates:
    office = office_of(request)
    return TermDates(office.stores, viewer.school, now=office.now)


def _read(
    request: Request, name: str, content: bytes
) -> tuple[SchoolCalendar | None, list[Finding]]:
    return read_calendar(name, content, office_of(request).settings.terms_dir)


def _choose(request: Request, form: Form, findings: list[Finding] | None = None) -> HTMLResponse:
    return page(
        request,
        "administration/calendar-change.html",
        title="Change the term dates",
        breadcrumbs=[ADMINISTRATION, HERE],
        form=form,
        findings=findings or [],
    )


async def _foresee(
    request: Request, viewer: Viewer, form: Form, name: str, content: bytes, packed: str
) -> HTMLResponse:
    changed, findings = _read(request, name, content)
    if changed is None:
        wrong = sum(one.weight is Weight.ERROR for one in findings)
        form.error("file", f"The file can’t be used: {counted(wrong, 'fault')} in it, listed below")
        return _choose(request, form, findings)
    preview = await _dates(request, viewer).preview(changed, viewer.actor)
    shown = await viewer.reading.visible([case.reference for case in preview.cases])
    return page(
        request,
        "administration/calendar-foreseen.html",
        title="What would change",
        breadcrumbs=[
            ADMINISTRATION,
            HERE,
            ("Change the term dates", "/administration/calendar/change"),
        ],
        form=form,
        changed=changed,
        findings=findings,
        preview=preview,
        cases=[case for case in preview.cases if case.reference in shown],
        hidden=_hidden(preview, shown),
        name=name,
        contents=packed,
    )


def _hidden(preview: CalendarPreview, shown: set[str]) -> tuple[int, int]:
    """How many cases the viewer may not see, and how many of their deadlines move."""
    others = [case for case in preview.cases if case.reference not in shown]
    return len(others), sum(len(case.moves) for case in others)
