"""What is to be done about something due, and by when, in words."""

from datetime import date

from domain.calendar import CalendarDoesNotCover, SchoolCalendar
from domain.case import Deadline
from domain.choices import Choice
from domain.letter_actions import RETURNED_LETTER
from domain.policy import Ladder
from domain.referral_actions import DISCLOSURE, REFERRAL
from domain.vocabulary import ActionName, DeadlineKind, DutyKind, Role
from gateway.wording import spoken, what_is_due

_DUTIES = {
    DutyKind.ACKNOWLEDGE: "Tell whoever raised the concern that it was received",
    DutyKind.SHARE_CODE_WITH_PARENT: "Give the parent a copy of the code",
    DutyKind.SHARE_CODE_WITH_ADVOCATE: "Give the advocate a copy of the code",
    DutyKind.ASK_TO_SIGN: "Ask whether they would like to sign the code",
    DutyKind.SIGNPOST: "Tell the family how to reach SENDIASS",
    DutyKind.OFFER_ACCOMPANIMENT: "Offer the parent another way not to be alone",
    DutyKind.SHARE_INFORMATION: "Share what is relevant before the meeting",
    DutyKind.RECORD_MEETING: "Keep the record of the meeting",
    DutyKind.RESCHEDULE: "Offer another date for the meeting",
    DutyKind.RESPOND: "Answer what they wrote",
}
_OWED_ANYWHERE = {
    REFERRAL: "Ask what came of the referral to SENDIASS",
    DISCLOSURE: "Look, as a second person, at what was told without consent",
    RETURNED_LETTER: "Find another way to somebody whom a letter did not reach",
}
_BY_KIND = {
    DeadlineKind.REPRESENTATIONS: "They can send their written side",
    DeadlineKind.CONFIRMATION: "Decide on the restriction, or it lapses",
    DeadlineKind.REVIEW: "Review the restriction, or it lapses",
    DeadlineKind.QUIET_PERIOD: "The case lapses if nothing further happens",
    DeadlineKind.REOPENING: "Last day to reopen the case",
    DeadlineKind.LATE_REPRESENTATIONS: "Answer the written side that came late",
    DeadlineKind.REVIEW_REQUEST: "Look again at the decision: their written side came after it",
    DeadlineKind.CHALLENGE: "Answer the challenge of a decision",
}


def what_to_do(ladder: Ladder, kind: DeadlineKind, about: str) -> str:
    """What a deadline asks for, as somebody reads it in a list: without a full stop.

    A follow-up asks the question that the policy sets.
    """
    if kind is DeadlineKind.FOLLOW_UP:
        checks = (one.check for one in ladder.follow_ups if one.id == about)
        return next(checks, what_is_due(kind.value, about).capitalize())
    if kind is DeadlineKind.DUTY:
        duty = next((one for one in ladder.duties if one.id == about), None)
        if duty is not None:
            return _DUTIES[duty.kind]
        return _OWED_ANYWHERE.get(about, spoken(about).capitalize())
    return _BY_KIND[kind]


_KEPT_BY: dict[DutyKind, tuple[ActionName, str | None]] = {
    DutyKind.ACKNOWLEDGE: (ActionName.ACKNOWLEDGE, None),
    DutyKind.SHARE_CODE_WITH_PARENT: (ActionName.SHARE_CODE, Role.PARENT.value),
    DutyKind.SHARE_CODE_WITH_ADVOCATE: (ActionName.SHARE_CODE, Role.ADVOCATE.value),
    DutyKind.ASK_TO_SIGN: (ActionName.SIGN_CODE, None),
    DutyKind.SIGNPOST: (ActionName.SIGNPOST, None),
    DutyKind.OFFER_ACCOMPANIMENT: (ActionName.OFFER_ACCOMPANIMENT, None),
    DutyKind.RESCHEDULE: (ActionName.SCHEDULE_MEETING, None),
}
ABOUT_A_DEADLINE = (
    ActionName.COMPLETE_FOLLOW_UP,
    ActionName.EXTEND_FOLLOW_UP,
    ActionName.TAKE_FOLLOW_UP,
)
_DECIDES = (ActionName.CONFIRM_RESTRICTION, ActionName.REVIEW_RESTRICTION)


def answers(choice: Choice, ladder: Ladder, deadline: Deadline) -> bool:
    """Whether a choice is what a deadline asks for, or is about the deadline itself."""
    if choice.action in ABOUT_A_DEADLINE:
        return choice.about == deadline.id
    if choice.action in _DECIDES:
        return choice.about == deadline.about
    duty = next((one for one in ladder.duties if one.id == deadline.about), None)
    if duty is None or deadline.kind is not DeadlineKind.DUTY:
        return False
    action, about = _KEPT_BY.get(duty.kind, (None, None))
    return choice.action is action and about in (None, choice.about)


def in_school_days(calendar: SchoolCalendar, today: date, due_on: date) -> str:
    """How far off a day is: “in 3 school days”, “today”, “2 school days late”.

    Where the calendar does not reach, in calendar days.
    """
    if due_on == today:
        return "today"
    try:
        days = calendar.school_days_between(today, due_on)
    except CalendarDoesNotCover:
        return _told((due_on - today).days, "day")
    if days == 0:
        # A weekend or a holiday lies between, and no school day does.
        return _told((due_on - today).days, "day")
    return _told(days, "school day")


def _told(count: int, unit: str) -> str:
    words = f"{abs(count)} {unit}{'' if abs(count) == 1 else 's'}"
    return f"in {words}" if count > 0 else f"{words} late"
