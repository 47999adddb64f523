"""Who may act: roles, parties, and conflicts of interest."""

from domain.actions import (
    Action,
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
BY_THE_SYSTEM = frozenset({ActionName.TIME_PASSED, ActionName.RECORD_NOTICE})
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
