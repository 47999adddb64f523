"""The world of a rehearsal: a school, a worker and a server that skips time, gone afterwards."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, time
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session
from prometheus_client import CollectorRegistry
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner

from correspondence.mail_server import MailServer
from domain.calendar import SchoolCalendar
from domain.policy import Policy
from domain.vocabulary import Role
from gateway.cases import Cases
from gateway.programs import bundled_program
from gateway.search_attributes import register_search_attributes
from gateway.stores import Stores, open_stores
from gateway.telemetry import Metrics, command_runtime
from rehearsal.clock import ShiftedRunner, StoryClock
from rehearsal.letters import made_up_letterhead
from rehearsal.story import Story
from storage.database import open_database
from storage.keys import MasterKey, new_key_text
from storage.migrations import upgrade
from storage.payload_codec import Keyring, encrypted_converter
from storage.signing_keys import SigningKeys
from worker import build_worker

SCHOOL = "rehearsal"
QUEUE = "rehearsal"
OPENS = time(9)  # the time of day at which a story begins


class Post:
    """A mail server that keeps what it is handed, in the order in which it comes."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    @property
    def letters(self) -> list[EmailMessage]:
        """The messages that are letters to people, and not reminders to staff."""
        return [message for message in self.messages if message.is_multipart()]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Accepts every message."""
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 Kept"


@dataclass(frozen=True, kw_only=True)
class World:
    """What a story is played in."""

    environment: WorkflowEnvironment
    clock: StoryClock
    stores: Stores
    cases: Cases
    people: dict[str, str]
    post: Post

    async def until(self, moment: datetime) -> None:
        """Lets time pass until the story's clock shows `moment`."""
        server_now = await self.environment.get_current_time()
        wanted = moment - self.clock.shift
        if wanted > server_now:
            await self.environment.sleep(wanted - server_now)
        self.clock.set(await self.environment.get_current_time())


@contextlib.asynccontextmanager
async def a_world(
    story: Story, policy: Policy, calendar: SchoolCalendar, letters: Path | None = None
) -> AsyncIterator[World]:
    """A school with the story's people, on the morning on which the story starts.

    `letters` is its own folder of letters; without one it has a made-up letterhead.
    """
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="evenhand-")))
        stores = await _stores(folder, letters or made_up_letterhead(folder / "letters"))
        stack.push_async_callback(stores.close)
        people = await _settle(stores, story, policy, calendar)
        post = Post()
        loop = asyncio.get_running_loop()
        mail = await loop.create_server(lambda: SMTP(post, loop=loop), host="127.0.0.1", port=0)
        stack.callback(mail.close)
        port = mail.sockets[0].getsockname()[1]
        keyring = Keyring.from_text({"rehearsal": new_key_text()})
        environment = await stack.enter_async_context(
            await WorkflowEnvironment.start_time_skipping(
                data_converter=encrypted_converter(keyring),
                test_server_existing_path=str(bundled_program("temporal-test-server")),
                runtime=command_runtime(),
            )
        )
        await register_search_attributes(environment.client)
        begins = calendar.instant(story.start, OPENS)
        clock = StoryClock(await environment.get_current_time(), begins)
        metrics = Metrics(CollectorRegistry())
        worker = build_worker(
            environment.client,
            stores,
            MailServer("127.0.0.1", port, "evenhand@school.example"),
            task_queue=QUEUE,
            metrics=metrics,
            audit_keys=partial(SigningKeys.from_text, {"rehearsal": new_key_text()}),
            # The workflow module is trusted: the service itself runs it in the sandbox.
            runner=ShiftedRunner(UnsandboxedWorkflowRunner(), clock),
            now=clock.now,
        )
        await stack.enter_async_context(worker)
        cases = Cases(
            stores, environment.client, SCHOOL, task_queue=QUEUE, now=clock.now, metrics=metrics
        )
        yield World(
            environment=environment,
            clock=clock,
            stores=stores,
            cases=cases,
            people=people,
            post=post,
        )


async def _stores(folder: Path, letters: Path) -> Stores:
    url = f"sqlite+aiosqlite:///{folder / 'rehearsal.db'}"
    database = open_database(url)
    await upgrade(database)
    await database.close()
    return open_stores(url, MasterKey.from_text(new_key_text()), letters=letters)


async def _settle(
    stores: Stores, story: Story, policy: Policy, calendar: SchoolCalendar
) -> dict[str, str]:
    digest = await stores.shelf.publish_calendar(calendar)
    await stores.shelf.set_school(SCHOOL, story.school or policy.school, digest)
    await stores.shelf.adopt_policy(SCHOOL, await stores.shelf.publish_policy(policy))
    people = {}
    for number, character in enumerate(story.people, start=1):
        people[character.name] = await stores.people.add_person(
            SCHOOL, character.name, f"person{number}@school.example", character.roles
        )
    return people


def holder(story: Story, who: str) -> tuple[str, Role]:
    """The person and role that a step's `as` means: a name, or a role's first holder."""
    for character in story.people:
        if character.name == who:
            return character.name, character.roles[0]
    role = Role(who.replace(" ", "_"))
    return next(person.name for person in story.people if role in person.roles), role
