"""Erasing people: a preview, a request, and a second person's word."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection

from domain.actions import Actor, TextRef
from domain.case import Case
from domain.contracts import Refusal
from domain.erasure import (
    MAY_CONFIRM,
    MAY_REQUEST,
    Erasures,
    PendingErasure,
    confirm_erasure,
    erasures_of,
    pending_erasure,
    refuse_erasure,
    request_erasure,
    why_not_erased,
)
from domain.errors import AlreadyErased, CaseError
from domain.holds import holds_of, require_role
from domain.register import REGISTER, ErasureRequested, PersonErased, RegisterEvent
from domain.vocabulary import ErasureGround
from gateway.entering import REASON, enter, leave_no_trace, written
from gateway.errors import ActionRefused
from gateway.persons import check_actor, one_person
from gateway.stores import Stores
from storage.enclosures import ATTACHMENT
from storage.erased_list import Erased, ErasedList
from storage.erasing import (
    Held,
    cases_of_person,
    erase_person,
    held_of_case,
    held_of_person,
    holders_of_any,
    lock_person,
)
from storage.people import Person, PersonNotFound
from storage.registrar import entries_in
from storage.texts import TextNotFound

_LEAST_LETTERS = 3  # of a part of a name that is looked for by itself


class Mention(NamedTuple):
    """A text under somebody else's key that names the person, and so stays as it is."""

    reference: str
    kind: str
    text: str
    under: str


class Preview(NamedTuple):
    """What erasing a person would take, what it would leave, and what stands against it."""

    person: Person
    texts: tuple[tuple[str, str, int], ...]  # or files: the case's reference, the kind, how many
    cases: tuple[str, ...]  # in which the person has a part: they go on without the name
    mentions: tuple[Mention, ...]
    not_read: tuple[tuple[str, str, int], ...]  # files under others' keys, which may mention them
    waiting: str | None  # the erasure that was asked for already
    against: Refusal | None


class Destroyed(NamedTuple):
    """What was destroyed, and whether its last traces are dealt with: see `leave_no_trace`."""

    person: str
    texts: int
    listed: bool
    overwritten: bool
    files: int = 0


class Erasing:
    """Erases people of one school. `now` gives the present moment, aware, in UTC."""

    def __init__(
        self,
        stores: Stores,
        erased_list: ErasedList,
        school: str,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._stores = stores
        self._list = erased_list
        self._school = school
        self._now = now

    async def preview(self, given: str, actor: Actor) -> Preview:
        """What erasing the person whom `given` names would do; nothing is changed.

        Raises PersonNotFound, BadRequest, or ActionRefused (where they are erased already, too).
        """
        await check_actor(self._stores.people, actor)
        try:
            require_role(actor, (*MAY_REQUEST, *MAY_CONFIRM), "Looking at an erasure.")
        except CaseError as error:
            raise ActionRefused(Refusal.of(error)) from error
        person = await self._present(given)

        def look(connection: Connection) -> tuple[_Concerned, Erasures, list[Held]]:
            concerned = _concerned(connection, self._school, person.id)
            in_their_cases = [
                text
                for case in concerned.cases
                for text in held_of_case(connection, self._school, case.reference)
            ]
            state = erasures_of(entries_in(connection, self._school))
            return concerned, state, in_their_cases

        async with self._stores.database.reading() as connection:
            concerned, state, in_their_cases = await connection.run_sync(look)
        files = [
            one for one in in_their_cases if one.kind == ATTACHMENT and one.person != person.id
        ]
        against = why_not_erased(state, person.id, concerned.cases, concerned.held)
        waiting = [one.erasure for one in state.pending.values() if one.person == person.id]
        return Preview(
            person=person,
            texts=_counted(concerned.kept),
            cases=tuple(case.reference for case in concerned.cases),
            mentions=tuple([one async for one in self._mentions(person, in_their_cases)]),
            not_read=_counted(files),
            waiting=waiting[0] if waiting else None,
            against=Refusal.of(against) if against else None,
        )

    async def request(
        self,
        given: str,
        ground: ErasureGround,
        reason: str,
        actor: Actor,
        *,
        action_id: str | None = None,
    ) -> str:
        """Asks for an erasure, and returns the id under which a second person confirms it.

        The reason is kept under the person's own key, and goes with them; the ground stays on the
        register. Raises PersonNotFound, BadRequest or ActionRefused.
        """
        await check_actor(self._stores.people, actor)
        person = await self._present(given)
        ref = await self._reason(person.id, reason)

        def decide(connection: Connection, entries: list[RegisterEvent]) -> ErasureRequested:
            concerned = _concerned(connection, self._school, person.id)
            return request_erasure(
                erasures_of(entries),
                f"erasure-{len(entries) + 1}",
                person.id,
                concerned.cases,
                concerned.held,
                actor,
                ground,
                ref,
                holders_of_any(connection, self._school, MAY_CONFIRM),
            )

        entry = await enter(
            self._stores,
            self._school,
            decide,
            actor,
            self._now(),
            action_id=action_id,
            texts=[ref],
        )
        assert isinstance(entry.fact, ErasureRequested)
        return entry.fact.erasure

    async def confirm(
        self, erasure: str, actor: Actor, *, action_id: str | None = None
    ) -> Destroyed:
        """Destroys a person's key, name, address, roles, texts and files, for good.

        Everything goes in the transaction that enters it on the register. Raises ActionRefused.
        """
        await check_actor(self._stores.people, actor)
        at = self._now()

        def decide(connection: Connection, entries: list[RegisterEvent]) -> PersonErased:
            state = erasures_of(entries)
            person = pending_erasure(state, erasure).person
            lock_person(connection, person)
            concerned = _concerned(connection, self._school, person)
            files = sum(one.is_file for one in concerned.kept)
            texts = len(concerned.kept) - files
            fact = confirm_erasure(
                state, erasure, concerned.cases, concerned.held, actor, texts, files
            )
            erase_person(connection, person, at)
            return fact

        entry = await enter(self._stores, self._school, decide, actor, at, action_id=action_id)
        fact = entry.fact
        assert isinstance(fact, PersonErased)
        gone = [Erased("person", self._school, fact.person)]
        listed, overwritten = await leave_no_trace(self._stores, self._list, gone)
        return Destroyed(fact.person, fact.texts, listed, overwritten, fact.files)

    async def refuse(
        self, erasure: str, reason: str, actor: Actor, *, action_id: str | None = None
    ) -> str:
        """Refuses an erasure, or takes one's own request back; returns the person's id.

        Raises ActionRefused, BadRequest.
        """
        await check_actor(self._stores.people, actor)
        person = (await self.asked_for(erasure)).person
        ref = await self._reason(person, reason)
        await enter(
            self._stores,
            self._school,
            lambda _, entries: refuse_erasure(erasures_of(entries), erasure, actor, ref),
            actor,
            self._now(),
            action_id=action_id,
            texts=[ref],
        )
        return person

    async def asked_for(self, erasure: str) -> PendingErasure:
        """The erasure that waits under this id. Raises ActionRefused, with near ids."""
        try:
            return pending_erasure(await self._state(), erasure)
        except CaseError as error:
            raise ActionRefused(Refusal.of(error)) from error

    async def waiting(self) -> list[PendingErasure]:
        """The erasures that wait for a second person, the oldest first."""
        return list((await self._state()).pending.values())

    async def _state(self) -> Erasures:
        async with self._stores.database.reading() as connection:
            return erasures_of(await connection.run_sync(entries_in, self._school))

    async def _present(self, given: str) -> Person:
        person = await one_person(self._stores.people, self._school, given)
        if person.erased:
            raise ActionRefused(Refusal.of(AlreadyErased(f"The id {person.id} alone is left.")))
        return person

    async def _reason(self, person: str, reason: str) -> TextRef:
        return await self._stores.texts.store(
            person, self._school, REGISTER, REASON, written(reason)
        )

    async def _mentions(self, person: Person, texts: Iterable[Held]) -> AsyncIterator[Mention]:
        named = _naming(person)
        for text in texts:
            if text.is_file or text.person == person.id:
                continue
            try:
                content = await self._stores.texts.read_as_stored(text.id)
            except (TextNotFound, PersonNotFound):
                continue  # removed a moment ago
            if named.search(content):
                yield Mention(text.reference, text.kind, text.id, text.person)


class _Concerned(NamedTuple):
    kept: list[Held]
    cases: list[Case]
    held: frozenset[str]


def _concerned(connection: Connection, school: str, person: str) -> _Concerned:
    """What is under a person's key, the cases it touches, and which cases are on hold."""
    kept = held_of_person(connection, person)
    cases = cases_of_person(connection, school, person, kept)
    return _Concerned(kept, cases, frozenset(holds_of(entries_in(connection, school))))


def _counted(held: Iterable[Held]) -> tuple[tuple[str, str, int], ...]:
    counted = Counter((one.reference, one.kind) for one in held)
    return tuple((where, kind, count) for (where, kind), count in sorted(counted.items()))


def _naming(person: Person) -> re.Pattern[str]:
    """Finds the name, a longer part of it, or the address, as words of a text."""
    parts = [part for part in re.split(r"[\s-]+", person.name) if len(part) >= _LEAST_LETTERS]
    known = {person.name, *parts, *([person.email] if person.email else [])}
    words = "|".join(re.escape(word) for word in sorted(known, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)
