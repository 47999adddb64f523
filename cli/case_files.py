"""`evenhand case attachments` and `attachment`: the files that came with replies."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.desk import Desk, at_the_desk
from cli.options import AsJson, InRole, Reference, School, Viewer
from cli.outcome import BadUsage
from gateway.attachments import in_words
from gateway.replies import attachment_of, attachments_of
from gateway.sniffing import CALLED


def attachments(
    reference: Reference,
    as_: Viewer = None,
    role: InRole = None,
    school: School = None,
    as_json: AsJson = False,
) -> None:
    """List the files that came with replies to a case."""

    async def work(desk: Desk) -> None:
        reading = await desk.reading(await desk.school(school), as_, role)
        found = await attachments_of(desk.stores, reading, reference)
        if as_json:
            told = [
                {
                    "id": one.file.id,
                    "name": one.name,
                    "media_type": one.file.media_type,
                    "size": one.file.size,
                    "commitment": one.file.commitment,
                    "event": one.event.sequence,
                    "at": one.event.at.isoformat(),
                    "from": one.sender,
                }
                for one in found
            ]
            typer.echo(json.dumps(told))
            return
        if not found:
            typer.echo(f"No file came with a reply to {reference}.")
            return
        table = Table(box=None, header_style="bold")
        for heading in ("File", "Called", "Is", "Size", "From", "On"):
            table.add_column(heading, no_wrap=heading in ("File", "Size"))
        for one in found:
            table.add_row(
                one.file.id,
                escape(one.called),
                CALLED[one.file.media_type],
                in_words(one.file.size),
                escape(one.sender),
                one.day,
            )
        Console().print(table)
        typer.echo(f"To take one out: evenhand case attachment {reference} FILE --out PATH")

    at_the_desk(work)


def attachment(
    reference: Reference,
    file: Annotated[str, typer.Argument(help="The file's id, as `case attachments` lists it.")],
    *,
    out: Annotated[Path, typer.Option(help="The file to write.")],
    as_: Viewer = None,
    role: InRole = None,
    school: School = None,
) -> None:
    """Write a file that came with a reply to disk, once it is found to be as it was received."""
    if out.exists() or out.is_symlink():
        raise BadUsage(f"{out}: there already. Choose another name.")
    if not out.parent.is_dir():
        raise BadUsage(f"There is no folder {out.parent}: make it first.")

    async def work(desk: Desk) -> None:
        reading = await desk.reading(await desk.school(school), as_, role)
        found, content = await attachment_of(desk.stores, reading, reference, file)
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(content)
        typer.echo(
            f"{out}: {CALLED[found.file.media_type]}, {in_words(found.file.size)}, as it was "
            "received."
        )

    at_the_desk(work)
