"""`evenhand person request-access`, `access-requests` and `export`: for the person it is about."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.desk import Desk, at_the_desk
from cli.options import AsJson, InRole, School, Who
from cli.outcome import BadUsage, Exit
from domain.errors import near_names
from gateway.copies import FORMATS, Format
from gateway.gathering import Choices, Gathered
from gateway.subject_access import Given, SubjectAccess
from gateway.wording import day

Person = Annotated[str, typer.Argument(help="A name, an address or an id.")]


def mount(app: typer.Typer) -> None:
    """Puts these commands among those about people."""
    app.command("request-access")(request_access)
    app.command("access-requests")(requests)
    app.command("export")(export)


def request_access(
    person: Person,
    *,
    as_: Who,
    received: Annotated[
        str | None, typer.Option(help="The day it came, if not today: 2026-09-15.")
    ] = None,
    role: InRole = None,
    id_: Annotated[str | None, typer.Option("--id", help="So that a repeat counts once.")] = None,
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """Write down that a person asked for what is held about them, and say when it is due."""
    received_on = _a_day(received) if received else None

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        actor = await desk.actor(where, as_, role)
        access = SubjectAccess(desk.stores, where)
        request = await access.record_request(person, actor, received_on, action_id=id_)
        if as_json:
            typer.echo(request.model_dump_json())
            return
        typer.echo(
            f"Asked for on {day(request.received_on)}: to be answered by {day(request.due_on)} "
            "(one calendar month; holidays count)."
        )
        typer.echo("Make the copy with: evenhand person export PERSON --out FOLDER --as ROLE")

    at_the_desk(work)


def requests(
    waiting: Annotated[bool, typer.Option("--waiting", help="Leave out answered ones.")] = False,
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """List who asked for what is held about them, and by when each is due."""

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        found = await SubjectAccess(desk.stores, where).requests()
        found = [one for one in found if not (waiting and one.given_at)]
        if as_json:
            typer.echo(json.dumps([one._asdict() for one in found], default=str))
            return
        if not found:
            typer.echo("Nobody is waiting." if waiting else "Nobody has asked.")
            return
        calendar = await desk.stores.shelf.calendar_of(where)
        today = calendar.local_date(datetime.now(UTC))
        table = Table(box=None, header_style="bold")
        for heading in ("Who", "Asked on", "Due by", "Answered on"):
            table.add_column(heading)
        for one in found:
            given = day(calendar.local_date(one.given_at)) if one.given_at else ""
            overdue = " (overdue)" if not one.given_at and one.due_on < today else ""
            who = escape(await desk.name(one.person))
            table.add_row(who, day(one.received_on), f"{day(one.due_on)}{overdue}", given)
        Console(highlight=False).print(table)

    at_the_desk(work)


def export(
    person: Person,
    *,
    as_: Who,
    out: Annotated[
        Path | None, typer.Option(help="A folder, or a name that ends in .zip; without a name.")
    ] = None,
    format_: Annotated[
        str, typer.Option("--format", help="Which of pdf, html, json; with commas.")
    ] = ",".join(FORMATS),
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; say what to look at again.")
    ] = False,
    name_staff: Annotated[
        bool, typer.Option("--name-staff", help="Leave in the names of those who act as staff.")
    ] = False,
    redact: Annotated[
        list[str] | None, typer.Option(help="Take this word or name out too; may be repeated.")
    ] = None,
    include: Annotated[
        list[str] | None,
        typer.Option(help="A case whose withheld content goes in; may be repeated."),
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why it is included.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    role: InRole = None,
    school: School = None,
    as_json: AsJson = False,
) -> int:
    """Give one person everything held about them, without other people's names."""
    formats = _formats(format_)
    if out is None and not check:
        raise BadUsage("Say where it goes with --out FOLDER or --out FILE.zip, or use --check.")
    choices = Choices(
        staff_named=name_staff, redact=tuple(redact or ()), include=tuple(include or ())
    )

    async def work(desk: Desk) -> int:
        where = await desk.school(school)
        actor = await desk.actor(where, as_, role)
        access = SubjectAccess(desk.stores, where)
        if check or out is None:
            looked = await access.look(person, actor, choices)
            _say_looked(looked, as_json=as_json)
            return Exit.REFUSED if looked.second_look.doubts else Exit.DONE
        given = await access.give(person, actor, choices, out, formats, reason=reason, force=force)
        _say_given(given, as_json=as_json)
        return Exit.DONE

    return at_the_desk(work)


def _say_looked(looked: Gathered, *, as_json: bool) -> None:
    look = looked.second_look
    if as_json:
        told = {
            "replaced": len(look.replaced),
            "doubts": [{"place": p, "words": w, "why": why} for p, w, why in look.doubts],
            "withheld": [{"place": p, "why": why} for p, why in look.withheld],
            "cases": [case.reference for case in looked.held.cases],
        }
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    typer.echo(look.text(looked.held.school, looked.held.made), nl=False)
    typer.echo("\nNothing was written, and nothing was entered in the register.")


def _say_given(given: Given, *, as_json: bool) -> None:
    look = given.gathered.second_look
    if as_json:
        told = {
            "files": [str(path) for path in given.files],
            "for_the_school": str(given.for_the_school),
            "digests": {one.format: one.digest for one in given.fact.files if one.format != "file"},
            "files_digests": [one.digest for one in given.fact.files if one.format == "file"],
            "answers": [str(one.due_on) for one in given.answered],
            "replaced": len(look.replaced),
            "doubts": len(look.doubts),
            "withheld": len(look.withheld),
        }
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    typer.echo(f"Made: {', '.join(map(str, given.files))}")
    typer.echo(
        f"Names taken out {len(look.replaced)} times; {len(look.doubts)} places to look at again; "
        f"{len(look.withheld)} texts or cases withheld or left out."
    )
    typer.echo(
        f"Somebody must read it before it goes out, beside {given.for_the_school}, which stays at "
        "the school."
    )
    for request in given.answered:
        typer.echo(
            f"It answers the request of {day(request.received_on)}, due by {day(request.due_on)}."
        )
    if not given.answered:
        typer.echo("No request was waiting for it (evenhand person request-access).")


def _formats(given: str) -> tuple[Format, ...]:
    words = [word.strip().casefold() for word in given.split(",") if word.strip()]
    for word in words:
        if word not in FORMATS:
            raise BadUsage(f"“{word}” is not a format.{near_names(word, FORMATS)}")
    if not words:
        raise BadUsage(f"Say which formats with --format: {', '.join(FORMATS)}.")
    return tuple(one for one in FORMATS if one in words)


def _a_day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise BadUsage(f"“{given}” is not a date; write 2026-09-15.") from None
