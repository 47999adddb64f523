"""Signing in: a password, a second factor where there is one, and ways back for who lost either."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection

from domain.access import OUTSIDE
from domain.signing_in import MAY_HAVE_AN_ACCOUNT, Purpose, needs_second_factor
from domain.vocabulary import Role
from gateway.account_errors import (
    AccountLocked,
    LinkDead,
    NoAccount,
    NotKnownHere,
    SignInRefused,
)
from gateway.account_mail import AccountMail
from gateway.accounts import Accounts
from gateway.held_words import DESCRIBED
from gateway.later import Later
from gateway.passwords import Passwords
from gateway.second_factor import SecondFactors
from gateway.sessions import Sessions
from gateway.stores import Stores
from gateway.throttling import Attempt, Throttle
from storage.accounts import (
    Account,
    account_at,
    account_of,
    change,
    forget_identities,
    know_as,
    person_known_as,
)
from storage.links import find_link, make_link, use_link, withdraw_links
from storage.people import Person

Result = TypeVar("Result")


class From(NamedTuple):
    """Where an attempt comes from: its network, and the marks that its browser keeps."""

    network: str
    marks: str | None = None


class SignedIn(NamedTuple):
    """What came of an attempt that was right.

    `token` is the session's, or None while a code is still asked for, under `ticket`. `marks` are
    for the browser to keep. `sets_up` says that a second factor must be set up now.
    """

    person: str
    token: str | None
    ticket: str | None
    marks: str | None
    sets_up: bool = False

    def __repr__(self) -> str:
        return f"SignedIn(person={self.person!r})"


class Identity(NamedTuple):
    """Who somebody is to a provider of OpenID Connect; `email` only if the provider verified it."""

    issuer: str
    subject: str
    email: str | None
    second_factor: bool


class SigningIn:
    """The door. `now` gives the present moment, aware, in UTC."""

    def __init__(
        self,
        stores: Stores,
        sessions: Sessions,
        accounts: Accounts,
        mail: AccountMail,
        *,
        passwords: Passwords,
        later: Later,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._stores = stores
        self._sessions = sessions
        self._accounts = accounts
        self._mail = mail
        self._passwords = passwords
        self._later = later
        self._now = now
        self._throttle = Throttle(stores)
        self.second_factors = SecondFactors(stores)

    async def with_password(self, email: str, password: str, origin: From) -> SignedIn:
        """Signs somebody in by address and password.

        It takes as long where there is no such account. Raises SignInRefused, TooManyAttempts,
        AccountLocked.
        """
        address = self._stores.account_keys.address(email)
        now = self._now()
        attempt = await self._throttle.attempt(
            "password", address, origin.network, origin.marks, now
        )
        account = await self._run(lambda connection: account_at(connection, address))
        stored = account.password if account else None
        if not await self._passwords.matches(stored, password) or account is None:
            raise SignInRefused
        await attempt.succeeded()
        if stored and self._passwords.is_outdated(stored):
            hashed = await self._passwords.hashed(password)
            await self._run(lambda connection: change(connection, account.person, password=hashed))
        return await self._let_in(account, origin, second_factor=False)

    async def with_code(self, ticket: str, code: str, origin: From) -> SignedIn:
        """Goes on where a password was right, with a code of the second factor or a recovery code.

        Raises LinkDead where that is too long ago, CodeRefused, TooManyAttempts, AccountLocked.
        """
        account = await self.half_way(ticket)
        now = self._now()
        attempt = await self._throttle.attempt(
            "code", account.address, origin.network, origin.marks, now
        )
        was_recovery = await self.second_factors.check(account.person, code, now)
        await attempt.succeeded()
        if not await self._run(
            lambda connection: use_link(connection, ticket, Purpose.SECOND_STEP, now)
        ):
            raise LinkDead(Purpose.SECOND_STEP, None)
        if was_recovery:
            left = await self.second_factors.codes_left(account.person)
            person = await self._stores.people.person(account.person)
            await self._accounts.tell(
                person, f"Somebody signed in to your account with a recovery code; {left} are left"
            )
        return await self._start(account, origin, strong=True)

    async def half_way(self, ticket: str) -> Account:
        """Whose code is asked for. Raises LinkDead where there is nobody (any more)."""
        link = await self._run(
            lambda connection: find_link(connection, ticket, Purpose.SECOND_STEP)
        )
        if link is None or link.person is None or not link.works(self._now()):
            raise LinkDead(Purpose.SECOND_STEP, link)
        account = await self._account(link.person)
        if account is None or account.locked_at is not None:
            raise LinkDead(Purpose.SECOND_STEP, link)
        return account

    async def with_identity(self, identity: Identity, origin: From) -> SignedIn:
        """Signs somebody in whom a provider vouches for.

        The first time the verified address must be that of an account; from then on it is the
        provider's own id for them that counts, whatever their address becomes. Raises
        NotKnownHere, AccountLocked.
        """
        now = self._now()

        def work(connection: Connection) -> tuple[Account | None, bool]:
            known = person_known_as(connection, identity.issuer, identity.subject)
            if known is not None:
                return account_of(connection, known), False
            if identity.email is None:
                return None, False
            address = self._stores.account_keys.address(identity.email)
            account = account_at(connection, address)
            if account is not None and account.locked_at is None:
                know_as(connection, account.person, identity.issuer, identity.subject, now)
                if account.accepted_at is None:
                    change(connection, account.person, accepted_at=now)
                    withdraw_links(connection, Purpose.INVITATION, account.person, now)
                return account, True
            return account, False

        account, is_new = await self._run(work)
        if account is None:
            raise NotKnownHere
        if is_new:
            person = await self._stores.people.person(account.person)
            await self._accounts.tell(
                person, f"Your account can now be opened by signing in with {identity.issuer}"
            )
        return await self._let_in(account, origin, second_factor=identity.second_factor)

    def forgotten(self, email: str, origin: From) -> None:
        """Sends a link for a new password, if there is such an account.

        Returns at once, having looked at nothing, so that the answer tells nobody who is known.
        """
        self._later.do(self._send_reset(email, origin))

    async def _send_reset(self, email: str, origin: From) -> None:
        address = self._stores.account_keys.address(email)
        now = self._now()
        if not await self._throttle.may_mail(address, origin.network, now):
            return
        account = await self._run(lambda connection: account_at(connection, address))
        if account is None or account.locked_at is not None:
            return
        person = await self._stores.people.person(account.person)
        if account.accepted_at is None:
            # They never took up their invitation, so that is what they need.
            await self._accounts.invite(person, None)
            return
        token = await self._run(
            lambda connection: make_link(connection, Purpose.RESET, person.id, now)
        )
        await self._mail.reset(person, token, now)

    async def resetting(self, token: str) -> Person:
        """Who may choose a new password with this link; it is not used up. Raises LinkDead."""
        link = await self._run(lambda connection: find_link(connection, token, Purpose.RESET))
        if link is None or link.person is None or not link.works(self._now()):
            raise LinkDead(Purpose.RESET, link)
        return await self._stores.people.person(link.person)

    async def reset(self, token: str, password: str, origin: From) -> str:
        """Sets a new password by a link and signs the person out everywhere; tells them.

        Returns the marks for the browser: whoever reads the mailbox is known in it from now on.
        Raises LinkDead, PasswordRefused.
        """
        person = await self.resetting(token)
        await self._accounts.refuse_weak(person, password)
        hashed = await self._passwords.hashed(password)
        now = self._now()

        def work(connection: Connection) -> Account:
            if use_link(connection, token, Purpose.RESET, now) is None:
                raise LinkDead(Purpose.RESET, None)
            for purpose in (Purpose.RESET, Purpose.SECOND_STEP):
                withdraw_links(connection, purpose, person.id, now)
            # Whoever had got in may have left themselves a way back.
            forget_identities(connection, person.id)
            change(connection, person.id, password=hashed, password_changed_at=now)
            account = account_of(connection, person.id)
            assert account is not None  # the links of a removed account are gone with it
            return account

        account = await self._run(work)
        await self._sessions.end_all(person.id)
        await self._accounts.tell(person, "Your password was changed")
        return self._throttle.marked(account.address, origin.marks)

    async def change_password(self, person: Person, current: str, new: str, origin: From) -> None:
        """Changes a password and signs the person out everywhere; tells them.

        Raises SignInRefused where `current` is wrong, TooManyAttempts, PasswordRefused.
        """
        account = await self._account(person.id)
        if account is None:
            raise SignInRefused
        now = self._now()
        attempt = await self._throttle.attempt(
            "password", account.address, origin.network, origin.marks, now
        )
        if not await self._passwords.matches(account.password, current):
            raise SignInRefused
        await attempt.succeeded()
        await self._accounts.refuse_weak(person, new)
        hashed = await self._passwords.hashed(new)

        def work(connection: Connection) -> None:
            for purpose in (Purpose.RESET, Purpose.SECOND_STEP):
                withdraw_links(connection, purpose, person.id, now)
            change(connection, person.id, password=hashed, password_changed_at=now)

        await self._run(work)
        await self._sessions.end_all(person.id)
        await self._accounts.tell(person, "Your password was changed")

    async def set_up_second_factor(
        self, person: Person, code: str, current: str, origin: From
    ) -> tuple[str, ...]:
        """Adopts the second factor that was shown, tells the person, and returns recovery codes.

        `current` is a code of the one that it replaces. Raises CodeRefused, TooManyAttempts.
        """
        now = self._now()
        attempt = await self._attempt_code(person, origin, now)
        codes = await self.second_factors.confirm(person.id, code, now, current=current)
        await attempt.succeeded()
        await self._accounts.tell(person, "A second factor was set up for your account")
        return codes

    async def new_recovery_codes(self, person: Person, code: str, origin: From) -> tuple[str, ...]:
        """Fresh recovery codes for who gives a code; earlier ones no longer work.

        Raises CodeRefused, TooManyAttempts.
        """
        now = self._now()
        attempt = await self._attempt_code(person, origin, now)
        await self.second_factors.check(person.id, code, now)
        await attempt.succeeded()
        codes = await self.second_factors.new_recovery_codes(person.id)
        await self._accounts.tell(person, "New recovery codes were made for your account")
        return codes

    async def _attempt_code(self, person: Person, origin: From, now: datetime) -> Attempt:
        account = await self._account(person.id)
        if account is None:
            raise NoAccount(person.id)
        return await self._throttle.attempt(
            "code", account.address, origin.network, origin.marks, now
        )

    async def account(self, person: str) -> Account | None:
        """A person's account, if they have one."""
        return await self._account(person)

    async def _let_in(self, account: Account, origin: From, *, second_factor: bool) -> SignedIn:
        if account.locked_at is not None:
            raise AccountLocked
        if second_factor or account.secret is None:
            return await self._start(account, origin, strong=second_factor)
        ticket = await self._run(
            lambda connection: make_link(
                connection, Purpose.SECOND_STEP, account.person, self._now()
            )
        )
        return SignedIn(account.person, None, ticket, None)

    async def _start(self, account: Account, origin: From, *, strong: bool) -> SignedIn:
        person = await self._stores.people.person(account.person)
        if not person.roles & MAY_HAVE_AN_ACCOUNT:
            raise AccountLocked  # who left holds no role: the account opens nothing
        now = self._now()
        token = await self._sessions.start(person.id, first_role(person), strong=strong, now=now)
        await self._run(lambda connection: change(connection, person.id, signed_in_at=now))
        marks = self._throttle.marked(account.address, origin.marks)
        sets_up = not strong and needs_second_factor(person.roles)
        return SignedIn(person.id, token, None, marks, sets_up)

    async def _account(self, person: str) -> Account | None:
        return await self._run(lambda connection: account_of(connection, person))

    async def _run(self, work: Callable[[Connection], Result]) -> Result:
        return await self._stores.database.transact(work)


def first_role(person: Person) -> Role:
    """The role in which somebody begins: the first of those that decide, if they hold several."""
    inside = [role for role in DESCRIBED if role in person.roles and role not in OUTSIDE]
    return inside[0]
