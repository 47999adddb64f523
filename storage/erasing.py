"""Destroying a person's data, or a case's texts, inside a transaction of the caller's."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, or_, select, update

from domain.case import Case
from domain.erasure import has_part
from domain.events import Event
from domain.mentions import texts_in
from domain.vocabulary import Role
from storage.tables import CaseRow, EventRow, PersonRoleRow, PersonRow, TextRow

_AT_ONCE = 500  # ids in one statement


class HeldText(NamedTuple):
    """A text that is there: its id, under whose key, of which case or register, and what it is."""

    id: str
    person: str
    reference: str
    kind: str


_HELD = select(TextRow.id, TextRow.person, TextRow.reference, TextRow.kind)


def texts_of_person(connection: Connection, person: str) -> list[HeldText]:
    """Every text under a person's key."""
    rows = _HELD.where(TextRow.person == person).order_by(TextRow.reference, TextRow.id)
    return [HeldText(*row) for row in connection.execute(rows)]


def texts_of_case(connection: Connection, school: str, reference: str) -> list[HeldText]:
    """Every text that a case's events cite, or that was put to the case, under whosever key."""
    contents = select(EventRow.content).where(
        EventRow.school == school, EventRow.reference == reference
    )
    events = map(Event.model_validate_json, connection.scalars(contents))
    cited = {ref.id for event in events for _, ref in texts_in(event.fact)}
    put = select(TextRow.id).where(TextRow.school == school, TextRow.reference == reference)
    ids = sorted(cited | set(connection.scalars(put)))
    found: list[HeldText] = []
    for some in _batches(ids):
        rows = _HELD.where(TextRow.school == school, TextRow.id.in_(some))
        found += (HeldText(*row) for row in connection.execute(rows.order_by(TextRow.id)))
    return found


def cases_of_person(
    connection: Connection, school: str, person: str, texts: Iterable[HeldText] = ()
) -> list[Case]:
    """The cases in which a person has or had a part, and those of `texts`, by reference."""
    named = json.dumps(person, ensure_ascii=False)
    holding = sorted({text.reference for text in texts})
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


def erase_person(connection: Connection, person: str, at: datetime) -> int:
    """Destroys a person's key, name, address, roles, and the texts under the key; how many texts.

    The id stays, so that what others read still reads. Does nothing where it was done before.
    """
    mine = PersonRow.id == person
    lock_person(connection, person)
    removed = connection.execute(delete(TextRow).where(TextRow.person == person)).rowcount
    connection.execute(delete(PersonRoleRow).where(PersonRoleRow.person == person))
    connection.execute(
        update(PersonRow)
        .where(mine, PersonRow.erased_at.is_(None))
        .values(wrapped_key=b"", name=b"", email=None, erased_at=at)
    )
    return removed


def remove_texts(connection: Connection, texts: Sequence[HeldText]) -> int:
    """Removes texts with their salts; how many were there."""
    return sum(
        connection.execute(delete(TextRow).where(TextRow.id.in_(some))).rowcount
        for some in _batches([text.id for text in texts])
    )


def _batches(ids: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield list(ids[start : start + _AT_ONCE])
