"""What a letter about a meeting may say: when and where it is, who comes, and what was said."""

from collections.abc import Awaitable, Callable, Iterable

from domain import events as e
from domain.actions import PersonId, TextRef
from domain.calendar import SchoolCalendar
from domain.case import Case
from domain.letter_actions import MEETING_REMINDER
from domain.letter_facts import MeetingFacts
from domain.letter_rules import CANCELLED, INVITATION, LEFT_OUT, RECORD, LetterDue, signer_to_ask
from domain.letters import one_line
from domain.meetings import Meeting
from domain.policy import Ladder, Policy
from domain.spoken import hour, moment, spoken
from domain.vocabulary import DutyKind, MeetingRole, Role
from storage.people import Person

ABOUT_MEETINGS = frozenset({INVITATION, CANCELLED, LEFT_OUT, MEETING_REMINDER, RECORD})
"""The letters that are about a meeting, and go to everybody who is invited."""

_CAPACITIES = {
    MeetingRole.CHAIR: "in the chair",
    MeetingRole.NOTE_TAKER: "taking notes",
    MeetingRole.FAMILY: "parent",
    MeetingRole.ADVOCATE: "advocate",
    MeetingRole.INTERPRETER: "interpreter",
    MeetingRole.MEDIATOR: "mediator",
}


def meeting_of(case: Case, due: LetterDue, facts: Iterable[e.Fact]) -> Meeting | None:
    """The meeting that a letter is about, if it is about one."""
    ids = [due.about, *(getattr(fact, "meeting", None) for fact in facts)]
    return next((found for one in ids if (found := case.meeting(one))), None)


def clauses_about(policy: Policy, ladder: Ladder, due: LetterDue) -> tuple[str, ...]:
    """The clauses that such a letter cites: never what somebody is said to have done."""
    if due.kind == RECORD:
        owed = (duty.clause for duty in ladder.duties if duty.kind is DutyKind.RECORD_MEETING)
        return tuple(owed)[:1]
    if due.kind in (CANCELLED, LEFT_OUT):
        return ()
    recording = policy.recording.clause if policy.recording else None
    cited = (recording, policy.stop_meeting_clause)
    return tuple(dict.fromkeys(one for one in cited if one))


class MeetingWords:
    """Reads what a meeting's letters need. `read` gives a text, and `person` somebody's name."""

    def __init__(
        self,
        policy: Policy,
        calendar: SchoolCalendar,
        case: Case,
        *,
        read: Callable[[TextRef], Awaitable[str | None]],
        person: Callable[[PersonId], Awaitable[Person]],
    ) -> None:
        self._policy = policy
        self._calendar = calendar
        self._case = case
        self._read = read
        self._person = person

    async def facts(
        self, meeting: Meeting, due: LetterDue, happened: Iterable[e.Fact], school: str
    ) -> MeetingFacts:
        """The facts of a meeting for one letter; `school` is the name of where it is by itself."""
        policy, calendar = self._policy, self._calendar
        place, online = await self._text(meeting.place), await self._text(meeting.online)
        moved = next((f for f in happened if isinstance(f, e.MeetingRescheduled)), None)
        was = moved.was if moved and moved.was != moved.at else None
        present = meeting.attended if due.kind == RECORD else meeting.people
        purpose = await self._text(meeting.purpose)
        answers = dict(meeting.consents)
        return MeetingFacts(
            when=f"{moment(calendar, meeting.at)} to {hour(calendar, meeting.ends_at)}",
            where=one_line(place or ("Online" if online else school)).rstrip("."),
            purpose=one_line(purpose) if purpose else self._purpose(),
            attendees=tuple([await self._attendee(meeting, one) for one in present]),
            joining=online,
            was=moment(calendar, was) if was else None,
            recording_needs=policy.recording.needs if policy.recording else None,
            recording_wanted=meeting.recording_wanted,
            recording_answered=due.to in answers,
            recording_agreed=meeting.may_be_recorded,
            recording_made=meeting.recording_made,
            ask_to_sign=due.to is not None and signer_to_ask(policy, self._case, meeting) == due.to,
            may_stop=spoken(policy.stop_meeting) if policy.stop_meeting else None,
            stopped=await self._stopped(meeting),
            discussed=await self._points(meeting.discussed),
            decided=await self._points(meeting.decided),
        )

    def _purpose(self) -> str:
        return f"We would like to talk about the matter with the reference {self._case.reference}."

    async def _text(self, ref: TextRef | None) -> str | None:
        return await self._read(ref) if ref else None

    async def _points(self, ref: TextRef | None) -> tuple[str, ...]:
        lines = (await self._text(ref) or "").splitlines()
        points = (one_line(line.strip().removeprefix("-")) for line in lines)
        return tuple(point for point in points if point)

    async def _stopped(self, meeting: Meeting) -> str | None:
        if not meeting.stopped:
            return None
        ground = f"The ground was: {spoken(meeting.ground)}." if meeting.ground else ""
        why = await self._text(meeting.why_stopped)
        return " ".join(one for one in (why, ground) if one) or "The reason is on the record."

    async def _attendee(self, meeting: Meeting, who: PersonId) -> str:
        roles = {one.person: one.role for one in meeting.attendees}
        person = await self._person(who)
        capacity = _CAPACITIES.get(roles.get(who, MeetingRole.PARTICIPANT))
        if capacity is None:
            held = (role for role in Role if role in person.roles)
            capacity = next((spoken(role) for role in held), "invited")
        return f"{person.name}, {capacity}"
