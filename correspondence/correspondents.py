"""Who writes a letter, to whom it is, and whom its reader can talk to."""

from dataclasses import dataclass
from datetime import datetime

from correspondence.limit_facts import SOMEBODY
from correspondence.meeting_facts import meeting_of
from domain import events as e
from domain.actions import Actor, PersonId
from domain.calendar import SchoolCalendar
from domain.case import Case
from domain.events import Event, Fact
from domain.letter_facts import ADVISERS, RecipientFacts
from domain.letter_rules import LetterDue
from domain.letters import Addressee
from domain.policy import Policy
from domain.spoken import spoken
from domain.vocabulary import Role
from storage.people import People, Person, PersonNotFound

FAMILY = frozenset({Role.PARENT, Role.ADVOCATE})
_MEMBERS = {Role.STAFF: "member of staff", Role.SERVICE_STAFF: "member of our service"}
_OFFICE = ""  # the id of nobody in particular


@dataclass(frozen=True, kw_only=True)
class Happening:
    """What a letter tells of: the events, the case before and after them, and who acted.

    `before` is None while a case is opened; `actor` is None where it happened by itself.
    """

    policy: Policy
    calendar: SchoolCalendar
    before: Case | None
    after: Case
    events: tuple[Event, ...]
    actor: Actor | None
    at: datetime

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What the events state."""
        return tuple(event.fact for event in self.events)


class Correspondents:
    """The people of one letter, as what happens says."""

    def __init__(self, people: People, happening: Happening) -> None:
        self._people = people
        self._happening = happening
        self._case = happening.after

    async def recipient(self, due: LetterDue, contact: Person) -> RecipientFacts:
        """To whom the letter is. Raises PersonNotFound."""
        if due.to is None or due.on_paper:
            stages = (fact for fact in self._happening.facts if isinstance(fact, e.StageChanged))
            kind = next((fact.advice for fact in stages if fact.advice), None)
            name = ADVISERS[kind] if kind else spoken(Addressee.ADVISER)
            return RecipientFacts(name=name[:1].upper() + name[1:], greeting="colleagues")
        person = await self._people.person(due.to)
        role = next((one for one in Role if one in person.roles), None)
        role = next((one for one in Role if one in FAMILY & person.roles), role)
        return RecipientFacts(
            name=person.name,
            greeting=person.name,
            role=role,
            answers=due.to == self._case.respondent,
            is_contact=due.to == contact.id,
        )

    async def signatory(self, contact: Person) -> Person:
        """Who signs: whoever acts for the school, else whom the reader can talk to.

        A family that takes its own concern further gets its letter from the school.
        """
        actor = self._happening.actor
        if actor is None or actor.role in FAMILY:
            return contact
        person = await self.person(actor.person)
        return person._replace(roles=frozenset({actor.role}))

    async def contact(self, due: LetterDue) -> Person:
        """Whom the recipient can talk to: never somebody with a part in the case."""
        found = await self._contact(due)
        if found is None:
            return Person(_OFFICE, self._case.school, "Our office", None, frozenset())
        return await self.person(found)

    async def _contact(self, due: LetterDue) -> PersonId | None:
        case, actor = self._case, self._happening.actor
        if case.owner:
            return case.owner
        if actor is not None and actor.role not in (*FAMILY, Role.SYSTEM):
            return actor.person
        meeting = meeting_of(case, due, self._happening.facts)
        if meeting and meeting.arranged_by and meeting.arranged_by not in case.involved:
            return meeting.arranged_by
        if case.open_restrictions:
            return case.open_restrictions[-1].terms.contact_through
        look = self._happening.policy.by_track[case.track].first_look
        for role in (look.owner, *(level.tell for level in look.overdue)):
            for person in await self._people.holders_of(case.school, role):
                if person not in case.involved:
                    return person
        return None

    def role(self, person: Person) -> str:
        """In which role somebody writes, as a letter says it."""
        if person.id == _OFFICE:
            return "whoever is there"
        policy = self._happening.policy
        known = [role for role in Role if role in person.roles]
        role = next((r for r in known if r in policy.roles), Role.STAFF)
        return _MEMBERS.get(role) or spoken(role)

    async def person(self, person: PersonId) -> Person:
        """Somebody, also where they are no longer known."""
        try:
            return await self._people.person(person)
        except PersonNotFound:
            return Person(person, self._case.school, SOMEBODY, None, frozenset())

    async def name(self, person: PersonId | None) -> str | None:
        """Somebody's name; None where there is nobody."""
        return (await self.person(person)).name if person else None
