"""A long verification: part by part in several processes, and on from where it stopped."""

import asyncio
from pathlib import Path

import pytest

from benchmarks.filling import fill
from benchmarks.sample_record import SCHOOL as LONG_SCHOOL
from domain.audit import canonical, event_of
from storage import segments, tree_walk
from storage.checkpoints import Checkpoints
from storage.database import Database
from storage.ledger import Ledger
from storage.recorder import Recorder
from storage.segments import ProgressFile
from storage.verification import Verification, verify
from tests.faults.tampering import CASE, KEYS, SECOND_NIGHT, TamperedRecord, a_record
from tests.storage.samples import batch, note, opening

EVENTS = 700  # of 30 cases, in places of one part of the tree


@pytest.fixture(autouse=True)
def _short_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "EVENTS_OF_A_SEGMENT", 5)


@pytest.fixture
async def record(database: Database) -> TamperedRecord:
    return await a_record(database)


@pytest.fixture
def remembered(tmp_path: Path) -> ProgressFile:
    return ProgressFile(tmp_path / "verification.json", "the database")


class Stopped(Exception):
    """Stands for Ctrl-C."""


async def stopped_half_way(database: Database, remembered: ProgressFile) -> None:
    def told(done: int, total: int) -> None:
        if done >= total // 4:
            raise Stopped

    with pytest.raises(Stopped):
        await verify(database, progress=told, remembered=remembered)


async def gone_on(database: Database, remembered: ProgressFile) -> Verification:
    return await verify(database, remembered=remembered, resume=True)


async def test_it_goes_on_where_it_stopped(
    record: TamperedRecord, remembered: ProgressFile, tmp_path: Path
) -> None:
    await stopped_half_way(record.database, remembered)
    proved, _ = remembered.load()

    found = await gone_on(record.database, remembered)

    assert found.holds
    assert 0 < found.earlier == sum(one.events for one in proved) < 16
    assert (found.cases, found.events, found.covered, found.notices) == (3, 16, 16, ())
    assert list(tmp_path.glob("*verification*")) == []


async def test_what_went_on_meanwhile_is_looked_at_again(
    record: TamperedRecord, remembered: ProgressFile
) -> None:
    await stopped_half_way(record.database, remembered)
    first = opening("EP-2026-0000")  # it comes before all others
    await Recorder(record.database).record(first)
    await Recorder(record.database).record(batch(first.case, [note()], "EP-2026-0000"))

    found = await gone_on(record.database, remembered)

    assert found.holds
    assert found.events == 19
    assert "looked at again" in found.notices[0]


async def test_a_fault_found_before_the_stop_is_found_again(
    record: TamperedRecord, remembered: ProgressFile
) -> None:
    await record.run("DELETE FROM events WHERE reference = 'EP-2026-0001' AND sequence = 2")
    await stopped_half_way(record.database, remembered)

    [fault] = (await gone_on(record.database, remembered)).faults

    assert (fault.fault.reference, fault.fault.sequence) == ("EP-2026-0001", 2)


async def test_nothing_else_is_gone_on_with(
    record: TamperedRecord, remembered: ProgressFile, tmp_path: Path
) -> None:
    found = await gone_on(record.database, remembered)
    assert found.notices == (
        "There is no verification to go on with; this one starts at the beginning.",
    )

    await stopped_half_way(record.database, ProgressFile(tmp_path / "verification.json", "other"))
    found = await gone_on(record.database, remembered)
    assert "is of another database (other)" in found.notices[0]
    assert (found.holds, found.earlier) == (True, 0)

    (tmp_path / "verification.json").write_text("{", encoding="utf-8")
    found = await gone_on(record.database, remembered)
    assert "can't be read" in found.notices[0]
    assert (found.holds, found.earlier) == (True, 0)


async def test_a_tree_of_several_parts_comes_to_the_same(
    record: TamperedRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The parts' joints lie elsewhere, and every root is the one that was signed."""
    access = record.database.raw_access
    roots = {one.checkpoint.size: one.checkpoint.root_hash for one in (record.first, record.second)}
    monkeypatch.setattr(tree_walk, "_compare_tiles", lambda *_: (None, True))
    for part in (1, 2, 4, 8, 16):
        monkeypatch.setattr(tree_walk, "PART", part)
        parts = [
            await asyncio.to_thread(
                tree_walk.work_out,
                access,
                "eleanor-palmer",
                first,
                [first + part, *(size for size in roots if first <= size < first + part)],
            )
            for first in range(0, 17, part)
        ]
        found = tree_walk.joined_roots(parts)
        assert {size: found[size] for size in roots} == roots


async def test_rows_made_for_the_benchmark_are_real(database: Database, database_url: str) -> None:
    told: list[int] = []
    await fill(database_url, EVENTS, told.append)
    checkpoints = Checkpoints(database, Ledger(database))
    await checkpoints.make(LONG_SCHOOL, KEYS, SECOND_NIGHT)

    found = await verify(database)

    assert found.holds, found
    assert (found.events, found.covered, told[-1]) == (EVENTS + 1, EVENTS + 1, EVENTS)
    for reference in ("BM-2026-000001", "BM-2026-000010"):
        async with database.reading() as connection:
            rows = await connection.exec_driver_sql(
                f"SELECT content FROM events WHERE reference = '{reference}'"
            )
            for (content,) in rows:
                assert canonical(event_of(reference, content)) == content


async def test_the_first_of_many_chains_at_fault_are_all_named(
    record: TamperedRecord,
) -> None:
    await record.run("UPDATE events SET hash = :zeros WHERE sequence = 2", zeros=bytes(32))

    found = await record.verified()

    assert [(one.fault.reference, one.fault.sequence) for one in found.faults] == [
        ("EP-2026-0001", 2),
        (CASE, 2),
        ("EP-2026-0003", 2),
    ]
