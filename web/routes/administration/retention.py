"""Cases that were kept long enough: removed, kept longer, or on hold, each with a reason."""

from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from domain.case import Case
from domain.holds import MAY_LIFT, MAY_PLACE
from domain.retention import MAY_DECIDE
from gateway.errors import ActionRefused
from gateway.retention import Keeping
from storage.erased_list import ErasedList
from web.cookies import office_of
from web.forms import Form
from web.pages import Crumb, page, see
from web.routes.administration.common import ADMINISTRATION, RetentionViewer
from web.viewer import NoSuchCase, Viewer

router = APIRouter(prefix="/administration/retention")
HERE: Crumb = ("Retention", "/administration/retention")
DONE = {
    "removed": "What was written on the case was destroyed. Its events stay.",
    "removed-traces": "What was written on the case was destroyed. Its last traces in the "
    "database’s files, or in the list that outlives a backup, are dealt with tonight.",
    "kept": "The case is kept until then, and proposed again afterwards.",
    "held": "The case is on hold: nothing about it is removed.",
    "released": "The hold is lifted.",
    "swept": "The cases whose time is over are proposed.",
}


@router.get("")
async def retention(request: Request, viewer: RetentionViewer, done: str = "") -> HTMLResponse:
    """The cases whose time is over, and those on hold."""
    return await _list(request, viewer, Form(), done)


@router.post("")
async def find(request: Request, viewer: RetentionViewer) -> Response:
    """Leads to a case by its reference, or proposes now what the night would."""
    form = await Form.read(request)
    if form.value("act") == "sweep":
        if viewer.session.role not in MAY_DECIDE:
            form.refuse("Proposing is for those who decide what becomes of a case.")
            return await _list(request, viewer, form)
        await _keeping(request, viewer).sweep()
        return see("/administration/retention?done=swept")
    reference = form.text("reference", missing="Enter the reference of a case").upper()
    if form.is_right:
        return see(f"/administration/retention/{reference}")
    return await _list(request, viewer, form)


@router.get("/{reference}")
async def show(request: Request, viewer: RetentionViewer, reference: str) -> HTMLResponse:
    """What stands about one case, and what may be decided."""
    return await _case(request, viewer, await _one(request, viewer, reference), Form())


@router.post("/{reference}")
async def decide(request: Request, viewer: RetentionViewer, reference: str) -> Response:
    """Removes what was written on a case, keeps it longer, holds it, or lifts the hold."""
    case = await _one(request, viewer, reference)
    form = await Form.read(request)
    keeping = _keeping(request, viewer)
    act = form.choice("act", ("remove", "keep", "hold", "release"), missing="Choose what to do")
    reason, day = "", None
    if act in ("keep", "hold", "release"):
        reason = form.text(f"{act}-reason", missing="Give a reason")
    if act in ("keep", "hold"):
        missing = "Enter the day until which it is kept" if act == "keep" else ""
        day = form.day(f"{act}-day", missing=missing)
    if act == "remove" and not form.value("sure"):
        form.error("sure", "Tick this if you are sure: it can’t be undone")
    if not form.is_right:
        return await _case(request, viewer, case, form)
    async with form.refusals():
        done = await _decided(keeping, reference, act, reason, day, viewer, form.action_id)
        return see(f"/administration/retention?done={done}")
    return await _case(request, viewer, case, form)


async def _decided(
    keeping: Keeping,
    reference: str,
    act: str,
    reason: str,
    day: date | None,
    viewer: Viewer,
    action_id: str,
) -> str:
    match act:
        case "remove":
            disposed = await keeping.dispose([reference], viewer.actor, action_id=action_id)
            for _, refusal in disposed.refused:
                raise ActionRefused(refusal)
            return "removed" if disposed.listed and disposed.overwritten else "removed-traces"
        case "keep":
            assert day is not None
            await keeping.keep(reference, day, reason, viewer.actor, action_id=action_id)
            return "kept"
        case "hold":
            await keeping.hold(reference, reason, day, viewer.actor, action_id=action_id)
            return "held"
    await keeping.release(reference, reason, viewer.actor, action_id=action_id)
    return "released"


async def _one(request: Request, viewer: Viewer, reference: str) -> Case:
    """The case, unless it is none, or the viewer has a part in it. Raises NoSuchCase."""
    found = await office_of(request).stores.record.states_of(viewer.school, [reference])
    if not found or viewer.session.person in found[0].involved:
        raise NoSuchCase()
    return found[0]


def _keeping(request: Request, viewer: Viewer) -> Keeping:
    office = office_of(request)
    listed = ErasedList(office.settings.erased_file)
    return Keeping(office.stores, listed, viewer.school, now=office.now)


async def _list(request: Request, viewer: Viewer, form: Form, done: str = "") -> HTMLResponse:
    keeping, record = _keeping(request, viewer), office_of(request).stores.record
    due, state = await keeping.due(), await keeping.state()
    references = sorted({*(one.reference for one in due), *state.holds})
    open_to = {
        case.reference
        for case in await record.states_of(viewer.school, references)
        if viewer.session.person not in case.involved
    }
    return page(
        request,
        "administration/retention.html",
        title="Retention",
        breadcrumbs=[ADMINISTRATION],
        form=form,
        due=[one for one in due if one.reference in open_to],
        holds=[one for reference, one in sorted(state.holds.items()) if reference in open_to],
        may_decide=viewer.session.role in MAY_DECIDE,
        done=DONE.get(done, ""),
    )


async def _case(request: Request, viewer: Viewer, case: Case, form: Form) -> HTMLResponse:
    keeping, stores = _keeping(request, viewer), office_of(request).stores
    state = await keeping.state()
    role = viewer.session.role
    calendar = await viewer.calendar()
    due = await stores.disposals.due_on(case, state)
    return page(
        request,
        "administration/retention-case.html",
        title=f"Retention of {case.reference}",
        breadcrumbs=[ADMINISTRATION, HERE],
        form=form,
        case=case,
        due=due,
        is_due=due is not None and due <= calendar.local_date(office_of(request).now()),
        proposed=state.proposed.get(case.reference),
        hold=state.holds.get(case.reference),
        kept_until=state.kept_until.get(case.reference),
        disposed=state.disposed.get(case.reference),
        may_decide=role in MAY_DECIDE,
        may_hold=role in MAY_PLACE,
        may_lift=role in MAY_LIFT,
        calendar=calendar,
    )
