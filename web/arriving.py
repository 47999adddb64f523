"""What signing in needs of a request, and what it leaves in the browser."""

from datetime import timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from domain.signing_in import LASTS, Purpose
from gateway.signing_in import From, SignedIn
from gateway.throttling import network_of
from web.cookies import BROWSER, SESSION, TICKET, drop, keep, office_of, remember
from web.pages import see
from web.rates import SIGNING_IN

KNOWN_FOR = timedelta(days=365)  # a browser in which somebody signed in
SECOND_FACTOR = "/account/second-factor"


def origin_of(request: Request) -> From:
    """Where an attempt comes from."""
    host = request.client.host if request.client else None
    return From(network_of(host), request.cookies.get(BROWSER))


def slowed(request: Request) -> None:
    """Counts one more attempt from this network. Raises TooOften."""
    office_of(request).rates.count(SIGNING_IN, "signing-in", origin_of(request).network)


def own_path(given: str | None) -> str:
    """The page of ours that somebody wanted to go to; the front page where it is none of ours."""
    path = given or "/"
    ours = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if ours and path.isprintable() and "\\" not in path else "/"


async def arrive(request: Request, signed_in: SignedIn, wanted: str) -> Response:
    """Signs this browser in, or asks it for the code, and sends it on to `wanted`.

    Whoever was signed in in it before is signed out: a session is never carried over.
    """
    if signed_in.token is None:
        response = see(f"/sign-in/code{_after(wanted)}")
        keep(request, response, TICKET, signed_in.ticket or "", LASTS[Purpose.SECOND_STEP])
        return response
    if earlier := request.cookies.get(SESSION):
        await office_of(request).sessions.end(earlier)
    response = see(SECOND_FACTOR if signed_in.sets_up else own_path(wanted))
    remember(request, response, signed_in.token)
    drop(request, response, TICKET)
    if signed_in.marks is not None:
        keep(request, response, BROWSER, signed_in.marks, KNOWN_FOR)
    return response


def _after(wanted: str) -> str:
    path = own_path(wanted)
    return f"?{urlencode({'next': path})}" if path != "/" else ""
