"""Who is looking, and what they may open. Routes ask for it by type: `viewer: Leader`."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated, TypeVar

from fastapi import Depends, Request

from domain.access import GOVERNORS, OUTSIDE
from domain.actions import Actor
from domain.calendar import SchoolCalendar
from domain.choices import Choice
from domain.review import MAY_SEE
from domain.signing_in import SECOND_FACTOR
from domain.views import Viewed
from domain.vocabulary import Role
from gateway.errors import ActionRefused
from gateway.reading import Reading, Seen
from gateway.sessions import Session
from storage.record import CaseNotFound, StoredEvent
from web.cookies import SESSION, office_of

Found = TypeVar("Found")

INSIDE = frozenset(Role) - OUTSIDE - {Role.SYSTEM}
LEADERS = frozenset(
    {
        Role.SENIOR_LEADER,
        Role.HEADTEACHER,
        Role.CHAIR_OF_GOVERNORS,
        Role.LINE_MANAGER,
        Role.STEERING_GROUP_CHAIR,
    }
)
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
KEEPERS = frozenset({Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER})
# They look at how cases were handled, or answer for it.
REVIEWERS = frozenset(MAY_SEE)
REPORTED_TO = REVIEWERS | {Role.DATA_PROTECTION_OFFICER}
OVERSEERS = REPORTED_TO | {Role.ADMINISTRATOR}


class NotSignedIn(Exception):
    """Nobody is signed in, or their session ended."""


class SecondFactorMissing(Exception):
    """The role needs a second factor, and this session was begun without one."""


class NotForYou(Exception):
    """The page is for others: `who_may` are their roles, and `held` those of whoever asked."""

    def __init__(self, who_may: Iterable[Role], held: Iterable[Role] = ()) -> None:
        self.who_may = frozenset(who_may)
        self.held = tuple(held)
        super().__init__("This page is for other roles.")


class NoSuchCase(Exception):
    """There is no such case, or it is not this person's to see: they are told the same."""


class Viewer:
    """Somebody signed in, with the door through which they read cases."""

    def __init__(self, request: Request, session: Session) -> None:
        self._request = request
        self.session = session

    @property
    def actor(self) -> Actor:
        """Who acts, in which role."""
        return self.session.actor

    @property
    def school(self) -> str:
        """The id of their school."""
        return self.session.school

    @property
    def reading(self) -> Reading:
        """The door for lists. A single case is opened by `case`, `peek`, `events` or `choices`."""
        return office_of(self._request).reading(self.school, self.actor)

    async def calendar(self) -> SchoolCalendar:
        """The calendar that their school goes by now, in whose days and hours pages speak."""
        return await office_of(self._request).stores.shelf.calendar_of(self.school)

    async def case(self, reference: str, what: Viewed = Viewed.CASE) -> Seen:
        """The case as they may see it, once it is written down that they look.

        Raises NoSuchCase, and LookUnrecorded.
        """
        return await self._open(reference, lambda: self.reading.case(reference, what))

    async def peek(self, reference: str) -> Seen:
        """The case as they may see it, for what tells nothing of its content. Raises NoSuchCase."""
        return await self._open(reference, lambda: self.reading.peek(reference))

    async def events(self, reference: str, *, texts: bool) -> tuple[Seen, list[StoredEvent]]:
        """A case's events with the view through which they are told. Raises NoSuchCase."""
        return await self._open(reference, lambda: self.reading.events(reference, texts=texts))

    async def choices(self, reference: str) -> tuple[Choice, ...]:
        """What they may do to the case now, and why not the rest. Raises NoSuchCase."""
        return await self._open(reference, lambda: self.reading.choices(reference))

    async def _open(self, reference: str, look: Callable[[], Awaitable[Found]]) -> Found:
        if self.session.reference not in (None, reference):
            raise NoSuchCase()
        try:
            return await look()
        except (CaseNotFound, ActionRefused) as error:
            # Whoever is told “not yours” has learnt that there is such a case.
            raise NoSuchCase() from error


async def session_of(request: Request) -> Session | None:
    """Who is signed in, or nobody; looked up once for a request."""
    state = request.state
    if not hasattr(state, "session"):
        state.session = None
        office = office_of(request)
        if token := request.cookies.get(SESSION):
            state.session = await office.sessions.find(token, office.now())
    found: Session | None = state.session
    return found


async def signed_in(request: Request) -> Viewer:
    """Whoever is signed in, in whichever role. Raises NotSignedIn."""
    session = await session_of(request)
    if session is None:
        raise NotSignedIn()
    return Viewer(request, session)


async def with_account(request: Request) -> Viewer:
    """Whoever is signed in, but by a link: they have no account to look after.

    Raises NotSignedIn, NotForYou.
    """
    found = await signed_in(request)
    if found.session.reference is not None:
        raise NotForYou(INSIDE)
    return found


def allowed(roles: Iterable[Role]) -> Callable[[Request], Awaitable[Viewer]]:
    """A dependency that gives the viewer if they act in one of these roles.

    It raises NotSignedIn, NotForYou or SecondFactorMissing. Who came by a link is let in for what
    families do alone.
    """
    who_may = frozenset(roles)

    async def viewer(request: Request) -> Viewer:
        found = await signed_in(request)
        session = found.session
        if session.role not in who_may or (session.reference and not who_may <= OUTSIDE):
            raise NotForYou(who_may, () if session.reference else session.roles)
        if session.role in SECOND_FACTOR and not session.strong:
            raise SecondFactorMissing()
        return found

    return viewer


SignedIn = Annotated[Viewer, Depends(signed_in)]
WithAccount = Annotated[Viewer, Depends(with_account)]
Staff = Annotated[Viewer, Depends(allowed(INSIDE))]
Leader = Annotated[Viewer, Depends(allowed(LEADERS))]
Governor = Annotated[Viewer, Depends(allowed(GOVERNORS))]
Administrator = Annotated[Viewer, Depends(allowed(ADMINISTRATORS))]
Keeper = Annotated[Viewer, Depends(allowed(KEEPERS))]
Reviewer = Annotated[Viewer, Depends(allowed(REVIEWERS))]
ReportReader = Annotated[Viewer, Depends(allowed(REPORTED_TO))]
Overseer = Annotated[Viewer, Depends(allowed(OVERSEERS))]
Family = Annotated[Viewer, Depends(allowed(OUTSIDE))]
