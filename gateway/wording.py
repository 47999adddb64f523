"""Events, dates and names of things as people say them: one wording, wherever they are shown.

Nothing here says who somebody is: people are told by their role, and by name only where the caller
looks the name up.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from domain import events as e
from domain.actions import FileRef
from domain.policy import Ladder
from domain.register import RegisterEvent
from domain.spoken import day as day
from domain.spoken import moment as moment
from domain.spoken import spoken as spoken
from domain.vocabulary import (
    ActionName,
    Channel,
    CodeAnswer,
    Occasion,
    Outcome,
    ResponseKind,
    Role,
    Stage,
)


def short_day(when: date) -> str:
    """Tue 15 Sep 2026."""
    return f"{when:%a} {when.day:2d} {when:%b %Y}"


def stage_title(ladder: Ladder, stage: Stage) -> str:
    """The stage's title in the policy's words."""
    step = ladder.by_stage.get(stage)
    return step.title if step else spoken(stage).capitalize()


def _scopes(terms: e.Restriction) -> str:
    return ", ".join(spoken(scope) for scope in terms.scopes)


def _moved(ladder: Ladder, fact: e.StageChanged) -> str:
    to = stage_title(ladder, fact.dest)
    match fact.action:
        case ActionName.LAPSE:
            return "The case lapsed" if fact.reason else "Nothing further happened; the case lapsed"
        case ActionName.CLOSE:
            where = f" to {spoken(fact.procedure)}" if fact.procedure else ""
            outcome = spoken(fact.outcome or Outcome.RESOLVED)
            return f"Closed: {outcome}{where}"
        case ActionName.REOPEN:
            return f"Reopened at “{to}”"
        case ActionName.STEP_DOWN:
            return f"Stepped down to “{to}”"
    advice = f", from: {spoken(fact.advice)}" if fact.advice else ""
    over = ", ".join(stage_title(ladder, stage) for stage in fact.skipped)
    return f"{to}{advice}" + (f" (skipping: {over})" if over else "")


def _proposed(fact: e.RestrictionProposed) -> str:
    what = "Interim restriction starts" if fact.interim else "Restriction proposed"
    return f"{what}: {_scopes(fact.terms)}; review by {day(fact.terms.review_on)}"


def _set(fact: e.DeadlineSet) -> str:
    return f"Due {day(fact.due_on)}: {what_is_due(fact.kind.value, fact.about)}"


def what_is_due(kind: str, about: str) -> str:
    """What a deadline of this kind about this thing is called."""
    match kind:
        case "follow_up" | "duty":
            return spoken(about)
        case "quiet_period":
            return "the case lapses if nothing further happens"
        case "representations":
            return f"written side on restriction {about}"
        case "confirmation":
            return f"decision on restriction {about}, or it lapses"
        case "review":
            return f"review of restriction {about}, or it lapses"
        case "late_representations":
            return f"answer to the late written side on restriction {about}"
        case "review_request":
            return f"review of restriction {about}, asked for by a late written side"
        case "challenge":
            return f"answer to the challenge of a decision ({spoken(about)})"
    return "last day to reopen the case"


def _answer(fact: e.CodeAnswered) -> str:
    return {
        CodeAnswer.SIGNED: "The code was signed",
        CodeAnswer.DECLINED: "Signing the code was declined",
        CodeAnswer.NO_ANSWER: "No answer about signing the code",
    }[fact.answer]


def _response(fact: e.ResponseRecorded) -> str:
    words = {
        ResponseKind.REPLY: "A reply was received",
        ResponseKind.REQUEST_TO_MEET: "A meeting was asked for",
        ResponseKind.CANNOT_ATTEND: "Somebody cannot attend",
        ResponseKind.CHALLENGE: "A decision was challenged",
    }[fact.kind]
    return words + _with_files(fact.attachments)


def _representations(fact: e.RepresentationsSubmitted) -> str:
    late = ", after the time for it" if fact.late else ""
    words = f"Written side received on restriction {fact.restriction}{late}"
    return words + _with_files(fact.attachments)


def _incident(fact: e.IncidentAdded) -> str:
    words = f"Another incident, on {day(fact.occurred_on)} ({spoken(fact.severity)})"
    return words + _with_files(fact.attachments)


def _with_files(files: Sequence[FileRef]) -> str:
    if not files:
        return ""
    return " (with a file)" if len(files) == 1 else f" (with {len(files)} files)"


def _reminded(fact: e.DeadlineReminded, about: str) -> str:
    occasion = fact.occasion or (Occasion.DUE if fact.level == 0 else Occasion.OVERDUE)
    why = {
        Occasion.ARRIVED: "To be seen to",
        Occasion.INFORMED: "For their information, as they decided",
        Occasion.FOR_INFORMATION: "For their information",
        Occasion.DUE: "Due",
        Occasion.OVERDUE: "Overdue",
    }[occasion]
    return f"{why}, so the {spoken(fact.tell)} is told: {about}"


def _deadline_moved(fact: e.DeadlineMoved, about: str) -> str:
    why = {
        "extended": "more time was given",
        "taken": "somebody took it on",
        "calendar": "the calendar changed",
        "review": "the review date changed",
        "incident": "something further happened",
        "blocked": "something is still open",
    }[fact.why]
    return f"Now due {day(fact.due_on)}, as {why}: {about}"


def _recorded(fact: e.MeetingHeld | e.MeetingStopped) -> str:
    return "; it was recorded, as everybody had agreed" if fact.recording_made else ""


_WORDS: dict[type, Callable[[Any], str]] = {
    e.Opened: lambda f: f"Concern raised ({spoken(f.severity)}){_with_files(f.attachments)}",
    e.IncidentAdded: _incident,
    e.Acknowledged: lambda f: "The concern was acknowledged",
    e.NoteAdded: lambda f: "A note was added",
    e.ResponseRecorded: _response,
    e.RepresentationsSubmitted: _representations,
    e.RepresentationsClosed: lambda f: (
        f"Time for a written side on restriction {f.restriction} is over; received: {f.received}"
    ),
    e.Assigned: lambda f: "The case was given an owner",
    e.ConflictDeclared: lambda f: "A conflict of interest was declared",
    e.NotActedOn: lambda f: "Decided not to act, with the reason",
    e.AdvocateAppointed: lambda f: "An advocate was named",
    e.CodeShared: lambda f: f"The code was shared with the {spoken(f.with_role)}",
    e.CodeAnswered: _answer,
    e.AdvocacyEnded: lambda f: "There is no advocate any more",
    e.AccompanimentOffered: lambda f: "The parent was offered another way not to be alone",
    e.ReferralMade: lambda f: (
        f"Referral {f.referral} to SENDIASS, sharing: {', '.join(map(spoken, f.shared))}"
    ),
    e.ReferralSent: lambda f: (
        f"Referral {f.referral} was sent to SENDIASS{', perhaps twice' if f.perhaps_twice else ''}"
        if f.digest
        else f"Referral {f.referral} is for the parent to take to SENDIASS"
    ),
    e.ReferralEnded: lambda f: f"Referral {f.referral} ended: {spoken(f.outcome)}",
    e.ConfidentialitySetAside: lambda f: "Confidentiality was set aside, with the reason",
    e.ConfidentialityReviewed: lambda f: (
        f"A second person looked at disclosure {f.disclosure} and "
        f"{'agreed' if f.agrees else 'did not agree'}"
    ),
    e.Signposted: lambda f: "The family was told how to reach SENDIASS",
    e.MeetingScheduled: lambda f: f"Meeting {f.meeting} arranged for {day(f.at.date())}",
    e.MeetingRescheduled: lambda f: f"Meeting {f.meeting} moved to {day(f.at.date())}",
    e.AttendeeLeftOut: lambda f: (
        f"Somebody is left out of meeting {f.meeting}, "
        + (
            f"as restriction {f.restriction} limits them"
            if f.restriction
            else "as they are not the advocate any more"
        )
    ),
    e.MeetingCancelled: lambda f: f"Meeting {f.meeting} was called off",
    e.TimesOffered: lambda f: f"Times that suit were given: {len(f.times)}",
    e.MeetingHeld: lambda f: f"Meeting {f.meeting} was held{_recorded(f)}",
    e.MeetingStopped: lambda f: (
        f"Meeting {f.meeting} was stopped: {spoken(f.ground)}{_recorded(f)}"
    ),
    e.MeetingRecordKept: lambda f: f"The record of meeting {f.meeting} was kept",
    e.RecordingAnswered: lambda f: (
        f"Recording of meeting {f.meeting}: {'agreed' if f.consents else 'not agreed'}"
    ),
    e.RestrictionProposed: _proposed,
    e.RestrictionConfirmed: lambda f: (
        f"Restriction {f.restriction} confirmed: {_scopes(f.terms)}; "
        f"review by {day(f.terms.review_on)}"
    ),
    e.RestrictionVaried: lambda f: f"Restriction {f.restriction} varied: {_scopes(f.terms)}",
    e.RestrictionContinued: lambda f: (
        f"Restriction {f.restriction} continued on review, until {day(f.terms.review_on)}"
    ),
    e.RestrictionLifted: lambda f: (
        f"Restriction {f.restriction} lifted{' on review' if f.on_review else ''}"
    ),
    e.RestrictionLapsed: lambda f: (
        f"Restriction {f.restriction} lapsed: nobody "
        f"{'renewed' if f.missed.value == 'review' else 'confirmed'} it in time"
    ),
    e.DeadlineSet: _set,
    e.LetterPrepared: lambda f: (
        f"Letter {f.letter} was written ({spoken(f.kind)})"
        f"{', to be posted' if f.channel is Channel.POST else ''}"
    ),
    e.LetterSent: lambda f: (
        f"Letter {f.letter} was {'posted' if f.channel is Channel.POST else 'sent by e-mail'}"
        f"{', perhaps twice' if f.perhaps_twice else ''}"
    ),
    e.LetterReturned: lambda f: f"Letter {f.letter} did not arrive ({f.status})",
    e.GovernorReviewed: lambda f: "A governor recorded findings",
    e.PanelAssigned: lambda f: f"A panel of {len(f.members)} was set",
    e.SawNames: lambda f: "A governor was shown the names",
    e.AdjustmentAgreed: lambda f: "An adjustment was agreed",
    e.AdjustmentRemoved: lambda f: "An adjustment was removed, with the reason",
    e.CalendarAdopted: lambda f: "The school's new calendar applies",
    e.PolicyAdopted: lambda f: f"The case moved to version {f.policy_version} of its code",
    e.Settled: lambda f: "The time for reopening is over",
}


_OF_A_DEADLINE: dict[type, Callable[[Any, str], str]] = {
    e.DeadlineReminded: _reminded,
    e.DeadlineMet: lambda f, about: f"Done{'' if f.on_time else ', late'}: {about}",
    e.DeadlineMissed: lambda f, about: f"Missed, so the {spoken(f.tell)} is told: {about}",
    e.DeadlineMoved: _deadline_moved,
    e.DeadlineEnded: lambda f, about: f"No longer due: {about}",
    e.NoticeSent: lambda f, about: (
        f"Reminder sent: {about}" if f.told else f"Nobody is left to remind: {about}"
    ),
}


def names_of_deadlines(events: Iterable[e.Event]) -> dict[str, str]:
    """What each deadline that these events set is called, by its id; each meeting too, as somebody
    is reminded to say what became of it."""
    names: dict[str, str] = {}
    for event in events:
        if isinstance(event.fact, e.DeadlineSet):
            names[event.fact.deadline] = what_is_due(event.fact.kind.value, event.fact.about)
        elif isinstance(event.fact, e.MeetingScheduled):
            names[event.fact.meeting] = f"say whether meeting {event.fact.meeting} was held"
    return names


def sentence(ladder: Ladder, event: e.Event, deadlines: Mapping[str, str]) -> str:
    """What happened, in words, without a full stop.

    `deadlines` are the names of the case's deadlines, as `names_of_deadlines` gives them.
    """
    fact = event.fact
    if isinstance(fact, e.StageChanged):
        return _moved(ladder, fact)
    if tell := _OF_A_DEADLINE.get(type(fact)):
        deadline: str = fact.deadline  # type: ignore[union-attr]
        return tell(fact, deadlines.get(deadline, deadline))
    return _WORDS[type(fact)](fact)


def by_whom(event: e.Event | RegisterEvent) -> str:
    """In which role it was done: “by the headteacher”, or “by itself”."""
    return f"by {acting(event.actor.role)}"


def acting(role: Role) -> str:
    """Somebody told by their role alone: “the headteacher”, “a member of staff”."""
    return _ACTING.get(role) or f"the {spoken(role)}"


_ACTING = {
    Role.SYSTEM: "itself",
    Role.STAFF: "a member of staff",
    Role.SENIOR_LEADER: "a senior leader",
    Role.GOVERNOR: "a governor",
    Role.SERVICE_STAFF: "a member of the service",
}
