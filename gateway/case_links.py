"""Links by e-mail that open one case to a parent or an advocate, once, without a password."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection

from domain.access import OUTSIDE, Sight
from domain.actions import Actor
from domain.case import Case
from domain.contracts import Refusal
from domain.signing_in import Purpose
from domain.vocabulary import Role, Rule
from gateway.account_errors import AccountRefused, LinkDead
from gateway.account_mail import AccountMail
from gateway.errors import ActionRefused
from gateway.later import Later
from gateway.reading import Reading
from gateway.sessions import Sessions
from gateway.stores import Stores
from gateway.throttling import Throttle
from storage.links import find_link, make_link, use_link
from storage.people import Person, PersonNotFound, require_person
from storage.record import CaseNotFound


class Opened(NamedTuple):
    """A case that a link opened: the session's token, and the case's reference."""

    token: str
    reference: str

    def __repr__(self) -> str:
        return f"Opened(reference={self.reference!r})"


class CaseLinks:
    """Sends such links, and opens them. `now` gives the present moment, aware, in UTC."""

    def __init__(
        self,
        stores: Stores,
        sessions: Sessions,
        mail: AccountMail,
        *,
        later: Later,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._stores = stores
        self._sessions = sessions
        self._mail = mail
        self._later = later
        self._now = now
        self._throttle = Throttle(stores)

    async def send(
        self,
        school: str,
        reference: str,
        person: Person,
        actor: Actor | None,
        *,
        by_mail: bool = True,
    ) -> str:
        """Sends a parent or advocate a link to their case, and returns its address.

        An `actor` of None is the administrator at the machine. Raises CaseNotFound, ActionRefused
        where the actor does not see the whole case, AccountRefused where the person is no party to
        it or has no address, and ServiceUnreachable.
        """
        seen = await Reading(self._stores, school, actor, now=self._now).peek(reference)
        if seen.sight is not Sight.WHOLE or (actor is not None and actor.role in OUTSIDE):
            raise ActionRefused(
                Refusal(
                    error="NotAuthorised",
                    rule=Rule.AUTHORITY,
                    sentence="A link to a case is sent by somebody who looks after it.",
                )
            )
        if role_in(seen.case, person) is None:
            raise AccountRefused(
                f"{person.id} is not a parent or an advocate whose case {reference} is, so there "
                "is nothing that the link could open."
            )
        if person.email is None:
            raise AccountRefused(f"{person.id} has no e-mail address: add it first, or write.")
        token = await self._make(person, reference)
        if by_mail:
            await self._mail.case_link(
                person, await self._title(school), reference, token, self._now()
            )
        return self._mail.link("link", token)

    async def look_at(self, token: str) -> str:
        """The reference of the case that a link would open; it is not used up. Raises LinkDead."""
        link = await self._stores.database.transact(
            lambda connection: find_link(connection, token, Purpose.CASE)
        )
        if link is None or link.reference is None or not link.works(self._now()):
            raise LinkDead(Purpose.CASE, link)
        return link.reference

    async def open(self, token: str) -> Opened:
        """Uses a link up and signs its reader in to that one case. Raises LinkDead."""
        now = self._now()
        link = await self._stores.database.transact(
            lambda connection: use_link(connection, token, Purpose.CASE, now)
        )
        if link is None or link.person is None or link.reference is None:
            await self.look_at(token)  # says why
            raise LinkDead(Purpose.CASE, None)
        person, role = await self._party(link.person, link.reference)
        if person is None or role is None:
            raise LinkDead(Purpose.CASE, None)
        session = await self._sessions.start(person.id, role, reference=link.reference, now=now)
        return Opened(session, link.reference)

    async def send_another(self, token: str, network: str) -> None:
        """Sends a new link in place of one that was used or has expired, to the same address.

        Raises LinkDead where the link was never made, or is forgotten.
        """
        link = await self._stores.database.transact(
            lambda connection: find_link(connection, token, Purpose.CASE)
        )
        if link is None or link.person is None or link.reference is None:
            raise LinkDead(Purpose.CASE, None)
        self._later.do(self._send_again(link.person, link.reference, network))

    def asked_for(self, reference: str, email: str, network: str) -> None:
        """Sends a link if this is the address of a parent or advocate whose case it is.

        Returns at once, having looked at nothing, so that the answer tells nobody who is known.
        """
        self._later.do(self._send_if_theirs(reference.strip().upper(), email, network))

    async def _send_if_theirs(self, reference: str, email: str, network: str) -> None:
        wanted = email.strip().lower()
        for school in await self._stores.shelf.schools():
            try:
                case = await self._stores.record.case_state(school.id, reference)
            except CaseNotFound:
                continue
            for party in sorted(case.parties):
                person = await self._known(party)
                if person and person.email and person.email.strip().lower() == wanted:
                    await self._send_again(party, reference, network)

    async def _send_again(self, party: str, reference: str, network: str) -> None:
        person, role = await self._party(party, reference)
        if person is None or person.email is None or role is None:
            return
        address = self._stores.account_keys.address(person.email)
        now = self._now()
        if await self._throttle.may_mail(address, network, now):
            token = await self._make(person, reference)
            title = await self._title(person.school)
            await self._mail.case_link_again(person, title, reference, token, now)

    async def _make(self, person: Person, reference: str) -> str:
        now = self._now()

        def work(connection: Connection) -> str:
            require_person(connection, person.id)
            return make_link(connection, Purpose.CASE, person.id, now, reference)

        return await self._stores.database.transact(work)

    async def _party(self, person: str, reference: str) -> tuple[Person | None, Role | None]:
        known = await self._known(person)
        if known is None:
            return None, None
        try:
            case = await self._stores.record.case_state(known.school, reference)
        except CaseNotFound:
            return known, None
        return known, role_in(case, known)

    async def _known(self, person: str) -> Person | None:
        try:
            found = await self._stores.people.person(person)
        except PersonNotFound:
            return None
        return None if found.erased else found

    async def _title(self, school: str) -> str:
        return await self._stores.shelf.title(school)


def role_in(case: Case, person: Person) -> Role | None:
    """In which role somebody has a part in a case from outside; None where they have none."""
    theirs = {case.respondent, case.family, case.advocate}
    if case.raised_by_role in OUTSIDE:
        theirs.add(case.raiser)  # a member of staff may be a parent here besides
    if person.id not in theirs:
        return None
    held = person.roles & OUTSIDE
    if person.id == case.advocate and Role.ADVOCATE in held:
        return Role.ADVOCATE
    return next((role for role in (Role.PARENT, Role.ADVOCATE) if role in held), None)
