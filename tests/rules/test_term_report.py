"""The report's tables: the numbers in their places, and none that names somebody."""

from collections import Counter
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.period import term_period
from domain.report_flows import Id, flows_of
from domain.report_tables import Mark, ReportTable
from domain.statistics import Counts, Figure, Happened, Kept, Standing
from domain.suppression import SMALLEST_SHOWN, Flow, withheld
from domain.term_report import TermReport, term_report
from domain.vocabulary import DutyKind, Outcome, Stage, Track
from tests.rules.building import CALENDAR, PACKS

NOW = datetime(2026, 12, 20, 12, tzinfo=UTC)
POLICIES = tuple(PACKS.values())
PARENT, ADVOCATE, CONCERN = Track.PARENT_CONDUCT, Track.ADVOCATE_CONDUCT, Track.SCHOOL_CONCERN


def a_report(counts: Counts) -> TermReport:
    return term_report("Rowan Hill", term_period(CALENDAR, NOW), NOW, counts, POLICIES)


def table(report: TermReport, id_: str) -> ReportTable:
    return next(one for one in report.tables if one.id == id_)


def grid(report: TermReport, id_: str) -> dict[str, tuple[int | float | Mark, ...]]:
    return {row.label: row.cells for row in table(report, id_).rows}


STAYS: dict[tuple[str | int, ...], int] = {
    (Figure.STAY, Stage.RAISED, length): 1 for length in range(1, 11)
}
LARGE: Counts = Counter(STAYS) + Counter(
    {
        (Figure.OPEN_AT_START, PARENT): 10,
        (Figure.OPENED, PARENT): 20,
        (Figure.REOPENED, PARENT): 5,
        (Figure.CLOSED, Outcome.RESOLVED, PARENT): 15,
        (Figure.STANDS, Stage.WARNING, PARENT): 8,
        (Figure.STANDS, Stage.INFORMAL_REMINDER, PARENT): 12,
        (Figure.OPENED, CONCERN): 7,
        (Figure.STANDS, Stage.COMPLAINT, CONCERN): 7,
        (Figure.FIRST_CONCERN,): 21,
        (Figure.REPEAT_CONCERN,): 6,
        (Figure.FURTHER_INCIDENT,): 5,
        (Figure.FOLLOW_UP, PARENT, Kept.ON_TIME): 9,
        (Figure.FOLLOW_UP, PARENT, Kept.MISSED): 6,
        (Figure.DUTY, DutyKind.ACKNOWLEDGE, Kept.ON_TIME): 20,
        (Figure.DUTY, DutyKind.ACKNOWLEDGE, Kept.MISSED): 7,
        (Figure.RESTRICTIONS_AT_START, Stage.STAFF_RESTRICTION): 5,
        (Figure.RESTRICTION, Stage.STAFF_RESTRICTION, Happened.LIFTED): 5,
        (Figure.RESTRICTION, Stage.SITE_RESTRICTION, Happened.PROPOSED): 6,
        (Figure.RESTRICTION_STANDS, Stage.SITE_RESTRICTION, Standing.PAST_REVIEW): 6,
        (Figure.STAY, Stage.WARNING, 3): 9,
        (Figure.STAY, Stage.COMPLAINT, 30): 4,
    }
)


def test_large_numbers_stand_in_their_places() -> None:
    report = a_report(LARGE)

    assert grid(report, "cases") == {
        "Parent conduct": (10, 20, 5, 15, 20),
        "Concern about the school": (0, 7, 0, 0, 7),
        "All": (10, 27, 5, 15, 27),
    }
    assert table(report, "stages").columns == ("Parent conduct", "Concern about the school", "All")
    assert grid(report, "stages") == {
        "Informal reminder": (12, Mark.NOT_APPLICABLE, 12),
        "Warning": (8, Mark.NOT_APPLICABLE, 8),
        "Complaint": (Mark.NOT_APPLICABLE, 7, 7),
        "All": (20, 7, 27),
    }
    assert grid(report, "outcomes") == {"Resolved": (15, 0, 15), "All": (15, 0, 15)}
    assert grid(report, "follow-ups")["Parent conduct"] == (9, 0, 0, 6, 15)
    assert grid(report, "duties")["Acknowledge the concern"] == (20, 0, 7, 27)
    assert grid(report, "restrictions-open") == {
        "Staff restriction": (0, 0, 0, 0),
        "Site restriction": (0, 0, 6, 6),
        "All": (0, 0, 6, 6),
    }
    assert grid(report, "restrictions-changed")["Lifted"] == (5, 0, 5)
    assert list(grid(report, "repeats").values()) == [(21,), (6,), (27,), (5,)]
    key = {one.label: one.value for one in report.key_figures}
    assert key["Restrictions past their review"] == 6
    assert key["Duties missed"] == 7
    assert key["Duties met late"] == 0


def test_times_need_enough_cases_not_to_be_somebody_s() -> None:
    assert grid(a_report(LARGE), "times") == {
        "Raised": (5.5, 9),
        "Warning": (3.0, Mark.WITHHELD),  # the 90th percentile of nine is the longest
        "Complaint": (Mark.WITHHELD, Mark.WITHHELD),
    }


def test_an_empty_term_has_no_tables() -> None:
    report = a_report(Counter())

    assert report.empty
    assert report.tables == ()
    assert {one.value for one in report.key_figures} == {0}


def test_a_note_says_what_the_calendar_does_not_reach() -> None:
    report = a_report(Counter({(Figure.STAY_NOT_COUNTED, Stage.RAISED): 1}))

    assert "left out of the median" in report.notes[-1]


@st.composite
def some_counts(draw: st.DrawFn) -> Counts:
    """Counts as cases could have made them: what is open and opened is closed or still open."""
    counts: Counts = Counter()
    number = st.integers(0, 9)
    for track, stages in {
        PARENT: (Stage.RAISED, Stage.WARNING, Stage.SITE_RESTRICTION),
        ADVOCATE: (Stage.RAISED, Stage.FORMAL_REMINDER),
        CONCERN: (Stage.INFORMAL_CONCERN, Stage.COMPLAINT),
    }.items():
        stands = [draw(number) for _ in stages]
        closed = [draw(number), draw(number)]
        counts.update({(Figure.STANDS, s, track): n for s, n in zip(stages, stands, strict=True)})
        outcomes = (Outcome.RESOLVED, Outcome.TRANSFERRED)
        counts.update({(Figure.CLOSED, o, track): n for o, n in zip(outcomes, closed, strict=True)})
        into = sum(stands) + sum(closed)
        reopened = draw(st.integers(0, min(into, closed[0])))
        opened = draw(st.integers(0, into - reopened))
        counts[Figure.REOPENED, track] = reopened
        counts[Figure.OPENED, track] = opened
        counts[Figure.OPEN_AT_START, track] = into - reopened - opened
        for kept in Kept:
            counts[Figure.FOLLOW_UP, track, kept] = draw(number)
    opened = sum(counts[Figure.OPENED, track] for track in Track)
    counts[Figure.REPEAT_CONCERN,] = draw(st.integers(0, opened))
    counts[Figure.FIRST_CONCERN,] = opened - counts[Figure.REPEAT_CONCERN,]
    for duty in (DutyKind.ACKNOWLEDGE, DutyKind.SIGNPOST):
        for kept in (Kept.ON_TIME, Kept.LATE, Kept.MISSED):
            counts[Figure.DUTY, duty, kept] = draw(number)
    for step in (Stage.STAFF_RESTRICTION, Stage.SITE_RESTRICTION):
        stand = [draw(number) for _ in Standing]
        counts.update(
            {(Figure.RESTRICTION_STANDS, step, s): n for s, n in zip(Standing, stand, strict=True)}
        )
        lifted = draw(number)
        proposed = draw(st.integers(0, sum(stand) + lifted))
        counts[Figure.RESTRICTION, step, Happened.LIFTED] = lifted
        counts[Figure.RESTRICTION, step, Happened.PROPOSED] = proposed
        counts[Figure.RESTRICTIONS_AT_START, step] = sum(stand) + lifted - proposed
        counts[Figure.RESTRICTION, step, Happened.CONFIRMED] = draw(number)
    return +counts


@given(some_counts())
@settings(max_examples=60)
def test_no_small_number_is_printed_in_a_whole_report(counts: Counts) -> None:
    report = a_report(counts)

    printed = [cell for one in report.tables for row in one.rows for cell in row.cells]
    assert not [cell for cell in printed if not isinstance(cell, Mark) and 0 < cell < 5]
    values = [one.value for one in report.key_figures]
    assert not [value for value in values if not isinstance(value, Mark) and 0 < value < 5]


@given(some_counts())
@settings(max_examples=60)
def test_no_withheld_number_follows_from_a_whole_report(counts: Counts) -> None:
    """Each has a circle of withheld numbers that can all change by one, found step by step.

    Unlike the search that withheld them, this follows one number at a time, without costs.
    """
    possible = frozenset(
        (word, ladder.track)
        for policy in POLICIES
        for ladder in policy.ladders
        for word in (Stage.RAISED, *ladder.by_stage, *ladder.outcomes)
    )
    flows = flows_of(counts, possible)
    hidden = withheld(flows)

    small = {cell for cell, flow in flows.items() if 0 < flow.value < SMALLEST_SHOWN}
    assert small <= hidden
    for cell in hidden:
        change = another_solution(flows, hidden, cell)
        assert change is not None, f"{cell} follows from the rest"
        left: Counts = Counter()
        for one, by in change.items():
            assert one in hidden
            assert flows[one].value + by >= 0
            left[flows[one].source,] -= by
            left[flows[one].sink,] += by
        assert not any(left.values())  # every total and every balance still holds
        assert change[cell] != 0


def another_solution(
    flows: dict[Id, Flow], hidden: frozenset[Id], cell: Id
) -> dict[Id, int] | None:
    """By how much each withheld number changes in a solution in which this one is another."""
    for direction in (1, -1):
        if flows[cell].value + direction < 0:
            continue
        start, goal = flows[cell].sink, flows[cell].source
        if direction < 0:
            start, goal = goal, start
        waiting: list[str] = [start]
        came: dict[str, tuple[Id, int, str] | None] = {start: None}
        while waiting and goal not in came:
            point = waiting.pop()
            for one in sorted(hidden - {cell}):
                flow = flows[one]
                if flow.source == point and flow.sink not in came:
                    came[flow.sink] = (one, 1, point)
                    waiting.append(flow.sink)
                if flow.sink == point and flow.value and flow.source not in came:
                    came[flow.source] = (one, -1, point)
                    waiting.append(flow.source)
        if goal in came:
            change, point = {cell: direction}, goal
            while (step := came[point]) is not None:
                one, by, point = step
                change[one] = by
            return change
    return None
