"""A school year as months of weeks, each day with what it is: for a page that shows it whole."""

from calendar import Calendar
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from domain.calendar import ClosureKind, SchoolCalendar

FIRST_MONTH = 9  # a school year runs from September to August
_WEEKS = Calendar(firstweekday=0)


class DayKind(StrEnum):
    """What a day is to the school."""

    SCHOOL_DAY = "school_day"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"  # between two terms
    HALF_TERM = "half_term"
    INSET = "inset"
    CLOSURE = "closure"
    BANK_HOLIDAY = "bank_holiday"
    UNKNOWN = "unknown"  # the calendar does not reach it


class DayOfYear(NamedTuple):
    """A day, what it is, and the name of what makes it so (empty where nothing has one)."""

    day: date
    kind: DayKind
    name: str = ""


class Month(NamedTuple):
    """A month: its first day, its weeks from Monday to Sunday (None outside it), and how many
    school days it has."""

    first: date
    weeks: tuple[tuple[DayOfYear | None, ...], ...]
    school_days: int


def school_year_of(day: date) -> int:
    """The year in which the school year of a day began."""
    return day.year if day.month >= FIRST_MONTH else day.year - 1


def school_years(calendar: SchoolCalendar) -> tuple[int, ...]:
    """The school years that the calendar has terms in, by the year in which each begins."""
    years = {school_year_of(day) for term in calendar.terms for day in (term.start, term.end)}
    return tuple(sorted(years))


def months_of(calendar: SchoolCalendar, year: int) -> tuple[Month, ...]:
    """The twelve months of the school year that begins in September of `year`."""
    firsts = [date(year + (m > 12), (m - 1) % 12 + 1, 1) for m in range(FIRST_MONTH, 21)]
    return tuple(_month(calendar, first) for first in firsts)


def day_of(calendar: SchoolCalendar, day: date) -> DayOfYear:
    """What a day is, and why."""
    holiday = next((one for one in calendar.bank_holidays if one.date == day), None)
    if holiday is not None:
        return DayOfYear(day, DayKind.BANK_HOLIDAY, holiday.title)
    if day.weekday() >= 5:
        return DayOfYear(day, DayKind.WEEKEND)
    for closure in calendar.closures:
        if closure.start <= day <= closure.end:
            return DayOfYear(day, _KINDS[closure.kind], closure.name)
    if calendar.is_school_day(day):
        return DayOfYear(day, DayKind.SCHOOL_DAY)
    first, last = calendar.coverage
    return DayOfYear(day, DayKind.HOLIDAY if first <= day <= last else DayKind.UNKNOWN)


_KINDS = {
    ClosureKind.HALF_TERM: DayKind.HALF_TERM,
    ClosureKind.INSET: DayKind.INSET,
    ClosureKind.CLOSURE: DayKind.CLOSURE,
}


def _month(calendar: SchoolCalendar, first: date) -> Month:
    weeks = tuple(
        tuple(day_of(calendar, day) if day.month == first.month else None for day in week)
        for week in _WEEKS.monthdatescalendar(first.year, first.month)
    )
    return Month(first, weeks, _school_days(weeks))


def _school_days(weeks: Sequence[Sequence[DayOfYear | None]]) -> int:
    days = (day for week in weeks for day in week if day is not None)
    return sum(day.kind is DayKind.SCHOOL_DAY for day in days)
