"""How the numbers of a termly report hang together, so that none can be worked out from others.

Each number is an arc (see `domain.suppression`). Points are named after what balances there.
"""

from collections.abc import Iterable

from domain.statistics import Counts, Figure, Happened, Kept, Standing
from domain.suppression import Flow
from domain.vocabulary import DutyKind, Outcome, Stage, Track

ALL = "All"
Id = tuple[str, ...]
"""Which number: the figure, then what it is counted by, or ALL; ("there", kind, word) says that a
row is shown."""

_INTO = (Figure.OPEN_AT_START, Figure.OPENED, Figure.REOPENED)
_UNCHANGING = (Happened.CONFIRMED, Happened.CONTINUED, Happened.VARIED)
_ENDING = (Happened.LIFTED, Happened.NOT_RENEWED, Happened.NOT_CONFIRMED)


def flows_of(counts: Counts, possible: frozenset[tuple[str, str]]) -> dict[Id, Flow]:
    """Every number that the report may show. `possible` are the (stage or outcome, track) that
    the school's ladders have: elsewhere there is no number, and everybody knows it."""
    flows: dict[Id, Flow] = {}
    _cases(flows, counts, possible)
    _kept(flows, counts, Figure.FOLLOW_UP, Track, tuple(Kept))
    _kept(flows, counts, Figure.DUTY, DutyKind, (Kept.ON_TIME, Kept.LATE, Kept.MISSED))
    _restrictions(flows, counts)
    return flows


def _cases(flows: dict[Id, Flow], counts: Counts, possible: frozenset[tuple[str, str]]) -> None:
    """Into each track flow the open at the start, the opened and the reopened; out of it the open
    at the end, by stage, and the closed, by outcome."""
    tracks = [t for t in Track if any(key[0] in _OF_TRACKS and t in key for key in counts)]
    if not tracks:
        return
    for track in tracks:
        flows["there", "track", track] = Flow("nowhere", "nowhere", 0)
        for figure in _INTO:
            value = counts[figure, track]
            flows[figure, track] = Flow(f"all {figure}", f"cases {track}", value)
    for figure in _INTO:
        total = sum(counts[figure, track] for track in tracks)
        source = "concerns" if figure is Figure.OPENED else "cases"
        flows[figure, ALL] = Flow(source, f"all {figure}", total, total=True)
    for concern in (Figure.FIRST_CONCERN, Figure.REPEAT_CONCERN):
        flows[concern,] = Flow("cases", "concerns", counts[concern,])
    for figure, words in ((Figure.STANDS, Stage), (Figure.CLOSED, Outcome)):
        _by_track(flows, counts, figure, words, tracks, possible)


_OF_TRACKS = (*_INTO, Figure.STANDS, Figure.CLOSED)


def _by_track(
    flows: dict[Id, Flow],
    counts: Counts,
    figure: Figure,
    words: Iterable[str],
    tracks: list[Track],
    possible: frozenset[tuple[str, str]],
) -> None:
    there = [word for word in words if any(counts[figure, word, track] for track in tracks)]
    for track in tracks:
        total = sum(counts[figure, word, track] for word in there)
        flows[figure, track] = Flow(f"cases {track}", f"{figure} {track}", total, total=True)
        for word in there:
            value = counts[figure, word, track]
            if value or (word, track) in possible:
                sink = f"{figure} {word}"
                flows[figure, track, word] = Flow(f"{figure} {track}", sink, value)
    for word in there:
        total = sum(counts[figure, word, track] for track in tracks)
        flows[figure, ALL, word] = Flow(f"{figure} {word}", f"all {figure}", total, total=True)
    grand = sum(counts[figure, word, track] for word in there for track in tracks)
    flows[figure, ALL] = Flow(f"all {figure}", "cases", grand, total=True)


def _kept(
    flows: dict[Id, Flow],
    counts: Counts,
    figure: Figure,
    words: Iterable[str],
    columns: tuple[Kept, ...],
) -> None:
    """A table with totals on both sides: into each row flows its total, out of it its cells."""
    there = [word for word in words if any(counts[figure, word, kept] for kept in columns)]
    if not there:
        return
    for word in there:
        total = sum(counts[figure, word, kept] for kept in columns)
        flows[figure, word, ALL] = Flow(f"all {figure}", f"{figure} {word}", total, total=True)
        for kept in columns:
            value = counts[figure, word, kept]
            flows[figure, word, kept] = Flow(f"{figure} {word}", f"{figure} {kept}", value)
    for kept in columns:
        total = sum(counts[figure, word, kept] for word in there)
        flows[figure, ALL, kept] = Flow(f"{figure} {kept}", f"{figure} end", total, total=True)
    grand = sum(counts[figure, word, kept] for word in there for kept in columns)
    flows[figure, ALL, ALL] = Flow(f"{figure} end", f"all {figure}", grand, total=True)


def _restrictions(flows: dict[Id, Flow], counts: Counts) -> None:
    """Open at the start and proposed is lifted, lapsed, or open at the end, by how it stands."""
    steps = [step for step in Stage if any(k[0] in _OF_STEPS and k[1] == step for k in counts)]
    if not steps:
        return
    for step in steps:
        flows["there", "step", step] = Flow("nowhere", "nowhere", 0)
    start: Id = (Figure.RESTRICTIONS_AT_START,)
    _column(flows, counts, start, steps, "restrictions", "step {}", into=True)
    _column(
        flows,
        counts,
        (Figure.RESTRICTION, Happened.PROPOSED),
        steps,
        "restrictions",
        "step {}",
        into=True,
    )
    for happened in _ENDING:
        _column(flows, counts, (Figure.RESTRICTION, happened), steps, "restrictions", "step {}")
    for happened in _UNCHANGING:
        _column(flows, counts, (Figure.RESTRICTION, happened), steps, happened, happened)
    for step in steps:
        held = {one: counts[Figure.RESTRICTION_STANDS, step, one] for one in Standing}
        stands = f"stands {step}"
        flows[Figure.RESTRICTION_STANDS, step, ALL] = Flow(
            f"step {step}", stands, sum(held.values()), total=True
        )
        for one, value in held.items():
            flows[Figure.RESTRICTION_STANDS, step, one] = Flow(stands, f"stands {one}", value)
    for one in Standing:
        total = sum(counts[Figure.RESTRICTION_STANDS, step, one] for step in steps)
        flows[Figure.RESTRICTION_STANDS, ALL, one] = Flow(
            f"stands {one}", "stands end", total, total=True
        )
    grand = sum(counts[Figure.RESTRICTION_STANDS, s, one] for s in steps for one in Standing)
    flows[Figure.RESTRICTION_STANDS, ALL, ALL] = Flow(
        "stands end", "restrictions", grand, total=True
    )


_OF_STEPS = (Figure.RESTRICTIONS_AT_START, Figure.RESTRICTION, Figure.RESTRICTION_STANDS)


def _column(
    flows: dict[Id, Flow],
    counts: Counts,
    id_: Id,
    steps: list[Stage],
    end: str,
    point: str,
    *,
    into: bool = False,
) -> None:
    """One number for each step, and their total, between the steps' points and `end`."""
    between = f"all {' '.join(id_)}"
    for step in steps:
        ends = (between, point.format(step)) if into else (point.format(step), between)
        key = (id_[0], step, *id_[1:])
        flows[key] = Flow(*ends, counts[key])
    total = sum(flows[id_[0], step, *id_[1:]].value for step in steps)
    ends = (end, between) if into else (between, end)
    flows[(id_[0], ALL, *id_[1:])] = Flow(*ends, total, total=True)
