"""The ledger: a place for each event, once and in order, and proofs that hold."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from domain.audit import canonical
from domain.chain import genesis, link
from domain.merkle import leaf_hash, verify_consistency, verify_inclusion
from domain.register import REGISTER, HoldPlaced
from storage import ledger as ledger_module
from storage.database import Database
from storage.event_rows import row_of
from storage.ledger import Ledger, NotInTheLedger
from storage.placing import LedgerError, RecordDoesNotHold
from storage.recorder import Recorder
from storage.registrar import Registrar
from storage.tables import EventRow, LedgerRow
from storage.tiles import TilesDoNotFit
from tests.rules.test_merkle import mth
from tests.storage.samples import (
    HEAD,
    OPENED_AT,
    REFERENCE,
    SCHOOL,
    batch,
    note,
    opening,
    reminded_informally,
    text_ref,
)
from tests.storage.test_verification import tamper

OTHER = "EP-2026-0002"


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database)


async def places(database: Database, school: str = SCHOOL) -> list[tuple[str, int]]:
    """Reference and sequence of each event in the ledger, in the order of their places."""
    async with database.reading() as connection:
        rows = await connection.execute(
            select(LedgerRow.reference, LedgerRow.sequence)
            .where(LedgerRow.school == school)
            .order_by(LedgerRow.position)
        )
        return [(reference, sequence) for reference, sequence in rows]


async def many_notes(recorder: Recorder, count: int, reference: str = REFERENCE) -> None:
    first = opening(reference)
    await recorder.record(first)
    notes = [note(f"n{number}") for number in range(count - 2)]
    await recorder.record(batch(first.case, notes, reference))


async def test_each_event_gets_its_place_in_the_order_of_time(
    database: Database, ledger: Ledger, recorder: Recorder
) -> None:
    first, second = opening(), opening(OTHER)
    await recorder.record(first)
    await recorder.record(second)
    told: list[int] = []

    assert await ledger.place_new_events(SCHOOL, told.append) == 4
    assert await places(database) == [(REFERENCE, 1), (OTHER, 1), (REFERENCE, 2), (OTHER, 2)]
    assert told == [4]

    await Registrar(database).append(
        SCHOOL, [HoldPlaced(reference=OTHER, reason=text_ref("hold"))], HEAD, "a", OPENED_AT
    )
    await recorder.record(batch(second.case, [reminded_informally()], OTHER))
    assert await ledger.place_new_events(SCHOOL) == 6
    assert (await places(database))[4:] == [(REGISTER, 1), (OTHER, 3)]
    assert await ledger.place_new_events(SCHOOL) == 6
    assert await ledger.place_new_events("nowhere") == 0


async def test_an_event_never_comes_before_its_predecessor(
    database: Database, ledger: Ledger, recorder: Recorder
) -> None:
    # The clock went back by a day within a case: the case's own order stands.
    first = opening()
    early = batch(first.case, [note()])
    back = early.events[0].model_copy(update={"at": OPENED_AT - timedelta(days=1)})
    await recorder.record(first)
    await recorder.record(early.model_copy(update={"events": (back,)}))
    await recorder.record(opening(OTHER))

    await ledger.place_new_events(SCHOOL)

    order = await places(database)
    assert [sequence for reference, sequence in order if reference == REFERENCE] == [1, 2, 3]


async def test_proofs_from_the_tiles_hold(
    database: Database, ledger: Ledger, recorder: Recorder
) -> None:
    await many_notes(recorder, 600)
    await ledger.place_new_events(SCHOOL)
    async with database.reading() as connection:
        hashes = await connection.scalars(select(LedgerRow.event_hash).order_by(LedgerRow.position))
        leaves = [leaf_hash(one) for one in hashes]

    for size in (1, 2, 3, 255, 256, 257, 600):  # around the edges of a tile
        root = await ledger.root(SCHOOL, size)
        assert root == mth(leaves[:size])
        for sequence in {1, size // 2 + 1, size}:
            proof = await ledger.inclusion(SCHOOL, REFERENCE, sequence, size)
            assert proof.place == (sequence - 1, REFERENCE, sequence, proof.place.event_hash)
            assert proof.root == root
            leaf = leaf_hash(proof.place.event_hash)
            verify_inclusion(proof.place.position, size, leaf, proof.path, root)
        grown = await ledger.consistency(SCHOOL, size, 600)
        assert (grown.old_root, grown.root) == (root, mth(leaves))
        verify_consistency(size, 600, grown.old_root, grown.root, grown.path)


async def test_what_the_ledger_does_not_have_is_said(ledger: Ledger, recorder: Recorder) -> None:
    await many_notes(recorder, 5)
    with pytest.raises(LedgerError, match="has 0 events, and not 3"):
        await ledger.inclusion(SCHOOL, REFERENCE, 1, 3)
    await ledger.place_new_events(SCHOOL)

    for reference, sequence in ((REFERENCE, 6), (REFERENCE, 4), ("EP-2026-0009", 1)):
        with pytest.raises(NotInTheLedger, match=f"Event {sequence} of {reference}"):
            await ledger.inclusion(SCHOOL, reference, sequence, 3)
    with pytest.raises(LedgerError, match="can't begin with"):
        await ledger.consistency(SCHOOL, 4, 3)
    with pytest.raises(LedgerError, match="has 5 events, and not 6"):
        await ledger.root(SCHOOL, 6)


async def test_of_many_at_once_each_event_is_placed_by_one(
    database: Database, ledger: Ledger, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_module, "PLACED_AT_ONCE", 7)
    await many_notes(recorder, 60)
    await many_notes(recorder, 60, OTHER)

    sizes = await asyncio.gather(*(ledger.place_new_events(SCHOOL) for _ in range(5)))

    assert sizes == [120] * 5
    found = await places(database)
    assert len(found) == len(set(found)) == 120
    root = await ledger.root(SCHOOL, 120)
    await ledger.rebuild_tiles(SCHOOL)
    assert await ledger.root(SCHOOL, 120) == root


async def test_who_was_stopped_half_way_goes_on(
    database: Database, ledger: Ledger, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_module, "PLACED_AT_ONCE", 10)
    await many_notes(recorder, 45)

    def stop(placed: int) -> None:
        if placed == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await ledger.place_new_events(SCHOOL, stop)
    assert await ledger.size(SCHOOL) == 20
    halfway = await ledger.root(SCHOOL, 20)

    assert await ledger.place_new_events(SCHOOL) == 45
    assert [sequence for _, sequence in await places(database)] == list(range(1, 46))
    assert await ledger.root(SCHOOL, 20) == halfway


@pytest.mark.parametrize(
    ("statement", "sequence"),
    [
        pytest.param("UPDATE events SET content = :other WHERE sequence = 4", 4, id="changed"),
        pytest.param("DELETE FROM events WHERE sequence = 4", 5, id="missing"),
        pytest.param("UPDATE events SET hash = :zeros WHERE sequence = 3", 3, id="another hash"),
    ],
)
async def test_nothing_is_placed_that_does_not_follow(
    database: Database, ledger: Ledger, recorder: Recorder, statement: str, sequence: int
) -> None:
    first = opening()
    await recorder.record(first)
    await ledger.place_new_events(SCHOOL)
    await recorder.record(batch(first.case, [note(f"n{number}") for number in range(4)]))
    values = {"other": b"{}", "zeros": bytes(32)}
    await tamper(
        database, statement, **{name: value for name, value in values.items() if name in statement}
    )

    with pytest.raises(RecordDoesNotHold, match=f"event {sequence}: it does not follow") as found:
        await ledger.place_new_events(SCHOOL)

    assert (found.value.reference, found.value.sequence) == (REFERENCE, sequence)
    assert await ledger.size(SCHOOL) == 2


async def test_a_chain_computed_anew_is_found_when_it_grows(
    database: Database, ledger: Ledger, recorder: Recorder
) -> None:
    await recorder.record(opening())
    await ledger.place_new_events(SCHOOL)
    other = opening(facts=(note(),)).events
    forged = [event.model_copy(update={"action_id": "another"}) for event in other]
    head, rows = genesis(SCHOOL, REFERENCE), []
    for event in forged:
        head = link(head, canonical(event))
        rows.append(row_of(event, canonical(event), head))
    await tamper(database, "DELETE FROM events")
    async with database.writing() as connection:
        await connection.execute(insert(EventRow), rows)

    with pytest.raises(RecordDoesNotHold, match="event 3"):
        await ledger.place_new_events(SCHOOL)


async def test_tiles_that_were_changed_are_noticed_and_built_anew(
    database: Database, ledger: Ledger, recorder: Recorder
) -> None:
    await many_notes(recorder, 600)
    await ledger.place_new_events(SCHOOL)
    root = await ledger.root(SCHOOL, 600)
    async with database.writing() as connection:
        await connection.execute(text("UPDATE tiles SET hashes = :none"), {"none": b""})

    with pytest.raises(TilesDoNotFit, match="do not fit its ledger"):
        await ledger.inclusion(SCHOOL, REFERENCE, 1, 600)

    assert await ledger.rebuild_tiles(SCHOOL) == 600
    assert await ledger.root(SCHOOL, 600) == root


@pytest.mark.parametrize("table", ["ledger", "checkpoints", "audit_keys"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET school = school", "DELETE FROM {}"])
async def test_what_is_signed_is_append_only(
    database: Database, ledger: Ledger, recorder: Recorder, table: str, statement: str
) -> None:
    await recorder.record(opening())
    await ledger.place_new_events(SCHOOL)
    await fill(database)

    with pytest.raises(IntegrityError, match=rf"{table} is append-only: (UPDATE|DELETE)"):
        async with database.writing() as connection:
            await connection.execute(text(statement.format(table)))


async def fill(database: Database) -> None:
    """A row in each table that must keep it; SQLite's triggers look at each row."""
    async with database.writing() as connection:
        for statement in (
            "INSERT INTO checkpoints VALUES ('s', 1, 1, '2026-11-24 02:00:00', 'd', 'n')",
            "INSERT INTO audit_keys VALUES ('s', :key, 'first', '2026-11-24 02:00:00')",
        ):
            values: dict[str, Any] = {"key": b"k"} if ":key" in statement else {}
            await connection.execute(text(statement), values)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "statement",
    [
        "REPLACE INTO ledger VALUES (:s, 0, 'EP-2026-0099', 1, x'00')",
        "REPLACE INTO ledger VALUES (:s, 99, 'EP-2026-0001', 1, x'00')",
        "REPLACE INTO checkpoints VALUES ('s', 1, 2, '2026-11-24 02:00:00', 'd', 'other')",
        "REPLACE INTO audit_keys VALUES ('s', x'6b', 'other', '2026-11-24 02:00:00')",
    ],
)
async def test_sqlite_replaces_nothing_that_is_signed(
    database: Database, ledger: Ledger, recorder: Recorder, statement: str
) -> None:
    await recorder.record(opening())
    await ledger.place_new_events(SCHOOL)
    await fill(database)

    with pytest.raises(IntegrityError, match="append-only: REPLACE is refused"):
        async with database.writing() as connection:
            await connection.execute(text(statement), {"s": SCHOOL} if ":s" in statement else {})
