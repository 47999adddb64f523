"""A school with many open cases, made by the domain's own decisions and put on the record."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from domain.actions import (
    Acknowledge,
    Action,
    Actor,
    Assign,
    RaiseConcern,
    RemindFormally,
    RemindInformally,
    TextRef,
)
from domain.calendar import SchoolCalendar
from domain.case import Case
from domain.contracts import RecordEvents
from domain.decide import decide
from domain.events import Event
from domain.evolve import evolve
from domain.policy import Policy
from domain.vocabulary import Role, Severity, Track
from gateway.stores import open_stores
from settings import HERE, Settings
from storage.keys import MasterKey
from storage.migrations import migrate
from storage.policy_files import load_policy
from storage.term_files import load_calendar
from web.office import Office

SCHOOL = "rowan-hill"
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
FAMILIES = 300
LEADERS = 4
_KEY = MasterKey(b"b" * 32)
_BACK = 60  # days: the oldest case was raised that long ago
_CLAUSE = "ep.expect.respect"


async def full_desk(folder: Path, cases: int, told: Callable[[int], None]) -> tuple[Office, str]:
    """An office with `cases` open cases, and the token of a headteacher who is signed in.

    `told` hears of each case that was recorded.
    """
    url = f"sqlite+aiosqlite:///{folder / 'evenhand.db'}"
    await migrate(url)
    stores = open_stores(url, _KEY)
    policy = load_policy(HERE / "policies" / "eleanor-palmer-advocates.yaml")
    calendar = load_calendar(HERE / "terms" / "sample.yaml")
    await stores.shelf.set_school(
        SCHOOL, "Rowan Hill Primary School", await stores.shelf.publish_calendar(calendar)
    )
    await stores.shelf.adopt_policy(SCHOOL, await stores.shelf.publish_policy(policy))
    add = stores.people.add_person
    head = await add(SCHOOL, "Cara Lindqvist", None, [Role.HEADTEACHER])
    teacher = Actor(person=await add(SCHOOL, "A teacher", None, [Role.STAFF]), role=Role.STAFF)
    leaders = [await add(SCHOOL, f"Leader {n}", None, [Role.SENIOR_LEADER]) for n in range(LEADERS)]
    parents = [await add(SCHOOL, f"Parent {n}", None, [Role.PARENT]) for n in range(FAMILIES)]
    advocates = [await add(SCHOOL, f"Advocate {n}", None, [Role.ADVOCATE]) for n in range(FAMILIES)]
    for number in range(1, cases + 1):
        story = _Story(policy, calendar, number)
        leader = Actor(person=leaders[number % LEADERS], role=Role.SENIOR_LEADER)
        story.tell(teacher, leader, advocates[number % FAMILIES], parents[number % FAMILIES])
        assert story.case is not None
        await stores.recorder.record(RecordEvents(events=tuple(story.events), case=story.case))
        told(1)
    office = Office(
        Settings(data_dir=folder, database_url=url),
        stores,
        form_key=_KEY.derived("forms"),
        now=lambda: NOW,
    )
    return office, await office.sessions.start(head, strong=True, now=NOW)


class _Story:
    """One case from its beginning to where it stands; its number decides how far it went."""

    def __init__(self, policy: Policy, calendar: SchoolCalendar, number: int) -> None:
        self._policy = policy
        self._calendar = calendar
        self._number = number
        begun = NOW.date() - timedelta(days=number % _BACK)
        self._begun = calendar.instant(begun, time(7, number % 60))
        self.case: Case | None = None
        self.events: list[Event] = []

    def tell(self, teacher: Actor, leader: Actor, respondent: str, family: str) -> None:
        """Goes on as far as the number says: a third is only raised, a third reminded once."""
        opening = RaiseConcern(
            id=self._id("opening"),
            school=SCHOOL,
            reference=f"EP-2026-{self._number:05d}",
            track=Track.ADVOCATE_CONDUCT,
            respondent=respondent,
            family=family,
            severity=list(Severity)[self._number % 3],
            clauses=(_CLAUSE,),
            narrative=self._text("narrative"),
        )
        self._do(opening, teacher)
        self._do(Acknowledge(id=self._id("acknowledged")), leader)
        for step in (RemindInformally, RemindFormally)[: self._number % 3]:
            reason = self._text(step.__name__)
            move = step(id=self._id(step.__name__), reason=reason, clauses=(_CLAUSE,))
            self._do(move, leader)
        if self._number % 2:
            self._do(Assign(id=self._id("assigned"), to=leader.person), leader)

    def _do(self, action: Action, actor: Actor) -> None:
        at = self._begun + timedelta(minutes=10 * len(self.events))
        for event in decide(self._policy, self._calendar, self.case, action, actor, at):
            self.case = evolve(self.case, event)
            self.events.append(event)

    def _id(self, what: str) -> str:
        return f"{self._number}-{what}"

    def _text(self, what: str) -> TextRef:
        commitment = hashlib.sha256(self._id(what).encode()).hexdigest()
        return TextRef(id=f"text-{self._id(what)}", commitment=commitment)
