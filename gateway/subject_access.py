"""Subject access: writing down that somebody asked, and giving them what is held about them."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from domain.access_events import AccessGiven, AccessRequested
from domain.actions import Actor
from domain.contracts import Refusal
from domain.erasure import people_gone
from domain.errors import CaseError
from domain.register import REGISTER, RegisterEvent
from domain.subject_access import (
    MAY_GIVE,
    AccessRequest,
    may_give,
    may_record_request,
    requested,
    requests_of,
    waiting,
)
from domain.views import Viewed
from gateway import copies
from gateway.errors import ActionRefused, BadRequest, NothingHeld
from gateway.gathering import Choices, Gathered, gather
from gateway.persons import check_actor, one_person
from gateway.reading import Reading
from gateway.stores import Stores
from gateway.wording import day
from storage.people import Person


class Given(NamedTuple):
    """A copy that was made: what the register says of it, where its files are, and what is in it.

    `answered` are the requests that had waited for it.
    """

    fact: AccessGiven
    files: tuple[Path, ...]
    for_the_school: Path
    gathered: Gathered
    answered: tuple[AccessRequest, ...]


class SubjectAccess:
    """Requests and copies at one school. `now` gives the present moment, aware, in UTC."""

    def __init__(
        self, stores: Stores, school: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._stores = stores
        self._school = school
        self._now = now

    async def record_request(
        self,
        person: str,
        actor: Actor,
        received_on: date | None = None,
        *,
        action_id: str | None = None,
    ) -> AccessRequested:
        """Writes down that a person asked, today or on `received_on`, and by when that is due.

        Raises PersonNotFound, NothingHeld, BadRequest or ActionRefused.
        """
        await check_actor(self._stores.people, actor)
        entries = await self._entries()
        reader = await self._person(person, entries)
        self._decide(lambda: may_record_request(actor))
        now = self._now()
        calendar = await self._stores.shelf.calendar_of(self._school)
        received = received_on or calendar.local_date(now)
        if received > calendar.local_date(now):
            raise BadRequest(f"{day(received)} is still to come: say when the request came.")
        id_ = action_id or str(uuid4())
        fact = requested(calendar, f"access-{uuid4().hex}", reader.id, received)
        recorded = await self._stores.registrar.append(self._school, [fact], actor, id_, now)
        told = recorded[0].fact
        if not isinstance(told, AccessRequested) or told.person != reader.id:
            raise BadRequest(f"The action id {id_} was used for something else: choose another.")
        return told

    async def requests(self) -> list[AccessRequest]:
        """Every request that was written down, in order."""
        return requests_of(await self._entries())

    async def look(self, person: str, actor: Actor, choices: Choices) -> Gathered:
        """What a person would be given: no file and no entry, but a line in the read log.

        Raises PersonNotFound, NothingHeld, BadRequest, ActionRefused or LookUnrecorded.
        """
        entries = await self._entries()
        reader = await self._person(person, entries)
        await self._may_give(actor, reader)
        return await self._gather(reader, choices, entries, actor)

    async def give(
        self,
        person: str,
        actor: Actor,
        choices: Choices,
        out: Path,
        formats: tuple[copies.Format, ...] = copies.FORMATS,
        *,
        reason: str | None = None,
        force: bool = False,
    ) -> Given:
        """Makes a person's copy at `out` and enters it in the register.

        The files are there if the entry is, and as the entry says: it holds their SHA-256.
        Raises PersonNotFound, NothingHeld, BadRequest, ActionRefused or LookUnrecorded, and then
        nothing is there.
        """
        where = copies.destination(out, formats, force=force)
        if choices.include and not (reason and reason.strip()):
            raise BadRequest(
                "What is withheld is included for a reason: say it with --reason 'A sentence.'"
            )
        entries = await self._entries()
        reader = await self._person(person, entries)
        await self._may_give(actor, reader)
        gathered = await self._gather(reader, choices, entries, actor)
        made = copies.rendered(gathered.held, formats)
        files = gathered.files
        archive = copies.archived(made, files, gathered.held) if where.archive else None
        contents = (
            {where.archive: archive}
            if where.archive and archive is not None
            else {where.files[one]: content for one, content in made.items()}
        )
        contents |= copies.beside(where, files, force=force)
        school = gathered.held.school
        note = gathered.second_look.text(school, gathered.held.made).encode()
        answered = waiting(requests_of(entries), reader.id)
        with copies.placed(where, {**contents, where.for_the_school: note}):
            why = None
            if choices.include and reason:
                why = await self._stores.texts.store(
                    reader.id, self._school, REGISTER, "reason", reason.strip()
                )
            fact = AccessGiven(
                person=reader.id,
                answers=tuple(request.access for request in answered),
                files=copies.digests(made, files, archive),
                staff_named=choices.staff_named,
                included=choices.include,
                reason=why,
            )
            try:
                await self._stores.registrar.append(
                    self._school, [fact], actor, str(uuid4()), self._now()
                )
            except Exception:
                if why is not None:
                    await self._stores.texts.discard(why)
                raise
        return Given(fact, tuple(contents), where.for_the_school, gathered, tuple(answered))

    async def _gather(
        self, reader: Person, choices: Choices, entries: list[RegisterEvent], actor: Actor
    ) -> Gathered:
        gathered = await gather(
            self._stores, reader, choices, entries, requests_of(entries), self._now()
        )
        nothing = [one for one in choices.include if one not in gathered.withheld]
        if nothing:
            there = ", ".join(sorted(gathered.withheld)) or "there is none of these"
            raise BadRequest(
                f"Nothing is withheld of {', '.join(nothing)}. Cases of which something is: "
                f"{there}."
            )
        # Whoever makes the copy sees what is in it, and that is written down before it is shown.
        reading = Reading(self._stores, self._school, actor, now=self._now)
        for case in gathered.held.cases:
            await reading.look(case.reference, Viewed.EXPORT, names=True)
        return gathered

    async def _entries(self) -> list[RegisterEvent]:
        return [one.event for one in await self._stores.registrar.entries(self._school)]

    async def _person(self, given: str, entries: list[RegisterEvent]) -> Person:
        for entry in entries:
            if given.strip() in people_gone(entry.fact):
                raise NothingHeld(given.strip(), day(entry.at.date()))
        return await one_person(self._stores.people, self._school, given)

    async def _may_give(self, actor: Actor, reader: Person) -> None:
        await check_actor(self._stores.people, actor)
        others = {
            holder
            for role in MAY_GIVE
            for holder in await self._stores.people.holders_of(self._school, role)
        } - {actor.person}
        self._decide(lambda: may_give(actor, reader.id, others_may=bool(others)))

    def _decide(self, rule: Callable[[], None]) -> None:
        try:
            rule()
        except CaseError as error:
            raise ActionRefused(Refusal.of(error)) from error
