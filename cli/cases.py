"""`evenhand case`: open cases and act on them; the commands that read are `cli.case_reading`'s."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.case_files import attachment, attachments
from cli.case_letters import chosen_letters, write_drafts
from cli.case_reading import list_, next_, show, timeline, viewers
from cli.desk import Desk, at_the_desk
from cli.fields import read_fields
from cli.files import require_files
from cli.holds import hold, release
from cli.options import ActionId, AsJson, Fields, InRole, Reference, School, Who
from domain.case import Case
from domain.policy import Ladder
from domain.vocabulary import ActionName, Rule, Track
from gateway.attachments import read_attachments
from gateway.cases import Cases
from gateway.compose import action_named
from gateway.errors import ActionRefused
from gateway.wording import names_of_deadlines, sentence, stage_title
from rehearsal.fields import filled_in

app = typer.Typer()
app.command("list")(list_)
app.command("next")(next_)
for command in (show, timeline, viewers, hold, release, attachments, attachment):
    app.command()(command)
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
    letters: Annotated[
        Path | None, typer.Option(help="The folder with the letters, as `case draft` wrote them.")
    ] = None,
    no_letters: Annotated[
        bool, typer.Option("--no-letters", help="Write to nobody about it.")
    ] = False,
    attach: Annotated[
        list[Path] | None, typer.Option(help="A file that came with a reply; may be repeated.")
    ] = None,
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """Do something to a case; the letters that go with it go out as drafted, or as edited."""
    chosen = chosen_letters(letters, none=no_letters)
    require_files(attach or [])

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        case = await desk.stores.record.case_state(where, reference)
        actor = await desk.actor(where, as_, role)
        cases = await desk.cases(where)
        looked = case.sequence if seen is None else seen
        given = await _filled_in(desk, case, action, fields, file)
        files = read_attachments(attach or [], desk.attachment_limits)
        try:
            acted = await cases.act(
                reference,
                action,
                given,
                actor,
                action_id=id_,
                seen=looked,
                letters=chosen,
                attachments=files,
            )
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


@app.command()
def draft(
    reference: Reference,
    action: Annotated[str, typer.Argument(help="Such as remind_formally.")],
    fields: Fields = None,
    *,
    as_: Who,
    out: Annotated[Path, typer.Option(help="The folder to write them to.")],
    role: InRole = None,
    file: FromFile = None,
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """Write the letters that would go with an action to a folder, to be read and edited."""

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        case = await desk.stores.record.case_state(where, reference)
        actor = await desk.actor(where, as_, role)
        cases = await desk.cases(where)
        given = await _filled_in(desk, case, action, fields, file)
        drafts = await cases.drafts(reference, action, given, actor)
        files = write_drafts(out, drafts)
        if as_json:
            told = [
                {"kind": one.due.kind, "to": one.due.to, "file": str(path)}
                for one, path in zip(drafts, files, strict=True)
            ]
            typer.echo(json.dumps(told))
            return
        if not files:
            typer.echo("No letter goes with this.")
            return
        for path in files:
            typer.echo(f"  {path}")
        typer.echo(f"Read and edit them, then act with --letters {out}. Nothing was sent yet.")

    at_the_desk(work)


async def _filled_in(
    desk: Desk, case: Case, action: str, fields: list[str] | None, file: Path | None
) -> dict[str, Any]:
    named = action_named(action)
    events = await desk.stores.record.events_of(case.school, case.reference)
    return filled_in(
        named,
        read_fields(named, fields or [], file),
        calendar=await desk.stores.shelf.calendar(case.calendar_digest),
        now=datetime.now(UTC),
        case=case,
        events=[stored.event for stored in events],
    )


async def _what_changed(desk: Desk, cases: Cases, reference: str, seen: int) -> None:
    case = await cases.show(reference)
    ladder = await rules_of(desk, case.policy_digest, case.track)
    events = [stored.event for stored in await cases.timeline(reference)]
    names = names_of_deadlines(events)
    typer.echo("Since you looked:", err=True)
    for event in events:
        if event.sequence > seen:
            typer.echo(f"  {sentence(ladder, event, names)}", err=True)
