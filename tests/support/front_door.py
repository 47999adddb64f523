"""The front door of a school in test: with a quick hash, a clock to set, and a real outbox."""

import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pyotp
from argon2 import PasswordHasher

from correspondence.mail_server import MailServer
from gateway.front_door import FrontDoor, front_door
from gateway.signing_in import From, SignedIn
from settings import Settings
from storage.people import Person
from tests.support.outbox import Outbox
from tests.support.school import SchoolInTest, a_school

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ADDRESS = "http://127.0.0.1:8080"
HOME = From("192.0.2.7/32")
PASSWORD = "tangled otter under marmalade"
# A hash that is slow on purpose would be all that the tests wait for.
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_LINK = re.compile(rf"{re.escape(ADDRESS)}/(?P<path>[a-z-]+)/(?P<token>[\w-]+)")


@dataclass(kw_only=True)
class DoorInTest:
    """The front door, at a moment that a test sets."""

    school: SchoolInTest
    outbox: Outbox
    settings: Settings
    now: datetime = NOON
    secrets: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.door: FrontDoor = front_door(
            self.settings,
            self.school.stores,
            mail=MailServer("127.0.0.1", self.outbox.port, "evenhand@rowan-hill.example"),
            hasher=QUICK,
            now=lambda: self.now,
        )

    def use_the_worlds_clock(self) -> None:
        """For what talks to somebody else's server, which goes by its own."""
        self.now = datetime.now(UTC)

    def later(self, **much: float) -> None:
        """Lets time pass."""
        self.now += timedelta(**much)

    async def person(self, who: str) -> Person:
        """The person with this first name."""
        return await self.school.stores.people.person(self.school.people[who])

    async def invited(self, who: str) -> str:
        """Invites somebody; the token of their link."""
        link = await self.door.accounts.invite(await self.person(who), None, by_mail=False)
        return link.rpartition("/")[2]

    async def with_account(self, who: str) -> Person:
        """Somebody who has chosen their password."""
        return await self.door.accounts.accept(await self.invited(who), PASSWORD)

    async def with_second_factor(self, who: str) -> tuple[Person, tuple[str, ...]]:
        """Somebody who has set up a second factor, too; their recovery codes."""
        person = await self.with_account(who)
        factors = self.door.signing_in.second_factors
        self.secrets[person.id] = (await factors.set_up(person.id)).secret.replace(" ", "")
        codes = await factors.confirm(person.id, self.code(person), self.now)
        self.later(minutes=1)  # that code is used up
        return person, codes

    def code(self, person: Person) -> str:
        """What the person's authenticator app shows now."""
        return pyotp.TOTP(self.secrets[person.id]).at(self.now)

    async def sign_in(self, who: str, password: str = PASSWORD, origin: From = HOME) -> SignedIn:
        """An attempt to sign in with a password."""
        address = f"{who}@rowan-hill.example"
        return await self.door.signing_in.with_password(address, password, origin)

    async def post(self) -> list[EmailMessage]:
        """Everything in the outbox, once what is under way is done."""
        await self.door.later.finished()
        return self.outbox.messages


def link_in(message: EmailMessage) -> tuple[str, str]:
    """The path and the token of the link in a message."""
    found = _LINK.search(message.get_content())
    assert found is not None, message.get_content()
    return found["path"], found["token"]


@contextlib.asynccontextmanager
async def a_door(
    database_url: str, folder: Path, outbox: Outbox, **settings: object
) -> AsyncIterator[DoorInTest]:
    """The front door of a school on this database."""
    chosen = Settings.model_validate(
        {"data_dir": folder / "var", "database_url": database_url} | settings
    )
    async with a_school(database_url) as school:
        door = DoorInTest(school=school, outbox=outbox, settings=chosen)
        yield door
        await door.door.later.finished()
