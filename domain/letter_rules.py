"""Which letters go with an action, and to whom."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from domain import actions as a
from domain.acting import PersonId
from domain.calendar import SchoolCalendar
from domain.case import Case, Deadline
from domain.events import Event, MeetingCancelled, RestrictionLapsed
from domain.letter_actions import MEETING_REMINDER
from domain.letters import Addressee, Letter
from domain.meetings import Meeting
from domain.policy import Ladder, Policy, Step
from domain.vocabulary import ActionName, DutyKind, Outcome, ReviewResult, Role, Stage, Track

INTERIM = "interim-restriction"
LIFTING = "lifting"
REFERRAL = "referral"
SIGN_REQUEST = "sign-request"
INVITATION = "meeting-invitation"
CANCELLED = "meeting-cancelled"
RECORD = "meeting-record"
LAPSE = "lapse"
SIGNPOST = "signpost"
ACCOMPANIMENT = "accompaniment"
LEFT_OUT = "meeting-left-out"
REFERRED = "referral-made"
COMPLAINT_ANSWER = "complaint-answer"
REPLY = "reply"


class LetterDue(NamedTuple):
    """A letter that goes with something: its kind, and the person it is to.

    `to` is None for an adviser outside, whom somebody has still to name. `about` is the meeting or
    the restriction that it concerns; None where what happens says what it is about. `on_paper` says
    that it is for an adviser whom nobody here knows by an address: whoever asks (`to`) prints and
    posts it.
    """

    kind: str
    addressee: Addressee
    to: PersonId | None
    about: str | None = None
    on_paper: bool = False


def letters_due(
    letters: Mapping[str, Letter],
    policy: Policy,
    case: Case,
    action: a.Action,
    before: Case | None = None,
) -> tuple[LetterDue, ...]:
    """The letters that go with `action`, on the case as it is after it; `before` is as it was.

    A person gets each kind once. Nothing is written by itself about a matter that goes to a
    procedure of its own: whoever deals with it there decides what is said to whom.
    """
    if isinstance(action, a.Close) and action.outcome is Outcome.TRANSFERRED:
        return ()
    due = [
        LetterDue(kind, addressee, person)
        for kind in _kinds(letters, policy, case, action)
        for addressee in letters[kind].to
        for person in _people(addressee, case, action)
    ]
    if before is not None:
        due += _replies(policy, before, action)
        due += _changed_places(before, case, action)
    due = [one for one in due if one.kind in letters]
    if isinstance(action, a.Close | a.Lapse) and CANCELLED in letters:
        due += _called_off(one for one in case.meetings if one.ended_at == case.closed_at)
    once = {(one.kind, one.to, one.about): one for one in reversed(due)}
    return tuple(reversed(once.values()))


def replied_to(
    ladder: Ladder, case: Case, deadline: Deadline, named: PersonId | None
) -> PersonId | None:
    """To whom a reply about something that was due goes; None where somebody has to say so."""
    if named is not None:
        return named
    return case.raised_by if _is_complaint(ladder, deadline) else None


def _is_complaint(ladder: Ladder, deadline: Deadline) -> bool:
    step = ladder.by_stage.get(Stage.COMPLAINT)
    return step is not None and deadline.about == step.follow_up.id


def _replies(policy: Policy, before: Case, action: a.Action) -> list[LetterDue]:
    """What is written back with an answer to a complaint, or to a letter."""
    if not isinstance(action, a.CompleteFollowUp) or action.reply is None:
        return []
    deadline = before.deadline(action.deadline)
    ladder = policy.by_track[before.track]
    to = replied_to(ladder, before, deadline, action.reply_to) if deadline else None
    if deadline is None or to is None:
        return []
    if _is_complaint(ladder, deadline) and to == before.raised_by:
        return [LetterDue(COMPLAINT_ANSWER, Addressee.RAISER, to)]
    return [LetterDue(REPLY, Addressee.WRITER, to)]


def _changed_places(before: Case, case: Case, action: a.Action) -> list[LetterDue]:
    """Whoever is no longer expected at a meeting hears of it, and a new advocate is invited."""
    due = []
    for meeting in case.meetings:
        was = before.meeting(meeting.id)
        if was is None or not meeting.coming:
            continue
        due += [
            LetterDue(LEFT_OUT, Addressee.ATTENDEES, person, meeting.id)
            for person in meeting.left_out
            if person not in was.left_out
        ]
        if isinstance(action, a.AppointAdvocate):
            due += [
                LetterDue(INVITATION, Addressee.ATTENDEES, person, meeting.id)
                for person in meeting.people
                if person not in was.people
            ]
    return due


def _called_off(meetings: Iterable[Meeting]) -> list[LetterDue]:
    """Whoever was invited hears that a meeting is off, also where its case has ended."""
    return [
        LetterDue(CANCELLED, Addressee.ATTENDEES, person, meeting.id)
        for meeting in meetings
        if meeting.cancelled
        for person in meeting.people
    ]


def clauses_owed(ladder: Ladder, kind: str) -> tuple[str, ...] | None:
    """The clause by which the school owes a letter of this kind; None where it owes none by itself.

    Such a letter keeps a promise: it does not cite what somebody is said to have done.
    """
    if kind not in _OWED:
        return None
    return tuple(duty.clause for duty in ladder.duties if duty.kind in _OWED[kind])[:1]


_OWED = {
    "acknowledgement": (DutyKind.ACKNOWLEDGE,),
    "share-code": (DutyKind.SHARE_CODE_WITH_PARENT, DutyKind.SHARE_CODE_WITH_ADVOCATE),
    SIGN_REQUEST: (DutyKind.ASK_TO_SIGN,),
    SIGNPOST: (DutyKind.SIGNPOST,),
    ACCOMPANIMENT: (DutyKind.OFFER_ACCOMPANIMENT,),
    REFERRED: (DutyKind.SIGNPOST,),
    REPLY: (DutyKind.RESPOND,),
}


def goes_out_at(calendar: SchoolCalendar, track: Track, now: datetime, *, urgent: bool) -> datetime:
    """When a letter may go out: at once where it is urgent, else when the school is next open.

    A service works through the holidays; a school leaves families in peace. Raises
    CalendarDoesNotCover.
    """
    if urgent:
        return now
    if track is Track.SERVICE_CONCERN:
        return calendar.next_working_moment(now)
    return calendar.next_open_moment(now)


def reminders_of(case: Case, meeting: Meeting) -> tuple[LetterDue, ...]:
    """The letters that remind everybody who is invited of a meeting."""
    return tuple(
        LetterDue(MEETING_REMINDER, Addressee.ATTENDEES, person, meeting.id)
        for person in meeting.people
    )


def letters_of_relief(case: Case, events: tuple[Event, ...]) -> tuple[LetterDue, ...]:
    """The letters that tell of what ended by itself: a restriction, or a quiet case."""
    to = _respondent(case)
    due = [
        LetterDue(LIFTING, Addressee.RESPONDENT, to, event.fact.restriction)
        for event in events
        if isinstance(event.fact, RestrictionLapsed)
    ]
    if any(_is_lapse(event) for event in events):
        due.append(LetterDue(LAPSE, Addressee.RESPONDENT, to))
    off = [e.fact.meeting for e in events if isinstance(e.fact, MeetingCancelled)]
    return (*due, *_called_off(one for one in case.meetings if one.id in off))


def _is_lapse(event: Event) -> bool:
    fact = event.fact
    return fact.type == "stage:changed" and fact.action is ActionName.LAPSE


def _kinds(
    letters: Mapping[str, Letter], policy: Policy, case: Case, action: a.Action
) -> tuple[str, ...]:
    match action:
        case a.RestrictAccess(interim=True):
            return (INTERIM,)
        case a.ReviewRestriction(result=ReviewResult.LIFT):
            return (LIFTING,)
        case a.CompleteFollowUp():
            return ()  # a reply, where one was written
        case a.SignCode():
            return ()  # asked for when the code is shared, or before a meeting
        case a.ScheduleMeeting() if _asked_to_sign(policy, case, case.meetings[-1]):
            return (INVITATION, SIGN_REQUEST)
        case a.RescheduleMeeting():
            return (INVITATION,)
    step = step_of(policy.by_track[case.track], action)
    kinds = [step.letter] if step else []
    kinds += [one.id for one in letters.values() if one.goes_with is action.name]
    shares_with_the_signer = (
        isinstance(action, a.ShareCode) and action.with_role is policy.asks_to_sign
    )
    if shares_with_the_signer:
        kinds.append(SIGN_REQUEST)
    return tuple(kind for kind in dict.fromkeys(kinds) if kind in letters and kind != INTERIM)


def step_of(ladder: Ladder, action: a.Action) -> Step | None:
    """The step of the ladder that an action leads to, if it leads to one."""
    if not isinstance(action, a.Move):
        return None
    return ladder.step_to(action.name, a.scopes_of(action))


def _people(addressee: Addressee, case: Case, action: a.Action) -> tuple[PersonId | None, ...]:
    match addressee:
        case Addressee.RESPONDENT:
            return (_respondent(case),)
        case Addressee.RAISER:
            return (case.raiser,)
        case Addressee.FAMILY if not _only_with(action, Role.ADVOCATE):
            return (case.family,) if case.family else ()
        case Addressee.ADVOCATE if not _only_with(action, Role.PARENT):
            return (case.advocate,) if case.advocate else ()
        case Addressee.ADVISER:
            return (None,)
        case Addressee.ATTENDEES:
            return _attendees(case, action)
    return ()


def _attendees(case: Case, action: a.Action) -> tuple[PersonId, ...]:
    """Who is invited to the meeting that the action is about; for its record, who was there."""
    about = getattr(action, "meeting", None)
    meeting = case.meeting(about) if about else (case.meetings or (None,))[-1]
    if meeting is None:
        return ()
    return meeting.attended if isinstance(action, a.RecordMeeting) else meeting.people


def _asked_to_sign(policy: Policy, case: Case, meeting: Meeting) -> bool:
    return signer_to_ask(policy, case, meeting) is not None


def signer_to_ask(policy: Policy, case: Case, meeting: Meeting) -> PersonId | None:
    """Who comes to the meeting and has not said yet whether they would like to sign the code.

    None where this code asks nobody. Asked beforehand, and never a condition (safeguard 11).
    """
    if policy.asks_to_sign is not Role.ADVOCATE or case.advocate not in meeting.people:
        return None
    answered = {person for person, _ in case.answers_to_code}
    return None if case.advocate in answered else case.advocate


def _only_with(action: a.Action, role: Role) -> bool:
    return isinstance(action, a.ShareCode) and action.with_role is role


def _respondent(case: Case) -> PersonId:
    """Who is asked to answer; where that is the school itself, whose concern it is."""
    return case.respondent or case.raiser
