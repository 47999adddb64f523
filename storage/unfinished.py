"""What people have typed and not finished: kept encrypted, so that nothing is lost meanwhile."""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select, update

from domain.actions import Actor
from domain.vocabulary import MediaType, Role
from storage.database import Database
from storage.people import People
from storage.tables import UnfinishedFileRow, UnfinishedRow

KEPT_FOR = timedelta(days=7)
"""How long what was typed is kept after it was last changed."""
_CONTENT = "unfinished"
_NAME = "unfinished-name"
_FILE = "unfinished-file"


class UnfinishedNotFound(LookupError):
    """There is no such unfinished action: it was done, given up, or its time is over."""


class KeptFile(NamedTuple):
    """A file that is to go with an unfinished action."""

    id: str
    name: str
    media_type: MediaType
    size: int


class Unfinished(NamedTuple):
    """What somebody has typed so far. `content` is theirs alone to read."""

    id: str
    school: str
    actor: Actor
    reference: str | None
    action: str
    content: dict[str, Any]
    changed_at: datetime
    files: tuple[KeptFile, ...]


class UnfinishedWork:
    """Keeps what people have typed for an action until it is done, each under their own key."""

    def __init__(self, database: Database, people: People) -> None:
        self._database = database
        self._people = people

    async def keep(
        self,
        school: str,
        actor: Actor,
        action: str,
        content: Mapping[str, Any],
        now: datetime,
        *,
        id_: str,
        reference: str | None = None,
    ) -> None:
        """Keeps what was typed under `id_`, in place of what was kept under it before.

        Raises UnfinishedNotFound where the id is somebody else's, PersonNotFound.
        """
        cipher = await self._people.cipher_of(actor.person)
        sealed = cipher.encrypt(json.dumps(dict(content)).encode(), f"{_CONTENT}/{id_}")
        fresh = {"content": sealed, "changed_at": now, "kept_until": now + KEPT_FOR}
        mine = _mine(school, actor.person, id_)
        async with self._database.writing() as connection:
            changed = await connection.execute(update(UnfinishedRow).where(*mine).values(**fresh))
            if changed.rowcount:
                return
            taken = select(UnfinishedRow.id).where(UnfinishedRow.id == id_)
            if await connection.scalar(taken) is not None:
                raise UnfinishedNotFound(id_)
            row = {
                "id": id_,
                "school": school,
                "person": actor.person,
                "role": actor.role.value,
                "reference": reference,
                "action": action,
            }
            await connection.execute(insert(UnfinishedRow), row | fresh)

    async def find(self, school: str, person: str, id_: str, now: datetime) -> Unfinished:
        """What this person has typed under `id_`. Raises UnfinishedNotFound, PersonNotFound."""
        row = select(UnfinishedRow).where(
            *_mine(school, person, id_), UnfinishedRow.kept_until >= now
        )
        async with self._database.reading() as connection:
            found = (await connection.execute(row)).one_or_none()
        if found is None:
            raise UnfinishedNotFound(id_)
        cipher = await self._people.cipher_of(person)
        content = json.loads(cipher.decrypt(found.content, f"{_CONTENT}/{id_}"))
        return Unfinished(
            id=found.id,
            school=found.school,
            actor=Actor(person=person, role=Role(found.role)),
            reference=found.reference,
            action=found.action,
            content=content,
            changed_at=found.changed_at,
            files=await self._files(person, id_),
        )

    async def of_person(self, school: str, person: str, now: datetime) -> list[tuple[str, ...]]:
        """What a person has begun: the id, the action and the reference ("" for none) of each,
        the newest first."""
        rows = (
            select(UnfinishedRow.id, UnfinishedRow.action, UnfinishedRow.reference)
            .where(
                UnfinishedRow.school == school,
                UnfinishedRow.person == person,
                UnfinishedRow.kept_until >= now,
            )
            .order_by(UnfinishedRow.changed_at.desc())
        )
        async with self._database.reading() as connection:
            found = await connection.execute(rows)
            return [(id_, action, reference or "") for id_, action, reference in found]

    async def give_up(self, school: str, person: str, id_: str) -> None:
        """Removes what was typed, and the files that were to go with it; nothing where it is gone
        already."""
        async with self._database.writing() as connection:
            mine = select(UnfinishedRow.id).where(*_mine(school, person, id_))
            files = delete(UnfinishedFileRow).where(UnfinishedFileRow.unfinished.in_(mine))
            await connection.execute(files)
            await connection.execute(delete(UnfinishedRow).where(*_mine(school, person, id_)))

    async def remove_old(self, now: datetime) -> int:
        """Removes what was to be kept until before `now`; how much that was."""
        old = UnfinishedRow.kept_until < now
        files = UnfinishedFileRow.unfinished.in_(select(UnfinishedRow.id).where(old))
        async with self._database.writing() as connection:
            await connection.execute(delete(UnfinishedFileRow).where(files))
            removed = await connection.execute(delete(UnfinishedRow).where(old))
        return removed.rowcount

    async def add_file(
        self, school: str, person: str, id_: str, name: str, media_type: MediaType, content: bytes
    ) -> None:
        """Keeps a file that is to go with an unfinished action. Raises UnfinishedNotFound."""
        cipher = await self._people.cipher_of(person)
        file = f"waiting-{secrets.token_hex(16)}"
        row = {
            "id": file,
            "unfinished": id_,
            "media_type": media_type.value,
            "size": len(content),
            "name": cipher.encrypt(name.encode(), f"{_NAME}/{file}"),
            "content": cipher.encrypt(content, f"{_FILE}/{file}"),
        }
        async with self._database.writing() as connection:
            there = select(UnfinishedRow.id).where(*_mine(school, person, id_))
            if await connection.scalar(there) is None:
                raise UnfinishedNotFound(id_)
            await connection.execute(insert(UnfinishedFileRow), row)

    async def remove_file(self, school: str, person: str, id_: str, file: str) -> None:
        """Takes a file away again; nothing where it is gone already."""
        mine = select(UnfinishedRow.id).where(*_mine(school, person, id_))
        async with self._database.writing() as connection:
            await connection.execute(
                delete(UnfinishedFileRow).where(
                    UnfinishedFileRow.id == file, UnfinishedFileRow.unfinished.in_(mine)
                )
            )

    async def contents(self, person: str, id_: str) -> list[tuple[KeptFile, bytes]]:
        """The files of an unfinished action with what is in them, in the order of their names."""
        cipher = await self._people.cipher_of(person)
        rows = select(UnfinishedFileRow).where(UnfinishedFileRow.unfinished == id_)
        async with self._database.reading() as connection:
            found = (await connection.execute(rows)).all()
        files = [
            (
                KeptFile(
                    row.id,
                    cipher.decrypt(row.name, f"{_NAME}/{row.id}").decode(),
                    MediaType(row.media_type),
                    row.size,
                ),
                cipher.decrypt(row.content, f"{_FILE}/{row.id}"),
            )
            for row in found
        ]
        return sorted(files, key=lambda one: (one[0].name, one[0].id))

    async def _files(self, person: str, id_: str) -> tuple[KeptFile, ...]:
        cipher = await self._people.cipher_of(person)
        rows = select(
            UnfinishedFileRow.id,
            UnfinishedFileRow.name,
            UnfinishedFileRow.media_type,
            UnfinishedFileRow.size,
        ).where(UnfinishedFileRow.unfinished == id_)
        async with self._database.reading() as connection:
            found = (await connection.execute(rows)).all()
        files = [
            KeptFile(
                file,
                cipher.decrypt(name, f"{_NAME}/{file}").decode(),
                MediaType(media_type),
                size,
            )
            for file, name, media_type, size in found
        ]
        return tuple(sorted(files, key=lambda one: (one.name, one.id)))


def _mine(school: str, person: str, id_: str) -> tuple[Any, ...]:
    return (
        UnfinishedRow.id == id_,
        UnfinishedRow.school == school,
        UnfinishedRow.person == person,
    )
