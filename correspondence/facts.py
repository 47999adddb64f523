"""From a case and what is happening to it to the facts that a letter may speak of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from correspondence.meeting_facts import (
    ABOUT_MEETINGS,
    MeetingWords,
    clauses_about,
    meeting_of,
)
from domain import events as e
from domain.actions import Actor, PersonId, TextRef
from domain.calendar import SchoolCalendar
from domain.case import Case, RestrictionState
from domain.events import Event
from domain.letter_facts import (
    ADVISERS,
    SCOPES,
    AdviceFacts,
    ClauseFacts,
    ContactFacts,
    LetterFacts,
    MeetingFacts,
    RecipientFacts,
    RestrictionFacts,
    SignatoryFacts,
    StepFacts,
)
from domain.letter_rules import LetterDue
from domain.letter_templates import SchoolDetails, standing_facts
from domain.letters import Addressee
from domain.policy import Policy
from domain.spoken import day, spoken
from domain.vocabulary import DeadlineKind, RestrictionStatus, ReviewResult, Role
from storage.people import People, Person, PersonNotFound
from storage.texts import TextNotFound, Texts

SOMEBODY = "somebody who is no longer known to us"
_FAMILY = frozenset({Role.PARENT, Role.ADVOCATE})


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


class FactsGatherer:
    """Looks up people and texts. `fresh` are texts that were typed and are not stored yet."""

    def __init__(self, people: People, texts: Texts) -> None:
        self._people = people
        self._texts = texts

    async def gather(
        self,
        due: LetterDue,
        happening: Happening,
        details: SchoolDetails,
        fresh: dict[str, str] | None = None,
    ) -> LetterFacts:
        """The facts of one letter. Raises PersonNotFound where the addressee is not there."""
        gathering = _Gathering(self._people, self._texts, happening, fresh or {})
        return await gathering.facts(due, details)


class _Gathering:
    def __init__(
        self, people: People, texts: Texts, happening: Happening, fresh: dict[str, str]
    ) -> None:
        self._people = people
        self._texts = texts
        self._happening = happening
        self._fresh = fresh
        self._case = happening.after
        self._facts = tuple(event.fact for event in happening.events)

    async def facts(self, due: LetterDue, details: SchoolDetails) -> LetterFacts:
        case, policy = self._case, self._happening.policy
        standing = standing_facts(policy, details)
        recipient = await self._recipient(due, details)
        to_family = recipient.role in _FAMILY
        contact = await self._person(await self._contact())
        signs = contact if self._happening.actor is None else await self._signatory()
        reason = await self._reason(due)
        restriction = self._restriction()
        return LetterFacts(
            **standing._replace(signpost=standing.signpost if to_family else None)._asdict(),
            recipient=recipient,
            reference=case.reference,
            dated=day(self._happening.calendar.local_date(self._happening.at)),
            contact=ContactFacts(name=contact.name, role=self._role(contact), email=contact.email),
            signatory=SignatoryFacts(name=signs.name, role=self._role(signs)),
            adjustments=await self._adjustments(due.to),
            respondent=await self._name(case.respondent),
            family=await self._name(case.family),
            advocate=await self._name(case.advocate),
            step=self._step(),
            clauses=self._clauses(due),
            happened=await self._happened(due, reason),
            reason=reason,
            received_on=self._day(case.received_at),
            answer=await self._text("answer"),
            answer_by=self._due(DeadlineKind.REPRESENTATIONS, restriction),
            decide_by=self._due(DeadlineKind.CONFIRMATION, restriction),
            follow_up_on=self._due(DeadlineKind.FOLLOW_UP),
            quiet_until=self._due(DeadlineKind.QUIET_PERIOD),
            restriction=await self._restriction_facts(restriction),
            changes=self._changes(restriction),
            review=self._review(),
            meeting=await self._meeting(due),
            advice=self._advice(reason),
            outcome=case.outcome,
            reopen_until=self._due(DeadlineKind.REOPENING),
        )

    # People

    async def _recipient(self, due: LetterDue, details: SchoolDetails) -> RecipientFacts:
        if due.to is None or due.on_paper:
            kind = next((f.advice for f in self._stages() if f.advice), None)
            name = ADVISERS[kind] if kind else spoken(Addressee.ADVISER)
            return RecipientFacts(name=name[:1].upper() + name[1:], greeting="colleagues")
        person = await self._people.person(due.to)
        role = next((one for one in Role if one in person.roles), None)
        role = next((one for one in Role if one in _FAMILY & person.roles), role)
        return RecipientFacts(name=person.name, greeting=person.name, role=role)

    async def _person(self, person: PersonId) -> Person:
        try:
            return await self._people.person(person)
        except PersonNotFound:
            return Person(person, self._case.school, SOMEBODY, None, frozenset())

    async def _signatory(self) -> Person:
        actor = self._happening.actor
        # A family that takes its own concern further gets its letter from the school.
        if actor is None or actor.role in _FAMILY:
            return await self._person(await self._contact())
        person = await self._person(actor.person)
        return person._replace(roles=frozenset({actor.role}))

    async def _contact(self) -> PersonId:
        """Whom the recipient can talk to: never somebody with a part in the case."""
        case, actor = self._case, self._happening.actor
        if case.owner:
            return case.owner
        if actor is not None and actor.role not in (*_FAMILY, Role.SYSTEM):
            return actor.person
        if case.open_restrictions:
            return case.open_restrictions[-1].terms.contact_through
        look = self._happening.policy.by_track[case.track].first_look
        for role in (look.owner, *(level.tell for level in look.overdue)):
            for person in await self._people.holders_of(case.school, role):
                if person not in case.involved:
                    return person
        return case.raised_by

    def _role(self, person: Person) -> str:
        policy = self._happening.policy
        known = [role for role in Role if role in person.roles]
        return spoken(next((r for r in known if r in policy.roles), "a member of staff"))

    async def _name(self, person: PersonId | None) -> str | None:
        return (await self._person(person)).name if person else None

    async def _adjustments(self, person: PersonId | None) -> tuple[str, ...]:
        agreed = [one.text for one in self._case.adjustments if one.person == person]
        return tuple([words for ref in agreed if (words := await self._read(ref))])

    # What happened

    def _stages(self) -> Iterable[e.StageChanged]:
        return (fact for fact in self._facts if isinstance(fact, e.StageChanged))

    async def _happened(self, due: LetterDue, reason: str | None) -> str | None:
        # An adviser has to know what it is about; what somebody reported is for the person who
        # acts to retell to anybody else, in words that name nobody who need not be named.
        return reason if due.addressee is Addressee.ADVISER else None

    async def _reason(self, due: LetterDue) -> str | None:
        # Whoever is invited to a meeting is told why it was moved or is off, and nothing of the
        # decisions on the case that may have led to it.
        told = (e.MeetingRescheduled, e.MeetingCancelled)
        meeting_only = due.kind in ABOUT_MEETINGS
        if meeting_only and not any(isinstance(fact, told) for fact in self._facts[:1]):
            return None
        return await self._text("reason")

    async def _text(self, field: str) -> str | None:
        for fact in self._facts:
            ref = getattr(fact, field, None)
            if isinstance(ref, TextRef):
                return await self._read(ref)
        return None

    async def _read(self, ref: TextRef) -> str | None:
        if ref.id in self._fresh:
            return self._fresh[ref.id]
        try:
            return await self._texts.read(ref)
        except (TextNotFound, PersonNotFound):
            return None

    def _clauses(self, due: LetterDue) -> tuple[ClauseFacts, ...]:
        policy = self._happening.policy
        cited = dict.fromkeys(id_ for f in self._facts for id_ in getattr(f, "clauses", ()))
        # A decision that rests on a follow-up cites none: then it is still about the case's.
        cited = cited or dict.fromkeys(self._case.clauses)
        if due.kind in ABOUT_MEETINGS:
            ladder = policy.by_track[self._case.track]
            cited = dict.fromkeys(clauses_about(policy, ladder, due))
        clauses = (policy.clause(one) for one in cited if one in policy.clause_ids)
        return tuple(ClauseFacts(id=c.id, text=c.text, place=c.place) for c in clauses)

    def _step(self) -> StepFacts | None:
        ladder = self._happening.policy.by_track[self._case.track]
        step = ladder.by_stage.get(self._case.stage) or ladder.by_stage.get(self._case.rung)
        return StepFacts(title=step.title, next=step.next) if step else None

    def _day(self, when: datetime) -> str:
        return day(self._happening.calendar.local_date(when))

    def _due(self, kind: DeadlineKind, restriction: RestrictionState | None = None) -> str | None:
        about = restriction.id if restriction else None
        days: list[date] = [
            deadline.due_on
            for deadline in self._case.deadlines
            if deadline.kind is kind and about in (None, deadline.about)
        ]
        return day(min(days)) if days else None

    # Restrictions, advice, meetings

    def _restriction(self) -> RestrictionState | None:
        for fact in self._facts:
            found = self._case.restriction(getattr(fact, "restriction", "") or "")
            if found is not None:
                return found
        open_now = self._case.open_restrictions
        return open_now[-1] if open_now else None

    async def _restriction_facts(self, found: RestrictionState | None) -> RestrictionFacts | None:
        if found is None:
            return None
        terms, before = found.terms, self._happening.before
        was = before.restriction(found.id) if before else None
        lapsed = found.status is RestrictionStatus.LAPSED
        through = await self._person(terms.contact_through)
        return RestrictionFacts(
            scopes=tuple(SCOPES[scope] for scope in terms.scopes),
            starts_on=day(terms.starts_on),
            review_on=day(terms.review_on),
            contact=await self._read(terms.contact) or SOMEBODY,
            contact_through=through.name,
            meetings=await self._read(terms.meetings) or SOMEBODY,
            collection=await self._read(terms.collection) if terms.collection else None,
            lapsed=lapsed,
            proposed_only=was is not None
            and was.status is RestrictionStatus.PROPOSED
            and found.status in (RestrictionStatus.LIFTED, RestrictionStatus.LAPSED),
        )

    def _changes(self, found: RestrictionState | None) -> str | None:
        before = self._happening.before
        was = before.restriction(found.id) if before and found else None
        if was is None or found is None or was.terms == found.terms:
            return None
        old, new = was.terms, found.terms
        said = []
        if gone := [SCOPES[s] for s in old.scopes if s not in new.scopes]:
            said.append(f"It no longer limits {' or '.join(gone)}.")
        if new.review_on != old.review_on:
            said.append(f"The day on which it is looked at is now {day(new.review_on)}.")
        if (old.contact, old.contact_through) != (new.contact, new.contact_through):
            said.append("How you can reach us is new; it is set out below.")
        if (old.meetings, old.collection) != (new.meetings, new.collection):
            said.append("How you take part in meetings, or bring and collect, is new; see below.")
        return " ".join(said) or None

    def _review(self) -> ReviewResult | None:
        for fact in self._facts:
            if isinstance(fact, e.RestrictionContinued):
                before = self._happening.before
                was = before.restriction(fact.restriction) if before else None
                narrower = was is not None and set(fact.terms.scopes) < set(was.terms.scopes)
                return ReviewResult.VARY if narrower else ReviewResult.CONTINUE
            if isinstance(fact, e.RestrictionLifted) and fact.on_review:
                return ReviewResult.LIFT
        return None

    async def _meeting(self, due: LetterDue) -> MeetingFacts | None:
        found = meeting_of(self._case, due, self._facts)
        if found is None:
            return None
        happening = self._happening
        words = MeetingWords(
            happening.policy, happening.calendar, self._case, read=self._read, person=self._person
        )
        return await words.facts(found, due, self._facts)

    def _advice(self, reason: str | None) -> AdviceFacts | None:
        for fact in self._stages():
            if fact.advice:
                return AdviceFacts(kind=fact.advice, adviser=ADVISERS[fact.advice], question=reason)
        return None
