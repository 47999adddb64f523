"""Deadlines: when something falls due, who is reminded when, and what moves it."""

from bisect import bisect_left
from datetime import date, datetime

from domain.acting import PersonId
from domain.calendar import SchoolCalendar, Span
from domain.case import Case, Deadline
from domain.events import Alert, AlertRule, DeadlineMoved, DeadlineSet
from domain.policy import DutyRule, FollowUp, Ladder, Overdue, RestrictionRules
from domain.vocabulary import DeadlineKind, Role


def alert_rules(owner: Role, overdue: tuple[Overdue, ...]) -> tuple[AlertRule, ...]:
    """The owner on the due date, then each next role so long after it."""
    later = (AlertRule(tell=level.tell, after=level.after) for level in overdue)
    return (AlertRule(tell=owner), *later)


def follow_up_rules(follow_up: FollowUp) -> tuple[AlertRule, ...]:
    """Whom a follow-up's reminders tell: its owner, then each next role."""
    return alert_rules(follow_up.owner, follow_up.overdue)


def decision_rules(ladder: Ladder, rules: RestrictionRules, decider: Role) -> tuple[AlertRule, ...]:
    """The decider some school days before the last day, and the next role up on that day."""
    return (
        AlertRule(tell=decider, before=rules.remind_before_review),
        AlertRule(tell=ladder.alerts[0].tell),
    )


def alerts_for(
    calendar: SchoolCalendar,
    counted_from: date,
    due_on: date,
    rules: tuple[AlertRule, ...],
    *,
    urgent: bool,
) -> tuple[Alert, ...]:
    """When each rule's reminder goes out: at the school's opening, and never on a closed day.

    An urgent one does not wait for the school to open again. Raises CalendarDoesNotCover.
    """
    return tuple(
        Alert(at=_moment(calendar, counted_from, due_on, rule, urgent=urgent), tell=rule.tell)
        for rule in rules
    )


def _moment(
    calendar: SchoolCalendar, counted_from: date, due_on: date, rule: AlertRule, *, urgent: bool
) -> datetime:
    day = counted_from if rule.at_once else due_on
    if rule.before:
        days = calendar.school_days
        day = days[max(0, bisect_left(days, due_on) - rule.before.amount)]
    elif rule.after:
        day = calendar.add(due_on, rule.after)
    opening = calendar.opening(day)
    return opening if urgent else calendar.next_open_moment(opening)


def set_deadline(
    calendar: SchoolCalendar,
    deadline_id: str,
    kind: DeadlineKind,
    about: str,
    *,
    counted_from: date,
    span: Span | None = None,
    due_on: date | None = None,
    rules: tuple[AlertRule, ...] = (),
    blocks_closing: bool = False,
    urgent: bool = False,
    not_for: tuple[PersonId, ...] = (),
) -> DeadlineSet:
    """The fact that sets a deadline, `span` after `counted_from` or on the day `due_on`.

    It falls due at the end of that day's office hours. Raises CalendarDoesNotCover.
    """
    day = calendar.add(counted_from, span) if span else due_on
    if day is None:
        raise ValueError(f"{about}: a deadline needs a span or a day")
    return DeadlineSet(
        deadline=deadline_id,
        kind=kind,
        about=about,
        counted_from=counted_from,
        span=span,
        due_on=day,
        due_at=calendar.closing(day),
        rules=rules,
        alerts=alerts_for(calendar, counted_from, day, rules, urgent=urgent),
        blocks_closing=blocks_closing,
        urgent=urgent,
        not_for=not_for,
    )


def follow_up_deadline(
    calendar: SchoolCalendar, deadline_id: str, follow_up: FollowUp, from_day: date
) -> DeadlineSet:
    """The follow-up that a step sets when the case reaches it on `from_day`."""
    return set_deadline(
        calendar,
        deadline_id,
        DeadlineKind.FOLLOW_UP,
        follow_up.id,
        counted_from=from_day,
        span=follow_up.within,
        rules=follow_up_rules(follow_up),
    )


def duty_deadline(
    calendar: SchoolCalendar, deadline_id: str, duty: DutyRule, from_day: date
) -> DeadlineSet:
    """The duty that something which happened on `from_day` makes fall due."""
    return set_deadline(
        calendar,
        deadline_id,
        DeadlineKind.DUTY,
        duty.id,
        counted_from=from_day,
        span=duty.within,
        rules=alert_rules(duty.owner, duty.overdue),
        blocks_closing=duty.blocks_closing,
        urgent=duty.urgent,
    )


def move(
    calendar: SchoolCalendar,
    deadline: Deadline,
    why: str,
    *,
    counted_from: date | None = None,
    span: Span | None = None,
    due_on: date | None = None,
) -> DeadlineMoved:
    """The fact that moves an open deadline; what is left out stays. Raises CalendarDoesNotCover."""
    start = counted_from or deadline.counted_from
    length = None if due_on else (span or deadline.span)
    day = due_on or (calendar.add(start, length) if length else deadline.due_on)
    return DeadlineMoved.model_validate(
        {
            "deadline": deadline.id,
            "generation": deadline.generation + 1,
            "why": why,
            "was": deadline.due_at,
            "counted_from": start,
            "span": length,
            "due_on": day,
            "due_at": calendar.closing(day),
            "alerts": alerts_for(calendar, start, day, deadline.rules, urgent=deadline.urgent),
        }
    )


def fallen_due(case: Case, now: datetime) -> list[Deadline]:
    """The open deadlines that the timer must deal with at `now`, the earliest first."""
    due = [d for d in case.deadlines if (at := d.next_at) is not None and at <= now]
    return sorted(due, key=lambda d: (d.next_at, d.id))
