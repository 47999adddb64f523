"""Meetings on a case, as facts and duties."""

from domain import actions as a
from domain.case import Meeting
from domain.draft import Draft
from domain.errors import NotAllowedHere, UnknownThing
from domain.events import (
    MeetingHeld,
    MeetingRescheduled,
    MeetingScheduled,
    MeetingStopped,
    RecordingAnswered,
)
from domain.safeguards import reasons
from domain.vocabulary import DutyKind, DutyTrigger


def schedule(draft: Draft, action: a.ScheduleMeeting) -> None:
    """Sets a meeting, and starts the duty to share what is relevant before it."""
    if action.at <= draft.now:
        raise NotAllowedHere("A meeting is arranged for a time to come.")
    draft.add(MeetingScheduled(meeting=draft.new_id("m"), at=action.at))
    draft.owe(DutyTrigger.MEETING_SCHEDULED)


def reschedule(draft: Draft, action: a.RescheduleMeeting) -> None:
    """Moves a meeting that was not held yet."""
    meeting = _coming(draft, action.meeting)
    if action.at <= draft.now:
        raise NotAllowedHere("A meeting is arranged for a time to come.")
    draft.add(
        MeetingRescheduled(meeting=meeting.id, was=meeting.at, at=action.at, reason=action.reason)
    )
    draft.meet(DutyKind.RESCHEDULE)


def hold(draft: Draft, action: a.HoldMeeting) -> None:
    """Says that a meeting took place, and starts the duty to keep its record."""
    meeting = _coming(draft, action.meeting)
    draft.add(MeetingHeld(meeting=meeting.id))
    draft.owe(DutyTrigger.MEETING_HELD)


def stop(draft: Draft, action: a.StopMeeting) -> None:
    """Stops a meeting on the ground that the code names, with the clause; its record is owed."""
    meeting = _coming(draft, action.meeting)
    if draft.policy.stop_meeting is None:
        raise NotAllowedHere("This code does not say that a meeting may be stopped.")
    reason = reasons(draft.policy, draft.case, action)
    ground = draft.policy.stop_meeting
    draft.add(
        MeetingStopped(meeting=meeting.id, ground=ground, clauses=action.clauses, reason=reason)
    )
    draft.owe(DutyTrigger.MEETING_HELD)


def consent_to_recording(draft: Draft, action: a.ConsentToRecording) -> None:
    """One person's answer to being recorded; each person is asked for their own."""
    meeting = _coming(draft, action.meeting)
    draft.add(
        RecordingAnswered(meeting=meeting.id, person=draft.actor.person, consents=action.consents)
    )


def _coming(draft: Draft, meeting_id: str) -> Meeting:
    coming = [m for m in draft.case.meetings if not (m.held or m.stopped)]
    for meeting in coming:
        if meeting.id == meeting_id:
            return meeting
    raise UnknownThing.named("meeting to come", meeting_id, (m.id for m in coming))
