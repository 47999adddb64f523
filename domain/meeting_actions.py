"""Arranging, moving, holding and stopping meetings: as facts, and as duties."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from domain import actions as a
from domain.acting import PersonId, TextRef
from domain.calendar import CalendarDoesNotCover, SchoolCalendar
from domain.case import Case
from domain.draft import Draft, reason_of
from domain.errors import (
    LimitStands,
    NotAllowedHere,
    NotConsented,
    OutOfSchoolTime,
    UnknownThing,
)
from domain.events import (
    Attendee,
    AttendeeLeftOut,
    MeetingCancelled,
    MeetingHeld,
    MeetingRescheduled,
    MeetingScheduled,
    MeetingStopped,
)
from domain.meetings import Meeting
from domain.safeguards import reasons
from domain.spoken import day as in_words
from domain.spoken import moment
from domain.vocabulary import (
    DutyKind,
    DutyTrigger,
    MeetingRole,
    RestrictionStatus,
    Role,
    Scope,
)

_LIMITING = (RestrictionStatus.INTERIM, RestrictionStatus.IN_FORCE)
_OFFICE = (Role.CLERK, Role.ADMINISTRATOR)  # they arrange meetings for others


def schedule(draft: Draft, action: a.ScheduleMeeting) -> None:
    """Sets a meeting, and starts the duty to share what is relevant before it.

    Where a meeting was called off because somebody could not come, this is the other date that
    was promised to them.
    """
    _at_a_good_time(draft, action.at, action.out_of_term_agreed)
    _nothing_else_then(draft, action.at, action.minutes)
    attendees = _invited(draft, action)
    first = not any(meeting.coming for meeting in draft.case.meetings)
    draft.add(
        MeetingScheduled(
            meeting=draft.new_id("m"),
            at=action.at,
            minutes=action.minutes,
            place=action.place,
            purpose=action.purpose,
            online=action.online,
            attendees=attendees,
            recording_wanted=action.recording_wanted,
            out_of_term_agreed=action.out_of_term_agreed,
        )
    )
    if first:
        draft.meet(DutyKind.RESCHEDULE)
    draft.owe(DutyTrigger.MEETING_SCHEDULED)


def reschedule(draft: Draft, action: a.RescheduleMeeting) -> None:
    """Moves a meeting that was not held yet, or invites more people to it."""
    meeting = coming(draft, action.meeting)
    _at_a_good_time(draft, action.at, action.out_of_term_agreed)
    minutes = action.minutes or meeting.minutes
    _nothing_else_then(draft, action.at, minutes, but=meeting.id)
    more = tuple(
        Attendee(person=person, role=_role_of(draft.case, person))
        for person in dict.fromkeys(action.also_invite)
        if person not in meeting.people
    )
    _may_attend(draft, [one.person for one in more], action.at)
    changes = (action.place, action.online, *more)
    if (action.at, minutes) == (meeting.at, meeting.minutes) and not any(changes):
        raise NotAllowedHere("Nothing of this meeting would change.")
    draft.add(
        MeetingRescheduled(
            meeting=meeting.id,
            was=meeting.at,
            at=action.at,
            reason=action.reason,
            minutes=action.minutes,
            place=action.place,
            online=action.online,
            also_invited=more,
            out_of_term_agreed=action.out_of_term_agreed,
        )
    )
    if action.at != meeting.at:
        draft.meet(DutyKind.RESCHEDULE)


def cancel(draft: Draft, action: a.CancelMeeting) -> None:
    """Calls a meeting off, and says why. A promise to look for another date stays open."""
    meeting = coming(draft, action.meeting)
    draft.add(MeetingCancelled(meeting=meeting.id, reason=reason_of(action)))


def call_off_the_rest(draft: Draft, reason: TextRef | None) -> None:
    """When a case ends, the meetings that are still to come are called off."""
    for meeting in draft.case.meetings:
        if meeting.coming and meeting.at > draft.now:
            draft.add(MeetingCancelled(meeting=meeting.id, reason=reason))


def hold(draft: Draft, action: a.HoldMeeting) -> None:
    """Says that a meeting took place, and starts the duty to keep its record."""
    meeting = _begun(draft, action.meeting)
    _recorded_with_consent(meeting, made=action.recording_made)
    draft.add(MeetingHeld(meeting=meeting.id, recording_made=action.recording_made))
    draft.owe(DutyTrigger.MEETING_HELD)


def stop(draft: Draft, action: a.StopMeeting) -> None:
    """Stops a meeting on the ground that the code names, with the clause; its record is owed."""
    meeting = _begun(draft, action.meeting)
    if draft.policy.stop_meeting is None:
        raise NotAllowedHere("This code does not say that a meeting may be stopped.")
    _recorded_with_consent(meeting, made=action.recording_made)
    reason = reasons(draft.policy, draft.case, action)
    draft.add(
        MeetingStopped(
            meeting=meeting.id,
            ground=draft.policy.stop_meeting,
            clauses=action.clauses,
            reason=reason,
            recording_made=action.recording_made,
        )
    )
    draft.owe(DutyTrigger.MEETING_HELD)


def coming(draft: Draft, meeting_id: str) -> Meeting:
    """The meeting with this id that is still to be held. Raises UnknownThing, with those known."""
    still = [meeting for meeting in draft.case.meetings if meeting.coming]
    for meeting in still:
        if meeting.id == meeting_id:
            return meeting
    raise UnknownThing.named("meeting to come", meeting_id, (one.id for one in still))


def _begun(draft: Draft, meeting_id: str) -> Meeting:
    """A meeting of today or before: people may begin a little early. Raises NotAllowedHere."""
    meeting = coming(draft, meeting_id)
    if draft.calendar.local_date(meeting.at) > draft.today:
        raise NotAllowedHere(
            f"This meeting is to begin on {moment(draft.calendar, meeting.at)}. Where it took "
            "place before, move it to that day first."
        )
    return meeting


def _recorded_with_consent(meeting: Meeting, *, made: bool) -> None:
    if made and not meeting.may_be_recorded:
        against = sum(not consents for _, consents in meeting.consents)
        raise NotConsented(
            f"Not agreed: {against}; not answered: {len(meeting.unanswered)}. A recording that was "
            "made all the same is a breach of the code: stop the meeting, or add an incident."
        )


# When


def _at_a_good_time(draft: Draft, at: datetime, agreed: TextRef | None) -> None:
    if at <= draft.now:
        raise NotAllowedHere("A meeting is arranged for a time to come.")
    if agreed is None:
        on_a_school_day(draft.calendar, draft.now, at)


def on_a_school_day(calendar: SchoolCalendar, now: datetime, at: datetime) -> None:
    """Refuses a moment at which the school is closed, and says when it is open instead.

    Raises OutOfSchoolTime, or CalendarDoesNotCover past the end of the calendar.
    """
    day = calendar.local_date(at)
    first, last = calendar.coverage
    if not first <= day <= last:
        raise CalendarDoesNotCover(day, first, last)
    how = "Say how another time was agreed (out_of_term_agreed), or choose one of them."
    if why := calendar.closed_because(day):
        today = calendar.local_date(now)
        near = [one for one in calendar.nearest_school_days(day) if one > today]
        days = " and ".join(in_words(one) for one in near) or "none that the calendar knows"
        raise OutOfSchoolTime(f"{in_words(day)} is {why}. The nearest school days: {days}. {how}")
    if not calendar.opening(day) <= at < calendar.closing(day):
        raise OutOfSchoolTime(
            f"{moment(calendar, at)} is outside the school's hours, "
            f"{calendar.office_opens:%H:%M} to {calendar.office_closes:%H:%M}. {how}"
        )


def _nothing_else_then(draft: Draft, at: datetime, minutes: int, *, but: str = "") -> None:
    until = at + timedelta(minutes=minutes)
    for other in draft.case.meetings:
        if other.coming and other.id != but and other.at < until and at < other.ends_at:
            raise NotAllowedHere(
                f"The meeting {other.id} of this case is at that time: "
                f"{moment(draft.calendar, other.at)}, for {other.minutes} minutes."
            )


# Who


def _invited(draft: Draft, action: a.ScheduleMeeting) -> tuple[Attendee, ...]:
    case = draft.case
    named = {
        MeetingRole.CHAIR: action.chair,
        MeetingRole.NOTE_TAKER: action.note_taker,
        MeetingRole.INTERPRETER: action.interpreter,
        MeetingRole.MEDIATOR: action.mediator,
    }
    roles = {person: role for role, person in named.items() if person}
    if len(roles) < sum(person is not None for person in named.values()):
        raise NotAllowedHere("One person can't have two roles in a meeting.")
    asked_for = (*action.attendees, *roles)
    _may_attend(draft, asked_for, action.at)
    usual = [] if action.attendees else _usual(draft, action)
    people = [*usual, *asked_for]
    if case.advocate and case.family in people and not action.without_advocate:
        people.append(case.advocate)
    limited = limited_in_meetings(case, draft.calendar.local_date(action.at))
    kept = [person for person in dict.fromkeys(people) if person not in limited]
    if not kept:
        raise NotAllowedHere("Say who is invited (attendees).")
    return tuple(
        Attendee(person=person, role=roles.get(person) or _role_of(case, person)) for person in kept
    )


def _usual(draft: Draft, action: a.ScheduleMeeting) -> list[PersonId]:
    case, actor = draft.case, draft.actor
    here = case.owner or (actor.person if actor.role not in _OFFICE else None)
    usual = [person for person in (case.family, case.respondent, here) if person]
    if action.without_advocate:
        usual = [person for person in usual if person != case.advocate]
    return usual


def _role_of(case: Case, person: PersonId) -> MeetingRole:
    if person == case.advocate:
        return MeetingRole.ADVOCATE
    return MeetingRole.FAMILY if person == case.family else MeetingRole.PARTICIPANT


def limited_in_meetings(case: Case, on: date) -> dict[PersonId, str]:
    """Whose part in meetings is limited on that day, as things stand, and by which restriction."""
    limiting = (
        one.id
        for one in case.restrictions
        if one.status in _LIMITING
        and Scope.MEETINGS in one.terms.scopes
        and one.terms.starts_on <= on <= one.terms.review_on
    )
    found = next(limiting, None)
    return {case.respondent: found} if case.respondent and found else {}


def leave_out_the_limited(draft: Draft) -> None:
    """A limit has begun, or goes on: who is under it is left out of the meetings to come."""
    for meeting in draft.case.meetings:
        if not meeting.coming or meeting.at <= draft.now:
            continue
        limited = limited_in_meetings(draft.case, draft.calendar.local_date(meeting.at))
        for person, restriction in limited.items():
            if person in meeting.people:
                draft.add(
                    AttendeeLeftOut(meeting=meeting.id, person=person, restriction=restriction)
                )


def leave_out_the_former_advocate(draft: Draft, advocate: PersonId) -> None:
    """Who is the parent's advocate no more has no place at the meetings to come."""
    if advocate in draft.case.parties:
        return  # the case is about them, or they raised it
    for meeting in draft.case.meetings:
        if meeting.coming and meeting.at > draft.now and advocate in meeting.people:
            draft.add(AttendeeLeftOut(meeting=meeting.id, person=advocate))


def invite_the_new_advocate(draft: Draft, former: PersonId | None) -> None:
    """Whoever speaks for the family from now on comes with it to the meetings to come.

    A meeting that the family wanted without its advocate stays as it is.
    """
    case = draft.case
    if case.advocate is None:
        return
    for meeting in case.meetings:
        if not meeting.coming or meeting.at <= draft.now or case.advocate in meeting.people:
            continue
        with_advocate = former is None or former in (*meeting.people, *meeting.left_out)
        limited = limited_in_meetings(case, draft.calendar.local_date(meeting.at))
        if case.family in meeting.people and with_advocate and case.advocate not in limited:
            draft.add(
                MeetingRescheduled(
                    meeting=meeting.id,
                    was=meeting.at,
                    at=meeting.at,
                    reason=None,
                    also_invited=(Attendee(person=case.advocate, role=MeetingRole.ADVOCATE),),
                )
            )


def _may_attend(draft: Draft, people: Iterable[PersonId], at: datetime) -> None:
    limited = limited_in_meetings(draft.case, draft.calendar.local_date(at))
    for person in people:
        if person in limited:
            raise LimitStands(
                f"The restriction {limited[person]} limits their part in meetings. Vary it "
                "(vary_restriction), or meet without them and offer the family another way to be "
                "accompanied."
            )
