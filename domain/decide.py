"""`decide`: what an action would do to a case, as events, or the error that says why not.

Deciding is pure and changes nothing: the workflow, the pages and the tests all call it, and only
`domain.case.evolve` applies what it returns.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from domain import actions as a
from domain import (
    letter_actions,
    meeting_actions,
    meeting_records,
    moves,
    record_actions,
    referral_actions,
    replies,
    restricting,
    timers,
)
from domain.access import may_act
from domain.calendar import CalendarDoesNotCover, SchoolCalendar
from domain.case import Case
from domain.draft import Draft
from domain.errors import (
    CalendarFallsShort,
    CaseChanged,
    CaseIsClosed,
    CaseIsOpen,
    CaseIsSettled,
    UnknownThing,
)
from domain.events import Event
from domain.policy import Policy, Step
from domain.safeguards import known_clauses
from domain.vocabulary import ActionName

_HANDLERS: dict[ActionName, Callable[[Draft, Any], None]] = {
    ActionName.STEP_DOWN: moves.step_down,
    ActionName.LAPSE: moves.lapse,
    ActionName.CLOSE: moves.close,
    ActionName.REOPEN: moves.reopen,
    ActionName.DECIDE_NOT_TO_ACT: record_actions.decide_not_to_act,
    ActionName.ADD_INCIDENT: record_actions.add_incident,
    ActionName.ACKNOWLEDGE: record_actions.acknowledge,
    ActionName.ADD_NOTE: record_actions.add_note,
    ActionName.RECORD_RESPONSE: replies.record_response,
    ActionName.ASSIGN: record_actions.assign,
    ActionName.DECLARE_CONFLICT: record_actions.declare_conflict,
    ActionName.APPOINT_ADVOCATE: record_actions.appoint_advocate,
    ActionName.SHARE_CODE: record_actions.share_code,
    ActionName.SIGN_CODE: record_actions.sign_code,
    ActionName.SIGNPOST: record_actions.signpost,
    ActionName.END_ADVOCACY: referral_actions.end_advocacy,
    ActionName.OFFER_ACCOMPANIMENT: referral_actions.offer_accompaniment,
    ActionName.REFER_TO_SENDIASS: referral_actions.refer,
    ActionName.RECORD_REFERRAL_OUTCOME: referral_actions.record_outcome,
    ActionName.WITHDRAW_CONSENT: referral_actions.withdraw_consent,
    ActionName.SET_CONFIDENTIALITY_ASIDE: referral_actions.set_aside,
    ActionName.REVIEW_CONFIDENTIALITY: referral_actions.review,
    ActionName.RECORD_REFERRAL_SENT: referral_actions.record_sent,
    ActionName.REVIEW_BY_GOVERNOR: record_actions.review_by_governor,
    ActionName.ASSIGN_PANEL: record_actions.assign_panel,
    ActionName.SEE_NAMES: record_actions.see_names,
    ActionName.AGREE_ADJUSTMENT: record_actions.agree_adjustment,
    ActionName.REMOVE_ADJUSTMENT: record_actions.remove_adjustment,
    ActionName.SCHEDULE_MEETING: meeting_actions.schedule,
    ActionName.RESCHEDULE_MEETING: meeting_actions.reschedule,
    ActionName.HOLD_MEETING: meeting_actions.hold,
    ActionName.STOP_MEETING: meeting_actions.stop,
    ActionName.CANCEL_MEETING: meeting_actions.cancel,
    ActionName.RECORD_MEETING: meeting_records.record,
    ActionName.OFFER_TIMES: meeting_records.offer_times,
    ActionName.CONSENT_TO_RECORDING: meeting_records.consent_to_recording,
    ActionName.SUBMIT_REPRESENTATIONS: replies.submit_representations,
    ActionName.CONFIRM_RESTRICTION: restricting.confirm,
    ActionName.VARY_RESTRICTION: restricting.vary,
    ActionName.REVIEW_RESTRICTION: restricting.review,
    ActionName.LIFT_RESTRICTION: restricting.lift,
    ActionName.COMPLETE_FOLLOW_UP: timers.complete,
    ActionName.EXTEND_FOLLOW_UP: timers.extend,
    ActionName.TAKE_FOLLOW_UP: timers.take,
    ActionName.ADOPT_CALENDAR: timers.adopt_calendar,
    ActionName.ADOPT_POLICY: moves.adopt_policy,
    ActionName.TIME_PASSED: timers.time_passed,
    ActionName.RECORD_NOTICE: timers.record_notice,
    ActionName.RECORD_POSTING: letter_actions.record_posting,
    ActionName.PREPARE_LETTERS: letter_actions.prepare_letters,
    ActionName.RECORD_LETTER: letter_actions.record_letter,
    ActionName.RECORD_RETURN: letter_actions.record_return,
}
# What may still be done to a closed case. What protects somebody goes on after a transfer.
AFTER_CLOSING = frozenset(
    {
        ActionName.REOPEN,
        ActionName.ADD_NOTE,
        ActionName.RECORD_RESPONSE,
        ActionName.RECORD_MEETING,
        ActionName.DECLARE_CONFLICT,
        ActionName.REVIEW_BY_GOVERNOR,
        ActionName.SEE_NAMES,
        ActionName.SIGNPOST,
        ActionName.SUBMIT_REPRESENTATIONS,
        ActionName.CONFIRM_RESTRICTION,
        ActionName.VARY_RESTRICTION,
        ActionName.REVIEW_RESTRICTION,
        ActionName.LIFT_RESTRICTION,
        ActionName.COMPLETE_FOLLOW_UP,
        ActionName.TAKE_FOLLOW_UP,
        ActionName.ADOPT_CALENDAR,
        ActionName.TIME_PASSED,
        ActionName.RECORD_NOTICE,
        ActionName.RECORD_POSTING,
        ActionName.PREPARE_LETTERS,
        ActionName.RECORD_LETTER,
        ActionName.RECORD_RETURN,
        # What was asked of SENDIASS, and what was told to protect somebody, outlasts the case.
        ActionName.REFER_TO_SENDIASS,
        ActionName.RECORD_REFERRAL_SENT,
        ActionName.RECORD_REFERRAL_OUTCOME,
        ActionName.WITHDRAW_CONSENT,
        ActionName.SET_CONFIDENTIALITY_ASIDE,
        ActionName.REVIEW_CONFIDENTIALITY,
    }
)

# Somebody would have to look again at what is begun so, and nobody looks at a settled case.
OWING_A_LOOK = frozenset({ActionName.REFER_TO_SENDIASS, ActionName.SET_CONFIDENTIALITY_ASIDE})


def decide(
    policy: Policy,
    calendar: SchoolCalendar,
    case: Case | None,
    action: a.Action,
    actor: a.Actor,
    now: datetime,
) -> list[Event]:
    """The events that `action` by `actor` at `now` (aware, UTC) adds to `case`.

    `case` is None for `raise_concern` alone. An action id that the case has seen gives [].
    Raises a CaseError, whose `rule` names what refused, and changes nothing.
    """
    if now.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    now = now.astimezone(UTC)
    try:
        if isinstance(action, a.RaiseConcern):
            return _open(policy, calendar, case, action, actor, now)
        if case is None:
            raise UnknownThing("There is no case to act on: raise a concern first.")
        return _act(policy, calendar, case, action, actor, now)
    except CalendarDoesNotCover as error:
        raise CalendarFallsShort(str(error)) from error


def _open(
    policy: Policy,
    calendar: SchoolCalendar,
    case: Case | None,
    action: a.RaiseConcern,
    actor: a.Actor,
    now: datetime,
) -> list[Event]:
    if case is not None:
        if action.id in case.recent_actions:
            return []
        raise CaseChanged(f"{case.reference} is open already.")
    ladder = policy.by_track.get(action.track)
    if ladder is None:
        raise UnknownThing.named("track", action.track, policy.by_track)
    draft = Draft(
        policy, ladder, calendar, None, action, actor, now, place=(action.school, action.reference)
    )
    moves.raise_concern(draft, action)
    letter_actions.prepare(draft, action.letters)
    return draft.events


def _act(
    policy: Policy,
    calendar: SchoolCalendar,
    case: Case,
    action: a.Action,
    actor: a.Actor,
    now: datetime,
) -> list[Event]:
    if action.id in case.recent_actions:
        return []
    if action.seen is not None and not case.changed <= action.seen <= case.sequence:
        raise CaseChanged(
            f"You had seen it as far as event {action.seen}; it now stands at event "
            f"{case.sequence}, at “{case.stage.value.replace('_', ' ')}”."
        )
    ladder = policy.by_track[case.track]
    draft = Draft(
        policy, ladder, calendar, case, action, actor, now, place=(case.school, case.reference)
    )
    step = target_step(draft, action)
    if case.closed and action.name not in AFTER_CLOSING:
        raise CaseIsClosed()
    if case.settled and action.name in OWING_A_LOOK:
        raise CaseIsSettled()
    if not case.closed and action.name is ActionName.REOPEN:
        raise CaseIsOpen()
    may_act(draft, action, step)
    known_clauses(policy, getattr(action, "clauses", ()))
    if step is not None:
        moves.climb(draft, action, step)
    else:
        _HANDLERS[action.name](draft, action)
    letter_actions.prepare(draft, action.letters)
    return draft.events


def target_step(draft: Draft, action: a.Action) -> Step | None:
    """The step that a move leads to; None for an action that is not a step of the ladder.

    Raises UnknownThing where this ladder has no such step.
    """
    if not isinstance(action, a.Move):
        return None
    step = draft.ladder.step_to(action.name, a.scopes_of(action))
    if step is not None:
        return step
    if isinstance(action, a.RestrictAccess):
        raise UnknownThing(
            "No one step of this ladder restricts all of: "
            f"{', '.join(scope.value for scope in action.scopes)}. Propose them one by one."
        )
    known = (step.action.value for step in draft.ladder.steps)
    raise UnknownThing.named("step on this ladder reached by", action.name.value, known)
