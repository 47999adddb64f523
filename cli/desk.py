"""What a command works with: the stores, and the door to one school's cases, opened on demand."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from typing import TypeVar

from temporalio.client import Client

from cli.outcome import BadUsage
from domain.actions import Actor
from domain.errors import near_names
from domain.vocabulary import Role
from gateway.attachments import AttachmentLimits
from gateway.cases import Cases
from gateway.reading import Reading
from gateway.stores import Stores, keyring_of, master_key_of, open_stores
from gateway.telemetry import command_runtime
from gateway.temporal import connect
from settings import Settings, load_settings, temporal_connection
from storage.erased_list import ErasedList
from storage.people import PersonIsErased, PersonNotFound

Answer = TypeVar("Answer")

PATIENCE = timedelta(seconds=5)  # a server that was killed is back in less


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The stores and settings of one command."""

    settings: Settings
    stores: Stores

    async def school(self, given: str | None) -> str:
        """The school meant: the one given, or the only one. Raises BadUsage, NotOnTheShelf."""
        if given is not None:
            return (await self.stores.shelf.school(given)).id
        known = await self.stores.shelf.schools()
        if len(known) == 1:
            return known[0].id
        if not known:
            raise BadUsage(
                "There is no school yet. `evenhand up --sample` makes one to try things with; "
                "`evenhand school add` makes yours."
            )
        names = ", ".join(school.id for school in known)
        raise BadUsage(f"Say which school with --school: {names}.")

    async def client(self) -> Client:
        """A client for Temporal. Raises ServiceUnreachable where it is away."""
        return await connect(
            temporal_connection(), keyring_of(self.settings), command_runtime(), patience=PATIENCE
        )

    async def cases(self, school: str) -> Cases:
        """The door to a school's cases. Raises ServiceUnreachable where Temporal is away."""
        client = await self.client()
        return Cases(
            self.stores,
            client,
            school,
            task_queue=self.settings.task_queue,
            limits=self.attachment_limits,
        )

    @property
    def attachment_limits(self) -> AttachmentLimits:
        """How large and how many the files may be that come with a reply."""
        return AttachmentLimits(self.settings.attachment_bytes, self.settings.attachments_per_reply)

    @property
    def erased_list(self) -> ErasedList:
        """What was erased, as it is remembered outside the database."""
        return ErasedList(self.settings.erased_file)

    async def actor(self, school: str, who: str, role: str | None) -> Actor:
        """Who acts: a role with one holder, or a person (with `role` where they hold several).

        Raises BadUsage or PersonNotFound.
        """
        word = who.replace(" ", "_").replace("-", "_").lower()
        if word in {one.value for one in Role} and word != Role.SYSTEM.value:
            return await self._holder(school, Role(word))
        try:
            found = await self.stores.people.find(school, who)
        except PersonNotFound as error:
            roles = get_close_matches(word, [one.value for one in Role if one is not Role.SYSTEM])
            if error.near or not roles:
                raise
            raise BadUsage(f"{error.sentence} Did you mean {', '.join(roles)}?") from error
        if len(found) > 1:
            names = ", ".join(f"{person.name} ({person.id})" for person in found)
            raise BadUsage(f"“{who}” could be: {names}. Give the id.")
        person = found[0]
        if person.erased:
            raise PersonIsErased(person.id)
        held = sorted(one.value for one in person.roles)
        if role is not None:
            if role.replace("-", "_") not in held:
                raise BadUsage(f"They hold: {', '.join(held)}.{near_names(role, held)}")
            return Actor(person=person.id, role=Role(role.replace("-", "_")))
        if len(held) != 1:
            raise BadUsage(f"Say in which role with --role: {', '.join(held) or 'they hold none'}.")
        return Actor(person=person.id, role=Role(held[0]))

    async def _holder(self, school: str, role: Role) -> Actor:
        holders = await self.stores.people.holders_of(school, role)
        word = role.value.replace("_", " ")
        if not holders:
            raise BadUsage(f"Nobody at {school} holds the role {word}.")
        if len(holders) > 1:
            people = [await self.stores.people.person(holder) for holder in holders]
            names = ", ".join(f"{person.name} ({person.id})" for person in people)
            raise BadUsage(f"Several people are {word}: {names}. Say which.")
        return Actor(person=holders[0], role=role)

    async def reading(self, school: str, who: str | None, role: str | None) -> Reading:
        """The door through which somebody reads cases; without `who`, the administrator's.

        Raises BadUsage or PersonNotFound.
        """
        return Reading(self.stores, school, await self.actor(school, who, role) if who else None)

    async def name(self, person: str) -> str:
        """A person's name, or their id where they are not known."""
        return await self.stores.people.name_or_id(person)


@contextlib.asynccontextmanager
async def a_desk(settings: Settings) -> AsyncIterator[Desk]:
    """Opens the stores for as long as the block runs."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    stores = open_stores(
        settings.database_url,
        master_key_of(settings),
        views_waiting=settings.views_waiting,
        on_view_waiting=_say_that_it_waits,
        letters=settings.letters_dir,
    )
    try:
        yield Desk(settings=settings, stores=stores)
    finally:
        await stores.close()


def _say_that_it_waits(reference: str) -> None:
    print(
        f"The database could not take it just now, so it is noted beside it that {reference} was "
        "opened, and entered into the read log later.",
        file=sys.stderr,
    )


def at_the_desk(work: Callable[[Desk], Awaitable[Answer]]) -> Answer:
    """Runs one command's work."""

    async def run() -> Answer:
        async with a_desk(load_settings()) as desk:
            await desk.stores.database.check()
            return await work(desk)

    return asyncio.run(run())
