"""A long record to measure with: real rows, made quickly, never kept.

Every case is the beginning of one story told with the domain's own events; only its reference, its
ids and its dates differ from the next one's. The content is the canonical JSON that recording the
same events would have stored.
"""

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from domain import events as e
from domain.actions import Actor, TextRef
from domain.audit import canonical
from domain.calendar import Clock, Span
from domain.case import Case
from domain.chain import genesis
from domain.evolve import evolve
from domain.vocabulary import ActionName, DeadlineKind, Role, Severity, Stage, Track

SCHOOL = "benchmark-school"
STARTS = datetime(2026, 9, 1, 8, 0, 0, 123456, tzinfo=UTC)
SIZES = (6, 9, 12, 14, 17, 21, 25, 30, 38, 60)  # events of a case, in turn: 23 on average
_REFERENCE = "BM-2026-@@@@@@"  # each case has its own number in these places
_NUMBER = b"@@@@@@"
_HEAD = Actor(person=f"person-head-{'0' * 20}", role=Role.HEADTEACHER)
_LEADER = Actor(person=f"person-@@@@@@{'0' * 14}", role=Role.SENIOR_LEADER)
_DUE_AT = datetime(2026, 9, 16, 15, 30, tzinfo=UTC)


class SampleCase(NamedTuple):
    """A case's rows: for `cases` (one), and for `events`."""

    case: dict[str, Any]
    events: list[dict[str, Any]]


class _Template(NamedTuple):
    contents: list[bytes]
    moments: list[datetime]
    types: Sequence[str]
    roles: list[str]
    states: dict[int, tuple[Case, str]]


def sample_cases(events: int) -> Iterator[SampleCase]:
    """Cases with `events` events together; the last one is cut short where it must be."""
    template = _told()
    left = events
    for number, size in enumerate(itertools.cycle(SIZES), start=1):
        if not left:
            return
        taken = min(size, left)
        left -= taken
        yield _case(template, number, taken)


def _case(template: _Template, number: int, size: int) -> SampleCase:
    digits = f"{number:06d}"
    reference = _REFERENCE.replace("@@@@@@", digits)
    as_bytes = digits.encode()
    head = genesis(SCHOOL, reference)
    rows = []
    for place in range(size):
        content = template.contents[place].replace(_NUMBER, as_bytes)
        head = hashlib.sha256(head + content).digest()
        rows.append(
            {
                "school": SCHOOL,
                "reference": reference,
                "sequence": place + 1,
                "at": template.moments[place],
                "type": template.types[place],
                "actor_role": template.roles[place],
                "content": content,
                "hash": head,
            }
        )
    case, state = template.states[size]
    return SampleCase(
        {
            "school": SCHOOL,
            "reference": reference,
            "track": case.track.value,
            "policy_digest": case.policy_digest,
            "stage": case.stage.value,
            "severity": case.severity.value,
            "sequence": size,
            "head": head,
            "opened_at": case.opened_at,
            "closed_at": case.closed_at,
            "next_at": case.next_at,
            "state": state.replace("@@@@@@", digits),
        },
        rows,
    )


def _told() -> _Template:
    contents, moments, types, roles = [], [], [], []
    states: dict[int, tuple[Case, str]] = {}
    case: Case | None = None
    for sequence, fact in enumerate(itertools.islice(_facts(), max(SIZES)), start=1):
        event = e.Event(
            school=SCHOOL,
            reference=_REFERENCE,
            sequence=sequence,
            at=STARTS + timedelta(hours=7 * sequence),
            actor=_HEAD if sequence % 3 else _LEADER,
            action_id=f"action-@@@@@@-{sequence:04d}-{'0' * 12}",
            fact=fact,
        )
        case = evolve(case, event)
        contents.append(canonical(event))
        moments.append(event.at)
        types.append(fact.type)
        roles.append(event.actor.role.value)
        states[sequence] = (case, case.model_dump_json())
    return _Template(contents, moments, types, roles, states)


def _facts() -> Iterable[e.Fact]:
    yield e.Opened(
        track=Track.ADVOCATE_CONDUCT,
        policy="eleanor-palmer-advocates",
        policy_version="1.0",
        policy_digest="d" * 64,
        calendar_digest="c" * 64,
        respondent=f"person-@@@@@@{'1' * 14}",
        family=f"person-@@@@@@{'2' * 14}",
        advocate=f"person-@@@@@@{'1' * 14}",
        named=(),
        severity=Severity.MODERATE,
        clauses=("ep.expect.courtesy",),
        narrative=_text("narrative"),
        occurred_on=date(2026, 9, 1),
        received_at=STARTS,
    )
    yield _duty("deadline-1")
    yield e.Acknowledged()
    yield e.DeadlineMet(deadline="deadline-1", on_time=True)
    yield e.StageChanged(
        action=ActionName.REMIND_INFORMALLY,
        source=Stage.RAISED,
        dest=Stage.INFORMAL_REMINDER,
        rung=Stage.INFORMAL_REMINDER,
        clauses=("ep.expect.courtesy",),
        reason=_text("reason"),
    )
    for number in itertools.count(2):
        yield e.NoteAdded(text=_text(f"note-{number}"))
        yield _duty(f"deadline-{number}")
        yield e.Assigned(to=_HEAD.person)
        yield e.IncidentAdded(
            occurred_on=date(2026, 9, 10),
            severity=Severity.MODERATE,
            clauses=("ep.expect.courtesy", "ep.expect.speech"),
            text=_text(f"incident-{number}"),
        )
        yield e.NoticeSent(
            deadline=f"deadline-{number}",
            level=0,
            told=_HEAD.person,
            message_id=f"<@@@@@@.{number}@evenhand.invalid>",
            digest="e" * 64,
            sent_at=_DUE_AT,
        )
        yield e.DeadlineMet(deadline=f"deadline-{number}", on_time=True, result=_text("result"))


def _duty(deadline: str) -> e.DeadlineSet:
    return e.DeadlineSet(
        deadline=deadline,
        kind=DeadlineKind.DUTY,
        about="acknowledge",
        counted_from=date(2026, 9, 14),
        span=Span(amount=2, clock=Clock.SCHOOL_DAYS),
        due_on=date(2026, 9, 16),
        due_at=_DUE_AT,
        rules=(e.AlertRule(tell=Role.HEADTEACHER),),
        alerts=(e.Alert(at=_DUE_AT, tell=Role.HEADTEACHER),),
    )


def _text(word: str) -> TextRef:
    return TextRef(id=f"text-@@@@@@-{word}", commitment="0" * 64)
