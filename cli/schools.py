"""`evenhand school`: schools, the calendars they go by and the codes they adopt."""

import json
import re
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from cli.desk import Desk, at_the_desk
from cli.options import AsJson, InRole, School, Who
from cli.outcome import BadUsage, Exit
from cli.policies import find_policy
from domain.policy import IDENTIFIER
from domain.views import AT_THE_MACHINE
from gateway.codes import Codes
from gateway.term_dates import CalendarPreview, TermDates
from gateway.wording import day, spoken
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
        await Codes(desk.stores, where).adopt(found, AT_THE_MACHINE)
        typer.echo(f"{where} now opens cases under {found.policy} {found.version}.")

    at_the_desk(work)


@app.command()
def calendar(
    file: Annotated[Path, typer.Argument(help="The changed term dates.")],
    *,
    as_: Who,
    role: InRole = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say which deadlines would move; change nothing.")
    ] = False,
    school: School = None,
    as_json: AsJson = False,
) -> int:
    """Go by changed term dates: the deadlines of every open case move with them."""

    async def work(desk: Desk) -> int:
        where = await desk.school(school)
        actor = await desk.actor(where, as_, role)
        changed = load_calendar(file)
        dates = TermDates(desk.stores, where)
        if dry_run:
            found = await dates.preview(changed, actor)
            _tell_preview(found, as_json=as_json)
            return Exit.DONE
        cases = await desk.cases(where)
        known = await desk.stores.shelf.school(where)
        console = Console(stderr=True)
        with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("Moving deadlines", total=None)
            adopted = await dates.adopt(
                changed,
                actor,
                cases,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        refusals = [f"{reference}: {refusal.sentence}" for reference, refusal in adopted.refused]
        if as_json:
            typer.echo(json.dumps({"moved": adopted.moved, "refused": refusals}))
            return Exit.REFUSED if refusals else Exit.DONE
        typer.echo(
            f"{known.title} goes by “{changed.title}”. Cases that moved to it: {adopted.moved}."
        )
        for refusal in refusals:
            typer.echo(f"Left as it was: {refusal}", err=True)
        return Exit.REFUSED if refusals else Exit.DONE

    return at_the_desk(work)


def _tell_preview(found: CalendarPreview, *, as_json: bool) -> None:
    cases = [
        {
            "case": case.reference,
            "refused": case.refusal.sentence if case.refusal else None,
            "deadlines": [
                {
                    "deadline": f"{spoken(one.deadline.kind)}: {spoken(one.deadline.about)}",
                    "was": str(one.deadline.due_on),
                    "due_on": str(one.due_on),
                }
                for one in case.moves
            ],
        }
        for case in found.cases
    ]
    if as_json:
        changes = [change.sentence for part in found.parts for change in part.changes]
        typer.echo(json.dumps({"changes": changes, "cases": cases, "unmoved": found.unmoved}))
        return
    for part in found.parts:
        typer.echo(f"{part.heading}:")
        for change in part.changes:
            typer.echo(f"  {change.sentence}")
    for case in found.cases:
        if case.refusal:
            typer.echo(f"{case.reference} would be left as it is: {case.refusal.sentence}")
        for one in case.moves:
            typer.echo(
                f"{case.reference}, {spoken(one.deadline.kind)} ({spoken(one.deadline.about)}): "
                f"{day(one.deadline.due_on)} becomes {day(one.due_on)}."
            )
    typer.echo(
        f"{found.deadlines} deadlines would move; {found.unmoved} cases keep theirs. "
        "This was a dry run: nothing was changed."
    )
