"""`evenhand report feedback`: what a service is told about itself, as counts."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.desk import Desk, at_the_desk
from cli.options import AsJson, InRole, School
from cli.outcome import BadUsage
from cli.report_days import days_asked_for
from documents.feedback import FeedbackFormat, write
from domain.contracts import FeedbackSent
from domain.feedback import Feedback
from gateway.feedback import feedback_of, pass_on


def feedback(
    out: Annotated[Path, typer.Option(help="The file to write, .html, .csv or .json.")],
    term: Annotated[
        str | None, typer.Option(help="Such as “autumn 2026”; without it, the latest.")
    ] = None,
    from_: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="The first day, in place of a term."),
    ] = None,
    to: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day.")] = None,
    as_format: Annotated[
        FeedbackFormat | None, typer.Option("--format", help="By the file's ending, else HTML.")
    ] = None,
    send: Annotated[
        bool, typer.Option("--send", help="Pass it on to the local authority's officers.")
    ] = False,
    as_: Annotated[
        str | None, typer.Option("--as", help="Who passes it on: a role, or a person.")
    ] = None,
    role: InRole = None,
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """Count what concerns about the service were about: no names, small numbers withheld."""
    days = days_asked_for(term, from_, to)
    if send and as_ is None:
        raise BadUsage("Say who passes it on with --as: it is entered on the register.")
    chosen = as_format or _named(out)

    async def work(desk: Desk) -> tuple[Feedback, FeedbackSent | None]:
        where = await desk.school(school)
        now = datetime.now(UTC)
        counted = await feedback_of(desk.stores, where, now, term=term, days=days)
        if not send or as_ is None:
            return counted, None
        actor = await desk.actor(where, as_, role)
        client = await desk.client()
        sent = await pass_on(client, where, counted, actor, task_queue=desk.settings.task_queue)
        return counted, sent

    counted, sent = at_the_desk(work)
    out.write_bytes(write(counted, chosen))
    if as_json:
        to_whom = list(sent.to) if sent else []
        told = {"file": str(out), "empty": counted.empty, "sent_to": to_whom}
        typer.echo(json.dumps(told))
        return
    typer.echo(f"What parents told us, {counted.period.name}: written to {out}.")
    if sent and sent.to:
        people = "1 officer" if len(sent.to) == 1 else f"{len(sent.to)} officers"
        typer.echo(f"Passed on to {people} of the local authority, and entered on the register.")
    elif sent:
        typer.echo(
            "Nobody here is an officer of the local authority with an e-mail address, so it was "
            "not passed on. `evenhand person add` adds one."
        )


def _named(out: Path) -> FeedbackFormat:
    ending = out.suffix.removeprefix(".").lower()
    if ending in {one.value for one in FeedbackFormat}:
        return FeedbackFormat(ending)
    if ending:
        endings = ", ".join(f".{one.value}" for one in FeedbackFormat)
        raise BadUsage(f"{out} ends with none of {endings}: rename it, or say which with --format.")
    return FeedbackFormat.HTML
