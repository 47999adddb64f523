"""`evenhand school`: schools, the calendars they go by and the codes they adopt."""

import json
import re
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from cli.desk import Desk, at_the_desk
from cli.options import AsJson, InRole, School, Who
from cli.outcome import BadUsage, Exit
from cli.policies import find_policy
from domain.policy import IDENTIFIER
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
    # It becomes part of names that outsiders read: a workflow's, a checkpoint's, a key's.
    if not re.fullmatch(IDENTIFIER, school):
        raise BadUsage(
            f"“{school}” can't be a school's id: use small letters, digits and hyphens, such as "
            "rowan-hill."
        )

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
) -> int:
    """Go by changed term dates: the deadlines of every open case move with them."""

    async def work(desk: Desk) -> int:
        where = await desk.school(school)
        actor = await desk.actor(where, as_, role)
        changed = load_calendar(file)
        cases = await desk.cases(where)
        known = await desk.stores.shelf.school(where)
        digest = await desk.stores.shelf.publish_calendar(changed)
        await desk.stores.shelf.set_school(where, known.title, digest)
        lines = await desk.stores.record.cases(where, limit=1_000_000)
        going_on = [line.reference for line in lines if not line.closed_at or line.next_at]
        moved, refusals = 0, []
        bar = Console(stderr=True)
        for reference in track(going_on, "Moving deadlines", console=bar, transient=True):
            if (await cases.show(reference)).calendar_digest == digest:
                continue
            try:
                await cases.act(reference, "adopt_calendar", {"calendar": changed}, actor)
                moved += 1
            except ActionRefused as refused:
                refusals.append(f"{reference}: {refused}")
        typer.echo(f"{known.title} goes by “{changed.title}”. Cases that moved to it: {moved}.")
        for refusal in refusals:
            typer.echo(f"Left as it was: {refusal}", err=True)
        return Exit.REFUSED if refusals else Exit.DONE

    return at_the_desk(work)
