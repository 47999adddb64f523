"""A school year told month by month: every day once, with what it is."""

from datetime import date, timedelta

import pytest

from domain.calendar_year import DayKind, day_of, months_of, school_year_of, school_years
from tests.rules.building import CALENDAR


def test_a_school_year_has_each_of_its_days_once() -> None:
    months = months_of(CALENDAR, 2026)

    days = [day.day for month in months for week in month.weeks for day in week if day]
    assert days == [date(2026, 9, 1) + timedelta(days=n) for n in range(365)]
    assert all(len(week) == 7 for month in months for week in month.weeks)
    assert sum(month.school_days for month in months) == 190


@pytest.mark.parametrize(
    ("day", "kind", "name"),
    [
        (date(2026, 9, 3), DayKind.SCHOOL_DAY, ""),
        (date(2026, 9, 2), DayKind.INSET, "INSET 2026/27, first"),
        (date(2026, 9, 5), DayKind.WEEKEND, ""),
        (date(2026, 10, 28), DayKind.HALF_TERM, "Autumn half-term 2026"),
        (date(2026, 10, 31), DayKind.WEEKEND, ""),
        (date(2026, 12, 25), DayKind.BANK_HOLIDAY, "Christmas Day"),
        (date(2026, 12, 29), DayKind.HOLIDAY, ""),
        (date(2026, 9, 1), DayKind.UNKNOWN, ""),
    ],
)
def test_what_a_day_is(day: date, kind: DayKind, name: str) -> None:
    assert day_of(CALENDAR, day) == (day, kind, name)


def test_which_school_years_there_are() -> None:
    assert school_years(CALENDAR) == (2026, 2027)
    assert [school_year_of(day) for day in (date(2027, 8, 31), date(2027, 9, 1))] == [2026, 2027]
