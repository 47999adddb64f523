"""Texts that the record commits to: stored apart from it, each under its person's own key."""

import secrets
from collections.abc import Sequence

from sqlalchemy import delete, insert, select, update

from domain.actions import FileRef, TextRef
from storage.commitments import SALT_BYTES, commitment, opened
from storage.database import Database
from storage.people import People, require_person
from storage.tables import EventRow, TextRow


class TextNotFound(LookupError):
    """The text is not there: it never was, it was discarded, or its person was erased."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(
            f"The text {text} is not there. It was discarded, or the person was erased."
        )


class TextAltered(ValueError):
    """The stored text is not the one that the record commits to."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(
            f"The text {text} is not the one that the record commits to: it was changed after it "
            "was recorded."
        )


class TextOnRecord(ValueError):
    """An event on the record cites the text, so it stays."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"The text {text} is on the record and can't be discarded.")


class Texts:
    """Stores texts and reads them back."""

    def __init__(self, database: Database, people: People) -> None:
        self._database = database
        self._people = people

    async def store(
        self, person: str, school: str, reference: str, kind: str, text: str
    ) -> TextRef:
        """Stores a text about `person` and returns what an event may say of it.

        `kind` says what it is, such as `narrative` or `reason`. The commitment is SHA-256 over a
        random salt of 32 bytes and the text in UTF-8: without the salt, which is encrypted with
        the text, nobody can try out guesses. Raises PersonNotFound, PersonIsErased.
        """
        identifier = f"text-{secrets.token_hex(16)}"
        salt = secrets.token_bytes(SALT_BYTES)
        content = text.encode()
        cipher = await self._people.cipher_of(person)
        row = {
            "id": identifier,
            "person": person,
            "school": school,
            "reference": reference,
            "kind": kind,
            "ciphertext": cipher.encrypt(salt + content, identifier),
        }
        async with self._database.writing() as connection:
            await connection.run_sync(require_person, person)  # erased meanwhile, perhaps
            await connection.execute(insert(TextRow), row)
        return TextRef(id=identifier, commitment=commitment(salt, content))

    async def read(self, ref: TextRef) -> str:
        """The text. Raises TextNotFound, TextAltered, or KeyProblem under another master key."""
        content = opened(await self._plain(ref.id), ref.commitment)
        if content is None:
            raise TextAltered(ref.id)
        return content.decode()

    async def read_as_stored(self, text: str) -> str:
        """The text with this id, without holding it against the record.

        Raises TextNotFound, or KeyProblem under another master key.
        """
        return (await self._plain(text))[SALT_BYTES:].decode()

    async def _plain(self, text: str) -> bytes:
        stored = select(TextRow.person, TextRow.ciphertext).where(TextRow.id == text)
        async with self._database.reading() as connection:
            row = (await connection.execute(stored)).one_or_none()
        if row is None:
            raise TextNotFound(text)
        cipher = await self._people.cipher_of(row.person)
        return cipher.decrypt(row.ciphertext, text)

    async def belong_to(self, refs: Sequence[TextRef | FileRef], reference: str) -> None:
        """Puts texts to the case whose reference is known only now."""
        mine = update(TextRow).where(TextRow.id.in_([ref.id for ref in refs]))
        async with self._database.writing() as connection:
            await connection.execute(mine.values(reference=reference))

    async def discard(self, ref: TextRef) -> None:
        """Removes a text whose action was refused. Nothing happens where it is gone already.

        Call it only where the action is known to be refused, not where its fate is unknown.
        Raises TextOnRecord where an event of its case cites it.
        """
        async with self._database.writing() as connection:
            case = (
                await connection.execute(
                    select(TextRow.school, TextRow.reference).where(TextRow.id == ref.id)
                )
            ).one_or_none()
            if case is None:
                return
            events = select(EventRow.content).where(
                EventRow.school == case.school, EventRow.reference == case.reference
            )
            cited = ref.id.encode()
            if any(cited in content for content in await connection.scalars(events)):
                raise TextOnRecord(ref.id)
            await connection.execute(delete(TextRow).where(TextRow.id == ref.id))
