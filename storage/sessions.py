"""Who is signed in: sessions by the digest of the token in their cookie."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, insert, or_, select, update

from storage.database import Database
from storage.tables import SessionRow


class StoredSession(NamedTuple):
    """One session as it is kept; `role` and `person` as they were when it was last changed."""

    digest: str
    person: str
    role: str
    reference: str | None
    strong: bool
    csrf: str
    started_at: datetime
    seen_at: datetime


class SessionTable:
    """Keeps the sessions of every school."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, session: StoredSession) -> None:
        """Keeps a new session."""
        async with self._database.writing() as connection:
            await connection.execute(insert(SessionRow), session._asdict())

    async def find(self, digest: str) -> StoredSession | None:
        """The session with this digest, ended or not by the clock; None where there is none."""
        wanted = select(*SessionRow.__table__.columns).where(SessionRow.digest == digest)
        async with self._database.reading() as connection:
            row = (await connection.execute(wanted)).one_or_none()
        return StoredSession(**row._mapping) if row else None

    async def of_person(self, person: str) -> list[StoredSession]:
        """A person's sessions, the earliest first; some may have ended by the clock."""
        theirs = (
            select(*SessionRow.__table__.columns)
            .where(SessionRow.person == person)
            .order_by(SessionRow.started_at, SessionRow.digest)
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(theirs)
            return [StoredSession(**row._mapping) for row in rows]

    async def seen(self, digest: str, at: datetime) -> None:
        """Notes the last sign of them."""
        await self._change(digest, seen_at=at)

    async def set_role(self, digest: str, role: str) -> None:
        """Changes the role that is acted in."""
        await self._change(digest, role=role)

    async def end(self, digest: str) -> None:
        """Forgets one session; nothing happens where it is forgotten already."""
        async with self._database.writing() as connection:
            await connection.execute(delete(SessionRow).where(SessionRow.digest == digest))

    async def end_all(self, person: str) -> int:
        """Forgets every session of a person; how many there were."""
        async with self._database.writing() as connection:
            ended = await connection.execute(delete(SessionRow).where(SessionRow.person == person))
        return ended.rowcount

    async def end_old(self, *, started_before: datetime, seen_before: datetime) -> None:
        """Forgets those that began, or were last seen, before these moments."""
        old = or_(SessionRow.started_at < started_before, SessionRow.seen_at < seen_before)
        async with self._database.writing() as connection:
            await connection.execute(delete(SessionRow).where(old))

    async def _change(self, digest: str, **values: object) -> None:
        async with self._database.writing() as connection:
            await connection.execute(
                update(SessionRow).where(SessionRow.digest == digest).values(**values)
            )
