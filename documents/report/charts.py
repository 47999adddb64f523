"""Plots of the termly report, as SVG: readable in grey, labelled with their numbers, and each with
its text alternative. They are drawn from the report's own tables, so that what is withheld there
is not drawn here."""

import io
import logging
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

# Where the service has no home it says so at once, and keeps its cache elsewhere.
logging.getLogger("matplotlib").setLevel(logging.ERROR)

from matplotlib import rc_context  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

from domain.report_tables import Mark, ReportTable, Row  # noqa: E402
from domain.term_report import TermReport  # noqa: E402

WIDTH = 4.7  # inches: narrow, so that it still reads on a telephone
_INK = "#1d3557"
_FILLS = (("#1d3557", ""), ("#8fb0d0", "///"), ("#ffffff", "xxx"))  # dark, hatched, crossed
_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "evenhand",  # the same bytes for the same numbers
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "hatch.linewidth": 0.6,
}
_WITHHELD = f"{Mark.WITHHELD} withheld"
_DRAWING = threading.Lock()  # the settings of a drawing are those of the whole process


class Chart(NamedTuple):
    """A plot: the id of its table, its SVG, and what it shows in words."""

    table: str
    svg: str
    alternative: str


def charts_of(report: TermReport) -> dict[str, Chart]:
    """The plots of a report, by the id of the table that stands behind each."""
    drawn = {}
    for table in report.tables:
        rows = [row for row in table.rows if not row.total]
        if table.id in _DRAWN and rows:
            draw, words = _DRAWN[table.id]
            drawn[table.id] = Chart(table.id, _svg(rows, draw), words(table, rows))
    return drawn


def _svg(rows: list[Row], draw: Callable[[Axes, list[Row]], None]) -> str:
    with _DRAWING, rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH, 0.9 + 0.42 * len(rows)), layout="constrained")
        axes = figure.add_subplot()
        axes.set_yticks(range(len(rows)), [row.label for row in rows])
        axes.tick_params(axis="y", length=0)
        axes.xaxis.set_visible(False)
        for side in ("top", "right", "bottom"):
            axes.spines[side].set_visible(False)
        draw(axes, rows)
        axes.margins(x=0.2)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xlim(left=0)
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    svg = written.getvalue()
    return svg[svg.index("<svg") :]


def _totals(axes: Axes, rows: list[Row]) -> None:
    """One bar for each row: the number in its last column."""
    values = [_number(row.cells[-1]) for row in rows]
    axes.barh(range(len(rows)), values, color=_INK, height=0.6)
    for place, row in enumerate(rows):
        _label(axes, values[place], place, row.cells[-1])


def _shares(axes: Axes, rows: list[Row]) -> None:
    """A bar for each row, divided into on time, late and missed."""
    names = ("Met on time", "Met late", "Missed")
    ends = [0.0] * len(rows)
    for column, (colour, hatch) in enumerate(_FILLS):
        values = [_number(row.cells[column]) for row in rows]
        axes.barh(
            range(len(rows)),
            values,
            left=ends,
            color=colour,
            hatch=hatch,
            edgecolor=_INK,
            linewidth=0.8,
            height=0.6,
            label=names[column],
        )
        ends = [end + value for end, value in zip(ends, values, strict=True)]
    for place, row in enumerate(rows):
        words = " + ".join(_shown(cell) for cell in row.cells[:3] if cell != 0)
        _label(axes, ends[place], place, words)
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.legend(loc="outside upper left", ncols=3, frameon=False, handlelength=1.2, fontsize=9)


def _spread(axes: Axes, rows: list[Row]) -> None:
    """The median as a dot, and a line from it to the 90th percentile."""
    for place, row in enumerate(rows):
        middle, most = row.cells
        if isinstance(middle, Mark):
            _label(axes, 0, place, middle)
            continue
        end: float = middle
        words = f"{_shown(middle)}"
        if not isinstance(most, Mark):
            axes.plot([middle, most], [place, place], color=_INK, linewidth=1.6)
            axes.plot([most], [place], marker="|", color=_INK, markersize=13, markeredgewidth=2)
            end, words = most, f"{words}, then {_shown(most)}"
        axes.plot([middle], [place], marker="o", color=_INK, markersize=8)
        _label(axes, end, place, words)
    axes.set_title("● median      ▏90th percentile", fontsize=9, loc="left", color="black")


def _label(axes: Axes, at: float, place: int, words: int | float | Mark | str) -> None:
    text = _WITHHELD if words is Mark.WITHHELD else _shown(words)
    axes.annotate(text, (at, place), xytext=(6, 0), textcoords="offset points", va="center")


def _number(cell: int | float | Mark) -> float:
    return 0.0 if isinstance(cell, Mark) else float(cell)


def _shown(cell: int | float | Mark | str) -> str:
    return f"{cell:g}" if isinstance(cell, int | float) else str(cell)


def _in_words(cell: int | float | Mark) -> str:
    return "withheld" if isinstance(cell, Mark) else f"{cell:g}"


def _totals_in_words(table: ReportTable, rows: list[Row]) -> str:
    told = "; ".join(f"{row.label}, {_in_words(row.cells[-1])}" for row in rows)
    return f"Bar chart. {table.title}: {told}."


def _columns_in_words(table: ReportTable, rows: list[Row]) -> str:
    told = "; ".join(
        f"{row.label}: "
        + ", ".join(
            f"{column.lower()} {_in_words(cell)}"
            for column, cell in zip(table.columns[:3], row.cells, strict=False)
        )
        for row in rows
    )
    return f"Chart. {table.title}. {told}."


_DRAWN = {
    "stages": (_totals, _totals_in_words),
    "times": (_spread, _columns_in_words),
    "duties": (_shares, _columns_in_words),
    "outcomes": (_totals, _totals_in_words),
}
