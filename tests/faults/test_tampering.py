"""Whatever is done to the record behind the service's back is found, and named.

A test that says `held` needs a checkpoint that somebody keeps elsewhere; it also shows that without
one the verification is none the wiser.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest

from storage.database import open_database
from storage.ledger import Ledger
from storage.migrations import upgrade
from storage.recorder import Recorder
from tests.faults.tampering import (
    CASE,
    FIRST_NIGHT,
    STRANGER,
    TamperedRecord,
    a_record,
    changed,
)
from tests.storage.samples import OPENED_AT, SCHOOL

Tampering = Callable[[TamperedRecord], Awaitable[None]]


@pytest.fixture
async def record(database_url: str) -> AsyncIterator[TamperedRecord]:
    database = open_database(database_url)
    try:
        await upgrade(database)
        yield await a_record(database)
    finally:
        await database.close()


async def test_what_was_left_alone_holds(record: TamperedRecord) -> None:
    for held in (None, record.first, record.second):
        found = await record.verified(held)

        assert found.holds, found
        assert (found.cases, found.events, found.covered) == (3, 16, 16)
        [evidence] = found.evidence
        assert evidence.proved is not None
        assert evidence.proved.checkpoint.number == 2
        assert held is None or (found.held is not None and found.held.holds)


async def a_field(record: TamperedRecord) -> None:
    await record.run(
        "UPDATE events SET content = :content WHERE reference = :case AND sequence = 3",
        content=(await record.contents())[2].replace(b"courtesy", b"courtesi"),
        case=CASE,
    )


async def a_deleted_event(record: TamperedRecord) -> None:
    await record.run("DELETE FROM events WHERE reference = :case AND sequence = 2", case=CASE)


async def an_inserted_event(record: TamperedRecord) -> None:
    for sequence in (5, 4, 3):
        await record.run(
            "UPDATE events SET sequence = sequence + 1 WHERE reference = :case AND sequence = :at",
            case=CASE,
            at=sequence,
        )
    await record.run(
        "INSERT INTO events (school, reference, sequence, at, type, actor_role, content, hash)"
        " SELECT school, reference, 3, at, type, actor_role, content, hash FROM events"
        " WHERE reference = :case AND sequence = 2",
        case=CASE,
    )


async def two_swapped(record: TamperedRecord) -> None:
    contents = await record.contents()
    for sequence, content in ((2, contents[2]), (3, contents[1])):
        await record.run(
            "UPDATE events SET content = :content WHERE reference = :case AND sequence = :sequence",
            content=content,
            case=CASE,
            sequence=sequence,
        )


async def a_back_dated_event(record: TamperedRecord) -> None:
    """Its chain is computed anew, and the list of cases agrees."""
    contents = await record.contents()
    contents[3] = changed(contents[3], at=OPENED_AT + timedelta(minutes=3, seconds=30))
    await record.rewrite(contents)


async def a_new_event_back_dated(record: TamperedRecord) -> None:
    """One that no checkpoint covers yet."""
    contents = await record.contents()
    contents.append(changed(contents[4], sequence=6, at=OPENED_AT))
    await record.rewrite(contents)


async def the_end(record: TamperedRecord) -> None:
    """The list of cases agrees with it."""
    await record.rewrite((await record.contents())[:4])


async def a_chain_computed_anew(record: TamperedRecord) -> None:
    contents = await record.contents()
    contents[1] = changed(contents[1], action_id="another")
    await record.rewrite(contents)


async def a_whole_case(record: TamperedRecord) -> None:
    await record.run("DELETE FROM events WHERE reference = :case", case=CASE)
    await record.run("DELETE FROM cases WHERE reference = :case", case=CASE)


async def a_place_in_the_ledger(record: TamperedRecord) -> None:
    await record.run(
        "DELETE FROM ledger WHERE reference = :case AND sequence = 3",
        case=CASE,
    )


@pytest.mark.parametrize(
    ("tampering", "sequence", "problem"),
    [
        pytest.param(a_field, 3, "the content does not match its hash", id="a field"),
        pytest.param(
            a_deleted_event, 2, "event 2 is missing (event 3 found)", id="a deleted event"
        ),
        pytest.param(
            an_inserted_event,
            3,
            "the content belongs to another place in the record",
            id="an inserted event",
        ),
        pytest.param(
            two_swapped, 2, "the content belongs to another place in the record", id="two swapped"
        ),
        pytest.param(
            a_back_dated_event,
            4,
            "the ledger holds another event in its place",
            id="a back-dated event",
        ),
        pytest.param(
            a_new_event_back_dated,
            6,
            "it is dated before the event before it: the clock went backwards, or the event was "
            "back-dated",
            id="a back-dated event that no checkpoint covers",
        ),
        pytest.param(the_end, 5, "it is missing, although the ledger has it", id="the end"),
        pytest.param(
            a_chain_computed_anew,
            2,
            "the ledger holds another event in its place",
            id="a chain computed anew",
        ),
        pytest.param(
            a_whole_case, 1, "it is missing, although the ledger has it", id="a whole case"
        ),
        pytest.param(
            a_place_in_the_ledger,
            3,
            "its entry was taken out of the ledger",
            id="a place in the ledger",
        ),
    ],
)
async def test_the_first_event_at_fault_is_named(
    record: TamperedRecord, tampering: Tampering, sequence: int, problem: str
) -> None:
    await tampering(record)

    found = await record.verified()

    assert [(one.fault.reference, one.fault.sequence) for one in found.faults] == [(CASE, sequence)]
    assert found.faults[0].fault.problem == problem
    assert not found.holds


async def a_strangers_checkpoint(record: TamperedRecord) -> None:
    await record.forge(keys=STRANGER)


async def a_checkpoint_of_less(record: TamperedRecord) -> None:
    await record.forge(size=14)


async def a_missing_checkpoint(record: TamperedRecord) -> None:
    await record.run("DELETE FROM checkpoints WHERE number = 1")


async def a_checkpoint_before_the_one_before(record: TamperedRecord) -> None:
    await record.forge(made_at=FIRST_NIGHT - timedelta(hours=1))


async def a_checkpoint_that_names_another(record: TamperedRecord) -> None:
    await record.forge(previous="0" * 64)


async def two_places_swapped(record: TamperedRecord) -> None:
    """And the tiles agree."""
    await record.run("UPDATE ledger SET position = 99 WHERE position = 2")
    await record.run("UPDATE ledger SET position = 2 WHERE position = 3")
    await record.run("UPDATE ledger SET position = 3 WHERE position = 99")
    await Ledger(record.database).rebuild_tiles(SCHOOL)


async def the_tiles(record: TamperedRecord) -> None:
    await record.run("UPDATE tiles SET hashes = :hashes", hashes=bytes(32 * 16))


async def the_ledgers_end(record: TamperedRecord) -> None:
    await record.run("DELETE FROM ledger WHERE position > 13")
    await Ledger(record.database).rebuild_tiles(SCHOOL)


@pytest.mark.parametrize(
    ("tampering", "proved", "problem"),
    [
        pytest.param(
            a_strangers_checkpoint, 1, "not signed by a key that is known", id="another key"
        ),
        pytest.param(
            a_checkpoint_of_less, 1, "the ledger does not lead to what checkpoint 2", id="of less"
        ),
        pytest.param(a_missing_checkpoint, 0, "checkpoint 1 is missing", id="a missing one"),
        pytest.param(
            a_checkpoint_before_the_one_before, 1, "the clock went backwards", id="a wrong date"
        ),
        pytest.param(
            a_checkpoint_that_names_another, 1, "does not name the one before", id="another line"
        ),
        pytest.param(
            two_places_swapped, 0, "the ledger does not lead to what checkpoint 1", id="the ledger"
        ),
        pytest.param(the_tiles, 2, "(its tiles) were changed", id="the tiles"),
        pytest.param(the_ledgers_end, 1, "and the ledger has only 14", id="the end of the ledger"),
    ],
)
async def test_what_the_checkpoints_prove_is_said(
    record: TamperedRecord, tampering: Tampering, proved: int, problem: str
) -> None:
    await tampering(record)

    found = await record.verified()

    assert not found.holds
    [evidence] = found.evidence
    assert evidence.problem is not None
    assert problem in evidence.problem
    assert (evidence.proved.checkpoint.number if evidence.proved else 0) == proved


async def everything_from_a_case_on(record: TamperedRecord) -> None:
    """Whoever has the database and the school's own key makes all of the evidence anew."""
    contents = await record.contents()
    contents[1] = changed(contents[1], action_id="another")
    await record.rewrite(contents)
    await record.rewrite_evidence()


async def a_case_with_the_evidence(record: TamperedRecord) -> None:
    await a_whole_case(record)
    await record.rewrite_evidence()


async def the_end_with_the_evidence(record: TamperedRecord) -> None:
    await the_end(record)
    await record.rewrite_evidence()


async def an_old_backup(record: TamperedRecord) -> None:
    """Everything stands as it stood at the first checkpoint."""
    await record.run("DELETE FROM events WHERE sequence > 4")
    await record.run("DELETE FROM ledger WHERE position >= 13")
    await record.run("DELETE FROM checkpoints WHERE number > 1")
    await Ledger(record.database).rebuild_tiles(SCHOOL)
    await Recorder(record.database).rebuild_projections()


async def another_key_with_the_evidence(record: TamperedRecord) -> None:
    await a_whole_case(record)
    await record.rewrite_evidence(STRANGER)


@pytest.mark.parametrize(
    ("tampering", "sentence"),
    [
        pytest.param(
            everything_from_a_case_on, "was changed, removed or slipped in", id="held: a chain"
        ),
        pytest.param(a_case_with_the_evidence, "does NOT match the record", id="held: a case"),
        pytest.param(the_end_with_the_evidence, "does NOT match the record", id="held: the end"),
        pytest.param(
            an_old_backup,
            "covers 16 events, and the ledger has only 13: its end was cut off, or an old copy",
            id="held: an old backup",
        ),
        pytest.param(
            another_key_with_the_evidence,
            "does NOT match the record",
            id="held: another key, adopted in the register",
        ),
    ],
)
async def test_a_checkpoint_held_elsewhere_shows_what_nothing_else_can(
    record: TamperedRecord, tampering: Tampering, sentence: str
) -> None:
    await tampering(record)

    assert (await record.verified()).holds

    found = await record.verified(record.second)
    assert not found.holds
    assert found.held is not None
    assert sentence in found.held.sentence


async def test_held_checkpoints_made_anew_over_the_same_events_are_found(
    record: TamperedRecord,
) -> None:
    await record.rewrite_evidence()

    found = await record.verified(record.first)

    assert found.held is not None
    assert not found.holds


async def test_a_column_of_another_type_is_a_fault_and_no_error(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    try:
        await upgrade(database)
        record = await a_record(database)
        for column, value in (("content", "text"), ("at", "never"), ("hash", "text")):
            await record.run(
                f"UPDATE events SET {column} = :value WHERE reference = :case AND sequence = 3",
                value=value,
                case=CASE,
            )

            [fault] = (await record.verified()).faults
            assert (fault.fault.reference, fault.fault.sequence) == (CASE, 3)
    finally:
        await database.close()
