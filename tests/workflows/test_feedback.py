"""Feedback on a service goes to the local authority once, as counts, and that is entered."""

from datetime import UTC, datetime, timedelta

from domain.register import FeedbackPassedOn
from domain.vocabulary import Role
from gateway.feedback import feedback_of, pass_on
from settings import HERE
from storage.policy_files import load_policy
from tests.replay.scenarios import feedback_passed_on
from tests.support.school import SCHOOL
from tests.workflows.conftest import QUEUE, Running

SERVICE = "parent-partnership-standards"


async def test_counts_are_passed_on_and_entered(running: Running) -> None:
    with running.environment.auto_time_skipping_disabled():
        counted, sent = await feedback_passed_on(running.client, running.school)
        again = await pass_on(
            running.client, SCHOOL, counted, running.school.actor("gil"), task_queue=QUEUE
        )

    assert again == sent
    (message,) = running.outbox.messages
    assert message["To"] == "officer@authority.example"
    body = message.get_body(("plain",))
    assert body is not None
    assert "Concerns: 0" in body.get_content()
    (table,) = message.iter_attachments()
    assert table.get_content().startswith("Theme,Concerns")
    entries = await running.school.stores.registrar.entries(SCHOOL)
    (entry,) = [e.event.fact for e in entries if isinstance(e.event.fact, FeedbackPassedOn)]
    assert entry.to == sent.to
    assert entry.digest == sent.digest


async def test_a_concern_about_the_service_is_counted_by_its_clauses(running: Running) -> None:
    stores = running.school.stores
    pack = load_policy(HERE / "policies" / f"{SERVICE}.yaml")
    await stores.shelf.adopt_policy(SCHOOL, await stores.shelf.publish_policy(pack))
    concern = {
        "track": "service_concern",
        "severity": "minor",
        "narrative": "Nobody rang back.",
        "clauses": ["pp.trust.commitments"],
    }
    for _ in range(5):
        await running.cases.open(SERVICE, concern, running.school.actor("hana"))
    await running.cases.open(
        "eleanor-palmer-advocates", running.school.concern(), running.school.actor("asha")
    )

    now = datetime.now(UTC)
    day = now.date()
    counted = await feedback_of(
        stores, SCHOOL, now + timedelta(minutes=1), days=(day - timedelta(days=1), day)
    )

    assert counted.concerns == 5
    assert [t.concerns for t in counted.themes if t.title.startswith("Honesty")] == [5]


async def test_nobody_to_tell_is_said(running: Running) -> None:
    stores = running.school.stores
    pack = load_policy(HERE / "policies" / f"{SERVICE}.yaml")
    await stores.shelf.adopt_policy(SCHOOL, await stores.shelf.publish_policy(pack))
    day = datetime.now(UTC).date()
    counted = await feedback_of(stores, SCHOOL, datetime.now(UTC), days=(day, day))

    with running.environment.auto_time_skipping_disabled():
        sent = await pass_on(
            running.client, SCHOOL, counted, running.school.actor("gil"), task_queue=QUEUE
        )

    assert sent.to == ()
    assert running.outbox.messages == []
    assert await stores.people.holders_of(SCHOOL, Role.LOCAL_AUTHORITY_OFFICER) == []
