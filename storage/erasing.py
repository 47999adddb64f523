"""Destroying a person's data, or a case's texts and files, inside a transaction of the caller's."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, or_, select, update

from domain.case import Case
from domain.erasure import has_part
from domain.events import Event
from domain.mentions import files_in, texts_in
from domain.vocabulary import Role
from storage.accounts import remove_account
from storage.tables import (
    CaseRow,
    EnclosureRow,
    EventRow,
    InvolvementRow,
    PersonRoleRow,
    PersonRow,
    SavedViewRow,
    SessionRow,
    TextRow,
    UnfinishedRow,
)

_AT_ONCE = 500  # ids in one statement


class Held(NamedTuple):
    """A text or a file that is there: its id, under whose key, of which case or register, and what
    it is."""

    id: str
    person: str
    reference: str
    kind: str
    is_file: bool


@dataclass(frozen=True)
class Removed:
    """How many texts and files were destroyed."""

    texts: int
    files: int

    def __add__(self, other: "Removed") -> "Removed":
        """Both together."""
        return Removed(self.texts + other.texts, self.files + other.files)


_TABLES: tuple[type[TextRow] | type[EnclosureRow], ...] = (TextRow, EnclosureRow)


def held_of_person(connection: Connection, person: str) -> list[Held]:
    """Every text and file under a person's key."""
    return [one for table in _TABLES for one in _held(connection, table, table.person == person)]


def held_of_case(connection: Connection, school: str, reference: str) -> list[Held]:
    """Every text and file that a case's events cite, or that was put to the case, under whosever
    key."""
    contents = select(EventRow.content).where(
        EventRow.school == school, EventRow.reference == reference
    )
    events = [Event.model_validate_json(content) for content in connection.scalars(contents)]
    cited = {ref.id for event in events for _, ref in texts_in(event.fact)}
    cited |= {file.id for event in events for file in files_in(event.fact)}
    found: list[Held] = []
    for table in _TABLES:
        here = table.school == school
        put = select(table.id).where(here, table.reference == reference)
        for some in _batches(sorted(cited | set(connection.scalars(put)))):
            found += _held(connection, table, here & table.id.in_(some))
    return found


def _held(
    connection: Connection,
    table: type[TextRow] | type[EnclosureRow],
    which: ColumnElement[bool],
) -> list[Held]:
    rows = select(table.id, table.person, table.reference, table.kind).where(which)
    found = connection.execute(rows.order_by(table.reference, table.id))
    return [Held(*row, is_file=table is EnclosureRow) for row in found]


def cases_of_person(
    connection: Connection, school: str, person: str, held: Iterable[Held] = ()
) -> list[Case]:
    """The cases in which a person has or had a part, and those of `held`, by reference."""
    named = json.dumps(person, ensure_ascii=False)
    holding = sorted({one.reference for one in held})
    rows = select(CaseRow.state).where(
        CaseRow.school == school,
        or_(CaseRow.state.contains(named, autoescape=True), CaseRow.reference.in_(holding)),
    )
    cases = map(Case.model_validate_json, connection.scalars(rows.order_by(CaseRow.reference)))
    return [
        case
        for case in cases
        if case.reference in holding or person in case.involved or has_part(case, person)
    ]


def lock_person(connection: Connection, person: str) -> None:
    """Makes whoever would store something about this person wait for the transaction's end."""
    connection.execute(select(PersonRow.id).where(PersonRow.id == person).with_for_update())


def holders_of_any(connection: Connection, school: str, roles: Iterable[Role]) -> frozenset[str]:
    """The people at a school who hold at least one of these roles."""
    holders = (
        select(PersonRoleRow.person)
        .join(PersonRow, PersonRow.id == PersonRoleRow.person)
        .where(PersonRow.school == school, PersonRoleRow.role.in_([role.value for role in roles]))
    )
    return frozenset(connection.scalars(holders))


def roles_of(connection: Connection, people: Iterable[str]) -> dict[str, frozenset[Role]]:
    """The roles of each of these people who is known, and not erased."""
    rows = (
        select(PersonRow.id, PersonRoleRow.role)
        .outerjoin(PersonRoleRow, PersonRoleRow.person == PersonRow.id)
        .where(PersonRow.id.in_(sorted(people)), PersonRow.erased_at.is_(None))
    )
    roles: dict[str, frozenset[Role]] = {}
    for person, role in connection.execute(rows):
        held = roles.get(person, frozenset())
        roles[person] = held | {Role(role)} if role else held
    return roles


def still_there(connection: Connection, school: str, people: Sequence[str]) -> list[str]:
    """Those of these people whom the school has, and who are not erased."""
    there: list[str] = []
    for some in _batches(people):
        rows = select(PersonRow.id).where(
            PersonRow.school == school, PersonRow.id.in_(some), PersonRow.erased_at.is_(None)
        )
        there += connection.scalars(rows.order_by(PersonRow.id))
    return there


def known_cases(connection: Connection, school: str, references: Sequence[str]) -> list[str]:
    """Those of these cases that the school has."""
    there: list[str] = []
    for some in _batches(references):
        rows = select(CaseRow.reference).where(
            CaseRow.school == school, CaseRow.reference.in_(some)
        )
        there += connection.scalars(rows.order_by(CaseRow.reference))
    return there


def erase_person(connection: Connection, person: str, at: datetime) -> Removed:
    """Destroys a person's key, name, address, roles, account and sessions, and the texts and files
    under the key.

    The id stays, so that what others read still reads. Does nothing where it was done before.
    """
    mine = PersonRow.id == person
    lock_person(connection, person)
    removed = Removed(
        *(
            connection.execute(delete(table).where(table.person == person)).rowcount
            for table in _TABLES
        )
    )
    connection.execute(delete(PersonRoleRow).where(PersonRoleRow.person == person))
    connection.execute(delete(SavedViewRow).where(SavedViewRow.person == person))
    # What others have typed on the person's cases and not finished may speak of them.
    theirs = select(InvolvementRow.reference).where(InvolvementRow.person == person)
    unfinished = or_(UnfinishedRow.person == person, UnfinishedRow.reference.in_(theirs))
    connection.execute(delete(UnfinishedRow).where(unfinished))
    remove_account(connection, person)
    connection.execute(delete(SessionRow).where(SessionRow.person == person))
    connection.execute(
        update(PersonRow)
        .where(mine, PersonRow.erased_at.is_(None))
        .values(wrapped_key=b"", name=b"", email=None, erased_at=at)
    )
    return removed


def remove_held(connection: Connection, held: Sequence[Held]) -> Removed:
    """Removes texts and files with their salts; how many were there."""
    counts = []
    for table in _TABLES:
        ids = [one.id for one in held if one.is_file is (table is EnclosureRow)]
        counts.append(
            sum(
                connection.execute(delete(table).where(table.id.in_(some))).rowcount
                for some in _batches(ids)
            )
        )
    return Removed(*counts)


def _batches(ids: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield list(ids[start : start + _AT_ONCE])
