"""Proves a ladder's safeguards whole: heard before limited, two people, reminders, promises."""

from collections.abc import Iterator
from itertools import pairwise

from domain.calendar import Span
from domain.policy import FollowUp, Ladder, Overdue, RestrictionRules, Step
from domain.policy_problem import Problem
from domain.timers import MET_BY
from domain.vocabulary import ActionName, DutyKind, DutyTrigger, Role, Track

HELD_BY_ONE = frozenset(
    {Role.HEADTEACHER, Role.CHAIR_OF_GOVERNORS, Role.LINE_MANAGER, Role.STEERING_GROUP_CHAIR}
)
"""Roles that one person holds at a time: two of them are needed for two pairs of eyes."""


def check_safeguards(ladder: Ladder, field: str) -> Iterator[Problem]:
    """What a ladder lacks of the safeguards; `field` is the ladder's dotted name."""
    yield from _follow_up(ladder, ladder.first_look, f"{field}.first_look")
    for step in ladder.steps:
        here = f"{field}.steps.{step.id.value}"
        yield from _follow_up(ladder, step.follow_up, f"{here}.follow_up")
        if step.restriction:
            yield from _restriction(ladder, step, step.restriction, here)
    for duty in ladder.duties:
        here = f"{field}.duties.{duty.id}"
        yield from _levels(duty.owner, duty.overdue, f"{here}.overdue")
        met_by = MET_BY.get(duty.kind, ActionName.COMPLETE_FOLLOW_UP)
        if not ladder.roles_for(met_by):
            message = f"Nobody may keep this promise: see authority.{met_by.value}."
            yield Problem(field=here, message=message)
    yield from _scopes_apart(ladder, field)
    yield from _signposting(ladder, field)


def _levels(owner: Role, overdue: tuple[Overdue, ...], here: str) -> Iterator[Problem]:
    told = [owner]
    for level in overdue:
        if level.tell in told:
            message = f"{level.tell.value} is told already: each level tells somebody else."
            yield Problem(field=here, message=message)
        told.append(level.tell)
    for sooner, later in pairwise(overdue):
        if sooner.after.clock is later.after.clock and sooner.after.amount >= later.after.amount:
            message = f"{later.tell.value} must be told later than {sooner.tell.value}."
            yield Problem(field=here, message=message)


def _follow_up(ladder: Ladder, follow_up: FollowUp, here: str) -> Iterator[Problem]:
    yield from _levels(follow_up.owner, follow_up.overdue, f"{here}.overdue")
    owner = follow_up.owner
    if owner not in ladder.roles_for(ActionName.COMPLETE_FOLLOW_UP):
        message = f"{owner.value} may not complete follow-ups (authority.complete_follow_up)."
        yield Problem(field=f"{here}.owner", message=message)


def _restriction(
    ladder: Ladder, step: Step, rules: RestrictionRules, here: str
) -> Iterator[Problem]:
    windows = {
        name: getattr(rules, name) for name in ("representations", "decide_within", "review_within")
    }
    for name, window in windows.items():
        if window.amount < 1:
            message = f"{name} must be at least one day, not “{window}”."
            yield Problem(field=f"{here}.restriction.{name}", message=message)
    yield from _in_order(
        "decide_within", rules.decide_within, "representations", rules.representations, here
    )
    yield from _in_order(
        "review_within",
        rules.review_within,
        "remind_before_review",
        rules.remind_before_review,
        here,
    )
    yield from _two_people(step, rules, here)
    for name, action, roles in (
        ("confirmed_by", ActionName.CONFIRM_RESTRICTION, rules.confirmed_by),
        ("reviewed_by", ActionName.REVIEW_RESTRICTION, rules.reviewed_by),
        ("reviewed_by", ActionName.LIFT_RESTRICTION, rules.reviewed_by),
    ):
        for role in roles:
            if role not in ladder.roles_for(action):
                message = f"{role.value} may not do so by authority.{action.value}: add them there."
                yield Problem(field=f"{here}.restriction.{name}", message=message)
    if ladder.respondent not in ladder.roles_for(ActionName.SUBMIT_REPRESENTATIONS):
        message = "Whoever is limited must be able to be heard (authority.submit_representations)."
        yield Problem(field=f"{here}.restriction.representations", message=message)


def _in_order(longer: str, long: Span, shorter: str, short: Span, here: str) -> Iterator[Problem]:
    field = f"{here}.restriction.{longer}"
    if long.clock is not short.clock:
        message = f"Count {longer} by the same clock as {shorter} (“{short}”), to compare them."
        yield Problem(field=field, message=message)
    elif long.amount < short.amount:
        message = f"{longer} (“{long}”) is shorter than {shorter} (“{short}”)."
        yield Problem(field=field, message=message)


def _two_people(step: Step, rules: RestrictionRules, here: str) -> Iterator[Problem]:
    for proposer in step.roles:
        others = {role for role in rules.confirmed_by if role is not proposer}
        if not others and proposer in HELD_BY_ONE:
            message = (
                f"What the {proposer.value} proposes nobody else could confirm: two people are "
                "needed."
            )
            yield Problem(field=f"{here}.restriction.confirmed_by", message=message)


def _scopes_apart(ladder: Ladder, field: str) -> Iterator[Problem]:
    limits: dict[str, str] = {}
    for step in ladder.steps:
        for scope in step.restriction.scopes if step.restriction else ():
            if scope.value in limits:
                yield Problem(
                    field=f"{field}.steps.{step.id.value}.restriction.scopes",
                    message=f"{limits[scope.value]} limits {scope.value} already: keep one.",
                )
            limits.setdefault(scope.value, step.id.value)


def _signposting(ladder: Ladder, field: str) -> Iterator[Problem]:
    """A family whose advocate is limited must know where else to turn, before the case closes."""
    limits = any(step.restriction for step in ladder.steps)
    if ladder.track is not Track.ADVOCATE_CONDUCT or not limits:
        return
    if not any(
        duty.kind is DutyKind.SIGNPOST
        and duty.when is DutyTrigger.RESTRICTION_IN_EFFECT
        and duty.blocks_closing
        for duty in ladder.duties
    ):
        yield Problem(
            field=f"{field}.duties",
            message="A limit on an advocate needs a signpost duty (restriction_in_effect) that "
            "blocks closing.",
        )
