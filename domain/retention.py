"""How long a case is kept once it is over, and how its texts go: proposed, then confirmed."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from domain.acting import Actor, TextRef
from domain.calendar import Clock, SchoolCalendar, Span
from domain.case import Case
from domain.errors import (
    AlreadyDisposed,
    ConflictOfInterest,
    DayInThePast,
    NotDueYet,
    NotProposed,
    NotSettled,
    OnLegalHold,
)
from domain.holds import Hold, holds_of, require_role
from domain.policy import Policy
from domain.register import (
    CaseDisposed,
    CaseKept,
    DisposalProposed,
    ErasureRepeated,
    RegisterEvent,
)
from domain.vocabulary import Role

MAY_DECIDE = (
    Role.HEADTEACHER,
    Role.CHAIR_OF_GOVERNORS,
    Role.ADMINISTRATOR,
    Role.DATA_PROTECTION_OFFICER,
)
WITHOUT_TERM_DATES = frozenset({Clock.CALENDAR_DAYS, Clock.CALENDAR_WEEKS, Clock.CALENDAR_MONTHS})
"""The clocks that count years ahead; nobody knows the school days that far."""


class Retention(NamedTuple):
    """What a register says of keeping and removing: each by the case's reference."""

    holds: dict[str, Hold]
    kept_until: dict[str, date]
    proposed: dict[str, datetime]
    disposed: dict[str, datetime]


def retention_of(entries: Iterable[RegisterEvent]) -> Retention:
    """What these entries of one register add up to."""
    entries = list(entries)
    state = Retention(holds_of(entries), {}, {}, {})
    for entry in entries:
        fact = entry.fact
        match fact:
            case DisposalProposed():
                state.proposed.update(dict.fromkeys(fact.references, entry.at))
            case CaseKept():
                state.kept_until[fact.reference] = fact.until
                state.proposed.pop(fact.reference, None)
            case CaseDisposed():
                state.disposed[fact.reference] = entry.at
                state.proposed.pop(fact.reference, None)
            case ErasureRepeated():
                state.disposed.update(dict.fromkeys(fact.references, entry.at))
    return state


def span_of(policy: Policy, case: Case) -> Span:
    """How long the policy keeps this case, counted from the day on which it closed."""
    if case.restrictions and policy.retention_after_restriction is not None:
        return policy.retention_after_restriction
    return policy.retention


def due_on(policy: Policy, calendar: SchoolCalendar, case: Case, state: Retention) -> date | None:
    """The day on which the case is to be looked at; None while it is not settled, or is gone.

    Counted from the day it closed, or from the later day until which somebody decided to keep it.
    A legal hold does not change the day: it keeps the case whatever the day is.
    """
    if not case.settled or case.closed_at is None or case.reference in state.disposed:
        return None
    ends = calendar.add(calendar.local_date(case.closed_at), span_of(policy, case))
    return max(ends, state.kept_until.get(case.reference, ends))


def to_propose(due: Iterable[tuple[str, date]], state: Retention, today: date) -> tuple[str, ...]:
    """The references, with the days on which they are due, that a sweep proposes today."""
    return tuple(
        sorted(
            reference
            for reference, day in due
            if day <= today and reference not in state.holds and reference not in state.proposed
        )
    )


def may_dispose(case: Case, due: date | None, state: Retention, actor: Actor, today: date) -> None:
    """Refuses a disposal that is not proposed, not due, or stopped by a hold. Raises a CaseError.

    `due` is what `due_on` says of the case.
    """
    require_role(actor, MAY_DECIDE, "Confirming that a case goes.")
    _may_decide(case, state, actor)
    if due is None or not case.settled:
        raise NotSettled(f"{case.reference} is kept.")
    if due > today:
        raise NotDueYet(f"{case.reference} is kept until {due}.", not_before=due)
    if case.reference not in state.proposed:
        raise NotProposed(case.reference)


def keep_longer(
    case: Case,
    due: date | None,
    state: Retention,
    actor: Actor,
    until: date,
    reason: TextRef,
    today: date,
) -> CaseKept:
    """Keeps a case until a later day than it would be. Raises a CaseError."""
    require_role(actor, MAY_DECIDE, "Keeping a case for longer.")
    _may_decide(case, state, actor, held=False)
    if due is None:
        raise NotSettled(f"{case.reference} is kept anyhow, and its time has not begun.")
    if until <= max(today, due):
        raise DayInThePast(
            f"{case.reference} is kept until {due} by its code, and today is {today}: give a day "
            "after both."
        )
    return CaseKept(reference=case.reference, until=until, reason=reason)


def _may_decide(case: Case, state: Retention, actor: Actor, *, held: bool = True) -> None:
    if case.reference in state.disposed:
        raise AlreadyDisposed(case.reference)
    if held and case.reference in state.holds:
        raise OnLegalHold(f"{case.reference} is on hold.")
    if actor.person in case.involved:
        raise ConflictOfInterest(f"You have a part in {case.reference}.")
