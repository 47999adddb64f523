"""How often something was tried, inside a transaction of the caller's."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from domain.signing_in import Limit
from storage.account_tables import AttemptRow


def spend(connection: Connection, limits: Mapping[bytes, Limit], now: datetime) -> datetime | None:
    """Counts one attempt under each of these keys, or says until when there may be none.

    Counting comes before trying, so that many attempts at once count as many. Where one key has
    no attempt left, none of them is charged.
    """
    connection.execute(delete(AttemptRow).where(AttemptRow.until <= now))
    # In one order, so that two transactions can't wait for each other.
    rows = connection.execute(
        select(AttemptRow.key, AttemptRow.count, AttemptRow.until)
        .where(AttemptRow.key.in_(sorted(limits)))
        .order_by(AttemptRow.key)
        .with_for_update()
    )
    counts = {key: (count, until) for key, count, until in rows}
    spent = [until for key, (count, until) in counts.items() if count >= limits[key].most]
    if spent:
        return max(spent)
    for key in sorted(limits):
        if key in counts or not _first(connection, key, now, limits[key]):
            one_more = update(AttemptRow).where(AttemptRow.key == key)
            connection.execute(one_more.values(count=AttemptRow.count + 1))
    return None


def _first(connection: Connection, key: bytes, now: datetime, limit: Limit) -> bool:
    row = {"key": key, "count": 1, "since": now, "until": now + limit.within}
    try:
        with connection.begin_nested():
            connection.execute(insert(AttemptRow), row)
    except IntegrityError:
        return False  # somebody else was the first, a moment ago
    return True


def forgive(connection: Connection, keys: Mapping[bytes, Limit]) -> None:
    """Forgets what was counted under these keys."""
    connection.execute(delete(AttemptRow).where(AttemptRow.key.in_(list(keys))))


def give_back(connection: Connection, keys: Mapping[bytes, Limit]) -> None:
    """Takes one attempt off each of these keys: it was none against them."""
    back = update(AttemptRow).where(AttemptRow.key.in_(list(keys)), AttemptRow.count > 0)
    connection.execute(back.values(count=AttemptRow.count - 1))
