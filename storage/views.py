"""The read log: each look at a case is written before it is shown.

Where the database can't be written just then (it is locked, or a replica), a line waits in a file
of its own and is entered with its own moment later. Where that can't be written either, nothing
is shown: nobody looks unseen.
"""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError
from sqlalchemy import Connection, Row, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from domain.actions import Actor
from domain.register import REGISTER, RegisterEvent
from domain.views import (
    View,
    Viewed,
    ViewsChecked,
    ViewsSealed,
    chain_views,
    check_views,
    views_genesis,
)
from domain.vocabulary import Role
from storage.database import Database, DatabaseError
from storage.registrar import append_entries, hold_register
from storage.tables import EventRow, ViewRow

PATIENCE = 1.0  # seconds in which a busy database must take the line; then the line waits instead
_ROWS_AT_ONCE = 1000
_ROLES = {role.value: role for role in Role}
_WHATS = {what.value: what for what in Viewed}
_SEALED = ViewsSealed.model_fields["type"].default


class LookUnrecorded(Exception):
    """Who looks is written down first, and that was not possible, so nothing is shown."""

    def __init__(self, reference: str, folder: Path | None, cause: str) -> None:
        self.reference = reference
        where = f", and neither could the folder {folder}" if folder else ""
        super().__init__(
            f"Who opens {reference} is written down before it is shown, and the database could "
            f"not be written{where} ({cause}). Nothing was shown. Make room or correct the "
            "rights, then try again."
        )


class Look(NamedTuple):
    """Somebody is about to be shown something; `names` says whether with the names in it."""

    id: str
    at: datetime
    school: str
    viewer: Actor
    what: Viewed
    reference: str
    names: bool


class Views:
    """The read log of every school.

    `waiting` is the folder for lines that the database can't take at once (None: there is none).
    `on_waiting` is told the reference of each line that has to wait.
    """

    def __init__(
        self,
        database: Database,
        waiting: Path | None = None,
        on_waiting: Callable[[str], None] = lambda reference: None,
        patience: float = PATIENCE,
    ) -> None:
        self._database = database
        self._waiting = waiting
        self._on_waiting = on_waiting
        self._patience = patience

    async def record(self, look: Look) -> None:
        """Writes a look down. Raises LookUnrecorded where it can't be kept anywhere."""
        waiting = list(self._lines())
        looks = [line for _, line in waiting if line is not None]
        try:
            await self._database.transact(
                lambda connection: _enter(connection, [*looks, look]), patience=self._patience
            )
        except (DatabaseError, DBAPIError) as error:
            self._put_aside(look, _cause(error))
            return
        for path, line in waiting:
            if line is not None:
                path.unlink(missing_ok=True)

    async def enter_waiting(self) -> int:
        """Enters the lines that waited, and says how many. Raises DatabaseError."""
        waiting = [(path, look) for path, look in self._lines() if look is not None]
        if waiting:
            looks = [look for _, look in waiting]
            await self._database.transact(lambda connection: _enter(connection, looks))
        for path, _ in waiting:
            path.unlink(missing_ok=True)
        return len(waiting)

    async def of_case(self, school: str, reference: str) -> list[View]:
        """Who looked at a case, the earliest first."""
        rows = (
            select(ViewRow)
            .where(ViewRow.school == school, ViewRow.reference == reference)
            .order_by(ViewRow.position)
        )
        async with self._database.reading() as connection:
            return [_view(row) for row in await connection.execute(rows)]

    async def seal(self, school: str, actor: Actor, at: datetime) -> int:
        """Seals what is not sealed yet, and says how many views the batch has (0: none)."""
        await self.enter_waiting()
        sealed = await self._database.transact(
            lambda connection: seal_views(connection, school, actor, at)
        )
        return sealed.last - sealed.first + 1 if sealed else 0

    async def check(self, school: str) -> ViewsChecked:
        """Holds the read log of a school against the seals of its register."""
        async with self._database.reading() as connection:
            return await connection.run_sync(verify_views, school)

    def _lines(self) -> Iterator[tuple[Path, Look | None]]:
        if self._waiting is None or not self._waiting.is_dir():
            return
        for path in sorted(self._waiting.glob("*.json")):
            yield path, _read(path)

    def _put_aside(self, look: Look, cause: str) -> None:
        if self._waiting is None:
            raise LookUnrecorded(look.reference, None, cause)
        try:
            self._waiting.mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished = self._waiting / f"{look.id}.part"
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(_line(look, position=1).model_dump_json().encode())
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(unfinished.with_suffix(".json"))
        except OSError as error:
            raise LookUnrecorded(look.reference, self._waiting, cause) from error
        self._on_waiting(look.reference)


def seal_views(
    connection: Connection, school: str, actor: Actor, at: datetime
) -> ViewsSealed | None:
    """Seals every view since the last batch by an entry of the register, in this transaction.

    Returns the seal, or None where nobody has looked since.
    """
    hold_register(connection, school)
    _hold_log(connection, school)
    seals = _seals(connection, school)
    last = seals[-1].last if seals else 0
    digest = bytes.fromhex(seals[-1].digest) if seals else views_genesis(school)
    end = last
    for view in _views(connection, school, last):
        digest = chain_views(digest, (view,))
        end = view.position
    if end == last:
        return None
    seal = ViewsSealed(batch=len(seals) + 1, first=last + 1, last=end, digest=digest.hex())
    append_entries(connection, school, [seal], actor, f"seal-views-{seal.batch}", at)
    return seal


def verify_views(connection: Connection, school: str) -> ViewsChecked:
    """Holds the read log of a school against the seals of its register, in constant memory."""
    return check_views(school, _views(connection, school, 0), _seals(connection, school))


def _enter(connection: Connection, looks: list[Look]) -> None:
    for school in sorted({look.school for look in looks}):
        _hold_log(connection, school)
        end = select(func.coalesce(func.max(ViewRow.position), 0)).where(ViewRow.school == school)
        position = connection.execute(end).scalar_one()
        ids = [look.id for look in looks if look.school == school]
        known = select(ViewRow.id).where(ViewRow.school == school, ViewRow.id.in_(ids))
        entered = set(connection.scalars(known))
        for look in looks:
            if look.school == school and look.id not in entered:
                position += 1
                entered.add(look.id)
                row = _line(look, position).model_dump(exclude={"type"})
                connection.execute(
                    insert(ViewRow), row | {"role": look.viewer.role.value, "what": look.what.value}
                )


def _hold_log(connection: Connection, school: str) -> None:
    """Makes others who write this school's read log wait, so that positions have no gap."""
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"),
            {"name": f"evenhand/views/{school}"},
        )


def _views(connection: Connection, school: str, after: int) -> Iterator[View]:
    rows = (
        select(ViewRow)
        .where(ViewRow.school == school, ViewRow.position > after)
        .order_by(ViewRow.position)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    streamed = connection.execute(rows)
    try:
        for row in streamed:
            yield _view(row)
    finally:
        streamed.close()


def _seals(connection: Connection, school: str) -> list[ViewsSealed]:
    rows = (
        select(EventRow.content)
        .where(EventRow.school == school, EventRow.reference == REGISTER, EventRow.type == _SEALED)
        .order_by(EventRow.sequence)
    )
    seals = []
    for content in connection.scalars(rows):
        try:
            fact = RegisterEvent.model_validate_json(content).fact
        except ValidationError:
            continue  # the register's own chain says that it was touched
        if isinstance(fact, ViewsSealed):
            seals.append(fact)
    return seals


def _view(row: Row[Any]) -> View:
    return View.model_construct(
        type="viewed",
        school=row.school,
        position=row.position,
        id=row.id,
        at=row.at,
        person=row.person,
        # A word that is none of ours is for the check to find, by its hash.
        role=_ROLES.get(row.role, row.role),
        what=_WHATS.get(row.what, row.what),
        reference=row.reference,
        names=row.names,
    )


def _line(look: Look, position: int) -> View:
    return View(
        school=look.school,
        position=position,
        id=look.id,
        at=look.at,
        person=look.viewer.person,
        role=look.viewer.role,
        what=look.what,
        reference=look.reference,
        names=look.names,
    )


def _read(path: Path) -> Look | None:
    """The look that waits in a file; None where it can't be read (it stays for a person to see)."""
    try:
        view = View.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
    viewer = Actor(person=view.person, role=view.role)
    return Look(view.id, view.at, view.school, viewer, view.what, view.reference, view.names)


def _cause(error: Exception) -> str:
    """The driver's own words, which name no one."""
    cause = getattr(error, "orig", None) or error.__cause__ or error
    lines = str(getattr(cause, "orig", None) or cause).strip().splitlines()
    return lines[0] if lines else type(cause).__name__
