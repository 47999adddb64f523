"""Writing a school's register: each entry once, chained to the one before."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite

from domain.actions import Actor
from domain.audit import canonical
from domain.chain import genesis, link
from domain.register import REGISTER, RegisterEvent, RegisterFact
from storage.database import Database
from storage.event_rows import row_of
from storage.tables import EventRow, RegisterRow

REMEMBERED_ENTRIES = 500  # an action that is repeated after as many entries counts anew
# Two who read the clock at once may be written in the other order. More than this is no haste: a
# clock went back, which the record shows and a verification tells.
AT_ONCE = timedelta(minutes=1)


class StoredEntry(NamedTuple):
    """An entry with the bytes that were hashed, and the hash (hex) that chains it."""

    event: RegisterEvent
    content: bytes
    hash: str


class Registrar:
    """Keeps the register of every school.

    `on_recorded` is told how many entries were newly written, after they are committed.
    """

    def __init__(
        self, database: Database, on_recorded: Callable[[int], None] = lambda count: None
    ) -> None:
        self._database = database
        self._on_recorded = on_recorded

    async def append(
        self,
        school: str,
        facts: Sequence[RegisterFact],
        actor: Actor,
        action_id: str,
        at: datetime,
    ) -> list[RegisterEvent]:
        """Adds what happened, in order, and returns it as entries; `at` is aware.

        An action id that the register has seen adds nothing and returns what it added then.
        """

        def work(connection: Connection) -> tuple[list[RegisterEvent], bool]:
            before = entries_of_action(connection, school, action_id)
            if before:
                return before, False
            return append_entries(connection, school, facts, actor, action_id, at), True

        entries, written = await self._database.transact(work)
        if written:
            self._on_recorded(len(entries))
        return entries

    async def seen(self, school: str, action_id: str) -> bool:
        """Whether the register has entries of this action, among its latest."""
        return bool(
            await self._database.transact(lambda c: entries_of_action(c, school, action_id))
        )

    async def entries(
        self, school: str, after: int = 0, about: Collection[str] | None = None
    ) -> list[StoredEntry]:
        """A school's entries after sequence `after`, in order; [] where there are none.

        With `about`, only those of these types.
        """
        async with self._database.reading() as connection:
            rows = await connection.execute(_entries(school, after, about))
            return [
                StoredEntry(RegisterEvent.model_validate_json(content), content, digest.hex())
                for _, content, digest in rows
            ]


def append_entries(
    connection: Connection,
    school: str,
    facts: Sequence[RegisterFact],
    actor: Actor,
    action_id: str,
    at: datetime,
) -> list[RegisterEvent]:
    """Adds entries inside a transaction of the caller's: all that belongs together, or nothing.

    Where `at` is a little earlier than the entry before (`AT_ONCE`), they bear that one's moment.
    """
    hold_register(connection, school)
    last = connection.execute(
        select(RegisterRow.sequence, RegisterRow.head).where(RegisterRow.school == school)
    ).one_or_none()
    sequence, head = last if last else (0, genesis(school, REGISTER))
    at = _in_order(connection, school, sequence, at)
    entries = []
    rows = []
    for fact in facts:
        sequence += 1
        entry = RegisterEvent(
            school=school,
            sequence=sequence,
            at=at,
            actor=actor,
            action_id=action_id,
            fact=fact,
        )
        content = canonical(entry)
        head = link(head, content)
        entries.append(entry)
        rows.append(row_of(entry, content, head))
    if rows:
        connection.execute(insert(EventRow), rows)
        _remember(connection, school, sequence, head)
    return entries


def _in_order(connection: Connection, school: str, last: int, at: datetime) -> datetime:
    before: datetime | None = connection.scalar(
        select(EventRow.at).where(
            EventRow.school == school,
            EventRow.reference == REGISTER,
            EventRow.sequence == last,
        )
    )
    if before is not None and timedelta(0) < before - at <= AT_ONCE:
        return before
    return at


def entries_of_action(connection: Connection, school: str, action_id: str) -> list[RegisterEvent]:
    """What an action added already, if it did so among the last `REMEMBERED_ENTRIES` entries."""
    newest = (
        select(EventRow.content)
        .where(EventRow.school == school, EventRow.reference == REGISTER)
        .order_by(EventRow.sequence.desc())
        .limit(REMEMBERED_ENTRIES)
    )
    cited = f'"action_id":"{action_id}"'.encode()
    found = [
        RegisterEvent.model_validate_json(content)
        for content in connection.scalars(newest)
        if cited in content
    ]
    return [entry for entry in reversed(found) if entry.action_id == action_id]


def entries_in(connection: Connection, school: str) -> list[RegisterEvent]:
    """All entries of a school, in order, as a transaction of the caller's sees them."""
    return [
        RegisterEvent.model_validate_json(content)
        for _, content, _ in connection.execute(_entries(school, 0))
    ]


def hold_register(connection: Connection, school: str) -> None:
    """Makes others who write this school's register wait until the transaction ends.

    On SQLite a writing transaction holds the whole database anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"),
            {"name": f"evenhand/register/{school}"},
        )


def rebuild_registers(connection: Connection) -> None:
    """Remembers each register's end anew, from its entries."""
    connection.execute(delete(RegisterRow))
    schools = select(EventRow.school).where(EventRow.reference == REGISTER).distinct()
    for school in connection.scalars(schools).all():
        last = connection.execute(
            select(EventRow.sequence, EventRow.hash)
            .where(EventRow.school == school, EventRow.reference == REGISTER)
            .order_by(EventRow.sequence.desc())
            .limit(1)
        ).one()
        _remember(connection, school, *last)


def _remember(connection: Connection, school: str, sequence: int, head: bytes) -> None:
    insert_into: Any = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    put = insert_into(RegisterRow).values(school=school, sequence=sequence, head=head)
    connection.execute(
        put.on_conflict_do_update(
            index_elements=["school"], set_={"sequence": sequence, "head": head}
        )
    )


def _entries(school: str, after: int, about: Collection[str] | None = None) -> Any:
    rows = (
        select(EventRow.sequence, EventRow.content, EventRow.hash)
        .where(
            EventRow.school == school,
            EventRow.reference == REGISTER,
            EventRow.sequence > after,
        )
        .order_by(EventRow.sequence)
    )
    return rows if about is None else rows.where(EventRow.type.in_(about))
