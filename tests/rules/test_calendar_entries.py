"""How spans are written, and which calendars are refused."""

import hashlib
import json
from datetime import UTC, date, time
from typing import Any

import jsonschema
import pytest
from pydantic import BaseModel, ValidationError

from domain.calendar import CalendarError, Clock, SchoolCalendar, Span


class Deadline(BaseModel):
    within: Span


@pytest.mark.parametrize(
    ("text", "amount", "clock", "written"),
    [
        ("3 school days", 3, Clock.SCHOOL_DAYS, "3 school days"),
        ("1 school day", 1, Clock.SCHOOL_DAYS, "1 school day"),
        ("1 school days", 1, Clock.SCHOOL_DAYS, "1 school day"),
        ("0 school days", 0, Clock.SCHOOL_DAYS, "0 school days"),
        ("10 working days", 10, Clock.WORKING_DAYS, "10 working days"),
        ("7 calendar days", 7, Clock.CALENDAR_DAYS, "7 calendar days"),
        (" 2  calendar weeks ", 2, Clock.CALENDAR_WEEKS, "2 calendar weeks"),
        ("1 calendar month", 1, Clock.CALENDAR_MONTHS, "1 calendar month"),
        ("9999 calendar days", 9999, Clock.CALENDAR_DAYS, "9999 calendar days"),
    ],
)
def test_a_span_is_written_in_words(text: str, amount: int, clock: Clock, written: str) -> None:
    deadline = Deadline.model_validate({"within": text})

    assert (deadline.within.amount, deadline.within.clock) == (amount, clock)
    assert str(deadline.within) == written
    assert json.loads(deadline.model_dump_json()) == {"within": written}
    assert Deadline.model_validate_json(deadline.model_dump_json()) == deadline
    assert Span.parse(text) == Span(amount=amount, clock=clock)
    jsonschema.validate({"within": written}, Deadline.model_json_schema())


@pytest.mark.parametrize(
    "value",
    [
        "3 days",  # which days?
        "school days",
        "-1 school days",
        "1.5 school days",
        "three school days",
        "2 school weeks",
        "2 working months",
        "10000 school days",
        "٣ school days",
        "3schooldays",
        "",
        3,
        None,
        ["3 school days"],
    ],
)
def test_anything_else_is_answered_with_examples(value: object) -> None:
    with pytest.raises(ValidationError, match=r"is not a span of time.*3 school days"):
        Deadline.model_validate({"within": value})


@pytest.mark.parametrize("amount", [-1, 10_000, True, "3"])
def test_the_amount_of_a_span_is_a_whole_number_that_is_not_negative(amount: Any) -> None:
    with pytest.raises(ValidationError):
        Span(amount=amount, clock=Clock.SCHOOL_DAYS)


AUTUMN = {"name": "Autumn", "start": "2026-09-02", "end": "2026-12-18"}
SPRING = {"name": "Spring", "start": "2027-01-04", "end": "2027-03-25"}
HALF_TERM = {
    "name": "Autumn half-term",
    "kind": "half_term",
    "start": "2026-10-26",
    "end": "2026-10-30",
}


def a_calendar(**changes: Any) -> SchoolCalendar:
    values = {
        "school": "EP",
        "title": "Two terms",
        "terms": [AUTUMN, SPRING],
        "closures": [HALF_TERM],
        "bank_holidays": [{"date": "2026-12-25", "title": "Christmas Day"}],
    }
    return SchoolCalendar.model_validate(values | changes)


def half_term(start: str, end: str, **changes: str) -> dict[str, str]:
    return {**HALF_TERM, "start": start, "end": end, **changes}


@pytest.mark.parametrize(
    ("changes", "sentence", "about"),
    [
        pytest.param({"terms": []}, "no terms", (), id="no terms"),
        pytest.param(
            {"terms": [{**AUTUMN, "end": "2026-09-01"}]},
            "Autumn ends on 2026-09-01, before it starts on 2026-09-02",
            ("Autumn",),
            id="reversed",
        ),
        pytest.param(
            {"terms": [{**SPRING, "start": "2026-12-18"}, AUTUMN]},
            r"Autumn \(2026-09-02 to 2026-12-18\) and Spring \(2026-12-18 to 2027-03-25\) overlap",
            ("Spring", "Autumn"),
            id="terms that share a day",
        ),
        pytest.param(
            {"closures": [HALF_TERM, half_term("2026-10-30", "2026-10-30", name="INSET")]},
            r"Autumn half-term \(2026-10-26 to 2026-10-30\) and INSET \(2026-10-30 to .* overlap",
            ("INSET", "Autumn half-term"),
            id="closures that share a day",
        ),
        pytest.param(
            {"closures": [half_term("2026-11-02", "2026-11-02", name=n) for n in ("One", "Two")]},
            r"One \(2026-11-02 to 2026-11-02\) and Two \(2026-11-02 to 2026-11-02\) overlap",
            ("Two", "One"),
            id="two closures on one day",
        ),
        pytest.param(
            {"terms": [AUTUMN, {**SPRING, "name": "Autumn"}]},
            "Autumn is there 2 times .2026-09-02 to 2026-12-18; 2027-01-04 to 2027-03-25.",
            ("Autumn",),
            id="one name for two terms",
        ),
        pytest.param(
            {"closures": [half_term("2026-12-17", "2026-12-19")]},
            r"Autumn half-term \(2026-12-17 to 2026-12-19\) lies outside every term",
            ("Autumn half-term",),
            id="half-term that ends after its term",
        ),
        pytest.param(
            {"closures": [half_term("2026-09-01", "2026-09-01", kind="inset")]},
            r"\(2026-09-01 to 2026-09-01\) lies outside every term",
            ("Autumn half-term",),
            id="INSET before the term",
        ),
        pytest.param(
            {"closures": [half_term("2026-12-17", "2027-01-05")]},
            "outside every term",
            ("Autumn half-term",),
            id="half-term from one term into the next",
        ),
        pytest.param(
            {"office_opens": "16:30"},
            "closes at 16:30, before it opens at 16:30",
            (),
            id="no office hours",
        ),
        pytest.param({"office_opens": "8.30"}, "8.30 is not a time of day", (), id="8.30"),
        pytest.param({"office_opens": 510}, "510 is not a time of day", (), id="minutes"),
        pytest.param(
            {"office_opens": time(8, 30, tzinfo=UTC)}, "office hours are local", (), id="in UTC"
        ),
        pytest.param({"office_opens": "24:30"}, "not a time that exists", (), id="24:30"),
        pytest.param({"zone": "Europe/Lodnon"}, "Europe/Lodnon' is not a time zone", (), id="zone"),
        pytest.param({"zone": ""}, "is not a time zone", (), id="no zone"),
        pytest.param(
            {"bank_holidays": [{"date": "2026-12-25", "title": t} for t in ("Christmas", "Xmas")]},
            "Two bank holidays stand on 2026-12-25",
            ("Xmas",),
            id="a bank holiday twice",
        ),
        pytest.param(
            {"bank_holidays_until": "2026-12-24"},
            r"Christmas Day \(2026-12-25\) lies outside",
            ("Christmas Day",),
            id="bank holiday after they are known",
        ),
        pytest.param(
            {"bank_holidays_from": "2026-12-26"},
            r"Christmas Day \(2026-12-25\) lies outside",
            ("Christmas Day",),
            id="bank holiday before they are known",
        ),
        pytest.param(
            {"terms": [AUTUMN], "closures": [half_term("2026-09-02", "2026-12-18")]},
            "no school day",
            (),
            id="closed for the whole term",
        ),
        pytest.param(
            {"terms": [{**AUTUMN, "start": "2 Sep 2026"}]},
            "2 Sep 2026 is not a date: write it like 2026-09-02",
            (),
            id="a date in words",
        ),
        pytest.param({"terms": [{**AUTUMN, "start": 20260902}]}, "not a date", (), id="a number"),
        pytest.param(
            {"terms": [{**AUTUMN, "end": "2026-11-31"}]}, "not a day that exists", (), id="31 Nov"
        ),
    ],
)
def test_a_calendar_that_can_t_be_is_refused_with_its_dates(
    changes: dict[str, Any], sentence: str, about: tuple[str, ...]
) -> None:
    with pytest.raises(ValidationError, match=sentence) as refused:
        a_calendar(**changes)

    inner = refused.value.errors()[0]["ctx"]["error"]
    assert isinstance(inner, CalendarError)
    assert inner.about == about


def test_terms_and_closures_may_touch() -> None:
    calendar = a_calendar(
        terms=[AUTUMN, {**SPRING, "start": "2026-12-19"}],
        closures=[HALF_TERM, half_term("2026-10-31", "2026-11-02", name="INSET")],
    )
    assert not calendar.is_school_day(date(2026, 11, 2))


def test_an_emergency_closure_may_lie_anywhere() -> None:
    snow = half_term("2026-12-17", "2027-01-04", name="Snow", kind="closure")
    assert not a_calendar(closures=[snow]).is_school_day(date(2026, 12, 17))


def test_a_calendar_survives_json_exactly() -> None:
    calendar = a_calendar(office_opens="08:15", office_closes="15:45:30")
    assert calendar.school_days  # indexes that were built don't leak into what is written

    again = SchoolCalendar.model_validate_json(calendar.model_dump_json())

    assert again == calendar
    assert again.digest == calendar.digest
    assert set(json.loads(calendar.model_dump_json())) == set(SchoolCalendar.model_fields)


def test_the_digest_is_of_the_dates_and_not_of_their_order() -> None:
    assert a_calendar(terms=[SPRING, AUTUMN]).digest == a_calendar().digest
    assert a_calendar(closures=[]).digest != a_calendar().digest
    assert len(a_calendar().digest) == 64


def test_the_digest_is_sha256_of_json_with_sorted_keys_and_no_white_space() -> None:
    written = (
        '{"bank_holidays":[{"date":"2026-12-25","title":"Christmas Day"}],'
        '"bank_holidays_from":null,"bank_holidays_until":null,'
        '"closures":[{"end":"2026-10-30","kind":"half_term","name":"Autumn half-term",'
        '"start":"2026-10-26"}],"office_closes":"16:30:00","office_opens":"08:30:00",'
        '"school":"É P","terms":[{"end":"2026-12-18","name":"Autumn","start":"2026-09-02"},'
        '{"end":"2027-03-25","name":"Spring","start":"2027-01-04"}],'
        '"title":"Two terms","zone":"Europe/London"}'
    )
    assert a_calendar(school="É P").digest == hashlib.sha256(written.encode()).hexdigest()


def test_a_changed_copy_is_checked_and_counts_by_its_own_dates() -> None:
    calendar = a_calendar()
    assert calendar.is_school_day(date(2026, 10, 23))

    longer = calendar.model_copy(update={"closures": [half_term("2026-10-23", "2026-10-30")]})

    assert not longer.is_school_day(date(2026, 10, 23))
    assert longer.digest != calendar.digest
    assert calendar.model_copy() == calendar
    with pytest.raises(ValidationError, match="no terms"):
        calendar.model_copy(update={"terms": []})


def test_a_calendar_is_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        a_calendar().title = "Other"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="Extra inputs"):
        a_calendar(headteacher="nobody")


def test_bank_holidays_are_known_for_the_whole_years_of_the_list() -> None:
    assert a_calendar().working_coverage == (date(2026, 1, 1), date(2026, 12, 31))
    named = a_calendar(bank_holidays_from="2026-09-01", bank_holidays_until="2027-08-31")
    assert named.working_coverage == (date(2026, 9, 1), date(2027, 8, 31))
    assert named.coverage == (date(2026, 9, 2), date(2027, 3, 25))
