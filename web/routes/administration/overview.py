"""Where the administrator's pages begin."""

from typing import NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from domain.vocabulary import Role
from web.administering import MAY_SEE_ERASURES, MAY_SEE_RETENTION
from web.pages import page
from web.routes.administration.common import Opener
from web.viewer import ADMINISTRATORS

router = APIRouter(prefix="/administration")


class Subject(NamedTuple):
    """One thing to see to: what it is called, where it is, what it is for, and for whom."""

    title: str
    address: str
    about: str
    roles: frozenset[Role]


SUBJECTS = (
    Subject(
        "People and roles",
        "/administration/people",
        "Who is known to the school, what each may do, and inviting them in.",
        ADMINISTRATORS,
    ),
    Subject(
        "School calendar",
        "/administration/calendar",
        "Terms, half-terms, INSET days and bank holidays: every deadline counts by them.",
        ADMINISTRATORS,
    ),
    Subject(
        "Codes",
        "/administration/codes",
        "The codes that the school goes by, their ladders, and what a new version changes.",
        ADMINISTRATORS,
    ),
    Subject(
        "Retention",
        "/administration/retention",
        "Cases that were kept long enough, and those that are kept longer.",
        MAY_SEE_RETENTION,
    ),
    Subject(
        "Erasures",
        "/administration/erasures",
        "Requests to erase a person's data, which a second person confirms.",
        MAY_SEE_ERASURES,
    ),
    Subject(
        "Keys",
        "/administration/keys",
        "The keys that sign the record, and changing them.",
        ADMINISTRATORS,
    ),
    Subject(
        "Health",
        "/administration/health",
        "Whether every part of the service is well, and what to do where one is not.",
        ADMINISTRATORS,
    ),
)


@router.get("")
async def overview(request: Request, viewer: Opener) -> HTMLResponse:
    """What there is to see to, for the viewer's role."""
    return page(
        request,
        "administration/overview.html",
        title="Administration",
        subjects=[one for one in SUBJECTS if viewer.session.role in one.roles],
    )
