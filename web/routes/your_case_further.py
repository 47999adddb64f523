"""The pages on which somebody takes their own concern further, or takes it back."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.vocabulary import ActionName, Outcome
from gateway.family_actions import STEPS, Step
from web.forms import Form
from web.own_case import Own, acts_of, kindly, own_case, own_case_for
from web.pages import page, see
from web.viewer import Family, NoSuchCase

router = APIRouter()

NO_REASON = "They gave no reason."


async def _step_page(request: Request, own: Own, step: Step, form: Form) -> Response:
    return page(
        request,
        "your-case/further.html",
        title=step.title,
        breadcrumbs=own.crumbs,
        form=form,
        case=own.case,
        step=step,
        next=await own.door.step(own.case.reference, step.action),
        by_agreement=step.action is ActionName.OFFER_MEDIATION,
    )


@router.get("/your-case/{reference}/further/{path}")
async def further(request: Request, viewer: Family, reference: str, path: str) -> Response:
    """Asks why the concern shall go to its next step."""
    if path not in STEPS:
        raise NoSuchCase()
    own = await own_case_for(request, viewer, reference, f"further/{path}")
    return await _step_page(request, own, STEPS[path], Form())


@router.post("/your-case/{reference}/further/{path}")
async def take_further(request: Request, viewer: Family, reference: str, path: str) -> Response:
    """Takes it there."""
    if path not in STEPS:
        raise NoSuchCase()
    own = await own_case_for(request, viewer, reference, f"further/{path}")
    step = STEPS[path]
    form = await Form.read(request)
    reason = form.text("words", missing="Write a sentence or two")
    fields: dict[str, Any] = {}
    if step.action is ActionName.OFFER_MEDIATION:
        missing = "Tick this if we have agreed to it. If not, send us a message and ask"
        form.choices("agreed", ("yes",), missing=missing)
        fields["agreed"] = True
    if form.is_right:
        async with kindly(form):
            acts = await acts_of(request, viewer)
            await acts.ask(reference, step.action, reason, action_id=form.action_id, **fields)
            return see(f"{own.address}/done/further")
    return await _step_page(request, own, step, form)


TAKE_BACK = "Take your concern back"


def _take_back_page(request: Request, own: Own, form: Form) -> Response:
    return page(
        request,
        "your-case/take-back.html",
        title=TAKE_BACK,
        breadcrumbs=own.crumbs,
        form=form,
        case=own.case,
    )


@router.get("/your-case/{reference}/take-back")
async def take_back(request: Request, viewer: Family, reference: str) -> Response:
    """Asks whether the concern shall be taken back."""
    own = await own_case_for(request, viewer, reference, "take-back")
    return _take_back_page(request, own, Form())


@router.post("/your-case/{reference}/take-back")
async def withdraw(request: Request, viewer: Family, reference: str) -> Response:
    """Takes it back, which closes it."""
    own = await own_case_for(request, viewer, reference, "take-back")
    form = await Form.read(request)
    reason = form.text("words") or NO_REASON
    if form.is_right:
        async with kindly(form):
            acts = await acts_of(request, viewer)
            await acts.ask(
                reference,
                ActionName.CLOSE,
                reason,
                action_id=form.action_id,
                outcome=Outcome.WITHDRAWN.value,
            )
            return see(f"{own.address}/done/take-back")
    return _take_back_page(request, own, form)


DONE = {
    "your-side": "We have your side",
    "answer": "We have your message",
    "disagree": "We have what you sent",
    "meet": "You have asked for a meeting",
    "times": "We know when you can come",
    "another-time": "We know that you can’t come",
    "recording": "We have your answer",
    "signed": "You have signed our code",
    "not-signed": "We have your answer",
    "advocate": "We know who speaks for you",
    "no-advocate": "We write and talk to you alone now",
    "advice": "You have asked for free advice",
    "stop-sharing": "We share nothing more",
    "further": "We have what you sent",
    "take-back": "You have taken your concern back",
}
"""What was done, by the end of the page's address that did it."""


@router.get("/your-case/{reference}/done/{what}")
async def done(request: Request, viewer: Family, reference: str, what: str) -> Response:
    """Says that something was done, and what happens next."""
    if what not in DONE:
        raise NoSuchCase()
    own = await own_case(request, viewer, reference)
    return page(
        request,
        "your-case/done.html",
        title=DONE[what],
        breadcrumbs=own.crumbs,
        case=own.case,
        what=what,
    )
