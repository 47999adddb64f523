"""The pages on which a parent or an advocate raises a concern: one question on each."""

import re
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.spoken import day
from gateway.attachments import in_words
from gateway.errors import AttachmentRefused
from gateway.family_acts import raisables
from gateway.family_words import Standpoint, standpoint_of
from storage.record import CaseNotFound
from web.arriving import origin_of
from web.concern_drafts import HOW_GRAVE, NOBODY, SOMEBODY, THE_HEAD, ConcernDraft, ConcernDrafts
from web.cookies import office_of
from web.forms import Form
from web.own_case import REFERENCE, acts_of, kindly
from web.pages import page, see
from web.routes.your_case_writing import ACCEPTED
from web.viewer import Family, NoSuchCase

router = APIRouter()

HERE = "/your-case/new-concern"
CRUMBS = [("Your case", "/your-case")]
_AN_ID = re.compile(r"[0-9a-f-]{36}", re.ASCII)
_LONGEST_NAME = 200  # characters
TITLES = {
    "what": "Tell us about a concern",
    "who": "Is it about one person?",
    "how-much": "How much does it matter?",
    "files": "Do you have anything to show us?",
    "check": "Check what you send",
    "promises": "Is it about something that we promised?",
}
"""What each page asks, by the end of its address; the last is asked of those who choose to say."""
FLOW = ("what", "who", "how-much", "files", "check")


def _page(
    request: Request, step: str, draft: ConcernDraft, form: Form, *, begun: bool = True
) -> Response:
    limits = office_of(request).attachment_limits
    return page(
        request,
        f"your-case/concern-{step}.html",
        title=TITLES[step],
        breadcrumbs=CRUMBS,
        form=form,
        draft=draft,
        here=f"{HERE}/{draft.id}",
        begun=begun,
        how_grave=HOW_GRAVE,
        accepted=ACCEPTED,
        most_files=limits.files,
        largest=in_words(limits.file_bytes),
    )


@router.get(HERE)
async def new_concern(request: Request, viewer: Family) -> Response:
    """Asks what the concern is."""
    form = Form()
    draft = ConcernDraft(form.action_id, {}, (), await ConcernDrafts(request, viewer).kinds())
    return _page(request, "what", draft, form, begun=False)


@router.post(HERE)
async def begin_concern(request: Request, viewer: Family) -> Response:
    """Keeps what was typed, and asks on."""
    drafts = ConcernDrafts(request, viewer)
    form = await Form.read(request)
    if not _AN_ID.fullmatch(form.action_id):
        raise NoSuchCase()
    draft = ConcernDraft(form.action_id, {}, (), await drafts.kinds())
    typed = _what(form, draft)
    if not form.is_right:
        return _page(request, "what", draft, form, begun=False)
    await drafts.keep(draft.id, typed)
    return see(f"{HERE}/{draft.id}/who")


@router.get(HERE + "/done/{reference}")
async def concern_raised(request: Request, viewer: Family, reference: str) -> Response:
    """Says that the concern was raised, under which number, and by when the school answers."""
    office = office_of(request)
    if not REFERENCE.fullmatch(reference):
        raise NoSuchCase()
    try:
        case = await office.stores.record.case_state(viewer.school, reference)
    except CaseNotFound as error:
        raise NoSuchCase() from error
    person = viewer.actor.person
    if case.raised_by != person or standpoint_of(case, person) is not Standpoint.CONCERN:
        raise NoSuchCase()
    policy = await office.stores.shelf.policy(case.policy_digest)
    calendar = await office.stores.shelf.calendar(case.calendar_digest)
    kinds = await raisables(office.stores, viewer.school, viewer.actor.role)
    within = next((one.acknowledged_within for one in kinds if one.policy == policy.policy), None)
    opened = calendar.local_date(case.opened_at)
    return page(
        request,
        "your-case/concern-raised.html",
        title="We have your concern",
        breadcrumbs=CRUMBS,
        reference=reference,
        by=day(calendar.add(opened, within)) if within else None,
        by_link=viewer.session.reference is not None,
        email_known=bool((await office.stores.people.person(person)).email),
    )


@router.get(HERE + "/{draft}/{question}")
async def ask_about_concern(
    request: Request, viewer: Family, draft: str, question: str
) -> Response:
    """One question, with what was answered before."""
    if question not in TITLES:
        raise NoSuchCase()
    found = await ConcernDrafts(request, viewer).find(draft)
    if question == "check" and (lacking := _lacking(found)):
        return see(f"{HERE}/{draft}/{lacking}")
    return _page(request, question, found, found.form)


@router.post(HERE + "/{draft}/{question}")
async def answer_about_concern(
    request: Request, viewer: Family, draft: str, question: str
) -> Response:
    """Keeps the answer and asks on; from the last page, raises the concern."""
    drafts = ConcernDrafts(request, viewer)
    if question == "check":
        return await _raise(request, viewer, drafts, draft)
    if question not in TITLES:
        raise NoSuchCase()
    found = await drafts.find(draft)
    form = await Form.read(request)
    if question == "files":
        return await _files(request, drafts, found, form)
    typed = _ANSWERS[question](form, found)
    if not form.is_right:
        return _page(request, question, found, form)
    answered = found._replace(content=found.content | typed)
    await drafts.keep(draft, answered.content)
    return see(f"{HERE}/{draft}/{_next(question, answered, form)}")


def _next(step: str, draft: ConcernDraft, form: Form) -> str:
    """Back to where everything is checked, once everything was asked."""
    if step == "promises" or form.value("asked-all"):
        return _lacking(draft) or "check"
    return FLOW[FLOW.index(step) + 1]


def _lacking(draft: ConcernDraft) -> str | None:
    """The first question that has still to be answered."""
    if not draft.said("words") or draft.kind is None:
        return "what"
    if not draft.said("whom"):
        return "who"
    return None if draft.said("severity") in HOW_GRAVE else "how-much"


def _what(form: Form, draft: ConcernDraft) -> dict[str, Any]:
    typed = {"words": form.text("words", missing="Write what your concern is")}
    if len(draft.kinds) > 1:
        missing = "Choose what your concern is about"
        typed["kind"] = form.choice("kind", draft.kinds, missing=missing)
    form.day("when")
    parts = ("when-day", "when-month", "when-year")
    return typed | {part: form.value(part) for part in parts}


def _who(form: Form, _: ConcernDraft) -> dict[str, Any]:
    missing = "Choose one of the answers"
    whom = form.choice("whom", (NOBODY, THE_HEAD, SOMEBODY), missing=missing)
    unnamed = "Write their name, or choose another answer" if whom == SOMEBODY else ""
    return {"whom": whom, "name": form.text("name", missing=unnamed, longest=_LONGEST_NAME)}


def _how_much(form: Form, _: ConcernDraft) -> dict[str, Any]:
    missing = "Choose how much it matters, as you see it"
    return {"severity": form.choice("severity", HOW_GRAVE, missing=missing)}


def _promises(form: Form, draft: ConcernDraft) -> dict[str, Any]:
    known = [clause.id for clause in draft.kind.promises] if draft.kind else []
    return {"promises": form.choices("promises", known)}


_ANSWERS: dict[str, Callable[[Form, ConcernDraft], dict[str, Any]]] = {
    "what": _what,
    "who": _who,
    "how-much": _how_much,
    "promises": _promises,
}


async def _files(
    request: Request, drafts: ConcernDrafts, draft: ConcernDraft, form: Form
) -> Response:
    again = see(f"{HERE}/{draft.id}/files")
    if unwanted := form.value("remove"):
        await drafts.remove(draft, unwanted)
        return again
    files = await form.attachments("files")
    more = form.value("do") == "add"
    if more and not files:
        form.error("files", "Choose a file first")
        return _page(request, "files", draft, form)
    try:
        await drafts.add(draft, files)
    except AttachmentRefused as error:
        form.error("files", " ".join(error.findings))
        return _page(request, "files", draft, form)
    return again if more else see(f"{HERE}/{draft.id}/{_lacking(draft) or 'check'}")


async def _raise(request: Request, viewer: Family, drafts: ConcernDrafts, id_: str) -> Response:
    try:
        draft = await drafts.find(id_)
    except NoSuchCase:
        return await _raised_before(request, viewer, id_)
    if lacking := _lacking(draft):
        return see(f"{HERE}/{id_}/{lacking}")
    assert draft.kind is not None
    form = await Form.read(request)
    if form.is_right:
        async with kindly(form):
            acts = await acts_of(request, viewer)
            raised = await acts.raise_concern(
                draft.kind,
                draft.concern(viewer, await drafts.linked()),
                office_of(request).now(),
                action_id=id_,
                attachments=await drafts.contents(draft),
            )
            await drafts.give_up(id_)
            if not raised.again:
                await _send_a_link(request, viewer, raised.reference)
            return see(f"{HERE}/done/{raised.reference}")
    return _page(request, "check", draft, form)


async def _raised_before(request: Request, viewer: Family, id_: str) -> Response:
    """The same form was sent twice, and the first raised it."""
    acts = await acts_of(request, viewer)
    reference = await acts.raised_before(id_, office_of(request).now())
    if reference is None:
        raise NoSuchCase()
    return see(f"{HERE}/done/{reference}")


async def _send_a_link(request: Request, viewer: Family, reference: str) -> None:
    """Whoever came by a link to another case gets one that opens the new one."""
    if viewer.session.reference is None:
        return
    office = office_of(request)
    person = await office.stores.people.person(viewer.actor.person)
    if person.email:
        network = origin_of(request).network
        office.door.case_links.asked_for(reference, person.email, network)
