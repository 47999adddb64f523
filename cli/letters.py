"""`evenhand letter`: look at letters, and check a school's own letterhead and words."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from cli.outcome import BadUsage, Exit
from cli.policies import find_policy
from cli.sent_letters import ask_notify, print_, returned
from documents.letter_check import AT, check_letters, left_out
from documents.letter_forms import as_html, as_plain
from documents.letter_specimens import Specimen, specimens, with_sample_details
from documents.letters import as_pdf, compose
from domain.errors import near_names
from domain.letter_editing import to_editable
from domain.letter_templates import LetterTemplates
from domain.letters import Letter, LetterText
from domain.policy import Policy
from gateway.wording import spoken
from settings import load_settings
from storage.letter_files import load_templates, schools_in
from storage.policy_files import PolicyFileError, load_policies

app = typer.Typer()
app.command("print")(print_)
app.command()(returned)
app.command()(ask_notify)
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
School = Annotated[str | None, typer.Option(help="The school, where the folder holds several.")]
FORMS = (".pdf", ".html", ".txt", ".md")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the kinds of letter: who gets each, and what it goes with."""
    templates = load_templates(load_settings().letters_dir)
    if as_json:
        told = [letter.model_dump(mode="json") for letter in templates.letters.values()]
        typer.echo(json.dumps(told))
        return
    out = Console(highlight=False)
    for letter in templates.letters.values():
        to = ", ".join(spoken(addressee) for addressee in letter.to)
        goes_with = spoken(letter.goes_with) if letter.goes_with else "a step"
        out.print(f"[bold]{letter.id}[/] [dim](to the {to}; with: {goes_with})[/]")
        out.print(f"  {escape(letter.title)}")


@app.command()
def show(
    kind: Annotated[str, typer.Argument(help="A kind of letter, such as warning.")],
    policy: Annotated[str | None, typer.Option(help="Under which code: its id, or a file.")] = None,
    variant: Annotated[str | None, typer.Option(help="Which one: words of its label.")] = None,
    school: School = None,
    out: Annotated[
        Path | None, typer.Option(help="Write to this file: .pdf, .html, .txt, or .md to edit.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show a specimen of a letter, with made-up people."""
    if out is not None and out.suffix not in FORMS:
        raise BadUsage(f"{out} must end in one of: {', '.join(FORMS)}.")
    templates = with_sample_details(load_templates(load_settings().letters_dir, school=school))
    letter = _letter(templates, kind)
    found = list(_found(policy, letter, templates))
    specimen = _chosen(found, letter, variant)
    text = compose(kind, specimen.facts, templates)
    if out is not None:
        _write(out, text, templates)
    if as_json:
        labels = [one.label for one in found]
        told = {"variant": specimen.label, "variants": labels, "letter": text.model_dump()}
        typer.echo(json.dumps(told))
    elif out is not None:
        typer.echo(f"A specimen ({specimen.label}) is in {out}.")
    else:
        typer.echo(as_plain(text), nl=False)
    others = [one.label for one in found if one is not specimen]
    if others and not as_json and out is None:
        typer.echo(f"\nOther variants: {'; '.join(others)}", err=True)


def _letter(templates: LetterTemplates, kind: str) -> Letter:
    if kind not in templates.letters:
        raise BadUsage(f"There is no letter “{kind}”.{near_names(kind, templates.letters)}")
    return templates.letters[kind]


def _found(given: str | None, letter: Letter, templates: LetterTemplates) -> Iterator[Specimen]:
    """The specimens of a letter under the policy that is given, or the first that may send it."""
    policies: list[Policy] = (
        [find_policy(given)] if given else load_policies(load_settings().policies_dir)
    )
    for policy in policies:
        if found := list(specimens(policy, letter, templates.school)):
            yield from found
            return
    where = f"under {policies[0].policy}" if given else "under any code here"
    raise BadUsage(f"The letter “{letter.id}” does not occur {where}.")


def _chosen(found: list[Specimen], letter: Letter, variant: str | None) -> Specimen:
    for specimen in found:
        if variant is None or variant in specimen.label:
            return specimen
    labels = "; ".join(one.label for one in found)
    raise BadUsage(f"No variant of “{letter.id}” is called “{variant}”. There are: {labels}.")


def _write(out: Path, text: LetterText, templates: LetterTemplates) -> None:
    match out.suffix:
        case ".pdf":
            out.write_bytes(as_pdf(text, templates, at=AT))
        case ".html":
            out.write_text(as_html(text), encoding="utf-8")
        case ".md":
            out.write_text(to_editable(text), encoding="utf-8")
        case _:
            out.write_text(as_plain(text), encoding="utf-8")


@app.command()
def check(
    folder: Annotated[
        Path | None, typer.Argument(help="A school's folder; EVENHAND_LETTERS_DIR if not said.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Check letterhead and words; each fault with its file, line and field."""
    own = folder or load_settings().letters_dir
    if own is not None and not own.is_dir():
        raise BadUsage(f"There is no folder {own}.")
    policies = load_policies(load_settings().policies_dir)
    faults: dict[tuple[str, int, str, str], None] = {}
    notes: dict[str, None] = {}
    for school in (None, *(schools_in(own) if own else ())):
        try:
            templates = load_templates(own, school=school)
        except PolicyFileError as error:
            faults |= {(str(f.file), f.line, f.field, f.message): None for f in error.findings}
            continue
        found = check_letters(templates, policies)
        faults |= {(f.file, f.line, f.field, f.message): None for f in found}
        where = f"{school}: " if school else ""
        notes |= {f"{where}{note}": None for note in left_out(templates, policies)}
    _tell(list(faults), list(notes), own, as_json=as_json)
    return Exit.REFUSED if faults else Exit.DONE


def _tell(
    faults: list[tuple[str, int, str, str]], notes: list[str], own: Path | None, *, as_json: bool
) -> None:
    if as_json:
        keys = ("file", "line", "field", "message")
        told = [dict(zip(keys, fault, strict=True)) for fault in faults]
        typer.echo(json.dumps({"sound": not faults, "findings": told, "left_out": notes}))
        return
    for file, line, field, message in faults:
        typer.echo(f"{file}:{line}: {f'{field}: ' if field else ''}{message}")
    if not faults:
        typer.echo(f"Sound: {own or 'the letters that come with Evenhand'}.")
        for note in notes:
            typer.echo(f"Not said in school.yaml: {note}")
