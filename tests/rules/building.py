"""Cases for the tests of the rules: people, a school's dates, and a story that acts on a case."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self, get_args

import pytest

from domain.actions import ACTION, SYSTEM, Action, Actor, Decision, TextRef, TimePassed
from domain.calendar import SchoolCalendar, Span
from domain.case import Case, Deadline, RestrictionState
from domain.decide import decide
from domain.errors import CaseError
from domain.events import Event, Fact
from domain.evolve import evolve
from domain.policy import Ladder, Policy
from domain.vocabulary import (
    ActionName,
    AdviceKind,
    DeadlineKind,
    Role,
    Scope,
    Severity,
    Stage,
    Track,
)
from storage.policy_files import load_policies
from storage.term_files import load_calendar

ROOT = Path(__file__).parents[2]
CALENDAR = load_calendar(ROOT / "terms" / "sample.yaml")
PACKS = {policy.policy: policy for policy in load_policies(ROOT / "policies")}
ELEANOR_PALMER = PACKS["eleanor-palmer-advocates"]
FLEET = PACKS["fleet-families-and-advocates"]
PARENTS = PACKS["parents-and-carers"]
SERVICE = PACKS["parent-partnership-standards"]

TEACHER = Actor(person="teacher", role=Role.STAFF)
COLLEAGUE = Actor(person="colleague", role=Role.STAFF)
DEPUTY = Actor(person="deputy", role=Role.SENIOR_LEADER)
HEAD = Actor(person="head", role=Role.HEADTEACHER)
CHAIR = Actor(person="chair", role=Role.CHAIR_OF_GOVERNORS)
GOVERNOR = Actor(person="governor", role=Role.GOVERNOR)
CLERK = Actor(person="clerk", role=Role.CLERK)
OFFICE = Actor(person="office", role=Role.ADMINISTRATOR)
PARENT = Actor(person="parent", role=Role.PARENT)
OTHER_PARENT = Actor(person="other-parent", role=Role.PARENT)
ADVOCATE = Actor(person="advocate", role=Role.ADVOCATE)

# A Monday morning in the second week of the autumn term.
MONDAY = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)
A_WEEK = timedelta(days=7)


def a_text(name: str = "text") -> TextRef:
    """A stored text; each name has a commitment of its own."""
    return TextRef(id=name, commitment=name.encode().hex().ljust(64, "0")[:64])


def span(words: str) -> Span:
    """A length of time from its words, such as "3 school days"."""
    return Span.parse(words)


def altered(policy: Policy, track: Track, **changed: Any) -> Policy:
    """The policy with this one ladder alone, and some of the ladder's fields changed."""
    ladder = policy.by_track[track].model_dump() | changed
    fields = {name: getattr(policy, name) for name in type(policy).model_fields}
    return Policy(**fields | {"ladders": (Ladder.model_validate(ladder),)})


class Story:
    """One case, the moment it is at, and what has been recorded of it."""

    def __init__(
        self,
        policy: Policy = ELEANOR_PALMER,
        track: Track = Track.ADVOCATE_CONDUCT,
        *,
        by: Actor = TEACHER,
        now: datetime = MONDAY,
        calendar: SchoolCalendar = CALENDAR,
        **concern: Any,
    ) -> None:
        self.policy = policy
        self.calendar = calendar
        self.now = now
        self.events: list[Event] = []
        self._case: Case | None = None
        self._actions = 0
        fields: dict[str, Any] = {
            "school": "rowan-hill",
            "reference": f"{policy.reference_prefix}-2026-0042",
            "track": track,
            "severity": Severity.MODERATE,
            "clauses": (policy.clauses[0].id,),
        }
        if track is Track.ADVOCATE_CONDUCT:
            fields |= {"respondent": ADVOCATE.person, "family": PARENT.person}
        if track is Track.PARENT_CONDUCT:
            fields |= {"respondent": PARENT.person}
        self.do("raise_concern", by, **fields | concern)

    @property
    def case(self) -> Case:
        """The case as it stands."""
        assert self._case is not None
        return self._case

    @property
    def ladder(self) -> Ladder:
        """The ladder that the case climbs."""
        return self.policy.by_track[self.case.track]

    @property
    def facts(self) -> list[Fact]:
        """What the events state."""
        return [event.fact for event in self.events]

    def action(self, name: str | ActionName, /, **fields: Any) -> Action:
        """The action with a new id, and with a reason and a clause where it needs them."""
        self._actions += 1
        given: dict[str, Any] = {"id": f"action-{self._actions}", "name": name} | fields
        kind = type_of(name)
        if issubclass(kind, Decision):
            given = {"reason": a_text("reason"), "clauses": (self.policy.clauses[0].id,)} | given
        elif "reason" in kind.model_fields:
            given = {"reason": a_text("reason")} | given
        if name == ActionName.RESTRICT_ACCESS:
            given = self.terms(given.get("scopes")) | given
        return ACTION.validate_python(given)

    def terms(self, scopes: Any = None) -> dict[str, Any]:
        """Complete terms of a restriction, with the latest review that the policy allows."""
        step = next(s for s in self.ladder.steps if s.restriction)
        assert step.restriction is not None
        today = self.calendar.local_date(self.now)
        return {
            "scopes": scopes or step.restriction.scopes,
            "review_on": self.calendar.add(today, step.restriction.review_within),
            "contact": a_text("contact"),
            "contact_through": "go-between",
            "meetings": a_text("meetings"),
            "collection": a_text("collection"),
        }

    def decide(self, action: Action, by: Actor) -> list[Event]:
        """What the action would record now."""
        return decide(self.policy, self.calendar, self._case, action, by, self.now)

    def do(self, name: str | ActionName, by: Actor, /, **fields: Any) -> list[Event]:
        """Acts, and keeps what happened."""
        return self.apply(self.decide(self.action(name, **fields), by))

    def apply(self, events: list[Event]) -> list[Event]:
        """Keeps what happened."""
        for event in events:
            self._case = evolve(self._case, event)
        self.events += events
        return events

    def refused(
        self, error: type[CaseError], name: str | ActionName, by: Actor, /, **fields: Any
    ) -> CaseError:
        """Asserts that the action is refused with exactly this error, and changes nothing."""
        before = self._case
        with pytest.raises(CaseError) as caught:
            self.decide(self.action(name, **fields), by)
        assert type(caught.value) is error, repr(caught.value)
        assert self._case == before
        return caught.value

    def wait_until(self, moment: datetime) -> list[Event]:
        """Lets time pass; the case's timer fires whenever something falls due on the way."""
        happened: list[Event] = []
        while self.case.next_at is not None and self.case.next_at <= moment:
            self.now = max(self.now, self.case.next_at)
            happened += self.tick()
        self.now = moment
        return happened

    def wait(self, words: str) -> list[Event]:
        """Lets a span such as "5 school days" pass, to the same time of day."""
        today = self.calendar.local_date(self.now)
        later = self.calendar.add(today, span(words))
        return self.wait_until(self.now + (later - today))

    def tick(self) -> list[Event]:
        """The case's timer fires now."""
        self._actions += 1
        return self.apply(self.decide(TimePassed(id=f"tick-{self._actions}"), SYSTEM))

    def deadline(self, kind: DeadlineKind, about: str | None = None) -> Deadline:
        """The one open deadline of this kind (about this)."""
        (found,) = [d for d in self.case.deadlines if d.kind is kind and about in (None, d.about)]
        return found

    def duties(self) -> set[str]:
        """What is owed now."""
        return {d.about for d in self.case.deadlines if d.kind is DeadlineKind.DUTY}

    @property
    def restriction(self) -> RestrictionState:
        """The restriction proposed last."""
        return self.case.restrictions[-1]

    def climb_to(self, stage: Stage) -> Self:
        """Climbs to a stage, rung by rung, each by a person who may."""
        rungs = [step for step in self.ladder.steps if not step.aside or step.id is stage]
        for step in rungs:
            if stage is not Stage.RAISED and self.case.stage is not stage:
                beside = step.aside and self.case.stage not in step.follows
                below = not step.aside and self.ladder.by_stage[stage].aside
                if beside or (below and self.case.stage in self.ladder.by_stage[stage].follows):
                    continue
                fields: dict[str, Any] = {}
                if step.restriction:
                    fields["scopes"] = step.restriction.scopes
                if step.advice:
                    fields["kind"] = AdviceKind(step.advice[0])
                if step.by_agreement:
                    fields["agreed"] = True
                self.do(step.action, an_actor(step.roles), **fields)
        assert self.case.stage is stage
        return self


def type_of(name: str | ActionName) -> Any:
    """The class of the action with this name."""
    return ACTION_TYPES[ActionName(name)]


ACTION_TYPES = {kind.model_fields["name"].default: kind for kind in get_args(get_args(Action)[0])}
INSIDE = (DEPUTY, HEAD, CHAIR, CLERK, COLLEAGUE, OFFICE, GOVERNOR)


def an_actor(roles: tuple[Role, ...]) -> Actor:
    """Somebody with no part in the case, in the first of these roles that is not a family's."""
    role = next(role for role in roles if role not in (Role.PARENT, Role.ADVOCATE))
    return next((actor for actor in INSIDE if actor.role is role), Actor(person=role, role=role))


def under_restriction(
    policy: Policy = ELEANOR_PALMER, track: Track = Track.ADVOCATE_CONDUCT, **concern: Any
) -> Story:
    """A case whose restriction was proposed by the deputy, after the whole climb."""
    story = Story(policy, track, **concern)
    step = next(step for step in story.ladder.steps if step.restriction)
    return story.climb_to(step.id)


def in_force(**given: Any) -> Story:
    """A case whose restriction the head confirmed after the window to be heard closed."""
    story = under_restriction(**given)
    story.wait("6 school days")
    story.do("confirm_restriction", HEAD, restriction=story.restriction.id)
    return story


SITE = (Scope.SITE,)
