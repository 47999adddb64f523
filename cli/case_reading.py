"""`evenhand case`: read cases, as somebody or as the administrator at the machine.

Each look is written into the read log before anything is shown.
"""

import json
from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.case_words import print_case, print_choices, print_events
from cli.desk import Desk, at_the_desk
from cli.holds import keeping_of
from cli.options import AsJson, InRole, Reference, School, Viewer, Who
from domain.calendar import SchoolCalendar
from domain.vocabulary import Stage, Track
from gateway.wording import moment, names_of_deadlines, spoken


def show(
    reference: Reference,
    as_: Viewer = None,
    role: InRole = None,
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """Show how a case stands."""

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        seen = await (await desk.reading(where, as_, role)).case(reference)
        case = seen.case
        if as_json:
            typer.echo(json.dumps(seen.told(case), indent=2))
            return
        calendar = await desk.stores.shelf.calendar(case.calendar_digest)
        people = {
            "Raised by": case.raised_by,
            "About": case.respondent,
            "Family": case.family,
            "Advocate": case.advocate,
            "Owner": case.owner,
        }
        names = {label: await seen.name(one) for label, one in people.items() if one}
        adjustments = [await seen.adjustment(one) for one in case.adjustments]
        events = await desk.stores.record.events_of(case.school, reference)
        due = names_of_deadlines(stored.event for stored in events)
        out = Console(highlight=False)
        print_case(out, case, seen.ladder, calendar, names, adjustments, due)
        if not seen.names_shown:
            out.print("[dim]Names and texts are not shown to you.[/]")
        for line in await keeping_of(desk, case, calendar):
            out.print(line)

    at_the_desk(work)


def list_(
    *,
    track: Annotated[Track | None, typer.Option(help="Only this track.")] = None,
    stage: Annotated[Stage | None, typer.Option(help="Only at this stage.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those overdue.")] = False,
    open_only: Annotated[bool, typer.Option("--open", help="Leave out closed cases.")] = False,
    as_: Viewer = None,
    role: InRole = None,
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """List cases, the newest first."""

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        now = datetime.now(UTC)
        lines = await desk.stores.record.cases(
            where,
            track=track,
            stage=stage,
            open_only=open_only,
            overdue_at=now if overdue else None,
        )
        reading = await desk.reading(where, as_, role)
        visible = await reading.visible([line.reference for line in lines])
        lines = [line for line in lines if line.reference in visible]
        if as_json:
            typer.echo(json.dumps([line._asdict() for line in lines], default=str))
            return
        if not lines:
            typer.echo("No case matches. `evenhand case open` raises a concern.")
            return
        _print_list(lines, await desk.stores.shelf.calendar_of(where), now)

    at_the_desk(work)


def _print_list(lines: list[Any], calendar: SchoolCalendar, now: datetime) -> None:
    table = Table(box=None, header_style="bold")
    for heading in ("Case", "Track", "Stands at", "Severity", "Opened", "Next due"):
        table.add_column(heading, no_wrap=heading in ("Case", "Opened", "Next due"))
    for line in lines:
        due = ""
        if line.due_at:
            due = _in_short(calendar.local_date(line.due_at))
            due += "\n(overdue)" if line.due_at <= now else ""
        table.add_row(
            line.reference,
            spoken(line.track),
            spoken(line.stage),
            spoken(line.severity),
            _in_short(calendar.local_date(line.opened_at)),
            due,
        )
    Console().print(table)


def _in_short(when: date) -> str:
    return f"{when.day} {when:%b %Y}"


def timeline(
    reference: Reference,
    texts: Annotated[bool, typer.Option("--texts", help="Show what was written, too.")] = False,
    as_: Viewer = None,
    role: InRole = None,
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """Everything that happened to a case, in order, with the hash of each event."""

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        reading = await desk.reading(where, as_, role)
        seen, stored = await reading.events(reference, texts=texts)
        if as_json:
            told = [seen.told(one.event) | {"hash": one.hash} for one in stored]
            for line, one in zip(told, stored, strict=True):
                if texts:
                    line["texts"] = await seen.texts_of(one.event)
            typer.echo(json.dumps(told))
            return
        calendar = await desk.stores.shelf.calendar(seen.case.calendar_digest)
        await print_events(Console(highlight=False), seen, calendar, stored, texts=texts)

    at_the_desk(work)


def next_(
    reference: Reference,
    *,
    as_: Who,
    role: InRole = None,
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """What somebody may do to a case now, and why not the rest."""

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        reading = await desk.reading(where, as_, role)
        choices = await reading.choices(reference)
        if as_json:
            typer.echo(json.dumps([choice._asdict() for choice in choices], default=str))
            return
        name = escape(await desk.name(reading.viewer.person))
        out = Console(highlight=False)
        out.print(f"[bold]{reference}[/], for {name} as {spoken(reading.viewer.role)}")
        print_choices(out, choices)

    at_the_desk(work)


def viewers(
    reference: Reference,
    as_: Viewer = None,
    role: InRole = None,
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """Who looked at a case, and when."""

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        reading = await desk.reading(where, as_, role)
        seen, views = await reading.viewers(reference)
        who = [await seen.name(one.person, one.role) for one in views]
        if as_json:
            told = [
                one.model_dump(mode="json") | {"person": one.person if seen.names_shown else by}
                for one, by in zip(views, who, strict=True)
            ]
            typer.echo(json.dumps(told))
            return
        if not views:
            typer.echo("Nobody has looked at this case yet.")
            return
        calendar = await desk.stores.shelf.calendar(seen.case.calendar_digest)
        table = Table(box=None, header_style="bold")
        for heading in ("When", "Who", "As", "What", "Names shown"):
            table.add_column(heading)
        for one, by in zip(views, who, strict=True):
            shown = "yes" if one.names else "no"
            when = moment(calendar, one.at)
            table.add_row(when, escape(by), spoken(one.role), spoken(one.what), shown)
        Console().print(table)

    at_the_desk(work)
