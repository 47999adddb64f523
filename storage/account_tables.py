"""The tables of accounts: how people sign in. Removing an account removes all that hangs on it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Table

_ON_PERSON = "persons.id"


class AccountRow(Table):
    """A person's account. The address is a keyed digest: nobody reads it off the table.

    The secrets of the second factor are under the person's own key; `secret_step` is the last
    step of time whose code was used, so that a code counts once.
    """

    __tablename__ = "accounts"

    person: Mapped[str] = mapped_column(
        ForeignKey(_ON_PERSON, ondelete="CASCADE"), primary_key=True
    )
    school: Mapped[str] = mapped_column(index=True)
    address: Mapped[bytes] = mapped_column(unique=True)
    password: Mapped[str | None]  # argon2id, with its own salt and parameters
    secret: Mapped[bytes | None]
    secret_step: Mapped[int | None]
    pending_secret: Mapped[bytes | None]
    invited_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    password_changed_at: Mapped[datetime | None]
    second_factor_since: Mapped[datetime | None]
    signed_in_at: Mapped[datetime | None]
    locked_at: Mapped[datetime | None]


class RecoveryCodeRow(Table):
    """A code to use once where the second factor is out of reach, as a keyed digest."""

    __tablename__ = "recovery_codes"

    person: Mapped[str] = mapped_column(
        ForeignKey("accounts.person", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[bytes] = mapped_column(primary_key=True)
    used_at: Mapped[datetime | None]


class IdentityRow(Table):
    """Who a person is at a provider of OpenID Connect."""

    __tablename__ = "identities"

    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(
        ForeignKey("accounts.person", ondelete="CASCADE"), index=True
    )
    added_at: Mapped[datetime]


class LinkRow(Table):
    """A link that works once: the SHA-256 of its token, for whom, and what it opens.

    A used one stays for a while, so that its reader can be offered another. The link that sets a
    service up is for nobody yet.
    """

    __tablename__ = "links"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    person: Mapped[str | None] = mapped_column(ForeignKey(_ON_PERSON, ondelete="CASCADE"))
    reference: Mapped[str | None]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "person", "purpose"), Index(None, "expires_at"))


class AttemptRow(Table):
    """How often something was tried since a moment, under a keyed digest of who tried."""

    __tablename__ = "attempts"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    count: Mapped[int]
    since: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)
