"""Small numbers withheld so that nobody can be recognised, not even by subtraction.

A number from 1 to 4 is withheld. Where it could be worked out from the totals beside it, other
numbers are withheld too. Whatever is published as a sum is described as a *flow*: a cell is an arc
between two points, and at each point as much comes in as goes out. A row of a table with its total
is such a point; so is “open at the start, and opened, is closed, or open at the end”.

A withheld number can't be worked out if some other numbers would fit what is published as well,
none of them negative. In a flow these are found as circles: walk along withheld arcs, adding one
to each that is walked forwards and taking one from each that is walked backwards (which must not
be nothing already), and come back to where one started. This is exact for whole numbers, and the
cheapest circle says what to withhold besides (Kelly, Golden and Assad, Cell suppression:
disclosure protection for sensitive tabular data, Networks 22, 1992).
"""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple, TypeVar

SMALLEST_SHOWN = 5  # of the numbers above nothing
_OF_A_CELL = 1_000  # what it costs to withhold one more number
_OF_A_ZERO = 1_500  # it can only be thought larger, so it hides less

Cell = TypeVar("Cell", bound=Hashable)
_Step = tuple[str, int, Cell]  # where it leads, what it costs, the cell walked along


class Flow(NamedTuple):
    """A number that goes from one point to another. `total` ones are the last to be withheld."""

    source: str
    sink: str
    value: int
    total: bool = False


def withheld(flows: Mapping[Cell, Flow]) -> frozenset[Cell]:
    """The cells that must not be published.

    Raises ValueError where the flows do not balance, or a number can't be hidden at all.
    """
    _balanced(flows)
    hidden = {cell for cell, flow in flows.items() if 0 < flow.value < SMALLEST_SHOWN}
    # The largest first: what it takes to hide these often hides the smaller ones.
    for cell in sorted(hidden, key=lambda cell: (-flows[cell].value, str(cell))):
        hidden |= _circle(flows, cell, hidden)
    return frozenset(hidden)


def _circle(flows: Mapping[Cell, Flow], cell: Cell, hidden: set[Cell]) -> set[Cell]:
    """The cheapest circle through a cell: the cells that change when it does."""
    flow = flows[cell]
    steps = _steps(flows, cell, hidden)
    ways = [_cheapest(steps, flow.sink, flow.source)]  # it could be more
    if flow.value:
        ways.append(_cheapest(steps, flow.source, flow.sink))  # it could be less
    found = [way for way in ways if way is not None]
    if not found:
        raise ValueError(f"{cell} stands in no sum with another number, so it can't be hidden")
    return {cell, *min(found, key=lambda way: way[0])[1]}


def _steps(
    flows: Mapping[Cell, Flow], without: Cell, hidden: set[Cell]
) -> dict[str, list[_Step[Cell]]]:
    steps: dict[str, list[_Step[Cell]]] = defaultdict(list)
    for cell, flow in flows.items():
        if cell == without:
            continue
        cost = 0 if cell in hidden else _cost(flow)
        steps[flow.source].append((flow.sink, cost, cell))
        if flow.value:
            steps[flow.sink].append((flow.source, cost, cell))
    return steps


def _cost(flow: Flow) -> int:
    cost = (_OF_A_CELL if flow.value else _OF_A_ZERO) + min(flow.value, 400)
    return cost * 8 if flow.total else cost


def _cheapest(
    steps: Mapping[str, list[_Step[Cell]]], start: str, goal: str
) -> tuple[int, tuple[Cell, ...]] | None:
    order: Iterator[int] = count()  # so that equal ways are taken as they were found
    waiting: list[tuple[int, int, str, tuple[Cell, ...]]] = [(0, next(order), start, ())]
    seen: set[str] = set()
    while waiting:
        cost, _, point, walked = heappop(waiting)
        if point == goal:
            return cost, walked
        if point in seen:
            continue
        seen.add(point)
        for to, more, cell in steps.get(point, ()):
            if to not in seen:
                heappush(waiting, (cost + more, next(order), to, (*walked, cell)))
    return None


def _balanced(flows: Mapping[Cell, Flow]) -> None:
    left: dict[str, int] = defaultdict(int)
    for cell, flow in flows.items():
        if flow.value < 0:
            raise ValueError(f"{cell} is negative: {flow.value}")
        left[flow.source] -= flow.value
        left[flow.sink] += flow.value
    if odd := sorted(point for point, value in left.items() if value):
        raise ValueError(f"what comes in is not what goes out at: {', '.join(odd)}")
