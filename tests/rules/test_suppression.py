"""No withheld number can be worked out: checked by searching for another solution."""

from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.suppression import SMALLEST_SHOWN, Flow, withheld

Cells = dict[tuple[str, ...], Flow]
SMALL = st.integers(min_value=0, max_value=7)


def a_table(rows: list[list[int]]) -> Cells:
    """A table with totals on both sides, as flows."""
    cells: Cells = {}
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            cells[f"r{r}", f"c{c}"] = Flow(f"r{r}", f"c{c}", value)
        cells[f"r{r}", "all"] = Flow("start", f"r{r}", sum(row), total=True)
    for c, column in enumerate(zip(*rows, strict=True)):
        cells["all", f"c{c}"] = Flow(f"c{c}", "end", sum(column), total=True)
    cells["all", "all"] = Flow("end", "start", sum(map(sum, rows)), total=True)
    return cells


def others(cells: Cells, hidden: frozenset[tuple[str, ...]]) -> Iterator[dict[str, int]]:
    """Every way to fill in what is withheld, with no number above the largest there is plus one.

    It knows nothing of circles: it tries, point by point, all numbers that still can balance.
    """
    unknown = sorted(hidden)
    most = max((flow.value for flow in cells.values()), default=0) + 1
    left: dict[str, int] = {}
    for cell, flow in cells.items():
        for point, sign in ((flow.source, -1), (flow.sink, 1)):
            left[point] = left.get(point, 0) + (0 if cell in hidden else sign * flow.value)
    last = {p: n for n, c in enumerate(unknown) for p in (cells[c].source, cells[c].sink)}

    def fill(n: int, filled: dict[str, int]) -> Iterator[dict[str, int]]:
        if n == len(unknown):
            yield dict(filled)
            return
        flow = cells[unknown[n]]
        for value in range(most + 1):
            left[flow.source] -= value
            left[flow.sink] += value
            closed = [p for p in (flow.source, flow.sink) if last[p] == n]
            if all(left[p] == 0 for p in closed):
                filled[str(unknown[n])] = value
                yield from fill(n + 1, filled)
            left[flow.source] += value
            left[flow.sink] -= value

    yield from fill(0, {})


def assert_nothing_follows(cells: Cells) -> None:
    hidden = withheld(cells)
    assert {c for c, f in cells.items() if 0 < f.value < SMALLEST_SHOWN} <= hidden
    seen: dict[str, set[int]] = {str(cell): set() for cell in hidden}
    tried = count()
    for other in others(cells, hidden):
        for cell, value in other.items():
            seen[cell].add(value)
        if all(len(values) > 1 for values in seen.values()):
            return
        assert next(tried) < 200_000
    assert all(len(values) > 1 for values in seen.values()), seen


@given(st.lists(st.tuples(SMALL, SMALL).map(list), min_size=1, max_size=2))
def test_no_withheld_number_of_a_small_table_follows_from_its_totals(rows: list[list[int]]) -> None:
    assert_nothing_follows(a_table(rows))


@given(st.lists(SMALL, min_size=4, max_size=4))
def test_nor_where_tables_share_their_totals(numbers: list[int]) -> None:
    """Open at the start and opened is closed or open at the end."""
    start, opened, closed, extra = numbers
    closed = min(closed, start + opened)
    at_end = start + opened - closed
    cells: Cells = {
        ("start",): Flow("school", "cases", start),
        ("opened",): Flow("school", "cases", opened),
        ("closed",): Flow("cases", "outcomes", closed),
        ("closed", "resolved"): Flow("outcomes", "school", max(0, closed - extra)),
        ("closed", "lapsed"): Flow("outcomes", "school", closed - max(0, closed - extra)),
        ("open",): Flow("cases", "school", at_end, total=True),
    }
    assert_nothing_follows(cells)


def test_a_small_number_takes_others_with_it() -> None:
    hidden = withheld(a_table([[6, 3], [9, 8]]))

    # The 3 alone would follow from its row, and with one other from its column.
    assert ("r0", "c1") in hidden
    assert len(hidden & {("r0", "c0"), ("r0", "all")}) >= 1
    assert len(hidden & {("r1", "c1"), ("all", "c1")}) >= 1
    assert ("all", "all") not in hidden


def test_large_numbers_and_noughts_are_shown() -> None:
    assert withheld(a_table([[6, 0], [9, 8]])) == frozenset()


def test_numbers_that_do_not_add_up_are_refused() -> None:
    cells = a_table([[6, 0], [9, 8]])
    cells["all", "all"] = Flow("end", "start", 24, total=True)

    with pytest.raises(ValueError, match="not what goes out at: end, start"):
        withheld(cells)


def test_a_number_in_no_sum_can_not_be_negative() -> None:
    with pytest.raises(ValueError, match="negative"):
        withheld({("a",): Flow("x", "x", -1)})
