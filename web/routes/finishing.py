"""The last check before an action is done, doing it, and what was done."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from gateway.field_words import FieldKind
from gateway.foreseen import what_happens, what_was_done
from storage.unfinished import Unfinished
from web.acting_pages import again, changed, foreseen_or_page
from web.action_input import TIMES, read_action
from web.cookies import office_of
from web.doing import (
    Doing,
    approved,
    begun,
    chosen_letters,
    files_of,
    form_of,
)
from web.forms import Form
from web.pages import page, see
from web.routes.cases import crumbs
from web.viewer import Staff, Viewer

router = APIRouter(prefix="/cases/{reference}")


@router.get("/unfinished/{unfinished}/check")
async def check(request: Request, viewer: Staff, reference: str, unfinished: str) -> Response:
    """The last page before it is done: exactly what will happen, when, and to whom."""
    now, kept = await again(request, viewer, reference, unfinished)
    return await _check(request, viewer, now, kept, Form())


async def _check(
    request: Request, viewer: Viewer, now: Doing, kept: Unfinished, form: Form
) -> Response:
    found = await foreseen_or_page(request, viewer, now, kept)
    if isinstance(found, Response):
        return found
    chosen = chosen_letters(found.drafts, kept.content)
    will = await what_happens(office_of(request).stores, now.seen, found, chosen)
    return page(
        request,
        "acting/check.html",
        title=f"Check before it is done: {now.reference}",
        breadcrumbs=crumbs(now.reference),
        form=form,
        reference=now.reference,
        asked=now.form,
        answers=_answers(now, kept),
        will=will,
        kept=kept,
        where=f"/cases/{now.reference}/unfinished/{kept.id}",
    )


def _answers(now: Doing, kept: Unfinished) -> list[tuple[str, list[str]]]:
    """Each question with its answer, as somebody reads it."""
    form, said = form_of(kept), []
    for field in now.form.fields:
        known = {option.value: option.label for option in field.options}
        match field.kind:
            case FieldKind.DATE | FieldKind.MOMENT:
                parts = [form.value(f"{field.name}-{part}") for part in ("day", "month", "year")]
                words = [" ".join([*parts, form.value(f"{field.name}-hour")]).strip()]
            case FieldKind.MOMENTS:
                words = [
                    " ".join(
                        form.value(f"{field.name}-{n}-{part}")
                        for part in ("day", "month", "year", "hour")
                    ).strip()
                    for n in range(1, TIMES + 1)
                ]
            case FieldKind.DURATION:
                unit = known.get(form.value(f"{field.name}-clock"), "")
                words = [f"{form.value(field.name)} {unit}".strip()]
            case FieldKind.YES_NO:
                words = [form.value(field.name).capitalize()]
            case _:
                words = [known.get(value, value) for value in form.values(field.name)]
        if any(words):
            said.append((field.label, [word for word in words if word]))
    return said


@router.post("/unfinished/{unfinished}/check")
async def do(request: Request, viewer: Staff, reference: str, unfinished: str) -> Response:
    """Does it. However often this is sent, it counts once."""
    office, form = office_of(request), await Form.read(request)
    if unfinished in (await viewer.peek(reference)).case.recent_actions:
        return see(f"/cases/{reference}/done/{unfinished}")
    now, kept = await again(request, viewer, reference, unfinished)
    found = await foreseen_or_page(request, viewer, now, kept)
    if isinstance(found, Response):
        return found
    is_done = False
    async with form.refusals():
        cases = await office.cases(viewer.school)
        await cases.act(
            reference,
            kept.action,
            read_action(form_of(kept), now.form, now.calendar),
            viewer.actor,
            action_id=kept.id,
            seen=kept.content["seen"],
            letters=approved(found.drafts, chosen_letters(found.drafts, kept.content)),
            attachments=await files_of(request, viewer, kept),
        )
        await office.stores.unfinished.give_up(viewer.school, viewer.actor.person, kept.id)
        is_done = True
    if is_done:
        return see(f"/cases/{reference}/done/{kept.id}")
    return await _not_done(request, viewer, now, kept, form)


async def _not_done(
    request: Request, viewer: Viewer, now: Doing, kept: Unfinished, form: Form
) -> Response:
    latest = await viewer.peek(now.reference)
    if not latest.case.changed <= kept.content["seen"]:
        return await changed(request, viewer, now, kept)
    if form.told is not None and form.told.status == 202:
        return see(f"/cases/{now.reference}/done/{kept.id}")
    return await _check(request, viewer, now, kept, form)


@router.get("/done/{act}")
async def done(request: Request, viewer: Staff, reference: str, act: str) -> HTMLResponse:
    """What was done, as the record has it, and what can be done about it if it was wrong."""
    office = office_of(request)
    seen = await viewer.case(reference)
    what = await what_was_done(office.stores, seen, act)
    if what is not None:
        await office.stores.unfinished.give_up(viewer.school, viewer.actor.person, act)
    else:
        await begun(request, viewer, act, reference)
    return page(
        request,
        "acting/done.html",
        title=f"Done: {reference}" if what else f"On its way: {reference}",
        breadcrumbs=crumbs(reference),
        reference=reference,
        what=what,
        id_=act,
    )
