"""`evenhand letter`: print a letter of a case, and hear of one that came back."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.desk import Desk, at_the_desk
from cli.options import AsJson, InRole, Reference, School, Viewer
from cli.outcome import BadUsage
from documents import code_copy
from documents.letters import as_pdf
from domain.errors import near_names
from domain.letters import LetterText
from domain.views import Viewed
from gateway.bounces import read_bounce
from gateway.notify_reports import failed_at_notify, tell_the_cases


def print_(
    reference: Reference,
    letter: Annotated[str, typer.Argument(help="The letter's id, such as l9.")],
    *,
    out: Annotated[Path, typer.Option(help="The PDF to write.")],
    as_: Viewer = None,
    role: InRole = None,
    school: School = None,
) -> None:
    """Write a letter of a case to a PDF, to be printed and posted."""
    beside = out.with_name(f"{out.stem}-code{out.suffix}")
    for file in (out, beside):
        if file.exists():
            raise BadUsage(f"{file}: there already. Choose another name.")

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        reading = await desk.reading(where, as_, role)
        seen = await reading.case(reference, Viewed.TEXTS)
        found = seen.case.letter(letter)
        if found is None:
            known = [one.id for one in seen.case.letters]
            raise BadUsage(f"{reference} has no letter “{letter}”.{near_names(letter, known)}")
        if not seen.names_shown and found.to != seen.viewer.person:
            raise BadUsage("This letter is not yours to read.")
        text = LetterText.model_validate_json(await desk.stores.texts.read(found.text))
        templates = desk.stores.writer.templates(where)
        _keep(out, as_pdf(text, templates, at=found.prepared_at))
        kind = templates.letters.get(text.kind)
        if kind is not None and kind.encloses_the_code:
            policy = await desk.stores.shelf.policy(seen.case.policy_digest)
            details = await desk.stores.writer.details(where)
            named = details.name or policy.school
            _keep(beside, code_copy.as_pdf(policy, school=named, at=found.prepared_at))
            typer.echo(f"{beside}: the copy of the code that the letter speaks of. Print it too, ")
            typer.echo("  and put both into one envelope.")
        typer.echo(f"{out}: print and post it, then record it:")
        typer.echo(f"  evenhand case act {reference} record_posting letter={letter} posted_on=DATE")

    at_the_desk(work)


def _keep(out: Path, pdf: bytes) -> None:
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pdf)


def returned(
    file: Annotated[
        Path | None, typer.Argument(help="The report; standard input where none is named.")
    ] = None,
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """Record that a letter came back, from the mail server's report (RFC 3464)."""
    content = file.read_bytes() if file else sys.stdin.buffer.read()
    bounce = read_bounce(content)

    async def work(desk: Desk) -> None:
        cases = await desk.cases(await desk.school(school))
        reference, acted = await cases.letter_returned(bounce)
        if as_json:
            typer.echo(json.dumps({"reference": reference, "sequence": acted.sequence}))
            return
        again = " That was on the record already." if acted.already_done else ""
        typer.echo(f"{reference}: a letter did not arrive ({bounce.status}).{again}")

    at_the_desk(work)


def ask_notify(school: School = None, as_json: AsJson = False) -> None:
    """Ask GOV.UK Notify which letters did not arrive, and record that they came back."""

    async def work(desk: Desk) -> None:
        settings = desk.settings
        if settings.notify_key is None:
            raise BadUsage(
                "Letters do not go through GOV.UK Notify here: EVENHAND_NOTIFY_KEY is not set. For "
                "those that go over a mail server there is `evenhand letter returned`."
            )
        where = await desk.school(school)
        failed = await failed_at_notify(settings.notify_key.get_secret_value(), settings.notify_url)
        cases = await desk.cases(where)
        told = await tell_the_cases(cases, desk.stores.deliveries, where, failed)
        if as_json:
            typer.echo(json.dumps([one._asdict() for one in told]))
            return
        for one in told:
            again = " That was known already." if one.known else ""
            typer.echo(f"{one.reference}: a letter did not arrive ({one.status}).{again}")
        if not told:
            typer.echo("Notify knows of no letter of this school that did not arrive.")

    at_the_desk(work)
