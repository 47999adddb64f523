"""`evenhand meeting`: look at a case's meetings, and take one into a calendar.

They are arranged, moved and held with `evenhand case act`. Each look is written into the read log.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.desk import Desk, at_the_desk
from cli.options import AsJson, InRole, Reference, School, Viewer
from domain.views import Viewed
from gateway.meetings import MeetingsSeen, find_meeting
from gateway.reading import Seen

app = typer.Typer()
MeetingId = Annotated[str, typer.Argument(help="Such as m12, or latest.")]


async def _look(
    desk: Desk, reference: str, as_: str | None, role: str | None, school: str | None
) -> tuple[Seen, MeetingsSeen]:
    reading = await desk.reading(await desk.school(school), as_, role)
    seen = await reading.case(reference, Viewed.TEXTS)
    stored = await desk.stores.record.events_of(seen.case.school, reference)
    calendar = await desk.stores.shelf.calendar(seen.case.calendar_digest)
    return seen, MeetingsSeen(seen, calendar, [one.event for one in stored], datetime.now(UTC))


@app.command("list")
def list_(
    reference: Reference,
    as_: Viewer = None,
    role: InRole = None,
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """The meetings of a case, and when people said that they can come."""

    async def work(desk: Desk) -> None:
        seen, meetings = await _look(desk, reference, as_, role, school)
        told = [await meetings.told(one) for one in seen.case.meetings]
        times = await meetings.times()
        if as_json:
            typer.echo(json.dumps({"meetings": told, "times_offered": times}))
            return
        if not told:
            typer.echo("No meeting was arranged on this case yet.")
        else:
            _print_list(told)
        for one in times:
            where = f" (for {one['meeting']})" if one["meeting"] else ""
            typer.echo(f"{one['person']} can come{where}: {'; '.join(one['when'])}.")

    at_the_desk(work)


def _print_list(told: list[dict[str, Any]]) -> None:
    table = Table(box=None, header_style="bold")
    for heading in ("Meeting", "When", "Stands", "Recording"):
        table.add_column(heading, no_wrap=heading == "Meeting")
    for one in told:
        table.add_row(one["meeting"], one["when"], one["stands"], one["recording"])
    Console().print(table)


@app.command()
def show(
    reference: Reference,
    meeting: MeetingId = "latest",
    as_: Viewer = None,
    role: InRole = None,
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """One meeting: when and where, who is invited, what they answered, and its record."""

    async def work(desk: Desk) -> None:
        seen, meetings = await _look(desk, reference, as_, role, school)
        told = await meetings.told(find_meeting(seen, meeting))
        if as_json:
            typer.echo(json.dumps(told))
            return
        _print_meeting(Console(highlight=False), reference, told)

    at_the_desk(work)


def _print_meeting(out: Console, reference: str, told: dict[str, Any]) -> None:
    out.print(f"[bold]{reference}, meeting {told['meeting']}[/]: {told['stands']}")
    out.print(f"When: {told['when']}")
    for label in ("place", "purpose", "online"):
        if told[label]:
            out.print(f"{label.capitalize()}: {escape(told[label])}")
    out.print("Invited:")
    answers = {True: "agreed to recording", False: "did not agree to recording"}
    there = {True: "was there", False: "was not there"}
    for one in told["attendees"]:
        said = [answers.get(one["recording"]), there.get(one["was_there"])]
        more = "; ".join(word for word in said if word)
        out.print(f"  {escape(one['person'])}, {one['as']}{f' ({more})' if more else ''}")
    out.print(f"Recording: {told['recording']}")
    for label in ("discussed", "decided"):
        if told[label]:
            out.print(f"{label.capitalize()}:")
            for line in told[label].splitlines():
                out.print(f"  {escape(line)}")


@app.command()
def calendar(
    reference: Reference,
    meeting: MeetingId = "latest",
    *,
    out: Annotated[Path, typer.Option(help="Write the iCalendar file here, such as meeting.ics.")],
    as_: Viewer = None,
    role: InRole = None,
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """A meeting as a file for a calendar of your own. Whoever is invited gets theirs by e-mail."""

    async def work(desk: Desk) -> None:
        seen, meetings = await _look(desk, reference, as_, role, school)
        found = find_meeting(seen, meeting)
        content = await meetings.calendar_file(desk.stores, found, desk.settings.mail_from)
        out.write_bytes(content)
        if as_json:
            typer.echo(json.dumps({"meeting": found.id, "file": str(out), "bytes": len(content)}))
            return
        typer.echo(f"Meeting {found.id} is in {out}.")

    at_the_desk(work)
