"""Links that work once, inside a transaction of the caller's."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from domain.signing_in import LASTS, REMEMBERED, Purpose
from storage.account_keys import new_token, token_digest
from storage.account_tables import LinkRow


class Link(NamedTuple):
    """A link: what for, for whom, and until when; `used_at` is None while it still works."""

    purpose: Purpose
    person: str | None
    reference: str | None
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None

    def works(self, now: datetime) -> bool:
        """Whether it was neither used nor has expired."""
        return self.used_at is None and now < self.expires_at


def make_link(
    connection: Connection,
    purpose: Purpose,
    person: str | None,
    now: datetime,
    reference: str | None = None,
) -> str:
    """Makes a link and returns its token, which is stored nowhere.

    Links whose time to be remembered is over are removed.
    """
    connection.execute(delete(LinkRow).where(LinkRow.expires_at < now - REMEMBERED))
    token = new_token()
    row = {
        "digest": token_digest(token),
        "purpose": purpose.value,
        "person": person,
        "reference": reference,
        "made_at": now,
        "expires_at": now + LASTS[purpose],
    }
    connection.execute(insert(LinkRow), row)
    return token


def find_link(connection: Connection, token: str, purpose: Purpose) -> Link | None:
    """The link with this token, used or not; None where there is none for this purpose."""
    columns = (
        LinkRow.person,
        LinkRow.reference,
        LinkRow.made_at,
        LinkRow.expires_at,
        LinkRow.used_at,
    )
    found = select(*columns).where(
        LinkRow.digest == token_digest(token), LinkRow.purpose == purpose.value
    )
    row = connection.execute(found).one_or_none()
    return None if row is None else Link(purpose, *row)


def use_link(connection: Connection, token: str, purpose: Purpose, now: datetime) -> Link | None:
    """Uses a link up and returns it; None where it does not work (any more).

    Of several who use it at once, one gets it.
    """
    mine = update(LinkRow).where(
        LinkRow.digest == token_digest(token),
        LinkRow.purpose == purpose.value,
        LinkRow.used_at.is_(None),
        LinkRow.expires_at > now,
    )
    if connection.execute(mine.values(used_at=now)).rowcount != 1:
        return None
    return find_link(connection, token, purpose)


def withdraw_links(
    connection: Connection, purpose: Purpose, person: str | None, now: datetime
) -> None:
    """Makes a person's unused links for this purpose useless."""
    mine = update(LinkRow).where(
        LinkRow.purpose == purpose.value,
        LinkRow.person.is_(None) if person is None else LinkRow.person == person,
        LinkRow.used_at.is_(None),
        LinkRow.expires_at > now,
    )
    connection.execute(mine.values(expires_at=now))


def links_of(connection: Connection, person: str) -> list[Link]:
    """The links that are remembered of a person, the earliest first."""
    columns = (
        LinkRow.purpose,
        LinkRow.person,
        LinkRow.reference,
        LinkRow.made_at,
        LinkRow.expires_at,
        LinkRow.used_at,
    )
    rows = connection.execute(
        select(*columns).where(LinkRow.person == person).order_by(LinkRow.made_at, LinkRow.digest)
    )
    return [Link(Purpose(row[0]), *row[1:]) for row in rows]
