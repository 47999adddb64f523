"""`evenhand audit`: verify the record."""

import json
import sys
import textwrap
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from cli import checkpoints
from cli.desk import Desk, at_the_desk
from cli.options import AsJson
from cli.outcome import WIDTH, Exit
from storage.verification import Verification

app = typer.Typer()
checkpoints.mount(app)
WHAT_A_CHAIN_CANNOT_SHOW = (
    "A chain shows that nothing inside it was changed, removed or slipped in. Whether somebody "
    "with the whole database in their hands rewrote a chain from its beginning can be told only by "
    "comparing with a copy kept elsewhere."
)


@app.callback()
def audit() -> None:
    """Verify the record."""


@app.command()
def verify(
    school: Annotated[str | None, typer.Option(help="Only this school.")] = None,
    case: Annotated[str | None, typer.Option(help="Only this case.")] = None,
    as_json: AsJson = False,
) -> int:
    """Follow every case's chain of hashes, and say what was found."""

    async def work(desk: Desk) -> Verification:
        where = await desk.school(school) if school or case else None
        if case is not None and where is not None:
            await desk.stores.record.case_state(where, case)
        with Progress(
            TextColumn("Verifying"),
            BarColumn(),
            TextColumn("{task.completed} events"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=as_json or not sys.stderr.isatty(),
        ) as bar:
            task = bar.add_task("verify", total=None)
            return await desk.stores.record.verify(
                where, case, progress=lambda events: bar.update(task, completed=events)
            )

    found = at_the_desk(work)
    if as_json:
        faults = [{"school": one.school, **one.fault._asdict()} for one in found.faults]
        told = {"verified": found.holds, "cases": found.cases, "events": found.events}
        typer.echo(json.dumps(told | {"faults": faults}))
    else:
        _say(found)
    return Exit.DONE if found.holds else Exit.REFUSED


def _say(found: Verification) -> None:
    if not found.cases:
        typer.echo("There is nothing on the record yet.")
        return
    covered = f"{found.events} events of {found.cases} cases"
    if found.holds:
        typer.echo(f"The record is whole: {covered}, each matching its hash and the one before.")
    else:
        typer.echo(f"The record does NOT hold. Looked at {covered}; the first fault in each case:")
        for one in found.faults:
            fault = one.fault
            typer.echo(
                f"  {fault.reference} ({one.school}), event {fault.sequence}: {fault.problem}"
            )
    typer.echo(textwrap.fill(WHAT_A_CHAIN_CANNOT_SHOW, WIDTH))
