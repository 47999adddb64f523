"""`evenhand calendar`: read and check term dates."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.files import require_files
from cli.outcome import BadUsage, Exit
from domain.calendar import SchoolCalendar, Span
from domain.calendar_dates import CalendarDates
from gateway.wording import day, spoken
from settings import load_settings
from storage.term_files import Weight, check_calendar, load_calendar

app = typer.Typer()
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Stretch = tuple[date, date]


@app.command()
def show(
    file: Annotated[Path | None, typer.Argument(help="Term dates; the sample if not said.")] = None,
    year: Annotated[
        int | None, typer.Option(help="Only the school year that begins in this year.")
    ] = None,
    count_from: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Count a span from this day.")
    ] = None,
    span: Annotated[str | None, typer.Option(help="Such as “5 school days”.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show a calendar, or when something counted from a day falls due."""
    calendar = load_calendar(file or load_settings().terms_dir / "sample.yaml")
    if (count_from is None) != (span is None):
        raise BadUsage("--count-from and --span go together: give both, or neither.")
    if count_from is not None and span is not None:
        _count(calendar, count_from.date(), Span.parse(span), as_json=as_json)
        return
    within = _school_year(calendar, year)
    if as_json:
        typer.echo(_as_json(calendar, within))
    else:
        _print(Console(highlight=False), calendar, within)


def _count(calendar: SchoolCalendar, start: date, span: Span, *, as_json: bool) -> None:
    due = calendar.due(start, span)
    if as_json:
        told = {"from": str(start), "span": str(span), "due_on": str(due.on)}
        typer.echo(json.dumps(told | {"due_at": due.at.isoformat()}))
    else:
        typer.echo(f"{span} from {day(start)}: due on {day(due.on)}.")


def _school_year(calendar: SchoolCalendar, year: int | None) -> Stretch:
    first, last = calendar.terms[0].start, calendar.terms[-1].end
    if year is None:
        return first, last
    begin, end = date(year, 8, 1), date(year + 1, 7, 31)
    if last < begin or first > end:
        raise BadUsage(f"The calendar runs from {day(first)} to {day(last)}: choose a year in it.")
    return begin, end


def _as_json(calendar: SchoolCalendar, within: Stretch) -> str:
    told = calendar.model_dump(mode="json")
    told["terms"] = [
        one.model_dump(mode="json") | {"school_days": _school_days(calendar, (one.start, one.end))}
        for one in calendar.terms
        if _meets((one.start, one.end), within)
    ]
    told["closures"] = [
        one.model_dump(mode="json")
        for one in calendar.closures
        if _meets((one.start, one.end), within)
    ]
    told["bank_holidays"] = [
        one.model_dump(mode="json")
        for one in calendar.bank_holidays
        if _meets((one.date, one.date), within)
    ]
    return json.dumps(told | {"school_days": _school_days(calendar, within)})


def _print(out: Console, calendar: SchoolCalendar, within: Stretch) -> None:
    out.print(calendar.title, style="bold", markup=False)
    total = _school_days(calendar, within)
    hours = f"{calendar.office_opens:%H:%M} to {calendar.office_closes:%H:%M}"
    out.print(f"{total} school days; the office is open from {hours}.\n")
    terms = _table("Term", "From", "To", "School days")
    for term in calendar.terms:
        stretch = (term.start, term.end)
        if _meets(stretch, within):
            count = str(_school_days(calendar, stretch))
            terms.add_row(term.name, _short(term.start), _short(term.end), count)
    closures = _table("Closed", "From", "To", "Why")
    for closure in calendar.closures:
        if _meets((closure.start, closure.end), within):
            end = _short(closure.end) if closure.end != closure.start else ""
            why = "INSET" if closure.kind == "inset" else spoken(closure.kind)
            closures.add_row(closure.name, _short(closure.start), end, why)
    holidays = _table("Bank holiday", "On")
    for holiday in calendar.bank_holidays:
        if _meets((holiday.date, holiday.date), within):
            holidays.add_row(holiday.title, _short(holiday.date))
    for table in (terms, closures, holidays):
        out.print(table)


def _table(*headings: str) -> Table:
    table = Table(box=None, header_style="bold", title_justify="left")
    for number, heading in enumerate(headings):
        table.add_column(heading, no_wrap=number > 0)
    return table


def _short(when: date) -> str:
    return f"{when:%a} {when.day} {when:%b %Y}"


def _meets(stretch: Stretch, within: Stretch) -> bool:
    return stretch[0] <= within[1] and stretch[1] >= within[0]


def _school_days(calendar: CalendarDates, stretch: Stretch) -> int:
    return sum(stretch[0] <= one <= stretch[1] for one in calendar.school_days)


@app.command()
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Files of term dates (YAML or .ics); all that there are if not said."),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Check term dates; each fault with its file, line and field."""
    terms = load_settings().terms_dir
    files = files or sorted(one for kind in ("*.yaml", "*.ics") for one in terms.glob(kind))
    require_files(files)
    findings = [finding for file in files for finding in check_calendar(file)]
    wrong = any(finding.weight is Weight.ERROR for finding in findings)
    if as_json:
        told = [
            {
                "file": str(one.file),
                "line": one.line,
                "field": one.field,
                "message": one.message,
                "weight": one.weight.value,
            }
            for one in findings
        ]
        typer.echo(json.dumps({"sound": not wrong, "findings": told}))
    else:
        for finding in findings:
            typer.echo(str(finding))
        if not wrong:
            typer.echo(f"Sound: {', '.join(str(file) for file in files)}.")
    return Exit.REFUSED if wrong else Exit.DONE
