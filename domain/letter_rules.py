"""Which letters go with an action, and to whom."""

from collections.abc import Mapping
from typing import NamedTuple

from domain import actions as a
from domain.actions import PersonId
from domain.case import Case
from domain.events import Event, RestrictionLapsed
from domain.letters import Addressee, Letter
from domain.policy import Ladder, Policy, Step
from domain.vocabulary import ActionName, Outcome, ReviewResult, Role

INTERIM = "interim-restriction"
LIFTING = "lifting"
REFERRAL = "referral"
SIGN_REQUEST = "sign-request"
INVITATION = "meeting-invitation"
LAPSE = "lapse"


class LetterDue(NamedTuple):
    """A letter that goes with something: its kind, and the person it is to.

    `to` is None for an adviser outside, whom somebody has still to name.
    """

    kind: str
    addressee: Addressee
    to: PersonId | None


def letters_due(
    letters: Mapping[str, Letter], policy: Policy, case: Case, action: a.Action
) -> tuple[LetterDue, ...]:
    """The letters that go with `action`, on the case as it is after it.

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
    once = {(one.kind, one.to): one for one in reversed(due)}
    return tuple(reversed(once.values()))


def letters_of_relief(case: Case, events: tuple[Event, ...]) -> tuple[LetterDue, ...]:
    """The letters that tell of what ended by itself: a restriction, or a quiet case."""
    to = _respondent(case)
    kinds = [
        LIFTING if isinstance(event.fact, RestrictionLapsed) else LAPSE
        for event in events
        if isinstance(event.fact, RestrictionLapsed) or _is_lapse(event)
    ]
    return tuple(LetterDue(kind, Addressee.RESPONDENT, to) for kind in dict.fromkeys(kinds))


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
        case a.SignCode() | a.HoldMeeting():
            return ()  # asked for when the code is shared; written once there is a record of it
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
            return (case.raised_by,)
        case Addressee.FAMILY if not _only_with(action, Role.ADVOCATE):
            return (case.family,) if case.family else ()
        case Addressee.ADVOCATE if not _only_with(action, Role.PARENT):
            return (case.advocate,) if case.advocate else ()
        case Addressee.ADVISER:
            return (None,)
        case Addressee.ATTENDEES:
            return tuple(sorted(case.parties))
    return ()


def _only_with(action: a.Action, role: Role) -> bool:
    return isinstance(action, a.ShareCode) and action.with_role is role


def _respondent(case: Case) -> PersonId:
    """Who is asked to answer; where that is the school itself, whoever raised the concern."""
    return case.respondent or case.raised_by
