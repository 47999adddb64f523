"""What each role may do at each stage, read from `decide`: the table in docs/authority.md.

`python -m tests.rules.authority` writes it anew.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from domain.actions import Actor
from domain.choices import Choice, available_actions
from domain.policy import Ladder, Policy
from domain.vocabulary import ActionName, Role, Severity, Stage
from tests.rules.building import PACKS, Story, an_actor

TABLE = Path(__file__).parents[2] / "docs" / "authority.md"


ABOUT = """\
Read from the rules themselves, for every code that ships: a case of moderate severity is brought to
each stage, and each action is tried there as each role, by somebody with no part in the case
(families and advocates: as those whose case it is). A cell lists the stages at which the action is
allowed, by the numbers above the table; `all` means every stage but closed. What needs something
first (a meeting, a restriction to confirm) is allowed where that is there. The page is written by
`python -m tests.rules.authority`.""".splitlines()


class Tried(NamedTuple):
    """One choice at one stage for one role."""

    stage: Stage
    role: Role
    choice: Choice


def a_case_at(
    policy: Policy, ladder: Ladder, stage: Stage, severity: Severity = Severity.MODERATE
) -> Story:
    """A case brought to a stage by actions that its ladder allows."""
    raiser = Actor(person="raiser", role=ladder.raised_by[0])
    family = "raiser" if ladder.raised_by[0] is Role.PARENT else "family"
    concern: dict[str, Any] = {"family": family, "advocate": "advocate", "severity": severity}
    if ladder.respondent:
        respondent = {Role.PARENT: "family", Role.ADVOCATE: "advocate"}[ladder.respondent]
        concern |= {"respondent": respondent}
    story = Story(policy, ladder.track, by=raiser, **concern)
    if stage is Stage.CLOSED:
        roles = ladder.roles_for(ActionName.CLOSE)
        story.do("close", an_actor(roles), outcome="resolved")
    elif stage is not Stage.RAISED:
        story.climb_to(stage)
    return story


def somebody(story: Story, role: Role) -> Actor:
    """Somebody in this role: with no part in the case, or the party that it names."""
    party = {Role.PARENT: story.case.family, Role.ADVOCATE: story.case.advocate}.get(role)
    return Actor(person=party or f"{role.value}-with-no-part", role=role)


def stages_of(ladder: Ladder) -> tuple[Stage, ...]:
    """Every stage at which a case on this ladder can stand."""
    return (Stage.RAISED, *ladder.by_stage, Stage.CLOSED)


def sweep(
    policy: Policy, ladder: Ladder, severity: Severity = Severity.MODERATE
) -> Iterator[Tried]:
    """Every choice, at every stage, for every role that the policy knows."""
    for stage in stages_of(ladder):
        story = a_case_at(policy, ladder, stage, severity)
        for role in policy.roles:
            actor = somebody(story, role)
            for choice in available_actions(policy, story.calendar, story.case, actor, story.now):
                yield Tried(stage, role, choice)


def _row_of(choice: Choice) -> str:
    task = choice.action in (
        ActionName.COMPLETE_FOLLOW_UP,
        ActionName.EXTEND_FOLLOW_UP,
        ActionName.TAKE_FOLLOW_UP,
    )
    return choice.title.partition(":")[0] if task else choice.title


def table() -> str:
    """The whole document."""
    lines = ["# Who may do what, and where", "", *ABOUT]
    for policy in PACKS.values():
        lines += ["", f"## {policy.title} ({policy.policy} {policy.version})"]
        for ladder in policy.ladders:
            lines += [
                "",
                f"### {ladder.track.value.replace('_', ' ')}",
                "",
                *_ladder(policy, ladder),
            ]
    return "\n".join(lines) + "\n"


def _ladder(policy: Policy, ladder: Ladder) -> Iterator[str]:
    stages = stages_of(ladder)
    for number, stage in enumerate(stages):
        step = ladder.by_stage.get(stage)
        yield f"{number}. {step.title if step else stage.value}"
    roles = [role for role in policy.roles if role is not Role.SYSTEM]
    rows: dict[str, dict[Role, set[int]]] = {}
    for tried in sweep(policy, ladder):
        cells = rows.setdefault(_row_of(tried.choice), {role: set() for role in roles})
        if tried.choice.allowed:
            cells[tried.role].add(stages.index(tried.stage))
    yield ""
    yield "| action | " + " | ".join(role.value.replace("_", " ") for role in roles) + " |"
    yield "|---" * (len(roles) + 1) + "|"
    everywhere = set(range(len(stages) - 1))
    for title, cells in rows.items():
        words = (
            "all" if cells[role] == everywhere else " ".join(map(str, sorted(cells[role])))
            for role in roles
        )
        yield f"| {title} | " + " | ".join(words) + " |"


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
    print(f"Written: {TABLE.name}")
