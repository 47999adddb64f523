"""Short captions about a ladder, which its pictures share."""

from domain.policy import Ladder, Skip, Step
from domain.vocabulary import Role, Severity, Stage, Track

HEADINGS = {
    Track.PARENT_CONDUCT: "When a parent may not have kept to the code",
    Track.ADVOCATE_CONDUCT: "When an advocate may not have kept to the code",
    Track.SCHOOL_CONCERN: "When a family has a concern about the school",
    Track.SERVICE_CONCERN: "When somebody has a concern about the service",
}
RAISED = "A concern is raised"


HOW_GRAVE = {
    Severity.MINOR: "minor",
    Severity.MODERATE: "moderate",
    Severity.SERIOUS: "serious",
    Severity.SAFETY: "a matter of safety",
}


def listed(roles: tuple[Role, ...]) -> str:
    """The roles in plain English, such as “staff, senior leader or headteacher”."""
    return _with_or([role.value.replace("_", " ") for role in roles])


def grave(skip: Skip) -> str:
    """How grave it must be to skip a rung, such as “serious or a matter of safety”."""
    return _with_or([HOW_GRAVE[severity] for severity in skip.severities])


def _with_or(words: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def rungs(ladder: Ladder) -> tuple[Step, ...]:
    """The steps that a case climbs, lowest first."""
    return tuple(step for step in ladder.steps if not step.aside)


def asides(ladder: Ladder) -> tuple[Step, ...]:
    """The ways out beside the ladder."""
    return tuple(step for step in ladder.steps if step.aside)


def title_of(ladder: Ladder, stage: Stage) -> str:
    """What the policy calls a stage."""
    return RAISED if stage is Stage.RAISED else ladder.by_stage[stage].title


def captions(ladder: Ladder, step: Step) -> list[str]:
    """What a picture says of a step under its title, a line for each thing."""
    lines = [f"Who may: {listed(step.roles)}"]
    if step.by_agreement:
        lines.append("Only if both sides agree")
    if step.id in step.follows:
        lines.append("May be taken more than once")
    if rules := step.restriction:
        lines.append(f"The person is heard first, for {rules.representations}")
        lines.append(f"Somebody else confirms: {listed(rules.confirmed_by)}")
        lines.append(f"Reviewed within {rules.review_within}, or it ends")
    lines.append(f"Looked at again after {step.follow_up.within}")
    if step.quiet_period:
        lines.append(f"Lapses after {step.quiet_period} of quiet")
    lines.extend(f"From any step {skip_caption(s)}" for s in aside_skips(ladder, step))
    if step.advice and ladder.police_from_any_stage:
        lines.append("The police may be asked from any step")
    return lines


def aside_skips(ladder: Ladder, step: Step) -> list[Skip]:
    """The rules by which a way out beside the ladder is open at once."""
    return [skip for skip in ladder.skips if step.aside and step.id in skip.to]


def skip_caption(skip: Skip) -> str:
    """How grave it must be to skip a rung, and who decides so."""
    return f"if {grave(skip)} ({listed(skip.roles)})"
