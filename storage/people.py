"""People: their names and e-mail addresses under their own keys, and the roles they hold."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from domain.vocabulary import Role
from storage.database import Database
from storage.keys import MasterKey, PersonCipher
from storage.tables import PersonRoleRow, PersonRow

NAME = "name"
ERASED = "an erased person"
EMAIL = "email"
_LIKENESS = 0.6
_NEAR = 3


class Person(NamedTuple):
    """A person as they are known to their school. As a string it is the id alone, for the logs."""

    id: str
    school: str
    name: str
    email: str | None
    roles: frozenset[Role]
    erased: bool = False  # then the name is `ERASED`, and there is neither address nor role

    def __repr__(self) -> str:
        return f"Person(id={self.id!r})"

    def __str__(self) -> str:
        return repr(self)


class PersonNotFound(LookupError):
    """There is no such person. `near` are people whose name, address or id is much like it.

    The message names nobody, so that it may be logged; `sentence` is what to show.
    """

    def __init__(self, school: str | None, query: str, near: Sequence[Person] = ()) -> None:
        self.school = school
        self.query = query
        self.near = tuple(near)
        super().__init__("There is no such person.")

    @property
    def sentence(self) -> str:
        """What was looked for, where, and who is like it: for those who may see names."""
        where = f" at {self.school}" if self.school else ""
        hint = ", ".join(f"{person.name} ({person.id})" for person in self.near)
        near = f" Did you mean {hint}?" if hint else ""
        return f"There is no person “{self.query}”{where}.{near}"


class PersonIsErased(PersonNotFound):
    """The person's key, name and texts were destroyed; their id alone is left."""

    def __init__(self, person: str) -> None:
        super().__init__(None, person)

    @property
    def sentence(self) -> str:
        """That there is nobody to act for, or write about, any more."""
        return f"The data of {self.query} was erased: nothing can be kept about this person."


class PersonAlreadyThere(ValueError):
    """A person with this id is there already."""

    def __init__(self, person: str) -> None:
        self.person = person
        super().__init__(f"There is a person “{person}” already: choose another id.")


class NewPerson(NamedTuple):
    """Somebody who is about to be added: their row, encrypted already, and their roles."""

    id: str
    row: dict[str, Any]
    roles: frozenset[Role]

    def __repr__(self) -> str:
        return f"NewPerson(id={self.id!r})"


class People:
    """The people of every school."""

    def __init__(self, database: Database, master_key: MasterKey) -> None:
        self._database = database
        self._master_key = master_key

    async def add_person(
        self,
        school: str,
        name: str,
        email: str | None = None,
        roles: Iterable[Role] = (),
        *,
        person: str | None = None,
    ) -> str:
        """Adds a person and returns their id: `person`, or a random one.

        Raises PersonAlreadyThere where somebody has that id, ValueError where the name is empty.
        """
        new = self.prepare(school, name, email, roles, person=person)
        try:
            await self._database.transact(lambda connection: put_people(connection, [new]))
        except IntegrityError as error:
            raise PersonAlreadyThere(new.id) from error
        return new.id

    def prepare(
        self,
        school: str,
        name: str,
        email: str | None = None,
        roles: Iterable[Role] = (),
        *,
        person: str | None = None,
    ) -> NewPerson:
        """Somebody as `put_people` takes them, with a key of their own. Raises ValueError where
        the name is empty."""
        if not name.strip():
            raise ValueError("A person needs a name.")
        identifier = person or f"person-{secrets.token_hex(8)}"
        wrapped, cipher = self._master_key.new_person_key(identifier)
        row = {
            "id": identifier,
            "school": school,
            "added_at": datetime.now(UTC),
            "wrapped_key": wrapped,
            "name": cipher.encrypt(name.strip().encode(), NAME),
            "email": cipher.encrypt(email.strip().encode(), EMAIL) if email else None,
        }
        return NewPerson(identifier, row, frozenset(roles))

    def correct(self, connection: Connection, person: str, name: str, email: str | None) -> None:
        """Puts a name and an address in place of those before, in a transaction of the caller's.

        Raises PersonNotFound, PersonIsErased, ValueError where the name is empty.
        """
        if not name.strip():
            raise ValueError("A person needs a name.")
        require_person(connection, person)
        wrapped = select(PersonRow.wrapped_key).where(PersonRow.id == person)
        cipher = self._master_key.person_cipher(person, connection.scalars(wrapped).one())
        fresh = {
            "name": cipher.encrypt(name.strip().encode(), NAME),
            "email": cipher.encrypt(email.strip().encode(), EMAIL) if email else None,
        }
        connection.execute(update(PersonRow).where(PersonRow.id == person).values(fresh))

    def everybody_in(self, connection: Connection, school: str) -> list[Person]:
        """All people of a school, as a transaction of the caller's sees them."""
        return self._people(connection, PersonRow.school == school)

    async def person(self, person: str) -> Person:
        """The person with this id. Raises PersonNotFound."""
        async with self._database.reading() as connection:
            found = await connection.run_sync(self._people, PersonRow.id == person)
        if not found:
            raise PersonNotFound(None, person)
        return found[0]

    async def name_or_id(self, person: str) -> str:
        """A person's name, or their id where they are not known."""
        try:
            return (await self.person(person)).name
        except PersonNotFound:
            return person

    async def everybody(self, school: str) -> list[Person]:
        """All people of a school, in the order in which they were added."""
        async with self._database.reading() as connection:
            return await connection.run_sync(self.everybody_in, school)

    async def holders_of(self, school: str, role: Role) -> list[str]:
        """The ids of those who hold a role at a school, in the order in which they were added."""
        holders = (
            select(PersonRow.id)
            .join(PersonRoleRow, PersonRoleRow.person == PersonRow.id)
            .where(PersonRow.school == school, PersonRoleRow.role == role.value)
            .order_by(PersonRow.added_at, PersonRow.id)
        )
        async with self._database.reading() as connection:
            return list((await connection.scalars(holders)).all())

    async def erased_since(self, moment: datetime) -> bool:
        """Whether anybody, of any school, was erased at or after `moment`."""
        lately = select(PersonRow.id).where(PersonRow.erased_at >= moment).limit(1)
        async with self._database.reading() as connection:
            return await connection.scalar(lately) is not None

    async def set_roles(self, person: str, roles: Iterable[Role]) -> None:
        """Replaces the roles that a person holds. Raises PersonNotFound, PersonIsErased."""
        await self._database.transact(lambda connection: replace_roles(connection, person, roles))

    async def find(self, school: str, query: str) -> list[Person]:
        """The people of a school whose id or address is `query`, or whose name contains it.

        Raises PersonNotFound, with the people most like it, where there is nobody; an erased person
        is found by id alone. Names can't be searched under their keys, so this decrypts those of
        the whole school.
        """
        wanted = query.strip().casefold()
        everybody = await self.everybody(school)
        exact = [p for p in everybody if wanted in _known_as(p)]
        present = [p for p in everybody if not p.erased]
        found = exact or [p for p in present if wanted and wanted in p.name.casefold()]
        if not found:
            raise PersonNotFound(school, query, _near(wanted, present))
        return found

    async def cipher_of(self, person: str) -> PersonCipher:
        """The cipher for what is about this person. Raises PersonNotFound, PersonIsErased."""
        wrapped = select(PersonRow.wrapped_key, PersonRow.erased_at).where(PersonRow.id == person)
        async with self._database.reading() as connection:
            row = (await connection.execute(wrapped)).one_or_none()
        if row is None:
            raise PersonNotFound(None, person)
        if row.erased_at is not None:
            raise PersonIsErased(person)
        return self._master_key.person_cipher(person, row.wrapped_key)

    def _people(self, connection: Connection, which: ColumnElement[bool]) -> list[Person]:
        people = select(PersonRow).where(which).order_by(PersonRow.added_at, PersonRow.id)
        held = (
            select(PersonRoleRow.person, PersonRoleRow.role)
            .join(PersonRow, PersonRow.id == PersonRoleRow.person)
            .where(which)
        )
        roles: dict[str, set[Role]] = {}
        for person, role in connection.execute(held):
            roles.setdefault(person, set()).add(Role(role))
        found = []
        for row in connection.execute(people):
            if row.erased_at is not None:
                found.append(Person(row.id, row.school, ERASED, None, frozenset(), erased=True))
                continue
            cipher = self._master_key.person_cipher(row.id, row.wrapped_key)
            found.append(
                Person(
                    row.id,
                    row.school,
                    cipher.decrypt(row.name, NAME).decode(),
                    cipher.decrypt(row.email, EMAIL).decode() if row.email else None,
                    frozenset(roles.get(row.id, ())),
                )
            )
        return found


def require_person(connection: Connection, person: str) -> None:
    """Keeps a person from being erased while the transaction lasts.

    Raises PersonNotFound, PersonIsErased.
    """
    there = select(PersonRow.id, PersonRow.erased_at).where(PersonRow.id == person)
    row = connection.execute(there.with_for_update(read=True)).one_or_none()
    if row is None:
        raise PersonNotFound(None, person)
    if row.erased_at is not None:
        raise PersonIsErased(person)


def put_people(connection: Connection, people: Iterable[NewPerson]) -> None:
    """Adds people in a transaction of the caller's. Raises IntegrityError where an id is taken."""
    for one in people:
        connection.execute(insert(PersonRow), one.row)
        _give_roles(connection, one.id, one.roles)


def replace_roles(connection: Connection, person: str, roles: Iterable[Role]) -> None:
    """Makes these the roles that a person holds. Raises PersonNotFound, PersonIsErased."""
    require_person(connection, person)
    connection.execute(delete(PersonRoleRow).where(PersonRoleRow.person == person))
    _give_roles(connection, person, roles)


def _give_roles(connection: Connection, person: str, roles: Iterable[Role]) -> None:
    rows = [{"person": person, "role": role.value} for role in sorted(set(roles))]
    if rows:
        connection.execute(insert(PersonRoleRow), rows)


def _known_as(person: Person) -> tuple[str, ...]:
    known = (person.id,) if person.erased else (person.id, person.name, person.email)
    return tuple(name.casefold() for name in known if name)


def _near(wanted: str, people: Iterable[Person]) -> list[Person]:
    def likeness(person: Person) -> float:
        spoken = [*_known_as(person), *person.name.casefold().split()]
        return max(SequenceMatcher(None, wanted, name).ratio() for name in spoken)

    liked = sorted(people, key=likeness, reverse=True)[:_NEAR]
    return [person for person in liked if likeness(person) >= _LIKENESS]
