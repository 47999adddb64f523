"""Erasing a person: looked at, asked for by one person, and confirmed by another."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from domain.erasure import MAY_CONFIRM, PendingErasure
from domain.vocabulary import ErasureGround
from gateway.erasure import Erasing, Preview
from gateway.errors import ActionRefused
from gateway.reading import NO_LONGER_KEPT
from storage.erased_list import ErasedList
from storage.people import PersonNotFound
from storage.shelf import NotOnTheShelf
from storage.texts import TextNotFound
from web.cookies import office_of
from web.forms import Form
from web.pages import Crumb, page, see
from web.routes.administration.common import ADMINISTRATION, Eraser, ErasureViewer, person_of
from web.viewer import Viewer
from web.words import titled

router = APIRouter(prefix="/administration")
HERE: Crumb = ("Erasures", "/administration/erasures")
DONE = {
    "asked": "It is asked for. Nothing is destroyed until a second person confirms it.",
    "erased": "The person’s key was destroyed, and with it their name, address and texts.",
    "erased-traces": "The person’s key was destroyed, and with it their name, address and texts. "
    "Its last traces in the database’s files, or in the list that outlives a backup, are dealt "
    "with tonight.",
    "refused": "It is refused: everything about the person stays.",
}
ABOUT = {
    ErasureGround.NO_LONGER_NEEDED: "It is no longer needed for what it was collected for.",
    ErasureGround.CONSENT_WITHDRAWN: "They agreed to it once, and no longer do.",
    ErasureGround.OBJECTION: "They object, and nothing weighs more.",
    ErasureGround.UNLAWFUL: "It should never have been kept.",
    ErasureGround.LEGAL_OBLIGATION: "A court or a law requires it.",
}


@router.get("/erasures")
async def erasures(request: Request, viewer: ErasureViewer, done: str = "") -> HTMLResponse:
    """The erasures that wait for a second person."""
    waiting = await _erasing(request, viewer).waiting()
    return page(
        request,
        "administration/erasures.html",
        title="Erasures",
        breadcrumbs=[ADMINISTRATION],
        waiting=[(one, *await _names(request, one)) for one in waiting],
        may_confirm=viewer.session.role in MAY_CONFIRM,
        done=DONE.get(done, ""),
        calendar=await viewer.calendar(),
    )


@router.get("/people/{person}/erase")
async def look(request: Request, viewer: Eraser, person: str) -> HTMLResponse:
    """What erasing a person would destroy, and what it would leave."""
    await person_of(request, viewer, person)
    preview = await _erasing(request, viewer).preview(person, viewer.actor)
    return _look(request, Form(), preview)


@router.post("/people/{person}/erase")
async def ask(request: Request, viewer: Eraser, person: str) -> Response:
    """Asks that a person be erased."""
    await person_of(request, viewer, person)
    form = await Form.read(request)
    ground = form.choice("ground", [one.value for one in ErasureGround], missing="Choose a ground")
    reason = form.text("reason", missing="Give a reason")
    erasing = _erasing(request, viewer)
    if form.is_right:
        async with form.refusals():
            await erasing.request(
                person, ErasureGround(ground), reason, viewer.actor, action_id=form.action_id
            )
            return see("/administration/erasures?done=asked")
    return _look(request, form, await erasing.preview(person, viewer.actor))


@router.get("/erasures/{erasure}")
async def show(request: Request, viewer: ErasureViewer, erasure: str) -> HTMLResponse:
    """An erasure that waits: what it destroys, who asked, and why."""
    asked = await _asked(request, viewer, erasure)
    return await _show(request, viewer, Form(), asked)


@router.post("/erasures/{erasure}")
async def decide(request: Request, viewer: ErasureViewer, erasure: str) -> Response:
    """Destroys a person's data for good, or refuses to."""
    asked = await _asked(request, viewer, erasure)
    form = await Form.read(request)
    erasing = _erasing(request, viewer)
    act = form.choice("act", ("confirm", "refuse"), missing="Choose what to do")
    reason = ""
    if act == "confirm" and not form.value("sure"):
        form.error("sure", "Tick this if you are sure: it can’t be undone")
    if act == "refuse":
        reason = form.text("reason", missing="Give a reason")
    if form.is_right:
        async with form.refusals():
            if act == "confirm":
                gone = await erasing.confirm(erasure, viewer.actor, action_id=form.action_id)
                whole = gone.listed and gone.overwritten
                return see(f"{HERE[1]}?done={'erased' if whole else 'erased-traces'}")
            await erasing.refuse(erasure, reason, viewer.actor, action_id=form.action_id)
            return see("/administration/erasures?done=refused")
    return await _show(request, viewer, form, asked)


def _erasing(request: Request, viewer: Viewer) -> Erasing:
    office = office_of(request)
    listed = ErasedList(office.settings.erased_file)
    return Erasing(office.stores, listed, viewer.school, now=office.now)


async def _asked(request: Request, viewer: Viewer, erasure: str) -> PendingErasure:
    try:
        return await _erasing(request, viewer).asked_for(erasure)
    except ActionRefused as error:
        raise NotOnTheShelf(f"No erasure {erasure} waits.") from error


def _look(request: Request, form: Form, preview: Preview) -> HTMLResponse:
    return page(
        request,
        "administration/erase.html",
        title="Erase a person",
        breadcrumbs=[ADMINISTRATION, HERE],
        form=form,
        preview=preview,
        grounds=[
            {"value": one.value, "text": titled(one), "hint": ABOUT[one]} for one in ErasureGround
        ],
    )


async def _show(
    request: Request, viewer: Viewer, form: Form, asked: PendingErasure
) -> HTMLResponse:
    try:
        reason = await office_of(request).stores.texts.read(asked.reason)
    except (TextNotFound, PersonNotFound):
        reason = NO_LONGER_KEPT
    preview = await _erasing(request, viewer).preview(asked.person, viewer.actor)
    name, by = await _names(request, asked)
    me = viewer.session
    return page(
        request,
        "administration/erasure.html",
        title="An erasure that waits",
        breadcrumbs=[ADMINISTRATION, HERE],
        form=form,
        asked=asked,
        preview=preview,
        reason=reason,
        name=name,
        by=by,
        may_confirm=me.role in MAY_CONFIRM
        and me.person not in (asked.requested_by.person, asked.person),
        may_refuse=me.role in MAY_CONFIRM or me.person == asked.requested_by.person,
        calendar=await viewer.calendar(),
    )


async def _names(request: Request, asked: PendingErasure) -> tuple[str, str]:
    name = office_of(request).stores.people.name_or_id
    return await name(asked.person), await name(asked.requested_by.person)
