"""`evenhand school`: schools, the calendars they go by and the codes they adopt."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track as progress

from cli.cases import AsJson, InRole, School, Who
from cli.desk import Desk, at_the_desk
from cli.policies import find_policy
from gateway.errors import ActionRefused
from storage.term_files import load_calendar

app = typer.Typer()
Calendar = Annotated[Path, typer.Option(help="Term dates (YAML or .ics).")]


@app.command()
def add(
    school: Annotated[str, typer.Argument(help="A short id, such as rowan-hill.")],
    title: Annotated[str, typer.Option(help="The school's name.")],
    calendar: Calendar,
) -> None:
    """Add a school."""

    async def work(desk: Desk) -> None:
        digest = await desk.stores.shelf.publish_calendar(load_calendar(calendar))
        await desk.stores.shelf.set_school(school, title, digest)
        typer.echo(f"{title} ({school}) is there. Next: evenhand school adopt POLICY.")

    at_the_desk(work)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the schools."""

    async def work(desk: Desk) -> None:
        schools = await desk.stores.shelf.schools()
        if as_json:
            typer.echo(json.dumps([school._asdict() for school in schools]))
            return
        for school in schools:
            policies = await desk.stores.shelf.current_policies(school.id)
            codes = ", ".join(f"{one.policy} {one.version}" for one in policies)
            typer.echo(f"{school.id}: {school.title}. Codes: {codes or 'none yet'}.")

    at_the_desk(work)


@app.command()
def adopt(
    policy: Annotated[str, typer.Argument(help="A pack's id, or a file.")], school: School = None
) -> None:
    """Open new cases under this version of a code; open cases keep theirs."""

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        found = find_policy(policy)
        await desk.stores.shelf.adopt_policy(where, await desk.stores.shelf.publish_policy(found))
        typer.echo(f"{where} now opens cases under {found.policy} {found.version}.")

    at_the_desk(work)


@app.command()
def calendar(
    file: Annotated[Path, typer.Argument(help="The changed term dates.")],
    *,
    as_: Who,
    role: InRole = None,
    school: School = None,
) -> None:
    """Go by changed term dates: the deadlines of every open case move with them."""

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        actor = await desk.actor(where, as_, role)
        changed = load_calendar(file)
        cases = await desk.cases(where)
        known = await desk.stores.shelf.school(where)
        digest = await desk.stores.shelf.publish_calendar(changed)
        await desk.stores.shelf.set_school(where, known.title, digest)
        lines = await desk.stores.record.cases(where, open_only=True, limit=1_000_000)
        moved, kept = 0, 0
        for line in progress(lines, description="Moving deadlines", transient=True):
            try:
                await cases.act(line.reference, "adopt_calendar", {"calendar": changed}, actor)
                moved += 1
            except ActionRefused as refused:
                kept += 1
                typer.echo(f"{line.reference}: {refused}", err=True)
        typer.echo(f"{where} goes by {changed.title}. Cases moved: {moved}; left: {kept}.")

    at_the_desk(work)
