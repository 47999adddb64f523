"""Reading the record."""

from datetime import timedelta

import pytest

from domain import events as e
from domain.vocabulary import ActionName, DeadlineKind, Outcome, Role, Stage, Track
from storage.record import CaseNotFound, Record
from storage.recorder import Recorder
from tests.storage.samples import (
    DUE_AT,
    OPENED_AT,
    SCHOOL,
    batch,
    note,
    opening,
    reminded_informally,
    text_ref,
)

ADVOCATE, REMINDED, CONCERN, CLOSED = (f"EP-2026-{number:04d}" for number in (1, 2, 3, 4))


@pytest.fixture
async def four_cases(recorder: Recorder) -> None:
    await recorder.record(opening(ADVOCATE))
    reminded = opening(REMINDED, facts=[reminded_informally()])
    await recorder.record(reminded)
    await recorder.record(opening(CONCERN, track=Track.SCHOOL_CONCERN))
    closed = opening(
        CLOSED,
        facts=[
            e.DeadlineMet(deadline="deadline-1", on_time=True),
            e.StageChanged(
                action=ActionName.CLOSE,
                source=Stage.RAISED,
                dest=Stage.CLOSED,
                rung=Stage.RAISED,
                reason=text_ref("closed"),
                outcome=Outcome.RESOLVED,
            ),
        ],
    )
    await recorder.record(closed)


@pytest.mark.usefixtures("four_cases")
async def test_cases_are_filtered(record: Record) -> None:
    async def listed(**filters: object) -> set[str]:
        return {line.reference for line in await record.cases(SCHOOL, **filters)}  # type: ignore[arg-type]

    assert await listed() == {ADVOCATE, REMINDED, CONCERN, CLOSED}
    assert await listed(track=Track.SCHOOL_CONCERN) == {CONCERN}
    assert await listed(stage=Stage.INFORMAL_REMINDER) == {REMINDED}
    assert await listed(open_only=True) == {ADVOCATE, REMINDED, CONCERN}
    assert await listed(overdue_at=DUE_AT - timedelta(seconds=1)) == set()
    assert await listed(overdue_at=DUE_AT) == {ADVOCATE, REMINDED, CONCERN}
    assert await record.cases("another-school") == []


@pytest.mark.usefixtures("four_cases")
async def test_cases_come_newest_first_and_in_pages(record: Record) -> None:
    everything = [line.reference for line in await record.cases(SCHOOL)]

    assert everything == [CLOSED, CONCERN, REMINDED, ADVOCATE]
    assert [line.reference for line in await record.cases(SCHOOL, limit=2, offset=1)] == everything[
        1:3
    ]


@pytest.mark.usefixtures("four_cases")
async def test_a_line_says_where_a_case_stands(record: Record) -> None:
    lines = {line.reference: line for line in await record.cases(SCHOOL)}

    reminded = lines[REMINDED]
    assert (reminded.stage, reminded.sequence) == (Stage.INFORMAL_REMINDER, 3)
    assert (reminded.due_at, reminded.next_at) == (DUE_AT, DUE_AT)
    assert reminded.opened_at == OPENED_AT + timedelta(minutes=1)
    assert (lines[CLOSED].due_at, lines[CLOSED].closed_at) == (
        None,
        OPENED_AT + timedelta(minutes=4),
    )


@pytest.mark.usefixtures("four_cases")
async def test_what_is_due_names_its_owner(record: Record) -> None:
    due = await record.due_by(SCHOOL, DUE_AT)

    assert [item.reference for item in due] == [ADVOCATE, REMINDED, CONCERN]
    assert due[0].kind is DeadlineKind.DUTY
    assert (due[0].owner, due[0].owner_role) == (None, Role.HEADTEACHER)
    assert (due[0].about, due[0].due_at, due[0].due_on) == ("acknowledge", DUE_AT, DUE_AT.date())
    assert await record.due_by(SCHOOL, DUE_AT - timedelta(seconds=1)) == []


async def test_only_the_events_after_what_was_seen(recorder: Recorder, record: Record) -> None:
    first = opening()
    await recorder.record(first)
    await recorder.record(batch(first.case, [note()]))

    newer = await record.events_of(SCHOOL, first.case.reference, after=2)

    assert [stored.event.sequence for stored in newer] == [3]
    assert await record.events_of(SCHOOL, first.case.reference, after=3) == []


@pytest.mark.usefixtures("four_cases")
async def test_a_case_that_does_not_exist_is_said_so_with_near_references(record: Record) -> None:
    with pytest.raises(CaseNotFound, match="There is no case “ep-2026-0011”") as missing:
        await record.case_state(SCHOOL, "ep-2026-0011")
    assert ADVOCATE in missing.value.near
    with pytest.raises(CaseNotFound):
        await record.events_of(SCHOOL, "EP-2026-0011")
    with pytest.raises(CaseNotFound) as elsewhere:
        await record.case_state("another-school", ADVOCATE)
    assert elsewhere.value.near == ()
