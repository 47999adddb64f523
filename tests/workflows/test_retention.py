"""The nightly sweep: it proposes, tells one person without naming anybody, and removes nothing."""

from sqlalchemy import text

from domain.contracts import RETENTION_SWEEP
from domain.register import DisposalProposed, HoldReminded
from domain.vocabulary import Role
from tests.replay.scenarios import a_sweep
from tests.support.school import PEOPLE, SCHOOL
from tests.workflows.conftest import QUEUE, Running

PROPOSED, HELD = "EP-2026-0001", "EP-2026-0002"


async def sweep_again(running: Running) -> int:
    proposed: int = await running.client.execute_workflow(
        RETENTION_SWEEP, id="retention-sweep-again", task_queue=QUEUE, result_type=int
    )
    return proposed


async def test_a_sweep_proposes_once_and_tells_who_decides(running: Running) -> None:
    # A server that skips time would let years go by before the second sweep.
    with running.environment.auto_time_skipping_disabled():
        handle = await a_sweep(running.client, running.school)
        assert await handle.result() == 1
        told = len(running.outbox.messages)
        assert await sweep_again(running) == 0
        assert len(running.outbox.messages) == told

    entries = await running.school.stores.registrar.entries(SCHOOL, after=1)
    assert [one.event.fact for one in entries] == [
        DisposalProposed(references=(PROPOSED,)),
        HoldReminded(reference=HELD),
    ]
    [message] = running.outbox.messages
    assert message["To"] == "gil@rowan-hill.example"  # there is no data protection officer
    assert message["Subject"] == "One case has been kept long enough"
    said = message.get_content()
    assert PROPOSED in said
    assert HELD in said
    assert not [name for name in PEOPLE for word in name.split() if word in said]
    async with running.school.stores.database.reading() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM texts")) == 8
    assert (await running.school.stores.record.verify()).holds


async def test_the_data_protection_officer_comes_first_unless_refused(running: Running) -> None:
    people = running.school.stores.people
    await people.add_person(
        SCHOOL, "Mei-Ling Zhou", "mei@rowan-hill.example", [Role.DATA_PROTECTION_OFFICER]
    )

    await a_sweep(running.client, running.school)

    assert [message["To"] for message in running.outbox.messages] == ["mei@rowan-hill.example"]
