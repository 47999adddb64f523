"""Doing something to a case, step by step: the questions, the letters, a last check, and done."""

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from documents.letters import as_pdf
from domain.choices import Choice
from domain.letters import LetterProblem
from domain.vocabulary import Rule
from gateway.drafting import Foreseen
from gateway.errors import ActionRefused, BadRequest
from gateway.field_words import FieldKind
from gateway.foreseen import key_of, what_happens, what_was_done
from gateway.letter_pages import edited, on_page
from gateway.wording import acting as acting_as
from gateway.wording import spoken
from storage.unfinished import Unfinished
from web.action_input import TIMES, read_action
from web.case_view import CaseView
from web.cookies import office_of
from web.doing import (
    Doing,
    approved,
    begun,
    chosen_letters,
    doing,
    files_of,
    foreseen,
    form_of,
    fresh_form,
    keep_files,
    kept_typed,
    prefix_of,
)
from web.forms import Form
from web.outcome import told
from web.pages import page, see
from web.routes.cases import crumbs, download
from web.viewer import NoSuchCase, Staff, Viewer

router = APIRouter(prefix="/cases/{reference}")


def address_of(reference: str, choice: Choice) -> str:
    """Where the questions of a choice are asked."""
    about = {"step": choice.step or "", "about": choice.about or ""}
    query = urlencode({name: value for name, value in about.items() if value})
    return f"/cases/{reference}/do/{choice.action}" + (f"?{query}" if query else "")


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
        return _refused(request, now, None)
    return _questions(request, now, fresh_form(now.form), seen.case.sequence, None)


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
        return _questions(request, now, form, kept.content["seen"], kept)
    drafts: tuple[Any, ...] = ()
    try:
        drafts = (await foreseen(request, viewer, now, kept)).drafts
    except ActionRefused as refused:
        if refused.refusal.rule is Rule.CASE_CHANGED:
            return await _changed(request, viewer, now, kept)
        form.told = told(refused)
    except Exception as error:
        form.told = told(error)
        if form.told is None:
            raise
    if form.told is not None:
        return _questions(request, now, form, kept.content["seen"], kept)
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


def _questions(
    request: Request, now: Doing, form: Form, seen: int, kept: Unfinished | None
) -> HTMLResponse:
    return page(
        request,
        "acting/questions.html",
        title=f"{now.form.heading}: {now.reference}",
        breadcrumbs=crumbs(now.reference),
        form=form,
        reference=now.reference,
        asked=now.form,
        FieldKind=FieldKind,
        times=TIMES,
        address=address_of(now.reference, now.choice),
        seen=seen,
        kept=kept,
        limits=office_of(request).attachment_limits,
    )


def _refused(request: Request, now: Doing, kept: Unfinished | None) -> HTMLResponse:
    choice = now.choice
    return page(
        request,
        "acting/refused.html",
        title=f"Not possible now: {now.reference}",
        breadcrumbs=crumbs(now.reference),
        status=409,
        reference=now.reference,
        choice=choice,
        rule=spoken(choice.rule) if choice.rule else "",
        who_may=[acting_as(role) for role in choice.who_may],
        kept=kept,
        typed=_words_typed(now, kept) if kept else [],
    )


def _words_typed(now: Doing, kept: Unfinished) -> list[tuple[str, str]]:
    form = form_of(kept)
    return [
        (field.label, form.value(field.name))
        for field in now.form.fields
        if field.kind is FieldKind.TEXT and form.value(field.name)
    ]


async def _again(
    request: Request, viewer: Viewer, reference: str, unfinished: str
) -> tuple[Doing, Unfinished]:
    """The unfinished action, with the case as it stands now."""
    kept = await begun(request, viewer, unfinished, reference)
    seen = await viewer.case(reference)
    content = kept.content
    now = await doing(request, viewer, seen, kept.action, content["step"], content["about"])
    return now, kept


@router.get("/unfinished/{unfinished}")
async def go_on(request: Request, viewer: Staff, reference: str, unfinished: str) -> HTMLResponse:
    """The questions, with the answers that were given before."""
    now, kept = await _again(request, viewer, reference, unfinished)
    if not now.choice.allowed:
        return _refused(request, now, kept)
    return _questions(request, now, form_of(kept), kept.content["seen"], kept)


@router.get("/unfinished/{unfinished}/letters")
async def letters(request: Request, viewer: Staff, reference: str, unfinished: str) -> Response:
    """The letters that go with it, to be read and edited."""
    now, kept = await _again(request, viewer, reference, unfinished)
    found = await _foreseen(request, viewer, now, kept)
    if isinstance(found, Response):
        return found
    return _letters(request, now, kept, found, Form())


async def _foreseen(
    request: Request, viewer: Viewer, now: Doing, kept: Unfinished
) -> Foreseen | Response:
    """What will happen; or the page that says why it can't."""
    try:
        return await foreseen(request, viewer, now, kept)
    except ActionRefused as refused:
        if refused.refusal.rule is Rule.CASE_CHANGED:
            return await _changed(request, viewer, now, kept)
        form = form_of(kept)
        form.told = told(refused)
        return _questions(request, now, form, kept.content["seen"], kept)
    except BadRequest as error:
        form = form_of(kept)
        form.told = told(error)
        return _questions(request, now, form, kept.content["seen"], kept)


def _letters(
    request: Request, now: Doing, kept: Unfinished, found: Foreseen, form: Form
) -> HTMLResponse:
    office = office_of(request)
    known = kept.content["letters"]
    shown = []
    for number, draft in enumerate(found.drafts):
        prefix, before = prefix_of(number), known.get(key_of(draft))
        text = draft.text
        if before is not None:
            text = edited(draft.text, "letter", before["typed"].get)
        sent = form.value(f"{prefix}-shown") != ""
        if sent:
            text = edited_or_same(text, prefix, form)
        shown.append(
            {
                "number": number,
                "prefix": prefix,
                "title": office.stores.writer.templates(draft.school).letters[draft.due.kind].title,
                "text": text,
                "fields": on_page(text, prefix),
                "send": (
                    form.value(f"{prefix}-send") == "yes"
                    if sent
                    else before is None or before["send"]
                ),
            }
        )
    return page(
        request,
        "acting/letters.html",
        title=f"Letters: {now.reference}",
        breadcrumbs=crumbs(now.reference),
        form=form,
        reference=now.reference,
        kept=kept,
        asked=now.form,
        letters=shown,
        where=f"/cases/{now.reference}/unfinished/{kept.id}",
    )


def edited_or_same(text: Any, prefix: str, form: Form) -> Any:
    """The letter with what was typed, where that can be read."""
    try:
        return edited(text, prefix, lambda name: form.value(name) if name in form.typed else None)
    except BadRequest:
        return text


@router.post("/unfinished/{unfinished}/letters")
async def edit(request: Request, viewer: Staff, reference: str, unfinished: str) -> Response:
    """Keeps the letters as they were edited, and goes on to the last check or to a preview."""
    office, form = office_of(request), await Form.read(request)
    now, kept = await _again(request, viewer, reference, unfinished)
    found = await _foreseen(request, viewer, now, kept)
    if isinstance(found, Response):
        return found
    letters: dict[str, Any] = {}
    for number, draft in enumerate(found.drafts):
        prefix = prefix_of(number)
        typed = {
            f"letter{name.removeprefix(prefix)}": values[0]
            for name, values in form.typed.items()
            if name.startswith(f"{prefix}-")
        }
        send = form.value(f"{prefix}-send") == "yes"
        letters[key_of(draft)] = {"send": send, "typed": typed}
        if not send:
            continue
        try:
            office.stores.writer.check(draft, edited(draft.text, "letter", typed.get))
        except LetterProblem as problem:
            form.error(f"{prefix}-part-0", " ".join(fault.message for fault in problem.faults))
        except BadRequest as error:
            form.error(f"{prefix}-subject", str(error))
    await office.stores.unfinished.keep(
        viewer.school,
        viewer.actor,
        kept.action,
        kept.content | {"letters": letters, "anew": False},
        office.now(),
        id_=kept.id,
        reference=reference,
    )
    if not form.is_right:
        return _letters(request, now, kept, found, form)
    where = f"/cases/{reference}/unfinished/{unfinished}"
    then = form.value("then")
    if then.isdecimal() and int(then) < len(found.drafts):
        return see(f"{where}/letters/{then}")
    return see(f"{where}/check")


@router.get("/unfinished/{unfinished}/letters/{number}")
async def preview(
    request: Request, viewer: Staff, reference: str, unfinished: str, number: int
) -> Response:
    """One letter as its addressee will read it."""
    now, kept = await _again(request, viewer, reference, unfinished)
    found = await _foreseen(request, viewer, now, kept)
    if isinstance(found, Response):
        return found
    draft, text = _one(found, kept, number)
    templates = office_of(request).stores.writer.templates(draft.school)
    return page(
        request,
        "acting/preview.html",
        title=f"Letter {number + 1}: {reference}",
        breadcrumbs=crumbs(reference),
        reference=reference,
        text=text,
        letter_title=templates.letters[draft.due.kind].title,
        number=number,
        where=f"/cases/{reference}/unfinished/{unfinished}",
    )


@router.get("/unfinished/{unfinished}/letters/{number}/pdf")
async def preview_pdf(
    request: Request, viewer: Staff, reference: str, unfinished: str, number: int
) -> Response:
    """One letter as the PDF that it will be."""
    now, kept = await _again(request, viewer, reference, unfinished)
    found = await _foreseen(request, viewer, now, kept)
    if isinstance(found, Response):
        return found
    draft, text = _one(found, kept, number)
    office = office_of(request)
    pdf = as_pdf(text, office.stores.writer.templates(draft.school), at=office.now())
    return download(pdf, "application/pdf", f"{reference}-draft-{number + 1}.pdf")


def _one(found: Foreseen, kept: Unfinished, number: int) -> tuple[Any, Any]:
    if not 0 <= number < len(found.drafts):
        raise NoSuchCase()
    draft = found.drafts[number]
    one = kept.content["letters"].get(key_of(draft))
    return draft, edited(draft.text, "letter", one["typed"].get) if one else draft.text


@router.get("/unfinished/{unfinished}/check")
async def check(request: Request, viewer: Staff, reference: str, unfinished: str) -> Response:
    """The last page before it is done: exactly what will happen, when, and to whom."""
    now, kept = await _again(request, viewer, reference, unfinished)
    return await _check(request, viewer, now, kept, Form())


async def _check(
    request: Request, viewer: Viewer, now: Doing, kept: Unfinished, form: Form
) -> Response:
    found = await _foreseen(request, viewer, now, kept)
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
    now, kept = await _again(request, viewer, reference, unfinished)
    if unfinished in now.seen.case.recent_actions:
        return see(f"/cases/{reference}/done/{unfinished}")
    found = await _foreseen(request, viewer, now, kept)
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
        return await _changed(request, viewer, now, kept)
    if form.told is not None and form.told.status == 202:
        return see(f"/cases/{now.reference}/done/{kept.id}")
    return await _check(request, viewer, now, kept, form)


async def _changed(request: Request, viewer: Viewer, now: Doing, kept: Unfinished) -> HTMLResponse:
    """Somebody acted meanwhile: what they did, and that nothing typed is lost."""
    office = office_of(request)
    seen, stored = await viewer.events(now.reference, texts=True)
    since = [one for one in stored if one.event.sequence > kept.content["seen"]]
    view = CaseView(office.stores, seen, stored, now.policy, now.calendar, office.now())
    return page(
        request,
        "acting/changed.html",
        title=f"Somebody acted meanwhile: {now.reference}",
        breadcrumbs=crumbs(now.reference),
        status=409,
        reference=now.reference,
        asked=now.form,
        standing=view.standing(),
        days=await view.timeline(len(since)),
        typed=_words_typed(now, kept),
        latest=seen.case.sequence,
        where=f"/cases/{now.reference}/unfinished/{kept.id}",
    )


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
