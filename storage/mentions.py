"""In which cases a person may be found, and whose texts stand in a case."""

from collections.abc import Sequence
from datetime import datetime

import rfc8785
from sqlalchemy import ColumnElement, func, literal, select, text
from sqlalchemy.types import LargeBinary

from domain.actions import PersonId
from domain.register import REGISTER
from storage.database import Database
from storage.people import PersonNotFound
from storage.tables import EnclosureRow, EventRow, PersonRow, TextRow

_AT_ONCE = 500  # ids in one statement


class Mentions:
    """Finds what is kept about one person across a school's record."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def cases_of(self, school: str, person: PersonId) -> list[str]:
        """The references of the cases with an event that holds the person's id, in order.

        An id may stand in an event as something else, so whoever asks looks at the events.
        """
        holding = (
            select(EventRow.reference)
            .where(EventRow.school == school, EventRow.reference != REGISTER, self._holds(person))
            .distinct()
            .order_by(EventRow.reference)
        )
        async with self._database.reading() as connection:
            return list(await connection.scalars(holding))

    async def whose_texts(self, texts: Sequence[str]) -> dict[str, PersonId]:
        """Under whose key each of these texts is kept, by id; without those that are gone."""
        return await self._whose(TextRow, texts)

    async def whose_files(self, files: Sequence[str]) -> dict[str, PersonId]:
        """Under whose key each of these files is kept, by id; without those that are gone."""
        return await self._whose(EnclosureRow, files)

    async def _whose(
        self, table: type[TextRow] | type[EnclosureRow], ids: Sequence[str]
    ) -> dict[str, PersonId]:
        found: dict[str, PersonId] = {}
        async with self._database.reading() as connection:
            for first in range(0, len(ids), _AT_ONCE):
                some = select(table.id, table.person).where(
                    table.id.in_(ids[first : first + _AT_ONCE])
                )
                found.update((row.id, row.person) for row in await connection.execute(some))
        return found

    async def added_at(self, person: PersonId) -> datetime:
        """When a person was added. Raises PersonNotFound."""
        added = select(PersonRow.added_at).where(PersonRow.id == person)
        async with self._database.reading() as connection:
            found = await connection.scalar(added)
        if found is None:
            raise PersonNotFound(None, person)
        return found

    def _holds(self, person: PersonId) -> ColumnElement[bool]:
        # As it stands in canonical JSON, with its quotes.
        quoted = rfc8785.dumps(person)
        if self._database.is_sqlite:
            return func.instr(EventRow.content, literal(quoted, LargeBinary)) > 0
        return text("position(:quoted in events.content) > 0").bindparams(quoted=quoted)  # type: ignore[return-value]
