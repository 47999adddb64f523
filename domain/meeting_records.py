"""What people say of a meeting: when they can come, whether it may be recorded, what was said."""

from domain import actions as a
from domain.acting import PersonId
from domain.draft import Draft
from domain.errors import NotAllowedHere, NotAuthorised, UnknownThing
from domain.events import MeetingRecordKept, RecordingAnswered, TimesOffered
from domain.meeting_actions import coming
from domain.vocabulary import DutyKind, DutyTrigger, Role


def offer_times(draft: Draft, action: a.OfferTimes) -> None:
    """Keeps the times at which somebody could come, so that a date can be found with them."""
    person = _whose(draft, action.by)
    if action.meeting is not None:
        coming(draft, action.meeting)
    if past := [one for one in action.times if one <= draft.now]:
        raise NotAllowedHere(f"{len(past)} of these times lie in the past (times).")
    times = tuple(sorted(set(action.times)))
    draft.add(TimesOffered(meeting=action.meeting, person=person, times=times, text=action.text))


def consent_to_recording(draft: Draft, action: a.ConsentToRecording) -> None:
    """One person's answer to being recorded; each person is asked for their own."""
    meeting = coming(draft, action.meeting)
    person = _whose(draft, action.by)
    if meeting.attendees and person not in meeting.people:
        raise NotAllowedHere("Only those who are invited to the meeting are asked.")
    draft.add(RecordingAnswered(meeting=meeting.id, person=person, consents=action.consents))


def record(draft: Draft, action: a.RecordMeeting) -> None:
    """Keeps what was discussed and decided, and so meets the duty to.

    Where another meeting was held meanwhile, its record is still owed.
    """
    known = {meeting.id: meeting for meeting in draft.case.meetings}
    meeting = known.get(action.meeting)
    if meeting is None:
        raise UnknownThing.named("meeting", action.meeting, known)
    if not (meeting.held or meeting.stopped):
        raise NotAllowedHere("Say first that the meeting was held (hold_meeting), or stopped.")
    if not meeting.owes_record:
        raise NotAllowedHere("The record of this meeting was kept before. Add a note instead.")
    attended = tuple(dict.fromkeys(action.attended)) or meeting.people
    draft.add(
        MeetingRecordKept(
            meeting=meeting.id,
            discussed=action.discussed,
            decided=action.decided,
            attended=attended,
        )
    )
    draft.meet(DutyKind.RECORD_MEETING)
    for other in draft.case.meetings:
        if other.owes_record and other.ended_at and not draft.case.closed:
            since = draft.calendar.local_date(other.ended_at)
            draft.owe(DutyTrigger.MEETING_HELD, from_day=since)


def _whose(draft: Draft, by: PersonId | None) -> PersonId:
    actor = draft.actor
    if by and by != actor.person and actor.role in (Role.PARENT, Role.ADVOCATE):
        raise NotAuthorised("Nobody answers for somebody else.")
    return by or actor.person
