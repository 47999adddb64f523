"""Keeping and removing what is over: legal holds, and disposals that a person confirms."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import Connection

from domain.actions import Actor, TextRef
from domain.case import Case
from domain.contracts import Refusal
from domain.erasure import left_without_a_case
from domain.holds import holds_of, lift_hold, place_hold
from domain.register import REGISTER, CaseDisposed, CaseKept, RegisterEvent
from domain.retention import Retention, due_on, keep_longer, may_dispose, retention_of
from gateway.entering import REASON, enter, leave_no_trace, written
from gateway.errors import ActionRefused
from gateway.persons import about, check_actor
from gateway.stores import Stores
from storage.disposals import DueCase, Proposal
from storage.erased_list import Erased, ErasedList
from storage.erasing import (
    cases_of_person,
    erase_person,
    held_of_case,
    held_of_person,
    lock_person,
    remove_held,
    roles_of,
)
from storage.people import PersonIsErased


class Disposed(NamedTuple):
    """What was destroyed of the cases confirmed, and why some were left as they are."""

    cases: tuple[CaseDisposed, ...]
    refused: tuple[tuple[str, Refusal], ...]
    listed: bool
    overwritten: bool


class Keeping:
    """Holds and disposals of one school. `now` gives the present moment, aware, in UTC."""

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

    async def hold(
        self,
        reference: str,
        reason: str,
        review_on: date | None,
        actor: Actor,
        *,
        action_id: str | None = None,
    ) -> None:
        """Keeps everything about a case until the hold is lifted.

        Raises CaseNotFound, BadRequest, ActionRefused.
        """
        case, ref = await self._reasoned(reference, reason, actor)
        today = await self._today()
        await enter(
            self._stores,
            self._school,
            lambda _, entries: place_hold(
                case,
                holds_of(entries),
                retention_of(entries).disposed,
                actor,
                ref,
                review_on,
                today,
            ),
            actor,
            self._now(),
            action_id=action_id,
            texts=[ref],
        )

    async def release(
        self, reference: str, reason: str, actor: Actor, *, action_id: str | None = None
    ) -> None:
        """Lifts a legal hold. Raises CaseNotFound, BadRequest, ActionRefused."""
        case, ref = await self._reasoned(reference, reason, actor)
        await enter(
            self._stores,
            self._school,
            lambda _, entries: lift_hold(case, holds_of(entries), actor, ref),
            actor,
            self._now(),
            action_id=action_id,
            texts=[ref],
        )

    async def state(self) -> Retention:
        """What the register says of keeping and removing."""
        return await self._stores.disposals.state(self._school)

    async def due(self, by: date | None = None) -> list[DueCase]:
        """The cases whose time is over by a day (today), the longest due first."""
        return await self._stores.disposals.due(self._school, by or await self._today())

    async def sweep(self) -> Proposal:
        """Proposes now what the nightly sweep would; it tells nobody."""
        return await self._stores.disposals.propose(self._school, str(uuid4()), self._now())

    async def keep(
        self,
        reference: str,
        until: date,
        reason: str,
        actor: Actor,
        *,
        action_id: str | None = None,
    ) -> None:
        """Keeps a case until a later day. Raises CaseNotFound, BadRequest, ActionRefused."""
        case, ref = await self._reasoned(reference, reason, actor)
        day = await self._stores.disposals.due_on(case, await self.state())
        today = await self._today()

        def decide(_: Connection, entries: list[RegisterEvent]) -> CaseKept:
            return keep_longer(case, day, retention_of(entries), actor, until, ref, today)

        await enter(
            self._stores,
            self._school,
            decide,
            actor,
            self._now(),
            action_id=action_id,
            texts=[ref],
        )

    async def dispose(
        self, references: Sequence[str], actor: Actor, *, action_id: str | None = None
    ) -> Disposed:
        """Destroys the texts and files of these cases, and the keys of people without another case.

        Each case goes in a transaction of its own, or is refused by itself. Raises CaseNotFound
        before anything is done.
        """
        await check_actor(self._stores.people, actor)
        record = self._stores.record
        wanted = dict.fromkeys(references)
        cases = [await record.case_state(self._school, reference) for reference in wanted]
        id_ = action_id or str(uuid4())
        done: list[CaseDisposed] = []
        refused: list[tuple[str, Refusal]] = []
        for case in cases:
            try:
                done.append(await self._dispose(case, actor, f"{id_}/{case.reference}"))
            except ActionRefused as error:
                refused.append((case.reference, error.refusal))
        listed = overwritten = True
        if done:
            gone = [Erased("case", self._school, one.reference) for one in done]
            gone += [Erased("person", self._school, who) for one in done for who in one.people]
            listed, overwritten = await leave_no_trace(self._stores, self._list, gone)
        return Disposed(tuple(done), tuple(refused), listed, overwritten)

    async def _dispose(self, case: Case, actor: Actor, action_id: str) -> CaseDisposed:
        shelf = self._stores.shelf
        policy = await shelf.policy(case.policy_digest)
        calendar = await shelf.calendar_of(self._school)
        at = self._now()

        def decide(connection: Connection, entries: list[RegisterEvent]) -> CaseDisposed:
            state = retention_of(entries)
            day = due_on(policy, calendar, case, state)
            may_dispose(case, day, state, actor, calendar.local_date(at))
            concerned = sorted(case.parties | set(case.named))
            for person in concerned:
                lock_person(connection, person)
            elsewhere = {
                person: _elsewhere(connection, case, person, state) for person in concerned
            }
            people = left_without_a_case(case, roles_of(connection, concerned), elsewhere)
            removed = remove_held(
                connection, held_of_case(connection, self._school, case.reference)
            )
            for person in people:
                removed += erase_person(connection, person, at)
            return CaseDisposed(
                reference=case.reference, texts=removed.texts, people=people, files=removed.files
            )

        fact = (
            await enter(self._stores, self._school, decide, actor, at, action_id=action_id)
        ).fact
        assert isinstance(fact, CaseDisposed)
        return fact

    async def _reasoned(self, reference: str, reason: str, actor: Actor) -> tuple[Case, TextRef]:
        case = await self._stores.record.case_state(self._school, reference)
        await check_actor(self._stores.people, actor)
        words = written(reason)
        for person in about(case, actor):
            try:
                ref = await self._stores.texts.store(person, self._school, reference, REASON, words)
            except PersonIsErased:
                continue
            return case, ref
        raise AssertionError("whoever acts is there")

    async def _today(self) -> date:
        calendar = await self._stores.shelf.calendar_of(self._school)
        return calendar.local_date(self._now())


def _elsewhere(
    connection: Connection, leaving: Case, person: str, state: Retention
) -> frozenset[str]:
    """The other cases that hold a person: those not disposed of, and pending entries aside."""
    held = [
        one
        for one in held_of_person(connection, person)
        if one.reference not in (leaving.reference, REGISTER)
    ]
    cases = cases_of_person(connection, leaving.school, person, held)
    others = {case.reference for case in cases} - {leaving.reference}
    return frozenset(others - state.disposed.keys())
