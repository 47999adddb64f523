"""Accounts, inside a transaction of the caller's."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from storage.account_tables import AccountRow, IdentityRow, LinkRow, RecoveryCodeRow


class Account(NamedTuple):
    """A person's account as it stands. As a string it is the person's id alone, for the logs."""

    person: str
    school: str
    address: bytes
    password: str | None
    secret: bytes | None
    pending_secret: bytes | None
    invited_at: datetime
    accepted_at: datetime | None
    password_changed_at: datetime | None
    second_factor_since: datetime | None
    signed_in_at: datetime | None
    locked_at: datetime | None

    def __repr__(self) -> str:
        return f"Account(person={self.person!r})"

    def __str__(self) -> str:
        return repr(self)


class AddressTaken(ValueError):
    """Another account has this e-mail address already."""

    def __init__(self) -> None:
        super().__init__(
            "Another account signs in with this e-mail address. Each account needs an address of "
            "its own: change the address of one of the two people."
        )


_COLUMNS = tuple(getattr(AccountRow, name) for name in Account._fields)


def _accounts(connection: Connection, which: ColumnElement[bool]) -> list[Account]:
    rows = connection.execute(select(*_COLUMNS).where(which).order_by(AccountRow.invited_at))
    return [Account(*row) for row in rows]


def account_of(connection: Connection, person: str) -> Account | None:
    """A person's account, if they have one."""
    return next(iter(_accounts(connection, AccountRow.person == person)), None)


def account_at(connection: Connection, address: bytes) -> Account | None:
    """The account with this digest of an e-mail address, if there is one."""
    return next(iter(_accounts(connection, AccountRow.address == address)), None)


def accounts_of_school(connection: Connection, school: str) -> list[Account]:
    """The accounts at a school, the first invited first."""
    return _accounts(connection, AccountRow.school == school)


def open_account(
    connection: Connection, person: str, school: str, address: bytes, at: datetime
) -> None:
    """Opens an account that waits for its person, or has an earlier one wait under this address.

    Raises AddressTaken.
    """
    _require_free(connection, address, person)
    if account_of(connection, person) is not None:
        change(connection, person, address=address, invited_at=at)
        return
    row = {"person": person, "school": school, "address": address, "invited_at": at}
    try:
        connection.execute(insert(AccountRow), row)
    except IntegrityError as error:
        raise AddressTaken from error


def readdress(connection: Connection, person: str, address: bytes) -> None:
    """Has a person's account, if there is one, go by another address. Raises AddressTaken."""
    _require_free(connection, address, person)
    change(connection, person, address=address)


def _require_free(connection: Connection, address: bytes, person: str) -> None:
    other = account_at(connection, address)
    if other is not None and other.person != person:
        raise AddressTaken


def change(connection: Connection, person: str, **values: Any) -> None:
    """Changes these columns of a person's account."""
    connection.execute(update(AccountRow).where(AccountRow.person == person).values(values))


def take_step(connection: Connection, person: str, step: int) -> bool:
    """Uses up a step of the second factor's time; False where it, or a later one, was used."""
    unused = or_(AccountRow.secret_step.is_(None), AccountRow.secret_step < step)
    mine = update(AccountRow).where(AccountRow.person == person, unused)
    return connection.execute(mine.values(secret_step=step)).rowcount == 1


def replace_recovery_codes(connection: Connection, person: str, digests: Iterable[bytes]) -> None:
    """Gives a person these codes instead of all earlier ones."""
    connection.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.person == person))
    rows = [{"person": person, "digest": digest} for digest in digests]
    if rows:
        connection.execute(insert(RecoveryCodeRow), rows)


def use_recovery_code(connection: Connection, person: str, digest: bytes, at: datetime) -> bool:
    """Uses a code up; False where there is none like it, or it was used."""
    mine = update(RecoveryCodeRow).where(
        RecoveryCodeRow.person == person,
        RecoveryCodeRow.digest == digest,
        RecoveryCodeRow.used_at.is_(None),
    )
    return connection.execute(mine.values(used_at=at)).rowcount == 1


def recovery_codes_left(connection: Connection, person: str) -> int:
    """How many of a person's codes are unused."""
    unused = select(func.count()).select_from(RecoveryCodeRow)
    left = unused.where(RecoveryCodeRow.person == person, RecoveryCodeRow.used_at.is_(None))
    return connection.scalar(left) or 0


def person_known_as(connection: Connection, issuer: str, subject: str) -> str | None:
    """Whose identity this is, if it is known."""
    known = select(IdentityRow.person).where(
        IdentityRow.issuer == issuer, IdentityRow.subject == subject
    )
    return connection.scalar(known)


def know_as(connection: Connection, person: str, issuer: str, subject: str, at: datetime) -> None:
    """Remembers who a person is at a provider."""
    row = {"issuer": issuer, "subject": subject, "person": person, "added_at": at}
    connection.execute(insert(IdentityRow), row)


def issuers_of(connection: Connection, person: str) -> list[str]:
    """The providers through which a person has signed in."""
    known = select(IdentityRow.issuer).where(IdentityRow.person == person)
    return list(connection.scalars(known.order_by(IdentityRow.added_at)))


def forget_identities(connection: Connection, person: str) -> None:
    """Has a person's providers matched anew."""
    connection.execute(delete(IdentityRow).where(IdentityRow.person == person))


def remove_account(connection: Connection, person: str) -> None:
    """Removes a person's account with its codes, identities and links."""
    for table in (RecoveryCodeRow, IdentityRow, LinkRow, AccountRow):
        connection.execute(delete(table).where(table.person == person))
