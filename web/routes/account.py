"""One's own account: role, password, second factor, where one is signed in, and signing out."""

import json
from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.signing_in import needs_second_factor
from domain.vocabulary import Role
from gateway.account_errors import CodeRefused, PasswordRefused, SignInRefused
from storage.keys import KeyProblem
from storage.people import Person
from web.arriving import origin_of, slowed
from web.cookies import CODES, SESSION, drop, forget, keep, office_of, remember
from web.forms import Form
from web.navigation import home_of
from web.pages import page, see
from web.routes.passwords import chosen_password
from web.viewer import SignedIn, Viewer, WithAccount

router = APIRouter()

ACCOUNT = ("Your account", "/account")
SHOWN_FOR = timedelta(minutes=10)  # recovery codes, while somebody looks for a pencil


@router.get("/account")
async def account(request: Request, viewer: WithAccount) -> Response:
    """What there is to look after."""
    office = office_of(request)
    person = await _person(request, viewer)
    known = await office.door.signing_in.account(person.id)
    return page(
        request,
        "account/account.html",
        title="Your account",
        person=person,
        known=known,
        needed=needs_second_factor(person.roles),
        codes_left=await office.door.signing_in.second_factors.codes_left(person.id),
        sessions=await office.sessions.open_of(person.id, office.now()),
        calendar=await viewer.calendar(),
    )


@router.get("/account/role")
async def choose_role(request: Request, viewer: SignedIn) -> Response:
    """Asks in which role to act."""
    form = Form.filled(role=viewer.session.role.value)
    return page(request, "account/role.html", title="In which role do you act?", form=form)


@router.post("/account/role")
async def act_in_role(request: Request, viewer: SignedIn) -> Response:
    """From now on the viewer acts in the role that they chose."""
    form = await Form.read(request)
    held = [role.value for role in viewer.session.roles]
    chosen = form.choice("role", held, missing="Choose one of your roles")
    if not form.is_right or viewer.session.reference is not None:
        return page(request, "account/role.html", title="In which role do you act?", form=form)
    await office_of(request).sessions.act_as(viewer.session, Role(chosen))
    return see(home_of(viewer.session._replace(role=Role(chosen))))


@router.get("/account/password")
async def ask_for_password(request: Request, viewer: WithAccount) -> Response:
    """Asks for the password of now, and a new one."""
    return await _password(request, viewer, Form())


@router.post("/account/password")
async def change_password(request: Request, viewer: WithAccount) -> Response:
    """Changes the password, which signs its person out everywhere."""
    slowed(request)
    form = await Form.read(request)
    current = form.value("current")
    if not current:
        form.error("current", "Enter the password that you have now")
    new = chosen_password(form)
    if form.is_right:
        async with form.refusals():
            try:
                await office_of(request).door.signing_in.change_password(
                    await _person(request, viewer), current, new, origin_of(request)
                )
                response = see("/sign-in/changed")
                forget(request, response)
                return response
            except SignInRefused:
                form.error("current", "This is not your password")
            except PasswordRefused as error:
                form.error("password", str(error))
    return await _password(request, viewer, form)


async def _password(request: Request, viewer: Viewer, form: Form) -> Response:
    return page(
        request,
        "account/password.html",
        title="Change your password",
        breadcrumbs=[ACCOUNT],
        form=form,
        email=(await _person(request, viewer)).email,
    )


@router.get("/account/second-factor")
async def second_factor(request: Request, viewer: WithAccount) -> Response:
    """Shows what an authenticator app needs, and asks for its first code."""
    return await _second_factor(request, viewer, Form())


@router.post("/account/second-factor")
async def set_up_second_factor(request: Request, viewer: WithAccount) -> Response:
    """Adopts the second factor, and shows recovery codes."""
    slowed(request)
    form = await Form.read(request)
    code = form.text("code", missing="Enter the code that your app shows", longest=40)
    if form.is_right:
        async with form.refusals():
            office = office_of(request)
            try:
                codes = await office.door.signing_in.set_up_second_factor(
                    await _person(request, viewer), code, form.value("current"), origin_of(request)
                )
                token = await office.sessions.strengthen(viewer.session, office.now())
                response = _on_to_codes(request, viewer, codes)
                remember(request, response, token)
                return response
            except CodeRefused as error:
                form.error(error.field, str(error))
    return await _second_factor(request, viewer, form)


async def _second_factor(request: Request, viewer: Viewer, form: Form) -> Response:
    signing_in = office_of(request).door.signing_in
    known = await signing_in.account(viewer.session.person)
    if known is None:
        return page(request, "account/no-account.html", title="You have no account", status=409)
    return page(
        request,
        "account/second-factor.html",
        title="Replace your second factor" if known.secret else "Set up a second factor",
        breadcrumbs=[ACCOUNT] if known.secret else [],
        form=form,
        shown=await signing_in.second_factors.set_up(viewer.session.person),
        replaces=known.secret is not None,
    )


@router.get("/account/new-recovery-codes")
async def ask_for_recovery_codes(request: Request, viewer: WithAccount) -> Response:
    """Asks for a code before new recovery codes are made."""
    return _new_codes(request, Form())


@router.post("/account/new-recovery-codes")
async def new_recovery_codes(request: Request, viewer: WithAccount) -> Response:
    """Makes new recovery codes; earlier ones no longer work."""
    slowed(request)
    form = await Form.read(request)
    code = form.text("code", missing="Enter the code that your app shows", longest=40)
    if form.is_right:
        async with form.refusals():
            try:
                codes = await office_of(request).door.signing_in.new_recovery_codes(
                    await _person(request, viewer), code, origin_of(request)
                )
                return _on_to_codes(request, viewer, codes)
            except CodeRefused as error:
                form.error("code", str(error))
    return _new_codes(request, form)


def _new_codes(request: Request, form: Form) -> Response:
    return page(
        request,
        "account/new-recovery-codes.html",
        title="Make new recovery codes",
        breadcrumbs=[ACCOUNT],
        form=form,
    )


def _on_to_codes(request: Request, viewer: Viewer, codes: tuple[str, ...]) -> Response:
    response = see("/account/recovery-codes")
    keys = office_of(request).stores.account_keys
    sealed = keys.seal(json.dumps(codes).encode(), f"{CODES}/{viewer.session.person}")
    keep(request, response, CODES, sealed.hex(), SHOWN_FOR)
    return response


@router.get("/account/recovery-codes")
async def recovery_codes(request: Request, viewer: WithAccount) -> Response:
    """Shows recovery codes that were just made, for some minutes and in this browser alone."""
    try:
        opened = office_of(request).stores.account_keys.unseal(
            bytes.fromhex(request.cookies.get(CODES, "")), f"{CODES}/{viewer.session.person}"
        )
    except (KeyProblem, ValueError):
        return see("/account")
    return page(
        request,
        "account/recovery-codes.html",
        title="Keep your recovery codes",
        codes=json.loads(opened),
    )


@router.post("/account/sign-out-everywhere")
async def sign_out_everywhere(request: Request, viewer: WithAccount) -> Response:
    """Ends every session of this person, this one too."""
    await office_of(request).sessions.end_all(viewer.session.person)
    response = see("/signed-out")
    forget(request, response)
    return response


@router.post("/sign-out")
async def sign_out(request: Request, viewer: SignedIn) -> Response:
    """Ends this session, and shows that it ended."""
    await office_of(request).sessions.end(request.cookies[SESSION])
    response = see("/signed-out")
    forget(request, response)
    drop(request, response, CODES)
    return response


@router.get("/signed-out")
async def signed_out(request: Request) -> Response:
    """What somebody sees who has signed out."""
    return page(request, "account/signed-out.html", title="You are signed out")


async def _person(request: Request, viewer: Viewer) -> Person:
    return await office_of(request).stores.people.person(viewer.session.person)
