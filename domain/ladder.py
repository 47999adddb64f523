"""The ladder as a state machine: one `transitions` machine for each ladder, shared by its cases.

The machine holds no case. It is looked up, not driven: `decide` asks it where an action leads
from a stage, and the policy's linter walks it.
"""

from typing import TYPE_CHECKING

from transitions import Machine

from domain.vocabulary import ActionName, Stage

if TYPE_CHECKING:
    from domain.policy import Ladder, Step

SKIP = "skip:"  # the prefix of a trigger that jumps over at least one rung


def build_machine(ladder: "Ladder") -> Machine:
    """The machine of this ladder: every stage, and each way an action leads between them."""
    steps = ladder.steps
    skippable = {stage for skip in ladder.skips for stage in skip.to}
    rungs = [step.id for step in steps if not step.aside]
    everywhere = [Stage.RAISED, *(step.id for step in steps)]
    machine = Machine(
        model=None,
        states=[stage.value for stage in (*everywhere, Stage.CLOSED)],
        initial=Stage.RAISED.value,
        auto_transitions=False,
    )

    def add(trigger: str, source: Stage, dest: Stage) -> None:
        machine.add_transition(trigger, source.value, dest.value)

    for step in steps:
        for source in step.follows:
            add(step.action.value, source, step.id)
        if step.id in skippable:
            for source in everywhere:
                if source not in step.follows and _is_below(source, step, rungs):
                    add(SKIP + step.action.value, source, step.id)
    for position, rung in enumerate(rungs):
        for lower in (Stage.RAISED, *rungs[:position]):
            add(ActionName.STEP_DOWN.value, rung, lower)
    for stage in everywhere:
        add(ActionName.CLOSE.value, stage, Stage.CLOSED)
        add(ActionName.LAPSE.value, stage, Stage.CLOSED)
        add(ActionName.REOPEN.value, Stage.CLOSED, stage)
    return machine


def _is_below(source: Stage, step: "Step", rungs: list[Stage]) -> bool:
    """Whether taking `step` from `source` climbs: an aside step is above every rung."""
    if source is Stage.RAISED:
        return True
    if source not in rungs:
        return False
    return step.aside or rungs.index(source) < rungs.index(step.id)


def destinations(ladder: "Ladder", trigger: str, source: Stage) -> tuple[Stage, ...]:
    """Where `trigger` (an action's value, or SKIP + it) leads from `source`; () where nowhere."""
    event = ladder.machine.events.get(trigger)
    if event is None:
        return ()
    return tuple(Stage(str(t.dest)) for t in event.transitions.get(source.value, ()))


def skipped_rungs(ladder: "Ladder", rung: Stage, target: "Step") -> tuple[Stage, ...]:
    """The rungs between `rung` and `target` that a skip passes over, lowest first."""
    rungs = [Stage.RAISED, *(step.id for step in ladder.steps if not step.aside)]
    start = rungs.index(rung) + 1
    end = len(rungs) if target.aside else rungs.index(target.id)
    return tuple(rungs[start:end])
