"""What requests work with: settings, stores, the doors to cases, and who is signed in."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from argon2 import PasswordHasher
from temporalio.client import Client

from domain.actions import Actor
from gateway.attachments import AttachmentLimits
from gateway.cases import Cases
from gateway.front_door import front_door
from gateway.long_tasks import LongTasks
from gateway.reading import Reading
from gateway.sessions import SessionLimits, Sessions
from gateway.stores import Stores, keyring_of, master_key_of, open_stores
from gateway.telemetry import command_runtime
from gateway.temporal import connect
from settings import Settings, temporal_connection
from storage.shelf import School
from web.rates import Rates

LAST_MAIL = 5.0  # seconds
PATIENCE = timedelta(seconds=8)  # as long as somebody looks at a page that loads
_SCHOOLS_KNOWN_FOR = timedelta(minutes=1)  # every page names the school, and none changes it


class Office:
    """One for each process that serves pages. `close` when done.

    The connection to Temporal is made when somebody first acts, so that pages are there while it
    is away. `hasher` is for passwords, argon2's own advice unless given; `now` gives the present
    moment, aware, in UTC.
    """

    def __init__(
        self,
        settings: Settings,
        stores: Stores,
        *,
        form_key: bytes,
        hasher: PasswordHasher | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.settings = settings
        self.stores = stores
        self.now = now
        self.sessions = Sessions(stores.sessions, stores.people, SessionLimits.of(settings))
        self.door = front_door(
            settings, stores, self.sessions, hasher=hasher, now=lambda: self.now()
        )
        self.rates = Rates()
        self.tasks = LongTasks(settings.data_dir / "long-tasks", now=now)
        self.form_key = form_key
        self._client: Client | None = None
        self._connecting = asyncio.Lock()
        self._schools: tuple[datetime, list[School]] | None = None

    @property
    def is_secure(self) -> bool:
        """Whether people reach the pages by https, so that cookies go over it alone."""
        return self.settings.pages_address.startswith("https://")

    @property
    def attachment_limits(self) -> AttachmentLimits:
        """How large and how many the files may be that come with a reply."""
        return AttachmentLimits(self.settings.attachment_bytes, self.settings.attachments_per_reply)

    def use(self, client: Client) -> None:
        """From now on this is the connection to Temporal."""
        self._client = client

    async def client(self) -> Client:
        """The connection to Temporal. Raises ServiceUnreachable where it is away."""
        async with self._connecting:
            if self._client is None:
                self._client = await connect(
                    temporal_connection(), keyring_of(self.settings), command_runtime()
                )
            return self._client

    async def cases(self, school: str) -> Cases:
        """The door through which people act on a school's cases. Raises ServiceUnreachable."""
        return Cases(
            self.stores,
            await self.client(),
            school,
            task_queue=self.settings.task_queue,
            now=self.now,
            patience=PATIENCE,
            limits=self.attachment_limits,
        )

    async def schools(self) -> list[School]:
        """Every school; what is new or changed is known here a minute later at most."""
        now = self.now()
        if self._schools is None or now - self._schools[0] >= _SCHOOLS_KNOWN_FOR:
            self._schools = (now, await self.stores.shelf.schools())
        return self._schools[1]

    def reading(self, school: str, viewer: Actor) -> Reading:
        """The door through which somebody reads a school's cases, which notes that they look."""
        return Reading(self.stores, school, viewer, now=self.now)

    async def close(self) -> None:
        """Lets mail go out that is under way, breaks off long work, and closes the connections to
        the database."""
        await self.door.later.finished(LAST_MAIL)
        await self.tasks.close()
        await self.stores.close()


def open_office(settings: Settings) -> Office:
    """An office on the database that the settings name. Raises KeyProblem."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    master_key = master_key_of(settings)
    stores = open_stores(
        settings.database_url,
        master_key,
        views_waiting=settings.views_waiting,
        letters=settings.letters_dir,
    )
    return Office(settings, stores, form_key=master_key.derived("forms"))
