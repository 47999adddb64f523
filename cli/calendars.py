"""`evenhand calendar`: read and check term dates."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.outcome import BadUsage, Exit
from domain.calendar import SchoolCalendar, Span
from gateway.wording import day, spoken
from settings import load_settings
from storage.term_files import check_calendar, load_calendar

app = typer.Typer()
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command()
def show(
    file: Annotated[Path | None, typer.Argument(help="Term dates; the sample if not said.")] = None,
    count_from: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Count a span from this day.")
    ] = None,
    span: Annotated[str | None, typer.Option(help="Such as “5 school days”.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show a calendar, or when something counted from a day falls due."""
    calendar = load_calendar(file or load_settings().terms_dir / "sample.yaml")
    if (count_from is None) != (span is None):
        raise BadUsage("--count-from and --span go together.")
    if count_from is not None and span is not None:
        due = calendar.due(count_from.date(), Span.parse(span))
        if as_json:
            typer.echo(json.dumps({"due_on": str(due.on), "due_at": due.at.isoformat()}))
        else:
            typer.echo(f"{span} from {day(count_from.date())}: {day(due.on)}")
        return
    if as_json:
        typer.echo(calendar.model_dump_json(indent=2))
        return
    _show(calendar)


def _show(calendar: SchoolCalendar) -> None:
    out = Console(highlight=False)
    out.print(f"[bold]{calendar.title}[/]")
    out.print(f"Office hours {calendar.office_opens:%H:%M} to {calendar.office_closes:%H:%M}")
    terms = Table(box=None, header_style="bold")
    for heading in ("Term", "From", "To", "School days"):
        terms.add_column(heading)
    for term in calendar.terms:
        count = sum(term.start <= one <= term.end for one in calendar.school_days)
        terms.add_row(term.name, day(term.start), day(term.end), str(count))
    out.print(terms)
    closures = Table(box=None, header_style="bold")
    for heading in ("Closed", "From", "To", "Kind"):
        closures.add_column(heading)
    for closure in calendar.closures:
        closures.add_row(closure.name, day(closure.start), day(closure.end), spoken(closure.kind))
    out.print(closures)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Files of term dates (YAML or .ics).")],
    as_json: AsJson = False,
) -> int:
    """Check term dates; each fault with its file, line and field."""
    findings = [finding for file in files for finding in check_calendar(file)]
    wrong = any(finding.weight == "error" for finding in findings)
    if as_json:
        keys = ("line", "field", "message", "weight")
        told = [
            {"file": str(one.file), **{key: str(getattr(one, key)) for key in keys}}
            for one in findings
        ]
        typer.echo(json.dumps({"sound": not wrong, "findings": told}))
    else:
        for finding in findings:
            typer.echo(str(finding))
        if not findings:
            typer.echo(f"Sound: {', '.join(str(file) for file in files)}.")
    return Exit.REFUSED if wrong else Exit.DONE
