"""Events as a case brings them forth, without the rules that would decide them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from domain import events as e
from domain.actions import Actor, TextRef
from domain.calendar import Clock, Span
from domain.case import Case
from domain.contracts import RecordEvents
from domain.evolve import evolve
from domain.vocabulary import ActionName, DeadlineKind, Role, Severity, Stage, Track

SCHOOL = "eleanor-palmer"
REFERENCE = "EP-2026-0001"
OPENED_AT = datetime(2026, 9, 14, 9, 30, tzinfo=UTC)
DUE_AT = datetime(2026, 9, 16, 15, 30, tzinfo=UTC)
HEAD = Actor(person="person-head", role=Role.HEADTEACHER)


def opened(track: Track = Track.ADVOCATE_CONDUCT) -> e.Opened:
    return e.Opened(
        track=track,
        policy="eleanor-palmer-advocates",
        policy_version="1.0",
        policy_digest="d" * 64,
        calendar_digest="c" * 64,
        respondent="person-advocate",
        family="person-parent",
        advocate="person-advocate",
        named=(),
        severity=Severity.MODERATE,
        clauses=("ep.expect.courtesy",),
        narrative=text_ref("narrative"),
        occurred_on=date(2026, 9, 11),
        received_at=OPENED_AT,
    )


def duty(deadline: str = "deadline-1") -> e.DeadlineSet:
    return e.DeadlineSet(
        deadline=deadline,
        kind=DeadlineKind.DUTY,
        about="acknowledge",
        counted_from=date(2026, 9, 14),
        span=Span(amount=2, clock=Clock.SCHOOL_DAYS),
        due_on=date(2026, 9, 16),
        due_at=DUE_AT,
        rules=(e.AlertRule(tell=Role.HEADTEACHER),),
        alerts=(e.Alert(at=DUE_AT, tell=Role.HEADTEACHER),),
    )


def reminded_informally() -> e.StageChanged:
    return e.StageChanged(
        action=ActionName.REMIND_INFORMALLY,
        source=Stage.RAISED,
        dest=Stage.INFORMAL_REMINDER,
        rung=Stage.INFORMAL_REMINDER,
        clauses=("ep.expect.courtesy",),
        reason=text_ref("reason"),
    )


def note(word: str = "note") -> e.NoteAdded:
    return e.NoteAdded(text=text_ref(word))


def text_ref(word: str) -> TextRef:
    return TextRef(id=f"text-{word}", commitment="0" * 64)


def batch(case: Case | None, facts: Iterable[e.Fact], reference: str = REFERENCE) -> RecordEvents:
    """The events that state `facts`, after `case`, and the case after them."""
    events = []
    for fact in facts:
        sequence = case.sequence + 1 if case else 1
        event = e.Event(
            school=SCHOOL,
            reference=reference,
            sequence=sequence,
            at=OPENED_AT + timedelta(minutes=sequence),
            actor=HEAD,
            action_id=f"action-{sequence}",
            fact=fact,
        )
        case = evolve(case, event)
        events.append(event)
    assert case is not None
    return RecordEvents(events=tuple(events), case=case)


def opening(
    reference: str = REFERENCE, facts: Sequence[e.Fact] = (), track: Track = Track.ADVOCATE_CONDUCT
) -> RecordEvents:
    """A case's first batch: opened, with a duty to acknowledge, then `facts`."""
    return batch(None, (opened(track), duty(), *facts), reference)


def joined(*batches: RecordEvents) -> RecordEvents:
    """Several batches as one."""
    return RecordEvents(
        events=tuple(event for one in batches for event in one.events), case=batches[-1].case
    )
