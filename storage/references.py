"""Case references such as `EP-2026-0042`: each given out once."""

from sqlalchemy.dialects import postgresql, sqlite

from storage.database import Database
from storage.tables import ReferenceCounterRow

_DIGITS = 4  # at least; the ten-thousandth case of a year gets a fifth


class References:
    """Gives out case references. One that is never used leaves a gap, which means nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def allocate(self, school: str, prefix: str, year: int) -> str:
        """The next reference of this school, prefix and year; nobody else gets the same one."""
        insert_into = sqlite.insert if self._database.is_sqlite else postgresql.insert
        counted = (
            insert_into(ReferenceCounterRow)
            .values(school=school, prefix=prefix, year=year, last=1)
            .on_conflict_do_update(
                index_elements=["school", "prefix", "year"],
                set_={"last": ReferenceCounterRow.last + 1},
            )
            .returning(ReferenceCounterRow.last)
        )
        async with self._database.writing() as connection:
            number = (await connection.execute(counted)).scalar_one()
        return f"{prefix}-{year}-{number:0{_DIGITS}d}"
