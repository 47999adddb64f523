"""The record: whether it is whole, and the checkpoints that prove it outside."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from domain.checkpoint import CheckpointError, NotACheckpoint, SignedCheckpoint
from gateway.checkpoints import Evidence, KeptCheckpoint
from gateway.long_tasks import Kind, LongTask
from gateway.record_work import can_go_on, pasted, verification
from gateway.wording import moment
from storage.checkpoint_errors import CheckpointNotFound, NothingOnRecord
from storage.verification import Verification
from web.cookies import office_of
from web.forms import Form
from web.pages import page, see
from web.record_words import said
from web.viewer import Overseer, Viewer
from web.waiting import begun, failed, gone, waiting

router = APIRouter(prefix="/record")

HERE = ("The record", "/record")
ON_A_PAGE = 50
_NOT_COMPARED = (
    "A verification was under way already, so the checkpoint that you gave is not part of it. When "
    "it is done, hold your checkpoint against the record."
)


@router.get("")
async def overview(request: Request, viewer: Overseer) -> HTMLResponse:
    """The newest checkpoint, the last verification, and the button that begins one."""
    return await _overview(request, viewer, Form())


async def _overview(request: Request, viewer: Viewer, form: Form) -> HTMLResponse:
    office = office_of(request)
    tasks, calendar = office.tasks, await viewer.calendar()
    newest: SignedCheckpoint | None = None
    damaged: str | None = None
    try:
        newest = await _evidence(request, viewer).get()
    except NothingOnRecord:
        pass
    except CheckpointError as error:
        damaged = str(error)
    last = tasks.latest(viewer.school, Kind.VERIFICATION)
    return page(
        request,
        "record/overview.html",
        title="The record",
        form=form,
        newest=newest.checkpoint if newest else None,
        damaged=damaged,
        last=last,
        last_said=said(last.result, calendar) if last else None,
        under_way=tasks.under_way(viewer.school, Kind.VERIFICATION),
        broken_off=tasks.broken_off(viewer.school, Kind.VERIFICATION),
        can_go_on=can_go_on(office.settings, viewer.school),
        calendar=calendar,
    )


@router.post("/verification")
async def begin(request: Request, viewer: Overseer) -> Response:
    """Begins to verify the record, or leads to the verification that is under way."""
    form = await Form.read(request)
    held = await _held(form)
    if not form.is_right:
        return await _overview(request, viewer, form)
    office = office_of(request)
    task = office.tasks.start(
        viewer.school,
        Kind.VERIFICATION,
        verification(
            office.stores,
            office.settings,
            viewer.school,
            held,
            resume=bool(form.value("resume")) and can_go_on(office.settings, viewer.school),
        ),
        viewer.actor,
        about=form.action_id,
    )
    await begun(request, task)
    other = "?not-compared=yes" if held is not None and task.about != form.action_id else ""
    return see(f"/record/verification/{task.id}{other}")


async def _held(form: Form) -> SignedCheckpoint | None:
    """The checkpoint that was pasted or sent as a file, if one was."""
    words, where = form.text("checkpoint"), "checkpoint"
    for file in (await form.attachments("file"))[:1]:
        words, where = file.content.decode("utf-8", errors="replace"), "file"
    if not words:
        return None
    try:
        return pasted(words)
    except NotACheckpoint as error:
        form.error(where, str(error))
        return None


@router.get("/verification/{verification}")
async def show_verification(request: Request, viewer: Overseer, verification: str) -> HTMLResponse:
    """How far a verification is, or what it found."""
    task = office_of(request).tasks.find(viewer.school, Kind.VERIFICATION, verification)
    again = ("Verify the record", HERE[1])
    if task is None:
        return gone(request, viewer, Kind.VERIFICATION, again=again, breadcrumbs=[HERE])
    note = _NOT_COMPARED if request.query_params.get("not-compared") else ""
    if task.under_way:
        return waiting(
            request,
            task,
            title="Verifying the record",
            counts="event",
            note=note,
            breadcrumbs=[HERE],
        )
    if task.problem is not None:
        return failed(request, task, again=again, breadcrumbs=[HERE])
    return await _found(request, viewer, task, note)


async def _found(request: Request, viewer: Viewer, task: LongTask, note: str) -> HTMLResponse:
    found: Verification = task.result
    calendar = await viewer.calendar()
    words = said(found, calendar)
    assert task.ended_at is not None
    return page(
        request,
        "record/verification.html",
        title=words.heading,
        breadcrumbs=[HERE],
        said=words,
        note=note,
        ended=moment(calendar, task.ended_at),
    )


@router.get("/checkpoints")
async def checkpoints(request: Request, viewer: Overseer) -> HTMLResponse:
    """Every checkpoint, the newest first, each to download."""
    asked = request.query_params.get("page", "1")
    number = int(asked) if asked.isdecimal() and len(asked) < 7 else 1
    kept: list[KeptCheckpoint] = []
    damaged: str | None = None
    try:
        kept = (await _evidence(request, viewer).all())[::-1]
    except CheckpointError as error:
        damaged = str(error)
    pages = max(1, -(-len(kept) // ON_A_PAGE))
    number = min(max(1, number), pages)
    return page(
        request,
        "record/checkpoints.html",
        title="Checkpoints",
        breadcrumbs=[HERE],
        kept=kept[ON_A_PAGE * (number - 1) : ON_A_PAGE * number],
        damaged=damaged,
        number=number,
        pages=pages,
        calendar=await viewer.calendar(),
    )


@router.get("/checkpoints/{checkpoint}")
async def one_checkpoint(request: Request, viewer: Overseer, checkpoint: int) -> Response:
    """One checkpoint as the text that was signed, to keep."""
    try:
        kept = await office_of(request).stores.checkpoints.get(viewer.school, checkpoint)
    except OverflowError as error:  # more than the database can count to
        raise CheckpointNotFound(viewer.school, checkpoint, []) from error
    name = f"checkpoint-{viewer.school}-{checkpoint}.txt"
    return PlainTextResponse(
        kept.note, headers={"content-disposition": f'attachment; filename="{name}"'}
    )


@router.get("/outside")
async def outside(request: Request, viewer: Overseer) -> HTMLResponse:
    """The public keys, and how anybody verifies the record without Evenhand."""
    return page(
        request,
        "record/outside.html",
        title="Verify it outside",
        breadcrumbs=[HERE],
        keys=(await _evidence(request, viewer).keys())[::-1],
        calendar=await viewer.calendar(),
    )


def _evidence(request: Request, viewer: Viewer) -> Evidence:
    office = office_of(request)
    return Evidence(office.stores, office.settings, viewer.school, now=office.now)
