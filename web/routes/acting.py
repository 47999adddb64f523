"""Doing something to a case, step by step: the questions, the letters, a last check, and done."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from domain.vocabulary import Rule
from gateway.errors import ActionRefused
from storage.unfinished import Unfinished
from web.acting_pages import (
    again,
    changed,
    questions,
    refusal,
)
from web.action_input import read_action
from web.cookies import office_of
from web.doing import (
    Doing,
    begun,
    doing,
    foreseen,
    form_of,
    fresh_form,
    keep_files,
    kept_typed,
)
from web.forms import Form
from web.outcome import told
from web.pages import see
from web.viewer import NoSuchCase, Staff, Viewer

router = APIRouter(prefix="/cases/{reference}")


@router.get("/do/{action}")
async def ask(
    request: Request,
    viewer: Staff,
    reference: str,
    action: str,
    step: str = "",
    about: str = "",
) -> HTMLResponse:
    """The questions of an action; where it is refused, the rule that refuses it."""
    seen = await viewer.case(reference)
    now = await doing(request, viewer, seen, action, step, about)
    if not now.choice.allowed:
        return refusal(request, now, None)
    return questions(request, now, fresh_form(now.form), seen.case.sequence, None)


@router.post("/do/{action}")
async def answer(
    request: Request,
    viewer: Staff,
    reference: str,
    action: str,
    step: str = "",
    about: str = "",
) -> Response:
    """Keeps the answers, and goes on to the letters or to the last check."""
    form = await Form.read(request)
    now = await doing(request, viewer, await viewer.peek(reference), action, step, about)
    kept = await _kept(request, viewer, now, form)
    if now.form.takes_files:
        await keep_files(request, viewer, form, kept.id)
        kept = await begun(request, viewer, kept.id, reference)
    read_action(form, now.form, now.calendar)
    if not form.is_right:
        return questions(request, now, form, kept.content["seen"], kept)
    drafts: tuple[Any, ...] = ()
    try:
        drafts = (await foreseen(request, viewer, now, kept)).drafts
    except ActionRefused as refused:
        if refused.refusal.rule is Rule.CASE_CHANGED:
            return await changed(request, viewer, now, kept)
        form.told = told(refused)
    except Exception as error:
        form.told = told(error)
        if form.told is None:
            raise
    if form.told is not None:
        return questions(request, now, form, kept.content["seen"], kept)
    where = f"/cases/{reference}/unfinished/{kept.id}"
    return see(f"{where}/letters" if drafts else f"{where}/check")


async def _kept(request: Request, viewer: Viewer, now: Doing, form: Form) -> Unfinished:
    """Keeps what was typed, whatever is wrong with it: nothing is to be typed twice."""
    office = office_of(request)
    store, person = office.stores.unfinished, viewer.actor.person
    typed, given = kept_typed(form), form.value("seen")
    content: dict[str, Any] = {
        "step": now.choice.step or "",
        "about": now.choice.about or "",
        "seen": int(given) if given.isdecimal() else now.seen.case.sequence,
        "typed": typed,
        "letters": {},
        "anew": False,
    }
    try:
        before = await begun(request, viewer, form.action_id, now.reference)
    except NoSuchCase:
        pass
    else:
        content["seen"] = before.content["seen"]
        same = before.content["typed"] == typed
        content["letters"] = before.content["letters"] if same else {}
        content["anew"] = bool(before.content["letters"]) and not same
    await store.keep(
        viewer.school,
        viewer.actor,
        now.form.action.value,
        content,
        office.now(),
        id_=form.action_id,
        reference=now.reference,
    )
    return await store.find(viewer.school, person, form.action_id, office.now())


@router.get("/unfinished/{unfinished}")
async def go_on(request: Request, viewer: Staff, reference: str, unfinished: str) -> HTMLResponse:
    """The questions, with the answers that were given before."""
    now, kept = await again(request, viewer, reference, unfinished)
    if not now.choice.allowed:
        return refusal(request, now, kept)
    return questions(request, now, form_of(kept), kept.content["seen"], kept)


@router.post("/unfinished/{unfinished}/seen")
async def look_again(request: Request, viewer: Staff, reference: str, unfinished: str) -> Response:
    """The viewer has read what happened meanwhile, and goes on with what they had typed."""
    office, form = office_of(request), await Form.read(request)
    kept = await begun(request, viewer, unfinished, reference)
    given = form.value("latest")
    if given.isdecimal():
        await office.stores.unfinished.keep(
            viewer.school,
            viewer.actor,
            kept.action,
            kept.content | {"seen": int(given)},
            office.now(),
            id_=kept.id,
            reference=reference,
        )
    return see(f"/cases/{reference}/unfinished/{unfinished}")


@router.post("/unfinished/{unfinished}/give-up")
async def give_up(request: Request, viewer: Staff, reference: str, unfinished: str) -> Response:
    """Throws away what was typed."""
    await begun(request, viewer, unfinished, reference)
    await office_of(request).stores.unfinished.give_up(
        viewer.school, viewer.actor.person, unfinished
    )
    return see(f"/cases/{reference}")


@router.post("/unfinished/{unfinished}/files/{file}/remove")
async def remove_file(
    request: Request, viewer: Staff, reference: str, unfinished: str, file: str
) -> Response:
    """Takes away a file that was to go with it."""
    await begun(request, viewer, unfinished, reference)
    await office_of(request).stores.unfinished.remove_file(
        viewer.school, viewer.actor.person, unfinished, file
    )
    return see(f"/cases/{reference}/unfinished/{unfinished}")
