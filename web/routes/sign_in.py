"""Signing in: with a password, with a code after it, or through a provider."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from gateway.account_errors import AccountLocked, CodeRefused, LinkDead, NotKnownHere, SignInRefused
from gateway.errors import ServiceUnreachable
from gateway.openid import HELD, OpenIdRefused
from web.arriving import arrive, origin_of, own_path, slowed
from web.cookies import PROVIDER, TICKET, drop, keep, office_of
from web.forms import Form
from web.pages import page, see
from web.viewer import session_of

router = APIRouter()


@router.get("/sign-in")
async def sign_in(request: Request) -> Response:
    """Asks for address and password."""
    wanted = own_path(request.query_params.get("next"))
    if await session_of(request) is not None:
        return see(wanted)
    return _ask(request, Form.filled(next=wanted))


@router.post("/sign-in")
async def signed_in(request: Request) -> Response:
    """Signs somebody in, or asks for a code as well."""
    slowed(request)
    form = await Form.read(request)
    email = form.text("email", missing="Enter your e-mail address", longest=320)
    password = form.value("password")
    if not password:
        form.error("password", "Enter your password")
    if form.is_right:
        async with form.refusals():
            try:
                came = await office_of(request).door.signing_in.with_password(
                    email, password, origin_of(request)
                )
                return await arrive(request, came, form.value("next"))
            except (SignInRefused, AccountLocked) as error:
                form.error("email", str(error))
    return _ask(request, form)


def _ask(request: Request, form: Form) -> Response:
    openid = office_of(request).door.openid
    return page(
        request,
        "sign-in/sign-in.html",
        title="Sign in",
        form=form,
        provider=openid.provider.name if openid else None,
    )


@router.get("/sign-in/code")
async def ask_for_code(request: Request) -> Response:
    """Asks for a code of the second factor, or a recovery code."""
    await office_of(request).door.signing_in.half_way(request.cookies.get(TICKET, ""))
    form = Form.filled(next=own_path(request.query_params.get("next")))
    return page(request, "sign-in/code.html", title="Enter your code", form=form)


@router.post("/sign-in/code")
async def give_code(request: Request) -> Response:
    """Signs somebody in who gave password and code."""
    slowed(request)
    form = await Form.read(request)
    code = form.text("code", missing="Enter the code from your app", longest=40)
    if form.is_right:
        async with form.refusals():
            try:
                came = await office_of(request).door.signing_in.with_code(
                    request.cookies.get(TICKET, ""), code, origin_of(request)
                )
                return await arrive(request, came, form.value("next"))
            except CodeRefused as error:
                form.error("code", str(error))
            except LinkDead:
                return see("/sign-in")  # it took too long: from the beginning
    return page(request, "sign-in/code.html", title="Enter your code", form=form)


@router.get("/sign-in/provider")
async def to_provider(request: Request) -> Response:
    """Sends somebody to the provider; a link, since a form may lead to our own pages alone."""
    slowed(request)
    openid = office_of(request).door.openid
    if openid is None:
        return see("/sign-in")
    try:
        begun = await openid.begin(own_path(request.query_params.get("next")))
    except (OpenIdRefused, ServiceUnreachable) as error:
        return _not_through_provider(request, str(error))
    response = see(begun.address)
    keep(request, response, PROVIDER, begun.sealed, HELD)
    return response


@router.get("/sign-in/provider/back")
async def from_provider(request: Request) -> Response:
    """Signs somebody in whom the provider sent back."""
    slowed(request)
    door = office_of(request).door
    if door.openid is None:
        return see("/sign-in")
    try:
        identity, wanted = await door.openid.finish(
            request.cookies.get(PROVIDER), dict(request.query_params)
        )
        came = await door.signing_in.with_identity(identity, origin_of(request))
        response = await arrive(request, came, wanted)
    except (OpenIdRefused, ServiceUnreachable, NotKnownHere, AccountLocked) as error:
        response = _not_through_provider(request, str(error))
    drop(request, response, PROVIDER)
    return response


def _not_through_provider(request: Request, sentence: str) -> Response:
    form = Form()
    form.refuse(sentence)
    return _ask(request, form)
