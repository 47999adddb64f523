"""Finding cases: lists with filters, a search by reference or by a person's name, saved lists.

Lists name nobody: a screen that is left open tells nobody's business. A search by name looks for
the person among those whom the school knows, and shows the cases in which they have a part, and of
which the viewer may see the names.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from pydantic import ValidationError

from domain.access import OUTSIDE, Sight, sees_by_role
from domain.actions import Actor
from domain.calendar import SchoolCalendar
from domain.policy import Frozen
from domain.vocabulary import Role, Severity, Stage, Track
from gateway.errors import BadRequest
from gateway.reading import Reading
from gateway.stores import Stores
from storage.case_lists import CaseEntry, CaseFilter, Sighted
from storage.people import Person
from storage.saved_views import SavedView, TooManyViews

ON_A_PAGE = 25
_PEOPLE_AT_MOST = 10
_OF_ONE_NAME = 500  # cases that are looked through for a name


class Wanted(Frozen):
    """What somebody asks a list of cases for, as it stands in an address or a saved list.

    `owner` is "me", "nobody" or a person's id. `people` are ids. The days are the school's own,
    the last one included.
    """

    track: Track | None = None
    stage: Stage | None = None
    severity: Severity | None = None
    owner: str | None = None
    standing: str | None = None  # "open" or "closed"
    overdue: bool = False
    opened_from: date | None = None
    opened_until: date | None = None
    reference: str | None = None
    people: tuple[str, ...] = ()

    def as_plain(self) -> dict[str, Any]:
        """The same as JSON, without what asks for nothing."""
        return self.model_dump(mode="json", exclude_defaults=True)


class Page(NamedTuple):
    """A page of a list: its cases, which page it is (from 1), and how much there is in all."""

    cases: list[CaseEntry]
    number: int
    pages: int
    total: int


class Finding:
    """One person's lists of a school's cases."""

    def __init__(
        self,
        stores: Stores,
        school: str,
        viewer: Actor,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._stores = stores
        self._school = school
        self._viewer = viewer
        self._now = now

    async def sighted(self) -> Sighted:
        """Which cases the viewer may see, for a query."""
        return await sighted(self._stores, self._school, self._viewer)

    async def page(self, wanted: Wanted, number: int = 1) -> Page:
        """One page of the cases that are wanted and that the viewer may see."""
        calendar = await self._stores.shelf.calendar_of(self._school)
        asked = self._asked(wanted, calendar)
        if wanted.people:
            return await self._page_of_people(asked, number)
        entries, total = await self._stores.lists.cases(
            await self.sighted(), asked, limit=ON_A_PAGE, offset=ON_A_PAGE * (number - 1)
        )
        return Page(entries, number, _pages(total), total)

    async def _page_of_people(self, asked: CaseFilter, number: int) -> Page:
        # That a case was found by somebody's name tells whose it is: it needs the names' sight.
        found, _ = await self._stores.lists.cases(await self.sighted(), asked, limit=_OF_ONE_NAME)
        reading = Reading(self._stores, self._school, self._viewer, now=self._now)
        sights = await reading.sights([one.reference for one in found])
        theirs = set(asked.people) == {self._viewer.person}
        shown = [
            one
            for one in found
            if sights[one.reference] is Sight.WHOLE
            or (theirs and sights[one.reference] is Sight.OWN)
        ]
        start = ON_A_PAGE * (number - 1)
        return Page(shown[start : start + ON_A_PAGE], number, _pages(len(shown)), len(shown))

    def _asked(self, wanted: Wanted, calendar: SchoolCalendar) -> CaseFilter:
        owner = {"me": self._viewer.person, "nobody": ""}.get(wanted.owner or "", wanted.owner)
        until = wanted.opened_until + timedelta(days=1) if wanted.opened_until else None
        midnight = time(0)
        return CaseFilter(
            track=wanted.track,
            stage=wanted.stage,
            severity=wanted.severity,
            owner=owner,
            is_open={"open": True, "closed": False}.get(wanted.standing or ""),
            overdue_at=self._now() if wanted.overdue else None,
            opened_from=(
                calendar.instant(wanted.opened_from, midnight) if wanted.opened_from else None
            ),
            opened_before=calendar.instant(until, midnight) if until else None,
            reference=wanted.reference,
            people=wanted.people,
        )

    async def people_called(self, words: str) -> list[Person]:
        """The people at the school whose name contains `words`, or whose address they are.

        Raises PersonNotFound where nobody is called so, BadRequest where too many are, or where
        the viewer sees cases without names.
        """
        if not await self.may_search_by_name():
            raise BadRequest(
                "You see cases without names, so you can search by the reference of a case only, "
                "such as EP-2026-0042."
            )
        found = await self._stores.people.find(self._school, words)
        if len(found) > _PEOPLE_AT_MOST:
            raise BadRequest(
                f"{len(found)} people are called something like that. Type more of the name."
            )
        return [person for person in found if not person.erased]

    async def may_search_by_name(self) -> bool:
        """Whether the viewer's role handles cases with the names in them."""
        role = self._viewer.role
        return role not in (*OUTSIDE, Role.GOVERNOR, Role.SYSTEM)

    async def owners(self) -> list[Person]:
        """Who could own a case: everybody with a role at the school, by name."""
        people = await self._stores.people.everybody(self._school)
        inside = [one for one in people if not one.erased and one.roles - OUTSIDE]
        return sorted(inside, key=lambda one: one.name.casefold())

    # Saved lists

    async def saved(self) -> list[SavedView]:
        """The viewer's saved lists, by name."""
        return await self._stores.saved_views.of_person(self._school, self._viewer.person)

    async def save(self, name: str, wanted: Wanted) -> str:
        """Saves what is asked for under a name; returns the list's id. Raises BadRequest."""
        if not name.strip():
            raise BadRequest("Give the list a name, so that you find it again.")
        if len(name.strip()) > 60:
            raise BadRequest("A name has 60 letters at most.")
        try:
            return await self._stores.saved_views.save(
                self._school, self._viewer.person, name, wanted.as_plain(), self._now()
            )
        except TooManyViews as error:
            raise BadRequest(str(error)) from error

    async def remove(self, view: str) -> None:
        """Removes a saved list of the viewer's."""
        await self._stores.saved_views.remove(self._school, self._viewer.person, view)

    async def names_of(self, people: tuple[str, ...]) -> list[str]:
        """The names of people by whom cases were searched, for who may search so."""
        return [await self._stores.people.name_or_id(person) for person in people]


async def sighted(stores: Stores, school: str, viewer: Actor) -> Sighted:
    """Which cases of a school somebody may see, from their role on each ladder ever published."""
    if viewer.role is Role.DATA_PROTECTION_OFFICER:
        return Sighted(school, viewer.person, None)
    ladders: set[tuple[str, Track]] = set()
    sees_all = True
    for digest in await stores.lists.policies():
        for ladder in (await stores.shelf.policy(digest)).ladders:
            if sees_by_role(ladder, viewer.role):
                ladders.add((digest, ladder.track))
            else:
                sees_all = False
    # Who sees every ladder needs no case to be looked up for its ladder.
    return Sighted(school, viewer.person, None if sees_all else frozenset(ladders))


def read_wanted(given: Mapping[str, Any]) -> Wanted:
    """What an address asks for; what makes no sense is left out rather than refused.

    Whoever types in the address bar, or follows an old link, sees a list all the same.
    """
    plain = {key: value for key, value in given.items() if value not in (None, "", ())}
    while True:
        try:
            return Wanted.model_validate(plain)
        except ValidationError as error:
            for detail in error.errors():
                plain.pop(str(detail["loc"][0]), None)


def _pages(total: int) -> int:
    return max(1, -(-total // ON_A_PAGE))
