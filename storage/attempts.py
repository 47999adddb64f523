"""How often something was tried, inside a transaction of the caller's."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.signing_in import Limit
from storage.account_tables import AttemptRow

_AT_ONCE = 100  # rows of the past that one attempt removes


def spend(connection: Connection, limits: Mapping[bytes, Limit], now: datetime) -> datetime | None:
    """Counts one attempt under each of these keys, or says until when there may be none.

    Counting comes before trying, so that many attempts at once count as many. Where one key has
    no attempt left, none of them is charged.
    """
    # In one order, so that two transactions can't wait for each other.
    for key in sorted(limits):
        _begin(connection, key, now, limits[key])
    rows = connection.execute(
        select(AttemptRow.key, AttemptRow.count, AttemptRow.until)
        .where(AttemptRow.key.in_(sorted(limits)))
        .order_by(AttemptRow.key)
        .with_for_update()
    ).all()
    spent = [until for key, count, until in rows if now < until and count >= limits[key].most]
    if spent:
        return max(spent)
    for key, count, until in rows:
        over = {"count": 1, "since": now, "until": now + limits[key].within}
        values = {"count": count + 1} if now < until else over
        connection.execute(update(AttemptRow).where(AttemptRow.key == key).values(values))
    _prune(connection, now)
    return None


def _prune(connection: Connection, now: datetime) -> None:
    over = select(AttemptRow.key).where(AttemptRow.until <= now).limit(_AT_ONCE)
    # What somebody else is counting just now is left for the next time.
    keys = list(connection.scalars(over.with_for_update(skip_locked=True)))
    if keys:
        connection.execute(delete(AttemptRow).where(AttemptRow.key.in_(keys)))


def _begin(connection: Connection, key: bytes, now: datetime, limit: Limit) -> None:
    """Sees to it that there is a row to lock: who finds none could not wait for another."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {"key": key, "count": 0, "since": now, "until": now + limit.within}
    connection.execute(insert(AttemptRow).values(row).on_conflict_do_nothing())


def forgive(connection: Connection, keys: Mapping[bytes, Limit]) -> None:
    """Forgets what was counted under these keys."""
    connection.execute(delete(AttemptRow).where(AttemptRow.key.in_(list(keys))))


def give_back(connection: Connection, keys: Mapping[bytes, Limit]) -> None:
    """Takes one attempt off each of these keys: it was none against them."""
    back = update(AttemptRow).where(AttemptRow.key.in_(list(keys)), AttemptRow.count > 0)
    connection.execute(back.values(count=AttemptRow.count - 1))
