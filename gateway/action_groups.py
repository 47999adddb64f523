"""What somebody may do to a case, in groups in the order in which they matter."""

from collections.abc import Sequence
from typing import NamedTuple

from domain.choices import Choice
from domain.vocabulary import ActionName as N

_GROUPS: tuple[tuple[str, frozenset[N]], ...] = (
    (
        "What is due",
        frozenset(
            {
                N.ACKNOWLEDGE,
                N.COMPLETE_FOLLOW_UP,
                N.TAKE_FOLLOW_UP,
                N.EXTEND_FOLLOW_UP,
                N.RECORD_MEETING,
                N.HOLD_MEETING,
                N.RECORD_POSTING,
                N.SHARE_CODE,
                N.SIGNPOST,
                N.OFFER_ACCOMPANIMENT,
            }
        ),
    ),
    (
        "Decide on a restriction",
        frozenset(
            {N.CONFIRM_RESTRICTION, N.VARY_RESTRICTION, N.REVIEW_RESTRICTION, N.LIFT_RESTRICTION}
        ),
    ),
    (
        "Meetings",
        frozenset(
            {
                N.SCHEDULE_MEETING,
                N.RESCHEDULE_MEETING,
                N.CANCEL_MEETING,
                N.OFFER_TIMES,
                N.STOP_MEETING,
                N.CONSENT_TO_RECORDING,
            }
        ),
    ),
    (
        "Keep the record",
        frozenset(
            {
                N.ADD_NOTE,
                N.ADD_INCIDENT,
                N.RECORD_RESPONSE,
                N.SUBMIT_REPRESENTATIONS,
                N.SIGN_CODE,
                N.ASSIGN,
                N.REVIEW_BY_GOVERNOR,
                N.ASSIGN_PANEL,
                N.SEE_NAMES,
                N.DECLARE_CONFLICT,
            }
        ),
    ),
    (
        "The family and their advocate",
        frozenset(
            {
                N.APPOINT_ADVOCATE,
                N.END_ADVOCACY,
                N.AGREE_ADJUSTMENT,
                N.REMOVE_ADJUSTMENT,
                N.REFER_TO_SENDIASS,
                N.RECORD_REFERRAL_OUTCOME,
                N.WITHDRAW_CONSENT,
                N.SET_CONFIDENTIALITY_ASIDE,
                N.REVIEW_CONFIDENTIALITY,
            }
        ),
    ),
    (
        "End or ease the case",
        frozenset({N.STEP_DOWN, N.LAPSE, N.CLOSE, N.REOPEN, N.DECIDE_NOT_TO_ACT}),
    ),
)
STEPS = "The next step"


class ActionGroup(NamedTuple):
    """Some of what may be done, under a heading."""

    heading: str
    choices: list[Choice]


def grouped(choices: Sequence[Choice]) -> list[ActionGroup]:
    """What is allowed of these choices: what was asked for first, then the steps of the ladder."""
    allowed = [one for one in choices if one.allowed]
    asked = [one for one in allowed if one.asked_for]
    rest = [one for one in allowed if not one.asked_for]
    found = [
        ActionGroup("A meeting was asked for", asked),
        ActionGroup(STEPS, [one for one in rest if one.step is not None]),
    ]
    for heading, actions in _GROUPS:
        found.append(
            ActionGroup(heading, [one for one in rest if not one.step and one.action in actions])
        )
    return [group for group in found if group.choices]


IN_A_GROUP = frozenset().union(*(actions for _, actions in _GROUPS))
"""Every action that stands in a group, save the ladder's steps."""
