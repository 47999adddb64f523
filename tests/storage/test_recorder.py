"""The recorder: each event once, whoever records it and however often."""

import asyncio

import pytest
from sqlalchemy import text

from domain.audit import canonical
from domain.chain import genesis, link
from storage.database import Database, DatabaseNotReady, DatabaseUnreachable, open_database
from storage.record import Record
from storage.recorder import BadBatch, RecordConflict, Recorder, RecordGap
from tests.storage.samples import (
    REFERENCE,
    SCHOOL,
    batch,
    joined,
    note,
    opened,
    opening,
    reminded_informally,
)


async def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the record and its projections."""
    rows = {}
    async with database.reading() as connection:
        for table, key in (
            ("events", "school, reference, sequence"),
            ("cases", "school, reference"),
            ("due_items", "school, reference, deadline"),
        ):
            found = await connection.execute(text(f"SELECT * FROM {table} ORDER BY {key}"))
            rows[table] = [tuple(row) for row in found]
    return rows


async def test_each_event_is_linked_to_the_one_before(recorder: Recorder, record: Record) -> None:
    first = opening()
    second = batch(first.case, [reminded_informally()])

    head_after_first = await recorder.record(first)
    head = await recorder.record(second)

    expected = genesis(SCHOOL, REFERENCE)
    for event in joined(first, second).events:
        expected = link(expected, canonical(event))
    assert head == expected.hex()
    stored = await record.events_of(SCHOOL, REFERENCE)
    assert [one.event for one in stored] == list(joined(first, second).events)
    assert [one.hash for one in stored][1:] == [head_after_first, head]
    assert await record.case_state(SCHOOL, REFERENCE) == second.case


async def test_the_same_batch_again_changes_nothing(database: Database) -> None:
    counted: list[int] = []
    recorder = Recorder(database, counted.append)
    first, later = opening(), batch(opening().case, [note()])
    head = await recorder.record(first)
    await recorder.record(later)
    before = await everything(database)

    assert await recorder.record(first) == head

    assert await everything(database) == before
    assert counted == [2, 1]


async def test_a_batch_of_which_some_is_stored_is_completed(
    recorder: Recorder, record: Record
) -> None:
    first = opening()
    await recorder.record(first)
    more = batch(first.case, [note("one"), note("two")])

    head = await recorder.record(joined(first, more))

    stored = await record.events_of(SCHOOL, REFERENCE)
    assert [one.event.sequence for one in stored] == [1, 2, 3, 4]
    assert stored[-1].hash == head
    assert await record.case_state(SCHOOL, REFERENCE) == more.case


async def test_other_content_under_the_same_identity_is_refused(
    database: Database, recorder: Recorder
) -> None:
    first = opening()
    await recorder.record(joined(first, batch(first.case, [note("true")])))
    before = await everything(database)

    with pytest.raises(RecordConflict) as conflict:
        await recorder.record(batch(first.case, [note("false"), note("more")]))

    assert (conflict.value.reference, conflict.value.sequence) == (REFERENCE, 3)
    assert await everything(database) == before


async def test_an_event_without_the_one_before_is_refused(
    database: Database, recorder: Recorder
) -> None:
    first = opening()
    missing = batch(first.case, [note("missing")])
    await recorder.record(first)
    before = await everything(database)

    with pytest.raises(RecordGap, match="event 3 is not on the record"):
        await recorder.record(batch(missing.case, [note("after")]))

    assert await everything(database) == before


async def test_a_batch_that_does_not_belong_together_is_refused(recorder: Recorder) -> None:
    first = opening()
    second = batch(first.case, [note()])

    with pytest.raises(BadBatch, match="the last one given is 2"):
        await recorder.record(first.model_copy(update={"case": second.case}))
    with pytest.raises(BadBatch, match="found event 3"):
        await recorder.record(joined(second, second))
    with pytest.raises(BadBatch, match="no event to record"):
        await recorder.record(first.model_copy(update={"events": ()}))


async def test_recorders_that_record_the_same_at_once_agree(
    database: Database, database_url: str, record: Record
) -> None:
    counted: list[int] = []
    other = open_database(database_url)
    recorders = [Recorder(one, counted.append) for one in (database, other)]
    references = [f"EP-2026-{number:04d}" for number in range(1, 16)]
    try:
        for reference in references:
            first = opening(reference)
            second = batch(first.case, [note(), reminded_informally()], reference)
            for step in (first, second, joined(first, second)):
                heads = await asyncio.gather(
                    *(recorder.record(step) for recorder in recorders for _ in range(2))
                )
                assert len(set(heads)) == 1
    finally:
        await other.close()

    assert sum(counted) == 4 * len(references)
    verification = await record.verify()
    assert (verification.cases, verification.events) == (len(references), 4 * len(references))
    assert verification.holds


async def test_recorders_that_disagree_at_once_leave_one_history(
    database: Database, database_url: str, recorder: Recorder, record: Record
) -> None:
    first = opening()
    await recorder.record(first)
    other = open_database(database_url)
    try:
        outcomes = await asyncio.gather(
            recorder.record(batch(first.case, [note("mine")])),
            Recorder(other).record(batch(first.case, [note("yours")])),
            return_exceptions=True,
        )
    finally:
        await other.close()

    assert {type(outcome) for outcome in outcomes} == {str, RecordConflict}
    assert len(await record.events_of(SCHOOL, REFERENCE)) == 3
    assert (await record.verify()).holds


async def test_the_projections_can_be_rebuilt_from_the_events(
    database: Database, recorder: Recorder
) -> None:
    for number in (1, 2, 3):
        first = opening(f"EP-2026-{number:04d}")
        await recorder.record(first)
        await recorder.record(batch(first.case, [reminded_informally()], first.case.reference))
    before = await everything(database)
    async with database.writing() as connection:
        await connection.execute(text("DELETE FROM due_items"))
        await connection.execute(text("UPDATE cases SET stage = 'closed', state = '{}'"))
        await connection.execute(text("DELETE FROM cases WHERE reference = 'EP-2026-0002'"))

    rebuilt = await recorder.rebuild_projections()

    assert rebuilt == (3, 9)
    assert await everything(database) == before


async def test_what_can_not_be_projected_is_not_recorded(
    database: Database, recorder: Recorder
) -> None:
    async with database.writing() as connection:
        await connection.execute(text("DROP TABLE due_items"))

    with pytest.raises(DatabaseNotReady, match="Migrate it first"):
        await recorder.record(opening())

    async with database.reading() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM events")) == 0


async def test_a_database_that_is_not_there_is_named_without_its_password() -> None:
    database = open_database("postgresql://evenhand:hunter2@127.0.0.1:1/evenhand")
    try:
        with pytest.raises(DatabaseUnreachable) as unreachable:
            await Recorder(database).record(batch(None, [opened()]))
    finally:
        await database.close()
    assert "127.0.0.1:1" in str(unreachable.value)
    assert "hunter2" not in str(unreachable.value)
