"""What holds for every calendar: counting against a walk from day to day, and its laws."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import (
    BankHoliday,
    CalendarDoesNotCover,
    Clock,
    Closure,
    ClosureKind,
    SchoolCalendar,
    Span,
    Term,
)

ONE_DAY = timedelta(days=1)


@st.composite
def calendars(draw: st.DrawFn) -> SchoolCalendar:
    """One to four terms with gaps between them, some days closed, some bank holidays."""
    first = draw(st.dates(date(2020, 1, 1), date(2030, 1, 1)))
    cursor, terms, closures = first, [], []
    for number in range(draw(st.integers(1, 4))):
        length = draw(st.integers(14, 90))
        terms.append(Term(name=f"Term {number}", start=cursor, end=cursor + (length - 1) * ONE_DAY))
        # From the eighth day on, so that no term is closed altogether.
        for offset in draw(st.sets(st.integers(7, length - 1), max_size=5)):
            closed = cursor + offset * ONE_DAY
            closures.append(
                Closure(name=f"{closed}", start=closed, end=closed, kind=ClosureKind.INSET)
            )
        cursor += (length + draw(st.integers(0, 45))) * ONE_DAY
    span = (cursor - first).days
    holidays = draw(st.sets(st.integers(7, span), max_size=6))
    return SchoolCalendar(
        school="EP",
        title="Drawn",
        terms=tuple(terms),
        closures=tuple(closures),
        bank_holidays=tuple(
            BankHoliday(date=first + n * ONE_DAY, title=f"Holiday {n}") for n in holidays
        ),
        bank_holidays_from=first,
        bank_holidays_until=cursor + 60 * ONE_DAY,
    )


def days_of(calendar: SchoolCalendar) -> st.SearchStrategy[date]:
    return st.dates(*calendar.coverage)


amounts = st.integers(0, 40)


def school_days(amount: int) -> Span:
    return Span(amount=amount, clock=Clock.SCHOOL_DAYS)


def walked(calendar: SchoolCalendar, start: date, amount: int) -> date | None:
    """The same count, taken one day at a time from the terms themselves."""
    closed = {closure.start for closure in calendar.closures}
    closed |= {holiday.date for holiday in calendar.bank_holidays}
    day, left = start, amount
    while day <= calendar.terms[-1].end:
        is_open = (
            day.weekday() < 5
            and day not in closed
            and any(term.start <= day <= term.end for term in calendar.terms)
        )
        if is_open and (day > start or amount == 0):
            left -= 1
            if left <= 0:
                return day
        day += ONE_DAY
    return None


@given(st.data(), calendars(), amounts)
def test_counting_is_what_walking_would_find(
    data: st.DataObject, calendar: SchoolCalendar, amount: int
) -> None:
    start = data.draw(days_of(calendar))
    try:
        found = calendar.add(start, school_days(amount))
    except CalendarDoesNotCover:
        assert walked(calendar, start, amount) is None
    else:
        assert found == walked(calendar, start, amount)
        assert calendar.is_school_day(found)
        assert found > start or (
            amount == 0 and found == calendar.first_school_day_on_or_after(start)
        )


@given(st.data(), calendars(), amounts)
def test_as_many_school_days_lie_between_as_were_added(
    data: st.DataObject, calendar: SchoolCalendar, amount: int
) -> None:
    start = data.draw(days_of(calendar))
    try:
        end = calendar.add(start, school_days(amount))
    except CalendarDoesNotCover:
        assert calendar.school_days_between(start, calendar.coverage[1]) <= amount
    else:
        counted = 0 if calendar.is_school_day(start) or amount else 1
        assert calendar.school_days_between(start, end) == amount + counted


@given(st.data(), calendars())
def test_days_between_are_the_same_both_ways_and_add_up(
    data: st.DataObject, calendar: SchoolCalendar
) -> None:
    start, middle, end = (data.draw(days_of(calendar)) for _ in range(3))
    between = calendar.school_days_between

    assert between(start, end) == -between(end, start)
    assert between(start, middle) + between(middle, end) == between(start, end)


@given(
    st.data(),
    calendars(),
    st.sampled_from(Clock),
    st.integers(0, 20),
    st.integers(0, 20),
)
def test_later_or_longer_is_never_due_earlier(
    data: st.DataObject, calendar: SchoolCalendar, clock: Clock, amount: int, more: int
) -> None:
    one, other = (data.draw(days_of(calendar)) for _ in range(2))
    earlier, later = min(one, other), max(one, other)
    try:
        longest = calendar.add(later, Span(amount=amount + more, clock=clock))
    except CalendarDoesNotCover:
        return
    assert calendar.add(earlier, Span(amount=amount, clock=clock)) <= longest
    assert calendar.add(later, Span(amount=amount, clock=clock)) <= longest
    assert calendar.add(earlier, Span(amount=amount + more, clock=clock)) <= longest


@given(calendars(), st.datetimes(datetime(2020, 1, 1), datetime(2031, 1, 1)))  # noqa: DTZ001
def test_the_next_open_moment_is_open_and_the_first(
    calendar: SchoolCalendar, drawn: datetime
) -> None:
    moment = drawn.replace(tzinfo=UTC)
    try:
        opens = calendar.next_open_moment(moment)
    except CalendarDoesNotCover:
        first, last = calendar.coverage
        after = calendar.local_date(moment)
        assert after < first or not any(
            calendar.closing(day) > moment for day in calendar.school_days if day <= last
        )
        return
    assert opens >= moment
    assert not calendar.quiet(opens)
    assert calendar.next_open_moment(opens) == opens
    assert (opens == moment) == (not calendar.quiet(moment))
    if opens > moment:
        assert calendar.quiet(opens - timedelta(microseconds=1))


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 240))
def test_a_month_later_is_the_same_day_or_the_month_s_last(start: date, months: int) -> None:
    later = ONE_TERM.add(start, Span(amount=months, clock=Clock.CALENDAR_MONTHS))

    assert (later.year - start.year) * 12 + later.month - start.month == months
    assert later.day == start.day or (
        later.day < start.day and (later + ONE_DAY).month != later.month
    )


@given(calendars())
def test_json_gives_the_same_calendar_back(calendar: SchoolCalendar) -> None:
    again = SchoolCalendar.model_validate_json(calendar.model_dump_json())

    assert again == calendar
    assert again.digest == calendar.digest


@given(st.integers(0, 9999), st.sampled_from(Clock))
def test_words_give_the_same_span_back(amount: int, clock: Clock) -> None:
    span = Span(amount=amount, clock=clock)

    assert Span.parse(str(span)) == span
    assert Span.model_validate_json(span.model_dump_json()) == span


ONE_TERM = SchoolCalendar(
    school="EP",
    title="One term",
    terms=(Term(name="Autumn", start=date(2026, 9, 2), end=date(2026, 12, 18)),),
)
