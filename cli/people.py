"""`evenhand person`: people and the roles they hold."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli import subject_access
from cli.desk import Desk, at_the_desk
from cli.erasures import confirm_erasure, erase, erasures, refuse_erasure
from cli.options import AsJson, School
from cli.outcome import BadUsage
from domain.errors import near_names
from domain.vocabulary import Role
from gateway.persons import one_person
from gateway.wording import spoken

app = typer.Typer()
for command in (erase, erasures, confirm_erasure, refuse_erasure):
    app.command()(command)
Roles = Annotated[list[str], typer.Option("--role", help="May be repeated.")]


def roles_named(given: list[str]) -> list[Role]:
    """The roles with these names. Raises BadUsage, with near names."""
    known = [role.value for role in Role if role is not Role.SYSTEM]
    words = [word.replace("-", "_").replace(" ", "_") for word in given]
    for word in words:
        if word not in known:
            raise BadUsage(f"There is no role “{word}”.{near_names(word, known)}")
    return [Role(word) for word in words]


@app.command()
def add(name: str, role: Roles, email: str | None = None, school: School = None) -> None:
    """Add a person."""

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        roles = roles_named(role)
        typer.echo(await desk.stores.people.add_person(where, name, email, roles))

    at_the_desk(work)


@app.command("list")
def list_(school: School = None, as_json: AsJson = False) -> None:
    """List the people of a school; with --json, their ids too."""

    async def work(desk: Desk) -> None:
        everybody = await desk.stores.people.everybody(await desk.school(school))
        if as_json:
            told = [one._asdict() | {"roles": sorted(one.roles)} for one in everybody]
            typer.echo(json.dumps(told))
            return
        gone = sum(one.erased for one in everybody)
        table = Table(box=None, header_style="bold")
        table.add_column("Name", no_wrap=True)
        table.add_column("Roles")
        table.add_column("E-mail", overflow="fold")
        for one in everybody:
            if one.erased:
                continue
            roles = ", ".join(spoken(role) for role in sorted(one.roles))
            table.add_row(one.name, roles, one.email or "")
        Console().print(table)
        if gone:
            typer.echo(f"Erased: {gone}.")

    at_the_desk(work)


@app.command()
def roles(person: str, role: Roles, school: School = None) -> None:
    """Set the roles that a person holds."""

    async def work(desk: Desk) -> None:
        found = await one_person(desk.stores.people, await desk.school(school), person)
        await desk.stores.people.set_roles(found.id, roles_named(role))
        typer.echo(f"{found.name} now holds: {', '.join(spoken(one) for one in role)}.")

    at_the_desk(work)


subject_access.mount(app)
