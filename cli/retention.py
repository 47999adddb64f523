"""`evenhand retention`: what has been kept long enough, and what becomes of it."""

import json
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.desk import Desk, at_the_desk
from cli.erasures import destroyed_in_words, tell_traces
from cli.fields import a_day, named_fields
from cli.options import ActionId, AsJson, InRole, Reference, School, Who
from cli.outcome import BadUsage, Exit
from domain.register import CaseDisposed
from gateway.retention import Keeping
from gateway.wording import short_day, spoken
from storage.disposals import DueCase

app = typer.Typer()


@app.command()
def due(
    by: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="By this day; today if not said.")
    ] = None,
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """List the cases whose time is over: proposed, on hold, or waiting for the sweep."""

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        found = await Keeping(desk.stores, desk.erased_list, where).due(by.date() if by else None)
        if as_json:
            typer.echo(json.dumps([one._asdict() for one in found], default=str))
            return
        if not found:
            typer.echo("No case has been kept long enough yet.")
            return
        table = Table(box=None, header_style="bold")
        for heading in ("Case", "Track", "Outcome", "Closed", "Kept until", "Stands"):
            table.add_column(heading, no_wrap=heading != "Stands")
        for one in found:
            table.add_row(
                one.reference,
                spoken(one.track),
                spoken(one.outcome) if one.outcome else "",
                short_day(one.closed_on),
                short_day(one.due_on),
                _stands(one),
            )
        Console().print(table)
        if any(one.proposed_at and not one.on_hold for one in found):
            typer.echo(
                "To remove what was written, for good: evenhand retention confirm CASE… --as WHO"
            )
            typer.echo("To keep one: evenhand retention keep CASE until=DATE reason=… --as WHO")

    at_the_desk(work)


def _stands(one: DueCase) -> str:
    if one.on_hold:
        return "on legal hold"
    return "proposed" if one.proposed_at else "not proposed yet"


@app.command()
def sweep(school: School = None, as_json: AsJson = False) -> None:
    """Propose now what the nightly sweep would propose; nobody is written to."""

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        found = await Keeping(desk.stores, desk.erased_list, where).sweep()
        if as_json:
            typer.echo(json.dumps(found._asdict()))
            return
        typer.echo(f"Newly proposed: {', '.join(found.references) or 'none'}.")
        if found.holds:
            typer.echo(f"Holds to look at again: {', '.join(found.holds)}.")

    at_the_desk(work)


@app.command()
def confirm(
    cases: Annotated[list[str] | None, typer.Argument(help="Such as EP-2026-0042.")] = None,
    *,
    all_: Annotated[bool, typer.Option("--all", help="Every case that is proposed.")] = False,
    as_: Who,
    role: InRole = None,
    id_: ActionId = None,
    school: School = None,
    as_json: AsJson = False,
) -> int:
    """Destroy, for good, the texts and files of cases that were proposed; their events stay."""
    if bool(cases) == all_:
        raise BadUsage("Name the cases, or give --all for every case that is proposed.")

    async def work(desk: Desk) -> int:
        where = await desk.school(school)
        actor = await desk.actor(where, as_, role)
        keeping = Keeping(desk.stores, desk.erased_list, where)
        wanted = cases or [
            one.reference for one in await keeping.due() if one.proposed_at and not one.on_hold
        ]
        done = await keeping.dispose(wanted, actor, action_id=id_)
        if as_json:
            told = {
                "disposed": [one.model_dump(mode="json", exclude={"type"}) for one in done.cases],
                "refused": [
                    {"reference": reference, **refusal.model_dump(mode="json")}
                    for reference, refusal in done.refused
                ],
            }
            typer.echo(json.dumps(told))
        else:
            for one in done.cases:
                typer.echo(f"{one.reference}: destroyed {destroyed_in_words(one)}{_and(one)}.")
            if not wanted:
                typer.echo("No case is proposed.")
            for reference, refusal in done.refused:
                rule = spoken(refusal.rule)
                typer.echo(f"{reference} was left ({rule}): {refusal.sentence}", err=True)
        tell_traces(done, desk)
        return Exit.REFUSED if done.refused else Exit.DONE

    return at_the_desk(work)


def _and(disposed: CaseDisposed) -> str:
    match len(disposed.people):
        case 0:
            return ""
        case 1:
            return ", and one person who had no other case"
        case several:
            return f", and {several} people who had no other case"


@app.command()
def keep(
    case: Reference,
    fields: Annotated[list[str] | None, typer.Argument(metavar="[FIELD=VALUE]...")] = None,
    *,
    as_: Who,
    role: InRole = None,
    id_: ActionId = None,
    school: School = None,
) -> None:
    """Keep a case for longer than its code says: until=DATE and reason=…"""
    given = named_fields(fields or [], ("until", "reason"), required=("until", "reason"))
    until = a_day("until", given["until"])

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        actor = await desk.actor(where, as_, role)
        keeping = Keeping(desk.stores, desk.erased_list, where)
        await keeping.keep(case, until, given["reason"], actor, action_id=id_)
        typer.echo(f"{case} is kept until {short_day(until)}; then it is proposed again.")

    at_the_desk(work)
