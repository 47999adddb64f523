"""From a case and what is happening to it to the facts that a letter may speak of."""

from collections.abc import Iterable
from datetime import date, datetime

from correspondence.correspondents import FAMILY, Correspondents, Happening
from correspondence.limit_facts import LimitWords, limit_of, review_of
from correspondence.meeting_facts import (
    ABOUT_MEETINGS,
    MeetingWords,
    clauses_about,
    meeting_of,
)
from correspondence.referral import in_paragraphs, told_of
from domain import events as e
from domain.actions import PersonId, TextRef
from domain.calendar import CalendarDoesNotCover
from domain.case import RestrictionState
from domain.letter_facts import (
    ADVISERS,
    CONCERNS,
    YOU,
    AdviceFacts,
    ClauseFacts,
    ContactFacts,
    LetterFacts,
    MeetingFacts,
    ReferralFacts,
    SignatoryFacts,
    StepFacts,
    clause_facts,
)
from domain.letter_rules import LetterDue, clauses_owed, goes_out_at
from domain.letter_templates import SchoolDetails, standing_facts
from domain.spoken import day
from domain.vocabulary import DeadlineKind
from storage.people import People, PersonNotFound
from storage.texts import TextNotFound, Texts


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
        self._facts = happening.facts
        self._who = Correspondents(people, happening)

    async def facts(self, due: LetterDue, details: SchoolDetails) -> LetterFacts:
        case, policy = self._case, self._happening.policy
        standing = standing_facts(policy, details)
        who = self._who
        contact = await who.contact(due)
        recipient = await who.recipient(due, contact)
        to_family = recipient.role in FAMILY
        signs = await who.signatory(contact)
        reason, reason_from = await self._reason(due)
        limit = limit_of(case, due, self._facts)
        limits = LimitWords(
            case,
            self._happening.before,
            self._happening.calendar,
            read=self._read,
            person=self._who.person,
        )
        return LetterFacts(
            **standing._replace(signpost=standing.signpost if to_family else None)._asdict(),
            recipient=recipient,
            reference=case.reference,
            dated=day(self._sent_on(due)),
            contact=ContactFacts(name=contact.name, role=who.role(contact), email=contact.email),
            signatory=SignatoryFacts(name=signs.name, role=who.role(signs)),
            adjustments=await self._adjustments(due.to),
            respondent=await who.name(case.respondent),
            family=await who.name(case.family),
            advocate=await who.name(case.advocate),
            step=self._step(),
            clauses=self._clauses(due),
            concern_about=CONCERNS[case.track],
            so_far=self._so_far(),
            reason=reason,
            reason_from=reason_from,
            received_on=self._day(case.received_at),
            answer=await self._text("answer") or await self._text("reply"),
            offered=await self._text("how"),
            referral=await self._referral(details, standing.school.name),
            answer_by=self._window(DeadlineKind.REPRESENTATIONS, due, limit),
            decide_by=self._window(DeadlineKind.CONFIRMATION, due, limit),
            follow_up_on=self._due(DeadlineKind.FOLLOW_UP),
            quiet_until=self._due(DeadlineKind.QUIET_PERIOD),
            restriction=await limits.facts(limit) if limit else None,
            changes=limits.changes(limit) if limit else None,
            review=review_of(self._happening.before, self._facts),
            meeting=await self._meeting(due, standing.school.name),
            advice=self._advice(),
            outcome=case.outcome,
            reopen_until=self._due(DeadlineKind.REOPENING),
        )

    # What happened

    async def _adjustments(self, person: PersonId | None) -> tuple[str, ...]:
        agreed = [one.text for one in self._case.adjustments if one.person == person]
        return tuple([words for ref in agreed if (words := await self._read(ref))])

    def _stages(self) -> Iterable[e.StageChanged]:
        return (fact for fact in self._facts if isinstance(fact, e.StageChanged))

    def _sent_on(self, due: LetterDue) -> date:
        """The day on which it goes out, which is the day that it bears."""
        happening, track = self._happening, self._case.track
        urgent = due.kind in happening.policy.urgent_letters
        try:
            goes = goes_out_at(happening.calendar, track, happening.at, urgent=urgent)
        except CalendarDoesNotCover:
            goes = happening.at  # past the calendar's end it goes at once
        return happening.calendar.local_date(goes)

    def _so_far(self) -> str | None:
        """The step that the case held before; None where it had been raised and no more."""
        case, before = self._case, self._happening.before
        ladder = self._happening.policy.by_track[case.track]
        step = ladder.by_stage.get(before.rung) if before else None
        return step.title if step else None

    async def _reason(self, due: LetterDue) -> tuple[str | None, str | None]:
        """The reason, and whose words it is: None for the school's own."""
        # Whoever is invited to a meeting is told why it was moved or is off, and nothing of the
        # decisions on the case that may have led to it.
        told = (e.MeetingRescheduled, e.MeetingCancelled)
        meeting_only = due.kind in ABOUT_MEETINGS
        if meeting_only and not any(isinstance(fact, told) for fact in self._facts[:1]):
            return None, None
        reason, actor = await self._text("reason"), self._happening.actor
        if reason is None or actor is None or actor.role not in FAMILY:
            return reason, None
        # What a family says is theirs: it is given back to them and to who speaks for them.
        case = self._case
        own = {case.family, case.advocate} if case.respondent is None else set()
        if due.to != actor.person and not {due.to, actor.person} <= own:
            return None, None
        return reason, YOU if due.to == actor.person else (
            await self._who.person(actor.person)
        ).name

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
        # A decision that rests on a follow-up cites none: then it is still about the case's. Relief
        # that came by itself rests on nothing that anybody did.
        if not cited and self._happening.actor is not None:
            cited = dict.fromkeys(self._case.clauses)
        ladder = policy.by_track[self._case.track]
        if due.kind in ABOUT_MEETINGS:
            cited = dict.fromkeys(clauses_about(policy, ladder, due))
        owed = clauses_owed(ladder, due.kind)
        if owed is not None:
            cited = dict.fromkeys(owed)
        return tuple(clause_facts(policy, one) for one in cited if one in policy.clause_ids)

    def _step(self) -> StepFacts | None:
        ladder = self._happening.policy.by_track[self._case.track]
        step = ladder.by_stage.get(self._case.stage) or ladder.by_stage.get(self._case.rung)
        if step is None:
            return None
        rungs = [one.title for one in ladder.steps if not one.aside]
        above = rungs[rungs.index(step.title) + 1 :] if step.title in rungs else []
        return StepFacts(
            title=step.title,
            next=step.next,
            agreed=step.by_agreement,
            then=above[0] if above else None,
        )

    def _day(self, when: datetime) -> str:
        return day(self._happening.calendar.local_date(when))

    def _due(self, kind: DeadlineKind, about: str | None = None) -> str | None:
        days: list[date] = [
            deadline.due_on
            for deadline in self._case.deadlines
            if deadline.kind is kind and about in (None, deadline.about)
        ]
        return day(min(days)) if days else None

    def _window(
        self, kind: DeadlineKind, due: LetterDue, limit: RestrictionState | None
    ) -> str | None:
        # A window is for the person who is to be heard, and stands in the letters on that limit.
        if limit is None or due.to != self._case.respondent:
            return None
        return self._due(kind, limit.id)

    # Advice, meetings

    async def _meeting(self, due: LetterDue, school: str) -> MeetingFacts | None:
        found = meeting_of(self._case, due, self._facts)
        if found is None:
            return None
        happening = self._happening
        words = MeetingWords(
            happening.policy,
            happening.calendar,
            self._case,
            read=self._read,
            person=self._who.person,
        )
        return await words.facts(found, due, self._facts, school)

    async def _referral(self, details: SchoolDetails, school: str) -> ReferralFacts | None:
        made = next((fact for fact in self._facts if isinstance(fact, e.ReferralMade)), None)
        referral = self._case.referral(made.referral) if made else None
        if referral is None:
            return None
        summary = await self._read(referral.summary) if referral.summary else None
        told = told_of(referral, await self._who.person(referral.consent_of), summary)
        words = in_paragraphs(referral, told, school, self._case.reference)
        return ReferralFacts(
            consented_on=day(referral.consented_on),
            sent=details.sendiass is not None and details.sendiass.email is not None,
            words="\n\n".join(words).replace("\n", "\n\n"),
        )

    def _advice(self) -> AdviceFacts | None:
        for fact in self._stages():
            if fact.advice:
                return AdviceFacts(kind=fact.advice, adviser=ADVISERS[fact.advice])
        return None
