"""A case that was told to the record itself, without a workflow: for what only reads it."""

from datetime import datetime, timedelta
from typing import Any

from domain.actions import SYSTEM, Action, Actor, TextRef, TimePassed
from domain.case import Case
from domain.contracts import RecordEvents
from domain.decide import decide
from domain.events import Event
from domain.evolve import evolve
from domain.vocabulary import ActionName
from gateway.compose import compose
from gateway.letters import ActionLetters, Sending, happening
from gateway.persons import about
from storage.record import CaseNotFound
from tests.support.school import SCHOOL, SchoolInTest


class Told:
    """Acts on one case as its workflow would, and records what happens, letters included."""

    def __init__(self, school: SchoolInTest, policy: str, now: datetime) -> None:
        self._school = school
        self._policy = policy
        self._actions = 0
        self.now = now
        self.reference = ""

    async def open(self, who: str, reference: str, **fields: Any) -> Case:
        """Opens the case under this reference."""
        self.reference = reference
        return await self._do(ActionName.RAISE_CONCERN, who, fields)

    async def act(self, action: str, who: str, **fields: Any) -> Case:
        """Does an action; its letters are written, and count as sent."""
        return await self._do(ActionName(action), who, fields)

    async def wait(self, **span: float) -> Case:
        """Lets time go by for the case."""
        until = self.now + timedelta(**span)
        case = await self._case()
        while case is not None and case.next_at is not None and case.next_at <= until:
            self.now = max(self.now, case.next_at)
            self._actions += 1
            case = await self._apply(case, TimePassed(id=f"tick-{self._actions}"), SYSTEM)
        self.now = until
        assert case is not None
        return case

    async def _do(self, name: ActionName, who: str, fields: dict[str, Any]) -> Case:
        stores = self._school.stores
        actor = self._school.actor(who)
        case = await self._case()
        fresh: dict[str, str] = {}
        keepers = about(case, actor) if case else (actor.person,)

        async def put_away(kind: str, text: str) -> TextRef:
            ref = await stores.texts.store(keepers[0], SCHOOL, self.reference, kind, text)
            fresh[ref.id] = text
            return ref

        async def find(given: str) -> str:
            return self._school.people.get(given, given)

        self._actions += 1
        fixed: dict[str, Any] = {"id": f"action-{self._actions}"}
        if case is None:
            fixed |= {"school": SCHOOL, "reference": self.reference}
        action = await compose(name, fields, fixed, find_person=find, put_away=put_away)
        if case is not None:
            policy = await stores.shelf.policy(case.policy_digest)
            calendar = await stores.shelf.calendar(case.calendar_digest)
            happens = happening(policy, calendar, case, action, actor, self.now)
            letters = ActionLetters(stores.writer, stores.people)
            chosen = await letters.approve(happens, action, fresh, Sending.AS_DRAFTED)
            action = action.model_copy(update={"letters": chosen})
        return await self._apply(case, action, actor)

    async def _case(self) -> Case | None:
        try:
            return await self._school.stores.record.case_state(SCHOOL, self.reference)
        except CaseNotFound:
            return None

    async def _apply(self, case: Case | None, action: Action, actor: Actor) -> Case:
        stores = self._school.stores
        school = await stores.shelf.school(SCHOOL)
        calendar = await stores.shelf.calendar(school.calendar_digest)
        current = {one.policy: one for one in await stores.shelf.current_policies(SCHOOL)}
        events: list[Event] = decide(current[self._policy], calendar, case, action, actor, self.now)
        for event in events:
            case = evolve(case, event)
        assert case is not None
        if events:
            await stores.recorder.record(RecordEvents(events=tuple(events), case=case))
        return case
