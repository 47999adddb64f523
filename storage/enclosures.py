"""Files that belong to a case, such as a letter as it was sent: each under its person's own key."""

import secrets

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from domain.actions import TextRef
from storage.commitments import SALT_BYTES, commitment, opened
from storage.database import Database
from storage.people import People
from storage.tables import EnclosureRow
from storage.texts import TextAltered, TextNotFound


class Enclosures:
    """Keeps files and reads them back."""

    def __init__(self, database: Database, people: People) -> None:
        self._database = database
        self._people = people

    async def keep(
        self,
        person: str,
        school: str,
        reference: str,
        kind: str,
        content: bytes,
        *,
        identifier: str | None = None,
    ) -> TextRef:
        """Keeps a file about `person`; returns its id and what an event may say of it.

        `identifier` is for a file that may be kept again by another attempt: the newest one
        stands. Raises PersonNotFound.
        """
        named = identifier or f"file-{secrets.token_hex(16)}"
        salt = secrets.token_bytes(SALT_BYTES)
        cipher = await self._people.cipher_of(person)
        row = {
            "id": named,
            "person": person,
            "school": school,
            "reference": reference,
            "kind": kind,
            "ciphertext": cipher.encrypt(salt + content, named),
        }
        insert_into = sqlite.insert if self._database.is_sqlite else postgresql.insert
        put = insert_into(EnclosureRow).values(row)
        async with self._database.writing() as connection:
            await connection.execute(
                put.on_conflict_do_update(
                    index_elements=["id"], set_={"ciphertext": put.excluded.ciphertext}
                )
            )
        return TextRef(id=named, commitment=commitment(salt, content))

    async def read(self, ref: TextRef) -> bytes:
        """The file. Raises TextNotFound, TextAltered, or KeyProblem under another master key."""
        content = opened(await self._plain(ref.id), ref.commitment)
        if content is None:
            raise TextAltered(ref.id)
        return content

    async def as_kept(self, identifier: str) -> bytes:
        """The file with this id, for which the record has a hash of its own. Raises
        TextNotFound, or KeyProblem under another master key."""
        return (await self._plain(identifier))[SALT_BYTES:]

    async def _plain(self, identifier: str) -> bytes:
        stored = select(EnclosureRow.person, EnclosureRow.ciphertext).where(
            EnclosureRow.id == identifier
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(stored)).one_or_none()
        if row is None:
            raise TextNotFound(identifier)
        cipher = await self._people.cipher_of(row.person)
        return cipher.decrypt(row.ciphertext, identifier)
