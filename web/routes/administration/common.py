"""What the administrator's pages share: who may open them, and where they stand."""

from collections.abc import Collection
from typing import Annotated

from fastapi import Depends, Request

from domain.erasure import MAY_REQUEST
from domain.office import GIVEN
from domain.vocabulary import Role
from gateway.enrolling import Enrolling
from storage.people import Person, PersonNotFound
from web.administering import MAY_OPEN, MAY_SEE_ERASURES, MAY_SEE_RETENTION
from web.cookies import office_of
from web.pages import Crumb
from web.viewer import Viewer, allowed
from web.words import titled

ADMINISTRATION: Crumb = ("Administration", "/administration")
PEOPLE: Crumb = ("People", "/administration/people")

Opener = Annotated[Viewer, Depends(allowed(MAY_OPEN))]
RetentionViewer = Annotated[Viewer, Depends(allowed(MAY_SEE_RETENTION))]
ErasureViewer = Annotated[Viewer, Depends(allowed(MAY_SEE_ERASURES))]
Eraser = Annotated[Viewer, Depends(allowed(MAY_REQUEST))]


def enrolling(request: Request, viewer: Viewer) -> Enrolling:
    """The door to the school's list of people."""
    office = office_of(request)
    return Enrolling(office.stores, viewer.school, now=office.now)


async def person_of(request: Request, viewer: Viewer, person: str) -> Person:
    """The person of the viewer's own school with this id. Raises PersonNotFound."""
    found = await office_of(request).stores.people.person(person)
    if found.school != viewer.school:
        raise PersonNotFound(viewer.school, person)
    return found


def role_items(chosen: Collection[Role] = GIVEN) -> list[dict[str, str]]:
    """The roles as the items of radios or checkboxes, each with what it is for."""
    return [
        {"value": role.value, "text": titled(role), "hint": ABOUT[role]}
        for role in GIVEN
        if role in chosen
    ]


ABOUT = {
    Role.STAFF: "Raises concerns, and takes part in cases where the code says so.",
    Role.SENIOR_LEADER: "Handles cases, and takes the steps that the code opens to them.",
    Role.HEADTEACHER: "Handles and decides cases, and confirms what others proposed.",
    Role.GOVERNOR: "Looks back at cases without names, and sits on panels.",
    Role.CHAIR_OF_GOVERNORS: "Confirms and reviews limits, and is told of what was missed.",
    Role.CLERK: "Serves the governors: panels, records of meetings, requests.",
    Role.ADMINISTRATOR: "Keeps people, term dates, codes, keys and retention. Decides no case.",
    Role.DATA_PROTECTION_OFFICER: "Sees every case, and confirms erasures and disposals.",
    Role.PARENT: "Sees and answers their own case. Comes in by a link.",
    Role.ADVOCATE: "Speaks for a family on its case. Comes in by a link.",
    Role.SERVICE_STAFF: "Works for a parent partnership service, and raises concerns about it.",
    Role.LINE_MANAGER: "Handles concerns about a service.",
    Role.STEERING_GROUP_CHAIR: "Decides where a service's line manager could not settle it.",
    Role.LOCAL_AUTHORITY_OFFICER: "Is asked where the steering group could not settle it.",
}
"""What each role is for, in a sentence."""
