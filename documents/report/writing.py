"""Writes a termly report: as one page that needs nothing else, a tagged PDF, CSV, or JSON."""

import base64
import csv
import io
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from documents.report.charts import Chart, charts_of
from documents.report.formats import Format
from documents.typesetting import typeset
from domain.report_tables import Mark
from domain.term_report import TermReport

HERE = Path(__file__).resolve().parent


def write(report: TermReport, as_: Format) -> bytes:
    """The report in one of its formats; the same report gives the same bytes.

    Raises TypesettingFailed.
    """
    match as_:
        case Format.HTML:
            return _page(report).encode()
        case Format.PDF:
            return _pdf(report)
        case Format.CSV:
            return _csv(report).encode()
        case Format.JSON:
            return _json(report).encode()


def day_in_words(day: date) -> str:
    """Such as 18 December 2026."""
    return f"{day.day} {day:%B %Y}"


def _page(report: TermReport) -> str:
    templates = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    charts = charts_of(report)
    return templates.get_template("report.html").render(
        **_given(report, charts),
        pictures={id_: _data_url(chart.svg) for id_, chart in charts.items()},
        style=(HERE / "report.css").read_text(encoding="utf-8"),
    )


def _pdf(report: TermReport) -> bytes:
    given = _given(report, charts_of(report))
    return typeset(HERE / "report.typ", given, title=report.title, at=report.made_at)


def _given(report: TermReport, charts: dict[str, Chart]) -> dict[str, Any]:
    return {
        "title": report.title,
        "school": report.school,
        "name": report.period.name,
        "days": f"{day_in_words(report.period.first)} to {day_in_words(report.period.last)}",
        "over": report.period.over,
        "made": _moment_in_words(report.made_at),
        "empty": report.empty,
        "key_figures": [
            {"label": one.label, "value": _cell(one.value)} for one in report.key_figures
        ],
        "tables": [
            {
                "id": table.id,
                "title": table.title,
                "says": table.says,
                "row_heading": table.row_heading,
                "columns": table.columns,
                "rows": [
                    {"label": row.label, "cells": [_cell(c) for c in row.cells], "total": row.total}
                    for row in table.rows
                ],
                "chart": charts[table.id]._asdict() if table.id in charts else None,
            }
            for table in report.tables
        ],
        "notes": report.notes,
    }


def _csv(report: TermReport) -> str:
    """A line for each number: its table, row and column. Nothing that a spreadsheet would run."""
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\r\n")
    lines.writerow(["school", "period", "first_day", "last_day", "table", "row", "column", "value"])
    period = report.period
    head = [_harmless(report.school), _harmless(period.name), period.first, period.last]
    for figure in report.key_figures:
        lines.writerow([*head, "In brief", figure.label, "", _cell(figure.value)])
    for table in report.tables:
        for row in table.rows:
            for column, cell in zip(table.columns, row.cells, strict=True):
                lines.writerow([*head, table.title, row.label, column, _cell(cell)])
    return "\ufeff" + written.getvalue()


def _harmless(words: str) -> str:
    # A spreadsheet takes a cell that begins like this for a formula.
    return f"'{words}" if words[:1] in {"=", "+", "-", "@", "\t", "\r"} else words


def _json(report: TermReport) -> str:
    return json.dumps(report.model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n"


def _cell(value: int | float | Mark) -> str:
    return value.value if isinstance(value, Mark) else f"{value:g}"


def _data_url(svg: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _moment_in_words(moment: datetime) -> str:
    local = moment.astimezone(ZoneInfo("Europe/London"))
    return f"{day_in_words(local)} at {local:%H:%M}"
