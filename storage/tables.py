"""The tables. `events` is the record; `cases` and `due_items` can be rebuilt from it.

`ledger`, `checkpoints` and `audit_keys` are the evidence for it; `tiles` follow from the ledger.
"""

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine


class Moment(TypeDecorator[datetime]):
    """A UTC instant on every database; SQLite has no time zones, so they are added on reading.

    Refuses a naive datetime with ValueError.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Time zones where the database has them."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant in UTC, without its zone on SQLite."""
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"{value} has no time zone: a stored instant is UTC.")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant, always with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Table(DeclarativeBase):
    """Base of all tables; constraints have names, so that a migration can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        str: String(),
        bytes: LargeBinary(),
        datetime: Moment(),
        int: BigInteger(),
    }


class EventRow(Table):
    """One event, exactly as hashed. Triggers refuse any change; see the first migration.

    `at`, `type` and `actor_role` repeat what `content` says, for queries; verification checks
    that they agree.
    """

    __tablename__ = "events"

    school: Mapped[str]
    reference: Mapped[str]
    sequence: Mapped[int]
    at: Mapped[datetime]
    type: Mapped[str]
    actor_role: Mapped[str]
    content: Mapped[bytes]  # RFC 8785 canonical JSON
    hash: Mapped[bytes]

    # Without a rowid, SQLite has no second identity by which REPLACE could remove an event.
    __table_args__ = (
        PrimaryKeyConstraint("school", "reference", "sequence"),
        {"sqlite_with_rowid": False},
    )


_BY_STAGE = ("school", "stage", "opened_at", "reference", "track", "policy_digest")


class CaseRow(Table):
    """A case as its last event left it."""

    __tablename__ = "cases"

    school: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(primary_key=True)
    track: Mapped[str]
    policy_digest: Mapped[str]
    stage: Mapped[str]
    severity: Mapped[str]
    sequence: Mapped[int]
    head: Mapped[bytes]  # the last event's hash: it remembers an end that was cut off
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]  # when the case's timer must fire
    state: Mapped[str] = mapped_column(Text())  # the domain's Case, as JSON

    # A row is large, so the lists find all that they sort and count by in an index.
    __table_args__ = (
        Index("ix_cases_by_stage", *_BY_STAGE),
        Index("ix_cases_by_ladder", "school", "track", "policy_digest", "reference"),
        Index(None, "school", "opened_at"),
    )


class InvolvementRow(Table):
    """A part that somebody has in a case as its last event left it."""

    __tablename__ = "involvements"

    school: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)

    __table_args__ = (Index("ix_involvements_by_person", "school", "person", "part", "reference"),)


class RegisterRow(Table):
    """Where the chain of a school's register ends: it remembers an end that was cut off."""

    __tablename__ = "registers"

    school: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int]
    head: Mapped[bytes]


class LedgerRow(Table):
    """An event's place in its school's Merkle tree, for ever. Triggers refuse any change.

    `event_hash` is the event's hash in its chain: the data of the leaf at `position`, from 0.
    """

    __tablename__ = "ledger"

    school: Mapped[str]
    position: Mapped[int] = mapped_column(autoincrement=False)
    reference: Mapped[str]
    sequence: Mapped[int]
    event_hash: Mapped[bytes]

    __table_args__ = (
        PrimaryKeyConstraint("school", "position"),
        UniqueConstraint("school", "reference", "sequence"),
        {"sqlite_with_rowid": False},
    )


class TileRow(Table):
    """Up to 256 neighbouring hashes of the tree, of 32 bytes each; they follow from the ledger."""

    __tablename__ = "tiles"

    school: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hashes: Mapped[bytes]


class CheckpointRow(Table):
    """A checkpoint as it was signed. Triggers refuse any change.

    The columns repeat what `note` says, for queries; `digest` is SHA-256 (hex) of the note.
    """

    __tablename__ = "checkpoints"

    school: Mapped[str]
    number: Mapped[int] = mapped_column(autoincrement=False)
    size: Mapped[int]
    made_at: Mapped[datetime]
    digest: Mapped[str]
    note: Mapped[str] = mapped_column(Text())

    __table_args__ = (
        PrimaryKeyConstraint("school", "number"),
        {"sqlite_with_rowid": False},
    )


class AuditKeyRow(Table):
    """A public key under which a school's checkpoints are or were signed. Triggers refuse change.

    `label` is the id that the key has among the installation's keys.
    """

    __tablename__ = "audit_keys"

    school: Mapped[str]
    public_key: Mapped[bytes]
    label: Mapped[str]
    added_at: Mapped[datetime]

    __table_args__ = (
        PrimaryKeyConstraint("school", "public_key"),
        {"sqlite_with_rowid": False},
    )


class ViewRow(Table):
    """One line of the read log: who looked at what, and when. Triggers refuse any change.

    It holds ids alone. A batch of lines is sealed by an entry of the school's register.
    """

    __tablename__ = "views"

    school: Mapped[str]
    position: Mapped[int]
    id: Mapped[str]
    at: Mapped[datetime]
    person: Mapped[str]
    role: Mapped[str]
    what: Mapped[str]
    reference: Mapped[str]
    names: Mapped[bool]

    __table_args__ = (
        PrimaryKeyConstraint("school", "position"),
        UniqueConstraint("school", "id"),
        Index(None, "school", "reference"),
        {"sqlite_with_rowid": False},
    )


class DueItemRow(Table):
    """An open deadline of a case."""

    __tablename__ = "due_items"

    school: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(primary_key=True)
    deadline: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    about: Mapped[str]
    due_on: Mapped[date]
    due_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    owner: Mapped[str | None]
    owner_role: Mapped[str | None]
    level: Mapped[int]
    generation: Mapped[int]

    __table_args__ = (
        Index("ix_due_items_by_time", "school", "due_at", "kind", "reference"),
        Index("ix_due_items_by_case", "school", "reference", "due_at", "kind", "due_on"),
    )


class PolicyRow(Table):
    """A published version of a policy: never changed, found by its digest."""

    __tablename__ = "policies"

    digest: Mapped[str] = mapped_column(primary_key=True)
    policy: Mapped[str]
    version: Mapped[str]
    title: Mapped[str]
    document: Mapped[str] = mapped_column(Text())  # the JSON whose SHA-256 is the digest
    published_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("policy", "version"),)


class CalendarRow(Table):
    """A school's calendar as it once stood: never changed, found by its digest."""

    __tablename__ = "calendars"

    digest: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[str] = mapped_column(Text())  # the JSON whose SHA-256 is the digest
    published_at: Mapped[datetime]


class SchoolRow(Table):
    """A school and the calendar that it goes by now."""

    __tablename__ = "schools"

    id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    calendar_digest: Mapped[str] = mapped_column(ForeignKey("calendars.digest"))


class SchoolPolicyRow(Table):
    """Which version of a policy a school opens new cases under."""

    __tablename__ = "school_policies"

    school: Mapped[str] = mapped_column(ForeignKey("schools.id"), primary_key=True)
    policy: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(ForeignKey("policies.digest"))


class ReferenceCounterRow(Table):
    """The last number given to a case, for each prefix and year."""

    __tablename__ = "reference_counters"

    school: Mapped[str] = mapped_column(primary_key=True)
    prefix: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class ReferenceGivenRow(Table):
    """The reference that was given to the action which opens a case, so that it gets one only."""

    __tablename__ = "references_given"

    school: Mapped[str] = mapped_column(primary_key=True)
    action_id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str]


class PersonRow(Table):
    """A person: name and e-mail under the person's own key, which the master key wraps.

    Of an erased person the id remains, so that the record still reads; `wrapped_key` and `name`
    are empty then.
    """

    __tablename__ = "persons"

    id: Mapped[str] = mapped_column(primary_key=True)
    school: Mapped[str]
    added_at: Mapped[datetime]
    wrapped_key: Mapped[bytes]
    name: Mapped[bytes]
    email: Mapped[bytes | None]
    erased_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "school", "added_at"),)


class PersonRoleRow(Table):
    """A role that a person holds at their school."""

    __tablename__ = "person_roles"

    person: Mapped[str] = mapped_column(
        ForeignKey("persons.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(primary_key=True)


class SavedViewRow(Table):
    """A list of cases that a person looks at again and again: what it asks for, and its name.

    `filters` holds ids and closed words alone; the name is under the person's own key.
    """

    __tablename__ = "saved_views"

    id: Mapped[str] = mapped_column(primary_key=True)
    school: Mapped[str]
    person: Mapped[str] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"))
    name: Mapped[bytes]
    filters: Mapped[str] = mapped_column(Text())
    saved_at: Mapped[datetime]

    __table_args__ = (Index(None, "school", "person"),)


class UnfinishedRow(Table):
    """What a person has typed for an action that is not done yet, under the person's own key.

    `reference` is None for a concern that is not raised yet. It is removed once the action is
    done, or when its time (`kept_until`) is over.
    """

    __tablename__ = "unfinished"

    id: Mapped[str] = mapped_column(primary_key=True)
    school: Mapped[str]
    person: Mapped[str] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"))
    role: Mapped[str]
    reference: Mapped[str | None]
    action: Mapped[str]
    content: Mapped[bytes]
    changed_at: Mapped[datetime]
    kept_until: Mapped[datetime]

    __table_args__ = (Index(None, "school", "person"), Index(None, "kept_until"))


class UnfinishedFileRow(Table):
    """A file that is to go with an unfinished action, under the same key as what was typed."""

    __tablename__ = "unfinished_files"

    id: Mapped[str] = mapped_column(primary_key=True)
    unfinished: Mapped[str] = mapped_column(
        ForeignKey("unfinished.id", ondelete="CASCADE"), index=True
    )
    media_type: Mapped[str]
    size: Mapped[int]
    name: Mapped[bytes]
    content: Mapped[bytes]


class TextRow(Table):
    """A text that an event commits to, with its salt, under the key of the person it is about."""

    __tablename__ = "texts"

    id: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"), index=True)
    school: Mapped[str]
    reference: Mapped[str]
    kind: Mapped[str]
    ciphertext: Mapped[bytes]  # the salt (32 bytes), then the text in UTF-8

    __table_args__ = (Index(None, "school", "reference"),)


class DeliveryRow(Table):
    """A message that was to be sent, and what is known of it; nothing of what it says."""

    __tablename__ = "deliveries"

    message_id: Mapped[str] = mapped_column(primary_key=True)
    school: Mapped[str]
    reference: Mapped[str]
    letter: Mapped[str]
    state: Mapped[str]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    digest: Mapped[str | None]
    status: Mapped[str | None]
    perhaps_twice: Mapped[bool]

    __table_args__ = (Index(None, "school", "reference"),)


class EnclosureRow(Table):
    """A file that belongs to a case, as it was sent or received, under its person's own key."""

    __tablename__ = "enclosures"

    id: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"), index=True)
    school: Mapped[str]
    reference: Mapped[str]
    kind: Mapped[str]
    ciphertext: Mapped[bytes]  # the salt (32 bytes), then the file
    name: Mapped[bytes | None]  # what its owner called it

    __table_args__ = (Index(None, "school", "reference"),)


class SessionRow(Table):
    """Somebody who is signed in to the pages; of the token in their cookie only its digest."""

    __tablename__ = "sessions"

    digest: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"), index=True)
    role: Mapped[str]
    reference: Mapped[str | None]  # of the one case that a link opened
    strong: Mapped[bool]
    csrf: Mapped[str]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
