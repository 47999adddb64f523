"""What every answer carries, and what every form must bring."""

import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.sessions import Session
from web.cookies import SESSION, VISITOR, office_of
from web.rates import ASKING, SENDING
from web.viewer import session_of

CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; connect-src 'self'"
)
HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    # A page may hold names: it is kept neither in a shared computer's cache nor in a proxy's.
    "cache-control": "no-store",
}
TRANSPORT = "max-age=31536000"  # seconds; a year
CSRF_FIELD = "csrf"
CSRF_HEADER = "x-csrf-token"
SAFE = ("GET", "HEAD", "OPTIONS")
FORM_BYTES = 1024 * 1024
FORM_FIELDS = 1000
FORM_FILES = 200  # more than any reply may have: the page itself says how many are too many
LONG_TEXT = 80  # characters
_HERE = ("127.0.0.1", "localhost", "::1")


class FormExpired(Exception):
    """The form was not shown by this site to this browser in this session.

    `kept` is what was typed at length, so that nobody loses it who was signed out meanwhile.
    """

    def __init__(self, kept: Sequence[str] = ()) -> None:
        self.kept = tuple(kept)
        super().__init__("The form is too old.")


class TooLarge(Exception):
    """More was sent than is taken at once. `limit` is in bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"No more than {limit} bytes are taken at once.")


class SecurityHeaders:
    """Puts the headers on every answer that does not carry its own."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._headers = HEADERS | ({"strict-transport-security": TRANSPORT} if secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


class OwnHost:
    """Refuses requests that name another host: a link in an e-mail must lead here, and no other
    site may speak to a service on somebody's own machine under its name."""

    def __init__(self, app: ASGIApp, *, address: str) -> None:
        self._app = app
        self._address = address
        self._hosts = {*_HERE, urlsplit(address).hostname}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            named = urlsplit(f"//{Headers(scope=scope).get('host', '')}").hostname
            if named not in self._hosts:
                words = (
                    f"These pages are reached at {self._address}\n"
                    "If that is not right, the administrator sets EVENHAND_WEB_ADDRESS.\n"
                )
                await PlainTextResponse(words, 421)(scope, receive, send)
                return
        await self._app(scope, receive, send)


class BodyLimit:
    """Stops reading what is larger than `form_bytes`; `upload_bytes` where files are sent by
    somebody with a session."""

    def __init__(self, app: ASGIApp, *, upload_bytes: int, form_bytes: int = FORM_BYTES) -> None:
        self._app = app
        self._upload_bytes = upload_bytes
        self._form_bytes = form_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(Headers(scope=scope))
        await self._app({**scope, "body_limit": limit}, _counting(receive, limit), send)

    def _limit(self, headers: Headers) -> int:
        with_files = headers.get("content-type", "").startswith("multipart/form-data")
        known = f"{SESSION}=" in headers.get("cookie", "")
        return self._upload_bytes if with_files and known else self._form_bytes


def _counting(receive: Receive, limit: int) -> Callable[[], Awaitable[Message]]:
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise TooLarge(limit)
        return message

    return counted


async def guard(request: Request) -> AsyncIterator[None]:
    """What holds for every page: who is signed in, how often they ask, and that a form is ours.
    The files of a form are closed once it was answered.

    Raises TooOften, TooLarge, FormExpired.
    """
    try:
        await _let_in(request)
        yield
    finally:
        await request.close()


async def look_who(request: Request) -> Session | None:
    """Finds out who asks, and at which school: the frame of every page shows both."""
    session = await session_of(request)
    schools = await office_of(request).schools()
    own = [one for one in schools if session and one.id == session.school]
    request.state.school = next(iter(own or (schools if len(schools) == 1 else [])), None)
    return session


async def _let_in(request: Request) -> None:
    office = office_of(request)
    request.state.route = getattr(request.scope.get("route"), "path", None)
    session = await session_of(request)
    who = session.id if session else _address(request)
    office.rates.count(ASKING, "asking", who)
    await look_who(request)
    if request.method in SAFE:
        return
    office.rates.count(SENDING, "sending", who)
    if int(request.headers.get("content-length") or 0) > request.scope["body_limit"]:
        raise TooLarge(request.scope["body_limit"])
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise FormExpired()
    given, kept = request.headers.get(CSRF_HEADER), []
    if given is None:
        form = await request.form(max_files=FORM_FILES, max_fields=FORM_FIELDS)
        given = str(form.get(CSRF_FIELD, ""))
        kept = [value for value in form.values() if isinstance(value, str) and _is_long(value)]
    if not hmac.compare_digest(given.encode(), csrf_token(request).encode()):
        raise FormExpired(kept)


def _is_long(typed: str) -> bool:
    # Long enough to be missed, and too long for a password.
    return len(typed) >= LONG_TEXT and " " in typed


def csrf_token(request: Request) -> str:
    """What the forms of this page carry: the session's own, or one bound to a visitor's cookie."""
    if session := getattr(request.state, "session", None):
        return str(session.csrf)
    visitor = visitor_of(request)
    return hmac.new(office_of(request).form_key, visitor.encode(), hashlib.sha256).hexdigest()


def visitor_of(request: Request) -> str:
    """What is in the visitor's cookie, or will be: a random word."""
    if not hasattr(request.state, "visitor"):
        request.state.visitor = request.cookies.get(VISITOR) or secrets.token_urlsafe(32)
    return str(request.state.visitor)


def _address(request: Request) -> str:
    return request.client.host if request.client else "nowhere"
