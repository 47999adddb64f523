"""A bundle of the record: a file that an outsider verifies with nothing but Python."""

from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, HTMLResponse, Response

from gateway.bundle import BundleNotWritten
from gateway.errors import ActionRefused
from gateway.long_tasks import Kind, LongTask
from gateway.record_work import Bundle, bundle, require_may_export
from storage.record import CaseNotFound
from web.cookies import office_of
from web.forms import Form
from web.pages import page, see
from web.routes.record import HERE
from web.viewer import Overseer, Viewer
from web.waiting import begun, failed, gone, waiting

router = APIRouter(prefix="/record/bundle")

ASK = ("A bundle for an outsider", "/record/bundle")
_CASE, _SINCE = "case", "since"
_NOT_YOURS = "There is no such case, or it is not yours to see. Check the reference"
_BUSY = (
    "Somebody else's bundle is being made just now, and one is made at a time. Try again in a "
    "minute."
)


@router.get("")
async def ask(request: Request, viewer: Overseer) -> HTMLResponse:
    """Asks what the bundle is to hold."""
    return _ask(request, Form.filled(what=_CASE, reference=request.query_params.get("case", "")))


def _ask(request: Request, form: Form) -> HTMLResponse:
    return page(
        request,
        "record/bundle.html",
        title="A bundle for an outsider",
        breadcrumbs=[HERE],
        form=form,
    )


@router.post("")
async def begin(request: Request, viewer: Overseer) -> Response:
    """Begins to make a bundle, or leads to the viewer's own that is under way."""
    form = await Form.read(request)
    case, since = await _wanted(request, viewer, form)
    if not form.is_right:
        return _ask(request, form)
    office = office_of(request)
    task = office.tasks.start(
        viewer.school,
        Kind.BUNDLE,
        bundle(
            office.stores,
            office.settings,
            viewer.school,
            viewer.reading,
            case=case,
            since=since,
        ),
        viewer.actor,
        about=case or f"{since}",
    )
    if task.by.person != viewer.actor.person:
        form.refuse(_BUSY)
        return _ask(request, form)
    await begun(request, task)
    return see(f"/record/bundle/{task.id}")


async def _wanted(request: Request, viewer: Viewer, form: Form) -> tuple[str | None, date | None]:
    """The case, or the first day, of what may go into the viewer's bundle."""
    what = form.choice("what", (_CASE, _SINCE), missing="Choose what the bundle is to hold")
    case, since = None, None
    if what == _CASE:
        case = form.text("reference", missing="Enter the reference of the case").upper()
    elif what == _SINCE:
        since = form.day("since", missing="Enter the first day")
        if since is not None and since > office_of(request).now().date():
            form.error("since", "The first day is still to come. Enter one that is past")
    if not form.is_right:
        return None, None
    stores = office_of(request).stores
    if case is None:
        async with form.refusals():
            await require_may_export(stores, viewer.school, viewer.reading, None)
        return None, since
    try:
        await require_may_export(stores, viewer.school, viewer.reading, case)
    except (CaseNotFound, ActionRefused):
        form.error("reference", _NOT_YOURS)
    return case, None


@router.get("/{bundle}")
async def show(request: Request, viewer: Overseer, bundle: str) -> HTMLResponse:
    """How far a bundle is, or what is in it."""
    task = _own(request, viewer, bundle)
    again = ("Make a bundle", ASK[1])
    if task is None:
        return gone(request, viewer, Kind.BUNDLE, again=again, breadcrumbs=[HERE, ASK])
    if task.under_way:
        return waiting(
            request, task, title="Making a bundle", counts="event", breadcrumbs=[HERE, ASK]
        )
    if task.problem is not None:
        return failed(request, task, again=again, breadcrumbs=[HERE, ASK])
    made: Bundle = task.result
    exported = made.exported
    return page(
        request,
        "record/bundle-made.html",
        title="The bundle is ready",
        breadcrumbs=[HERE, ASK],
        task=task,
        made=made,
        name=exported.path.name,
        bytes=exported.path.stat().st_size if exported.path.exists() else 0,
    )


@router.get("/{bundle}/file")
async def download(request: Request, viewer: Overseer, bundle: str) -> Response:
    """The bundle itself."""
    task = _own(request, viewer, bundle)
    if task is None or task.result is None:
        return gone(
            request,
            viewer,
            Kind.BUNDLE,
            again=("Make a bundle", ASK[1]),
            breadcrumbs=[HERE, ASK],
        )
    made: Bundle = task.result
    path = made.exported.path
    if not path.is_file():
        raise BundleNotWritten("The file of this bundle is gone. Make it again.")
    return FileResponse(path, media_type="application/zip", filename=path.name)


def _own(request: Request, viewer: Viewer, id_: str) -> LongTask | None:
    """The viewer's own task: what somebody may export differs from one to another."""
    task = office_of(request).tasks.find(viewer.school, Kind.BUNDLE, id_)
    return task if task is not None and task.by.person == viewer.actor.person else None
