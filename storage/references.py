"""Case references such as `EP-2026-0042`: each given out once."""

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from storage.database import Database
from storage.tables import ReferenceCounterRow, ReferenceGivenRow

_DIGITS = 4  # at least; the ten-thousandth case of a year gets a fifth


class References:
    """Gives out case references. One that is never used leaves a gap, which means nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def allocate(
        self, school: str, prefix: str, year: int, *, action_id: str | None = None
    ) -> str:
        """The next reference of this school, prefix and year; nobody else gets the same one.

        The action with `action_id` gets the one that it got before, however often it asks.
        """
        if action_id is None:
            return await self._database.transact(
                lambda connection: _next(connection, school, prefix, year)
            )
        try:
            return await self._database.transact(
                lambda connection: _for(connection, school, prefix, year, action_id)
            )
        except IntegrityError:
            # The same action asked twice at once: the other one was first.
            return await self._database.transact(
                lambda connection: _for(connection, school, prefix, year, action_id)
            )

    async def given(self, school: str, action_id: str) -> str | None:
        """The reference that the action with this id got; None where it got none."""
        async with self._database.reading() as connection:
            return await connection.run_sync(_given, school, action_id)


def _given(connection: Connection, school: str, action_id: str) -> str | None:
    given = select(ReferenceGivenRow.reference).where(
        ReferenceGivenRow.school == school, ReferenceGivenRow.action_id == action_id
    )
    found: str | None = connection.scalar(given)
    return found


def _for(connection: Connection, school: str, prefix: str, year: int, action_id: str) -> str:
    known = _given(connection, school, action_id)
    if known is not None:
        return known
    reference = _next(connection, school, prefix, year)
    row = {"school": school, "action_id": action_id, "reference": reference}
    connection.execute(insert(ReferenceGivenRow), row)
    return reference


def _next(connection: Connection, school: str, prefix: str, year: int) -> str:
    insert_into = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    counted = (
        insert_into(ReferenceCounterRow)
        .values(school=school, prefix=prefix, year=year, last=1)
        .on_conflict_do_update(
            index_elements=["school", "prefix", "year"],
            set_={"last": ReferenceCounterRow.last + 1},
        )
        .returning(ReferenceCounterRow.last)
    )
    number: int = connection.execute(counted).scalar_one()
    return f"{prefix}-{year}-{number:0{_DIGITS}d}"
