"""One case of a governors' review: what the record says, the finding, and the school's answer."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, Response

from domain.access import may_see_who_looked
from domain.review import MAY_ANSWER, MAY_REVIEW, Review
from domain.views import Viewed
from gateway.errors import ActionRefused
from gateway.review_reading import CaseShown, case_shown
from gateway.review_words import QUESTIONS, facts, progress
from storage.record import CaseNotFound
from web.cookies import office_of
from web.forms import Form
from web.pages import Crumb, page, see
from web.review_view import ANSWERS, asked, may_answer, may_find, names_of, timeline
from web.routes.reviews import above, done, door
from web.viewer import NoSuchCase, Reviewer, Viewer, allowed

router = APIRouter(prefix="/reviews/{review}/cases/{reference}")

Finding = Annotated[Viewer, Depends(allowed(MAY_REVIEW))]
Answering = Annotated[Viewer, Depends(allowed(MAY_ANSWER))]
_CHECK, _RECORD = "check", "record"
_MISSING = {
    "proportionate": "Say whether each step was in proportion",
    "timely": "Say whether everything was done in time",
    "heard": "Say whether the respondent was heard",
    "signposted": "Say whether the family was told of SENDIASS",
    "recorded": "Say whether the record tells what was decided, and why",
}


@router.get("")
async def show(request: Request, viewer: Reviewer, review: str, reference: str) -> HTMLResponse:
    """The case as the viewer may see it: the five questions, the timeline, what was found."""
    found, shown = await _shown(request, viewer, review, reference)
    office, case, seen = office_of(request), shown.case, shown.seen
    what = Viewed.TEXTS if seen.names_shown else Viewed.TIMELINE
    await viewer.reading.look(reference, what, names=seen.names_shown)
    stored = await office.stores.record.events_of(viewer.school, reference)
    calendar = await office.stores.shelf.calendar(seen.case.calendar_digest)
    names = await names_of(office.stores.people, [case.assigned])
    return page(
        request,
        "reviews/case.html",
        title=f"{reference} in {found.id}",
        breadcrumbs=above(found.id),
        review=found,
        case=case,
        progress=progress(found, case),
        governor=names.get(case.assigned or ""),
        done=done(request),
        names_shown=seen.names_shown,
        asked=asked(
            facts(seen.ladder, shown.says), case.finding.checklist if case.finding else None
        ),
        findings=shown.findings,
        answer=shown.answer,
        reviewed_before=shown.reviewed_before,
        days=await timeline(seen, stored, calendar),
        may_find=may_find(found, case, viewer),
        may_answer=may_answer(found, case, viewer),
        sees_who_looked=may_see_who_looked(seen.sight, viewer.actor),
        mine=case.assigned == viewer.actor.person,
        calendar=calendar,
    )


@router.get("/finding")
async def ask_for_finding(
    request: Request, viewer: Finding, review: str, reference: str
) -> Response:
    """The five questions as a form, each with what the record says."""
    found, shown = await _shown(request, viewer, review, reference)
    if not may_find(found, shown.case, viewer):
        return see(_where(found, reference))
    return _ask_for_finding(request, found, shown, Form())


def _ask_for_finding(
    request: Request, review: Review, shown: CaseShown, form: Form
) -> HTMLResponse:
    reference = shown.case.reference
    return page(
        request,
        "reviews/finding.html",
        title=f"What you find in {reference}",
        breadcrumbs=_below(review, reference),
        form=form,
        review=review,
        reference=reference,
        asked=asked(facts(shown.seen.ladder, shown.says), None),
        answers=ANSWERS,
    )


@router.post("/finding")
async def find(request: Request, viewer: Finding, review: str, reference: str) -> Response:
    """Shows the finding to be looked at once more, and then records it."""
    form = await Form.read(request)
    found, shown = await _shown(request, viewer, review, reference)
    options = [one["value"] for one in ANSWERS]
    fields = {name: form.choice(name, options, missing=_MISSING[name]) for name in QUESTIONS}
    words = form.text("findings", missing="Say in a few sentences what you found")
    step = form.choice("step", (_CHECK, _RECORD))
    if not form.is_right or not step:
        return _ask_for_finding(request, found, shown, form)
    if step == _RECORD:
        async with form.refusals():
            await door(request, viewer).find(
                review, reference, {**fields, "findings": words}, viewer.actor, form.action_id
            )
            return see(f"{_where(found, reference)}?done=found")
    text = {one["value"]: one["text"] for one in ANSWERS}
    return page(
        request,
        "reviews/finding-check.html",
        title=f"Check what you found in {reference}",
        breadcrumbs=_below(found, reference),
        form=form,
        where=_where(found, reference),
        given=[(QUESTIONS[name], text[value]) for name, value in fields.items()],
        fields=fields,
        words=words,
        asks=any(value in ("no", "partly") for value in fields.values()),
    )


@router.get("/answer")
async def ask_for_answer(
    request: Request, viewer: Answering, review: str, reference: str
) -> Response:
    """The finding, and a field for the school's answer."""
    found, shown = await _shown(request, viewer, review, reference)
    if not may_answer(found, shown.case, viewer):
        return see(_where(found, reference))
    return _ask_for_answer(request, found, shown, Form())


def _ask_for_answer(request: Request, review: Review, shown: CaseShown, form: Form) -> HTMLResponse:
    reference, finding = shown.case.reference, shown.case.finding
    return page(
        request,
        "reviews/answer.html",
        title=f"Answer the finding on {reference}",
        breadcrumbs=_below(review, reference),
        form=form,
        asked=asked(facts(shown.seen.ladder, shown.says), finding.checklist if finding else None),
        findings=shown.findings,
        reference=reference,
    )


@router.post("/answer")
async def answer(request: Request, viewer: Answering, review: str, reference: str) -> Response:
    """Records the school's answer."""
    form = await Form.read(request)
    found, shown = await _shown(request, viewer, review, reference)
    if shown.case.finding is None:
        return see(_where(found, reference))  # there is nothing to answer yet
    words = form.text("answer", missing="Write the school's answer")
    if form.is_right:
        async with form.refusals():
            await door(request, viewer).answer(
                review, reference, words, viewer.actor, form.action_id
            )
            return see(f"{_where(found, reference)}?done=answered")
    return _ask_for_answer(request, found, shown, form)


async def _shown(
    request: Request, viewer: Viewer, review: str, reference: str
) -> tuple[Review, CaseShown]:
    """The case as the viewer may see it, once it is written down that they look.

    Raises ReviewNotFound, NoSuchCase, LookUnrecorded.
    """
    office = office_of(request)
    found = await door(request, viewer).named(review)
    try:
        shown = await case_shown(
            office.stores, viewer.school, found, reference, viewer.reading, office.now()
        )
    except (ActionRefused, CaseNotFound) as error:
        raise NoSuchCase() from error
    return found, shown


def _where(review: Review, reference: str) -> str:
    return f"/reviews/{review.id}/cases/{reference}"


def _below(review: Review, reference: str) -> list[Crumb]:
    return [*above(review.id), (reference, _where(review, reference))]
