"""Writes feedback as an accessible page, as a table for a spreadsheet, as JSON, and as words."""

import csv
import io
import json
from enum import StrEnum

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from documents.report.writing import HERE, day_in_words
from domain.feedback import Feedback

WITHHELD = "[c]"
NOTE = (
    f"{WITHHELD} means that a number is withheld so that nobody can be recognised: it is from 1 to "
    "4, or such a number could be worked out from it. A concern counts once for each theme that it "
    "touches."
)


class FeedbackFormat(StrEnum):
    """What feedback can be written as."""

    HTML = "html"
    CSV = "csv"
    JSON = "json"


def write(found: Feedback, as_: FeedbackFormat) -> bytes:
    """The feedback in one of its formats; the same feedback gives the same bytes."""
    match as_:
        case FeedbackFormat.HTML:
            return _page(found).encode()
        case FeedbackFormat.CSV:
            return as_csv(found).encode()
        case FeedbackFormat.JSON:
            told = found.model_dump(mode="json")
            return (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode()


def in_words(found: Feedback) -> str:
    """The feedback as the text of a message."""
    lines = [
        f"What parents told us about {found.service}",
        days(found),
        "",
        f"Concerns: {shown(found.concerns)}",
        *(f"{theme.title}: {shown(theme.concerns)}" for theme in found.themes),
        "",
        NOTE,
    ]
    return "\n".join(lines) + "\n"


def as_csv(found: Feedback) -> str:
    """One line for each theme, and one for all concerns."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(["Theme", "Concerns"])
    table.writerow(["All concerns", shown(found.concerns)])
    for theme in found.themes:
        table.writerow([theme.title, shown(theme.concerns)])
    return out.getvalue()


def days(found: Feedback) -> str:
    """The days that are counted, such as “1 September 2026 to 18 December 2026”."""
    period = found.period
    said = f"{day_in_words(period.first)} to {day_in_words(period.last)}"
    return said if period.over else f"{said}; the period is not over, so these are figures so far"


def shown(number: int | None) -> str:
    """A number, or what stands for one that is withheld."""
    return WITHHELD if number is None else str(number)


def _page(found: Feedback) -> str:
    templates = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return templates.get_template("feedback.html").render(
        service=found.service,
        days=days(found),
        empty=found.empty,
        rows=[("All concerns", shown(found.concerns))]
        + [(theme.title, shown(theme.concerns)) for theme in found.themes],
        note=NOTE if found.withholds else "A concern counts once for each theme that it touches.",
        style=(HERE / "report.css").read_text(encoding="utf-8"),
    )
