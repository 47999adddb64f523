"""Files that belong to a case, such as a letter as it was sent: each under its person's own key."""

import secrets

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from domain.actions import FileRef, TextRef
from domain.vocabulary import MediaType
from storage.commitments import SALT_BYTES, commitment, opened
from storage.database import Database
from storage.people import People, require_person
from storage.tables import EnclosureRow, EventRow
from storage.texts import TextAltered, TextNotFound, TextOnRecord

ATTACHMENT = "attachment"  # the kind of file that came with a reply


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
        name: str | None = None,
    ) -> TextRef:
        """Keeps a file about `person`; returns its id and what an event may say of it.

        `identifier` is for a file that may be kept again by another attempt: the newest one
        stands. `name` is what its owner called it, and is kept as secretly as the file. Raises
        PersonNotFound, PersonIsErased.
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
            "name": cipher.encrypt(name.encode(), _about_name(named)) if name else None,
        }
        insert_into = sqlite.insert if self._database.is_sqlite else postgresql.insert
        put = insert_into(EnclosureRow).values(row)
        async with self._database.writing() as connection:
            await connection.run_sync(require_person, person)  # erased meanwhile, perhaps
            await connection.execute(
                put.on_conflict_do_update(
                    index_elements=["id"], set_={"ciphertext": put.excluded.ciphertext}
                )
            )
        return TextRef(id=named, commitment=commitment(salt, content))

    async def keep_attachment(
        self,
        person: str,
        school: str,
        reference: str,
        name: str,
        media_type: MediaType,
        content: bytes,
    ) -> FileRef:
        """Keeps a file that came with a reply; returns what the reply's event says of it.

        Raises PersonNotFound, PersonIsErased.
        """
        ref = await self.keep(person, school, reference, ATTACHMENT, content, name=name)
        return FileRef(
            id=ref.id, commitment=ref.commitment, media_type=media_type, size=len(content)
        )

    async def read(self, ref: TextRef | FileRef) -> bytes:
        """The file. Raises TextNotFound, TextAltered, or KeyProblem under another master key."""
        content = opened(await self._plain(ref.id), ref.commitment)
        if content is None:
            raise TextAltered(ref.id)
        return content

    async def as_kept(self, identifier: str) -> bytes:
        """The file with this id, for which the record has a hash of its own. Raises
        TextNotFound, or KeyProblem under another master key."""
        return (await self._plain(identifier))[SALT_BYTES:]

    async def name_of(self, identifier: str) -> str | None:
        """What the file's owner called it, if that is kept. Raises TextNotFound, PersonIsErased."""
        stored = select(EnclosureRow.person, EnclosureRow.name).where(EnclosureRow.id == identifier)
        async with self._database.reading() as connection:
            row = (await connection.execute(stored)).one_or_none()
        if row is None:
            raise TextNotFound(identifier)
        if row.name is None:
            return None
        cipher = await self._people.cipher_of(row.person)
        return cipher.decrypt(row.name, _about_name(identifier)).decode()

    async def discard(self, ref: TextRef | FileRef) -> None:
        """Removes a file whose action was refused. Nothing happens where it is gone already.

        Call it only where the action is known to be refused, not where its fate is unknown.
        Raises TextOnRecord where an event of its case cites it.
        """
        async with self._database.writing() as connection:
            place = select(EnclosureRow.school, EnclosureRow.reference)
            case = (await connection.execute(place.where(EnclosureRow.id == ref.id))).one_or_none()
            if case is None:
                return
            events = select(EventRow.content).where(
                EventRow.school == case.school, EventRow.reference == case.reference
            )
            cited = ref.id.encode()
            if any(cited in content for content in await connection.scalars(events)):
                raise TextOnRecord(ref.id)
            await connection.execute(delete(EnclosureRow).where(EnclosureRow.id == ref.id))

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


def _about_name(identifier: str) -> str:
    return f"{identifier}/name"
