"""A referral to SENDIASS, sent over real SMTP: what was agreed and nothing else, and once."""

from datetime import timedelta
from pathlib import Path

import pytest

from domain.access import Sight
from domain.actions import Actor
from domain.contracts import referral_workflow_id
from domain.vocabulary import ReferralOutcome, Role, Rule
from gateway.errors import ActionRefused
from gateway.reading import Reading
from storage.letter_files import load_templates
from tests.support.school import POLICY, SCHOOL
from tests.workflows.conftest import Running

SUMMARY = "We need help to prepare for the annual review."
AGREED = {"shared": ["name", "summary"], "summary": SUMMARY}


@pytest.fixture(autouse=True)
def _sendiass_is_known(running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "school.yaml").write_text(
        "name: Rowan Hill Primary School\n"
        "sendiass: {name: Camden SENDIASS, email: help@sendiass.example}\n"
    )
    templates = load_templates(folder)
    monkeypatch.setattr(running.school.stores.writer, "_templates", lambda school: templates)


async def a_case(running: Running) -> str:
    opened = await running.cases.open(
        POLICY, running.school.concern(), running.school.actor("asha")
    )
    return opened.reference


async def days_pass(running: Running, days: int) -> None:
    now = await running.environment.get_current_time()
    await running.pass_time(now + timedelta(days=days))


async def test_sendiass_is_told_what_was_agreed_and_nothing_else(running: Running) -> None:
    reference = await a_case(running)

    await running.cases.act(reference, "refer_to_sendiass", AGREED, running.school.actor("hana"))
    await days_pass(running, 4)

    (message,) = [m for m in running.outbox.messages if m["To"] == "help@sendiass.example"]
    said = message.get_content()
    assert "Name: Hana Novak" in said
    assert SUMMARY in said
    for kept in ("hana@", "Idris", "Spoke over", "advocate", "Asha"):
        assert kept not in said
    types = await running.types(reference)
    assert types.count("referral:sent") == 1
    case = await running.cases.show(reference)
    assert case.referrals[0].sent

    outcome = {"referral": case.referrals[0].id, "outcome": ReferralOutcome.ADVICE_GIVEN.value}
    await running.cases.act(
        reference, "record_referral_outcome", outcome, running.school.actor("ben")
    )
    handle = running.client.get_workflow_handle(
        referral_workflow_id(SCHOOL, reference, case.referrals[0].id)
    )
    await handle.result()
    assert (await running.school.stores.record.verify(SCHOOL)).holds


async def test_an_attempt_that_was_cut_off_is_told_of_as_perhaps_twice(running: Running) -> None:
    reference = await a_case(running)
    deliveries = running.school.stores.deliveries
    now = await running.environment.get_current_time()
    # What a worker leaves that was killed between the server's yes and its own note of it. The
    # referral's id is the number of its event.
    guess = [f"{reference}.f{n}@{SCHOOL}.evenhand".lower() for n in range(1, 20)]
    for message_id in guess:
        await deliveries.begin(message_id, SCHOOL, reference, "f", now)

    await running.cases.act(reference, "refer_to_sendiass", AGREED, running.school.actor("hana"))
    await days_pass(running, 4)

    events = await running.events(reference)
    (sent,) = [e.fact for e in events if e.fact.type == "referral:sent"]
    assert sent.perhaps_twice
    assert (await running.school.stores.record.verify(SCHOOL)).holds


async def test_what_was_not_sent_yet_stays_when_consent_is_taken_back(running: Running) -> None:
    reference = await a_case(running)
    calendar = await running.school.stores.shelf.calendar(
        (await running.cases.show(reference)).calendar_digest
    )
    now = await running.environment.get_current_time()
    days = [now.date() + timedelta(days=n) for n in range(1, 12)]
    closed = next(one for one in days if not calendar.is_school_day(one))
    await running.pass_time(calendar.opening(closed))
    parent = running.school.actor("hana")
    await running.cases.act(reference, "refer_to_sendiass", AGREED, parent)
    referral = (await running.cases.show(reference)).referrals[0].id

    await running.cases.act(reference, "withdraw_consent", {"referral": referral}, parent)
    handle = running.client.get_workflow_handle(referral_workflow_id(SCHOOL, reference, referral))
    await handle.result()
    await days_pass(running, 5)

    assert not [m for m in running.outbox.messages if m["To"] == "help@sendiass.example"]
    assert "referral:sent" not in await running.types(reference)


async def test_nobody_hearing_of_it_is_reminded_of_by_the_case(running: Running) -> None:
    reference = await a_case(running)
    await running.cases.act(reference, "refer_to_sendiass", AGREED, running.school.actor("hana"))
    case = await running.cases.show(reference)
    due = next(d for d in case.deadlines if d.about == "referral-outcome").due_at

    await running.pass_time(due + timedelta(days=1))

    assert any(
        "what came of the referral" in message.get_content()
        for message in running.outbox.messages
        if not message.is_multipart() and message["To"] != "help@sendiass.example"
    )


async def test_a_former_advocate_neither_sees_the_case_nor_acts_on_it(running: Running) -> None:
    school, cases = running.school, running.cases
    mona = await school.stores.people.add_person(
        SCHOOL, "Mona Reyes", "mona@rowan-hill.example", [Role.ADVOCATE]
    )
    fields = {
        "track": "school_concern",
        "severity": "minor",
        "clauses": ["ep.staff.information"],
        "family": "Hana Novak",
    }
    idris = school.actor("idris")
    opened = await cases.open(POLICY, fields, idris)
    reference = opened.reference
    now = Reading(school.stores, SCHOOL, idris)
    assert (await now.case(reference)).sight is Sight.OWN
    assert await now.visible([reference]) == {reference}

    await cases.act(reference, "appoint_advocate", {"advocate": mona}, school.actor("hana"))

    with pytest.raises(ActionRefused):
        await now.case(reference)
    with pytest.raises(ActionRefused):
        await now.events(reference, texts=True)
    with pytest.raises(ActionRefused):
        await now.choices(reference)
    assert await now.visible([reference]) == set()
    before = await running.types(reference)
    with pytest.raises(ActionRefused) as refused:
        await cases.act(reference, "record_response", {"text": "One more thing."}, idris)
    assert refused.value.refusal.rule is Rule.AUTHORITY
    assert await running.types(reference) == before
    theirs = Actor(person=mona, role=Role.ADVOCATE)
    assert (await Reading(school.stores, SCHOOL, theirs).case(reference)).sight is Sight.OWN


async def test_what_is_told_without_consent_is_known_at_once_to_those_who_should_know(
    running: Running,
) -> None:
    officer = "dpo@rowan-hill.example"
    await running.school.stores.people.add_person(
        SCHOOL, "Nadia Osei", officer, [Role.DATA_PROTECTION_OFFICER]
    )
    reference = await a_case(running)
    told = {
        "told": "The designated safeguarding lead.",
        "what": "What Hana said about marmalade.",
        "reason": "A child may be at risk.",
        "clauses": ["ep.expect.speech"],
    }

    await running.cases.act(
        reference, "set_confidentiality_aside", told, running.school.actor("cara")
    )
    await days_pass(running, 4)

    def to(address: str) -> str:
        said = [m.get_content() for m in running.outbox.messages if m["To"] == address]
        return "\n".join(said)

    assert "so that you know of it" in to(officer)
    assert "Please read it on the case" in to("dafydd@rowan-hill.example")
    for message in running.outbox.messages:
        # Reminders say which case it is, and nothing that was told.
        assert "marmalade" not in message.get_content()
        assert "safeguarding" not in message.get_content()
    notices = [e.fact for e in await running.events(reference) if e.fact.type == "notice:sent"]
    assert len({notice.told for notice in notices}) >= 2
