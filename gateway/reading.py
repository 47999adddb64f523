"""Reading cases: each person is shown what they may see of one, and it is written down first."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from pydantic import BaseModel

from correspondence.reading import as_read
from domain.access import OUTSIDE, Sight, may_read_text, may_see_who_looked, sight_of
from domain.actions import Actor, FileRef, TextRef
from domain.case import Adjustment, Case, Letter
from domain.choices import Choice
from domain.contracts import Refusal
from domain.events import Event, LetterPrepared
from domain.letters import LetterText
from domain.mentions import people_in as people_in_fact
from domain.policy import Ladder
from domain.review import REVIEW_TYPES, assigned_to
from domain.views import AT_THE_MACHINE, View, Viewed
from domain.vocabulary import MeetingRole, Role, Rule
from gateway.cases import choices_for
from gateway.errors import ActionRefused
from gateway.stores import Stores
from gateway.wording import acting, spoken
from storage.people import PersonNotFound
from storage.record import StoredEvent
from storage.texts import TextNotFound
from storage.views import Look

WITHHELD = "(withheld)"
NO_LONGER_KEPT = "(no longer kept)"


class Seen:
    """A case as one viewer may see it: names, texts and JSON come through here alone."""

    def __init__(
        self, stores: Stores, case: Case, ladder: Ladder, viewer: Actor, sight: Sight
    ) -> None:
        self._stores = stores
        self._names: dict[str, str] = {}
        self.case = case
        self.ladder = ladder
        self.viewer = viewer
        self.sight = sight

    @property
    def names_shown(self) -> bool:
        """Whether people are named."""
        return self.sight is Sight.WHOLE

    async def name(self, person: str, role: Role | None = None) -> str:
        """A person's name, or the part they have in the case where names are not shown.

        `role` is the one they acted in, where that is known. A person who is no longer known is
        told by their id.
        """
        if person == AT_THE_MACHINE.person:
            return "the administrator at the machine"
        if self.names_shown or person == self.viewer.person:
            if person not in self._names:
                self._names[person] = await self._stores.people.name_or_id(person)
            return self._names[person]
        return part_of(self.case, person, role)

    async def text(self, ref: TextRef, event: Event) -> str:
        """What was written in `event`, or why it is not shown."""
        if not may_read_text(self.sight, self.ladder, self.case, self.viewer, event):
            return WITHHELD
        words = await self._text(ref)
        is_letter = isinstance(event.fact, LetterPrepared) and words != NO_LONGER_KEPT
        return as_read(words) if is_letter else words

    async def letter(self, letter: Letter) -> LetterText | None:
        """A letter's words, for its addressee and those who see the names; None where they are
        kept no longer. Raises ActionRefused."""
        if not self.names_shown and letter.to != self.viewer.person:
            raise not_shown(self.viewer, "This letter is not yours to read.")
        words = await self._text(letter.text)
        return None if words == NO_LONGER_KEPT else LetterText.model_validate_json(words)

    async def texts_of(self, event: Event) -> dict[str, str]:
        """What was written with an event, by the name of the field that refers to it."""
        fields = {name: getattr(event.fact, name) for name in type(event.fact).model_fields}
        return {
            name: await self.text(value, event)
            for name, value in fields.items()
            if isinstance(value, TextRef)
        }

    async def adjustment(self, adjustment: Adjustment) -> str:
        """What was agreed, for those who see the names and for the person it was agreed with."""
        if not self.names_shown and adjustment.person != self.viewer.person:
            return WITHHELD
        return await self._text(adjustment.text)

    def told(self, model: BaseModel) -> dict[str, Any]:
        """The case, or one of its events, as JSON; without names, people are told by their part
        and a text is null."""
        plain: dict[str, Any] = model.model_dump(mode="json")
        if self.names_shown:
            return plain
        roles = {model.actor.person: model.actor.role} if isinstance(model, Event) else {}
        hidden: dict[str, Any] = {
            person: part_of(self.case, person, roles.get(person))
            for person in {*people_in(self.case), *people_in(model)}
            if person not in (self.viewer.person, "system")
        }
        readable = isinstance(model, Event) and may_read_text(
            self.sight, self.ladder, self.case, self.viewer, model
        )
        shown: dict[str, Any] = _masked(plain, hidden, readable)
        return shown

    async def _text(self, ref: TextRef) -> str:
        try:
            return await self._stores.texts.read(ref)
        except (TextNotFound, PersonNotFound):
            return NO_LONGER_KEPT


class Reading:
    """One person's door to a school's cases. Without a `viewer`, that of the administrator who
    sits at the machine and may see everything."""

    def __init__(
        self,
        stores: Stores,
        school: str,
        viewer: Actor | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._stores = stores
        self._school = school
        self.viewer = viewer or AT_THE_MACHINE
        self.at_the_machine = viewer is None
        self._now = now

    async def case(self, reference: str, what: Viewed = Viewed.CASE) -> Seen:
        """The case as the viewer may see it, once it is written down that they look.

        Raises CaseNotFound, ActionRefused where they may see nothing of it, and LookUnrecorded
        where it could not be written down.
        """
        seen = await self.peek(reference)
        await self.look(reference, what, names=seen.names_shown)
        return seen

    async def peek(self, reference: str) -> Seen:
        """The case as the viewer may see it, for what tells nothing of its content.

        Raises CaseNotFound, or ActionRefused where they may see nothing of it.
        """
        seen = await self._sight(await self._stores.record.case_state(self._school, reference))
        if seen.sight is Sight.NOTHING:
            raise not_shown(self.viewer)
        return seen

    async def look(self, reference: str, what: Viewed, *, names: bool) -> None:
        """Writes down that the viewer is about to see something. Raises LookUnrecorded."""
        await self._stores.views.record(
            Look(
                id=str(uuid4()),
                at=self._now(),
                school=self._school,
                viewer=self.viewer,
                what=what,
                reference=reference,
                names=names,
            )
        )

    async def events(self, reference: str, *, texts: bool) -> tuple[Seen, list[StoredEvent]]:
        """A case's events with the view through which they are told. Raises as `case` does."""
        seen = await self.case(reference, Viewed.TEXTS if texts else Viewed.TIMELINE)
        return seen, await self._stores.record.events_of(self._school, reference)

    async def choices(self, reference: str) -> tuple[Choice, ...]:
        """What the viewer may do to the case now, and why not the rest.

        Somebody with a conflict is told so by the rules themselves; only an outsider whose case
        it is not is told nothing. Raises CaseNotFound, ActionRefused.
        """
        case = await self._stores.record.case_state(self._school, reference)
        if self.viewer.role in OUTSIDE and self.viewer.person not in case.parties:
            raise not_shown(self.viewer)
        return await choices_for(self._stores, self._school, reference, self.viewer, self._now())

    async def visible(self, references: list[str]) -> set[str]:
        """Those of these cases of which the viewer may see anything at all."""
        if self.at_the_machine:
            return set(references)
        sights = await self.sights(references)
        return {reference for reference, sight in sights.items() if sight is not Sight.NOTHING}

    async def sights(self, references: list[str]) -> dict[str, Sight]:
        """How much of each of these cases the viewer may see."""
        return {
            one.case.reference: one.sight
            for one in [await self._sight(case) for case in await self._cases(references)]
        }

    async def viewers(self, reference: str) -> tuple[Seen, list[View]]:
        """Who looked at a case, the earliest first.

        Raises CaseNotFound, or ActionRefused where that is not for the viewer to see.
        """
        seen = await self.peek(reference)
        if not self.at_the_machine and not may_see_who_looked(seen.sight, self.viewer):
            raise not_shown(self.viewer, "Who looked is for those who answer for the record.")
        return seen, await self._stores.views.of_case(self._school, reference)

    async def _cases(self, references: list[str]) -> list[Case]:
        return await self._stores.record.states_of(self._school, references)

    async def _sight(self, case: Case) -> Seen:
        ladder = (await self._stores.shelf.policy(case.policy_digest)).by_track[case.track]
        if self.at_the_machine:
            return Seen(self._stores, case, ladder, self.viewer, Sight.WHOLE)
        assigned = case.reference in await self._assigned()
        sight = sight_of(ladder, case, self.viewer, assigned=assigned)
        return Seen(self._stores, case, ladder, self.viewer, sight)

    async def _assigned(self) -> frozenset[str]:
        entries = await self._stores.registrar.entries(self._school, about=REVIEW_TYPES)
        return assigned_to((one.event for one in entries), self.viewer.person)


_FROM_OUTSIDE = (MeetingRole.INTERPRETER, MeetingRole.MEDIATOR)


def part_of(case: Case, person: str, role: Role | None = None) -> str:
    """A person in words that name nobody: their part in the case, else the role they acted in."""
    if person == case.respondent:
        return "the respondent"
    if person == case.advocate:
        return "the advocate"
    if person == case.family:
        return "the parent"
    if person == case.raised_by and case.raised_by_role in (Role.PARENT, Role.ADVOCATE):
        return "whoever raised it"
    if person in case.named:
        return "somebody named in it"
    if role is not None:
        return acting(role)
    for attendee in (one for meeting in case.meetings for one in meeting.attendees):
        if attendee.person == person and attendee.role in _FROM_OUTSIDE:
            return f"the {spoken(attendee.role)}"
    return "a member of the panel" if person in case.panel else "a member of staff"


def people_in(model: BaseModel) -> Iterator[str]:
    """Every person whose id stands in a case or an event."""
    if isinstance(model, Case):
        yield from people_in_fact(model)
        yield from (person for person, _ in model.answers_to_code)
        for meeting in model.meetings:
            yield from (person for person, _ in meeting.consents)
    elif isinstance(model, Event):
        yield model.actor.person
        yield from people_in_fact(model.fact)


def _masked(plain: Any, hidden: dict[str, Any], readable: bool) -> Any:
    if isinstance(plain, dict):
        if plain.keys() in (TextRef.model_fields.keys(), FileRef.model_fields.keys()):
            return plain if readable else None
        return {key: _masked(value, hidden, readable) for key, value in plain.items()}
    if isinstance(plain, list):
        return [_masked(value, hidden, readable) for value in plain]
    return hidden.get(plain, plain) if isinstance(plain, str) else plain


def not_shown(viewer: Actor, sentence: str = "") -> ActionRefused:
    """The error for a viewer to whom something is not shown."""
    words = sentence or (
        f"As the {spoken(viewer.role)} you have no part in this case, or a conflict of interest "
        "in it, so it is not shown."
    )
    return ActionRefused(Refusal(error="NotAuthorised", rule=Rule.AUTHORITY, sentence=words))
