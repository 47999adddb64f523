"""A case on a server that skips time: durable, reminded of, and recorded once."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from domain.vocabulary import DeadlineKind, Role, Rule, Stage
from gateway.errors import ActionRefused
from tests.support.school import POLICY, SCHOOL
from tests.workflows.conftest import Running

A_REASON = {"reason": "They spoke over others twice.", "clauses": ["ep.expect.speech"]}


async def a_case(running: Running, **changed: object) -> str:
    opened = await running.cases.open(
        POLICY, running.school.concern(**changed), running.school.actor("asha")
    )
    return opened.reference


async def test_a_concern_is_opened_and_a_reminder_given(running: Running) -> None:
    reference = await a_case(running)
    head = running.school.actor("cara")

    acted = await running.cases.act(reference, "remind_informally", A_REASON, head)

    assert acted.stage is Stage.INFORMAL_REMINDER
    assert (await running.held(reference)) == await running.cases.show(reference)
    types = await running.types(reference)
    assert types[0] == "case:opened"
    assert "stage:changed" in types
    assert (await running.school.stores.record.verify(SCHOOL)).holds


async def test_what_was_written_belongs_to_its_case_from_the_first_word(running: Running) -> None:
    reference = await a_case(running)

    async with running.school.stores.database.reading() as connection:
        texts = await connection.execute(text("SELECT reference, kind FROM texts"))
        assert texts.all() == [(reference, "narrative")]


async def test_a_refused_action_leaves_no_trace(running: Running) -> None:
    reference = await a_case(running)
    before = await running.cases.show(reference)

    with pytest.raises(ActionRefused) as refused:
        await running.cases.act(reference, "warn", A_REASON, running.school.actor("cara"))

    assert refused.value.refusal.rule in (Rule.ONE_RUNG_AT_A_TIME, Rule.LADDER)
    assert await running.cases.show(reference) == before
    assert await running.held(reference) == before


async def test_nobody_who_raised_a_concern_decides_it(running: Running) -> None:
    opened = await running.cases.open(
        POLICY, running.school.concern(), running.school.actor("cara")
    )

    with pytest.raises(ActionRefused) as refused:
        await running.cases.act(
            opened.reference, "remind_informally", A_REASON, running.school.actor("cara")
        )

    assert refused.value.refusal.rule is Rule.CONFLICT_OF_INTEREST


async def test_the_same_action_id_acts_once(running: Running) -> None:
    reference = await a_case(running)
    head = running.school.actor("cara")

    first = await running.cases.act(
        reference, "remind_informally", A_REASON, head, action_id="click"
    )
    again = await running.cases.act(
        reference, "remind_informally", A_REASON, head, action_id="click"
    )

    assert again.sequence == first.sequence
    assert (await running.types(reference)).count("stage:changed") == 1


async def test_of_two_people_at_once_one_wins_and_the_other_is_told(running: Running) -> None:
    reference = await a_case(running)
    seen = (await running.cases.show(reference)).sequence

    async def remind(who: str) -> object:
        try:
            return await running.cases.act(
                reference, "remind_informally", A_REASON, running.school.actor(who), seen=seen
            )
        except ActionRefused as refused:
            return refused.refusal.rule

    outcomes = await asyncio.gather(remind("cara"), remind("ben"))

    assert outcomes.count(Rule.CASE_CHANGED) == 1
    assert (await running.types(reference)).count("stage:changed") == 1


async def test_overdue_follow_ups_tell_a_different_person_at_each_level(running: Running) -> None:
    reference = await a_case(running)
    await running.cases.act(reference, "remind_informally", A_REASON, running.school.actor("cara"))
    case = await running.cases.show(reference)
    follow_up = next(d for d in case.deadlines if d.kind is DeadlineKind.FOLLOW_UP)

    await running.pass_time(follow_up.alerts[-1].at + timedelta(minutes=5))

    notices = [e for e in await running.events(reference) if e.fact.type == "notice:sent"]
    told = [n.fact.told for n in notices if n.fact.deadline == follow_up.id]  # type: ignore[union-attr]
    assert len(told) == len(follow_up.alerts)
    assert len(set(told)) == len(told)
    assert None not in told
    assert (await running.cases.show(reference)).stage is Stage.INFORMAL_REMINDER
    ids = {message["Message-ID"] for message in running.outbox.messages}
    assert len(ids) == len(running.outbox.messages)
    for message in running.outbox.messages:
        assert "Idris" not in message.as_string()
        assert reference in message["Subject"]


async def test_a_quiet_case_lapses_by_itself_and_settles(running: Running) -> None:
    reference = await a_case(running)
    await running.cases.act(reference, "acknowledge", {}, running.school.actor("ben"))
    await running.cases.act(reference, "remind_informally", A_REASON, running.school.actor("cara"))
    case = await running.cases.show(reference)
    quiet = next(d for d in case.deadlines if d.kind is DeadlineKind.QUIET_PERIOD)

    await running.pass_time(quiet.due_at + timedelta(minutes=5))

    lapsed = await running.cases.show(reference)
    assert lapsed.stage is Stage.CLOSED
    last_move = [e for e in await running.events(reference) if e.fact.type == "stage:changed"][-1]
    assert last_move.actor.role is Role.SYSTEM
    reopening = next(d for d in lapsed.deadlines if d.kind is DeadlineKind.REOPENING)
    await running.pass_time(reopening.due_at + timedelta(minutes=5))
    assert (await running.types(reference))[-1] == "case:settled"
    with pytest.raises(ActionRefused) as refused:
        await running.cases.act(reference, "reopen", A_REASON, running.school.actor("cara"))
    assert "settled" in refused.value.refusal.sentence
