"""The school calendar: which days count, when things fall due, when a family may be written to.

Dates are local dates of the school; instants are UTC. Everything here is pure and runs inside
workflows, so the indexes are built once for each calendar and then only searched.
"""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from datetime import UTC, date, datetime, time
from functools import cached_property
from zoneinfo import ZoneInfo

from domain.calendar_dates import ONE_DAY, CalendarDates, a_date
from domain.calendar_entries import (
    BankHoliday,
    CalendarDoesNotCover,
    CalendarError,
    Clock,
    Closure,
    ClosureKind,
    Due,
    NaiveInstant,
    Span,
    Term,
)

__all__ = [
    "BankHoliday",
    "CalendarDoesNotCover",
    "CalendarError",
    "Clock",
    "Closure",
    "ClosureKind",
    "Due",
    "NaiveInstant",
    "SchoolCalendar",
    "Span",
    "Term",
]


class SchoolCalendar(CalendarDates):
    """One school's calendar: counts days, finds due dates, knows when the school is open."""

    # Counting

    def first_school_day_on_or_after(self, day: date) -> date:
        """The day itself if it is a school day, else the next. Raises CalendarDoesNotCover."""
        return self.add(day, Span(amount=0, clock=Clock.SCHOOL_DAYS))

    def add(self, start: date, span: Span) -> date:
        """The date that lies `span` after `start`, which is the day of receipt and not counted.

        School and working days: day 1 is the first such day after `start`, so whatever comes at
        a weekend or out of term counts from the first school day; zero of them is the first
        such day on or after `start`. The other clocks run through weekends and holidays; a
        month later is the same day of the month, or the last if there is none (31 January plus
        one month is 28 or 29 February). Raises CalendarDoesNotCover where the calendar can't say.
        """
        a_date(start)
        match span.clock:
            case Clock.SCHOOL_DAYS:
                return _nth(self.school_days, self.coverage, start, span)
            case Clock.WORKING_DAYS:
                return _nth(self.working_days, self.working_coverage, start, span)
            case Clock.CALENDAR_DAYS:
                return start + span.amount * ONE_DAY
            case Clock.CALENDAR_WEEKS:
                return start + span.amount * 7 * ONE_DAY
            case Clock.CALENDAR_MONTHS:
                return _months_later(start, span.amount)

    def school_days_between(self, start: date, end: date) -> int:
        """How many school days lie after `start`, up to and including `end`.

        Negative if `end` is the earlier. Raises CalendarDoesNotCover if either isn't covered.
        """
        first, last = self.coverage
        for day in (start, end):
            if not first <= a_date(day) <= last:
                raise CalendarDoesNotCover(day, first, last)
        return bisect_right(self.school_days, end) - bisect_right(self.school_days, start)

    def due(self, start: date, span: Span) -> Due:
        """When something is due that is asked for on `start`: at the end of that date's office
        hours. Raises CalendarDoesNotCover."""
        on = self.add(start, span)
        return Due(on=on, at=self.closing(on))

    # Local time and office hours

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def local_date(self, instant: datetime) -> date:
        """The school's date at `instant`. Raises NaiveInstant if that has no time zone."""
        return _aware(instant).astimezone(self._zone).date()

    def instant(self, day: date, at: time) -> datetime:
        """The moment (UTC) of a local date and time of day.

        A time that the spring change skips is the moment an hour later by the clock; one that
        the autumn change repeats is the first of the two.
        """
        if at.tzinfo is not None:
            raise CalendarError(f"{at} has a time zone already: give the school's local time.")
        return datetime.combine(a_date(day), at.replace(fold=0), self._zone).astimezone(UTC)

    def opening(self, day: date) -> datetime:
        """The moment (UTC) at which the office opens on `day`, if it does."""
        return self.instant(day, self.office_opens)

    def closing(self, day: date) -> datetime:
        """The moment (UTC) at which the office closes on `day`, if it is open."""
        return self.instant(day, self.office_closes)

    def quiet(self, instant: datetime) -> bool:
        """Whether families are left in peace: evening, night, weekend or holiday.

        Outside the coverage it is always quiet. Raises NaiveInstant.
        """
        day = self.local_date(instant)
        return not (self.is_school_day(day) and self.opening(day) <= instant < self.closing(day))

    def next_open_moment(self, instant: datetime) -> datetime:
        """`instant` (in UTC) if the school is open then, else its next opening.

        Raises NaiveInstant, CalendarDoesNotCover.
        """
        return self._next_moment(instant, Clock.SCHOOL_DAYS)

    def next_working_moment(self, instant: datetime) -> datetime:
        """Like `next_open_moment`, but on any working day, in the holidays too."""
        return self._next_moment(instant, Clock.WORKING_DAYS)

    def _next_moment(self, instant: datetime, clock: Clock) -> datetime:
        today = self.local_date(instant)
        day = self.add(today, Span(amount=0, clock=clock))
        if day == today and instant >= self.closing(today):
            day = self.add(today, Span(amount=1, clock=clock))
        return max(instant.astimezone(UTC), self.opening(day))


def _nth(days: tuple[date, ...], covered: tuple[date, date], start: date, span: Span) -> date:
    first, last = covered
    position = (
        bisect_right(days, start) + span.amount - 1 if span.amount else bisect_left(days, start)
    )
    if not first <= start <= last or position >= len(days):
        raise CalendarDoesNotCover(start, first, last, counting=str(span))
    return days[position]


def _months_later(start: date, months: int) -> date:
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _aware(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise NaiveInstant(instant)
    return instant
