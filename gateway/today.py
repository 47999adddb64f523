"""What needs somebody today: what is overdue, due soon, awaiting a reply, and new.

All of it comes from the lists beside the record, so it is quick however many cases there are; what
is due counts in school days from today. Nobody is named in it.
"""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from domain.actions import Actor
from domain.calendar import CalendarDoesNotCover, Clock, SchoolCalendar, Span
from domain.case import TASKS
from domain.policy import Ladder
from domain.vocabulary import DeadlineKind, Role, Stage, Track
from gateway.due_words import in_school_days, what_to_do
from gateway.finding import sighted
from gateway.stores import Stores
from gateway.wording import day, spoken, stage_title
from storage.case_lists import CaseEntry, DueEntry, DueFilter

SHOWN = 20  # lines of each part; the rest is told by its number
SOON = Span(amount=5, clock=Clock.SCHOOL_DAYS)
_DECISIONS = (DeadlineKind.CONFIRMATION, DeadlineKind.REVIEW)
_OURS = (*TASKS, *_DECISIONS)
_THEIRS = (DeadlineKind.REPRESENTATIONS,)


class DueLine(NamedTuple):
    """Something that is due, in words. `when` is in school days from today; `whose` says whom it
    is for; `lapses` that it ends by itself if nobody acts."""

    reference: str
    track: Track
    stands_at: str
    what: str
    due_on: date
    day: str
    when: str
    whose: str
    deadline: str
    kind: DeadlineKind
    lapses: bool
    is_theirs: bool


class CaseLine(NamedTuple):
    """A case in words."""

    reference: str
    track: Track
    severity: str
    opened: str
    due: str
    owner: str


class Part(NamedTuple):
    """One part of the page: as many lines as are shown, and how many there are in all."""

    lines: list[DueLine]
    total: int


class Today(NamedTuple):
    """Everything that needs somebody today. `until` is the day up to which “due” looks ahead."""

    on: date
    school_day: bool
    until: date
    overdue: Part
    due: Part
    awaiting: Part
    new: list[CaseLine]
    new_total: int

    @property
    def quiet(self) -> bool:
        """Whether there is nothing at all."""
        return not (self.overdue.total or self.due.total or self.awaiting.total or self.new_total)


async def todays_work(
    stores: Stores, school: str, viewer: Actor, now: datetime, *, mine: bool = False
) -> Today:
    """What needs the viewer, or (unless `mine`) anybody, on the cases that they handle."""
    calendar = await stores.shelf.calendar_of(school)
    today = calendar.local_date(now)
    until = _look_ahead(calendar, today)
    seen = await sighted(stores, school, viewer)
    only = (viewer.person, viewer.role) if mine else None
    ends = calendar.closing(until)
    overdue = await stores.lists.due(seen, DueFilter(_OURS, None, now, only), limit=SHOWN)
    due = await stores.lists.due(seen, DueFilter(_OURS, now, ends, only), limit=SHOWN)
    awaiting = await stores.lists.due(seen, DueFilter(_THEIRS, now, None, only), limit=SHOWN)
    new, new_total = await stores.lists.new(seen, limit=SHOWN)
    tell = _Telling(stores, calendar, today, viewer)
    return Today(
        on=today,
        school_day=calendar.is_school_day(today),
        until=until,
        overdue=await tell.part(*overdue),
        due=await tell.part(*due),
        awaiting=await tell.part(*awaiting),
        new=[await tell.case(one) for one in new],
        new_total=new_total,
    )


def _look_ahead(calendar: SchoolCalendar, today: date) -> date:
    try:
        return calendar.add(today, SOON)
    except CalendarDoesNotCover:
        return today + timedelta(days=7)


class _Telling:
    def __init__(
        self, stores: Stores, calendar: SchoolCalendar, today: date, viewer: Actor
    ) -> None:
        self._stores = stores
        self._calendar = calendar
        self._today = today
        self._viewer = viewer

    async def part(self, entries: list[DueEntry], total: int) -> Part:
        return Part([await self._due(one) for one in entries], total)

    async def _due(self, one: DueEntry) -> DueLine:
        ladder = await self._ladder(one.policy_digest, one.track)
        return DueLine(
            reference=one.reference,
            track=one.track,
            stands_at=_stands_at(ladder, one.stage),
            what=what_to_do(ladder, one.kind, one.about),
            due_on=one.due_on,
            day=day(one.due_on),
            when=in_school_days(self._calendar, self._today, one.due_on),
            whose=self._whose(one.owner, one.owner_role),
            deadline=one.deadline,
            kind=one.kind,
            lapses=one.kind in _DECISIONS,
            is_theirs=one.kind in _THEIRS,
        )

    async def case(self, one: CaseEntry) -> CaseLine:
        due = ""
        if one.due_on is not None:
            due = in_school_days(self._calendar, self._today, one.due_on)
        return CaseLine(
            reference=one.reference,
            track=one.track,
            severity=spoken(one.severity),
            opened=day(self._calendar.local_date(one.opened_at)),
            due=due,
            owner=self._whose(one.owner, None),
        )

    def _whose(self, owner: str | None, role: Role | None) -> str:
        if owner is not None:
            return "you" if owner == self._viewer.person else "a colleague who took it on"
        if role is None:
            return "nobody yet"
        return f"you, as {spoken(role)}" if role is self._viewer.role else f"the {spoken(role)}"

    async def _ladder(self, digest: str, track: Track) -> Ladder:
        return (await self._stores.shelf.policy(digest)).by_track[track]


def _stands_at(ladder: Ladder, stage: Stage) -> str:
    return "New" if stage is Stage.RAISED else stage_title(ladder, stage)
