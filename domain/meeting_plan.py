"""When people are reminded of a meeting, and who is asked what became of it."""

from bisect import bisect_left
from datetime import datetime

from pydantic import AwareDatetime

from domain.calendar import CalendarDoesNotCover, SchoolCalendar
from domain.deadlines import alert_rules
from domain.events import Alert, AlertRule
from domain.meetings import Meeting
from domain.policy import Frozen, Ladder
from domain.vocabulary import DutyKind


class MeetingPlan(Frozen):
    """What is to be done about a meeting as it stands after `sequence` changes.

    `remind_at` is when everybody who is invited is reminded; None where that moment had passed
    when the meeting was set. `ask` is who is asked, when, to say what became of it.
    """

    sequence: int
    remind_at: AwareDatetime | None
    ask: tuple[Alert, ...]


def plan_of(
    ladder: Ladder, calendar: SchoolCalendar, meeting: Meeting, now: datetime
) -> MeetingPlan:
    """The plan for a meeting that was set, or moved, at `now`.

    Everybody is reminded when the school opens on the school day before. Whoever keeps the record
    is asked once the meeting is over and the school is open, then the next roles up, as the code
    has it for the duty to keep the record.
    """
    remind_at = _school_day_before(calendar, meeting.at)
    if remind_at is not None and remind_at <= now:
        remind_at = None
    return MeetingPlan(
        sequence=meeting.sequence,
        remind_at=remind_at,
        ask=tuple(_alert(calendar, meeting.ends_at, rule) for rule in _rules(ladder)),
    )


def _school_day_before(calendar: SchoolCalendar, at: datetime) -> datetime | None:
    days = calendar.school_days
    position = bisect_left(days, calendar.local_date(at))
    return calendar.opening(days[position - 1]) if position else None


def _rules(ladder: Ladder) -> tuple[AlertRule, ...]:
    for duty in ladder.duties:
        if duty.kind is DutyKind.RECORD_MEETING:
            return alert_rules(duty.owner, duty.overdue)
    return alert_rules(ladder.first_look.owner, ladder.first_look.overdue)


def _alert(calendar: SchoolCalendar, ended: datetime, rule: AlertRule) -> Alert:
    try:
        first = calendar.next_open_moment(ended)
        if rule.after is None:
            return Alert(at=first, tell=rule.tell)
        day = calendar.add(calendar.local_date(first), rule.after)
        return Alert(at=calendar.next_open_moment(calendar.opening(day)), tell=rule.tell)
    except CalendarDoesNotCover:
        return Alert(
            at=ended, tell=rule.tell
        )  # past the calendar's end, early is better than never
