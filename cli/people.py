"""`evenhand person`: people and the roles they hold."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli import subject_access
from cli.desk import Desk, at_the_desk
from cli.erasures import confirm_erasure, erase, erasures, refuse_erasure
from cli.files import require_files
from cli.options import AsJson, School
from cli.outcome import BadUsage, Exit
from domain.contacts import Standing, Weighed
from domain.errors import near_names
from domain.views import AT_THE_MACHINE
from domain.vocabulary import Role
from gateway.contacts import Contacts, DryRun, NotReady, as_csv
from gateway.enrolling import Enrolling
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
        enrolling = Enrolling(desk.stores, where)
        typer.echo(await enrolling.add(name, email, roles, AT_THE_MACHINE))

    at_the_desk(work)


@app.command()
def correct(
    person: str,
    name: Annotated[str | None, typer.Option(help="The name as it should be.")] = None,
    email: Annotated[
        str | None, typer.Option(help="The e-mail address as it should be; “” for none.")
    ] = None,
    school: School = None,
) -> None:
    """Put a name or an e-mail address right."""
    if name is None and email is None:
        raise BadUsage("Say what to put right: --name, --email, or both.")

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        found = await one_person(desk.stores.people, where, person)
        details = await Enrolling(desk.stores, where).correct(
            found.id,
            found.name if name is None else name,
            found.email if email is None else email,
            AT_THE_MACHINE,
        )
        words = " and ".join({"name": "name", "email": "address"}[one] for one in details)
        typer.echo(f"Put right: {words}." if details else "It was so already.")

    at_the_desk(work)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV with the columns name, e-mail and roles.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would become of each line; add nobody.")
    ] = False,
    role: Annotated[
        list[str] | None, typer.Option(help="For lines that name no role. May be repeated.")
    ] = None,
    school: School = None,
    as_json: AsJson = False,
) -> int:
    """Add people from a spreadsheet, all of them or nobody; whoever is there stays as they are."""
    require_files([file])
    default = roles_named(role or [])

    async def work(desk: Desk) -> int:
        contacts = Contacts(Enrolling(desk.stores, await desk.school(school)))
        content = file.read_bytes()
        added: list[str] = []
        found = await contacts.dry_run(content, default)
        if not dry_run and found.ready:
            added = await contacts.bring_in(content, AT_THE_MACHINE, default)
        refused = found.count(Standing.REFUSED) > 0
        if as_json:
            told = {
                "lines": [one._asdict() for one in found.lines],
                "read_as": found.read_as,
                "separator": found.separator,
                "left_out": found.left_out,
                "ready": found.ready,
                "added": added,
            }
            typer.echo(json.dumps(told))
        else:
            _tell_dry_run(found)
            if dry_run:
                typer.echo("This was a dry run: nobody was added.")
            elif found.ready:
                typer.echo(f"Added: {len(added)}.")
            else:
                typer.echo(str(NotReady(found)), err=refused)
        return Exit.REFUSED if refused else Exit.DONE

    return at_the_desk(work)


def _tell_dry_run(found: DryRun) -> None:
    table = Table(box=None, header_style="bold")
    for heading in ("Line", "Name", "E-mail", "Roles", "Becomes"):
        table.add_column(heading, overflow="fold")
    for line in found.lines:
        roles = ", ".join(spoken(one) for one in line.roles)
        table.add_row(str(line.line), line.name, line.email or "", roles, _becomes(line))
    Console().print(table)
    left_out = f"; left out: {', '.join(found.left_out)}" if found.left_out else ""
    typer.echo(f"Read as {found.read_as} with {found.separator}{left_out}.")


def _becomes(line: Weighed) -> str:
    word = {
        Standing.ADDED: "added",
        Standing.ALREADY_THERE: "there already",
        Standing.REFUSED: "refused",
    }[line.standing]
    said = " ".join((*line.faults, *line.notes))
    return f"{word}: {said}" if said else word


@app.command("list")
def list_(
    school: School = None,
    as_json: AsJson = False,
    as_list: Annotated[
        bool, typer.Option("--csv", help="Print a list that a spreadsheet reads.")
    ] = False,
) -> None:
    """List the people of a school; with --json, their ids too."""

    async def work(desk: Desk) -> None:
        everybody = await desk.stores.people.everybody(await desk.school(school))
        if as_list:
            sys.stdout.flush()
            sys.stdout.buffer.write(as_csv(everybody))
            return
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
        where = await desk.school(school)
        found = await one_person(desk.stores.people, where, person)
        enrolling = Enrolling(desk.stores, where)
        wanted = roles_named(role)
        alone = await enrolling.left_without(found.id, wanted)
        await enrolling.set_roles(found.id, wanted, AT_THE_MACHINE)
        typer.echo(f"{found.name} now holds: {', '.join(spoken(one) for one in wanted)}.")
        if alone:
            held = ", ".join(spoken(one) for one in alone)
            typer.echo(f"Nobody holds any more: {held}. Whatever waits for them reaches nobody.")

    at_the_desk(work)


subject_access.mount(app)
