"""`evenhand policy`: read, check and draw codes of conduct."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from cli.files import require_files
from cli.outcome import BadUsage, Exit
from domain.errors import near_names
from domain.ladder_words import listed
from domain.policy import Ladder, Policy
from domain.policy_difference import difference
from domain.policy_graph import mermaid, svg
from domain.vocabulary import Track
from gateway.wording import day, spoken
from settings import load_settings
from storage.policy_files import Finding, PolicyFileError, load_policies, load_policy

app = typer.Typer()
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


class Drawing(StrEnum):
    """How a ladder is drawn."""

    SVG = "svg"
    MERMAID = "mermaid"


def find_policy(given: str) -> Policy:
    """The policy in the file `given`, or the shipped pack of that id. Raises BadUsage."""
    path = Path(given)
    if path.suffix in (".yaml", ".yml") or path.exists():
        return load_policy(path)
    folder = load_settings().policies_dir
    known = [one.stem for one in folder.glob("*.yaml")]
    if given not in known:
        raise BadUsage(f"There is no policy “{given}” in {folder}.{near_names(given, known)}")
    return load_policy(folder / f"{given}.yaml")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the packs."""
    policies = load_policies(load_settings().policies_dir)
    if as_json:
        typer.echo(
            json.dumps(
                [
                    {
                        "policy": one.policy,
                        "version": one.version,
                        "title": one.title,
                        "school": one.school,
                        "tracks": [ladder.track.value for ladder in one.ladders],
                        "digest": one.digest,
                    }
                    for one in policies
                ]
            )
        )
        return
    out = Console(highlight=False)
    for one in policies:
        tracks = ", ".join(spoken(ladder.track) for ladder in one.ladders)
        out.print(f"[bold]{one.policy}[/] {one.version} [dim]({tracks})[/]")
        out.print(f"  {escape(one.title)}")


@app.command()
def show(
    policy: Annotated[str, typer.Argument(help="A pack's id, or a file.")], as_json: AsJson = False
) -> None:
    """Show a code: its clauses, its ladders and what the school owes."""
    found = find_policy(policy)
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
        return
    out = Console(highlight=False)
    out.print(f"[bold]{escape(found.title)}[/], {escape(found.school)}, version {found.version}")
    out.print(f"In force from {day(found.effective_from)}. Source: {escape(found.source.title)}")
    longer = found.retention_after_restriction
    after = f"; {longer} where somebody was restricted" if longer else ""
    out.print(f"A case is kept for {found.retention} after it closed{after}.")
    out.print("\n[bold]Clauses[/]")
    for clause in found.clauses:
        out.print(f"  [bold]{clause.id}[/] [dim]{escape(clause.place)}[/]")
        _indented(out, 4, clause.text)
    for ladder in found.ladders:
        _show_ladder(out, ladder)


def _show_ladder(out: Console, ladder: Ladder) -> None:
    out.print(f"\n[bold]Ladder: {spoken(ladder.track)}[/]")
    for number, step in enumerate(ladder.steps, start=1):
        beside = " (beside the ladder)" if step.aside else ""
        out.print(f"  {number:>2}. [bold]{escape(step.title)}[/]{beside}")
        _indented(out, 6, f"Who may: {listed(step.roles)}.")
        check = step.follow_up
        _indented(out, 6, f"Followed up within {check.within}: {check.check}")
        if step.quiet_period:
            _indented(out, 6, f"Lapses after {step.quiet_period} with nothing further.")
        if rules := step.restriction:
            _indented(
                out,
                6,
                f"Heard first, for {rules.representations}; decided within {rules.decide_within} "
                f"by another person ({listed(rules.confirmed_by)}); reviewed within "
                f"{rules.review_within}, or it ends.",
            )
    if ladder.duties:
        out.print("  What is owed meanwhile:")
    for duty in ladder.duties:
        when = f"{spoken(duty.kind)}, within {duty.within} after: {spoken(duty.when)}"
        _indented(out, 6, f"{when} ({duty.clause})")


def _indented(out: Console, by: int, words: str) -> None:
    out.print(Padding(escape(words), (0, 0, 0, by)))


@app.command()
def check(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Packs to check; all that there are if not said.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Prove that packs can be run; each fault with its file, line and field."""
    files = files or sorted(load_settings().policies_dir.glob("*.yaml"))
    require_files(files)
    findings: list[Finding] = []
    for file in files:
        try:
            load_policy(file)
        except PolicyFileError as error:
            findings += error.findings
    if as_json:
        keys = ("line", "field", "message")
        told = [
            {"file": str(one.file), **{key: getattr(one, key) for key in keys}} for one in findings
        ]
        typer.echo(json.dumps({"sound": not findings, "findings": told}))
    else:
        for one in findings:
            typer.echo(str(one))
        if not findings:
            typer.echo(f"Sound: {', '.join(str(file) for file in files)}.")
    return Exit.REFUSED if findings else Exit.DONE


@app.command()
def diff(
    old: Annotated[str, typer.Argument(help="A pack's id, or a file.")],
    new: Annotated[str, typer.Argument(help="The version to hold against it.")],
    as_json: AsJson = False,
) -> None:
    """Say in plain words what differs between two versions of a code, or two codes."""
    was, now = find_policy(old), find_policy(new)
    parts = difference(was, now)
    if as_json:
        told = [
            {"heading": part.heading, "changes": [one._asdict() for one in part.changes]}
            for part in parts
        ]
        versions = {
            side: {"policy": one.policy, "version": one.version, "digest": one.digest}
            for side, one in (("old", was), ("new", now))
        }
        typer.echo(json.dumps({**versions, "parts": told}))
        return
    out = Console(highlight=False)
    if not parts:
        out.print("They say the same.")
    for part in parts:
        out.print(f"[bold]{escape(part.heading)}[/]")
        for change in part.changes:
            _indented(out, 2, change.sentence)


@app.command()
def graph(
    policy: Annotated[str, typer.Argument(help="A pack's id, or a file.")],
    track: Annotated[Track | None, typer.Option(help="Which ladder, if not the first.")] = None,
    format_: Annotated[Drawing, typer.Option("--format", help="How to draw it.")] = Drawing.SVG,
    out: Annotated[Path | None, typer.Option(help="Write to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Draw a ladder as SVG or Mermaid."""
    found = find_policy(policy)
    if track is not None and track not in found.by_track:
        known = ", ".join(one.value for one in found.by_track)
        raise BadUsage(f"{found.policy} has no ladder {track.value}; it has: {known}.")
    ladder = found.by_track[track] if track else found.ladders[0]
    drawn = svg(ladder) if format_ is Drawing.SVG else mermaid(ladder)
    if out is not None:
        out.write_text(drawn, encoding="utf-8")
    if as_json:
        told = {"policy": found.policy, "version": found.version, "track": ladder.track.value}
        where = {"drawing": drawn} if out is None else {"file": str(out)}
        typer.echo(json.dumps(told | {"format": format_.value} | where))
    else:
        typer.echo(drawn if out is None else f"Drawn in {out}.")
