"""What the fields of an action's form may be answered with, and what a form is made from."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from domain.access import OUTSIDE
from domain.calendar import Clock, SchoolCalendar
from domain.case import Case
from domain.choices import Choice
from domain.policy import Ladder, Policy
from domain.vocabulary import (
    ActionName,
    CodeAnswer,
    Procedure,
    ReferralOutcome,
    ReviewResult,
    Role,
    Scope,
    Severity,
    SharedItem,
)
from gateway.clauses import Option, clause_options
from gateway.field_words import FieldKind
from gateway.wording import day, spoken, stage_title
from storage.people import Person

SEVERITIES = {
    Severity.MINOR: "Thoughtless rather than meant: an impatient tone, a message late at night.",
    Severity.MODERATE: "It upset somebody or goes on: interrupting, rude messages, gossip.",
    Severity.SERIOUS: "It frightened or harmed somebody: shouting, insults, threats online.",
    Severity.SAFETY: "Somebody's safety is at stake now: violence, or a threat of it.",
}
"""What each severity means, with examples."""


SCOPES = {
    Scope.STAFF_IN_PERSON: "Meeting or speaking with staff in person",
    Scope.STAFF_IN_WRITING: "Writing to staff",
    Scope.SITE: "Coming onto the site",
    Scope.ENGAGEMENT: "Dealing with the school on behalf of a family",
    Scope.MEETINGS: "Taking part in meetings",
}


_CLOCKS = {
    Clock.SCHOOL_DAYS: "school days",
    Clock.WORKING_DAYS: "working days",
    Clock.CALENDAR_DAYS: "calendar days",
    Clock.CALENDAR_WEEKS: "weeks",
    Clock.CALENDAR_MONTHS: "months",
}


_OF_WHO_IS_INVITED = (ActionName.CONSENT_TO_RECORDING, ActionName.RECORD_MEETING)


class Group(StrEnum):
    """Who is offered where a person is to be chosen."""

    INSIDE = "inside"  # who works at the school or governs it
    OUTSIDE = "outside"
    PARTIES = "parties"
    ANYBODY = "anybody"


_WHO = {
    "contact_through": Group.INSIDE,
    "chair": Group.INSIDE,
    "note_taker": Group.INSIDE,
    "members": Group.INSIDE,
    "independent": Group.INSIDE,
    "advocate": Group.OUTSIDE,
    "by": Group.PARTIES,
    "reply_to": Group.PARTIES,
    "person": Group.ANYBODY,
    "attendees": Group.ANYBODY,
    "also_invite": Group.ANYBODY,
    "attended": Group.ANYBODY,
    "interpreter": Group.ANYBODY,
    "mediator": Group.ANYBODY,
}


@dataclass(frozen=True, kw_only=True)
class FormSetting:
    """What a form is made from: the rules, the case, and who can be chosen and how they are
    called."""

    policy: Policy
    calendar: SchoolCalendar
    case: Case
    choice: Choice
    people: tuple[Person, ...]
    due: dict[str, str]  # the name of each deadline
    names_shown: bool
    today: Any


_REVIEWS = {
    ReviewResult.CONTINUE: "It goes on as it is",
    ReviewResult.VARY: "It goes on, but narrower",
    ReviewResult.LIFT: "It ends now",
}


_SHARED = {
    SharedItem.NAME: "Their name",
    SharedItem.CONTACT: "Their e-mail address",
    SharedItem.SUMMARY: "What it is about, in the words below",
}


def _spoken(words: type[StrEnum], said: dict[Any, str]) -> Iterable[Option]:
    return (Option(one.value, said.get(one) or spoken(one).capitalize()) for one in words)


class FormChoices:
    """The choices that one form offers on one case."""

    def __init__(self, setting: FormSetting) -> None:
        self._setting = setting
        self._case = setting.case
        self._choice = setting.choice
        self._action = setting.choice.action
        self._ladder: Ladder = setting.policy.by_track[setting.case.track]
        self._step = self._ladder.by_stage.get(setting.choice.step) if setting.choice.step else None

    def options(self, name: str, kind: FieldKind) -> tuple[Option, ...]:
        """What a field of the form may be answered with."""
        match kind:
            case FieldKind.CLAUSES:
                return clause_options(self._setting.policy)
            case FieldKind.PERSON | FieldKind.PEOPLE:
                return self._people(name)
            case FieldKind.DURATION:
                return tuple(Option(clock.value, words) for clock, words in _CLOCKS.items())
            case FieldKind.CHOICE | FieldKind.CHOICES:
                return tuple(self._choices(name))
        return ()

    def _choices(self, name: str) -> Iterable[Option]:
        match name:
            case "severity":
                return (Option(s.value, spoken(s).capitalize(), SEVERITIES[s]) for s in Severity)
            case "scopes":
                return (Option(scope.value, SCOPES[scope]) for scope in self._scopes())
            case "follow_up":
                due = self._setting.due
                return (Option(one, due.get(one, one).capitalize()) for one in self._case.results)
            case "result":
                return _spoken(ReviewResult, _REVIEWS)
            case "answer":
                return _spoken(CodeAnswer, {})
            case "shared":
                return _spoken(SharedItem, _SHARED)
            case "procedure":
                return _spoken(Procedure, {})
            case "outcome" if self._action is ActionName.RECORD_REFERRAL_OUTCOME:
                left_out = ReferralOutcome.CONSENT_WITHDRAWN
                return (o for o in _spoken(ReferralOutcome, {}) if o.value != left_out.value)
            case "to":
                below = [self._case.rung, *(step.id for step in self._ladder.steps)]
                return (Option(one.value, stage_title(self._ladder, one)) for one in below)
            case "meeting":
                coming = [one for one in self._case.meetings if one.coming]
                return (Option(one.id, f"The meeting on {day(one.at.date())}") for one in coming)
        return ()

    def _scopes(self) -> tuple[Scope, ...]:
        if self._step and self._step.restriction:
            return self._step.restriction.scopes
        restriction = self._case.restriction(self._choice.about or "")
        return restriction.terms.scopes if restriction else ()

    def _people(self, name: str) -> tuple[Option, ...]:
        group = _WHO.get(name, Group.ANYBODY)
        if self._action is ActionName.ASSIGN:
            group = Group.INSIDE
        if self._action is ActionName.SIGNPOST:
            group = Group.OUTSIDE
        return tuple(
            Option(one.id, one.name, ", ".join(sorted(spoken(role) for role in one.roles)))
            for one in self._setting.people
            if self._offered(one, group, name)
        )

    def _offered(self, person: Person, group: Group, name: str) -> bool:
        if self._action in _OF_WHO_IS_INVITED and name in ("by", "attended"):
            meeting = self._case.meeting(self._choice.about)
            return meeting is not None and person.id in meeting.people
        from_outside = bool(person.roles) and person.roles <= OUTSIDE
        if not self._setting.names_shown and from_outside:
            return False
        # Whoever has a part in the case neither owns it, nor hears it, nor is written through.
        takes_part = person.id in self._case.involved
        match group:
            case Group.INSIDE:
                return bool(person.roles) and not from_outside and not takes_part
            case Group.OUTSIDE if name == "advocate":
                return Role.ADVOCATE in person.roles or not person.roles
            case Group.OUTSIDE:
                return from_outside
            case Group.PARTIES:
                return person.id in self._case.parties
        # Other families are nobody's business here.
        return not from_outside or person.id in (*self._case.parties, *self._case.named)
