"""The cookies: who is signed in, which browser an unsigned form was shown to, and what signing in
remembers from one page to the next.

None is read by a script, and all are sent to this site alone.
"""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from web.office import Office

SESSION = "evenhand_session"
VISITOR = "evenhand_visitor"
BROWSER = "evenhand_browser"  # in which accounts somebody signed in before; opens nothing
TICKET = "evenhand_signing_in"  # the password was right, a code is asked for
PROVIDER = "evenhand_provider"  # what a sign-in through a provider remembers, sealed
CODES = "evenhand_codes"  # recovery codes on their way to being shown, sealed


def office_of(request: Request) -> Office:
    """The office that this process works with."""
    office: Office = request.app.state.office
    return office


def remember(request: Request, response: Response, token: str) -> None:
    """Signs this browser in with the token of a session; it forgets it when it is closed."""
    _set(request, response, SESSION, token)


def remember_visitor(request: Request, response: Response, visitor: str) -> None:
    """Knows this browser again, though nobody is signed in, when it sends a form."""
    _set(request, response, VISITOR, visitor)


def keep(request: Request, response: Response, name: str, value: str, lasts: timedelta) -> None:
    """Has the browser keep a value of ours for some time."""
    _set(request, response, name, value, int(lasts.total_seconds()))


def drop(request: Request, response: Response, name: str) -> None:
    """Has the browser forget a value of ours."""
    response.delete_cookie(name, secure=office_of(request).is_secure, httponly=True, samesite="lax")


def forget(request: Request, response: Response) -> None:
    """Signs this browser out; the session itself is ended apart."""
    drop(request, response, SESSION)


def _set(
    request: Request, response: Response, name: str, value: str, seconds: int | None = None
) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        secure=office_of(request).is_secure,
        httponly=True,
        samesite="lax",
    )
