"""`evenhand case`: open cases, act on them, and read them."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.case_words import print_case, print_choices, print_events, text_of, texts_of
from cli.desk import Desk, at_the_desk
from cli.fields import read_fields
from cli.holds import hold, keeping_of, release
from cli.options import ActionId, AsJson, Fields, InRole, Reference, School, Who
from domain.calendar import SchoolCalendar
from domain.policy import Ladder
from domain.vocabulary import ActionName, Rule, Stage, Track
from gateway.cases import Cases, choices_for
from gateway.compose import action_named
from gateway.errors import ActionRefused
from gateway.wording import names_of_deadlines, sentence, spoken, stage_title
from rehearsal.fields import filled_in

app = typer.Typer()
app.command()(hold)
app.command()(release)
FromFile = Annotated[Path | None, typer.Option("--file", help="The fields, as YAML.")]


async def rules_of(desk: Desk, policy_digest: str, track: Track) -> Ladder:
    """The ladder that a case climbs."""
    return (await desk.stores.shelf.policy(policy_digest)).by_track[track]


@app.command("open")
def open_(
    fields: Fields = None,
    *,
    policy: Annotated[str, typer.Option(help="The policy's id.")],
    track: Annotated[Track, typer.Option(help="Which ladder.")],
    as_: Who,
    role: InRole = None,
    file: FromFile = None,
    id_: ActionId = None,
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """Raise a concern: opens a case and prints its reference."""

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        given = read_fields(ActionName.RAISE_CONCERN, fields or [], file) | {"track": track.value}
        actor = await desk.actor(where, as_, role)
        cases = await desk.cases(where)
        opened = await cases.open(policy, given, actor, action_id=id_)
        if as_json:
            typer.echo(json.dumps({"reference": opened.reference, "stage": opened.acted.stage}))
            return
        typer.echo(f"{opened.reference} is open, and on the record.")
        typer.echo(f"What may be done now: evenhand case next {opened.reference} --as ROLE")

    at_the_desk(work)


@app.command()
def act(
    reference: Reference,
    action: Annotated[str, typer.Argument(help="Such as remind_informally.")],
    fields: Fields = None,
    *,
    as_: Who,
    role: InRole = None,
    file: FromFile = None,
    id_: ActionId = None,
    seen: Annotated[int | None, typer.Option(help="The last event you had seen.")] = None,
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """Do something to a case."""

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        case = await desk.stores.record.case_state(where, reference)
        named = action_named(action)
        actor = await desk.actor(where, as_, role)
        cases = await desk.cases(where)
        looked = case.sequence if seen is None else seen
        given = filled_in(
            named,
            read_fields(named, fields or [], file),
            calendar=await desk.stores.shelf.calendar(case.calendar_digest),
            now=datetime.now(UTC),
            case=case,
            events=[stored.event for stored in await cases.timeline(reference)],
        )
        try:
            acted = await cases.act(reference, action, given, actor, action_id=id_, seen=looked)
        except ActionRefused as refused:
            if refused.refusal.rule is Rule.CASE_CHANGED and not as_json:
                await _what_changed(desk, cases, reference, looked)
            raise
        if as_json:
            typer.echo(acted.model_dump_json(indent=2))
            return
        ladder = await rules_of(desk, case.policy_digest, case.track)
        names = names_of_deadlines(one.event for one in await cases.timeline(reference))
        # Repeated with the same id, an action is answered with what it did the first time.
        if acted.already_done or acted.sequence <= case.sequence:
            typer.echo("This was done before, and counts once.")
        for event in acted.events:
            typer.echo(f"  {sentence(ladder, event, names)}")
        typer.echo(f"{reference} stands at: {stage_title(ladder, acted.stage)}.")

    at_the_desk(work)


async def _what_changed(desk: Desk, cases: Cases, reference: str, seen: int) -> None:
    case = await cases.show(reference)
    ladder = await rules_of(desk, case.policy_digest, case.track)
    events = [stored.event for stored in await cases.timeline(reference)]
    names = names_of_deadlines(events)
    typer.echo("Since you looked:", err=True)
    for event in events:
        if event.sequence > seen:
            typer.echo(f"  {sentence(ladder, event, names)}", err=True)


@app.command()
def show(reference: Reference, school: School = None, as_json: AsJson = False) -> None:
    """Show how a case stands."""

    async def work(desk: Desk) -> None:
        case = await desk.stores.record.case_state(await desk.school(school), reference)
        if as_json:
            typer.echo(case.model_dump_json(indent=2))
            return
        ladder = await rules_of(desk, case.policy_digest, case.track)
        calendar = await desk.stores.shelf.calendar(case.calendar_digest)
        people = {
            "Raised by": case.raised_by,
            "About": case.respondent,
            "Family": case.family,
            "Advocate": case.advocate,
            "Owner": case.owner,
        }
        names = {label: await desk.name(one) for label, one in people.items() if one}
        adjustments = [await text_of(desk, one.text) for one in case.adjustments]
        events = await desk.stores.record.events_of(case.school, reference)
        due = names_of_deadlines(stored.event for stored in events)
        out = Console(highlight=False)
        print_case(out, case, ladder, calendar, names, adjustments, due)
        for line in await keeping_of(desk, case, calendar):
            out.print(line)

    at_the_desk(work)


@app.command("list")
def list_(
    *,
    track: Annotated[Track | None, typer.Option(help="Only this track.")] = None,
    stage: Annotated[Stage | None, typer.Option(help="Only at this stage.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those overdue.")] = False,
    open_only: Annotated[bool, typer.Option("--open", help="Leave out closed cases.")] = False,
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
        if as_json:
            typer.echo(json.dumps([line._asdict() for line in lines], default=str))
            return
        if not lines:
            typer.echo("No case matches. `evenhand case open` raises a concern.")
            return
        known = await desk.stores.shelf.school(where)
        _print_list(lines, await desk.stores.shelf.calendar(known.calendar_digest), now)

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


@app.command()
def timeline(
    reference: Reference,
    texts: Annotated[bool, typer.Option("--texts", help="Show what was written, too.")] = False,
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """Everything that happened to a case, in order, with the hash of each event."""

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        case = await desk.stores.record.case_state(where, reference)
        stored = await desk.stores.record.events_of(where, reference)
        if as_json:
            told = [one.event.model_dump(mode="json") | {"hash": one.hash} for one in stored]
            for line, one in zip(told, stored, strict=True):
                if texts:
                    line["texts"] = await texts_of(desk, one.event)
            typer.echo(json.dumps(told))
            return
        ladder = await rules_of(desk, case.policy_digest, case.track)
        calendar = await desk.stores.shelf.calendar(case.calendar_digest)
        await print_events(desk, Console(highlight=False), ladder, calendar, stored, texts=texts)

    at_the_desk(work)


@app.command("next")
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
        actor = await desk.actor(where, as_, role)
        choices = await choices_for(desk.stores, where, reference, actor, datetime.now(UTC))
        if as_json:
            typer.echo(json.dumps([choice._asdict() for choice in choices], default=str))
            return
        name = escape(await desk.name(actor.person))
        out = Console(highlight=False)
        out.print(f"[bold]{reference}[/], for {name} as {spoken(actor.role)}")
        print_choices(out, choices)

    at_the_desk(work)
