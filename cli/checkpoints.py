"""`evenhand audit checkpoint`, `checkpoints`, `proof`, `consistency` and `keys`."""

import json
import sys
import textwrap
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from cli.desk import Desk, at_the_desk
from cli.options import AsJson, InRole, School, Who
from cli.outcome import WIDTH, Exit
from domain.checkpoint import SignedCheckpoint
from gateway.checkpoints import CaseProof, Evidence, Growth
from storage.audit_keys import StoredKey
from storage.checkpoints import Made

keys_app = typer.Typer()


def mount(app: typer.Typer) -> None:
    """Adds these commands to `evenhand audit`."""
    for command in (checkpoint, checkpoints, proof, consistency):
        app.command()(command)
    app.add_typer(keys_app, name="keys", help="Show the public keys, or change the one that signs.")


def checkpoint(
    number: Annotated[int | None, typer.Option(help="Print this one; make none.")] = None,
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """Sign all that is on a school's record, and print what was signed."""

    async def work(desk: Desk) -> Made:
        evidence = await _evidence(desk, school)
        if number is not None:
            return Made(await evidence.get(number), new=False)
        return await _making(evidence, quiet=as_json)

    made = at_the_desk(work)
    if as_json:
        typer.echo(json.dumps(_facts(made.signed) | {"new": made.new}))
        return
    typer.echo(made.signed.note, nl=False)
    if number is None and not made.new:
        typer.echo("Nothing has happened since this checkpoint was made: it stands.", err=True)


def checkpoints(school: School = None, as_json: AsJson = False) -> None:
    """List a school's checkpoints."""

    async def work(desk: Desk) -> None:
        found = await (await _evidence(desk, school)).all()
        if as_json:
            more = [{"signed_by": list(one.signed_by), "sent_to": one.sent_to} for one in found]
            facts = [_facts(one.signed) | extra for one, extra in zip(found, more, strict=True)]
            typer.echo(json.dumps(facts))
            return
        if not found:
            typer.echo("There is no checkpoint yet: `evenhand audit checkpoint` makes one.")
            return
        table = Table(box=None, header_style="bold")
        for heading in ("Number", "Made at (UTC)", "Events", "Cases", "Signed by", "Sent to"):
            table.add_column(heading, no_wrap=True)
        for one in found:
            what = one.signed.checkpoint
            made_at = f"{what.made_at:%Y-%m-%d %H:%M:%S}"
            counts = (str(what.number), made_at, str(what.size), str(what.cases))
            table.add_row(*counts, ", ".join(one.signed_by), str(one.sent_to))
        Console().print(table)

    at_the_desk(work)


def proof(
    case: Annotated[str, typer.Option(help="Such as EP-2026-0042, or REGISTER.")],
    event: Annotated[int | None, typer.Option(help="Only this event; all if not said.")] = None,
    number: Annotated[
        int | None, typer.Option("--checkpoint", help="By this checkpoint; the newest if not said.")
    ] = None,
    school: School = None,
    as_json: AsJson = False,
) -> int:
    """Prove that a case's events are among those that a checkpoint signs."""

    async def work(desk: Desk) -> CaseProof:
        return await (await _evidence(desk, school)).prove(case, event, number)

    found = at_the_desk(work)
    if as_json:
        typer.echo(json.dumps(_proof_facts(found)))
    else:
        _say_proof(found, whole=event is not None)
    return Exit.DONE if found.holds else Exit.REFUSED


def consistency(
    from_: Annotated[int, typer.Option("--from", help="The earlier checkpoint's number.")],
    to: Annotated[int, typer.Option("--to", help="The later checkpoint's number.")],
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """Prove that nothing was changed, removed or slipped in between two checkpoints."""

    async def work(desk: Desk) -> Growth:
        return await (await _evidence(desk, school)).growth(from_, to)

    found = at_the_desk(work)
    if as_json:
        path = [one.hex() for one in found.proof.path]
        told = {"from": _facts(found.old), "to": _facts(found.new), "path": path}
        typer.echo(json.dumps(told))
        return
    old, new = found.old.checkpoint, found.new.checkpoint
    _tell(
        f"The {new.size} events of checkpoint {new.number} begin with the {old.size} of checkpoint "
        f"{old.number}: nothing among those was changed, removed or slipped in. The proof:"
    )
    for one in found.proof.path or (b"",):
        typer.echo(f"  {one.hex() or 'none is needed'}")


@keys_app.callback(invoke_without_command=True)
def keys(context: typer.Context, school: School = None, as_json: AsJson = False) -> None:
    """Print the public keys with which a school's checkpoints are verified."""
    if context.invoked_subcommand is not None:
        return

    async def work(desk: Desk) -> None:
        found = await (await _evidence(desk, school)).keys()
        if as_json:
            typer.echo(json.dumps([_key_facts(one) for one in found]))
            return
        if not found:
            typer.echo("No key has signed anything yet: `evenhand audit checkpoint` does.")
            return
        for one in found:
            typer.echo(f"{one.public.text}")
            typer.echo(f"  “{one.label}”, since {one.added_at:%Y-%m-%d %H:%M:%S} UTC")

    at_the_desk(work)


@keys_app.command()
def rotate(
    *, as_: Who, role: InRole = None, school: School = None, as_json: AsJson = False
) -> None:
    """Make a new key the one that signs; the old one vouches for it."""

    async def work(desk: Desk) -> tuple[Made, StoredKey]:
        where = await desk.school(school)
        actor = await desk.actor(where, as_, role)
        evidence = Evidence(desk.stores, desk.settings, where)
        made = await evidence.rotate(actor)
        return made, (await evidence.keys())[-1]

    made, key = at_the_desk(work)
    number = made.signed.checkpoint.number
    if as_json:
        typer.echo(json.dumps({"key": _key_facts(key), "checkpoint": _facts(made.signed)}))
        return
    typer.echo(f"The key “{key.label}” signs from now on:")
    typer.echo(f"  {key.public.text}")
    _tell(
        f"Checkpoint {number} is signed by the old key and the new one, and the register notes the "
        "change. Other schools of this installation follow with their next checkpoint. Keep a "
        "copy of the key file, apart from the database."
    )


def _tell(sentences: str) -> None:
    typer.echo(textwrap.fill(sentences, WIDTH))


async def _evidence(desk: Desk, school: str | None) -> Evidence:
    return Evidence(desk.stores, desk.settings, await desk.school(school))


async def _making(evidence: Evidence, *, quiet: bool) -> Made:
    with Progress(
        SpinnerColumn(),
        TextColumn("Placing new events: {task.completed}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=quiet or not sys.stderr.isatty(),
    ) as bar:
        task = bar.add_task("place", total=None)
        return await evidence.make(lambda placed: bar.update(task, completed=placed))


def _facts(signed: SignedCheckpoint) -> dict[str, Any]:
    told = signed.checkpoint.model_dump(mode="json")
    return told | {"digest": signed.digest, "note": signed.note}


def _key_facts(key: StoredKey) -> dict[str, Any]:
    return {
        "label": key.label,
        "key": key.public.text,
        "hash": key.public.hash.hex(),
        "added_at": key.added_at.isoformat(),
    }


def _proof_facts(found: CaseProof) -> dict[str, Any]:
    return {
        "proved": found.holds,
        "checkpoint": _facts(found.signed),
        "reference": found.reference,
        "proofs": [
            {
                "sequence": one.place.sequence,
                "position": one.place.position,
                "event_hash": one.place.event_hash.hex(),
                "path": [part.hex() for part in one.path],
            }
            for one in found.proofs
        ],
        "not_covered": list(found.not_covered),
        "altered": list(found.altered),
    }


def _say_proof(found: CaseProof, *, whole: bool) -> None:
    what = found.signed.checkpoint
    typer.echo(
        f"Checkpoint {what.number}, made at {what.made_at:%Y-%m-%d %H:%M:%S} UTC over {what.size} "
        f"events, and {found.reference}:"
    )
    for one in found.proofs:
        place = one.place.position + 1
        typer.echo(f"  event {one.place.sequence} is number {place} of {what.size}: proved.")
        if whole:
            typer.echo(f"    its hash: {one.place.event_hash.hex()}")
            for part in one.path:
                typer.echo(f"    beside:   {part.hex()}")
    for sequence in found.altered:
        typer.echo(f"  event {sequence} is NOT what was signed: it was changed since.")
    for sequence in found.not_covered:
        typer.echo(
            f"  event {sequence} is not covered: it came later. `evenhand audit checkpoint` makes "
            "a checkpoint that covers it."
        )
