"""The pages on the code, on somebody who speaks for a parent, and on free advice."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.vocabulary import ActionName, CodeAnswer, SharedItem
from gateway.family_acts import EMAIL, CannotBeNamed
from web.forms import Form
from web.own_case import Own, acts_of, kindly, own_case_for
from web.pages import page, see
from web.viewer import Family

router = APIRouter()

LONGEST_NAME = 200  # characters


def _page(request: Request, own: Own, template: str, title: str, form: Form) -> Response:
    return page(
        request,
        f"your-case/{template}.html",
        title=title,
        breadcrumbs=own.crumbs,
        form=form,
        case=own.case,
    )


# The code

CODE = "Our code"
SIGNS, DOES_NOT_SIGN = "sign", "decline"


@router.get("/your-case/{reference}/code")
async def code(request: Request, viewer: Family, reference: str) -> Response:
    """The code to read, and whether the viewer would like to sign it."""
    own = await own_case_for(request, viewer, reference, "code")
    return _page(request, own, "code", CODE, Form())


@router.post("/your-case/{reference}/code")
async def answer_about_code(request: Request, viewer: Family, reference: str) -> Response:
    """Keeps the answer, with the name that was typed and the version of the code."""
    own = await own_case_for(request, viewer, reference, "code")
    form = await Form.read(request)
    answer = form.choice("answer", (SIGNS, DOES_NOT_SIGN), missing="Choose one of the two answers")
    signs = answer == SIGNS
    missing = "Type your full name to sign" if signs else ""
    name = form.text("name", missing=missing, longest=LONGEST_NAME)
    if form.is_right:
        chosen = CodeAnswer.SIGNED if signs else CodeAnswer.DECLINED
        fields: dict[str, Any] = {"answer": chosen.value}
        if signs:
            fields["signed_as"] = name
        async with kindly(form):
            acts = await acts_of(request, viewer)
            await acts.act(reference, ActionName.SIGN_CODE, fields, action_id=form.action_id)
            return see(f"{own.address}/done/{'signed' if signs else 'not-signed'}")
    return _page(request, own, "code", CODE, form)


# Somebody who speaks for a parent

ADVOCATE = "Name somebody to speak for you"


@router.get("/your-case/{reference}/advocate")
async def advocate(request: Request, viewer: Family, reference: str) -> Response:
    """Asks who shall speak for the viewer, and whether they agreed to it."""
    own = await own_case_for(request, viewer, reference, "advocate")
    return _page(request, own, "advocate", ADVOCATE, Form())


@router.post("/your-case/{reference}/advocate")
async def name_advocate(request: Request, viewer: Family, reference: str) -> Response:
    """Names them."""
    own = await own_case_for(request, viewer, reference, "advocate")
    form = await Form.read(request)
    name = form.text("name", missing="Enter their name", longest=LONGEST_NAME)
    email = form.text("email", missing="Enter their e-mail address", longest=LONGEST_NAME)
    if email and not EMAIL.fullmatch(email):
        form.error("email", "Enter an e-mail address like name@example.com")
    form.choices("agreed", ("yes",), missing="Ask them first, and tick this when they have agreed")
    if form.is_right:
        async with kindly(form):
            acts = await acts_of(request, viewer)
            try:
                await acts.name_advocate(reference, name, email, action_id=form.action_id)
                return see(f"{own.address}/done/advocate")
            except CannotBeNamed as error:
                form.error("email", str(error))
    return _page(request, own, "advocate", ADVOCATE, form)


NO_ADVOCATE = "Does nobody speak for you any more?"


@router.get("/your-case/{reference}/no-advocate")
async def no_advocate(request: Request, viewer: Family, reference: str) -> Response:
    """Asks whether nobody shall speak for the viewer any more."""
    own = await own_case_for(request, viewer, reference, "no-advocate")
    return _page(request, own, "no-advocate", NO_ADVOCATE, Form())


@router.post("/your-case/{reference}/no-advocate")
async def end_advocacy(request: Request, viewer: Family, reference: str) -> Response:
    """Ends it."""
    own = await own_case_for(request, viewer, reference, "no-advocate")
    form = await Form.read(request)
    if form.is_right:
        async with kindly(form):
            acts = await acts_of(request, viewer)
            await acts.act(reference, ActionName.END_ADVOCACY, {}, action_id=form.action_id)
            return see(f"{own.address}/done/no-advocate")
    return _page(request, own, "no-advocate", NO_ADVOCATE, form)


# Free advice

ADVICE = "Free advice"


@router.get("/your-case/{reference}/advice")
async def advice(request: Request, viewer: Family, reference: str) -> Response:
    """Asks what the viewer agrees to share with SENDIASS."""
    own = await own_case_for(request, viewer, reference, "advice")
    return _page(request, own, "advice", ADVICE, Form())


@router.post("/your-case/{reference}/advice")
async def ask_for_advice(request: Request, viewer: Family, reference: str) -> Response:
    """Puts the viewer in touch, sharing what they ticked and nothing else."""
    own = await own_case_for(request, viewer, reference, "advice")
    form = await Form.read(request)
    shared = form.choices(
        "shared", [item.value for item in SharedItem], missing="Tick what we may share"
    )
    wants_summary = SharedItem.SUMMARY.value in shared
    missing = "Write in a few words what it is about" if wants_summary else ""
    summary = form.text("summary", missing=missing)
    if form.is_right:
        fields: dict[str, Any] = {"shared": shared}
        if wants_summary:
            fields["summary"] = summary
        async with kindly(form):
            acts = await acts_of(request, viewer)
            await acts.act(
                reference, ActionName.REFER_TO_SENDIASS, fields, action_id=form.action_id
            )
            return see(f"{own.address}/done/advice")
    return _page(request, own, "advice", ADVICE, form)


STOP = "Stop us from sharing"


@router.get("/your-case/{reference}/stop-sharing")
async def stop_sharing(request: Request, viewer: Family, reference: str) -> Response:
    """Asks whether nothing shall be shared any more."""
    own = await own_case_for(request, viewer, reference, "stop-sharing")
    return _page(request, own, "stop-sharing", STOP, Form())


@router.post("/your-case/{reference}/stop-sharing")
async def withdraw_consent(request: Request, viewer: Family, reference: str) -> Response:
    """Takes the viewer's consent back."""
    own = await own_case_for(request, viewer, reference, "stop-sharing")
    form = await Form.read(request)
    if form.is_right:
        async with kindly(form):
            acts = await acts_of(request, viewer)
            await acts.stop_sharing(reference, action_id=form.action_id)
            return see(f"{own.address}/done/stop-sharing")
    return _page(request, own, "stop-sharing", STOP, form)
