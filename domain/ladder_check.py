"""Proves a ladder sound by walking its machine: every step can be reached, and left for good."""

from collections import Counter
from collections.abc import Iterator

from domain.access import BY_THE_SYSTEM
from domain.acting import Move
from domain.errors import near_names
from domain.ladder import destinations
from domain.policy import Ladder
from domain.policy_problem import Problem
from domain.vocabulary import ActionName, AdviceKind, Outcome, Role, Stage

MOVES = frozenset(ActionName(move.model_fields["name"].default) for move in Move.__subclasses__())
"""The actions that lead to a step."""

NOT_GIVEN = MOVES | BY_THE_SYSTEM | {ActionName.RAISE_CONCERN}
"""Actions without a line under `authority`: their roles stand elsewhere, or a timer does them."""


def check_ladder(ladder: Ladder, field: str) -> Iterator[Problem]:
    """What is wrong with the steps of a ladder, and with who may move a case between them.

    `field` is the ladder's dotted name. The machine is walked only where it can be built.
    """
    shape = [*_stages(ladder, field), *_actions(ladder, field)]
    yield from shape
    yield from _authority(ladder, field)
    yield from _skips(ladder, field)
    yield from _endings(ladder, field)
    if not shape:
        yield from _walk(ladder, field)


def _stages(ladder: Ladder, field: str) -> Iterator[Problem]:
    rungs = [Stage.RAISED, *(step.id for step in ladder.steps if not step.aside)]
    known = {Stage.RAISED, *(step.id for step in ladder.steps)}
    for stage, times in Counter(step.id for step in ladder.steps).items():
        here = f"{field}.steps.{stage.value}"
        if times > 1:
            yield Problem(field=here, message=f"This step stands here {times} times: keep one.")
        if stage in (Stage.RAISED, Stage.CLOSED):
            message = f"Every ladder has “{stage.value}” by itself: leave this step out."
            yield Problem(field=here, message=message)
    for step in ladder.steps:
        here = f"{field}.steps.{step.id.value}.follows"
        for source in step.follows:
            if source not in known:
                near = near_names(source.value, (stage.value for stage in known))
                message = f"This ladder has no step “{source.value}”.{near}"
                yield Problem(field=here, message=message)
            elif source in rungs and not step.aside and rungs.index(source) > rungs.index(step.id):
                message = (
                    f"“{source.value}” stands higher on the ladder: a case goes down by stepping "
                    "down alone."
                )
                yield Problem(field=here, message=message)


def _actions(ladder: Ladder, field: str) -> Iterator[Problem]:
    for step in ladder.steps:
        here = f"{field}.steps.{step.id.value}"
        if step.action not in MOVES:
            known = near_names(step.action.value, (move.value for move in MOVES))
            message = f"The action {step.action.value} does not lead to a step.{known}"
            yield Problem(field=f"{here}.action", message=message)
        if (step.action is ActionName.RESTRICT_ACCESS) != (step.restriction is not None):
            message = "A step has restriction rules exactly when its action is restrict_access."
            yield Problem(field=f"{here}.restriction", message=message)
        if (step.action is ActionName.SEEK_EXTERNAL_ADVICE) != bool(step.advice):
            message = "A step lists kinds of advice exactly when it is to seek external advice."
            yield Problem(field=f"{here}.advice", message=message)
    for action, times in Counter(step.action for step in ladder.steps).items():
        if times > 1 and action is not ActionName.RESTRICT_ACCESS:
            message = f"{times} steps have the action {action.value}: nobody could tell them apart."
            yield Problem(field=f"{field}.steps", message=message)


def _authority(ladder: Ladder, field: str) -> Iterator[Problem]:
    for action in ActionName:
        here = f"{field}.authority.{action.value}"
        if action in NOT_GIVEN and action in ladder.authority:
            where = "each step names its own roles" if action in MOVES else "it has no line here"
            yield Problem(field=here, message=f"Leave {action.value} out: {where}.")
        elif action not in NOT_GIVEN and action not in ladder.authority:
            message = f"authority does not say who may {action.value}: add it, or [] for nobody."
            yield Problem(field=here, message=message)


def _skips(ladder: Ladder, field: str) -> Iterator[Problem]:
    for number, skip in enumerate(ladder.skips):
        for stage in skip.to:
            if stage not in ladder.by_stage:
                near = near_names(stage.value, (step.id.value for step in ladder.steps))
                message = f"This ladder has no step “{stage.value}” to skip to.{near}"
                yield Problem(field=f"{field}.skips[{number}].to", message=message)
    takes_police = any(AdviceKind.POLICE in step.advice for step in ladder.steps)
    if ladder.police_from_any_stage and not takes_police:
        message = "No step of this ladder lists police among its kinds of advice."
        yield Problem(field=f"{field}.police_from_any_stage", message=message)


def _endings(ladder: Ladder, field: str) -> Iterator[Problem]:
    lapses = [step for step in ladder.steps if step.quiet_period]
    may_lapse = bool(ladder.roles_for(ActionName.LAPSE))
    if (lapses or may_lapse) and Outcome.LAPSED not in ladder.outcomes:
        what = f"steps.{lapses[0].id.value}.quiet_period" if lapses else "authority.lapse"
        message = "Cases may lapse here, and the outcome “lapsed” is not among the outcomes."
        yield Problem(field=f"{field}.{what}", message=message)
    if Stage.COMPLAINT_PANEL in ladder.by_stage:
        # SI 2014/3283, schedule, part 7, paragraph 33.
        if (ladder.panel_size or 0) < 3:
            message = "A panel has at least three members (panel_size)."
            yield Problem(field=f"{field}.panel_size", message=message)
        if not ladder.roles_for(ActionName.ASSIGN_PANEL):
            message = "Somebody must be able to put the panel together."
            yield Problem(field=f"{field}.authority.assign_panel", message=message)


def _walk(ladder: Ladder, field: str) -> Iterator[Problem]:
    up = {stage: _ways(ladder, stage, MOVES) for stage in _everywhere(ladder)}
    reached = _reachable(Stage.RAISED, up)
    for step in ladder.steps:
        if step.id not in reached:
            message = (
                "No way leads here from “raised” one rung at a time: see what it follows, and "
                "what those follow."
            )
            yield Problem(field=f"{field}.steps.{step.id.value}", message=message)
    out = MOVES | {ActionName.CLOSE, ActionName.STEP_DOWN}
    onward = {stage: _ways(ladder, stage, out) for stage in _everywhere(ladder)}
    for stage in _everywhere(ladder):
        if Stage.CLOSED not in _reachable(stage, onward):
            here = f".steps.{stage.value}" if stage in ladder.by_stage else ""
            message = f"From “{stage.value}” nobody may bring a case to a close (authority.close)."
            yield Problem(field=f"{field}{here}", message=message)


def _everywhere(ladder: Ladder) -> tuple[Stage, ...]:
    return (Stage.RAISED, *(step.id for step in ladder.steps))


def _ways(ladder: Ladder, stage: Stage, actions: frozenset[ActionName]) -> frozenset[Stage]:
    """Where somebody can take a case from `stage` by one of `actions`, no rung skipped."""
    return frozenset(
        stage_after
        for action in actions
        if _people(ladder.roles_for(action))
        for stage_after in destinations(ladder, action.value, stage)
    )


def _people(roles: tuple[Role, ...]) -> bool:
    return any(role is not Role.SYSTEM for role in roles)


def _reachable(start: Stage, ways: dict[Stage, frozenset[Stage]]) -> set[Stage]:
    found, ahead = {start}, [start]
    while ahead:
        for stage in ways.get(ahead.pop(), frozenset()) - found:
            found.add(stage)
            ahead.append(stage)
    return found
