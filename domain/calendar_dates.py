"""One school's terms, closures, bank holidays and office hours, and which days they leave."""

import hashlib
import json
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any, Self, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from domain.calendar_entries import (
    BankHoliday,
    CalendarError,
    Closure,
    ClosureKind,
    Day,
    Name,
    Stretch,
    Term,
    TimeOfDay,
)

ONE_DAY = timedelta(days=1)
_CLOSED = {
    ClosureKind.HALF_TERM: "in half-term",
    ClosureKind.INSET: "an INSET day",
    ClosureKind.CLOSURE: "a day on which the school is closed",
}
_Entries = TypeVar("_Entries", bound=Stretch)


class CalendarDates(BaseModel):
    """The dates of a school, checked, and which of them count.

    Entries are kept in order of date, whatever order they came in, so that the same calendar
    always has the same digest. Construction raises a ValueError (pydantic's, with a CalendarError
    inside) for terms or closures that are reversed, overlap, stand outside every term or share a
    name. The bank holidays are known from `bank_holidays_from` until `bank_holidays_until`;
    where these are left out, for the whole years from the first to the last in the list.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    school: Name
    title: Name
    terms: tuple[Term, ...]
    closures: tuple[Closure, ...] = ()
    bank_holidays: tuple[BankHoliday, ...] = ()
    bank_holidays_from: Day | None = None
    bank_holidays_until: Day | None = None
    office_opens: TimeOfDay = time(8, 30)
    office_closes: TimeOfDay = time(16, 30)
    zone: str = "Europe/London"

    @field_validator("terms", "closures")
    @classmethod
    def _apart_and_in_order(cls, entries: tuple[_Entries, ...]) -> tuple[_Entries, ...]:
        ordered = tuple(sorted(entries, key=lambda entry: (entry.start, entry.end, entry.name)))
        for name, times in Counter(entry.name for entry in ordered).items():
            if times > 1:
                dates = "; ".join(f"{e.start} to {e.end}" for e in ordered if e.name == name)
                raise CalendarError(
                    f"{name} is there {times} times ({dates}): give each its own name.",
                    about=[name],
                )
        for earlier, later in pairwise(ordered):
            if earlier.overlaps(later):
                raise CalendarError(
                    f"{earlier} and {later} overlap: change the dates of one of them.",
                    about=[later.name, earlier.name],
                )
        return ordered

    @field_validator("bank_holidays")
    @classmethod
    def _one_for_each_day(cls, holidays: tuple[BankHoliday, ...]) -> tuple[BankHoliday, ...]:
        ordered = tuple(sorted(holidays, key=lambda holiday: holiday.date))
        for earlier, later in pairwise(ordered):
            if earlier.date == later.date:
                raise CalendarError(
                    f"Two bank holidays stand on {later.date} ({earlier.title}, {later.title}): "
                    "leave one out.",
                    about=[later.title],
                )
        return ordered

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ValueError, OSError, LookupError):
            raise CalendarError(
                f"{zone!r} is not a time zone: write it like Europe/London."
            ) from None
        return zone

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if not self.terms:
            raise CalendarError("The calendar has no terms: give at least one, with its dates.")
        for closure in self.closures:
            if closure.kind is not ClosureKind.CLOSURE and not any(
                closure.within(term) for term in self.terms
            ):
                raise CalendarError(
                    f"{closure} lies outside every term: change its dates, or a term's.",
                    about=[closure.name],
                )
        if self.office_closes <= self.office_opens:
            raise CalendarError(
                f"The office closes at {self.office_closes:%H:%M}, before it opens at "
                f"{self.office_opens:%H:%M}."
            )
        for holiday in self.bank_holidays:
            if (self.bank_holidays_from or date.min) > holiday.date or holiday.date > (
                self.bank_holidays_until or date.max
            ):
                raise CalendarError(
                    f"{holiday.title} ({holiday.date}) lies outside the days for which bank "
                    f"holidays are said to be known.",
                    about=[holiday.title],
                )
        if not self.school_days:
            raise CalendarError(
                "The calendar has no school day: its closures fill its terms, or its bank holidays "
                "are not known for them."
            )
        return self

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A changed copy, checked like a new calendar and with its own indexes and digest."""
        own = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self).model_validate({**own, **(update or {})})

    @cached_property
    def coverage(self) -> tuple[date, date]:
        """First and last day on which this calendar can tell whether it is a school day.

        Never past the bank holidays that are known: an unknown one would count as a school day.
        """
        last = self.terms[-1].end
        return self.terms[0].start, min(last, self.bank_holidays_until or last)

    @cached_property
    def working_coverage(self) -> tuple[date, date]:
        """First and last day for which bank holidays are known. Raises CalendarError if unknown."""
        first, last = self.bank_holidays_from, self.bank_holidays_until
        if not self.bank_holidays and (first is None or last is None):
            raise CalendarError(
                "The calendar has no bank holidays, so working days can't be counted: add them."
            )
        return (
            first or date(self.bank_holidays[0].date.year, 1, 1),
            last or date(self.bank_holidays[-1].date.year, 12, 31),
        )

    @cached_property
    def school_days(self) -> tuple[date, ...]:
        """Every school day that is covered, in order."""
        closed = {day for closure in self.closures for day in _days(closure.start, closure.end)}
        last = self.coverage[1]
        return tuple(
            day
            for term in self.terms
            for day in _days(term.start, min(term.end, last))
            if self.is_working_day(day) and day not in closed
        )

    @cached_property
    def working_days(self) -> tuple[date, ...]:
        """Every working day for which bank holidays are known, in order."""
        return tuple(day for day in _days(*self.working_coverage) if self.is_working_day(day))

    @cached_property
    def _school_day_set(self) -> frozenset[date]:
        return frozenset(self.school_days)

    @cached_property
    def _bank_holiday_set(self) -> frozenset[date]:
        return frozenset(holiday.date for holiday in self.bank_holidays)

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of the calendar as JSON, with sorted keys and no white space."""
        canonical = json.dumps(
            self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        return hashlib.sha256(canonical.encode()).hexdigest()

    def is_school_day(self, day: date) -> bool:
        """Whether the school is known to be open to pupils; False outside the coverage."""
        return a_date(day) in self._school_day_set

    def is_working_day(self, day: date) -> bool:
        """Whether `day` is a Monday to Friday and no bank holiday that this calendar knows."""
        return a_date(day).weekday() < 5 and day not in self._bank_holiday_set

    def closed_because(self, day: date) -> str | None:
        """Why `day` is no school day, as it follows “is”; None for a school day, or one that lies
        outside the coverage."""
        first, last = self.coverage
        if self.is_school_day(day) or not first <= day <= last:
            return None
        for holiday in self.bank_holidays:
            if holiday.date == day:
                return f"a bank holiday ({holiday.title})"
        for closure in self.closures:
            if closure.start <= day <= closure.end:
                return f"{_CLOSED[closure.kind]} ({closure.name})"
        if not self.in_term(day):
            return "in the school holidays"
        return f"a {day:%A}"

    def nearest_school_days(self, day: date) -> tuple[date, ...]:
        """The last school day before `day` and the first after it, where they are covered."""
        before = bisect_left(self.school_days, day)
        after = bisect_right(self.school_days, day)
        return (
            *self.school_days[max(0, before - 1) : before],
            *self.school_days[after : after + 1],
        )

    def in_term(self, day: date) -> bool:
        """Whether `day` lies between a term's first and last day; half-terms are in term."""
        return any(term.start <= a_date(day) <= term.end for term in self.terms)


def _days(first: date, last: date) -> list[date]:
    return [first + n * ONE_DAY for n in range((last - first).days + 1)]


def a_date(day: date) -> date:
    """`day`, unless it is a moment. Raises CalendarError."""
    # A datetime is a date to Python, but equals none: it would quietly never be a school day.
    if isinstance(day, datetime):
        raise CalendarError(f"{day.isoformat()} is a moment: give the school's date at it.")
    return day
