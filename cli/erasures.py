"""`evenhand person erase` and what follows it: asked for by one person, confirmed by another."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from cli.desk import Desk, at_the_desk
from cli.fields import named_fields
from cli.options import ActionId, AsJson, InRole, School, Who
from cli.outcome import BadUsage, Exit
from domain.errors import near_names
from domain.register import REGISTER, CaseDisposed
from domain.vocabulary import ErasureGround
from gateway.erasure import Destroyed, Erasing, Preview
from gateway.retention import Disposed
from gateway.wording import day, spoken

Asked = Annotated[str, typer.Argument(metavar="ERASURE", help="Such as erasure-7.")]
Why = Annotated[list[str] | None, typer.Argument(metavar="[FIELD=VALUE]...")]
FOR_GOOD = "This can't be undone. The events stay, and the record still verifies."


def erase(
    person: Annotated[str, typer.Argument(help="A name, an e-mail address or an id.")],
    fields: Why = None,
    *,
    as_: Who,
    role: InRole = None,
    id_: ActionId = None,
    school: School = None,
    as_json: AsJson = False,
) -> int:
    """Show what erasing a person would destroy; with reason=… and ground=…, ask for it."""
    given = named_fields(fields or [], ("reason", "ground"))
    if len(given) == 1:
        raise BadUsage("reason=… and ground=… go together: give both, or neither to look first.")
    ground = _ground(given["ground"]) if given else None

    async def work(desk: Desk) -> int:
        where = await desk.school(school)
        actor = await desk.actor(where, as_, role)
        erasing = Erasing(desk.stores, desk.erased_list, where)
        preview = await erasing.preview(person, actor)
        asked = None
        if ground is not None:
            asked = await erasing.request(
                preview.person.id, ground, given["reason"], actor, action_id=id_
            )
        if as_json:
            typer.echo(json.dumps(_told(preview) | {"asked_for": asked}))
        else:
            await _print(desk, preview)
            if asked is not None:
                typer.echo(f"\nAsked for as {asked}. Nothing is destroyed until a second person")
                typer.echo(f"confirms it: evenhand person confirm-erasure {asked} --as WHO")
            elif preview.waiting is None and preview.against is None:
                grounds = ", ".join(one.value for one in ErasureGround)
                typer.echo("\nNothing was asked for yet. To ask, add reason='…' and ground=GROUND,")
                typer.echo(f"which is one of: {grounds}.")
        return Exit.REFUSED if preview.against and asked is None else Exit.DONE

    return at_the_desk(work)


def erasures(school: School = None, as_json: AsJson = False) -> None:
    """List the erasures that wait for a second person."""

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        waiting = await Erasing(desk.stores, desk.erased_list, where).waiting()
        if as_json:
            typer.echo(json.dumps([one.model_dump(mode="json") for one in waiting]))
            return
        if not waiting:
            typer.echo("No erasure waits for a second person.")
        for one in waiting:
            name = await desk.name(one.person)
            by = await desk.name(one.requested_by.person)
            typer.echo(
                f"{one.erasure}: {name}, asked for by {by} on {day(one.requested_at.date())} "
                f"({spoken(one.ground)})."
            )

    at_the_desk(work)


def confirm_erasure(
    erasure: Asked,
    *,
    as_: Who,
    role: InRole = None,
    yes: Annotated[bool, typer.Option("--yes", help="Destroy it, for good.")] = False,
    id_: ActionId = None,
    school: School = None,
    as_json: AsJson = False,
) -> int:
    """Show what an erasure that was asked for destroys; with --yes, destroy it."""

    async def work(desk: Desk) -> int:
        where = await desk.school(school)
        actor = await desk.actor(where, as_, role)
        erasing = Erasing(desk.stores, desk.erased_list, where)
        if not yes:
            asked = await erasing.asked_for(erasure)
            preview = await erasing.preview(asked.person, actor)
            if as_json:
                typer.echo(json.dumps(_told(preview) | {"destroyed": False}))
                return Exit.DONE
            await _print(desk, preview)
            reason = await desk.stores.texts.read(asked.reason)
            by = await desk.name(asked.requested_by.person)
            typer.echo(f"\n{by} asked for it ({spoken(asked.ground)}): {reason}")
            typer.echo(f"Nothing is destroyed yet. To destroy it, add --yes. {FOR_GOOD}")
            return Exit.DONE
        destroyed = await erasing.confirm(erasure, actor, action_id=id_)
        if as_json:
            typer.echo(json.dumps(destroyed._asdict() | {"destroyed": True}))
        else:
            typer.echo(
                f"Erased: key, name, address and roles, with {destroyed_in_words(destroyed)}. "
                f"The id {destroyed.person} is left, as “an erased person”."
            )
        tell_traces(destroyed, desk)
        return Exit.DONE

    return at_the_desk(work)


def refuse_erasure(
    erasure: Asked,
    fields: Why = None,
    *,
    as_: Who,
    role: InRole = None,
    id_: ActionId = None,
    school: School = None,
) -> None:
    """Refuse an erasure, or take back your own request: reason=…"""
    given = named_fields(fields or [], ("reason",), required=("reason",))

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        actor = await desk.actor(where, as_, role)
        erasing = Erasing(desk.stores, desk.erased_list, where)
        person = await erasing.refuse(erasure, given["reason"], actor, action_id=id_)
        typer.echo(f"{erasure} is refused; everything about {await desk.name(person)} stays.")

    at_the_desk(work)


def destroyed_in_words(destroyed: Destroyed | CaseDisposed) -> str:
    """One text, or 3 texts and 2 files."""
    texts = "one text" if destroyed.texts == 1 else f"{destroyed.texts} texts"
    if not destroyed.files:
        return texts
    return f"{texts} and {'one file' if destroyed.files == 1 else f'{destroyed.files} files'}"


def tell_traces(destroyed: Destroyed | Disposed, desk: Desk) -> None:
    """Says on standard error what could not be finished, and who finishes it."""
    if not destroyed.overwritten:
        typer.echo(
            "What was destroyed is not yet overwritten in the database's files: others are using "
            "it, or its role may not vacuum (see docs/privacy.md). The nightly sweep tries again.",
            err=True,
        )
    if not destroyed.listed:
        typer.echo(
            f"It could not be added to {desk.settings.erased_file}, which keeps a restored backup "
            "from bringing it back. The next start of the service tries again.",
            err=True,
        )


def _ground(given: str) -> ErasureGround:
    known = [one.value for one in ErasureGround]
    word = given.strip().replace(" ", "_").replace("-", "_").lower()
    if word not in known:
        raise BadUsage(f"“{given}” is not a ground for erasure.{near_names(word, known)}")
    return ErasureGround(word)


def _told(preview: Preview) -> dict[str, object]:
    return {
        "person": preview.person.id,
        "texts": [
            {"reference": reference, "kind": kind, "count": count}
            for reference, kind, count in preview.texts
        ],
        "cases": preview.cases,
        "mentions": [mention._asdict() for mention in preview.mentions],
        "not_read": [
            {"reference": reference, "kind": kind, "count": count}
            for reference, kind, count in preview.not_read
        ],
        "waiting": preview.waiting,
        "against": preview.against.model_dump(mode="json") if preview.against else None,
    }


async def _print(desk: Desk, preview: Preview) -> None:
    out = Console(highlight=False)
    person = preview.person
    roles = ", ".join(spoken(role) for role in sorted(person.roles)) or "none"
    out.print(f"[bold]{escape(person.name)}[/] ({person.id})")
    out.print("\n[bold]Goes[/]")
    out.print(f"  the name, and the e-mail address {escape(person.email or '(none)')}")
    out.print(f"  the roles: {roles}")
    for reference, kind, count in preview.texts:
        where = "on the register" if reference == REGISTER else f"in {reference}"
        out.print(f"  {count} × {spoken(kind)} {where}")
    out.print("\n[bold]Stays[/]")
    for reference in preview.cases:
        out.print(f"  {reference}, in which “an erased person” then stands for them")
    if preview.mentions:
        out.print("  what others' texts say; these mention the name:")
    for mention in preview.mentions:
        under = escape(await desk.name(mention.under))
        out.print(f"    {spoken(mention.kind)} in {mention.reference}, about {under}")
    if preview.not_read:
        out.print("  files with others' replies, which may mention them and were not read:")
    for reference, kind, count in preview.not_read:
        out.print(f"    {count} × {spoken(kind)} in {reference}")
    if not preview.cases and not preview.mentions:
        out.print("  nothing but the id")
    if preview.waiting:
        out.print(f"\nAsked for already, as {preview.waiting}.")
    if preview.against:
        out.print(f"\n[bold]Not now:[/] {escape(preview.against.sentence)}")
