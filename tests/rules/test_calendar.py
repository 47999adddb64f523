"""Due dates and office hours of the sample calendar, each worked out by hand from the dates."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path

import pytest

from domain.calendar import (
    CalendarDoesNotCover,
    CalendarError,
    ClosureKind,
    NaiveInstant,
    SchoolCalendar,
    Span,
)
from storage.term_files import load_calendar

SAMPLE = load_calendar(Path(__file__).parents[2] / "terms" / "sample.yaml")
MAY_2026 = SchoolCalendar.model_validate(
    {
        "school": "EP",
        "title": "One summer term",
        "terms": [{"name": "Summer term 2026", "start": "2026-04-13", "end": "2026-07-21"}],
        "closures": [
            {"name": "Half-term", "kind": "half_term", "start": "2026-05-25", "end": "2026-05-29"}
        ],
    }
)


def day(text: str) -> date:
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def after(start: str, span: str, calendar: SchoolCalendar = SAMPLE) -> date:
    return calendar.add(day(start), Span.parse(span))


def test_half_term_does_not_count() -> None:
    # Thu 21 May received; Fri 22 is day 1; half-term 25 to 29 May; Mon 1 June is day 2.
    assert after("2026-05-21", "2 school days", MAY_2026) == day("2026-06-01")


@pytest.mark.parametrize(
    ("received", "span", "due"),
    [
        pytest.param(
            "2026-10-22",
            "3 school days",
            "2026-11-04",
            id="autumn: Fri 23 is 1; 26-30 half-term; Mon 2 INSET; Tue 3 is 2; Wed 4 is 3",
        ),
        pytest.param(
            "2027-03-24",
            "3 school days",
            "2027-04-14",
            id="Easter: Thu 25 is 1; holiday to 9 April; Mon 12 INSET; Tue 13 is 2; Wed 14 is 3",
        ),
        pytest.param(
            "2028-03-30",
            "2 school days",
            "2028-04-18",
            id="Easter 2028: Fri 31 is 1; holiday; Mon 17 April is Easter Monday; Tue 18 is 2",
        ),
        pytest.param(
            "2027-07-21",
            "5 school days",
            "2027-09-07",
            id="summer: Thu 22 July is 1; Wed 1 Sept INSET; Thu 2 is 2, Fri 3, Mon 6, Tue 7 is 5",
        ),
        pytest.param(
            "2027-08-10",
            "2 school days",
            "2027-09-03",
            id="received in August: Wed 1 Sept INSET; Thu 2 is 1; Fri 3 is 2",
        ),
        pytest.param("2026-11-14", "1 school day", "2026-11-16", id="received on Sat: Mon is 1"),
        pytest.param("2026-11-02", "1 school day", "2026-11-03", id="received on INSET: Tue is 1"),
        pytest.param("2027-04-30", "1 school day", "2027-05-04", id="Mon 3 May is a bank holiday"),
        pytest.param(
            "2027-12-16",
            "2 school days",
            "2028-01-05",
            id="Christmas: Fri 17 is 1; Mon 3 Jan substitute day; Tue 4 INSET; Wed 5 is 2",
        ),
        pytest.param("2026-11-16", "0 school days", "2026-11-16", id="none: the day itself"),
        pytest.param("2026-11-14", "0 school days", "2026-11-16", id="none from Sat: Mon"),
        pytest.param("2026-10-28", "0 school days", "2026-11-03", id="none in half-term: Tue 3"),
        pytest.param("2026-09-02", "1 school day", "2026-09-03", id="received on the first day"),
        pytest.param("2028-07-20", "1 school day", "2028-07-21", id="the very last school day"),
        pytest.param("2028-07-21", "0 school days", "2028-07-21", id="none on the very last"),
    ],
)
def test_school_days(received: str, span: str, due: str) -> None:
    assert after(received, span) == day(due)


@pytest.mark.parametrize(
    ("received", "span", "due"),
    [
        pytest.param(
            "2027-12-24",
            "1 working day",
            "2027-12-29",
            id="Christmas 2027 on Sat, Boxing Day on Sun: Mon 27, Tue 28 instead; Wed 29 is 1",
        ),
        pytest.param(
            "2027-12-30",
            "2 working days",
            "2028-01-04",
            id="New Year's Day 2028 on Sat: Fri 31 is 1; Mon 3 instead; Tue 4 is 2",
        ),
        pytest.param(
            "2026-12-24",
            "1 working day",
            "2026-12-29",
            id="Boxing Day 2026 on Sat: Fri 25; Mon 28 instead; Tue 29 is 1",
        ),
        pytest.param(
            "2027-03-25",
            "1 working day",
            "2027-03-30",
            id="Fri 26 Good Friday; Mon 29 Easter Monday; Tue 30 is 1",
        ),
        pytest.param("2026-10-23", "5 working days", "2026-10-30", id="half-term is worked"),
        pytest.param("2026-11-02", "1 working day", "2026-11-03", id="an INSET day is worked"),
        pytest.param("2026-09-01", "60 working days", "2026-11-24", id="twelve weeks of five"),
        pytest.param("2027-12-25", "0 working days", "2027-12-29", id="none on Christmas Day"),
        pytest.param("2026-02-10", "1 working day", "2026-02-11", id="known before the first term"),
        pytest.param("2028-12-28", "1 working day", "2028-12-29", id="the last that is known"),
    ],
)
def test_working_days(received: str, span: str, due: str) -> None:
    assert after(received, span) == day(due)


@pytest.mark.parametrize(
    ("received", "span", "due"),
    [
        pytest.param("2026-10-19", "2 calendar weeks", "2026-11-02", id="through half-term"),
        pytest.param("2026-12-24", "14 calendar days", "2027-01-07", id="24 + 14 = 31 + 7"),
        pytest.param("2026-12-15", "1 calendar month", "2027-01-15", id="over the year's end"),
        pytest.param("2027-07-20", "1 calendar month", "2027-08-20", id="through the summer"),
        pytest.param("2027-01-31", "1 calendar month", "2027-02-28", id="no 31 February"),
        pytest.param("2028-01-31", "1 calendar month", "2028-02-29", id="a leap year"),
        pytest.param("2026-08-31", "6 calendar months", "2027-02-28", id="six months"),
        pytest.param("2027-01-31", "2 calendar months", "2027-03-31", id="clamped once, not kept"),
        pytest.param("2026-11-30", "12 calendar months", "2027-11-30", id="a year"),
        pytest.param("2026-12-31", "12 calendar months", "2027-12-31", id="December to December"),
        pytest.param("2026-10-28", "0 calendar days", "2026-10-28", id="none"),
        pytest.param("2030-01-01", "1 calendar week", "2030-01-08", id="needs no term dates"),
    ],
)
def test_calendar_days_weeks_and_months_run_through_holidays(
    received: str, span: str, due: str
) -> None:
    assert after(received, span) == day(due)


@pytest.mark.parametrize(
    ("received", "closes"),
    [
        # Clocks went back on Sun 25 October 2026, forward on 28 March 2027 and 26 March 2028.
        pytest.param("2026-10-22", "2026-10-23T15:30Z", id="Fri before: 16:30 is BST"),
        pytest.param("2026-10-23", "2026-11-03T16:30Z", id="Tue after: 16:30 is GMT"),
        pytest.param("2027-03-24", "2027-03-25T16:30Z", id="Thu before Easter: GMT"),
        pytest.param("2027-03-25", "2027-04-13T15:30Z", id="Tue after Easter: BST"),
        pytest.param("2028-03-23", "2028-03-24T16:30Z", id="Fri before, in term: GMT"),
        pytest.param("2028-03-24", "2028-03-27T15:30Z", id="Mon after, in term: BST"),
    ],
)
def test_due_is_when_the_office_closes_by_the_clock_on_its_wall(received: str, closes: str) -> None:
    due = SAMPLE.due(day(received), Span.parse("1 school day"))

    assert due.on == at(closes).date()
    assert due.at == at(closes)
    assert due.at.tzinfo is UTC


def test_a_local_time_that_does_not_exist_or_comes_twice() -> None:
    # At 01:00 on 28 March 2027 it becomes 02:00; 01:30 is taken as 02:30 BST.
    assert SAMPLE.instant(day("2027-03-28"), time(1, 30)) == at("2027-03-28T01:30Z")
    # At 02:00 on 25 October 2026 it becomes 01:00; the first 01:30 is BST.
    assert SAMPLE.instant(day("2026-10-25"), time(1, 30)) == at("2026-10-25T00:30Z")
    assert SAMPLE.instant(day("2026-10-25"), time(1, 30, fold=1)) == at("2026-10-25T00:30Z")
    with pytest.raises(CalendarError, match="local time"):
        SAMPLE.instant(day("2026-10-25"), time(1, 30, tzinfo=UTC))


def test_the_local_date_is_the_school_s_own() -> None:
    assert SAMPLE.local_date(at("2027-06-10T23:30Z")) == day("2027-06-11")  # half past midnight BST
    assert SAMPLE.local_date(at("2026-12-10T23:30Z")) == day("2026-12-10")
    tokyo = timezone(timedelta(hours=9))
    assert SAMPLE.local_date(datetime(2026, 12, 11, 8, 30, tzinfo=tokyo)) == day("2026-12-10")


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        pytest.param("2026-11-10T08:29:59Z", "2026-11-10T08:30Z", id="a second too early"),
        pytest.param("2026-11-10T16:30Z", "2026-11-11T08:30Z", id="at closing time"),
        pytest.param("2026-11-13T21:00Z", "2026-11-16T08:30Z", id="Friday evening"),
        pytest.param("2026-11-14T11:00Z", "2026-11-16T08:30Z", id="Saturday"),
        pytest.param("2026-10-23T16:00Z", "2026-11-03T08:30Z", id="17:00 BST before half-term"),
        pytest.param("2026-11-02T11:00Z", "2026-11-03T08:30Z", id="INSET"),
        pytest.param("2027-05-03T10:00Z", "2027-05-04T07:30Z", id="a bank holiday, in BST"),
        pytest.param("2027-08-10T10:00Z", "2027-09-02T07:30Z", id="August"),
        pytest.param("2027-06-10T23:30Z", "2027-06-11T07:30Z", id="past midnight in BST"),
    ],
)
def test_families_are_left_in_peace_until_the_school_opens(moment: str, opens: str) -> None:
    assert SAMPLE.quiet(at(moment))
    assert SAMPLE.next_open_moment(at(moment)) == at(opens)
    assert not SAMPLE.quiet(at(opens))


@pytest.mark.parametrize(
    "moment",
    ["2026-11-10T08:30Z", "2026-11-10T16:29:59Z", "2027-06-10T07:30Z", "2027-06-10T09:30+01:00"],
)
def test_in_office_hours_the_moment_is_now(moment: str) -> None:
    assert not SAMPLE.quiet(at(moment))
    assert SAMPLE.next_open_moment(at(moment)) == at(moment)
    assert SAMPLE.next_open_moment(at(moment)).tzinfo is UTC


@pytest.mark.parametrize(
    ("moment", "works"),
    [
        pytest.param("2026-10-23T16:00Z", "2026-10-26T08:30Z", id="half-term is worked"),
        pytest.param("2027-08-10T10:00Z", "2027-08-10T10:00Z", id="August too"),
        pytest.param("2027-12-24T18:00Z", "2027-12-29T08:30Z", id="Christmas is not"),
        pytest.param("2027-08-30T10:00Z", "2027-08-31T07:30Z", id="nor the August bank holiday"),
        pytest.param("2026-11-10T03:00Z", "2026-11-10T08:30Z", id="before the morning"),
    ],
)
def test_staff_are_reminded_on_working_days(moment: str, works: str) -> None:
    assert SAMPLE.next_working_moment(at(moment)) == at(works)


@pytest.mark.parametrize(
    ("term", "school_days"),
    [
        pytest.param("Autumn term 2026", 71, id="3 + 15 weeks = 78, half-term 5, INSET 2"),
        pytest.param("Spring term 2027", 53, id="11 weeks + 4 = 59, half-term 5, INSET 1"),
        pytest.param("Summer term 2027", 66, id="14 weeks + 4 = 74, May Day, half-term 5, INSET 2"),
        pytest.param("Autumn term 2027", 71, id="3 + 15 weeks = 78, half-term 5, INSET 2"),
        pytest.param("Spring term 2028", 57, id="4 + 12 weeks = 64, half-term 5, INSET 2"),
        pytest.param("Summer term 2028", 62, id="4 + 13 weeks = 69, May Day, half-term 5, INSET 1"),
    ],
)
def test_school_days_of_each_sample_term(term: str, school_days: int) -> None:
    found = next(t for t in SAMPLE.terms if t.name == term)
    assert sum(found.start <= d <= found.end for d in SAMPLE.school_days) == school_days


@pytest.mark.parametrize(
    ("first", "last"), [("2026-09-02", "2027-07-22"), ("2027-09-01", "2028-07-21")]
)
def test_a_sample_year_has_195_weekdays_of_term_and_190_school_days(first: str, last: str) -> None:
    inset = [
        closure
        for closure in SAMPLE.closures
        if closure.kind is ClosureKind.INSET and day(first) <= closure.start <= day(last)
    ]
    # Both years begin with an INSET day, so counting from the day after it misses none.
    assert SAMPLE.school_days_between(day(first), day(last)) == 190
    assert len(inset) == 5
    assert all(SAMPLE.is_working_day(closure.start) for closure in inset)


def test_school_days_between_counts_the_end_and_not_the_start() -> None:
    assert SAMPLE.school_days_between(day("2026-09-02"), day("2026-09-04")) == 2  # Thu, Fri
    assert SAMPLE.school_days_between(day("2026-09-04"), day("2026-09-02")) == -2
    assert SAMPLE.school_days_between(day("2026-09-03"), day("2026-09-03")) == 0
    assert SAMPLE.school_days_between(day("2026-10-22"), day("2026-11-04")) == 3  # half-term


def test_what_kind_of_day_it_is() -> None:
    half_term, inset, may_day, sunday = map(
        day, ("2026-10-28", "2026-11-02", "2027-05-03", "2026-11-15")
    )
    assert [SAMPLE.is_school_day(d) for d in (half_term, inset, may_day, sunday)] == [False] * 4
    assert [SAMPLE.is_working_day(d) for d in (half_term, inset, may_day, sunday)] == [
        True,
        True,
        False,
        False,
    ]
    assert all(SAMPLE.in_term(d) for d in (half_term, inset, may_day, sunday))
    assert SAMPLE.in_term(day("2026-09-02"))
    assert SAMPLE.in_term(day("2026-12-18"))
    assert not SAMPLE.in_term(day("2026-12-19"))
    assert SAMPLE.first_school_day_on_or_after(half_term) == day("2026-11-03")


@pytest.mark.parametrize(
    ("start", "span", "last"),
    [
        pytest.param("2028-07-20", "2 school days", "2028-07-21", id="past the last term"),
        pytest.param("2028-07-22", "0 school days", "2028-07-21", id="after the last term"),
        pytest.param("2026-09-01", "1 school day", "2028-07-21", id="before the first term"),
        pytest.param("2028-12-29", "1 working day", "2028-12-31", id="past the bank holidays"),
        pytest.param("2025-12-31", "1 working day", "2028-12-31", id="before the bank holidays"),
    ],
)
def test_counting_never_leaves_the_calendar(start: str, span: str, last: str) -> None:
    with pytest.raises(CalendarDoesNotCover, match=f"Counting {span} from {start}") as refused:
        after(start, span)

    assert refused.value.day == day(start)
    assert refused.value.last == day(last)
    assert str(refused.value.first) in str(refused.value)
    assert last in str(refused.value)


def test_nothing_else_leaves_the_calendar_either() -> None:
    with pytest.raises(CalendarDoesNotCover):
        SAMPLE.next_open_moment(at("2028-07-21T15:30Z"))  # the last closing time, in BST
    for start, end in [("2026-09-01", "2026-09-04"), ("2028-07-20", "2028-07-22")]:
        with pytest.raises(CalendarDoesNotCover, match="2026-09-02 to 2028-07-21"):
            SAMPLE.school_days_between(day(start), day(end))
    assert SAMPLE.quiet(at("2028-09-12T11:00Z"))
    assert not SAMPLE.is_school_day(day("2028-09-12"))


def test_school_days_end_where_bank_holidays_are_no_longer_known() -> None:
    short = SAMPLE.model_copy(
        update={
            "bank_holidays": [h for h in SAMPLE.bank_holidays if h.date.year < 2028],
            "bank_holidays_until": "2027-12-31",
        }
    )
    assert short.coverage == (day("2026-09-02"), day("2027-12-31"))
    assert short.digest != SAMPLE.digest
    with pytest.raises(CalendarDoesNotCover):
        after("2027-12-16", "2 school days", short)


def test_working_days_need_bank_holidays() -> None:
    with pytest.raises(CalendarError, match="no bank holidays"):
        after("2026-05-21", "1 working day", MAY_2026)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    naive = datetime(2026, 11, 10, 9, 0)  # noqa: DTZ001
    for ask in (
        SAMPLE.local_date,
        SAMPLE.quiet,
        SAMPLE.next_open_moment,
        SAMPLE.next_working_moment,
    ):
        with pytest.raises(NaiveInstant, match="no time zone"):
            ask(naive)


def test_a_moment_is_not_taken_for_a_date() -> None:
    moment = at("2026-11-10T09:00Z")
    for ask in (SAMPLE.is_school_day, SAMPLE.is_working_day, SAMPLE.in_term, SAMPLE.opening):
        with pytest.raises(CalendarError, match="is a moment"):
            ask(moment)
    with pytest.raises(CalendarError, match="is a moment"):
        SAMPLE.add(moment, Span.parse("1 calendar month"))
