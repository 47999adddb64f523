"""`evenhand account`: who signs in, and links that open one thing once."""

import json
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.desk import Desk, at_the_desk
from cli.options import AsJson, Reference, School
from gateway.accounts import AccountLine
from gateway.front_door import FrontDoor, front_door
from gateway.persons import one_person
from gateway.wording import day, spoken
from storage.people import Person, PersonIsErased

app = typer.Typer()
Whom = Annotated[str, typer.Argument(help="A name, an e-mail address or an id.")]
Print = Annotated[
    bool, typer.Option("--print", help="Print the link, and send nothing: to hand it over.")
]


@app.command()
def invite(person: Whom, print_: Print = False, school: School = None) -> None:
    """Invite somebody who works for the school to an account, by e-mail."""

    async def work(desk: Desk, door: FrontDoor) -> None:
        found = await _person(desk, school, person)
        link = await door.accounts.invite(found, None, by_mail=not print_)
        _say_link(found, link, printed=print_)

    _at_the_door(work)


@app.command()
def link(reference: Reference, person: Whom, print_: Print = False, school: School = None) -> None:
    """Send a parent or advocate a link that opens their case, once."""

    async def work(desk: Desk, door: FrontDoor) -> None:
        where = await desk.school(school)
        found = await _person(desk, where, person)
        sent = await door.case_links.send(where, reference, found, None, by_mail=not print_)
        _say_link(found, sent, printed=print_)

    _at_the_door(work)


@app.command("list")
def list_(school: School = None, as_json: AsJson = False) -> None:
    """List the accounts of a school."""

    async def work(desk: Desk, door: FrontDoor) -> None:
        lines = await door.accounts.of_school(await desk.school(school))
        if as_json:
            told = [
                {
                    "person": one.person.id,
                    "name": one.person.name,
                    "state": one.state.value,
                    "second_factor": one.second_factor,
                    "needs_second_factor": one.needs_second_factor,
                    "signed_in_at": one.signed_in_at.isoformat() if one.signed_in_at else None,
                }
                for one in lines
            ]
            typer.echo(json.dumps(told))
            return
        if not lines:
            typer.echo("There is no account yet. `evenhand account invite PERSON` makes one.")
            return
        table = Table(box=None, header_style="bold")
        for heading in ("Name", "Account", "Second factor", "Last signed in"):
            table.add_column(heading)
        for one in lines:
            last = day(one.signed_in_at.date()) if one.signed_in_at else "never"
            table.add_row(one.person.name, spoken(one.state), _second_factor(one), last)
        Console().print(table)

    _at_the_door(work)


@app.command()
def lock(person: Whom, school: School = None) -> None:
    """Lock an account: its person is signed out everywhere, and can't sign in."""

    async def work(desk: Desk, door: FrontDoor) -> None:
        found = await _person(desk, school, person)
        await door.accounts.lock(found, None)
        typer.echo(f"The account of {found.name} is locked. `evenhand account unlock` opens it.")

    _at_the_door(work)


@app.command()
def unlock(person: Whom, school: School = None) -> None:
    """Open a locked account again."""

    async def work(desk: Desk, door: FrontDoor) -> None:
        found = await _person(desk, school, person)
        await door.accounts.unlock(found, None)
        typer.echo(f"{found.name} can sign in again.")

    _at_the_door(work)


@app.command()
def reset_second_factor(person: Whom, school: School = None) -> None:
    """Remove a second factor that is lost; its person is told, and sets it up anew."""

    async def work(desk: Desk, door: FrontDoor) -> None:
        found = await _person(desk, school, person)
        await door.accounts.reset_second_factor(found, None)
        typer.echo(
            f"{found.name} signs in with the password alone, and is then asked to set up a second "
            "factor anew. Make sure that it was they who asked."
        )

    _at_the_door(work)


def _at_the_door(work: Callable[[Desk, FrontDoor], Awaitable[None]]) -> None:
    async def run(desk: Desk) -> None:
        door = front_door(desk.settings, desk.stores)
        await work(desk, door)
        await door.later.finished()

    at_the_desk(run)


def _second_factor(line: AccountLine) -> str:
    if line.second_factor:
        return "yes"
    return "to be set up" if line.needs_second_factor else "no"


async def _person(desk: Desk, school: str | None, given: str) -> Person:
    found = await one_person(desk.stores.people, await desk.school(school), given)
    if found.erased:
        raise PersonIsErased(found.id)
    return found


def _say_link(person: Person, link: str, *, printed: bool) -> None:
    if printed:
        typer.echo(f"For {person.name}, once:\n{link}")
    else:
        typer.echo(f"Sent to {person.name} by e-mail: a link that works once.")
