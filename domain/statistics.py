"""What happened to a school's cases in a period, counted from their events, and no name in it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from math import ceil
from typing import NamedTuple

from domain import events as e
from domain.calendar import CalendarDoesNotCover, SchoolCalendar
from domain.case import Case, Deadline, RestrictionState
from domain.evolve import evolve
from domain.period import Period
from domain.policy import Policy
from domain.vocabulary import DeadlineKind, DutyKind, RestrictionStatus, Stage, Track


class Figure(StrEnum):
    """What is counted; in brackets, by what."""

    OPEN_AT_START = "open_at_start"  # (track)
    OPENED = "opened"  # (track)
    REOPENED = "reopened"  # (track)
    CLOSED = "closed"  # (outcome, track): each closing
    STANDS = "stands"  # (stage, track) at the end, closed ones left out
    STAY = "stay"  # (stage, school days): it ended in the period
    STAY_NOT_COUNTED = "stay_not_counted"  # (stage): the calendar does not reach so far
    FOLLOW_UP = "follow_up"  # (track, Kept)
    DUTY = "duty"  # (kind, Kept)
    RESTRICTIONS_AT_START = "restrictions_at_start"  # (step)
    RESTRICTION = "restriction"  # (step, Happened)
    RESTRICTION_STANDS = "restriction_stands"  # (step, Standing) at the end
    FIRST_CONCERN = "first_concern"
    REPEAT_CONCERN = "repeat_concern"  # about somebody about whom there was one before
    FURTHER_INCIDENT = "further_incident"  # cases in which something happened again


class Kept(StrEnum):
    """What became of a follow-up or a duty."""

    ON_TIME = "on_time"
    LATE = "late"
    MOVED_ON = "moved_on"  # a follow-up: the case took another step first
    MISSED = "missed"  # overdue at the end, or ended without having been met


class Happened(StrEnum):
    """What happened to a restriction."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    CONTINUED = "continued"
    VARIED = "varied"
    LIFTED = "lifted"
    NOT_RENEWED = "not_renewed"  # it lapsed at its review
    NOT_CONFIRMED = "not_confirmed"  # it lapsed before it was decided


class Standing(StrEnum):
    """How an open restriction stands."""

    PROPOSED = "proposed"
    IN_EFFECT = "in_effect"
    PAST_REVIEW = "past_review"  # in effect, though its review date is over


Counts = Counter[tuple[str | int, ...]]
"""How often; the key is a Figure and by what it is counted."""

_HAPPENED: dict[type, Happened] = {
    e.RestrictionProposed: Happened.PROPOSED,
    e.RestrictionConfirmed: Happened.CONFIRMED,
    e.RestrictionContinued: Happened.CONTINUED,
    e.RestrictionVaried: Happened.VARIED,
    e.RestrictionLifted: Happened.LIFTED,
}


class Opening(NamedTuple):
    """A concern that was raised: when, on which track, and about whom."""

    at: datetime
    track: Track
    about: str


def opening_of(event: e.Event) -> Opening:
    """What the first event of a case says. A concern about the school or a service is told apart
    by who raised it. Raises ValueError for any other event."""
    fact = event.fact
    if not isinstance(fact, e.Opened):
        raise ValueError(f"{event.reference}: event {event.sequence} does not open a case")
    return Opening(event.at, fact.track, fact.respondent or event.actor.person)


class Concerns:
    """Counts first and repeat concerns of a period, from all openings before its end in order."""

    def __init__(self, period: Period) -> None:
        self.counts: Counts = Counter()
        self._period = period
        self._known: set[tuple[Track, str]] = set()

    def add(self, opening: Opening) -> None:
        """Counts the next one."""
        same = (opening.track, opening.about)
        if self._period.begins <= opening.at < self._period.ends:
            figure = Figure.REPEAT_CONCERN if same in self._known else Figure.FIRST_CONCERN
            self.counts[figure,] += 1
        self._known.add(same)


def count_case(
    events: Iterable[e.Event],
    period: Period,
    calendar: SchoolCalendar,
    policies: Mapping[str, Policy],
) -> Counts:
    """What happened to one case. `events` are all of it before the period's end, in order.

    `policies` holds every policy that the case ran under, by its digest.
    """
    walk = _Walk(period, calendar, policies)
    case: Case | None = None
    for event in events:
        if event.at >= period.ends:
            break
        if event.at >= period.begins:
            walk.starts(case)
            walk.event(case, event)
        case = evolve(case, event)
        walk.remember_duties(case, event)
    walk.starts(case)
    if case is not None:
        walk.ends(case)
    return walk.counts


class _Walk:
    """Goes through one case's events, and counts."""

    def __init__(
        self, period: Period, calendar: SchoolCalendar, policies: Mapping[str, Policy]
    ) -> None:
        self.counts: Counts = Counter()
        self._period = period
        self._calendar = calendar
        self._policies = policies
        self._started = False
        self._duties: dict[str, DutyKind] = {}  # by the deadline's id

    def starts(self, case: Case | None) -> None:
        """Counts, once, how the case stood when the period began."""
        if not self._started and case is not None:
            if not case.closed:
                self.counts[Figure.OPEN_AT_START, case.track] += 1
            for restriction in case.open_restrictions:
                self.counts[Figure.RESTRICTIONS_AT_START, restriction.step] += 1
        self._started = True

    def remember_duties(self, case: Case, event: e.Event) -> None:
        """A duty's kind stands in the policy that the case ran under when the duty arose."""
        fact = event.fact
        if isinstance(fact, e.DeadlineSet) and fact.kind is DeadlineKind.DUTY:
            ladder = self._policies[case.policy_digest].by_track[case.track]
            # A duty that follows from no promise of the code (a letter that came back) has no kind.
            for duty in ladder.duties:
                if duty.id == fact.about:
                    self._duties[fact.deadline] = duty.kind

    def event(self, case: Case | None, event: e.Event) -> None:
        """Counts one event; `case` is the case before it."""
        match event.fact:
            case e.Opened() as fact:
                self.counts[Figure.OPENED, fact.track] += 1
            case e.StageChanged() as fact if case:
                self._moved(case, event, fact)
            case e.IncidentAdded():
                self.counts[Figure.FURTHER_INCIDENT,] = 1
            case e.DeadlineMet() as fact if case:
                kept = Kept.ON_TIME if fact.on_time else Kept.LATE
                self._kept(case, case.deadline(fact.deadline), kept)
            case e.DeadlineEnded() as fact if case:
                self._ended(case, event, case.deadline(fact.deadline))
            case e.RestrictionLapsed() as fact if case:
                renewal = fact.missed is DeadlineKind.REVIEW
                happened = Happened.NOT_RENEWED if renewal else Happened.NOT_CONFIRMED
                self._restriction(case, fact.restriction, happened)
            case e.RestrictionProposed() as fact:
                self.counts[Figure.RESTRICTION, fact.step, Happened.PROPOSED] += 1
            case (
                e.RestrictionConfirmed()
                | e.RestrictionContinued()
                | e.RestrictionVaried()
                | e.RestrictionLifted()
            ) as fact if case:
                self._restriction(case, fact.restriction, _HAPPENED[type(fact)])
            case _:
                pass

    def ends(self, case: Case) -> None:
        """Counts how the case stands when the period ends."""
        if not case.closed:
            self.counts[Figure.STANDS, case.stage, case.track] += 1
        for deadline in case.deadlines:
            if deadline.due_at < self._period.ends:
                self._kept(case, deadline, Kept.MISSED)
        for restriction in case.open_restrictions:
            standing = self._standing(case, restriction)
            self.counts[Figure.RESTRICTION_STANDS, restriction.step, standing] += 1

    def _moved(self, case: Case, event: e.Event, fact: e.StageChanged) -> None:
        if fact.source is Stage.CLOSED:
            self.counts[Figure.REOPENED, case.track] += 1
            return
        if fact.outcome is not None:
            self.counts[Figure.CLOSED, fact.outcome, case.track] += 1
        since, until = map(self._calendar.local_date, (case.stage_since, event.at))
        try:
            days = self._calendar.school_days_between(since, until)
        except CalendarDoesNotCover:
            self.counts[Figure.STAY_NOT_COUNTED, fact.source] += 1
        else:
            self.counts[Figure.STAY, fact.source, days] += 1

    def _kept(self, case: Case, deadline: Deadline | None, kept: Kept) -> None:
        if deadline is None:
            return
        if deadline.kind is DeadlineKind.FOLLOW_UP:
            self.counts[Figure.FOLLOW_UP, case.track, kept] += 1
        elif deadline.id in self._duties:
            self.counts[Figure.DUTY, self._duties[deadline.id], kept] += 1

    def _ended(self, case: Case, event: e.Event, deadline: Deadline | None) -> None:
        """Not needed any more: a follow-up, because the case moved on; a duty, that it is over."""
        if deadline is None:
            return
        if deadline.kind is DeadlineKind.FOLLOW_UP:
            self._kept(case, deadline, Kept.MOVED_ON)
        elif deadline.kind is DeadlineKind.DUTY and deadline.due_at < event.at:
            self._kept(case, deadline, Kept.MISSED)

    def _restriction(self, case: Case, restriction_id: str, happened: Happened) -> None:
        if restriction := case.restriction(restriction_id):
            self.counts[Figure.RESTRICTION, restriction.step, happened] += 1

    def _standing(self, case: Case, restriction: RestrictionState) -> Standing:
        if restriction.status is RestrictionStatus.PROPOSED:
            return Standing.PROPOSED
        review = case.deadline_about(DeadlineKind.REVIEW, restriction.id)
        due = review.due_at if review else self._calendar.closing(restriction.terms.review_on)
        return Standing.PAST_REVIEW if due < self._period.ends else Standing.IN_EFFECT


def percentile(lengths: Mapping[int, int], share: float) -> int:
    """The nearest-rank percentile: the least length that at least `share` of all do not exceed.

    `lengths` says how often each occurs; one at least does.
    """
    return _at_rank(sorted(lengths.items()), ceil(share * sum(lengths.values())))


def median(lengths: Mapping[int, int]) -> float:
    """The one in the middle, or what lies between the two in the middle."""
    ordered, total = sorted(lengths.items()), sum(lengths.values())
    lower, upper = _at_rank(ordered, (total + 1) // 2), _at_rank(ordered, total // 2 + 1)
    return (lower + upper) / 2


def _at_rank(ordered: Sequence[tuple[int, int]], rank: int) -> int:
    reached = 0
    for length, times in ordered:
        reached += times
        if reached >= rank:
            return length
    raise ValueError("there is nothing to take a percentile of")
