"""A case in plain words for the person whose case it is: what it is about, where it stands, and
what comes next. Short words and short sentences; nobody is named.

Everything is told from where somebody stands: their own concern, a case in which they are asked
to answer, or one about somebody who speaks for them, or for whom they speak.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from domain.actions import PersonId
from domain.case import Case, Deadline, RestrictionState
from domain.policy import Ladder
from domain.spoken import day
from domain.vocabulary import (
    DeadlineKind,
    DutyKind,
    Outcome,
    RestrictionStatus,
    Stage,
)


class Standpoint(StrEnum):
    """Where somebody stands to a case that is theirs."""

    CONCERN = "concern"  # their own concern about the school or service, or one raised for them
    ASKED = "asked"  # they are asked to answer
    BESIDE = "beside"  # it is about their advocate, or about the parent they speak for


def standpoint_of(case: Case, person: PersonId) -> Standpoint:
    """Where a party stands to the case."""
    if case.respondent is None:
        return Standpoint.CONCERN
    return Standpoint.ASKED if person == case.respondent else Standpoint.BESIDE


def was_told(case: Case, person: PersonId) -> bool:
    """Whether somebody has been told that there is a case which is theirs.

    While a concern about them is only reported, nobody at the school has spoken to them yet, and
    they must not hear of it from a page.
    """
    stage = case.closed_from if case.closed else case.stage
    return (
        person == case.raiser
        or case.respondent is None
        or stage is not Stage.RAISED
        or bool(case.restrictions)
        or any(letter.to == person for letter in case.letters)
        or any(person in meeting.people for meeting in case.meetings)
        or any(one == person for one, _ in case.answers_to_code)
    )


class Standing(NamedTuple):
    """Where a case stands, in a few words, and what that means in a few sentences."""

    title: str
    meaning: str


def them(case: Case, viewer_is_advocate: bool) -> str:
    """Whom a case is about that is not about its reader."""
    if viewer_is_advocate:
        return "the parent you speak for"
    if case.respondent == case.advocate:
        return "the person who speaks for you"
    return "somebody who spoke for you"


def about(case: Case, standpoint: Standpoint, *, noun: str, advocate: bool, raised: bool) -> str:
    """What a case is about, in one sentence. `raised`: its reader raised it."""
    if standpoint is Standpoint.CONCERN:
        if raised:
            return f"This is the concern that you raised about the {noun}."
        whose = "for the parent you speak for" if advocate else "for you"
        return f"This is a concern about the {noun} that was raised {whose}."
    if standpoint is Standpoint.ASKED:
        return f"This is about how you and the {noun} work together."
    return (
        f"This is about how {them(case, advocate)} and the {noun} work together. "
        "It is not about you."
    )


def standing(case: Case, ladder: Ladder, standpoint: Standpoint, *, advocate: bool) -> Standing:
    """Where the case stands and what that means."""
    if case.closed:
        return _ended(case, standpoint)
    if case.stage is Stage.RAISED:
        return _at_first(case, standpoint)
    step = ladder.by_stage[case.stage]
    if step.restriction:
        return _limited(case, standpoint, step.title, them(case, advocate))
    if standpoint is Standpoint.BESIDE and case.stage in _BESIDE:
        return Standing(step.title, _BESIDE[case.stage].format(them=them(case, advocate)))
    return Standing(step.title, step.next)


def _at_first(case: Case, standpoint: Standpoint) -> Standing:
    if standpoint is Standpoint.CONCERN:
        if case.acknowledged:
            return Standing("We have your concern", "We are deciding what to do about it.")
        return Standing(
            "We have your concern",
            "It has reached us. First we write to you to say so, and then we decide what to do.",
        )
    return Standing(
        "We are looking at it",
        "Something was reported to us. Nothing has been decided, and nothing is limited.",
    )


_BESIDE = {
    Stage.INFORMAL_REMINDER: (
        "We had a quiet word with {them} about our code. Nothing is limited."
    ),
    Stage.FORMAL_REMINDER: ("We wrote to {them} to remind them of our code. Nothing is limited."),
    Stage.WARNING: ("We gave {them} a written warning. Nothing is limited."),
}
ENDED = {
    Outcome.RESOLVED: "It was settled.",
    Outcome.LAPSED: "Nothing further happened, so it has ended. Nobody has to do anything.",
    Outcome.WITHDRAWN: "It was taken back.",
    Outcome.UNFOUNDED: "We looked into it, and did not find that it was so.",
    Outcome.NO_FURTHER_ACTION: "We looked into it, and do nothing further.",
}
"""How a case ended; one that was transferred is told apart."""


def _ended(case: Case, standpoint: Standpoint) -> Standing:
    if case.content_restricted:
        # Whoever deals with it there decides what is said to whom: safeguard 12.
        return Standing(
            "It is dealt with in another way",
            "This matter is no longer dealt with here. Whoever deals with it will speak to you "
            "themselves. If you have a question, ask the person you know at the school.",
        )
    meaning = ENDED[case.outcome or Outcome.RESOLVED]
    if standpoint is Standpoint.CONCERN and case.outcome is Outcome.WITHDRAWN:
        meaning = "It was taken back, as you asked. You can raise a concern again at any time."
    return Standing("It is closed", meaning)


def _limited(case: Case, standpoint: Standpoint, title: str, whom: str) -> Standing:
    if not case.open_restrictions:
        return Standing("The limit has ended", "Nothing is limited any more.")
    newest = case.open_restrictions[-1]
    whose = None if standpoint is Standpoint.ASKED else whom
    titles = {
        RestrictionStatus.PROPOSED: "We are thinking of a limit",
        RestrictionStatus.INTERIM: "A limit for now, until we have heard everybody",
    }
    return Standing(titles.get(newest.status, title), limit_state(case, newest, whose=whose))


def limit_state(case: Case, restriction: RestrictionState, *, whose: str | None) -> str:
    """How a limit stands, in words; `whose` is whom it is on, where that is not the reader."""
    window = case.deadline_about(DeadlineKind.REPRESENTATIONS, restriction.id)
    decision = case.deadline_about(DeadlineKind.CONFIRMATION, restriction.id)
    if restriction.status is RestrictionStatus.IN_FORCE:
        until = day(restriction.terms.review_on)
        whom = f"on {whose} " if whose else ""
        return (
            f"A limit {whom}is in effect. It ends on {until}, unless we look at it again before "
            "then and give our reasons for keeping it."
        )
    if restriction.status is RestrictionStatus.INTERIM:
        began = "A limit began at once, to keep people safe. "
    else:
        began = "It has not begun. "
    if window:
        speaker, side = (_opening(whose), "their") if whose else ("You", "your")
        until = day(window.due_on)
        return f"{began}{speaker} can tell us {side} side until {until}. We decide only after that."
    if decision:
        fall = "it ends" if restriction.status is RestrictionStatus.INTERIM else "it does not begin"
        return began + f"We decide by {day(decision.due_on)}. If we do not, {fall}."
    return began + "We have not decided yet."


def _opening(words: str) -> str:
    return words[:1].upper() + words[1:]


# What comes next


class Seeing(NamedTuple):
    """What is known of a reader when it is told what comes next to them."""

    case: Case
    person: PersonId
    standpoint: Standpoint
    advocate: bool
    sendiass: str
    sent_since: Callable[[Deadline], bool]  # they sent something on or after its first day
    challenged: bool

    @property
    def is_family(self) -> bool:
        return self.person == self.case.family

    @property
    def them(self) -> str:
        return them(self.case, self.advocate)


def coming(seeing: Seeing, deadline: Deadline, kind: DutyKind | None) -> str | None:
    """What a deadline of the case means for its reader, as it follows “By Tuesday: ”; None where
    it does not concern them. `kind` is that of the duty behind it, if it is one."""
    if deadline.kind is DeadlineKind.DUTY:
        return _duty(seeing, deadline, kind)
    tell = _COMING.get(deadline.kind)
    return tell(seeing, deadline) if tell else None


def _duty(seeing: Seeing, deadline: Deadline, kind: DutyKind | None) -> str | None:
    case = seeing.case
    meets = any(seeing.person in one.people for one in case.meetings if one.coming)
    met = any(seeing.person in one.people for one in case.meetings if one.owes_record)
    match kind:
        case DutyKind.ACKNOWLEDGE if seeing.standpoint is Standpoint.CONCERN:
            return "We write to say that we have your concern."
        case DutyKind.SHARE_CODE_WITH_PARENT if seeing.is_family:
            return "We send you our code."
        case DutyKind.SHARE_CODE_WITH_ADVOCATE if seeing.person == case.advocate:
            return "We send you our code."
        case DutyKind.ASK_TO_SIGN if seeing.person == case.advocate:
            return "We ask whether you would like to sign our code."
        case DutyKind.SIGNPOST if seeing.is_family:
            return f"We tell you how to reach {seeing.sendiass}, who give free advice."
        case DutyKind.OFFER_ACCOMPANIMENT if seeing.is_family:
            return "We offer you another way to have somebody beside you."
        case DutyKind.SHARE_INFORMATION if meets:
            return "We send you what you need to know before the meeting."
        case DutyKind.RECORD_MEETING if met:
            return "We send you the notes of the meeting."
        case DutyKind.RESCHEDULE if seeing.sent_since(deadline):
            return "We look for another date for the meeting."
        case DutyKind.RESPOND if seeing.sent_since(deadline):
            return "We answer what you sent us."
    if deadline.about == "referral-outcome" and seeing.is_family:
        return f"We ask how things went with {seeing.sendiass}."
    return None


def _window(seeing: Seeing, _: Deadline) -> str | None:
    if seeing.standpoint is Standpoint.ASKED:
        return "You can tell us your side. We decide only after that."
    return f"We hear the side of {seeing.them}. We decide only after that."


def _decision(seeing: Seeing, deadline: Deadline) -> str | None:
    restriction = seeing.case.restriction(deadline.about)
    interim = restriction is not None and restriction.status is RestrictionStatus.INTERIM
    fall = "it ends" if interim else "it does not begin"
    return f"We decide about the limit. If we do not, {fall}."


def _to_the_asked(words: str) -> Callable[[Seeing, Deadline], str | None]:
    return lambda seeing, _: words if seeing.standpoint is Standpoint.ASKED else None


def _follow_up(seeing: Seeing, _: Deadline) -> str | None:
    if seeing.case.stage is Stage.RAISED:
        if seeing.standpoint is Standpoint.CONCERN:
            return "We decide what to do about your concern."
        return "We decide what to do, or that nothing needs to be done."
    return "We look at how things are going."


LEADS = {
    DeadlineKind.REPRESENTATIONS: "Until",
    DeadlineKind.REVIEW: "On",
    DeadlineKind.QUIET_PERIOD: "On",
    DeadlineKind.REOPENING: "Until",
}
"""How a day begins on which something does not happen “by” that day."""
_COMING: dict[DeadlineKind, Callable[[Seeing, Deadline], str | None]] = {
    DeadlineKind.FOLLOW_UP: _follow_up,
    DeadlineKind.REPRESENTATIONS: _window,
    DeadlineKind.CONFIRMATION: _decision,
    DeadlineKind.REVIEW: lambda _, __: (
        "We have looked at the limit again by then, or it ends by itself."
    ),
    DeadlineKind.QUIET_PERIOD: lambda _, __: (
        "This ends by itself, if nothing further happens before then."
    ),
    DeadlineKind.REOPENING: lambda _, __: "We can still open it again, if there is a reason to.",
    DeadlineKind.LATE_REPRESENTATIONS: _to_the_asked(
        "We decide, and answer what you told us. It came late, and we read it all the same."
    ),
    DeadlineKind.REVIEW_REQUEST: _to_the_asked(
        "We look at the limit again, because of what you told us."
    ),
    DeadlineKind.CHALLENGE: lambda seeing, _: (
        "Somebody else answers you about the decision you disagree with."
        if seeing.challenged
        else None
    ),
}
