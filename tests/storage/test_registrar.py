"""A school's register: entered once, chained, and verified like every case."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from domain.register import REGISTER, HoldLifted, HoldPlaced
from storage.database import Database
from storage.record import Record
from storage.recorder import Recorder
from storage.registrar import Registrar
from tests.storage.samples import HEAD, OPENED_AT, REFERENCE, SCHOOL, opening, text_ref
from tests.storage.test_verification import TRIGGERS

PLACED = HoldPlaced(reference=REFERENCE, reason=text_ref("hold"))
LIFTED = HoldLifted(reference=REFERENCE, reason=text_ref("lift"))


@pytest.fixture
def registrar(database: Database) -> Registrar:
    return Registrar(database)


async def test_entries_are_kept_in_order_and_verified(
    registrar: Registrar, recorder: Recorder, record: Record
) -> None:
    await recorder.record(opening())
    await registrar.append(SCHOOL, [PLACED], HEAD, "action-1", OPENED_AT)
    await registrar.append(SCHOOL, [LIFTED], HEAD, "action-2", OPENED_AT)

    stored = await registrar.entries(SCHOOL)

    assert [(one.event.sequence, one.event.fact) for one in stored] == [(1, PLACED), (2, LIFTED)]
    assert (await record.verify(SCHOOL))[:3] == (1, 4, ())
    assert (await record.verify(SCHOOL, REGISTER))[:3] == (0, 2, ())


async def test_a_repeated_action_is_entered_once(registrar: Registrar) -> None:
    first = await registrar.append(SCHOOL, [PLACED], HEAD, "action-1", OPENED_AT)
    again = await registrar.append(SCHOOL, [PLACED], HEAD, "action-1", OPENED_AT)

    assert first == again
    assert len(await registrar.entries(SCHOOL)) == 1


async def test_many_at_once_wait_for_each_other(registrar: Registrar, record: Record) -> None:
    await asyncio.gather(
        *(
            registrar.append(SCHOOL, [PLACED, LIFTED], HEAD, f"action-{number}", OPENED_AT)
            for number in range(8)
        )
    )

    assert (await record.verify(SCHOOL))[:3] == (0, 16, ())


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        pytest.param(
            "DELETE FROM events WHERE sequence = 2",
            "the end is missing: the register stood at event 2",
            id="the last entry",
        ),
        pytest.param("DELETE FROM events", "all 2 events are missing", id="the whole register"),
    ],
)
async def test_a_register_that_was_cut_is_noticed(
    database: Database, registrar: Registrar, record: Record, statement: str, problem: str
) -> None:
    await registrar.append(SCHOOL, [PLACED, LIFTED], HEAD, "action-1", OPENED_AT)
    async with database.writing() as connection:
        for drop in TRIGGERS[connection.dialect.name]:
            await connection.execute(text(drop))
        await connection.execute(text(statement))

    [found] = (await record.verify(SCHOOL)).faults

    assert (found.fault.reference, found.fault.problem) == (REGISTER, problem)


async def test_a_rebuild_remembers_where_each_register_ends(
    database: Database, registrar: Registrar, recorder: Recorder, record: Record
) -> None:
    await registrar.append(SCHOOL, [PLACED, LIFTED], HEAD, "action-1", OPENED_AT)
    async with database.writing() as connection:
        await connection.execute(text("DELETE FROM registers"))
    assert not (await record.verify(SCHOOL)).holds

    await recorder.rebuild_projections()

    assert (await record.verify(SCHOOL)).holds
    assert [e.sequence for e in await registrar.append(SCHOOL, [PLACED], HEAD, "a", OPENED_AT)] == [
        3
    ]


@pytest.mark.parametrize(
    ("earlier", "in_order"),
    [
        pytest.param(timedelta(seconds=2), True, id="two who read the clock at once"),
        pytest.param(timedelta(minutes=2), False, id="a clock that went back"),
    ],
)
async def test_an_entry_is_not_dated_before_the_one_before_it(
    registrar: Registrar, record: Record, earlier: timedelta, in_order: bool
) -> None:
    await registrar.append(SCHOOL, [PLACED], HEAD, "action-1", OPENED_AT)
    [entry] = await registrar.append(SCHOOL, [LIFTED], HEAD, "action-2", OPENED_AT - earlier)

    assert (entry.at == OPENED_AT) is in_order
    assert (await record.verify(SCHOOL)).holds is in_order
