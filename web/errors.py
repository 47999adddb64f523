"""The pages for what goes wrong: whatever is raised in a route ends here."""

from http import HTTPStatus
from urllib.parse import urlencode

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.signing_in import Purpose
from gateway.account_errors import LinkDead
from web.outcome import NOT_FOUND, Told, told
from web.own_case import NotOpenNow, not_open_now
from web.pages import page, see
from web.security import look_who
from web.viewer import NotSignedIn, SecondFactorMissing

SIGN_IN = "/sign-in"
SECOND_FACTOR = "/account/second-factor"
log = structlog.stdlib.get_logger("evenhand.web")

_OURS = Told(
    500,
    "Something is wrong with Evenhand itself",
    (
        "It is not your fault. What you asked for may not have been done: look before you repeat "
        "it. If it happens again, tell your administrator when it happened.",
    ),
)
_BY_STATUS = {
    400: Told(400, "This could not be read", ("Go back, load the page anew, and try again.",)),
    404: Told(404, "There is no such page", NOT_FOUND),
    405: Told(405, "This can't be done here", ("Go back to the page that led here.",)),
}


def handle_errors(app: FastAPI) -> None:
    """Makes the framework's own errors, and who must sign in first, pages."""
    app.add_exception_handler(NotSignedIn, _ask_to_sign_in)
    app.add_exception_handler(SecondFactorMissing, _ask_for_second_factor)
    app.add_exception_handler(LinkDead, _dead_link)
    app.add_exception_handler(HTTPException, _by_status)
    app.add_exception_handler(NotOpenNow, not_open_now)
    app.add_exception_handler(RequestValidationError, _unreadable_address)


def show(request: Request, words: Told) -> HTMLResponse:
    """The page that says what went wrong."""
    response = page(request, "error.html", title=words.heading, status=words.status, told=words)
    if words.retry_after is not None:
        response.headers["retry-after"] = str(words.retry_after)
    return response


class Catching:
    """Makes whatever no route has answered a page. It logs what has no words of its own.

    The framework's own last handler would send the page, and raise the error once more.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:
            words = told(error)
            if words is None or words.status == HTTPStatus.INTERNAL_SERVER_ERROR:
                log.exception("web:request:failed")
            if begun:
                raise  # half an answer went out already: the connection is cut
            request = Request(scope, receive)
            await _look_who(request)
            await show(request, words or _OURS)(scope, receive, send)


async def _ask_to_sign_in(request: Request, _: Exception) -> Response:
    # What was typed can't be kept for somebody unknown, so they come back to the page itself.
    back = request.url.path if request.method == "GET" else ""
    if request.method == "GET" and request.url.query:
        back += f"?{request.url.query}"
    return see(f"{SIGN_IN}?{urlencode({'next': back})}" if back not in ("", "/") else SIGN_IN)


async def _ask_for_second_factor(request: Request, _: Exception) -> Response:
    return see(SECOND_FACTOR)


async def _dead_link(request: Request, error: Exception) -> Response:
    assert isinstance(error, LinkDead)
    return page(
        request,
        "sign-in/dead-link.html",
        title="This link no longer works",
        status=HTTPStatus.GONE.value,
        purpose=error.purpose.value,
        said=str(error),
        # Only of a link that was made can its reader be sent another.
        again=f"/link/{request.path_params['token']}/again"
        if error.link and error.purpose is Purpose.CASE
        else None,
    )


async def _by_status(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    await _look_who(request)
    known = _BY_STATUS.get(error.status_code)
    if known is None:
        phrase = HTTPStatus(error.status_code).phrase
        known = Told(error.status_code, phrase.capitalize(), _BY_STATUS[400].sentences)
    return show(request, known)


async def _unreadable_address(request: Request, _: Exception) -> Response:
    await _look_who(request)
    return show(request, _BY_STATUS[404])


async def _look_who(request: Request) -> None:
    """An unknown address runs through no route, so nobody has looked yet who asks."""
    try:
        await look_who(request)
    except Exception:  # whatever keeps us from knowing, the page is about something else
        request.state.session = None
