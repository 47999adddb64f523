"""The two cookies: who is signed in, and which browser an unsigned form was shown to.

Neither is read by a script, and both are sent to this site alone.
"""

from starlette.requests import Request
from starlette.responses import Response

from web.office import Office

SESSION = "evenhand_session"
VISITOR = "evenhand_visitor"


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


def forget(request: Request, response: Response) -> None:
    """Signs this browser out; the session itself is ended apart."""
    response.delete_cookie(
        SESSION, secure=office_of(request).is_secure, httponly=True, samesite="lax"
    )


def _set(request: Request, response: Response, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        path="/",
        secure=office_of(request).is_secure,
        httponly=True,
        samesite="lax",
    )
