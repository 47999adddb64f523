"""Gathers what a parent or an advocate may see of their case: letters, meetings, what they sent."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from domain import events as e
from domain.actions import TextRef
from domain.calendar import CalendarDoesNotCover, SchoolCalendar
from domain.case import Letter, RestrictionState
from domain.events import Event
from domain.letter_facts import SCOPES
from domain.meetings import Meeting
from domain.mentions import files_in, texts_in
from domain.spoken import day, moment
from domain.vocabulary import Channel, CodeAnswer, LetterStatus, MeetingRole, ResponseKind
from gateway.attachments import in_words
from gateway.family_parts import Day, Limit, OwnFile, OwnLetter, OwnMeeting, Sent
from gateway.family_words import Standpoint, limit_state, standpoint_of, them
from gateway.meetings import MeetingsSeen
from gateway.reading import NO_LONGER_KEPT, WITHHELD, Seen
from gateway.stores import Stores
from storage.people import PersonNotFound
from storage.texts import TextNotFound

_COUNTED = 20  # school days; further away, a date alone says more


class Gathering:
    """What one reader, through `seen`, may see of a case with these events."""

    def __init__(
        self,
        stores: Stores,
        seen: Seen,
        events: list[Event],
        calendar: SchoolCalendar,
        now: datetime,
    ) -> None:
        self.seen = seen
        self.case = seen.case
        self.person = seen.viewer.person
        self.events = events
        self.calendar = calendar
        self.now = now
        self.today = calendar.local_date(now)
        self.standpoint = standpoint_of(seen.case, seen.viewer.person)
        self._stores = stores

    def day(self, on: date) -> Day:
        """A day in words, and how far away it is."""
        return Day(on=on, words=day(on), away=self._away(on), past=on < self.today)

    def at(self, when: datetime) -> Day:
        """The school's day of a moment."""
        return self.day(self.calendar.local_date(when))

    def _away(self, on: date) -> str:
        if on == self.today:
            return "today"
        if (on - self.today).days == 1:
            return "tomorrow"
        try:
            count = self.calendar.school_days_between(self.today, on)
        except CalendarDoesNotCover:
            return ""
        if abs(count) > _COUNTED:
            return ""
        many = f"{abs(count)} school day{'' if abs(count) == 1 else 's'}"
        if on < self.today:
            return f"{many} ago" if count else ""
        return f"in {many}" if count else ""

    @property
    def own(self) -> Iterator[Event]:
        """What the reader did themselves, the newest first."""
        return (one for one in reversed(self.events) if one.actor.person == self.person)

    # Letters

    async def letters(self) -> tuple[OwnLetter, ...]:
        """The letters to the reader, the newest first."""
        theirs = [one for one in self.case.letters if one.to == self.person]
        return tuple([await self._letter(one) for one in reversed(theirs)])

    async def _letter(self, letter: Letter) -> OwnLetter:
        text = await self.seen.letter(letter)
        sent = self._sent_at(letter)
        return OwnLetter(
            id=letter.id,
            subject=text.subject if text else "A letter that is kept no longer",
            on=self.at(sent or letter.prepared_at),
            how=_how(letter),
            text=text,
            prepared_at=letter.prepared_at,
        )

    def _sent_at(self, letter: Letter) -> datetime | None:
        facts = (one.fact for one in self.events)
        sent = (f.sent_at for f in facts if isinstance(f, e.LetterSent) and f.letter == letter.id)
        return next(sent, None)

    # Meetings

    async def meetings(self) -> tuple[OwnMeeting, ...]:
        """The meetings to which the reader is invited, those to come first."""
        seen = MeetingsSeen(self.seen, self.calendar, self.events, self.now)
        theirs = [one for one in self.case.meetings if self.person in (*one.people, *one.attended)]
        ordered = sorted(theirs, key=lambda one: (not self._to_come(one), one.at))
        return tuple([self._meeting(one, await seen.told(one)) for one in ordered])

    def _to_come(self, meeting: Meeting) -> bool:
        return meeting.coming and meeting.ends_at > self.now

    def _meeting(self, meeting: Meeting, told: dict[str, Any]) -> OwnMeeting:
        answer = dict(meeting.consents).get(self.person)
        offered = [
            at
            for one in self.case.availability
            if one.person == self.person and one.meeting == meeting.id
            for at in one.times
        ]
        return OwnMeeting(
            id=meeting.id,
            when=told["when"],
            on=self.at(meeting.at),
            stands=_meeting_stands(meeting, self.now),
            coming=self._to_come(meeting),
            place=shown(told["place"]),
            online=shown(told["online"]),
            purpose=shown(told["purpose"]),
            people=tuple(dict.fromkeys(map(self._at_the_meeting, meeting.attendees))),
            asked_to_record=meeting.recording_wanted and self._to_come(meeting),
            recording=answer,
            recording_words=_recording(meeting),
            times=tuple(moment(self.calendar, at) for at in offered),
            discussed=_points(told["discussed"]),
            decided=_points(told["decided"]),
        )

    def _at_the_meeting(self, attendee: e.Attendee) -> str:
        person, case = attendee.person, self.case
        if person == self.person:
            return "you"
        if person == case.advocate:
            return "the person who speaks for you" if self.person == case.family else "the advocate"
        if person == case.family:
            return "the parent"
        return _CAPACITIES.get(attendee.role, "somebody from the school")

    # Limits

    async def limits(self) -> tuple[Limit, ...]:
        """What is limited, or may be, for the reader or for whom this case is about."""
        whose = None
        if self.standpoint is not Standpoint.ASKED:
            whose = them(self.case, self.person == self.case.advocate)
        return tuple([await self._limit(one, whose) for one in self.case.open_restrictions])

    async def _limit(self, limit: RestrictionState, whose: str | None) -> Limit:
        terms = limit.terms
        return Limit(
            id=limit.id,
            stands=limit_state(self.case, limit, whose=whose),
            scopes=tuple(SCOPES[scope] for scope in terms.scopes),
            starts=self.day(terms.starts_on),
            review=self.day(terms.review_on),
            contact=await self._text(terms.contact),
            meetings=await self._text(terms.meetings),
            collection=await self._text(terms.collection),
        )

    async def adjustments(self) -> tuple[str, ...]:
        """What was agreed with the reader."""
        agreed = [one for one in self.case.adjustments if one.person == self.person]
        return tuple([await self.seen.adjustment(one) for one in agreed])

    async def _text(self, ref: TextRef | None) -> str | None:
        if ref is None:
            return None
        for event in self.events:
            if any(text == ref for _, text in texts_in(event.fact)):
                return shown(await self.seen.text(ref, event))
        return None

    # What they sent

    async def sent(self) -> tuple[Sent, ...]:
        """What the reader sent or answered, the newest first; each once."""
        found: dict[str, Sent] = {}
        for event in self.own:
            title = title_of(event.fact)
            if title and event.action_id not in found:
                found[event.action_id] = await self._one_sent(event, title)
        return tuple(found.values())

    async def _one_sent(self, event: Event, title: str) -> Sent:
        fact = event.fact
        ref = getattr(fact, "text", None) or getattr(fact, "narrative", None)
        ref = ref or getattr(fact, "reason", None) or getattr(fact, "summary", None)
        words = await self.seen.text(ref, event) if isinstance(ref, TextRef) else None
        return Sent(
            on=self.at(event.at),
            title=title,
            words=words,
            files=tuple([await self._file(one.id, one.size) for one in files_in(fact)]),
            late=bool(getattr(fact, "late", False)),
        )

    async def _file(self, file: str, size: int) -> OwnFile:
        try:
            called = await self._stores.enclosures.name_of(file) or "A file"
        except (TextNotFound, PersonNotFound):
            called = "A file that is kept no longer"
        return OwnFile(id=file, called=called, size=in_words(size))


def shown(words: str | None) -> str | None:
    """A text, unless it is withheld or no longer kept."""
    return None if words in (WITHHELD, NO_LONGER_KEPT) else words


def _points(words: str | None) -> tuple[str, ...]:
    return tuple(line for line in (shown(words) or "").splitlines() if line.strip())


def _how(letter: Letter) -> str:
    if letter.status is LetterStatus.RETURNED:
        return "We could not reach you by e-mail."
    if letter.status is LetterStatus.SENT:
        return "Sent by post" if letter.channel is Channel.POST else "Sent by e-mail"
    if letter.channel is Channel.POST:
        return "It comes by post"
    return "Its e-mail goes out when the school is open"


def _meeting_stands(meeting: Meeting, now: datetime) -> str:
    if meeting.cancelled:
        return "This meeting is off."
    if meeting.stopped:
        return "This meeting was stopped."
    if meeting.held:
        return "This meeting took place."
    return "" if meeting.ends_at > now else "The time of this meeting is over."


def _recording(meeting: Meeting) -> str:
    if meeting.recording_made:
        return "It was recorded, as everybody had agreed."
    if not meeting.coming:
        return "It was not recorded." if meeting.held or meeting.stopped else ""
    if meeting.may_be_recorded:
        return "It may be recorded, because everybody agreed."
    return "It may be recorded only if everybody agrees."


_CAPACITIES = {
    MeetingRole.CHAIR: "somebody who leads the meeting",
    MeetingRole.NOTE_TAKER: "somebody who takes notes",
    MeetingRole.INTERPRETER: "an interpreter",
    MeetingRole.MEDIATOR: "a mediator",
}
_REPLIES = {
    ResponseKind.REPLY: "You sent us a message",
    ResponseKind.REQUEST_TO_MEET: "You asked for a meeting",
    ResponseKind.CANNOT_ATTEND: "You told us that you can’t come",
    ResponseKind.CHALLENGE: "You disagreed with a decision",
}
_SIGNED = {
    CodeAnswer.SIGNED: "You signed our code",
    CodeAnswer.DECLINED: "You said that you would rather not sign our code",
    CodeAnswer.NO_ANSWER: "You gave no answer about our code",
}


def title_of(fact: e.Fact) -> str | None:
    """What the reader did, where it is something that they sent or answered."""
    match fact:
        case e.Opened():
            return "You raised this concern"
        case e.ResponseRecorded():
            return _REPLIES[fact.kind]
        case e.RepresentationsSubmitted():
            return "You told us your side"
        case e.CodeAnswered():
            return f"{_SIGNED[fact.answer]} (version {fact.policy_version})"
        case e.RecordingAnswered():
            agreed = "agreed" if fact.consents else "did not agree"
            return f"You {agreed} to the recording of a meeting"
        case e.TimesOffered():
            return "You told us when you can come"
        case e.AdvocateAppointed():
            return "You named somebody to speak for you"
        case e.AdvocacyEnded():
            return "You told us that nobody speaks for you any more"
        case e.ReferralMade():
            return "You asked us to put you in touch with free advice"
        case e.ReferralEnded():
            return "You told us to stop sharing, or how the advice went"
        case e.StageChanged():
            return "You took your concern further, or took it back"
    return None
