"""One person's own case: what a parent or an advocate is shown of a case that is theirs."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime

from documents.letters import as_pdf
from domain import events as e
from domain.access import OUTSIDE
from domain.calendar import SchoolCalendar
from domain.case import TASKS, Deadline
from domain.choices import Choice
from domain.events import Event
from domain.letter_facts import Reachable
from domain.letter_templates import standing_facts
from domain.letters import Part
from domain.policy import Policy
from domain.vocabulary import ActionName, DeadlineKind, ResponseKind, Role, Track
from gateway.errors import ActionRefused
from gateway.family_actions import CODE, SIDE, Doing, doings
from gateway.family_gathering import Gathering
from gateway.family_history import happened
from gateway.family_parts import (
    Asked,
    Blocks,
    Code,
    Coming,
    Help,
    OwnCase,
    OwnLetter,
    OwnLine,
    OwnMeeting,
)
from gateway.family_words import (
    LEADS,
    Seeing,
    Standing,
    Standpoint,
    about,
    coming,
    standing,
    was_told,
)
from gateway.meetings import MeetingsSeen
from gateway.reading import Reading, Seen
from gateway.stores import Stores
from storage.record import CaseNotFound

SENDIASS = "SENDIASS"


class FamilyCases:
    """A parent's or an advocate's door to their own cases. `reading` is theirs; `now` is aware."""

    def __init__(
        self, stores: Stores, reading: Reading, school: str, now: datetime, *, sent_a_link: bool
    ) -> None:
        self._stores = stores
        self._reading = reading
        self._school = school
        self._now = now
        self._sent_a_link = sent_a_link

    async def case(self, reference: str) -> OwnCase:
        """The whole case as its reader may see it; it is written down that they look.

        Raises CaseNotFound (without near references) for a case that is not theirs, or of which
        they have not been told, and LookUnrecorded.
        """
        seen, events = await self._look(reference)
        policy = await self._stores.shelf.policy(seen.case.policy_digest)
        calendar = await self._stores.shelf.calendar(seen.case.calendar_digest)
        choices = await self._reading.choices(reference)
        gathering = Gathering(self._stores, seen, events, calendar, self._now)
        return await _Telling(self._stores, gathering, policy, choices).case()

    async def lines(self, references: Sequence[str]) -> list[OwnLine]:
        """Those of these cases that are the reader's own, in the same order, one line for each."""
        found = []
        for reference in references:
            try:
                seen = await self._seen(reference)
            except CaseNotFound:
                continue
            policy = await self._stores.shelf.policy(seen.case.policy_digest)
            calendar = await self._stores.shelf.calendar(seen.case.calendar_digest)
            gathering = Gathering(self._stores, seen, [], calendar, self._now)
            found.append(_Telling(self._stores, gathering, policy, ()).line())
        return found

    async def calendar(self, reference: str) -> SchoolCalendar:
        """The calendar by which the case counts. Raises CaseNotFound."""
        seen = await self._seen(reference)
        return await self._stores.shelf.calendar(seen.case.calendar_digest)

    async def step(self, reference: str, action: ActionName) -> str:
        """What the code says happens next once the case has come to the step that `action` leads
        to; "" where it leads to none. Raises CaseNotFound."""
        case = (await self._seen(reference)).case
        policy = await self._stores.shelf.policy(case.policy_digest)
        step = policy.by_track[case.track].step_to(action)
        return step.next if step else ""

    async def pdf(self, reference: str, letter: str) -> bytes:
        """A letter to the reader as a PDF under the school's letterhead.

        Raises what `case` does, and CaseNotFound for a letter that is not theirs or is kept no
        longer.
        """
        case = await self.case(reference)
        found = case.letter(letter)
        if found is None or found.text is None:
            raise CaseNotFound(self._school, reference, [])
        templates = self._stores.writer.templates(self._school)
        return await asyncio.to_thread(as_pdf, found.text, templates, at=found.prepared_at)

    async def entry(self, reference: str, meeting: str, sender: str) -> bytes:
        """A meeting to which the reader is invited, for their calendar (iCalendar).

        `sender` is the address from which the school invites. Raises as `pdf` does.
        """
        seen, events = await self._look(reference)
        found = seen.case.meeting(meeting)
        if found is None or self._reading.viewer.person not in found.people:
            raise CaseNotFound(self._school, reference, [])
        calendar = await self._stores.shelf.calendar(seen.case.calendar_digest)
        meetings = MeetingsSeen(seen, calendar, events, self._now)
        return await meetings.calendar_file(self._stores, found, sender)

    async def _look(self, reference: str) -> tuple[Seen, list[Event]]:
        await self._seen(reference)
        seen, stored = await self._reading.events(reference, texts=True)
        return seen, [one.event for one in stored]

    async def _seen(self, reference: str) -> Seen:
        viewer = self._reading.viewer
        try:
            seen = await self._reading.peek(reference)
        except (CaseNotFound, ActionRefused):
            raise CaseNotFound(self._school, reference, []) from None
        case = seen.case
        told = self._sent_a_link or was_told(case, viewer.person)
        if viewer.person not in case.parties or not told:
            raise CaseNotFound(self._school, reference, [])
        return seen


class _Telling:
    """Puts together what one reader is told of a case."""

    def __init__(
        self,
        stores: Stores,
        gathering: Gathering,
        policy: Policy,
        choices: Sequence[Choice],
    ) -> None:
        self._gathering = gathering
        self._case = gathering.case
        self._policy = policy
        self._ladder = policy.by_track[self._case.track]
        self._choices = choices
        self._details = stores.writer.templates(self._case.school).school
        standing = standing_facts(policy, self._details)
        self._school, self._complaints = standing.school, standing.complaints
        self._sendiass = self._details.sendiass or Reachable(name=SENDIASS)
        self._of_sendiass = self._case.track is Track.SERVICE_CONCERN
        self._advocate = gathering.seen.viewer.role is Role.ADVOCATE

    def line(self) -> OwnLine:
        return OwnLine(
            reference=self._case.reference,
            about=self._about(),
            standing=self._standing().title,
            since=self._gathering.at(self._case.opened_at),
            closed=self._case.closed,
        )

    async def case(self) -> OwnCase:
        gathering, case = self._gathering, self._case
        letters, meetings = await gathering.letters(), await gathering.meetings()
        name = None if self._of_sendiass else self._sendiass.name
        may = doings(case, self._choices, sendiass=name)
        return OwnCase(
            reference=case.reference,
            standpoint=gathering.standpoint,
            advocate=self._advocate,
            about=self._about(),
            standing=self._standing(),
            since=gathering.at(case.opened_at),
            closed=case.closed,
            adjustments=await gathering.adjustments(),
            asked=tuple(self._asked(may, meetings)),
            coming=self._coming(),
            limits=() if case.content_restricted else await gathering.limits(),
            letters=letters,
            meetings=meetings,
            sent=await gathering.sent(),
            happened=await happened(gathering, self._ladder),
            doings=may,
            code=self._code(),
            has_advocate=case.advocate is not None,
            help=self._help(letters),
        )

    def _about(self) -> str:
        case, gathering = self._case, self._gathering
        return about(
            case,
            gathering.standpoint,
            noun=self._school.noun,
            advocate=self._advocate,
            raised=gathering.person == case.raiser,
        )

    def _standing(self) -> Standing:
        return standing(
            self._case, self._ladder, self._gathering.standpoint, advocate=self._advocate
        )

    def _code(self) -> Code:
        policy, person = self._policy, self._gathering.person
        clauses = policy.clauses
        return Code(
            title=policy.title,
            version=policy.version,
            read_at=self._details.code_read_at,
            promises=tuple(one for one in clauses if one.binds and one.binds not in OUTSIDE),
            asks=tuple(one for one in clauses if one.binds in OUTSIDE),
            rest=tuple(one for one in clauses if one.binds is None),
            asks_to_sign=policy.asks_to_sign is self._gathering.seen.viewer.role,
            answer=dict(self._case.answers_to_code).get(person),
        )

    def _asked(self, may: Sequence[Doing], meetings: Sequence[OwnMeeting]) -> Iterator[Asked]:
        case, gathering = self._case, self._gathering
        windows = [d for d in case.deadlines if d.kind is DeadlineKind.REPRESENTATIONS]
        if SIDE in may and windows and gathering.standpoint is Standpoint.ASKED:
            by = gathering.day(min(one.due_on for one in windows))
            yield Asked("Tell us your side, if you would like to.", SIDE.path, SIDE.title, by)
        for meeting in meetings:
            if meeting.coming:
                words = "Come to the meeting, or tell us if you can’t."
                if meeting.asked_to_record and meeting.recording is None:
                    words += " Somebody would like to record it: please say if you agree."
                page = f"meetings/{meeting.id}"
                yield Asked(words, page, "See the meeting, and answer", meeting.on)
        code = self._code()
        if CODE in may and code.asks_to_sign and code.answer is None:
            yield Asked("Read our code, and say if you will sign it.", CODE.path, "Read our code")

    def _coming(self) -> tuple[Coming, ...]:
        if self._case.content_restricted:
            return ()
        seeing = self._seeing()
        duties = {duty.id: duty.kind for duty in self._ladder.duties}
        found = []
        for deadline in sorted(self._case.deadlines, key=lambda one: one.due_on):
            kind = duties.get(deadline.about) if deadline.kind is DeadlineKind.DUTY else None
            if words := coming(seeing, deadline, kind):
                by = self._gathering.day(deadline.due_on)
                late = deadline.kind in TASKS and self._gathering.now > deadline.due_at
                found.append(Coming(LEADS.get(deadline.kind, "By"), words, by, late))
        return tuple(dict.fromkeys(found))

    def _seeing(self) -> Seeing:
        gathering, case = self._gathering, self._case
        sent = (e.ResponseRecorded, e.RepresentationsSubmitted)
        days = [
            gathering.calendar.local_date(o.at) for o in gathering.own if isinstance(o.fact, sent)
        ]
        challenged = any(
            isinstance(one.fact, e.ResponseRecorded) and one.fact.kind is ResponseKind.CHALLENGE
            for one in gathering.own
        )

        def sent_since(deadline: Deadline) -> bool:
            return any(on >= deadline.counted_from for on in days)

        return Seeing(
            case=case,
            person=gathering.person,
            standpoint=gathering.standpoint,
            advocate=self._advocate,
            sendiass=self._sendiass.name,
            sent_since=sent_since,
            challenged=challenged,
        )

    def _help(self, letters: Sequence[OwnLetter]) -> Help:
        return Help(
            school=self._school,
            talk_to=_newest(letters, Part.WHOM_TO_TALK_TO),
            complaints=self._complaints,
            sendiass=None if self._of_sendiass else self._sendiass,
        )


def _newest(letters: Sequence[OwnLetter], part: Part) -> Blocks:
    for letter in letters:
        passage = letter.text.part(part) if letter.text else None
        if passage is not None:
            return passage.blocks
    return ()
