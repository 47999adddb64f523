"""Who may act, and who sees what: roles, parties, and conflicts of interest."""

from enum import StrEnum

from domain import events as e
from domain.actions import (
    Action,
    Actor,
    AdoptPolicy,
    AssignPanel,
    Close,
    Decision,
    ExtendFollowUp,
    RemoveAdjustment,
    ReviewByGovernor,
    SeekExternalAdvice,
)
from domain.case import Case
from domain.draft import Draft
from domain.errors import ConflictOfInterest, NotAuthorised, TimersDoNotDecide
from domain.ladder import SKIP, destinations
from domain.policy import Ladder, Step
from domain.vocabulary import ActionName, AdviceKind, Outcome, Role

OUTSIDE = frozenset({Role.PARENT, Role.ADVOCATE})
BY_THE_SYSTEM = frozenset(
    {
        ActionName.TIME_PASSED,
        ActionName.RECORD_NOTICE,
        ActionName.PREPARE_LETTERS,
        ActionName.RECORD_LETTER,
        ActionName.RECORD_RETURN,
        ActionName.RECORD_REFERRAL_SENT,
    }
)
DECIDING = (Decision, ReviewByGovernor, AssignPanel, RemoveAdjustment, AdoptPolicy, ExtendFollowUp)


def may_act(draft: Draft, action: Action, step: Step | None) -> None:
    """Refuses an actor whose role, or whose part in the case, does not allow the action.

    Raises TimersDoNotDecide, NotAuthorised or ConflictOfInterest.
    """
    actor, ladder, case = draft.actor, draft.ladder, draft.case
    if (actor.role is Role.SYSTEM) != (action.name in BY_THE_SYSTEM):
        raise TimersDoNotDecide()
    if actor.role is Role.SYSTEM:
        return
    allowed = roles_allowed(ladder, action, step, case)
    if actor.role not in allowed:
        what = step.title if step else action.name.value.replace("_", " ")
        raise NotAuthorised(
            f"“{what}” is not open to the role {_words(actor.role)}.", who_may=allowed
        )
    if actor.role in OUTSIDE and actor.person not in case.parties:
        raise NotAuthorised("Only the people whose case this is may act on it from outside.")
    if isinstance(action, DECIDING):
        no_conflict(draft, action)


def roles_allowed(
    ladder: Ladder, action: Action, step: Step | None, case: Case
) -> tuple[Role, ...]:
    """The roles that the policy gives this action, at this step, from where the case stands."""
    if step is None:
        return ladder.roles_for(action.name)
    extra: tuple[Role, ...] = ()
    if isinstance(action, SeekExternalAdvice) and action.kind is AdviceKind.POLICE:
        extra = ladder.police_from_any_stage
    if step.id in destinations(ladder, SKIP + action.name.value, case.rung):
        extra += tuple(role for s in ladder.skips if step.id in s.to for role in s.roles)
    return tuple(dict.fromkeys((*step.roles, *extra)))


def no_conflict(draft: Draft, action: Action) -> None:
    """Nobody decides a case in which they have a part. Raises ConflictOfInterest.

    On a ladder where the person who raised the concern takes it up themselves, asking for the
    next step, or withdrawing, decides nothing about anybody else.
    """
    actor, case, ladder = draft.actor, draft.case, draft.ladder
    if actor.role in OUTSIDE:
        asks = bool(ladder.steps_of(action.name)) or action.name is ActionName.STEP_DOWN
        withdraws = isinstance(action, Close) and action.outcome is Outcome.WITHDRAWN
        if ladder.raiser_moves and (asks or withdraws):
            return
        raise NotAuthorised(
            "A family may withdraw their own concern or take it to the next step; other decisions "
            "are made by somebody with no part in the case."
        )
    if actor.person in case.involved:
        raise ConflictOfInterest()


def _words(role: Role) -> str:
    return role.value.replace("_", " ")


class Sight(StrEnum):
    """How much of a case somebody may see."""

    WHOLE = "whole"  # the names and the texts
    OWN = "own"  # a party: their own name, what they wrote, and the decisions put to them
    WITHOUT_NAMES = "without_names"  # what happened and when, with neither names nor texts
    NOTHING = "nothing"


GOVERNORS = frozenset({Role.GOVERNOR, Role.CHAIR_OF_GOVERNORS})
_NO_PART_IN_A_CASE = frozenset(
    {
        ActionName.RAISE_CONCERN,
        ActionName.DECLARE_CONFLICT,
        ActionName.REVIEW_BY_GOVERNOR,
        ActionName.SEE_NAMES,
        ActionName.ADOPT_CALENDAR,
        ActionName.ADOPT_POLICY,
    }
)
_SEES_WHO_LOOKED = frozenset(
    {
        Role.HEADTEACHER,
        Role.CHAIR_OF_GOVERNORS,
        Role.STEERING_GROUP_CHAIR,
        Role.LINE_MANAGER,
        Role.ADMINISTRATOR,
        Role.DATA_PROTECTION_OFFICER,
    }
)
_PUT_TO_THE_PARTIES = (
    e.StageChanged,
    e.MeetingRescheduled,
    e.MeetingStopped,
    e.RestrictionProposed,
    e.RestrictionConfirmed,
    e.RestrictionVaried,
    e.RestrictionContinued,
    e.RestrictionLifted,
)


def sight_of(ladder: Ladder, case: Case, viewer: Actor, *, assigned: bool = False) -> Sight:
    """How much of `case` the viewer may see; `assigned`: a governors' review gave it to them.

    Who handles the case sees all of it; a party, whatever their role, their own side; whoever is
    overseeing sees it without names until it is theirs to look at or to decide. A person with a
    conflict sees nothing, and after a transfer only those who still need the content see it.
    """
    person, role = viewer.person, viewer.role
    if role is Role.SYSTEM:
        return Sight.NOTHING
    if person in case.parties:
        return Sight.OWN
    if person in case.involved or not sees_by_role(ladder, role):
        return Sight.NOTHING
    if role is Role.DATA_PROTECTION_OFFICER:
        return Sight.WHOLE
    oversees = _oversees(ladder, role)
    decides = _is_asked_to_decide(ladder, case, role)
    if case.content_restricted:
        reopens = not oversees and role in ladder.roles_for(ActionName.REOPEN)
        return Sight.WHOLE if decides or reopens else Sight.WITHOUT_NAMES
    if not oversees:
        return Sight.WHOLE
    theirs = assigned or person in (*case.panel, *case.names_seen, case.owner)
    return Sight.WHOLE if theirs or decides else Sight.WITHOUT_NAMES


def sees_by_role(ladder: Ladder, role: Role) -> bool:
    """Whether somebody with no part in a case sees anything of it for their role's sake."""
    if role is Role.SYSTEM or role in OUTSIDE:
        return False
    if role is Role.DATA_PROTECTION_OFFICER:
        return True
    return _oversees(ladder, role) or _handles(ladder, role)


def _oversees(ladder: Ladder, role: Role) -> bool:
    return role in GOVERNORS or role in ladder.roles_for(ActionName.REVIEW_BY_GOVERNOR)


def may_see_names(ladder: Ladder, case: Case, viewer: Actor, *, assigned: bool = False) -> bool:
    """Whether the viewer may see the names and texts in a case; see `sight_of`."""
    return sight_of(ladder, case, viewer, assigned=assigned) is Sight.WHOLE


def may_read_text(sight: Sight, ladder: Ladder, case: Case, viewer: Actor, event: e.Event) -> bool:
    """Whether the viewer, who has this sight of the case, may read the texts of an event.

    A party reads what they wrote themselves, and whoever the case is about or for reads the
    decisions put to them. Notes between colleagues and what others wrote stay closed.
    """
    if sight is not Sight.OWN:
        return sight is Sight.WHOLE
    if event.actor.person == viewer.person:
        return True
    if isinstance(event.fact, e.AdjustmentAgreed):
        return event.fact.person == viewer.person
    if isinstance(event.fact, e.LetterPrepared):
        return event.fact.to == viewer.person
    if isinstance(event.fact, e.MeetingRecordKept):
        return viewer.person in event.fact.attended
    if isinstance(event.fact, e.MeetingScheduled | e.MeetingRescheduled | e.MeetingCancelled):
        meeting = case.meeting(event.fact.meeting)
        if meeting is not None and viewer.person in meeting.people:
            return True
    told = {case.respondent, case.family, case.advocate}
    if ladder.raiser_moves:
        told.add(case.raiser)
    if isinstance(event.fact, e.StageChanged) and event.fact.outcome is Outcome.TRANSFERRED:
        return False  # whoever deals with it there decides what is said to whom (safeguard 12)
    return viewer.person in told and isinstance(event.fact, _PUT_TO_THE_PARTIES)


def may_see_who_looked(sight: Sight, viewer: Actor) -> bool:
    """Whether the viewer, who has this sight of the case, may see who else looked at it."""
    return sight in (Sight.WHOLE, Sight.WITHOUT_NAMES) and viewer.role in _SEES_WHO_LOOKED


def _handles(ladder: Ladder, role: Role) -> bool:
    """Whether the policy gives this role a part in a case beyond raising or overseeing it."""
    if any(role in step.roles for step in ladder.steps):
        return True
    given = ladder.authority.items()
    return any(role in roles for action, roles in given if action not in _NO_PART_IN_A_CASE)


def _is_asked_to_decide(ladder: Ladder, case: Case, role: Role) -> bool:
    """Whether an open restriction, or the step where the case stands, waits for this role."""
    for restriction in case.open_restrictions:
        step = ladder.by_stage.get(restriction.step)
        rules = step.restriction if step else None
        if rules and role in (*rules.confirmed_by, *rules.reviewed_by):
            return True
    here = ladder.by_stage.get(case.stage)
    return here is not None and here.follow_up.owner is role
