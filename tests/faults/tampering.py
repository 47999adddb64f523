"""A record with two checkpoints, and the ways in which somebody with the database can change it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from domain.audit import canonical, event_of
from domain.chain import genesis, link
from domain.checkpoint import Checkpoint, SignedCheckpoint, write
from storage.checkpoints import Checkpoints
from storage.database import Database
from storage.ledger import Ledger
from storage.record import Record
from storage.recorder import Recorder
from storage.signing_keys import SigningKeys
from storage.verification import Verification, verify
from tests.storage.samples import SCHOOL, batch, note, opening, reminded_informally

CASE = "EP-2026-0002"
KEYS = SigningKeys({"ours": b"1" * 32})
STRANGER = SigningKeys({"theirs": b"2" * 32})
FIRST_NIGHT = datetime(2026, 11, 23, 2, tzinfo=UTC)
SECOND_NIGHT = FIRST_NIGHT + timedelta(days=1)
TABLES = ("events", "ledger", "checkpoints", "audit_keys")


@dataclass(frozen=True, kw_only=True)
class TamperedRecord:
    """Three cases of four events, a checkpoint, one more event each, and a second checkpoint.

    `first` and `second` are the checkpoints as a governor holds them.
    """

    database: Database
    first: SignedCheckpoint
    second: SignedCheckpoint

    async def verified(self, held: SignedCheckpoint | None = None) -> Verification:
        """What a verification finds."""
        return await verify(self.database, held=held)

    async def run(self, statement: str, **values: object) -> None:
        """Runs a statement behind the triggers' back."""
        async with self.database.writing() as connection:
            if self.database.is_sqlite:
                found = await connection.execute(
                    text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
                )
                for (name,) in found.all():
                    await connection.execute(text(f"DROP TRIGGER {name}"))
            else:
                for table in TABLES:
                    await connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
            await connection.execute(text(statement), values)

    async def contents(self, reference: str = CASE) -> list[bytes]:
        """The contents of a case's events, in order."""
        stored = await Record(self.database).events_of(SCHOOL, reference)
        return [one.content for one in stored]

    async def rewrite(self, contents: list[bytes], reference: str = CASE) -> None:
        """Puts another chain in place of a case's, and lets the list of cases agree."""
        await self.run("DELETE FROM events WHERE reference = :case", case=reference)
        head = genesis(SCHOOL, reference)
        for sequence, content in enumerate(contents, start=1):
            head = link(head, content)
            event = event_of(reference, content)
            at: Any = event.at
            if self.database.is_sqlite:
                at = event.at.replace(tzinfo=None).isoformat(" ", "microseconds")
            await self.run(
                "INSERT INTO events (school, reference, sequence, at, type, actor_role, content,"
                " hash) VALUES (:school, :case, :sequence, :at, :type, :role, :content, :hash)",
                school=SCHOOL,
                case=reference,
                sequence=sequence,
                at=at,
                type=event.fact.type,
                role=event.actor.role.value,
                content=content,
                hash=head,
            )
        await self.run(
            "UPDATE cases SET sequence = :sequence, head = :head WHERE reference = :case",
            sequence=len(contents),
            head=head,
            case=reference,
        )

    async def rewrite_evidence(self, keys: SigningKeys = KEYS) -> None:
        """Makes ledger, tiles and checkpoints anew over whatever the events say now."""
        for table in ("ledger", "tiles", "checkpoints"):
            await self.run(f"DELETE FROM {table}")
        await Checkpoints(self.database, Ledger(self.database)).make(SCHOOL, keys, FIRST_NIGHT)

    async def forge(self, **changes: object) -> None:
        """Puts a checkpoint in place of the second, with changes; `keys` is who signs it."""
        keys = changes.pop("keys", KEYS)
        assert isinstance(keys, SigningKeys)
        forged = Checkpoint.model_validate({**self.second.checkpoint.model_dump(), **changes})
        signed = write(forged, keys.signers(SCHOOL))
        made_at: Any = forged.made_at
        if self.database.is_sqlite:
            made_at = made_at.replace(tzinfo=None).isoformat(" ", "microseconds")
        await self.run(
            "UPDATE checkpoints SET note = :note, digest = :digest, size = :size,"
            " made_at = :made_at WHERE number = 2",
            note=signed.note,
            digest=signed.digest,
            size=forged.size,
            made_at=made_at,
        )


async def a_record(database: Database) -> TamperedRecord:
    """Makes it, in an empty database."""
    recorder = Recorder(database)
    checkpoints = Checkpoints(database, Ledger(database))
    cases = []
    for number in (1, 2, 3):
        first = opening(f"EP-2026-{number:04d}")
        await recorder.record(first)
        more = batch(first.case, [reminded_informally(), note()], first.case.reference)
        await recorder.record(more)
        cases.append(more.case)
    one = (await checkpoints.make(SCHOOL, KEYS, FIRST_NIGHT)).signed
    for case in cases:
        await recorder.record(batch(case, [note("later")], case.reference))
    two = (await checkpoints.make(SCHOOL, KEYS, SECOND_NIGHT)).signed
    return TamperedRecord(database=database, first=one, second=two)


def changed(content: bytes, **fields: object) -> bytes:
    """An event with other fields, in canonical form."""
    event = event_of(CASE, content)
    return canonical(event.model_copy(update=fields))
