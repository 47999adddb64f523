"""Accounts as an administrator sees them: inviting, locking, and starting the first one."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Connection

from domain.actions import Actor
from domain.contracts import Refusal
from domain.signing_in import MAY_HAVE_AN_ACCOUNT, MAY_INVITE, Purpose, needs_second_factor
from domain.spoken import moment
from domain.vocabulary import Role, Rule
from gateway.account_errors import AccountRefused, LinkDead, NoAccount
from gateway.account_mail import AccountMail
from gateway.errors import ActionRefused
from gateway.later import Later
from gateway.passwords import Passwords, refuse_weak
from gateway.persons import check_actor
from gateway.second_factor import drop
from gateway.sessions import Sessions
from gateway.stores import Stores
from storage.accounts import Account, account_of, accounts_of_school, change, open_account
from storage.links import find_link, make_link, use_link, withdraw_links
from storage.people import Person, require_person


class AccountState(StrEnum):
    """How an account stands."""

    INVITED = "invited"  # its person has not chosen a password yet
    ACTIVE = "active"
    LOCKED = "locked"


class AccountLine(NamedTuple):
    """An account in a list."""

    person: Person
    state: AccountState
    second_factor: bool
    needs_second_factor: bool
    signed_in_at: datetime | None


def state_of(account: Account) -> AccountState:
    """How an account stands."""
    if account.locked_at is not None:
        return AccountState.LOCKED
    return AccountState.INVITED if account.accepted_at is None else AccountState.ACTIVE


class Accounts:
    """Everybody's accounts. An `actor` of None is the administrator who sits at the machine."""

    def __init__(
        self,
        stores: Stores,
        sessions: Sessions,
        mail: AccountMail,
        *,
        passwords: Passwords,
        later: Later,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._stores = stores
        self._sessions = sessions
        self._mail = mail
        self._passwords = passwords
        self._later = later
        self._now = now

    async def invite(self, person: Person, actor: Actor | None, *, by_mail: bool = True) -> str:
        """Invites somebody to an account, and returns the address of the link that opens it.

        An earlier invitation no longer works. Raises ActionRefused, AccountRefused, AddressTaken,
        or ServiceUnreachable where the mail server is away.
        """
        await self._check(actor, person)
        if person.email is None:
            raise AccountRefused(
                f"{person.id} has no e-mail address, and nobody signs in without one. Add it first."
            )
        if not person.roles & MAY_HAVE_AN_ACCOUNT:
            raise AccountRefused(
                f"{person.id} holds no role at the school. Parents and advocates need no account: "
                "`evenhand account link CASE PERSON` sends a link to their case."
            )
        now = self._now()
        address = self._stores.account_keys.address(person.email)

        def work(connection: Connection) -> str:
            require_person(connection, person.id)
            account = account_of(connection, person.id)
            if account is not None and account.accepted_at is not None:
                raise AccountRefused(
                    f"{person.id} has an account already. Who does not remember a password "
                    "chooses a new one at the sign-in page."
                )
            open_account(connection, person.id, person.school, address, now)
            withdraw_links(connection, Purpose.INVITATION, person.id, now)
            return make_link(connection, Purpose.INVITATION, person.id, now)

        token = await self._stores.database.transact(work)
        if by_mail:
            await self._mail.invitation(person, await self._school(person), token, now)
        return self._mail.link("invitation", token)

    async def invited(self, token: str) -> Person:
        """Whom an invitation is for; it is not used up. Raises LinkDead."""
        link = await self._stores.database.transact(
            lambda connection: find_link(connection, token, Purpose.INVITATION)
        )
        if link is None or link.person is None or not link.works(self._now()):
            raise LinkDead(Purpose.INVITATION, link)
        return await self._stores.people.person(link.person)

    async def accept(self, token: str, password: str) -> Person:
        """Takes an invitation up with a password. Raises LinkDead, PasswordRefused."""
        person = await self.invited(token)
        await self.refuse_weak(person, password)
        hashed = await self._passwords.hashed(password)
        now = self._now()

        def work(connection: Connection) -> None:
            if use_link(connection, token, Purpose.INVITATION, now) is None:
                raise LinkDead(Purpose.INVITATION, None)
            change(
                connection,
                person.id,
                password=hashed,
                accepted_at=now,
                password_changed_at=now,
            )

        await self._stores.database.transact(work)
        return person

    async def refuse_weak(self, person: Person, password: str) -> None:
        """Raises PasswordRefused where it is easy to guess for this person."""
        refuse_weak(password, (person.name, person.email or "", await self._school(person)))

    async def lock(self, person: Person, actor: Actor | None) -> None:
        """Locks an account and signs its person out everywhere. Raises NoAccount, ActionRefused.

        Nobody locks their own: an administrator who did could not take it back.
        """
        await self._check(actor, person)
        if actor is not None and actor.person == person.id:
            raise AccountRefused("You can't lock your own account: ask another administrator.")
        await self._change(person, locked_at=self._now())
        await self._sessions.end_all(person.id)

    async def unlock(self, person: Person, actor: Actor | None) -> None:
        """Opens a locked account again. Raises NoAccount, ActionRefused."""
        await self._check(actor, person)
        await self._change(person, locked_at=None)

    async def reset_second_factor(self, person: Person, actor: Actor | None) -> None:
        """Removes a second factor that is lost; the person sets it up anew, and is told.

        Raises NoAccount, ActionRefused.
        """
        await self._check(actor, person)
        await self._change(person)
        await self._stores.database.transact(lambda connection: drop(connection, person.id))
        await self._sessions.end_all(person.id)
        await self.tell(person, "An administrator removed the second factor of your account")

    async def tell(self, person: Person, what: str) -> None:
        """Tells a person what was changed, without making anybody wait for the mail server."""
        if person.email is not None:
            now = self._now()
            calendar = await self._stores.shelf.calendar_of(person.school)
            self._later.do(self._mail.told(person, what, moment(calendar, now), now))

    async def of_school(self, school: str) -> list[AccountLine]:
        """The accounts at a school, in the order of its people."""
        accounts = await self._stores.database.transact(
            lambda connection: {one.person: one for one in accounts_of_school(connection, school)}
        )
        return [
            AccountLine(
                person,
                state_of(accounts[person.id]),
                accounts[person.id].secret is not None,
                needs_second_factor(person.roles),
                accounts[person.id].signed_in_at,
            )
            for person in await self._stores.people.everybody(school)
            if person.id in accounts
        ]

    async def _school(self, person: Person) -> str:
        return await self._stores.shelf.title(person.school)

    async def _change(self, person: Person, **values: object) -> None:
        def work(connection: Connection) -> None:
            if account_of(connection, person.id) is None:
                raise NoAccount(person.id)
            if values:
                change(connection, person.id, **values)

        await self._stores.database.transact(work)

    async def _check(self, actor: Actor | None, person: Person) -> None:
        if actor is None:
            return
        await check_actor(self._stores.people, actor)
        theirs = (await self._stores.people.person(actor.person)).school
        if actor.role not in MAY_INVITE or theirs != person.school:
            raise ActionRefused(
                Refusal(
                    error="NotAuthorised",
                    rule=Rule.AUTHORITY,
                    sentence="Accounts are looked after by an administrator of the same school.",
                    who_may=(Role.ADMINISTRATOR,),
                )
            )
