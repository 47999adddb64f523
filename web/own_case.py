"""What the pages of parents and advocates share: their own case, and words for what goes wrong."""

import contextlib
import re
from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from domain.vocabulary import Rule
from gateway.errors import ActionRefused, AttachmentRefused, BadRequest
from gateway.family import FamilyCases
from gateway.family_acts import FamilyActs
from gateway.family_parts import OwnCase
from storage.record import CaseNotFound
from web.cookies import office_of
from web.forms import Form
from web.outcome import Told
from web.pages import Crumb, page
from web.viewer import NoSuchCase, Viewer

REFERENCE = re.compile(r"[A-Z]{2,4}-\d{4}-\d{4,}", re.ASCII)
CHOOSE_AGAIN = "What you wrote is still here. Choose your files again, please."
MOST_TIMES = 3  # at which somebody says that they can come, on one page


class NotOpenNow(Exception):
    """What the page is for can't be done in the case as it stands."""

    def __init__(self, reference: str) -> None:
        self.reference = reference
        super().__init__("This can't be done in the case as it stands.")


async def not_open_now(request: Request, error: Exception) -> Response:
    """Says so, and leads back to the case."""
    assert isinstance(error, NotOpenNow)
    return page(
        request,
        "your-case/not-now.html",
        title="This can’t be done now",
        status=409,
        breadcrumbs=[("Your case", f"/your-case/{error.reference}")],
        reference=error.reference,
    )


class Own(NamedTuple):
    """A case and the person whose case it is."""

    case: OwnCase
    door: FamilyCases

    @property
    def address(self) -> str:
        """Where the case is."""
        return f"/your-case/{self.case.reference}"

    @property
    def crumbs(self) -> list[Crumb]:
        """The pages above one of the case's."""
        return [("Your case", self.address)]


def door_of(request: Request, viewer: Viewer, reference: str | None = None) -> FamilyCases:
    """The viewer's door to their own cases; `reference` is the one that they open.

    Raises NoSuchCase where they came by a link to another.
    """
    office, session = office_of(request), viewer.session
    if reference is not None:
        like_one = REFERENCE.fullmatch(reference)
        if not like_one or session.reference not in (None, reference):
            raise NoSuchCase()
    return FamilyCases(
        office.stores,
        viewer.reading,
        viewer.school,
        office.now(),
        sent_a_link=reference is not None and session.reference == reference,
    )


async def own_case(request: Request, viewer: Viewer, reference: str) -> Own:
    """The viewer's own case; it is written down that they look. Raises NoSuchCase."""
    door = door_of(request, viewer, reference)
    try:
        return Own(await door.case(reference), door)
    except CaseNotFound as error:
        raise NoSuchCase() from error


async def own_case_for(request: Request, viewer: Viewer, reference: str, path: str) -> Own:
    """The same, where what the page at `path` is for may be done now. Raises NotOpenNow too."""
    own = await own_case(request, viewer, reference)
    if not own.case.may(path):
        raise NotOpenNow(reference)
    return own


async def acts_of(request: Request, viewer: Viewer) -> FamilyActs:
    """The viewer's hand. Raises ServiceUnreachable."""
    office = office_of(request)
    cases = await office.cases(viewer.school)
    return FamilyActs(office.stores, cases, viewer.school, viewer.actor)


@contextlib.asynccontextmanager
async def kindly(form: Form) -> AsyncIterator[None]:
    """A block in which a refusal becomes plain words on the form, and so does what is away.

    What was typed stays. The rules' own sentences are for those who work at the school.
    """
    async with form.refusals():
        try:
            yield
        except AttachmentRefused as error:
            form.error("files", " ".join((*error.findings, CHOOSE_AGAIN)))
        except ActionRefused as error:
            form.told = Told(409, "We could not do this", [_plainly(error.refusal.rule)])
        except BadRequest:
            form.told = Told(
                422, "We could not do this", ["Please look at what you typed, and try again."]
            )


def _plainly(rule: Rule) -> str:
    return _REFUSED.get(
        rule,
        "Something has changed since you opened this page. Nothing was sent. Go back to your case "
        "to see how it stands now.",
    )


_REFUSED = {
    Rule.CONFLICT_OF_INTEREST: (
        "This can’t be done by you, because of your part in it. Please talk to the school."
    ),
    Rule.CALENDAR: (
        "We could not work out the dates for this. Please talk to the school’s office, and tell "
        "them that the school’s calendar needs to be looked at."
    ),
}


async def times_in(form: Form, own: Own, now: datetime, missing: str = "") -> list[str]:
    """The moments that were typed into the rows of `when-N`, with their time zone.

    A day without a time of day, or the other way round, is marked, and so is what lies in the
    past.
    """
    calendar = await own.door.calendar(own.case.reference)
    found = []
    for number in range(1, MOST_TIMES + 1):
        name = f"when-{number}"
        on = form.day(name)
        hour = form.hour(f"{name}-hour", missing="Enter a time of day" if on else "")
        if hour and not on and name not in form.errors:
            form.error(name, "Enter the day too")
        if on and hour:
            moment = calendar.instant(on, hour)
            if moment <= now:
                form.error(name, "This time is over: choose one that is still to come")
            found.append(moment.isoformat())
    if missing and not found and form.is_right:
        form.error("when-1", missing)
    return found
