"""The pages on which parents and advocates write to the school, with files."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.vocabulary import ActionName, ResponseKind
from gateway.attachments import in_words
from gateway.sniffing import ENDINGS
from web.cookies import office_of
from web.forms import Form
from web.own_case import Own, acts_of, kindly, own_case_for, times_in
from web.pages import page, see
from web.viewer import Family

router = APIRouter()

ACCEPTED = ",".join(sorted({*ENDINGS.values(), ".jpeg", ".heif"}))


class Writing(NamedTuple):
    """A page on which somebody writes: what it asks, and what is done with it.

    `times`: it also asks when they can come. `files`: files can be sent with it.
    """

    path: str
    heading: str
    label: str
    missing: str
    button: str
    action: ActionName
    kind: ResponseKind | None
    files: bool = True
    times: bool = False


SIDE = Writing(
    "your-side",
    "Tell us your side",
    "What would you like us to know before we decide?",
    "Write what you would like us to know",
    "Send your side",
    ActionName.SUBMIT_REPRESENTATIONS,
    None,
)
ANSWER = Writing(
    "answer",
    "Send us a message",
    "Your message",
    "Write your message",
    "Send the message",
    ActionName.RECORD_RESPONSE,
    ResponseKind.REPLY,
)
DISAGREE = Writing(
    "disagree",
    "Say that you disagree with a decision",
    "Which decision is it, and why do you disagree?",
    "Write which decision it is, and why you disagree",
    "Send",
    ActionName.RECORD_RESPONSE,
    ResponseKind.CHALLENGE,
)
MEET = Writing(
    "meet",
    "Ask for a meeting",
    "What should the meeting be about?",
    "Write what the meeting should be about",
    "Ask for the meeting",
    ActionName.RECORD_RESPONSE,
    ResponseKind.REQUEST_TO_MEET,
    files=False,
    times=True,
)


async def _shown(request: Request, viewer: Family, reference: str, writing: Writing) -> Response:
    own = await own_case_for(request, viewer, reference, writing.path)
    return _page(request, own, writing, Form())


async def _sent(request: Request, viewer: Family, reference: str, writing: Writing) -> Response:
    own = await own_case_for(request, viewer, reference, writing.path)
    form = await Form.read(request)
    text = form.text("words", missing=writing.missing)
    files = await form.attachments("files") if writing.files else []
    times = await times_in(form, own, office_of(request).now()) if writing.times else []
    if form.is_right:
        fields: dict[str, Any] = {"text": text}
        if writing.kind is not None:
            fields["kind"] = writing.kind.value
        async with kindly(form):
            acts = await acts_of(request, viewer)
            await acts.act(
                reference,
                writing.action,
                fields,
                action_id=form.action_id,
                attachments=files,
            )
            if times:
                await acts.act(
                    reference,
                    ActionName.OFFER_TIMES,
                    {"times": times},
                    action_id=f"{form.action_id}-times",
                )
            return see(f"{own.address}/done/{writing.path}")
    return _page(request, own, writing, form, lost=bool(files))


def _page(
    request: Request, own: Own, writing: Writing, form: Form, *, lost: bool = False
) -> Response:
    limits = office_of(request).attachment_limits
    values: Mapping[str, Any] = {
        "writing": writing,
        "case": own.case,
        "accepted": ACCEPTED,
        "most_files": limits.files,
        "largest": in_words(limits.file_bytes),
        "lost": lost,
    }
    return page(
        request,
        "your-case/write.html",
        title=writing.heading,
        breadcrumbs=own.crumbs,
        form=form,
        **values,
    )


@router.get("/your-case/{reference}/your-side")
async def your_side(request: Request, viewer: Family, reference: str) -> Response:
    """Asks for the viewer's side on a limit."""
    return await _shown(request, viewer, reference, SIDE)


@router.post("/your-case/{reference}/your-side")
async def send_your_side(request: Request, viewer: Family, reference: str) -> Response:
    """Sends it, with files; what comes late is kept, and marked late."""
    return await _sent(request, viewer, reference, SIDE)


@router.get("/your-case/{reference}/answer")
async def answer(request: Request, viewer: Family, reference: str) -> Response:
    """Asks for a message."""
    return await _shown(request, viewer, reference, ANSWER)


@router.post("/your-case/{reference}/answer")
async def send_answer(request: Request, viewer: Family, reference: str) -> Response:
    """Sends it."""
    return await _sent(request, viewer, reference, ANSWER)


@router.get("/your-case/{reference}/disagree")
async def disagree(request: Request, viewer: Family, reference: str) -> Response:
    """Asks what somebody disagrees with, and why."""
    return await _shown(request, viewer, reference, DISAGREE)


@router.post("/your-case/{reference}/disagree")
async def send_disagreement(request: Request, viewer: Family, reference: str) -> Response:
    """Challenges the latest decision."""
    return await _sent(request, viewer, reference, DISAGREE)


@router.get("/your-case/{reference}/meet")
async def meet(request: Request, viewer: Family, reference: str) -> Response:
    """Asks what a meeting should be about, and when the viewer can come."""
    return await _shown(request, viewer, reference, MEET)


@router.post("/your-case/{reference}/meet")
async def ask_to_meet(request: Request, viewer: Family, reference: str) -> Response:
    """Asks for the meeting."""
    return await _sent(request, viewer, reference, MEET)
