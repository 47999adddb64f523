"""Verifying the record finds whatever was done to it behind the triggers' back."""

import pytest
from sqlalchemy import text

from domain.audit import canonical
from domain.chain import link
from storage.database import Database
from storage.record import Record
from storage.recorder import Recorder
from tests.storage.samples import SCHOOL, batch, note, opening, reminded_informally

TRIGGERS = {
    "sqlite": ("DROP TRIGGER events_refuse_update", "DROP TRIGGER events_refuse_delete"),
    "postgresql": ("ALTER TABLE events DISABLE TRIGGER events_refuse_change",),
}
TAMPERED = "EP-2026-0002"


@pytest.fixture
async def three_cases(recorder: Recorder) -> None:
    for number in (1, 2, 3):
        first = opening(f"EP-2026-{number:04d}")
        await recorder.record(first)
        await recorder.record(
            batch(first.case, [reminded_informally(), note()], first.case.reference)
        )


async def tamper(database: Database, statement: str, **values: object) -> None:
    async with database.writing() as connection:
        for drop in TRIGGERS[connection.dialect.name]:
            await connection.execute(text(drop))
        await connection.execute(text(statement), values)


@pytest.mark.usefixtures("three_cases")
async def test_an_untouched_record_holds(record: Record) -> None:
    told: list[tuple[int, int]] = []

    verification = await record.verify(SCHOOL, progress=lambda *so_far: told.append(so_far))

    assert verification.holds
    assert (verification.cases, verification.events) == (3, 12)
    assert told[-1] == (12, 12)


@pytest.mark.usefixtures("three_cases")
@pytest.mark.parametrize(
    ("statement", "sequence", "problem"),
    [
        pytest.param(
            "UPDATE events SET content = :content WHERE reference = :case AND sequence = 3",
            3,
            "the content does not match its hash",
            id="one byte of the content",
        ),
        pytest.param(
            "UPDATE events SET hash = :zeros WHERE reference = :case AND sequence = 2",
            2,
            "the content does not match its hash",
            id="a hash",
        ),
        pytest.param(
            "DELETE FROM events WHERE reference = :case AND sequence = 2",
            2,
            "event 2 is missing (event 3 found)",
            id="an event in the middle",
        ),
        pytest.param(
            "DELETE FROM events WHERE reference = :case AND sequence = 4",
            4,
            "the end is missing: the case stood at event 4",
            id="the last event",
        ),
        pytest.param(
            "DELETE FROM events WHERE reference = :case",
            1,
            "all 4 events are missing",
            id="a whole case",
        ),
        pytest.param(
            "UPDATE events SET actor_role = 'staff' WHERE reference = :case AND sequence = 3",
            3,
            "the columns beside the content do not agree with it",
            id="a column that repeats the content",
        ),
        pytest.param(
            "DELETE FROM cases WHERE reference = :case",
            4,
            "it is missing from the list of cases",
            id="a case hidden from the list",
        ),
        pytest.param(
            "UPDATE cases SET sequence = 3 WHERE reference = :case",
            4,
            "the list of cases remembers another event 3 as the last",
            id="a projection that fell behind",
        ),
    ],
)
async def test_what_was_changed_is_found(
    database: Database, record: Record, statement: str, sequence: int, problem: str
) -> None:
    stored = await record.events_of(SCHOOL, TAMPERED)
    content = stored[2].content.replace(b"ep.expect.courtesy", b"ep.expect.courtesi")
    values = {"case": TAMPERED, "content": content, "zeros": bytes(32)}

    await tamper(
        database, statement, **{key: values[key] for key in values if f":{key}" in statement}
    )

    verification = await record.verify()
    assert [
        (fault.reference, fault.sequence, fault.problem) for _, fault in verification.faults
    ] == [(TAMPERED, sequence, problem)]
    assert not verification.holds
    assert (await record.verify(SCHOOL, "EP-2026-0001")).holds


@pytest.mark.usefixtures("three_cases")
async def test_a_chain_computed_anew_is_found_by_the_projection(
    database: Database, record: Record
) -> None:
    stored = await record.events_of(SCHOOL, TAMPERED)
    forged = stored[-1].event.model_copy(update={"action_id": "another"})
    await tamper(
        database,
        "UPDATE events SET content = :content, hash = :hash "
        "WHERE reference = :case AND sequence = 4",
        content=canonical(forged),
        hash=link(bytes.fromhex(stored[-2].hash), canonical(forged)),
        case=TAMPERED,
    )

    [(_, fault)] = (await record.verify()).faults
    assert (fault.sequence, fault.problem) == (
        4,
        "the list of cases remembers another event 4 as the last",
    )


async def test_progress_is_told_in_a_long_record(recorder: Recorder, record: Record) -> None:
    first = opening()
    await recorder.record(first)
    await recorder.record(batch(first.case, [note(f"n{number}") for number in range(2500)]))
    told: list[tuple[int, int]] = []

    verification = await record.verify(progress=lambda *so_far: told.append(so_far))

    assert verification.holds
    assert (verification.cases, verification.events) == (1, 2502)
    assert told[-1] == (2502, 2502)


async def test_an_empty_record_holds(record: Record) -> None:
    verification = await record.verify()

    assert verification.holds
    assert (verification.cases, verification.events) == (0, 0)
