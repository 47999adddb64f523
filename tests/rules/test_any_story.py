"""Whatever people do, in whatever order and however late, the safeguards hold."""

from datetime import UTC, datetime, timedelta
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain import events as e
from domain.actions import SYSTEM, Actor, Decision, TimePassed
from domain.audit import canonical
from domain.case import Case
from domain.choices import well_formed_actions
from domain.decide import decide
from domain.errors import CaseError
from domain.events import Event
from domain.evolve import evolve
from domain.period import days_period
from domain.referral_actions import DISCLOSURE
from domain.statistics import Concerns, Figure, count_case, opening_of
from domain.term_report import term_report
from domain.vocabulary import (
    DutyKind,
    Outcome,
    RestrictionStatus,
    Role,
    Severity,
    Stage,
    Track,
)
from tests.rules.building import CALENDAR, PACKS, Story

START = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)
LATEST = datetime(2027, 12, 1, tzinfo=UTC)  # after it the calendar ends too soon for new deadlines
FAMILY = (Role.PARENT, Role.ADVOCATE)
LADDERS = [(policy, ladder) for policy in PACKS.values() for ladder in policy.ladders]


class AnyStory(RuleBasedStateMachine):
    """A case under one of the real codes, and people who do as they please."""

    @initialize(which=st.sampled_from(LADDERS), severity=st.sampled_from(Severity))
    def raise_a_concern(self, which: tuple, severity: Severity) -> None:  # type: ignore[type-arg]
        self.policy, self.ladder = which
        raiser = Actor(person="raiser", role=self.ladder.raised_by[0])
        concern: dict[str, Any] = {"family": "family", "advocate": "advocate", "severity": severity}
        if self.ladder.respondent:
            concern["respondent"] = {Role.PARENT: "family", Role.ADVOCATE: "advocate"}[
                self.ladder.respondent
            ]
        concern["named"] = ("headteacher-2",)
        story = Story(self.policy, self.ladder.track, by=raiser, now=START, **concern)
        self.case: Case = story.case
        self.events: list[Event] = list(story.events)
        self.now = START
        self.number = 0
        self.involved_at: dict[int, frozenset[str]] = {}

    def apply(self, events: list[Event]) -> None:
        for event in events:
            self.involved_at[event.sequence] = self.case.involved
            self.case = evolve(self.case, event)
        self.events += events

    def fire(self) -> None:
        """The case's timer, as its workflow sets it."""
        while self.case.next_at is not None and self.case.next_at <= self.now:
            self.number += 1
            before = self.case.next_at
            self.apply(
                decide(
                    self.policy,
                    CALENDAR,
                    self.case,
                    TimePassed(id=f"timer-{self.number}"),
                    SYSTEM,
                    self.now,
                )
            )
            assert self.case.next_at != before, "the timer is stuck"

    @rule(
        role=st.sampled_from(Role),
        which=st.integers(1, 2),
        choose=st.integers(0, 10_000),
        lacking=st.sampled_from(["nothing"] * 6 + ["reason", "clauses", "freshness"]),
    )
    def act(self, role: Role, which: int, choose: int, lacking: str) -> None:
        party = {Role.PARENT: "family", Role.ADVOCATE: "advocate"}.get(role)
        if role in FAMILY and self.ladder.raiser_moves and which == 1:
            party = "raiser"
        actor = Actor(person=party or f"{role.value}-{which}", role=role)
        actions = well_formed_actions(self.policy, CALENDAR, self.case, actor, self.now)
        action = actions[choose % len(actions)]
        self.number += 1
        changed: dict[str, object] = {"id": f"any-{self.number}"}
        if lacking == "reason" and "reason" in type(action).model_fields:
            changed["reason"] = None
        if lacking == "clauses" and isinstance(action, Decision):
            changed["clauses"] = ()
        if lacking == "freshness":
            changed["seen"] = self.case.sequence - 1
        action = action.model_copy(update=changed)
        before = self.case.model_copy(deep=True)
        try:
            events = decide(self.policy, CALENDAR, self.case, action, actor, self.now)
        except CaseError:
            refused = True
            events = []
        else:
            refused = False
        if refused:
            assert self.case == before
            return
        assert lacking != "freshness"
        if isinstance(action, Decision):
            assert lacking not in ("reason", "clauses")
        self.apply(events)
        assert decide(self.policy, CALENDAR, self.case, action, actor, self.now) == []
        self.fire()

    @precondition(lambda self: self.now < LATEST)
    @rule(hours=st.sampled_from([1, 7, 24, 24 * 3, 24 * 10, 24 * 40]))
    def wait(self, hours: int) -> None:
        until = self.now + timedelta(hours=hours)
        while self.case.next_at is not None and self.case.next_at <= until:
            self.now = max(self.now, self.case.next_at)
            self.fire()
        self.now = until

    @precondition(lambda self: self.now < LATEST)
    @rule()
    def sleep_through_it_all(self) -> None:
        """The worker was down for a fortnight: everything that fell due comes at once."""
        self.now += timedelta(days=14)
        self.fire()

    @invariant()
    def the_events_alone_make_the_case(self) -> None:
        case: Case | None = None
        for number, event in enumerate(self.events, start=1):
            assert event.sequence == number
            case = evolve(case, event)
        assert case == self.case
        for event in self.events[-6:]:
            assert canonical(Event.model_validate_json(canonical(event))) == canonical(event)

    @invariant()
    def timers_never_punish(self) -> None:
        for event in self.events:
            if event.actor.role is not Role.SYSTEM:
                continue
            assert not isinstance(
                event.fact,
                e.RestrictionProposed | e.RestrictionConfirmed | e.RestrictionContinued,
            )
            if isinstance(event.fact, e.StageChanged):
                assert event.fact.dest is Stage.CLOSED
                assert event.fact.outcome is Outcome.LAPSED

    @invariant()
    def people_give_reasons(self) -> None:
        for event in self.events:
            fact = event.fact
            if isinstance(fact, e.StageChanged) and event.actor.role is not Role.SYSTEM:
                assert fact.reason is not None
                assert fact.clauses or fact.follow_up

    @invariant()
    def two_people_stand_behind_every_restriction(self) -> None:
        proposed = {
            event.fact.restriction: event
            for event in self.events
            if isinstance(event.fact, e.RestrictionProposed)
        }
        for event in self.events:
            if isinstance(event.fact, e.RestrictionConfirmed):
                by = proposed[event.fact.restriction].actor.person
                assert event.actor.person != by
        today = CALENDAR.local_date(self.now)
        for restriction in self.case.restrictions:
            if restriction.status is RestrictionStatus.IN_FORCE:
                assert restriction.terms.review_on >= today
            if restriction.open:
                assert restriction.terms.review_on > restriction.terms.starts_on

    @invariant()
    def nobody_decides_their_own_case(self) -> None:
        deciding = (
            e.StageChanged,
            e.RestrictionConfirmed,
            e.RestrictionVaried,
            e.RestrictionContinued,
            e.RestrictionLifted,
            e.NotActedOn,
        )
        for event in self.events[1:]:
            if isinstance(event.fact, deciding) and event.actor.role is not Role.SYSTEM:
                theirs = event.actor.person in self.involved_at[event.sequence]
                assert not theirs or self.ladder.raiser_moves

    @invariant()
    def nothing_closes_over_somebodys_head(self) -> None:
        case = self.case
        if case.closed and case.outcome is not Outcome.TRANSFERRED:
            assert not case.open_restrictions
            # What is told to protect somebody may be told later, and is looked at all the same.
            assert {duty.about for duty in case.blocking} <= {DISCLOSURE}
        if case.settled:
            assert not case.deadlines

    @invariant()
    def a_restricted_advocates_parent_is_owed_sendiass(self) -> None:
        if self.case.track is not Track.ADVOCATE_CONDUCT:
            return
        limits = (RestrictionStatus.INTERIM, RestrictionStatus.IN_FORCE)
        if any(r.status in limits for r in self.case.restrictions) and not self.case.signposted:
            duties = {d.id for d in self.ladder.duties if d.kind is DutyKind.SIGNPOST}
            assert any(d.about in duties and d.blocks_closing for d in self.case.deadlines)

    @invariant()
    def an_open_case_is_always_looked_after(self) -> None:
        """Somebody is reminded of it, or was, or has done what there was to do."""
        if self.case.closed:
            return
        checks = {check.id for check in self.ladder.follow_ups}
        last_move = max(
            event.sequence
            for event in self.events
            if isinstance(event.fact, e.StageChanged | e.Opened)
        )
        assert any(
            isinstance(event.fact, e.DeadlineSet) and event.fact.about in checks
            for event in self.events
            if event.sequence > last_move
        )

    def teardown(self) -> None:
        """Wherever one period ends and the next begins, reports on them add up, and agree."""
        if not hasattr(self, "events"):
            return
        first, last = self.events[0].at.date(), max(self.now, START + timedelta(days=2)).date()
        middle = self.events[len(self.events) // 2].at.date()
        after = self.now + timedelta(days=3)
        policies = {policy.digest: policy for policy in PACKS.values()}
        counted = []
        for days in ((first, middle), (middle + timedelta(days=1), last + timedelta(days=2))):
            period = days_period(CALENDAR, after, *days)
            concerns = Concerns(period)
            concerns.add(opening_of(self.events[0]))
            counts = concerns.counts + count_case(self.events, period, CALENDAR, policies)
            term_report("A school", period, after, counts, policies.values())
            counted.append(counts)
        earlier, later = counted
        track = self.case.track
        stood = {key[1]: n for key, n in earlier.items() if key[0] == Figure.STANDS}
        assert later[Figure.OPEN_AT_START, track] == sum(stood.values())
        limits = sum(n for key, n in earlier.items() if key[0] == Figure.RESTRICTION_STANDS)
        assert limits == sum(n for k, n in later.items() if k[0] == Figure.RESTRICTIONS_AT_START)


AnyStory.TestCase.settings = settings(
    max_examples=150,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestAnyStory = AnyStory.TestCase
