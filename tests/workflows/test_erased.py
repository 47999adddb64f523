"""An open case goes on without those who were erased: nobody writes to them, nothing is lost."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.events import NoticeSent
from domain.vocabulary import DeadlineKind, ErasureGround
from gateway.erasure import Erasing
from storage.erased_list import ErasedList
from storage.people import PersonIsErased
from tests.support.school import POLICY, SCHOOL
from tests.workflows.conftest import Running
from tests.workflows.test_escalation import A_REASON


async def erase(running: Running, who: str, folder: Path) -> None:
    school = running.school
    erasing = Erasing(school.stores, ErasedList(folder / "erased.list"), SCHOOL)
    asked = await erasing.request(
        school.people[who], ErasureGround.LEGAL_OBLIGATION, "A court.", school.actor("gil")
    )
    await erasing.confirm(asked, school.actor("dafydd"))


async def test_a_case_goes_on_without_whom_it_is_about(running: Running, tmp_path: Path) -> None:
    head, cases = running.school.actor("cara"), running.cases
    reference = (
        await cases.open(POLICY, running.school.concern(), running.school.actor("asha"))
    ).reference
    await erase(running, "idris", tmp_path)

    await cases.act(reference, "remind_informally", A_REASON, head)

    async with running.school.stores.database.reading() as connection:
        kept = await connection.execute(text("SELECT person, kind FROM texts"))
        assert kept.all() == [(running.school.people["hana"], "reason")]
    assert (await running.school.stores.record.verify()).holds
    with pytest.raises(PersonIsErased):
        await cases.open(
            POLICY,
            running.school.concern(respondent=running.school.people["idris"]),
            running.school.actor("asha"),
        )


async def test_a_reminder_goes_past_an_owner_who_was_erased(
    running: Running, tmp_path: Path
) -> None:
    cases, leader = running.cases, running.school.actor("ben")
    reference = (
        await cases.open(POLICY, running.school.concern(), running.school.actor("asha"))
    ).reference
    await cases.act(reference, "remind_informally", A_REASON, running.school.actor("cara"))
    await cases.act(reference, "assign", {"to": "Ben Okafor"}, leader)
    case = await cases.show(reference)
    follow_up = next(d for d in case.deadlines if d.kind is DeadlineKind.FOLLOW_UP)
    await cases.act(reference, "take_follow_up", {"deadline": follow_up.id}, leader)
    await erase(running, "ben", tmp_path)

    await running.pass_time(follow_up.alerts[-1].at + timedelta(minutes=5))

    sent = [message["To"] for message in running.outbox.messages]
    assert sent
    assert "ben@rowan-hill.example" not in sent
    told = [
        event.fact.told
        for event in await running.events(reference)
        if isinstance(event.fact, NoticeSent)
    ]
    assert running.school.people["ben"] not in told
