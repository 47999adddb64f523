"""What is counted of a case in a term, against figures worked out by hand."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from domain.period import Period, PeriodProblem, days_period, term_period
from domain.statistics import (
    Concerns,
    Counts,
    Figure,
    Happened,
    Kept,
    Opening,
    Standing,
    count_case,
    median,
    opening_of,
    percentile,
)
from domain.vocabulary import DutyKind, Outcome, Stage, Track
from tests.rules.building import (
    CALENDAR,
    CHAIR,
    HEAD,
    PACKS,
    PARENT,
    PARENTS,
    Story,
    a_text,
    in_force,
)

POLICIES = {policy.digest: policy for policy in PACKS.values()}
CONDUCT = Track.PARENT_CONDUCT
ADVOCACY = Track.ADVOCATE_CONDUCT
RESTRICTED = Stage.ENGAGEMENT_RESTRICTION


def days(first: date, last: date, now: datetime = datetime(2028, 1, 1, tzinfo=UTC)) -> Period:
    return days_period(CALENDAR, now, first, last)


AUTUMN = days(date(2026, 9, 2), date(2026, 12, 18))
SPRING = days(date(2026, 12, 19), date(2027, 3, 25))
SEPTEMBER = days(date(2026, 9, 2), date(2026, 9, 30))
OCTOBER = days(date(2026, 10, 1), date(2026, 10, 31))


def counted(story: Story, period: Period = AUTUMN) -> Counts:
    return count_case(story.events, period, CALENDAR, POLICIES)


def resolved() -> Story:
    """Raised on Monday 14 September, reminded on Wednesday, resolved on the Wednesday after."""
    story = Story(PARENTS, CONDUCT)
    story.wait("2 school days")
    story.do("acknowledge", HEAD)
    story.do("remind_informally", HEAD)
    story.wait("5 school days")
    story.do("close", HEAD, outcome="resolved")
    return story


def test_a_case_that_was_opened_and_closed_in_one_term() -> None:
    assert counted(resolved()) == Counter(
        {
            (Figure.OPENED, CONDUCT): 1,
            (Figure.DUTY, DutyKind.ACKNOWLEDGE, Kept.ON_TIME): 1,
            (Figure.STAY, Stage.RAISED, 2): 1,
            (Figure.STAY, Stage.INFORMAL_REMINDER, 5): 1,
            (Figure.FOLLOW_UP, CONDUCT, Kept.MOVED_ON): 2,  # the first look, and the reminder's
            (Figure.CLOSED, Outcome.RESOLVED, CONDUCT): 1,
        }
    )


def test_half_term_is_no_time_at_a_step() -> None:
    story = Story(PARENTS, CONDUCT, now=datetime(2026, 10, 22, 9, tzinfo=UTC))  # a Thursday
    # Friday; then half-term and an INSET day; then Tuesday.
    story.wait_until(datetime(2026, 11, 3, 9, tzinfo=UTC))
    story.do("remind_informally", HEAD)

    assert counted(story)[Figure.STAY, Stage.RAISED, 2] == 1


def test_a_case_that_is_reopened_stands_open_again() -> None:
    story = resolved()
    story.wait("3 school days")
    story.do("reopen", HEAD)

    found = counted(story)

    assert found[Figure.CLOSED, Outcome.RESOLVED, CONDUCT] == 1
    assert found[Figure.REOPENED, CONDUCT] == 1
    assert found[Figure.STANDS, Stage.INFORMAL_REMINDER, CONDUCT] == 1
    assert not any(key[:2] == (Figure.STAY, Stage.CLOSED) for key in found)


def test_what_is_left_undone_is_missed_at_the_end_and_late_in_the_next_period() -> None:
    story = Story(PARENTS, CONDUCT)
    story.wait_until(datetime(2026, 10, 5, 9, tzinfo=UTC))
    story.do("acknowledge", HEAD)
    first_look = next(d for d in story.case.deadlines if d.about == "first-look")
    story.do("complete_follow_up", HEAD, deadline=first_look.id, result=a_text())

    september, october = counted(story, SEPTEMBER), counted(story, OCTOBER)

    assert september[Figure.DUTY, DutyKind.ACKNOWLEDGE, Kept.MISSED] == 1
    assert september[Figure.FOLLOW_UP, CONDUCT, Kept.MISSED] == 1
    assert october[Figure.OPEN_AT_START, CONDUCT] == 1
    assert october[Figure.DUTY, DutyKind.ACKNOWLEDGE, Kept.LATE] == 1
    assert october[Figure.FOLLOW_UP, CONDUCT, Kept.LATE] == 1
    assert (Figure.OPENED, CONDUCT) not in october


def test_a_restriction_that_nobody_renews() -> None:
    story = in_force()  # reviewed at the latest on Tuesday 3 November
    in_september = counted(story, SEPTEMBER)
    late = counted(story)  # no timer has fired yet
    story.wait_until(datetime(2027, 1, 20, tzinfo=UTC))

    assert in_september[Figure.RESTRICTION, RESTRICTED, Happened.PROPOSED] == 1
    assert in_september[Figure.RESTRICTION, RESTRICTED, Happened.CONFIRMED] == 1
    assert in_september[Figure.RESTRICTION_STANDS, RESTRICTED, Standing.IN_EFFECT] == 1
    assert late[Figure.RESTRICTION_STANDS, RESTRICTED, Standing.PAST_REVIEW] == 1
    found = counted(story, days(date(2026, 10, 1), date(2026, 12, 18)))
    assert found[Figure.RESTRICTIONS_AT_START, RESTRICTED] == 1
    assert found[Figure.RESTRICTION, RESTRICTED, Happened.NOT_RENEWED] == 1
    assert found[Figure.DUTY, DutyKind.SIGNPOST, Kept.MISSED] == 1
    assert not any(key[0] == Figure.RESTRICTION_STANDS for key in found)
    assert (Figure.RESTRICTIONS_AT_START, RESTRICTED) not in counted(story, SPRING)


def test_a_restriction_that_is_continued_and_then_lifted() -> None:
    story = in_force()
    story.do("signpost", HEAD, to="parent")
    story.wait_until(datetime(2026, 10, 1, 9, tzinfo=UTC))
    terms = story.terms()
    which = story.restriction.id
    story.do(
        "review_restriction", CHAIR, restriction=which, result="continue",
        review_on=terms["review_on"],
    )  # fmt: skip
    story.wait("5 school days")
    story.do("lift_restriction", CHAIR, restriction=which)

    found = counted(story)

    assert found[Figure.RESTRICTION, RESTRICTED, Happened.CONTINUED] == 1
    assert found[Figure.RESTRICTION, RESTRICTED, Happened.LIFTED] == 1
    assert found[Figure.DUTY, DutyKind.SIGNPOST, Kept.ON_TIME] == 1


def test_nothing_is_counted_of_a_case_that_is_over_or_has_not_begun() -> None:
    assert counted(resolved(), SPRING) == Counter()
    assert counted(Story(PARENTS, CONDUCT, now=datetime(2027, 1, 6, 9, tzinfo=UTC))) == Counter()


def test_a_time_that_began_before_the_calendar_is_told_apart() -> None:
    story = resolved()
    later = CALENDAR.model_copy(update={"terms": CALENDAR.terms[1:], "closures": ()})

    found = count_case(story.events, AUTUMN, later, POLICIES)

    assert found[Figure.STAY_NOT_COUNTED, Stage.RAISED] == 1


def test_a_repeat_concern_is_about_somebody_known_on_the_same_track() -> None:
    autumn, spring = datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)
    concerns = Concerns(SPRING)
    for opening in (
        Opening(autumn, CONDUCT, "ada"),
        Opening(autumn, ADVOCACY, "bo"),
        Opening(spring, CONDUCT, "ada"),  # again
        Opening(spring, CONDUCT, "bo"),  # for the first time as a parent
        Opening(spring, CONDUCT, "bo"),  # again
    ):
        concerns.add(opening)

    assert concerns.counts == Counter({(Figure.REPEAT_CONCERN,): 2, (Figure.FIRST_CONCERN,): 1})


def test_a_concern_about_the_school_is_known_by_who_raised_it() -> None:
    story = Story(PARENTS, Track.SCHOOL_CONCERN, by=PARENT)

    assert opening_of(story.events[0]).about == PARENT.person
    with pytest.raises(ValueError, match="does not open a case"):
        opening_of(story.events[1])


@pytest.mark.parametrize(
    ("lengths", "middle", "most"),
    [
        pytest.param({4: 1}, 4, 4, id="one"),
        pytest.param({1: 1, 2: 1}, 1.5, 2, id="two"),
        pytest.param(dict.fromkeys(range(1, 11), 1), 5.5, 9, id="one to ten"),
        pytest.param({0: 18, 30: 2}, 0, 0, id="nine in ten at once"),
        pytest.param({0: 17, 30: 3}, 0, 30, id="fewer than nine in ten"),
    ],
)
def test_the_median_and_the_90th_percentile(
    lengths: dict[int, int], middle: float, most: int
) -> None:
    assert (median(lengths), percentile(lengths, 0.9)) == (middle, most)


def test_a_term_begins_where_the_one_before_it_ended() -> None:
    now = datetime(2027, 2, 1, 12, tzinfo=UTC)

    running = term_period(CALENDAR, now)
    autumn = term_period(CALENDAR, now, "autumn 2026")

    assert (running.name, running.first, running.over) == (
        "Spring term 2027", date(2026, 12, 19), False,
    )  # fmt: skip
    assert running.ends == now
    assert (autumn.name, autumn.first, autumn.over) == (
        "Autumn term 2026", date(2026, 9, 2), True,
    )  # fmt: skip
    assert autumn.ends == running.begins
    assert autumn.begins == datetime(2026, 9, 1, 23, tzinfo=UTC)  # midnight in summer time


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param("autum 2026", "Did you mean Autumn term 2026", id="mistyped"),
        pytest.param("autumn", "could be: Autumn term 2026, Autumn term 2027", id="two"),
        pytest.param("summer 2027", "has not begun", id="to come"),
        pytest.param("", "has no term “”", id="nothing"),
    ],
)
def test_a_term_that_can_not_be_reported_on(asked: str, said: str) -> None:
    with pytest.raises(PeriodProblem, match=said):
        term_period(CALENDAR, datetime(2027, 2, 1, tzinfo=UTC), asked)


def test_days_outside_the_calendar_are_refused_in_words() -> None:
    with pytest.raises(PeriodProblem, match="calendar covers 2 September 2026 to 21 July 2028"):
        days(date(2026, 8, 1), date(2026, 9, 30))
    with pytest.raises(PeriodProblem, match="before it begins"):
        days(date(2026, 10, 1), date(2026, 9, 30))
    with pytest.raises(PeriodProblem, match=r"first term .* begins on 2 September 2026"):
        term_period(CALENDAR, datetime(2026, 1, 1, tzinfo=UTC))
