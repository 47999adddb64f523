"""Checkpoints: signed, chained to the one before, and refused where something is off."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from domain.actions import Actor
from domain.checkpoint import Checkpoint, read, verify, write
from domain.merkle import leaf_hash, verify_consistency, verify_inclusion
from domain.register import REGISTER, AuditKeyAdopted
from domain.vocabulary import Role
from storage.checkpoint_errors import (
    CheckpointNotFound,
    CheckpointRefused,
    ClockWentBack,
    NothingOnRecord,
)
from storage.checkpoints import Checkpoints
from storage.database import Database
from storage.ledger import Ledger
from storage.recorder import Recorder
from storage.registrar import Registrar
from storage.signing_keys import SigningKeys
from tests.storage.samples import REFERENCE, SCHOOL, batch, note, opening

NIGHT = datetime(2026, 11, 24, 2, 0, 0, 700_000, tzinfo=UTC)
OLD, NEW, STRANGER = (bytes([number]) * 32 for number in (1, 2, 3))
KEYS = SigningKeys({"first": OLD})
TRIGGERS = {
    "sqlite": "DROP TRIGGER {table}_refuse_{verb}",
    "postgresql": "ALTER TABLE {table} DISABLE TRIGGER {table}_refuse_change",
}


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database)


@pytest.fixture
def checkpoints(database: Database, ledger: Ledger) -> Checkpoints:
    return Checkpoints(database, ledger)


def nights(count: int) -> datetime:
    return NIGHT + timedelta(days=count)


async def tamper(database: Database, table: str, statement: str, **values: object) -> None:
    """Does behind the triggers' back what they refuse."""
    verb = statement.partition(" ")[0].lower()
    async with database.writing() as connection:
        dropped = TRIGGERS[connection.dialect.name].format(table=table, verb=verb)
        await connection.execute(text(dropped))
        await connection.execute(text(statement), values)


async def test_a_checkpoint_covers_all_there_is_and_names_the_one_before(
    checkpoints: Checkpoints, ledger: Ledger, recorder: Recorder
) -> None:
    first = opening()
    await recorder.record(first)

    one = (await checkpoints.make(SCHOOL, KEYS, NIGHT)).signed

    # Two events of the case, and the entry about the key that signs.
    assert one.checkpoint == Checkpoint(
        school=SCHOOL,
        number=1,
        size=3,
        root=(await ledger.root(SCHOOL, 3)).hex(),
        made_at=NIGHT.replace(microsecond=0),
        cases=1,
        previous=None,
    )
    await recorder.record(batch(first.case, [note()]))
    await recorder.record(opening("EP-2026-0002"))

    two = (await checkpoints.make(SCHOOL, KEYS, nights(1))).signed

    assert (two.checkpoint.number, two.checkpoint.size, two.checkpoint.cases) == (2, 6, 2)
    assert two.checkpoint.previous == one.digest
    public = [stored.public for stored in await checkpoints.keys(SCHOOL)]
    assert public == [KEYS.signer(SCHOOL).public]
    for stored in await checkpoints.all(SCHOOL):
        assert verify(stored, public) == public
    assert await checkpoints.all(SCHOOL) == [one, two]
    assert await checkpoints.get(SCHOOL, 1) == one
    assert await checkpoints.latest(SCHOOL) == two

    proof = await ledger.inclusion(SCHOOL, REFERENCE, 3, two.checkpoint.size)
    leaf = leaf_hash(proof.place.event_hash)
    verify_inclusion(proof.place.position, 6, leaf, proof.path, two.checkpoint.root_hash)
    grown = await ledger.consistency(SCHOOL, 3, 6)
    roots = (one.checkpoint.root_hash, two.checkpoint.root_hash)
    verify_consistency(3, 6, *roots, grown.path)


async def test_where_nothing_happened_the_last_one_stands(
    checkpoints: Checkpoints, recorder: Recorder
) -> None:
    with pytest.raises(NothingOnRecord, match="nothing on the record"):
        await checkpoints.make(SCHOOL, KEYS, NIGHT)
    assert await checkpoints.latest(SCHOOL) is None
    await recorder.record(opening())

    made = await checkpoints.make(SCHOOL, KEYS, NIGHT)
    again = await checkpoints.make(SCHOOL, KEYS, nights(1))

    assert (made.new, again.new) == (True, False)
    assert again.signed == made.signed


async def test_of_two_at_once_one_makes_it_and_the_other_finds_it(
    checkpoints: Checkpoints, recorder: Recorder
) -> None:
    first = opening()
    await recorder.record(first)
    await recorder.record(batch(first.case, [note(f"n{number}") for number in range(40)]))

    made = await asyncio.gather(*(checkpoints.make(SCHOOL, KEYS, NIGHT) for _ in range(4)))

    assert sorted(one.new for one in made) == [False, False, False, True]
    assert {one.signed for one in made} == {made[0].signed}
    assert len(await checkpoints.all(SCHOOL)) == 1


class Stopped(Exception):
    """Stands for a process that was killed."""


async def test_what_was_stopped_between_two_steps_is_finished_by_the_next(
    checkpoints: Checkpoints, ledger: Ledger, recorder: Recorder
) -> None:
    await recorder.record(opening())

    def stop(placed: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        await checkpoints.make(SCHOOL, KEYS, NIGHT, stop)
    assert await ledger.size(SCHOOL) == 3
    assert await checkpoints.latest(SCHOOL) is None

    made = await checkpoints.make(SCHOOL, KEYS, nights(1))

    assert (made.signed.checkpoint.number, made.signed.checkpoint.size) == (1, 3)


async def test_a_clock_that_went_back_makes_no_checkpoint(
    checkpoints: Checkpoints, recorder: Recorder
) -> None:
    first = opening()
    await recorder.record(first)
    made = await checkpoints.make(SCHOOL, KEYS, NIGHT)
    await recorder.record(batch(first.case, [note()]))

    with pytest.raises(ClockWentBack, match="never dated before") as refused:
        await checkpoints.make(SCHOOL, KEYS, NIGHT - timedelta(minutes=1))

    assert refused.value.last == made.signed.checkpoint
    assert "the first 3 events, by checkpoint 1 of 2026-11-24 02:00:00 UTC" in str(refused.value)
    assert await checkpoints.latest(SCHOOL) == made.signed
    same_second = NIGHT.replace(microsecond=0)
    assert (await checkpoints.make(SCHOOL, KEYS, same_second)).signed.checkpoint.number == 2


async def test_a_new_key_is_an_entry_and_the_old_one_vouches_for_it(
    database: Database, checkpoints: Checkpoints, recorder: Recorder
) -> None:
    await recorder.record(opening())
    await checkpoints.make(SCHOOL, KEYS, NIGHT)
    both = SigningKeys({"first": OLD, "2026a": NEW})
    old, new = both.signers(SCHOOL)
    administrator = Actor(person="person-admin", role=Role.ADMINISTRATOR)

    assert await checkpoints.adopt_key(SCHOOL, both, administrator, nights(1))
    assert not await checkpoints.adopt_key(SCHOOL, both, administrator, nights(1))
    changed = (await checkpoints.make(SCHOOL, both, nights(1))).signed
    await recorder.record(opening("EP-2026-0002"))
    later = (await checkpoints.make(SCHOOL, both, nights(2))).signed

    assert verify(changed, [old.public]) == [old.public]
    assert verify(changed, [old.public, new.public]) == [new.public, old.public]
    assert verify(later, [old.public, new.public]) == [new.public]
    assert [key.label for key in await checkpoints.keys(SCHOOL)] == ["first", "2026a"]
    entries = [one.event for one in await Registrar(database).entries(SCHOOL)]
    assert [entry.fact for entry in entries] == [
        AuditKeyAdopted(key=old.public.text, label="first"),
        AuditKeyAdopted(key=new.public.text, label="2026a"),
    ]
    assert entries[1].actor == administrator
    # The old key may be gone by now: what it signed is verified with its public half.
    await recorder.record(opening("EP-2026-0003"))
    assert (await checkpoints.make(SCHOOL, SigningKeys({"2026a": NEW}), nights(3))).new


async def test_a_checkpoint_that_is_not_there_is_answered_with_near_ones(
    checkpoints: Checkpoints, recorder: Recorder
) -> None:
    with pytest.raises(CheckpointNotFound, match="There is none at all yet"):
        await checkpoints.get(SCHOOL, 1)
    for number in range(5):
        await recorder.record(opening(f"EP-2026-{number:04d}"))
        await checkpoints.make(SCHOOL, KEYS, nights(number))

    with pytest.raises(
        CheckpointNotFound, match=r"no checkpoint 9 at .* mean 3, 4, 5\?"
    ) as missing:
        await checkpoints.get(SCHOOL, 9)
    assert missing.value.near == (3, 4, 5)


async def forged_note(checkpoints: Checkpoints, seeds: Sequence[bytes]) -> str:
    last = await checkpoints.latest(SCHOOL)
    assert last is not None
    forged = last.checkpoint.model_copy(update={"number": 2, "previous": last.digest})
    keys = SigningKeys({str(number): seed for number, seed in enumerate(seeds)})
    return write(forged, keys.signers(SCHOOL)).note


async def test_nothing_follows_a_checkpoint_that_was_forged(
    database: Database, checkpoints: Checkpoints, recorder: Recorder
) -> None:
    await recorder.record(opening())
    made = await checkpoints.make(SCHOOL, KEYS, NIGHT)
    note_ = await forged_note(checkpoints, [STRANGER])
    async with database.writing() as connection:
        await connection.execute(
            text(
                "INSERT INTO checkpoints SELECT school, 2, size, made_at, digest, :note "
                "FROM checkpoints WHERE number = 1"
            ),
            {"note": note_},
        )

    with pytest.raises(CheckpointRefused, match="not signed by a key that is known") as refused:
        await checkpoints.make(SCHOOL, KEYS, nights(1))
    assert refused.value.last == made.signed.checkpoint

    await tamper(database, "checkpoints", "UPDATE checkpoints SET note = 'gone' WHERE number = 2")
    with pytest.raises(CheckpointRefused, match="not a checkpoint of Evenhand"):
        await checkpoints.make(SCHOOL, KEYS, nights(1))


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        pytest.param(
            "DELETE FROM ledger WHERE position = 2",
            "has 2 events, fewer than checkpoint 1 signed",
            id="a place that was removed",
        ),
        pytest.param(
            "UPDATE ledger SET event_hash = :zeros WHERE position = 1",
            "no longer begins with what was signed",
            id="a place that was changed",
        ),
    ],
)
async def test_nothing_is_signed_that_contradicts_the_last_one(
    database: Database, checkpoints: Checkpoints, recorder: Recorder, statement: str, problem: str
) -> None:
    await recorder.record(opening())
    await checkpoints.make(SCHOOL, KEYS, NIGHT)
    # The entry of the register is the last place, and stays away from the ledger for good.
    values = {"zeros": bytes(32)} if ":zeros" in statement else {}
    await tamper(database, "ledger", statement, **values)
    async with database.writing() as connection:
        await connection.execute(text("DELETE FROM tiles"))
    if "DELETE" in statement:
        await tamper(database, "events", "DELETE FROM events WHERE reference = :r", r=REGISTER)

    with pytest.raises(CheckpointRefused, match=problem):
        await checkpoints.make(SCHOOL, KEYS, nights(1))


async def test_tiles_that_are_lost_are_built_anew(
    database: Database, checkpoints: Checkpoints, recorder: Recorder
) -> None:
    await recorder.record(opening())
    await checkpoints.make(SCHOOL, KEYS, NIGHT)
    await recorder.record(opening("EP-2026-0002"))
    async with database.writing() as connection:
        await connection.execute(text("DELETE FROM tiles"))

    made = await checkpoints.make(SCHOOL, KEYS, nights(1))

    assert made.signed.checkpoint.size == 5
    assert read(made.signed.note) == made.signed
