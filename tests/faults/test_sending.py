"""A worker is killed while it hands letters over: what arrives, and what the record says of it."""

import asyncio
import hashlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from domain.contracts import TASK_QUEUE
from domain.events import LetterSent
from domain.policy import Policy
from domain.vocabulary import LetterStatus
from gateway.cases import Cases
from gateway.letters import Sending
from storage.deliveries import Delivery
from storage.payload_codec import encrypted_converter
from tests.faults.servers import WorkerProcess, held, until, until_found
from tests.support.cable import Cable, a_cable
from tests.support.outbox import Outbox, running_outbox
from tests.support.school import POLICY, SCHOOL, SchoolInTest, a_school
from tests.support.temporal import running_temporal
from tests.workflows.conftest import KEYRING

WHY = {"reason": "You spoke over others twice.", "clauses": ["ep.expect.speech"]}
NOTED, ANSWERED, UNANSWERED = range(3)  # in the order in which letters arrive


def going_at_once(policy: Policy) -> Policy:
    """The code, with a reminder that does not wait for the school to open: on any day of the year
    the letters of this test are on their way together."""
    return policy.model_copy(update={"urgent_letters": ("informal-reminder",)})


class Holding(Outbox):
    """Takes three letters, and holds each up at another point, until the worker that sends them is
    to be killed.

    To the first it says yes, once nothing that the worker does can reach Temporal any more: the
    worker notes it, and can't report it. To the second it says yes while it holds the database's
    one write lock: the worker knows, and can't note it. To the third it never answers.
    """

    def __init__(self, database: Path) -> None:
        super().__init__()
        self.database = database
        self.cable: Cable | None = None
        self.lock: sqlite3.Connection | None = None
        self.received: dict[str, list[bytes]] = {}
        self.held_up: list[str] = []
        self.answered = threading.Event()
        self._all_are_here = asyncio.Event()
        self._second: Session | None = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        place = len(self.held_up)
        if place > UNANSWERED:  # by the worker that took over
            return await self._taken(server, session, envelope)
        message_id = message_id_of(content)
        self.held_up.append(message_id)
        if place == UNANSWERED:
            self._all_are_here.set()
            await asyncio.Event().wait()
        await self._all_are_here.wait()
        if place == NOTED:
            assert self.cable is not None
            self.cable.is_cut = True
        else:
            while self._state(self.held_up[NOTED]) != Delivery.TAKEN.value:
                await asyncio.sleep(0.01)
            self.lock = held(self.database)
            self._second = session
        return await self._taken(server, session, envelope)

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if session is self._second:  # so it has heard the yes
            self.answered.set()
        return "221 Bye"

    async def _taken(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self.received.setdefault(message_id_of(content), []).append(content)
        return await super().handle_DATA(server, session, envelope)

    def _state(self, message_id: str) -> str:
        wanted = "SELECT state FROM deliveries WHERE message_id = ?"
        with sqlite3.connect(self.database) as connection:
            return str(connection.execute(wanted, (message_id,)).fetchone()[0])

    def let_go(self) -> None:
        """Puts everything back as it was."""
        assert self.cable is not None
        self.cable.is_cut = False
        if self.lock is not None:
            self.lock.close()  # which rolls it back
            self.lock = None


def message_id_of(content: bytes) -> str:
    """The Message-ID of a message, without its brackets."""
    line = next(one for one in content.splitlines() if one.lower().startswith(b"message-id:"))
    return line.partition(b":")[2].strip().strip(b"<>").decode()


async def remind(cases: Cases, school: SchoolInTest) -> str:
    """A case with a reminder that goes out at once; its reference."""
    opened = await cases.open(POLICY, school.concern(), school.actor("asha"))
    head = school.actor("cara")
    await cases.act(opened.reference, "remind_informally", WHY, head, letters=Sending.AS_DRAFTED)
    return opened.reference


async def sent(cases: Cases, references: list[str]) -> dict[str, LetterSent]:
    """What the record says of each letter that went, by its Message-ID; nothing before all did."""
    told = {}
    for reference in references:
        letters = (await cases.show(reference)).letters
        if any(letter.status is not LetterStatus.SENT for letter in letters):
            return {}
        for stored in await cases.timeline(reference):
            fact = stored.event.fact
            if isinstance(fact, LetterSent):
                assert fact.message_id not in told
                told[str(fact.message_id)] = fact
    return told


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Holding]:
    """An outbox that holds letters up."""
    holding = Holding(tmp_path / "evenhand.db")
    with running_outbox(holding):
        yield holding


async def test_a_letter_arrives_whenever_the_worker_is_killed_and_the_record_says_how_surely_once(
    tmp_path: Path, outbox: Holding
) -> None:
    url = f"sqlite+aiosqlite:///{outbox.database}"
    # The real server, and not the one that skips time: there, time stands still while an activity
    # that was killed is under way.
    with running_temporal(tmp_path) as temporal:
        client = await temporal.connect(encrypted_converter(KEYRING))
        async with (
            a_school(url, as_adopted=going_at_once) as school,
            a_cable(temporal.port) as cable,
        ):
            outbox.cable = cable
            worker = WorkerProcess(tmp_path, url, cable.port, outbox.port)
            await worker.start()
            try:
                cases = school.cases(client, TASK_QUEUE)
                references = [await remind(cases, school) for _ in range(3)]
                await until("a letter is answered and not noted", outbox.answered.is_set)
                worker.kill()
                outbox.let_go()
                before = {name: list(copies) for name, copies in outbox.received.items()}
                noted, answered, unanswered = outbox.held_up
                assert sorted(before) == sorted([noted, answered])
                assert not await sent(cases, references)
                await worker.start()
                await until_found("every letter has gone", lambda: sent(cases, references))
                told = await sent(cases, references)
            finally:
                outbox.let_go()
                worker.stop()
            assert (await school.stores.record.verify(SCHOOL)).holds
            kept = school.stores.enclosures
            arrived = outbox.received
            # Once where we can know, and twice at most; the second is the first, byte for byte.
            assert {name: len(copies) for name, copies in arrived.items()} == {
                noted: 1,
                answered: 2,
                unanswered: 1,
            }
            assert len(set(arrived[answered])) == 1
            assert not told[noted].perhaps_twice
            assert told[answered].perhaps_twice
            assert told[unanswered].perhaps_twice
            for message_id, fact in told.items():
                content = arrived[message_id][-1]
                assert fact.digest == hashlib.sha256(content).hexdigest()
                assert await kept.as_kept(f"sent-{message_id}") == content
