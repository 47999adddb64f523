"""The letters that go with an action: read, edited, and looked at as they will be."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from documents.letters import as_pdf
from domain.letters import LetterProblem
from gateway.drafting import Foreseen
from gateway.errors import BadRequest
from gateway.foreseen import key_of
from gateway.letter_pages import edited, on_page
from storage.unfinished import Unfinished
from web.acting_pages import (
    again,
    foreseen_or_page,
)
from web.cookies import office_of
from web.doing import (
    Doing,
    prefix_of,
)
from web.downloads import PDF, download
from web.forms import Form
from web.pages import page, see
from web.routes.cases import crumbs
from web.viewer import NoSuchCase, Staff

router = APIRouter(prefix="/cases/{reference}")


@router.get("/unfinished/{unfinished}/letters")
async def letters(request: Request, viewer: Staff, reference: str, unfinished: str) -> Response:
    """The letters that go with it, to be read and edited."""
    now, kept = await again(request, viewer, reference, unfinished)
    found = await foreseen_or_page(request, viewer, now, kept)
    if isinstance(found, Response):
        return found
    return _letters(request, now, kept, found, Form())


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
    now, kept = await again(request, viewer, reference, unfinished)
    found = await foreseen_or_page(request, viewer, now, kept)
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
    now, kept = await again(request, viewer, reference, unfinished)
    found = await foreseen_or_page(request, viewer, now, kept)
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
    now, kept = await again(request, viewer, reference, unfinished)
    found = await foreseen_or_page(request, viewer, now, kept)
    if isinstance(found, Response):
        return found
    draft, text = _one(found, kept, number)
    office = office_of(request)
    pdf = as_pdf(text, office.stores.writer.templates(draft.school), at=office.now())
    return download(pdf, f"{reference}-draft-{number + 1}.pdf", PDF)


def _one(found: Foreseen, kept: Unfinished, number: int) -> tuple[Any, Any]:
    if not 0 <= number < len(found.drafts):
        raise NoSuchCase()
    draft = found.drafts[number]
    one = kept.content["letters"].get(key_of(draft))
    return draft, edited(draft.text, "letter", one["typed"].get) if one else draft.text
