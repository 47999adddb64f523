"""Who is signed in to the pages, from when until when.

The token in the cookie is random, and only its SHA-256 is kept: who reads the database can't use
what they find. A session ends after a while without a sign of the person, and after some hours
whatever they do; it ends at once when the person is erased or no longer holds the role.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from domain.access import OUTSIDE
from domain.actions import Actor
from domain.vocabulary import Role
from settings import Settings
from storage.people import People, Person, PersonNotFound
from storage.sessions import SessionTable, StoredSession

TOKEN_BYTES = 32
SEEN_EVERY = timedelta(minutes=1)  # noting each request would write to the database for each


class Session(NamedTuple):
    """Somebody who is signed in. As a string it is the person's id alone, for the logs.

    `role` is the one acted in, one of `roles`; `reference` is the one case that it may open,
    where it came from a link; `strong` tells whether a second factor was given; `csrf` is what
    their forms carry.
    """

    id: str
    school: str
    person: str
    name: str
    role: Role
    roles: tuple[Role, ...]
    reference: str | None
    strong: bool
    csrf: str
    started_at: datetime

    @property
    def actor(self) -> Actor:
        """Who acts, in which role."""
        return Actor(person=self.person, role=self.role)

    def __repr__(self) -> str:
        return f"Session(person={self.person!r})"

    def __str__(self) -> str:
        return repr(self)


class SessionLimits(NamedTuple):
    """How long a session lasts without a sign of the person, and at most."""

    idle: timedelta = timedelta(minutes=30)
    family_idle: timedelta = timedelta(hours=2)
    longest: timedelta = timedelta(hours=12)

    @classmethod
    def of(cls, settings: Settings) -> "SessionLimits":
        """Those that the settings choose."""
        return cls(
            timedelta(minutes=settings.session_idle_minutes),
            timedelta(minutes=settings.family_session_idle_minutes),
            timedelta(hours=settings.session_hours),
        )


class Sessions:
    """The sessions of every school."""

    def __init__(self, table: SessionTable, people: People, limits: SessionLimits) -> None:
        self._table = table
        self._people = people
        self._limits = limits

    async def start(
        self,
        person: str,
        role: Role | None = None,
        *,
        reference: str | None = None,
        strong: bool = False,
        now: datetime,
    ) -> str:
        """Signs a person in and returns the token for their cookie.

        Without `role` it is the first of theirs in the order of the vocabulary. Raises
        PersonNotFound, and ValueError where they do not hold the role, or any.
        """
        known = await self._people.person(person)
        chosen = role or next(iter(_in_order(known)), None)
        if chosen not in known.roles:
            raise ValueError(f"{person} does not hold the role {chosen}.")
        await self._table.end_old(
            started_before=now - self._limits.longest,
            seen_before=now - max(self._limits.idle, self._limits.family_idle),
        )
        token = secrets.token_urlsafe(TOKEN_BYTES)
        await self._table.add(
            StoredSession(
                digest=_digest(token),
                person=person,
                role=chosen.value,
                reference=reference,
                strong=strong,
                csrf=secrets.token_urlsafe(TOKEN_BYTES),
                started_at=now,
                seen_at=now,
            )
        )
        return token

    async def find(self, token: str, now: datetime) -> Session | None:
        """The session with this token, if it has not ended; notes that there was a sign of them."""
        stored = await self._table.find(_digest(token))
        if stored is None:
            return None
        person = await self._person(stored.person)
        role = Role(stored.role)
        if person is None or role not in person.roles or self._is_over(stored, role, now):
            await self._table.end(stored.digest)
            return None
        if now - stored.seen_at >= SEEN_EVERY:
            await self._table.seen(stored.digest, now)
        return Session(
            id=stored.digest,
            school=person.school,
            person=person.id,
            name=person.name,
            role=role,
            roles=_in_order(person),
            reference=stored.reference,
            strong=stored.strong,
            csrf=stored.csrf,
            started_at=stored.started_at,
        )

    async def act_as(self, session: Session, role: Role) -> None:
        """From now on they act in another role of theirs. Raises ValueError where it is not."""
        if role not in session.roles or session.reference is not None:
            raise ValueError(f"{session.person} can't act as {role} in this session.")
        await self._table.set_role(session.id, role.value)

    async def strengthen(self, session: Session, now: datetime) -> str:
        """A second factor was given: a new session in place of this one; returns its token."""
        token = await self.start(
            session.person, session.role, reference=session.reference, strong=True, now=now
        )
        await self._table.end(session.id)
        return token

    async def end(self, token: str) -> None:
        """Signs one browser out."""
        await self._table.end(_digest(token))

    async def end_all(self, person: str) -> int:
        """Signs a person out everywhere; in how many places they were signed in."""
        return await self._table.end_all(person)

    async def open_of(self, person: str, now: datetime) -> list[StoredSession]:
        """A person's sessions that have not ended, the earliest first."""
        stored = await self._table.of_person(person)
        return [one for one in stored if not self._is_over(one, Role(one.role), now)]

    async def _person(self, person: str) -> Person | None:
        try:
            known = await self._people.person(person)
        except PersonNotFound:
            return None
        return None if known.erased else known

    def _is_over(self, stored: StoredSession, role: Role, now: datetime) -> bool:
        idle = self._limits.family_idle if role in OUTSIDE else self._limits.idle
        return now - stored.seen_at > idle or now - stored.started_at > self._limits.longest


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _in_order(person: Person) -> tuple[Role, ...]:
    order: Sequence[Role] = tuple(Role)
    return tuple(sorted(person.roles, key=order.index))
