"""Changed term dates: what would move with them; then the school goes by them, and each case."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import Connection

from domain.actions import Actor, AdoptCalendar
from domain.calendar import SchoolCalendar
from domain.calendar_difference import SchoolDays, difference, school_days
from domain.case import Case, Deadline
from domain.contracts import Refusal
from domain.decide import decide
from domain.difference import Part
from domain.errors import CaseError
from domain.events import DeadlineMoved
from domain.office import adopt_calendar
from domain.office_events import SchoolCalendarAdopted
from gateway.cases import Cases
from gateway.errors import ActionRefused
from gateway.persons import check_actor
from gateway.stores import Stores
from storage.going_on import going_on
from storage.registrar import append_entries, entries_of_action, hold_register
from storage.shelf import put_calendar

_AT_ONCE = 200


class Moved(NamedTuple):
    """A deadline that would fall due on another day, or be reminded of at another time."""

    deadline: Deadline
    due_on: date


class CaseMoves(NamedTuple):
    """What changed term dates would do to one case; `refusal` says why nothing, where so."""

    reference: str
    moves: tuple[Moved, ...]
    refusal: Refusal | None = None


class CalendarPreview(NamedTuple):
    """What going by changed term dates would do.

    `parts` is how the dates differ; `cases` are those of which a deadline moves, or that can't go
    by them; `unmoved` counts the others that go on.
    """

    parts: tuple[Part, ...]
    days: SchoolDays
    cases: tuple[CaseMoves, ...]
    unmoved: int

    @property
    def deadlines(self) -> int:
        """How many deadlines move."""
        return sum(len(case.moves) for case in self.cases)


class CalendarAdopted(NamedTuple):
    """How many cases went by the changed dates, and which were refused, with the reason; `left`
    are those whose turn did not come in the time that there was."""

    moved: int
    refused: tuple[tuple[str, Refusal], ...]
    left: int = 0


class TermDates:
    """The calendar of one school. `now` gives the present moment, aware, in UTC."""

    def __init__(
        self,
        stores: Stores,
        school: str,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._stores = stores
        self._school = school
        self._now = now

    async def current(self) -> SchoolCalendar:
        """The calendar that the school goes by."""
        return await self._stores.shelf.calendar_of(self._school)

    async def behind(self) -> list[str]:
        """The cases that go on under earlier term dates than the school's."""
        school = await self._stores.shelf.school(self._school)
        return await self._going_on(school.calendar_digest)

    async def preview(self, changed: SchoolCalendar, actor: Actor) -> CalendarPreview:
        """What the school would go by, and which deadlines would move; nothing is changed."""
        current = await self.current()
        cases: list[CaseMoves] = []
        unmoved = 0
        references = await self._going_on(changed.digest)
        for start in range(0, len(references), _AT_ONCE):
            some = references[start : start + _AT_ONCE]
            for case in await self._stores.record.states_of(self._school, some):
                told = await self._moves(case, changed, actor)
                if told.moves or told.refusal:
                    cases.append(told)
                else:
                    unmoved += 1
        return CalendarPreview(
            difference(current, changed), school_days(current, changed), tuple(cases), unmoved
        )

    async def adopt(
        self,
        changed: SchoolCalendar,
        actor: Actor,
        cases: Cases,
        *,
        action_id: str | None = None,
        progress: Callable[[int, int], None] = lambda done, total: None,
        seconds: float | None = None,
    ) -> CalendarAdopted:
        """Makes the school go by changed dates, then each case that goes on, one after the other.

        Stopped at any point, or after so many `seconds`, it may be begun again: what moved stays
        moved. `progress` is told how many cases are done, of how many. Raises ActionRefused where
        the actor may not, and what `Cases.act` raises where a service is away.
        """
        await check_actor(self._stores.people, actor)
        digest = await self._stores.shelf.publish_calendar(changed)
        id_ = action_id or str(uuid4())
        await self._enter(digest, actor, id_)
        references = await self._going_on(digest)
        moved = 0
        refused: list[tuple[str, Refusal]] = []
        began = time.monotonic()
        for done, reference in enumerate(references):
            progress(done, len(references))
            if seconds is not None and time.monotonic() - began > seconds:
                return CalendarAdopted(moved, tuple(refused), len(references) - done)
            try:
                await cases.act(reference, "adopt_calendar", {"calendar": changed}, actor)
                moved += 1
            except ActionRefused as error:
                refused.append((reference, error.refusal))
        progress(len(references), len(references))
        return CalendarAdopted(moved, tuple(refused))

    async def _going_on(self, not_under: str) -> list[str]:
        return await going_on(self._stores.database, self._school, not_under=not_under)

    async def _moves(self, case: Case, changed: SchoolCalendar, actor: Actor) -> CaseMoves:
        policy = await self._stores.shelf.policy(case.policy_digest)
        calendar = await self._stores.shelf.calendar(case.calendar_digest)
        action = AdoptCalendar(id="preview", calendar=changed)
        try:
            events = decide(policy, calendar, case, action, actor, self._now())
        except CaseError as error:
            return CaseMoves(case.reference, (), Refusal.of(error))
        moves = []
        for event in events:
            if isinstance(event.fact, DeadlineMoved):
                deadline = case.deadline(event.fact.deadline)
                assert deadline is not None
                moves.append(Moved(deadline, event.fact.due_on))
        return CaseMoves(case.reference, tuple(moves))

    async def _enter(self, digest: str, actor: Actor, action_id: str) -> None:
        def work(connection: Connection) -> None:
            hold_register(connection, self._school)
            if entries_of_action(connection, self._school, action_id):
                return
            was = put_calendar(connection, self._school, digest)
            fact: SchoolCalendarAdopted | None = adopt_calendar(actor, digest, was)
            if fact is not None:
                append_entries(connection, self._school, [fact], actor, action_id, self._now())

        try:
            await self._stores.database.transact(work)
        except CaseError as error:
            raise ActionRefused(Refusal.of(error)) from error
