"""What an action would do, before anybody does it: its events and its letters, nothing kept.

It asks the record and the rules alone, so it answers while Temporal is away.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from correspondence.correspondents import Happening
from correspondence.writer import Draft
from domain.actions import Action, Actor, TextRef
from domain.case import Case
from domain.contracts import Refusal
from domain.decide import decide
from domain.errors import CaseError, near_names
from domain.evolve import evolve
from domain.policy import Policy
from domain.vocabulary import ActionName
from gateway import compose
from gateway.errors import ActionRefused, BadRequest
from gateway.letters import ActionLetters, happening
from gateway.persons import check_actor, one_person
from gateway.stores import Stores
from storage.people import PersonIsErased

_NOT_YET = "draft"


class Foreseen(NamedTuple):
    """What an action would do now: what happens, and the letters that go out with it."""

    happening: Happening
    drafts: tuple[Draft, ...]


class Drafting:
    """One school's actions, as they would be. `now` gives the present moment, aware, in UTC."""

    def __init__(
        self,
        stores: Stores,
        school: str,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._stores = stores
        self._school = school
        self._now = now
        self._letters = ActionLetters(stores.writer, stores.people)

    async def drafts(
        self, reference: str, action: str, fields: Mapping[str, Any], actor: Actor
    ) -> list[Draft]:
        """The letters that would go out with an action, to be read and edited; keeps nothing.

        Raises what `foresee` does.
        """
        return list((await self.foresee(reference, action, fields, actor)).drafts)

    async def foresee(
        self,
        reference: str,
        action: str,
        fields: Mapping[str, Any],
        actor: Actor,
        *,
        seen: int | None = None,
    ) -> Foreseen:
        """What an action would do to a case at this moment; keeps nothing.

        Raises what `Cases.act` does before it acts.
        """
        case = await self._stores.record.case_state(self._school, reference)
        await self.check_actor(actor)
        name = compose.action_named(action)
        fresh: dict[str, str] = {}
        fixed = {"id": _NOT_YET, "seen": seen}
        composed = await self._sketch(name, fields, fixed, fresh)
        happens = await self._happening(case, composed, actor)
        drafts = await self._letters.drafts(happens, composed, fresh)
        return Foreseen(happens, tuple(drafts))

    async def foresee_concern(
        self, policy: str, fields: Mapping[str, Any], actor: Actor
    ) -> Foreseen:
        """What raising a concern would do at this moment; keeps nothing, and gives out no
        reference. Raises what `Cases.open` does before it opens a case.
        """
        rules = await self._policy(policy)
        await self.check_actor(actor)
        calendar = await self._stores.shelf.calendar_of(self._school)
        year = calendar.local_date(self._now()).year
        reference = f"{rules.reference_prefix}-{year}-0000"
        fixed = {"id": _NOT_YET, "school": self._school, "reference": reference}
        action = await self._sketch(ActionName.RAISE_CONCERN, fields, fixed, {})
        try:
            events = decide(rules, calendar, None, action, actor, self._now())
        except CaseError as error:
            raise ActionRefused(Refusal.of(error)) from error
        after: Case | None = None
        for event in events:
            after = evolve(after, event)
        assert after is not None, "a concern that is raised opens a case"
        happens = Happening(
            policy=rules,
            calendar=calendar,
            before=None,
            after=after,
            events=tuple(events),
            actor=actor,
            at=self._now(),
        )
        return Foreseen(happens, ())

    async def find_person(self, given: str) -> str:
        """The id of the one person at the school whom `given` (name, address or id) names.

        Raises what `one_person` does, and PersonIsErased.
        """
        person = await one_person(self._stores.people, self._school, given)
        if person.erased:
            raise PersonIsErased(person.id)
        return person.id

    async def check_actor(self, actor: Actor) -> None:
        """Refuses somebody who does not hold the role they act in. Raises ActionRefused."""
        await check_actor(self._stores.people, actor)

    async def _sketch(
        self,
        name: ActionName,
        fields: Mapping[str, Any],
        fixed: Mapping[str, Any],
        fresh: dict[str, str],
    ) -> Action:
        async def hold(kind: str, text: str) -> TextRef:
            ref = TextRef(id=f"draft-{len(fresh)}", commitment="0" * 64)
            fresh[ref.id] = text
            return ref

        return await compose.compose(
            name, fields, fixed, find_person=self.find_person, put_away=hold
        )

    async def _happening(self, case: Case, action: Action, actor: Actor) -> Happening:
        policy = await self._stores.shelf.policy(case.policy_digest)
        calendar = await self._stores.shelf.calendar(case.calendar_digest)
        try:
            return happening(policy, calendar, case, action, actor, self._now())
        except CaseError as error:
            raise ActionRefused(Refusal.of(error)) from error

    async def _policy(self, policy: str) -> Policy:
        current = await self._stores.shelf.current_policies(self._school)
        for candidate in current:
            if candidate.policy == policy:
                return candidate
        known = [candidate.policy for candidate in current]
        raise BadRequest(f"This school has no policy “{policy}”.{near_names(policy, known)}")
