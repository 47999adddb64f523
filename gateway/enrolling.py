"""The people of a school: added, corrected, and given their roles, each on the register."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import Connection

from domain.actions import Actor
from domain.contacts import Known, name_fault
from domain.contracts import Refusal
from domain.errors import CaseError
from domain.office import (
    RolesHeld,
    add_people,
    correct_person,
    history_of,
    left_without,
    set_roles,
)
from domain.office_events import Detail, PersonAdded, PersonCorrected, RolesSet
from domain.register import RegisterEvent, RegisterFact
from domain.signing_in import Purpose
from domain.views import AT_THE_MACHINE
from domain.vocabulary import Role
from gateway.addresses import BadAddress, an_address
from gateway.errors import ActionRefused, BadRequest
from gateway.persons import check_actor
from gateway.stores import Stores
from storage.accounts import AddressTaken, account_of, readdress
from storage.links import withdraw_links
from storage.people import Person, PersonIsErased, PersonNotFound, put_people, replace_roles
from storage.registrar import append_entries, entries_of_action, hold_register

_ENTRIES = ("person:added", "roles:set", "person:erased")


class DetailRefused(BadRequest):
    """What was given of a person can't be kept; `fields` has a sentence for each field at fault."""

    def __init__(self, **fields: str) -> None:
        self.fields = fields
        super().__init__(*fields.values())


class Newcomer(NamedTuple):
    """Somebody who is to be added."""

    name: str
    email: str | None
    roles: tuple[Role, ...]


class Enrolling:
    """The people of one school. `now` gives the present moment, aware, in UTC.

    Whoever acts holds the role administrator, or sits at the machine (`AT_THE_MACHINE`).
    """

    def __init__(
        self,
        stores: Stores,
        school: str,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._stores = stores
        self._school = school
        self._now = now

    async def add(
        self,
        name: str,
        email: str | None,
        roles: Iterable[Role],
        actor: Actor,
        *,
        action_id: str | None = None,
    ) -> str:
        """Adds a person and returns their id. Raises DetailRefused, ActionRefused."""
        name, email = _checked(name, email)
        newcomer = Newcomer(name, email, tuple(roles))
        return (await self.add_all([newcomer], actor, action_id=action_id))[0]

    async def add_all(
        self, newcomers: Sequence[Newcomer], actor: Actor, *, action_id: str | None = None
    ) -> list[str]:
        """Adds people, all of them or nobody, and returns their ids in order.

        An action id that the register has seen adds nobody, and returns those added then. Raises
        DetailRefused where somebody has one of the addresses, ActionRefused.
        """
        people = self._stores.people
        new = [people.prepare(self._school, one.name, one.email, one.roles) for one in newcomers]

        def work(connection: Connection) -> list[RegisterFact]:
            taken = _by_address(people.everybody_in(connection, self._school))
            for newcomer in newcomers:
                _refuse_taken(taken, newcomer.email)
            facts = add_people(actor, [(one.id, one.roles) for one in new])
            put_people(connection, new)
            return list(facts)

        entries = await self._enter(work, actor, action_id)
        return [entry.fact.person for entry in entries if isinstance(entry.fact, PersonAdded)]

    async def correct(
        self,
        person: str,
        name: str,
        email: str | None,
        actor: Actor,
        *,
        action_id: str | None = None,
    ) -> tuple[Detail, ...]:
        """Puts a name and an address right; returns which of them changed.

        Raises PersonNotFound, PersonIsErased, DetailRefused, ActionRefused.
        """
        name, email = _checked(name, email)
        people = self._stores.people

        def work(connection: Connection) -> list[RegisterFact]:
            everybody = people.everybody_in(connection, self._school)
            was = _present(everybody, self._school, person)
            _refuse_taken(_by_address(one for one in everybody if one.id != person), email)
            details: list[Detail] = []
            if was.name != name:
                details.append("name")
            if was.email != email:
                details.append("email")
            fact = correct_person(actor, person, tuple(details))
            if fact is None:
                return []
            people.correct(connection, person, name, email)
            if "email" in details:
                self._readdress(connection, person, email)
            return [fact]

        entries = await self._enter(work, actor, action_id)
        facts = [entry.fact for entry in entries]
        return next((fact.details for fact in facts if isinstance(fact, PersonCorrected)), ())

    async def set_roles(
        self,
        person: str,
        roles: Iterable[Role],
        actor: Actor,
        *,
        action_id: str | None = None,
    ) -> RolesSet | None:
        """Says what a person may do from now on; None where they held these roles already.

        Raises PersonNotFound, PersonIsErased, ActionRefused.
        """
        wanted = frozenset(roles)
        people = self._stores.people

        def work(connection: Connection) -> list[RegisterFact]:
            everybody = people.everybody_in(connection, self._school)
            _present(everybody, self._school, person)
            fact = set_roles(actor, person, wanted, _held(everybody))
            if fact is None:
                return []
            replace_roles(connection, person, wanted)
            return [fact]

        entries = await self._enter(work, actor, action_id)
        facts = [entry.fact for entry in entries]
        return next((fact for fact in facts if isinstance(fact, RolesSet)), None)

    async def left_without(self, person: str, roles: Iterable[Role]) -> tuple[Role, ...]:
        """The roles that nobody would hold any more if the person held only these."""
        held = _held(await self._stores.people.everybody(self._school))
        return left_without(person, roles, held)

    async def history(self, person: str) -> tuple[RolesHeld, ...]:
        """What the register says of the roles that a person held, the earliest first."""
        entries = await self._stores.registrar.entries(self._school, about=_ENTRIES)
        return history_of(person, [one.event for one in entries])

    async def known(self) -> list[Known]:
        """Who is there, as a list of contacts is held against it."""
        everybody = await self._stores.people.everybody(self._school)
        return [Known(one.name, one.email, one.roles) for one in everybody if not one.erased]

    def _readdress(self, connection: Connection, person: str, email: str | None) -> None:
        """Has the account go by the new address; links that went to the old one no longer work."""
        if account_of(connection, person) is not None:
            if email is None:
                raise DetailRefused(
                    email="They sign in with their address: give another, or leave it."
                )
            try:
                readdress(connection, person, self._stores.account_keys.address(email))
            except AddressTaken as error:
                raise DetailRefused(email=str(error)) from error
        now = self._now()
        for purpose in Purpose:
            withdraw_links(connection, purpose, person, now)

    async def _enter(
        self,
        work: Callable[[Connection], list[RegisterFact]],
        actor: Actor,
        action_id: str | None,
    ) -> list[RegisterEvent]:
        if actor != AT_THE_MACHINE:
            await check_actor(self._stores.people, actor)
        id_ = action_id or str(uuid4())

        def enter(connection: Connection) -> list[RegisterEvent]:
            hold_register(connection, self._school)
            if before := entries_of_action(connection, self._school, id_):
                return before
            facts = work(connection)
            return append_entries(connection, self._school, facts, actor, id_, self._now())

        try:
            return await self._stores.database.transact(enter)
        except CaseError as error:
            raise ActionRefused(Refusal.of(error)) from error


def _checked(name: str, email: str | None) -> tuple[str, str | None]:
    name = " ".join(name.split())
    faults: dict[str, str] = {}
    if fault := name_fault(name):
        faults["name"] = fault
    address = None
    if email and email.strip():
        try:
            address = an_address(email)
        except BadAddress as error:
            faults["email"] = f"“{email.strip()}” is not an e-mail address. {error}"
    if faults:
        raise DetailRefused(**faults)
    return name, address


def _by_address(people: Iterable[Person]) -> dict[str, Person]:
    return {one.email.casefold(): one for one in people if one.email}


def _refuse_taken(taken: Mapping[str, Person], email: str | None) -> None:
    if email and (one := taken.get(email.casefold())) is not None:
        raise DetailRefused(
            email=f"{email} is the address of {one.name}. Two people can't share one address: "
            "each would open the other's letters."
        )


def _present(everybody: Iterable[Person], school: str, person: str) -> Person:
    found = next((one for one in everybody if one.id == person), None)
    if found is None:
        raise PersonNotFound(school, person)
    if found.erased:
        raise PersonIsErased(person)
    return found


def _held(everybody: Iterable[Person]) -> dict[str, frozenset[Role]]:
    return {one.id: one.roles for one in everybody if not one.erased}
