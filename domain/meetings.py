"""Meetings on a case as their events have made them, and when people are reminded of one."""

from datetime import datetime, timedelta

from pydantic import AwareDatetime

from domain import events as e
from domain.acting import PersonId, TextRef
from domain.policy import Frozen
from domain.vocabulary import StopReason


class Meeting(Frozen):
    """A meeting on a case.

    `sequence` counts its changes, as a calendar entry's does (RFC 5545, 3.8.7.4). `consents` are
    the answers about being recorded, the latest of each person.
    """

    id: str
    arranged_by: PersonId | None = None
    at: AwareDatetime
    minutes: int = 60
    place: TextRef | None = None
    purpose: TextRef | None = None
    online: TextRef | None = None
    attendees: tuple[e.Attendee, ...] = ()
    recording_wanted: bool = False
    consents: tuple[tuple[PersonId, bool], ...] = ()
    sequence: int = 0
    held: bool = False
    stopped: bool = False
    cancelled: bool = False
    ended_at: AwareDatetime | None = None
    ground: StopReason | None = None
    why_stopped: TextRef | None = None
    recording_made: bool = False
    discussed: TextRef | None = None
    decided: TextRef | None = None
    attended: tuple[PersonId, ...] = ()
    left_out: tuple[PersonId, ...] = ()  # were invited, and are no longer

    @property
    def ends_at(self) -> datetime:
        """When it is to end."""
        return self.at + timedelta(minutes=self.minutes)

    @property
    def coming(self) -> bool:
        """Whether it is still to be held, as far as anybody has said."""
        return not (self.held or self.stopped or self.cancelled)

    @property
    def owes_record(self) -> bool:
        """Whether it took place, and nobody has kept its record yet."""
        return (self.held or self.stopped) and self.discussed is None

    @property
    def people(self) -> tuple[PersonId, ...]:
        """Everybody who is invited."""
        return tuple(attendee.person for attendee in self.attendees)

    @property
    def unanswered(self) -> tuple[PersonId, ...]:
        """Who has not said yet whether they may be recorded."""
        answered = {person for person, _ in self.consents}
        return tuple(person for person in self.people if person not in answered)

    @property
    def may_be_recorded(self) -> bool:
        """Whether everybody who is invited agreed to being recorded."""
        answers = dict(self.consents)
        return bool(self.people) and all(answers.get(person) for person in self.people)


class Availability(Frozen):
    """The times at which somebody said that they could come."""

    person: PersonId
    meeting: str | None
    times: tuple[AwareDatetime, ...]
    text: TextRef | None


def meetings_after(meetings: tuple[Meeting, ...], event: e.Event) -> tuple[Meeting, ...]:
    """The meetings of a case after an event."""
    fact = event.fact
    if isinstance(fact, e.MeetingScheduled):
        given = {name: getattr(fact, name) for name in _SET_AT_FIRST}
        return (*meetings, Meeting(id=fact.meeting, arranged_by=event.actor.person, **given))
    about = getattr(fact, "meeting", None)
    return tuple(_changed(one, event) if one.id == about else one for one in meetings)


_SET_AT_FIRST = (
    "at",
    "minutes",
    "place",
    "purpose",
    "online",
    "attendees",
    "recording_wanted",
)


def _changed(meeting: Meeting, event: e.Event) -> Meeting:
    match event.fact:
        case e.MeetingRescheduled() as fact:
            changed: dict[str, object] = {
                "at": fact.at,
                "minutes": fact.minutes or meeting.minutes,
                "place": fact.place or meeting.place,
                "online": fact.online or meeting.online,
                "attendees": (*meeting.attendees, *fact.also_invited),
                "left_out": tuple(
                    one
                    for one in meeting.left_out
                    if one not in {attendee.person for attendee in fact.also_invited}
                ),
                "sequence": meeting.sequence + 1,
            }
        case e.AttendeeLeftOut() as fact:
            kept = tuple(one for one in meeting.attendees if one.person != fact.person)
            changed = {"attendees": kept, "left_out": (*meeting.left_out, fact.person)}
        case e.MeetingCancelled():
            changed = {
                "cancelled": True,
                "sequence": meeting.sequence + 1,
                "ended_at": event.at,
            }
        case e.MeetingHeld() as fact:
            changed = {"held": True, "ended_at": event.at, "recording_made": fact.recording_made}
        case e.MeetingStopped() as fact:
            changed = {
                "stopped": True,
                "ended_at": event.at,
                "ground": fact.ground,
                "why_stopped": fact.reason,
                "recording_made": fact.recording_made,
            }
        case e.MeetingRecordKept() as fact:
            changed = {
                "discussed": fact.discussed,
                "decided": fact.decided,
                "attended": fact.attended,
            }
        case e.RecordingAnswered() as fact:
            others = tuple(one for one in meeting.consents if one[0] != fact.person)
            changed = {"consents": (*others, (fact.person, fact.consents))}
        case _:
            return meeting
    return meeting.model_copy(update=changed)


def availability_after(
    offered: tuple[Availability, ...], fact: e.TimesOffered
) -> tuple[Availability, ...]:
    """What is known of when people can come: each person's latest word on each meeting."""
    others = (one for one in offered if (one.person, one.meeting) != (fact.person, fact.meeting))
    latest = Availability(
        person=fact.person, meeting=fact.meeting, times=fact.times, text=fact.text
    )
    return (*others, latest)
