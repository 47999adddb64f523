"""The service navigation: where somebody can go, by the role they act in."""

from typing import NamedTuple

from domain.access import OUTSIDE
from domain.vocabulary import Role
from gateway.sessions import Session
from web.administering import MAY_OPEN
from web.viewer import INSIDE, OVERSEERS, REPORTED_TO, REVIEWERS


class Place(NamedTuple):
    """An entry of the navigation: what it says, where it leads, and for which roles."""

    words: str
    address: str
    roles: frozenset[Role]


PLACES = (
    Place("Today", "/today", INSIDE),
    Place("Cases", "/cases", INSIDE),
    Place("Raise a concern", "/concerns/new", INSIDE),
    Place("Your cases", "/your-case", OUTSIDE),
    Place("Reviews", "/reviews", REVIEWERS),
    Place("The record", "/record", OVERSEERS),
    Place("Termly report", "/report", REPORTED_TO),
    Place("Administration", "/administration", MAY_OPEN),
)


def navigation(session: Session | None, path: str) -> list[dict[str, object]]:
    """The entries for the Design System's component; the one that is open is marked."""
    if session is None or session.reference is not None:
        return []
    return [
        {
            "text": place.words,
            "href": place.address,
            "current": path == place.address,
            "active": path.startswith(f"{place.address}/"),
        }
        for place in PLACES
        if session.role in place.roles
    ]


def home_of(session: Session) -> str:
    """Where somebody begins: the first place of their role, or the one case that a link opens."""
    if session.reference is not None:
        return f"/your-case/{session.reference}"
    mine = (place.address for place in PLACES if session.role in place.roles)
    return next(mine, "/account")
