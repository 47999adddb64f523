"""What the record itself says to each question of the governors' checklist.

It helps a governor to judge, and judges nothing: each figure is counted from a case's events.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from domain import events as e
from domain.acting import TextRef
from domain.policy import Ladder
from domain.review_draw import CaseLife
from domain.vocabulary import DeadlineKind, DutyKind, Role, Severity, Stage

LIFE_TYPES = frozenset(
    kind.model_fields["type"].default
    for kind in (
        e.Opened,
        e.StageChanged,
        e.RestrictionProposed,
        e.RestrictionLifted,
        e.RestrictionLapsed,
    )
)
"""The types of the events that a case's life is made of."""

_DECISIONS = (
    e.StageChanged,
    e.NotActedOn,
    e.MeetingStopped,
    e.RestrictionProposed,
    e.RestrictionConfirmed,
    e.RestrictionVaried,
    e.RestrictionContinued,
    e.RestrictionLifted,
    e.AdjustmentRemoved,
)
_TASKS = (DeadlineKind.FOLLOW_UP, DeadlineKind.DUTY)


class Proportionate(NamedTuple):
    """The steps in order, the gravest severity, and each rung that was skipped."""

    severity: Severity
    incidents: int
    steps: tuple[Stage, ...]
    skipped: tuple[tuple[Stage, bool], ...]  # the rung, and whether a reason is on the record
    interim: tuple[str, ...]


class Timely(NamedTuple):
    """Follow-ups and duties: met in time, met late, past due and open, and reviews missed."""

    on_time: tuple[str, ...]
    late: tuple[str, ...]
    overdue: tuple[str, ...]
    extended: tuple[str, ...]
    missed: tuple[str, ...]


class HeardOn(NamedTuple):
    """One restriction, and whether its respondent was heard before it was confirmed."""

    restriction: str
    representations: int
    window_closed: bool
    confirmed: bool
    heard_first: bool
    answered: bool


class Signposted(NamedTuple):
    """Whether signposting was owed, whether it was done, and whether in time (None: not owed)."""

    owed: bool
    done: int
    on_time: bool | None


class Recorded(NamedTuple):
    """The texts that the record commits to, decisions with a reason, and meetings written up.

    `meetings_held` counts those that were stopped, too.
    """

    texts: int
    decisions: int
    with_reason: int
    meetings_held: int
    meetings_written_up: int


class RecordSays(NamedTuple):
    """What the record says to each question of the checklist."""

    proportionate: Proportionate
    timely: Timely
    heard: tuple[HeardOn, ...]
    signposted: Signposted
    recorded: Recorded


def what_the_record_says(ladder: Ladder, events: Sequence[e.Event], now: datetime) -> RecordSays:
    """The facts of one case, counted from its events as they stood at `now` (aware)."""
    past = [event for event in events if event.at <= now]
    return RecordSays(
        _proportionate(past),
        _timely(past, now),
        _heard(past),
        _signposted(ladder, past, now),
        _recorded(past),
    )


def decided_in(events: Iterable[e.Event]) -> frozenset[str]:
    """Everybody who decided anything in a case, or was on its panel."""
    people: set[str] = set()
    for event in events:
        if isinstance(event.fact, _DECISIONS) and event.actor.role is not Role.SYSTEM:
            people.add(event.actor.person)
        if isinstance(event.fact, e.PanelAssigned):
            people |= set(event.fact.members)
    return frozenset(people)


def life_of(
    reference: str, events: Iterable[e.Event], local_date: Callable[[datetime], date]
) -> CaseLife:
    """What a draw needs to know of a case; of its events, those of LIFE_TYPES are enough."""
    opened: list[tuple[date, date | None]] = []
    restricted: dict[str, tuple[date, date | None]] = {}
    advised = []
    for event in events:
        fact, day = event.fact, local_date(event.at)
        if isinstance(fact, e.Opened):
            opened.append((day, None))
        elif isinstance(fact, e.RestrictionProposed):
            restricted[fact.restriction] = (day, None)
        elif isinstance(fact, e.RestrictionLifted | e.RestrictionLapsed):
            restricted[fact.restriction] = (restricted[fact.restriction][0], day)
        elif isinstance(fact, e.StageChanged):
            if fact.advice is not None:
                advised.append(day)
            if fact.dest is Stage.CLOSED:
                opened[-1] = (opened[-1][0], day)
            elif fact.source is Stage.CLOSED:
                opened.append((day, None))
    return CaseLife(reference, tuple(opened), tuple(restricted.values()), tuple(advised))


def _proportionate(events: Sequence[e.Event]) -> Proportionate:
    gravity = list(Severity)
    grave = [
        event.fact.severity
        for event in events
        if isinstance(event.fact, e.Opened | e.IncidentAdded)
    ]
    moves = [event.fact for event in events if isinstance(event.fact, e.StageChanged)]
    return Proportionate(
        severity=max(grave, key=gravity.index),
        incidents=len(grave),
        steps=tuple(move.dest for move in moves),
        skipped=tuple((stage, move.reason is not None) for move in moves for stage in move.skipped),
        interim=tuple(
            event.fact.restriction
            for event in events
            if isinstance(event.fact, e.RestrictionProposed) and event.fact.interim
        ),
    )


def _timely(events: Sequence[e.Event], now: datetime) -> Timely:
    tasks: dict[str, str] = {}
    names: dict[str, str] = {}
    due: dict[str, datetime] = {}
    told: dict[str, list[str]] = {"on_time": [], "late": [], "extended": [], "missed": []}
    for event in events:
        fact = event.fact
        if isinstance(fact, e.DeadlineSet):
            names[fact.deadline] = fact.about
            if fact.kind in _TASKS:
                tasks[fact.deadline] = fact.about
                due[fact.deadline] = fact.due_at
        elif isinstance(fact, e.DeadlineMoved):
            if fact.deadline in due:
                due[fact.deadline] = fact.due_at
            if fact.why == "extended":
                told["extended"].append(names[fact.deadline])
        elif isinstance(fact, e.DeadlineMet):
            due.pop(fact.deadline, None)
            told["on_time" if fact.on_time else "late"].append(names[fact.deadline])
        elif isinstance(fact, e.DeadlineMissed):
            due.pop(fact.deadline, None)
            told["missed"].append(names[fact.deadline])
        elif isinstance(fact, e.DeadlineEnded):
            due.pop(fact.deadline, None)
        elif isinstance(fact, e.Settled):
            due.clear()
    overdue = tuple(tasks[one] for one, at in due.items() if at < now)
    return Timely(
        tuple(told["on_time"]),
        tuple(told["late"]),
        overdue,
        tuple(told["extended"]),
        tuple(told["missed"]),
    )


def _heard(events: Sequence[e.Event]) -> tuple[HeardOn, ...]:
    found: dict[str, HeardOn] = {}
    for event in events:
        fact = event.fact
        if isinstance(fact, e.RestrictionProposed):
            found[fact.restriction] = HeardOn(fact.restriction, 0, False, False, False, False)
        elif isinstance(fact, e.RepresentationsSubmitted):
            one = found[fact.restriction]
            found[fact.restriction] = one._replace(representations=one.representations + 1)
        elif isinstance(fact, e.RepresentationsClosed):
            found[fact.restriction] = found[fact.restriction]._replace(window_closed=True)
        elif isinstance(fact, e.RestrictionConfirmed):
            one = found[fact.restriction]
            found[fact.restriction] = one._replace(
                confirmed=True,
                heard_first=one.representations > 0 or one.window_closed,
                answered=fact.answer is not None,
            )
    return tuple(found.values())


def _signposted(ladder: Ladder, events: Sequence[e.Event], now: datetime) -> Signposted:
    duties = {duty.id for duty in ladder.duties if duty.kind is DutyKind.SIGNPOST}
    due = {
        event.fact.deadline: event.fact.due_at
        for event in events
        if isinstance(event.fact, e.DeadlineSet) and event.fact.about in duties
    }
    met = {
        event.fact.deadline: event.fact.on_time
        for event in events
        if isinstance(event.fact, e.DeadlineMet) and event.fact.deadline in due
    }
    done = sum(isinstance(event.fact, e.Signposted) for event in events)
    in_time = all(met.get(one, at >= now) for one, at in due.items()) if due else None
    return Signposted(owed=bool(due), done=done, on_time=in_time)


def _recorded(events: Sequence[e.Event]) -> Recorded:
    decisions = [
        event.fact
        for event in events
        if isinstance(event.fact, _DECISIONS)
        and not isinstance(event.fact, e.RestrictionProposed)  # its step's own event has the reason
        and event.actor.role is not Role.SYSTEM
    ]
    return Recorded(
        texts=sum(len(list(_texts(event.fact))) for event in events),
        decisions=len(decisions),
        with_reason=sum(getattr(fact, "reason", None) is not None for fact in decisions),
        # One that was stopped took place, and its record is owed like any other's.
        meetings_held=sum(
            isinstance(event.fact, e.MeetingHeld | e.MeetingStopped) for event in events
        ),
        meetings_written_up=sum(isinstance(event.fact, e.MeetingRecordKept) for event in events),
    )


def _texts(fact: Any) -> Iterable[TextRef]:
    for name in type(fact).model_fields:
        value = getattr(fact, name)
        if isinstance(value, TextRef):
            yield value
        elif isinstance(value, e.Restriction):
            yield from _texts(value)
