"""Lists of cases that people saved: what each asks for, under a name of the person's own."""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, func, insert, select

from storage.database import Database
from storage.people import People
from storage.tables import SavedViewRow

MOST = 20  # of one person
_NAME = "saved-view"


class TooManyViews(ValueError):
    """A person keeps no more lists than they can look through."""

    def __init__(self) -> None:
        super().__init__(f"You have saved {MOST} lists already. Remove one of them first.")


class SavedView(NamedTuple):
    """A saved list: its id, its name, and what it asks for."""

    id: str
    name: str
    filters: dict[str, Any]


class SavedViews:
    """Keeps each person's own lists."""

    def __init__(self, database: Database, people: People) -> None:
        self._database = database
        self._people = people

    async def save(
        self, school: str, person: str, name: str, filters: Mapping[str, Any], now: datetime
    ) -> str:
        """Saves a list under a name, and returns its id. Raises TooManyViews, PersonNotFound."""
        id_ = f"view-{secrets.token_hex(8)}"
        cipher = await self._people.cipher_of(person)
        row = {
            "id": id_,
            "school": school,
            "person": person,
            "name": cipher.encrypt(name.strip().encode(), f"{_NAME}/{id_}"),
            "filters": json.dumps(dict(filters), sort_keys=True),
            "saved_at": now,
        }
        mine = (SavedViewRow.school == school, SavedViewRow.person == person)
        async with self._database.writing() as connection:
            count = await connection.scalar(select(func.count()).where(*mine))
            if (count or 0) >= MOST:
                raise TooManyViews
            await connection.execute(insert(SavedViewRow), row)
        return id_

    async def of_person(self, school: str, person: str) -> list[SavedView]:
        """A person's lists, by name. Raises PersonNotFound."""
        rows = select(SavedViewRow.id, SavedViewRow.name, SavedViewRow.filters).where(
            SavedViewRow.school == school, SavedViewRow.person == person
        )
        async with self._database.reading() as connection:
            found = (await connection.execute(rows)).all()
        if not found:
            return []
        cipher = await self._people.cipher_of(person)
        views = [
            SavedView(id_, cipher.decrypt(name, f"{_NAME}/{id_}").decode(), json.loads(filters))
            for id_, name, filters in found
        ]
        return sorted(views, key=lambda view: (view.name.casefold(), view.id))

    async def remove(self, school: str, person: str, view: str) -> None:
        """Removes a list; nothing where it is gone already."""
        async with self._database.writing() as connection:
            await connection.execute(
                delete(SavedViewRow).where(
                    SavedViewRow.id == view,
                    SavedViewRow.school == school,
                    SavedViewRow.person == person,
                )
            )
