"""The termly report: in the page with its plots, and as files."""

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from documents.report.formats import Format
from domain.calendar import SchoolCalendar
from domain.calendar_entries import Term
from gateway.long_tasks import Kind, LongTask
from gateway.record_work import MadeReport, report_file, term_report
from gateway.wording import day, moment
from web.cookies import office_of
from web.forms import Form
from web.pages import page, see
from web.viewer import ReportReader, Viewer
from web.waiting import begun, failed, gone, waiting

router = APIRouter(prefix="/report")

HERE = ("Termly report", "/report")
_TYPES = {
    Format.PDF: "application/pdf",
    Format.HTML: "text/html; charset=utf-8",
    Format.CSV: "text/csv; charset=utf-8",
}
_ANOTHER = "Another term is being counted just now, and one is counted at a time: this is it."


@router.get("")
async def choose(request: Request, viewer: ReportReader) -> HTMLResponse:
    """Asks which term."""
    calendar = await viewer.calendar()
    terms = _begun(calendar, request)
    form = Form.filled(term=terms[0].name if terms else "")
    return await _choose(request, viewer, form, terms)


async def _choose(request: Request, viewer: Viewer, form: Form, terms: list[Term]) -> HTMLResponse:
    tasks = office_of(request).tasks
    return page(
        request,
        "report/choose.html",
        title="Termly report",
        form=form,
        terms=[
            {"value": one.name, "text": one.name, "hint": f"Ends on {day(one.end)}"}
            for one in terms
        ],
        broken_off=tasks.broken_off(viewer.school, Kind.TERM_REPORT),
    )


@router.post("")
async def begin(request: Request, viewer: ReportReader) -> Response:
    """Begins to count a term, or leads to the count that is under way."""
    form = await Form.read(request)
    terms = _begun(await viewer.calendar(), request)
    term = form.choice("term", [one.name for one in terms], missing="Choose a term")
    if not form.is_right:
        return await _choose(request, viewer, form, terms)
    office = office_of(request)
    work = term_report(office.stores, viewer.school, office.now(), term)
    task = office.tasks.start(viewer.school, Kind.TERM_REPORT, work, viewer.actor, about=term)
    await begun(request, task)
    return see(f"/report/{task.id}" + ("" if task.about == term else "?another=yes"))


@router.get("/{term_report}")
async def show(request: Request, viewer: ReportReader, term_report: str) -> HTMLResponse:
    """How far the count is, or the report."""
    task = _task(request, viewer, term_report)
    again = ("Choose a term", HERE[1])
    note = _ANOTHER if request.query_params.get("another") else ""
    if task is None:
        return gone(request, viewer, Kind.TERM_REPORT, again=again, breadcrumbs=[HERE])
    if task.under_way:
        return waiting(
            request,
            task,
            title=f"Counting: {task.about}",
            counts="case",
            note=note,
            breadcrumbs=[HERE],
        )
    if task.problem is not None:
        return failed(request, task, again=again, breadcrumbs=[HERE])
    made: MadeReport = task.result
    calendar = await viewer.calendar()
    report = made.report
    return page(
        request,
        "report/report.html",
        title=f"Report on concerns, {report.period.name}",
        breadcrumbs=[HERE],
        report=report,
        charts=made.charts,
        task=task,
        note=note,
        days=(day(report.period.first), day(report.period.last)),
        made_at=moment(calendar, report.made_at),
    )


@router.get("/{term_report}/plot/{table}")
async def plot(request: Request, viewer: ReportReader, term_report: str, table: str) -> Response:
    """The plot of one table, as SVG."""
    task = _task(request, viewer, term_report)
    charts = task.result.charts if task is not None and task.result is not None else {}
    if table not in charts:
        return _gone(request, viewer)
    return Response(charts[table].svg, media_type="image/svg+xml")


@router.get("/{term_report}/file/{format_}")
async def download(
    request: Request, viewer: ReportReader, term_report: str, format_: Format
) -> Response:
    """The report as a file to keep."""
    task = _task(request, viewer, term_report)
    if task is None or task.result is None or format_ not in _TYPES:
        return _gone(request, viewer)
    from documents.report.writing import write  # it loads what draws

    report = task.result.report
    content = await asyncio.to_thread(write, report, format_)
    name = report_file(viewer.school, report, format_.value)
    return Response(
        content,
        media_type=_TYPES[format_],
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def _gone(request: Request, viewer: Viewer) -> HTMLResponse:
    again = ("Choose a term", HERE[1])
    return gone(request, viewer, Kind.TERM_REPORT, again=again, breadcrumbs=[HERE])


def _task(request: Request, viewer: Viewer, id_: str) -> LongTask | None:
    return office_of(request).tasks.find(viewer.school, Kind.TERM_REPORT, id_)


def _begun(calendar: SchoolCalendar, request: Request) -> list[Term]:
    """The terms that have begun, the latest first."""
    today = calendar.local_date(office_of(request).now())
    return [term for term in reversed(calendar.terms) if term.start <= today]
