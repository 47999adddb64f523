"""The pages on the way to an action that more than one address may answer with."""

from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import HTMLResponse, Response

from domain.choices import Choice
from domain.vocabulary import Rule
from gateway.drafting import Foreseen
from gateway.errors import ActionRefused, BadRequest
from gateway.field_words import FieldKind
from gateway.wording import acting as acting_as
from gateway.wording import spoken
from storage.unfinished import Unfinished
from web.action_input import TIMES
from web.case_view import CaseView
from web.cookies import office_of
from web.doing import (
    Doing,
    begun,
    doing,
    foreseen,
    form_of,
)
from web.forms import Form
from web.outcome import told
from web.pages import page
from web.routes.cases import crumbs
from web.viewer import Viewer


def address_of(reference: str, choice: Choice) -> str:
    """Where the questions of a choice are asked."""
    about = {"step": choice.step or "", "about": choice.about or ""}
    query = urlencode({name: value for name, value in about.items() if value})
    return f"/cases/{reference}/do/{choice.action}" + (f"?{query}" if query else "")


def questions(
    request: Request, now: Doing, form: Form, seen: int, kept: Unfinished | None
) -> HTMLResponse:
    """The questions of an action, with what was typed."""
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


def refusal(request: Request, now: Doing, kept: Unfinished | None) -> HTMLResponse:
    """The page that says which rule refuses an action, and keeps what was typed in sight."""
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
        typed=words_typed(now, kept) if kept else [],
    )


def words_typed(now: Doing, kept: Unfinished) -> list[tuple[str, str]]:
    """The texts that were typed, each under its question."""
    form = form_of(kept)
    return [
        (field.label, form.value(field.name))
        for field in now.form.fields
        if field.kind is FieldKind.TEXT and form.value(field.name)
    ]


async def again(
    request: Request, viewer: Viewer, reference: str, unfinished: str
) -> tuple[Doing, Unfinished]:
    """The unfinished action, with the case as it stands now."""
    kept = await begun(request, viewer, unfinished, reference)
    seen = await viewer.case(reference)
    content = kept.content
    now = await doing(request, viewer, seen, kept.action, content["step"], content["about"])
    return now, kept


async def foreseen_or_page(
    request: Request, viewer: Viewer, now: Doing, kept: Unfinished
) -> Foreseen | Response:
    """What will happen; or the page that says why it can't."""
    try:
        return await foreseen(request, viewer, now, kept)
    except ActionRefused as refused:
        if refused.refusal.rule is Rule.CASE_CHANGED:
            return await changed(request, viewer, now, kept)
        form = form_of(kept)
        form.told = told(refused)
        return questions(request, now, form, kept.content["seen"], kept)
    except BadRequest as error:
        form = form_of(kept)
        form.told = told(error)
        return questions(request, now, form, kept.content["seen"], kept)


async def changed(request: Request, viewer: Viewer, now: Doing, kept: Unfinished) -> HTMLResponse:
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
        typed=words_typed(now, kept),
        latest=seen.case.sequence,
        where=f"/cases/{now.reference}/unfinished/{kept.id}",
    )
