"""A night: each school's record is signed, and each governor gets the checkpoint once."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from activities.checkpoints import NightlyCheckpoints, message_id_of
from correspondence.mail_server import MailServer
from domain.actions import TextRef
from domain.checkpoint import read, verify
from domain.contracts import CHECKPOINTS, CheckpointFor, CheckpointNight, Delivery
from domain.register import CheckpointSent, CheckpointUndelivered, HoldPlaced, RegisterFact
from domain.vocabulary import Role
from storage.registrar import Registrar
from tests.support.outbox import Outbox
from tests.support.school import AUDIT_KEYS, SCHOOL, SchoolInTest
from tests.workflows.conftest import QUEUE, Running

SENT = (Delivery.SENT, Delivery.SENT)
ELSEWHERE = "hazel-lane"


async def a_night(running: Running, name: str) -> list[CheckpointNight]:
    """What the workflow did."""
    done: list[CheckpointNight] = await running.client.execute_workflow(
        CHECKPOINTS, id=name, task_queue=QUEUE, result_type=list[CheckpointNight]
    )
    return done


async def facts(school: SchoolInTest) -> list[RegisterFact]:
    return [stored.event.fact for stored in await school.stores.registrar.entries(SCHOOL)]


async def something_happens(running: Running, school: str) -> None:
    """An entry in a school's register, and nothing that would go on by itself."""
    held = HoldPlaced(reference="EP-2026-0001", reason=TextRef(id="text", commitment="0" * 64))
    now = await running.environment.get_current_time()
    actor = running.school.actor("gil")
    await running.school.stores.registrar.append(school, [held], actor, "action", now)


def attached(message: EmailMessage) -> str:
    """The note that is attached to a message."""
    [part] = message.iter_attachments()
    content = part.get_content()
    assert isinstance(content, str)
    return content


async def test_every_governor_gets_each_checkpoint_once(running: Running) -> None:
    school, outbox = running.school, running.outbox
    await something_happens(running, SCHOOL)

    [night] = await a_night(running, "first")

    assert night == CheckpointNight(school=SCHOOL, number=1, new=True, deliveries=SENT)
    assert sorted(str(message["To"]) for message in outbox.messages) == [
        "dafydd@rowan-hill.example",
        "elif@rowan-hill.example",
    ]
    stored = await school.stores.checkpoints.get(SCHOOL, 1)
    for message in outbox.messages:
        assert message["Subject"] == "Rowan Hill Primary School: checkpoint 1 of the record"
        body = message.get_body(("plain",))
        assert body is not None
        assert stored.note in body.get_content().replace("\r\n", "\n")
        # What a governor kept is enough: the file as it came, and the public key.
        kept = read(attached(message))
        assert kept == stored
        assert verify(kept, [AUDIT_KEYS.signer(SCHOOL).public])
    sent = [fact for fact in await facts(school) if isinstance(fact, CheckpointSent)]
    assert {(fact.number, fact.digest) for fact in sent} == {(1, stored.digest)}
    assert {fact.person for fact in sent} == {school.people["dafydd"], school.people["elif"]}
    assert {f"<{fact.message_id}>" for fact in sent} == {
        str(message["Message-ID"]) for message in outbox.messages
    }

    # Who was told what is on the record by now, so that the next night has something to sign.
    [night] = await a_night(running, "second")
    assert night == CheckpointNight(school=SCHOOL, number=2, new=True, deliveries=SENT)
    assert len(outbox.messages) == 4
    assert len({str(message["Message-ID"]) for message in outbox.messages}) == 4
    assert (await school.stores.record.verify(SCHOOL)).holds


async def test_a_school_without_a_record_or_without_governors_keeps_nobody_waiting(
    running: Running,
) -> None:
    school, stores = running.school, running.school.stores
    digest = (await stores.shelf.school(SCHOOL)).calendar_digest
    await stores.shelf.set_school(ELSEWHERE, "Hazel Lane School", digest)
    await something_happens(running, SCHOOL)
    for governor in ("dafydd", "elif"):
        await stores.people.set_roles(school.people[governor], [Role.STAFF])

    nights = await a_night(running, "night")

    assert nights == [
        CheckpointNight(school=ELSEWHERE, number=None, new=False, deliveries=()),
        CheckpointNight(school=SCHOOL, number=1, new=True, deliveries=()),
    ]
    # Nothing happened since, not even a message: the checkpoint of last night still says it all.
    [_, night] = await a_night(running, "next")
    assert (night.number, night.new) == (1, False)


async def test_a_mail_server_that_comes_back_gets_the_checkpoint(running: Running) -> None:
    school, outbox = running.school, running.outbox
    await something_happens(running, SCHOOL)
    outbox.refuse = "451 Not now"
    handle = await running.client.start_workflow(CHECKPOINTS, id="night", task_queue=QUEUE)
    await running.environment.sleep(timedelta(hours=3))
    assert not [fact for fact in await facts(school) if isinstance(fact, CheckpointSent)]

    outbox.refuse = None
    await handle.result()

    assert len(outbox.messages) == 2
    assert len([fact for fact in await facts(school) if isinstance(fact, CheckpointSent)]) == 2


async def test_what_goes_wrong_at_one_school_is_told_and_stops_no_other(running: Running) -> None:
    stores = running.school.stores
    digest = (await stores.shelf.school(SCHOOL)).calendar_digest
    await stores.shelf.set_school(ELSEWHERE, "Hazel Lane School", digest)
    await something_happens(running, SCHOOL)
    # A checkpoint from the future: to that school the clock has gone back.
    await something_happens(running, ELSEWHERE)
    ahead = await running.environment.get_current_time() + timedelta(days=400)
    await stores.checkpoints.make(ELSEWHERE, AUDIT_KEYS, ahead)

    with pytest.raises(WorkflowFailureError) as failed:
        await a_night(running, "night")

    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.message == f"Not done for: {ELSEWHERE}."
    assert len(running.outbox.messages) == 2


class Forgetful(Registrar):
    """Fails once after the message was accepted: stands for a worker killed at that moment."""

    failed = False

    async def append(self, *arguments: Any, **named: Any) -> Any:
        if not self.failed:
            self.failed = True
            raise ConnectionError("killed")
        return await super().append(*arguments, **named)


@pytest.fixture
def send(
    running: Running, outbox: Outbox
) -> Callable[[Registrar, CheckpointFor], Awaitable[Delivery]]:
    """The activity, with another registrar."""

    async def sending(registrar: Registrar, wanted: CheckpointFor) -> Delivery:
        stores = running.school.stores
        server = MailServer("127.0.0.1", outbox.port, "evenhand@rowan-hill.example")
        activity = NightlyCheckpoints(
            stores.checkpoints, registrar, stores.people, stores.shelf, server, lambda: AUDIT_KEYS
        )
        return await activity.send_checkpoint(wanted)

    return sending


async def test_a_second_copy_can_be_recognised(
    running: Running, send: Callable[[Registrar, CheckpointFor], Awaitable[Delivery]]
) -> None:
    school, outbox = running.school, running.outbox
    await something_happens(running, SCHOOL)
    await a_night(running, "night")
    outbox.messages.clear()
    wanted = CheckpointFor(school=SCHOOL, number=1, person=school.people["cara"])
    registrar = Forgetful(school.stores.database)

    with pytest.raises(ConnectionError):
        await send(registrar, wanted)
    assert await send(registrar, wanted) is Delivery.SENT
    assert await send(registrar, wanted) is Delivery.ALREADY_SENT

    identities = [str(message["Message-ID"]) for message in outbox.messages]
    assert identities == [f"<{message_id_of(wanted)}>"] * 2


async def test_an_address_that_is_refused_for_good_is_noted(
    running: Running,
    send: Callable[[Registrar, CheckpointFor], Awaitable[Delivery]],
) -> None:
    school, stores = running.school, running.school.stores
    await something_happens(running, SCHOOL)
    await stores.checkpoints.make(SCHOOL, AUDIT_KEYS, await running.environment.get_current_time())
    add = stores.people.add_person
    nobody = await add(SCHOOL, "Nobody Here", "nobody@rowan-hill.example")
    mistyped = await add(SCHOOL, "Mistyped", "not an address")
    running.outbox.unknown.add("nobody@rowan-hill.example")
    silent = await add(SCHOOL, "Without Mail")
    cases = {
        nobody: Delivery.UNDELIVERED,
        mistyped: Delivery.UNDELIVERED,
        silent: Delivery.NO_ADDRESS,
        "person-unknown": Delivery.NO_ADDRESS,
    }

    for person, expected in cases.items():
        wanted = CheckpointFor(school=SCHOOL, number=1, person=person)
        assert await send(stores.registrar, wanted) is expected

    noted = [fact for fact in await facts(school) if isinstance(fact, CheckpointUndelivered)]
    assert [fact.person for fact in noted] == [nobody, mistyped]
