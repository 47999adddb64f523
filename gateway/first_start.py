"""The first start: one link, printed at the terminal, through which the first administrator comes.

Whoever reads the terminal of the machine holds its keys anyway; nobody else can get in first.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from domain.office import add_people
from domain.policy import IDENTIFIER
from domain.signing_in import Purpose
from domain.views import AT_THE_MACHINE
from domain.vocabulary import Role
from gateway.account_errors import AccountRefused, LinkDead
from gateway.account_mail import AccountMail
from gateway.accounts import Accounts
from gateway.errors import BadRequest
from gateway.passwords import Passwords, refuse_weak
from gateway.stores import Stores
from storage.accounts import account_of, change, open_account
from storage.links import find_link, make_link, use_link, withdraw_links
from storage.people import Person, put_people
from storage.registrar import append_entries
from storage.term_files import TermFileError, load_calendar


class FirstLink(NamedTuple):
    """The link to print, and the name of whoever it is for; None where it asks who they are."""

    address: str
    name: str | None

    def __repr__(self) -> str:
        return "FirstLink()"


class SetUpAsked(NamedTuple):
    """What the first administrator says. `school` and `terms` only where there is no school yet."""

    name: str
    email: str
    password: str
    school: str | None = None
    terms: str | None = None

    def __repr__(self) -> str:
        return "SetUpAsked()"


class FirstStart:
    """Makes the first administrator. `terms_dir` holds the term dates that a school may begin with.

    `now` gives the present moment, aware, in UTC.
    """

    def __init__(
        self,
        stores: Stores,
        accounts: Accounts,
        mail: AccountMail,
        terms_dir: Path,
        *,
        passwords: Passwords,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._stores = stores
        self._accounts = accounts
        self._mail = mail
        self._terms_dir = terms_dir
        self._passwords = passwords
        self._now = now

    async def link(self) -> FirstLink | None:
        """A fresh link for the first administrator; None once there is one who can sign in.

        An earlier one no longer works.
        """
        waiting: list[Person] = []
        for school in await self._stores.shelf.schools():
            for id_ in await self._stores.people.holders_of(school.id, Role.ADMINISTRATOR):
                account = await self._stores.database.transact(partial(account_of, person=id_))
                if account is not None and account.accepted_at is not None:
                    return None
                person = await self._stores.people.person(id_)
                waiting += [person] if person.email else []
        if waiting:
            return FirstLink(
                await self._accounts.invite(waiting[0], None, by_mail=False), waiting[0].name
            )
        now = self._now()

        def work(connection: Connection) -> str:
            withdraw_links(connection, Purpose.SET_UP, None, now)
            return make_link(connection, Purpose.SET_UP, None, now)

        token = await self._stores.database.transact(work)
        return FirstLink(self._mail.link("set-up", token), None)

    async def check(self, token: str) -> None:
        """Returns where the link works; it is not used up. Raises LinkDead."""
        link = await self._stores.database.transact(
            lambda connection: find_link(connection, token, Purpose.SET_UP)
        )
        if link is None or not link.works(self._now()):
            raise LinkDead(Purpose.SET_UP, link)

    def terms(self) -> dict[str, str]:
        """The term dates that a school may begin with: their titles by file name."""
        found = {}
        for path in sorted(self._terms_dir.glob("*.yaml")):
            try:
                found[path.name] = load_calendar(path).title
            except TermFileError:
                continue  # `evenhand calendar check` says what is wrong with it
        return found

    async def begin(self, token: str, asked: SetUpAsked) -> Person:
        """Makes the school, if there is none, and its administrator with their account.

        Raises LinkDead, PasswordRefused, BadRequest.
        """
        await self.check(token)
        schools = await self._stores.shelf.schools()
        title = schools[0].title if schools else (asked.school or "").strip()
        refuse_weak(asked.password, (asked.name, asked.email, title))
        hashed = await self._passwords.hashed(asked.password)
        if not schools and (not title or asked.terms not in self.terms()):
            raise BadRequest("Say what the school is called, and which term dates it begins with.")
        now = self._now()
        used = await self._stores.database.transact(
            lambda connection: use_link(connection, token, Purpose.SET_UP, now)
        )
        if used is None:
            raise LinkDead(Purpose.SET_UP, None)
        school = schools[0].id if schools else await self._add_school(title, asked.terms or "")
        new = self._stores.people.prepare(school, asked.name, asked.email, [Role.ADMINISTRATOR])
        added = add_people(AT_THE_MACHINE, [(new.id, new.roles)])
        address = self._stores.account_keys.address(asked.email)

        def work(connection: Connection) -> None:
            put_people(connection, [new])
            open_account(connection, new.id, school, address, now)
            change(connection, new.id, password=hashed, accepted_at=now, password_changed_at=now)
            append_entries(connection, school, added, AT_THE_MACHINE, f"set-up-{new.id}", now)

        await self._stores.database.transact(work)
        return await self._stores.people.person(new.id)

    async def _add_school(self, title: str, terms: str) -> str:
        id_ = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:60].strip("-")
        if not re.fullmatch(IDENTIFIER, id_):
            raise AccountRefused("Write the school's name in letters from a to z too.")
        calendar = load_calendar(self._terms_dir / terms)
        await self._stores.shelf.set_school(
            id_, title, await self._stores.shelf.publish_calendar(calendar)
        )
        return id_
