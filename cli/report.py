"""`evenhand report`: what governors are given to read."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from cli.desk import Desk, at_the_desk
from cli.feedback import feedback
from cli.options import AsJson, School
from cli.outcome import BadUsage
from cli.report_days import days_asked_for
from documents.report.formats import Format, format_named
from domain.term_report import TermReport
from gateway.report import report_on_term

app = typer.Typer()
app.command()(feedback)


@app.callback()
def report() -> None:
    """Reports for governors, and for the local authority."""


@app.command()
def termly(
    out: Annotated[Path, typer.Option(help="A file, or a folder to write the file into.")],
    term: Annotated[
        str | None, typer.Option(help="Such as “autumn 2026”; without it, the latest.")
    ] = None,
    from_: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="The first day, in place of a term."),
    ] = None,
    to: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day.")] = None,
    as_: Annotated[
        Format | None, typer.Option("--format", help="By the file's ending, else HTML.")
    ] = None,
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """Write the report on a term: no names, and small numbers withheld."""
    days = days_asked_for(term, from_, to)
    now = datetime.now(UTC)

    async def work(desk: Desk) -> tuple[str, TermReport]:
        where = await desk.school(school)
        with Progress(
            TextColumn("Counting"),
            TextColumn("{task.completed} cases"),
            TimeElapsedColumn(),
            transient=True,
            console=Console(stderr=True),
            disable=as_json,
        ) as bar:
            task = bar.add_task("count", total=None)
            return where, await report_on_term(
                desk.stores,
                where,
                now,
                term=term,
                days=days,
                progress=lambda cases: bar.update(task, completed=cases),
            )

    chosen = as_ or format_named(out) or Format.HTML
    if as_ is None and out.suffix and not out.is_dir() and format_named(out) is None:
        endings = ", ".join(f".{one.value}" for one in Format)
        raise BadUsage(f"{out} ends with none of {endings}: rename it, or say which with --format.")
    where, made = at_the_desk(work)
    file = _file(out, where, made, chosen)
    # Drawing takes a second to load; a refusal need not wait for it.
    from documents.report.writing import write

    file.write_bytes(write(made, chosen))
    if as_json:
        told = {"file": str(file), "format": chosen.value, "school": where}
        period = made.period.model_dump(mode="json")
        typer.echo(json.dumps(told | {"empty": made.empty, "period": period}))
    elif made.empty:
        typer.echo(f"{made.period.name}: no concerns, and none open. {file} says so.")
    else:
        typer.echo(f"{made.title}: written to {file}.")


def _file(out: Path, school: str, made: TermReport, as_: Format) -> Path:
    if not out.is_dir() and out.suffix:
        return out
    out.mkdir(parents=True, exist_ok=True)
    period = made.period
    return out / f"{school}-report-{period.first}-to-{period.last}.{as_.value}"
