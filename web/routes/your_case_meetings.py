"""The pages on which parents and advocates say when they can come, and whether to be recorded."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.vocabulary import ActionName, ResponseKind
from gateway.family_parts import OwnMeeting
from web.cookies import office_of
from web.forms import Form
from web.own_case import (
    MOST_TIMES,
    NotOpenNow,
    Own,
    acts_of,
    kindly,
    own_case,
    own_case_for,
    times_in,
)
from web.pages import page, see
from web.viewer import Family, NoSuchCase

router = APIRouter()

AGREES, DOES_NOT_AGREE = "yes", "no"


async def _meeting_to_come(
    request: Request, viewer: Family, reference: str, meeting: str
) -> tuple[Own, OwnMeeting]:
    own = await own_case(request, viewer, reference)
    found = own.case.meeting(meeting)
    if found is None:
        raise NoSuchCase()
    if not found.coming:
        raise NotOpenNow(reference)
    return own, found


def _recording(request: Request, own: Own, meeting: OwnMeeting, form: Form) -> Response:
    return page(
        request,
        "your-case/recording.html",
        title="May the meeting be recorded?",
        breadcrumbs=own.crumbs,
        form=form,
        case=own.case,
        meeting=meeting,
    )


@router.get("/your-case/{reference}/meetings/{meeting}/recording")
async def recording(request: Request, viewer: Family, reference: str, meeting: str) -> Response:
    """Asks whether the viewer agrees to being recorded."""
    own, found = await _meeting_to_come(request, viewer, reference, meeting)
    said = {True: AGREES, False: DOES_NOT_AGREE, None: ""}[found.recording]
    return _recording(request, own, found, Form.filled(agrees=said))


@router.post("/your-case/{reference}/meetings/{meeting}/recording")
async def answer_about_recording(
    request: Request, viewer: Family, reference: str, meeting: str
) -> Response:
    """Keeps the viewer's own answer."""
    own, found = await _meeting_to_come(request, viewer, reference, meeting)
    form = await Form.read(request)
    said = form.choice("agrees", (AGREES, DOES_NOT_AGREE), missing="Choose yes or no")
    if form.is_right:
        async with kindly(form):
            fields = {"meeting": meeting, "consents": said == AGREES}
            acts = await acts_of(request, viewer)
            await acts.act(
                reference, ActionName.CONSENT_TO_RECORDING, fields, action_id=form.action_id
            )
            return see(f"{own.address}/done/recording")
    return _recording(request, own, found, form)


def _times(
    request: Request, own: Own, form: Form, title: str, meeting: OwnMeeting | None = None
) -> Response:
    return page(
        request,
        "your-case/times.html",
        title=title,
        breadcrumbs=own.crumbs,
        form=form,
        case=own.case,
        meeting=meeting,
        rows=range(1, MOST_TIMES + 1),
    )


NOT_THEN = "Tell us that you can’t come"


@router.get("/your-case/{reference}/meetings/{meeting}/another-time")
async def another_time(request: Request, viewer: Family, reference: str, meeting: str) -> Response:
    """Asks which other times would suit somebody who can't come."""
    own, found = await _meeting_to_come(request, viewer, reference, meeting)
    return _times(request, own, Form(), NOT_THEN, found)


@router.post("/your-case/{reference}/meetings/{meeting}/another-time")
async def ask_for_another_time(
    request: Request, viewer: Family, reference: str, meeting: str
) -> Response:
    """Says that the viewer can't come, and when they can."""
    own, found = await _meeting_to_come(request, viewer, reference, meeting)
    form = await Form.read(request)
    text = form.text("words") or f"I can’t come to the meeting on {found.when}."
    times = await times_in(form, own, office_of(request).now())
    if form.is_right:
        async with kindly(form):
            acts = await acts_of(request, viewer)
            if times:
                await acts.act(
                    reference,
                    ActionName.OFFER_TIMES,
                    {"meeting": meeting, "times": times},
                    action_id=f"{form.action_id}-times",
                )
            await acts.act(
                reference,
                ActionName.RECORD_RESPONSE,
                {"kind": ResponseKind.CANNOT_ATTEND.value, "text": text},
                action_id=form.action_id,
            )
            return see(f"{own.address}/done/another-time")
    return _times(request, own, form, NOT_THEN, found)


WHEN = "Tell us when you can come"


@router.get("/your-case/{reference}/times")
async def times(request: Request, viewer: Family, reference: str) -> Response:
    """Asks when the viewer can come to a meeting that is still to be arranged."""
    own = await own_case_for(request, viewer, reference, "times")
    return _times(request, own, Form(), WHEN)


@router.post("/your-case/{reference}/times")
async def offer_times(request: Request, viewer: Family, reference: str) -> Response:
    """Keeps these times, so that a date can be found."""
    own = await own_case_for(request, viewer, reference, "times")
    form = await Form.read(request)
    text = form.text("words")
    now = office_of(request).now()
    times = await times_in(form, own, now, missing="Enter at least one day and time")
    if form.is_right:
        fields: dict[str, Any] = {"times": times}
        if text:
            fields["text"] = text
        async with kindly(form):
            acts = await acts_of(request, viewer)
            await acts.act(reference, ActionName.OFFER_TIMES, fields, action_id=form.action_id)
            return see(f"{own.address}/done/times")
    return _times(request, own, form, WHEN)
