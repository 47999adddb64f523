"""The shelf: every policy and calendar that a case was ever opened under, found by its digest."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, NamedTuple

import rfc8785
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from domain.calendar import SchoolCalendar
from domain.errors import near_names
from domain.policy import Policy
from storage.database import Database
from storage.tables import CalendarRow, PolicyRow, SchoolPolicyRow, SchoolRow


class School(NamedTuple):
    """A school, and the digest of the calendar that it goes by now."""

    id: str
    title: str
    calendar_digest: str


class Published(NamedTuple):
    """A version of a policy that is on the shelf."""

    digest: str
    policy: str
    version: str
    title: str
    published_at: datetime


class PolicyVersionTaken(ValueError):
    """This version of the policy was published with other content."""

    def __init__(self, policy: str, version: str) -> None:
        self.policy = policy
        self.version = version
        super().__init__(
            f"{policy} {version} was published already, with other content. A published version "
            "never changes, because cases run under it: raise the version and publish it again."
        )


class NotOnTheShelf(LookupError):
    """There is no such policy, calendar or school."""


class ShelfAltered(ValueError):
    """A stored document does not have the digest that it is stored under."""

    def __init__(self, kind: str, digest: str) -> None:
        self.digest = digest
        super().__init__(
            f"The stored {kind} {digest} was changed after it was published. Restore it from a "
            "backup: cases depend on it."
        )


class Shelf:
    """Publishes policies and calendars, and fetches them; a document never changes, so each is
    read from the database once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._policies: dict[str, Policy] = {}
        self._calendars: dict[str, SchoolCalendar] = {}

    async def publish_policy(self, policy: Policy) -> str:
        """Puts a policy on the shelf, if it is not there, and returns its digest.

        Raises PolicyVersionTaken where this version is there with other content.
        """
        row = {
            "digest": policy.digest,
            "policy": policy.policy,
            "version": policy.version,
            "title": policy.title,
            "document": rfc8785.dumps(policy.model_dump(mode="json")).decode(),
            "published_at": datetime.now(UTC),
        }
        there = select(PolicyRow.digest).where(
            PolicyRow.policy == policy.policy, PolicyRow.version == policy.version
        )
        try:
            async with self._database.writing() as connection:
                stored = await connection.scalar(there)
                if stored is None:
                    await connection.execute(insert(PolicyRow), row)
        except IntegrityError:
            # Somebody published this version in the same moment.
            async with self._database.reading() as connection:
                stored = await connection.scalar(there)
        if stored not in (None, policy.digest):
            raise PolicyVersionTaken(policy.policy, policy.version)
        return policy.digest

    async def policy(self, digest: str) -> Policy:
        """The policy with this digest. Raises NotOnTheShelf, ShelfAltered."""
        if (known := self._policies.get(digest)) is not None:
            return known
        document = await self._document("policy", PolicyRow, digest)
        return self._policies.setdefault(digest, Policy.model_validate_json(document))

    async def publish_calendar(self, calendar: SchoolCalendar) -> str:
        """Puts a calendar on the shelf, if it is not there, and returns its digest."""
        document = json.dumps(
            calendar.model_dump(mode="json"),
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=False,
        )
        row = {
            "digest": calendar.digest,
            "document": document,
            "published_at": datetime.now(UTC),
        }
        insert_into = sqlite.insert if self._database.is_sqlite else postgresql.insert
        async with self._database.writing() as connection:
            await connection.execute(insert_into(CalendarRow).on_conflict_do_nothing(), row)
        return calendar.digest

    async def calendar(self, digest: str) -> SchoolCalendar:
        """The calendar with this digest. Raises NotOnTheShelf, ShelfAltered."""
        if (known := self._calendars.get(digest)) is not None:
            return known
        document = await self._document("calendar", CalendarRow, digest)
        return self._calendars.setdefault(digest, SchoolCalendar.model_validate_json(document))

    async def calendar_of(self, school: str) -> SchoolCalendar:
        """The calendar that a school goes by now. Raises NotOnTheShelf, ShelfAltered."""
        return await self.calendar((await self.school(school)).calendar_digest)

    async def set_school(self, school: str, title: str, calendar_digest: str) -> None:
        """Adds a school, or changes its title and the calendar that it goes by.

        Raises NotOnTheShelf where the calendar was not published.
        """
        insert_into = sqlite.insert if self._database.is_sqlite else postgresql.insert
        fresh = {"title": title, "calendar_digest": calendar_digest}
        statement = (
            insert_into(SchoolRow)
            .values(id=school, **fresh)
            .on_conflict_do_update(index_elements=["id"], set_=fresh)
        )
        try:
            async with self._database.writing() as connection:
                await connection.execute(statement)
        except IntegrityError as error:
            raise NotOnTheShelf(
                f"There is no calendar {calendar_digest} on the shelf: publish it first."
            ) from error

    async def school(self, school: str) -> School:
        """The school with this id. Raises NotOnTheShelf, with near names."""
        known = {one.id: one for one in await self.schools()}
        if school not in known:
            raise NotOnTheShelf(f"There is no school “{school}”.{near_names(school, known)}")
        return known[school]

    async def title(self, school: str) -> str:
        """The school's own name. Raises NotOnTheShelf."""
        return (await self.school(school)).title

    async def schools(self) -> list[School]:
        """Every school, by id."""
        rows = select(SchoolRow.id, SchoolRow.title, SchoolRow.calendar_digest)
        async with self._database.reading() as connection:
            return [School(*row) for row in await connection.execute(rows.order_by(SchoolRow.id))]

    async def adopt_policy(self, school: str, digest: str) -> None:
        """Makes a published version the one under which the school opens new cases.

        Open cases keep theirs. Raises NotOnTheShelf for an unknown school or policy.
        """
        policy = await self.policy(digest)
        await self.school(school)
        await self._database.transact(
            lambda connection: put_adopted(connection, school, policy.policy, digest)
        )

    async def published(self) -> list[Published]:
        """Every version of every policy on the shelf, by policy, the newest first."""
        rows = select(
            PolicyRow.digest,
            PolicyRow.policy,
            PolicyRow.version,
            PolicyRow.title,
            PolicyRow.published_at,
        ).order_by(PolicyRow.policy, PolicyRow.published_at.desc(), PolicyRow.version.desc())
        async with self._database.reading() as connection:
            return [Published(*row) for row in await connection.execute(rows)]

    async def current_policies(self, school: str) -> list[Policy]:
        """The versions under which a school opens new cases, by the policy's id."""
        current = (
            select(SchoolPolicyRow.digest)
            .where(SchoolPolicyRow.school == school)
            .order_by(SchoolPolicyRow.policy)
        )
        async with self._database.reading() as connection:
            digests = (await connection.scalars(current)).all()
        return [await self.policy(digest) for digest in digests]

    async def _document(
        self, kind: str, table: type[PolicyRow] | type[CalendarRow], digest: str
    ) -> str:
        async with self._database.reading() as connection:
            document = await connection.scalar(select(table.document).where(table.digest == digest))
        if document is None:
            raise NotOnTheShelf(f"There is no {kind} {digest} on the shelf: publish it first.")
        if hashlib.sha256(document.encode()).hexdigest() != digest:
            raise ShelfAltered(kind, digest)
        return document


def put_adopted(connection: Connection, school: str, policy: str, digest: str) -> None:
    """Makes a published version the school's own, in a transaction of the caller's."""
    insert_into: Any = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    put = insert_into(SchoolPolicyRow).values(school=school, policy=policy, digest=digest)
    connection.execute(
        put.on_conflict_do_update(index_elements=["school", "policy"], set_={"digest": digest})
    )


def adopted_in(connection: Connection, school: str, policy: str) -> str | None:
    """The digest of the version that a school opens cases under, as a transaction sees it."""
    return connection.scalar(
        select(SchoolPolicyRow.digest).where(
            SchoolPolicyRow.school == school, SchoolPolicyRow.policy == policy
        )
    )


def put_calendar(connection: Connection, school: str, digest: str) -> str:
    """Makes a published calendar the one that a school goes by; returns the digest of the one
    before. In a transaction of the caller's."""
    which = SchoolRow.id == school
    was = connection.scalars(select(SchoolRow.calendar_digest).where(which)).one()
    connection.execute(update(SchoolRow).where(which).values(calendar_digest=digest))
    return was
