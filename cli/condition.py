"""`evenhand health`: how each part of the service is."""

import asyncio
import json

import typer

from cli.desk import a_desk
from cli.outcome import Exit
from correspondence.mail_server import mail_server_of
from gateway.condition import Condition, Examination, Part
from settings import load_settings
from storage.database import DatabaseError

LABELS = {
    Condition.WELL: "well",
    Condition.ATTENTION: "see to it",
    Condition.AWAY: "away",
    Condition.UNKNOWN: "not known",
}


def examine(school: str | None, *, as_json: bool) -> int:
    """Looks at every part and says how it is; the exit code says whether somebody is needed."""
    parts = asyncio.run(_parts(school))
    if as_json:
        typer.echo(json.dumps([part._asdict() for part in parts]))
    else:
        for part in parts:
            typer.echo(f"{part.name} ({LABELS[part.condition]}): {part.words}")
            if part.to_do:
                typer.echo(f"  {part.to_do}")
    conditions = {part.condition for part in parts}
    if Condition.AWAY in conditions:
        return Exit.UNREACHABLE
    return Exit.REFUSED if Condition.ATTENTION in conditions else Exit.DONE


async def _parts(given: str | None) -> list[Part]:
    settings = load_settings()
    async with a_desk(settings) as desk:
        try:
            school = await desk.school(given)
        except DatabaseError:
            school = given or ""  # which school it is about can't be told, and it says why
        mail = mail_server_of(settings)
        return await Examination(settings, desk.stores, mail, desk.client, school).parts()
