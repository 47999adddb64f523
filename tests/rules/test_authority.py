"""Every (stage, action, role) is allowed or refused exactly as the pack says."""

import pytest

from domain.ladder import skipped_rungs
from domain.policy import Ladder, Policy, Step
from domain.vocabulary import ActionName, AdviceKind, Role, Rule, Severity, Stage
from tests.rules.authority import TABLE, Tried, a_case_at, sweep, table
from tests.rules.building import PACKS

LADDERS = [
    pytest.param(policy, ladder, id=f"{policy.reference_prefix}-{ladder.track.value}")
    for policy in PACKS.values()
    for ladder in policy.ladders
]
FAMILY = (Role.PARENT, Role.ADVOCATE)
# Refused for something that the case lacks or has, and not by who acts or where it stands.
BY_CIRCUMSTANCE = frozenset(
    {
        Rule.UNKNOWN_THING,
        Rule.TO_BE_HEARD,
        Rule.TWO_PAIRS_OF_EYES,
        Rule.NO_OPEN_ENDED_RESTRICTION,
        Rule.SIGNPOSTING,
        Rule.SIGNING_IS_ASKED,
        Rule.LADDER,
    }
)


def step_is_allowed(
    ladder: Ladder, step: Step, tried: Tried, rung: Stage, severity: Severity
) -> bool:
    """What the pack's own words say of taking `step`, read without the rules' help."""
    choice, role = tried.choice, tried.role
    if tried.stage is Stage.CLOSED:
        return False
    if step.restriction:
        at_once = choice.about == "interim"
        if at_once and severity not in step.restriction.interim_severities:
            return False
        if tried.stage is step.id:
            return False  # one on the same is open: it is varied or reviewed instead
    if role in FAMILY and not ladder.raiser_moves:
        return False
    if choice.about == AdviceKind.POLICE.value and role in ladder.police_from_any_stage:
        return True
    if {tried.stage, rung} & set(step.follows):
        return role in step.roles  # no rung is skipped, so the authority to skip lends nothing
    rungs = [Stage.RAISED, *(one.id for one in ladder.steps if not one.aside)]
    climbs = step.aside or (rungs.index(rung) < rungs.index(step.id))
    return climbs and any(
        step.id in skip.to and severity in skip.severities and role in skip.roles
        for skip in ladder.skips
    )


@pytest.mark.parametrize("severity", [Severity.MINOR, Severity.SERIOUS, Severity.SAFETY])
@pytest.mark.parametrize(("policy", "ladder"), LADDERS)
def test_a_step_is_taken_exactly_where_and_by_whom_the_pack_says(
    policy: Policy, ladder: Ladder, severity: Severity
) -> None:
    rungs = {
        stage: a_case_at(policy, ladder, stage, severity).case.rung
        for stage in (Stage.RAISED, *ladder.by_stage, Stage.CLOSED)
    }
    wrong, count = [], 0
    for tried in sweep(policy, ladder, severity):
        if tried.choice.step is None:
            continue
        count += 1
        step = ladder.by_stage[tried.choice.step]
        said = step_is_allowed(ladder, step, tried, rungs[tried.stage], severity)
        if said != tried.choice.allowed:
            wrong.append((tried, said))
    assert count >= len(ladder.steps) ** 2 * len(policy.roles)
    assert not wrong


@pytest.mark.parametrize(("policy", "ladder"), LADDERS)
def test_everything_else_is_refused_to_exactly_those_whom_the_pack_leaves_out(
    policy: Policy, ladder: Ladder
) -> None:
    wrong = []
    for tried in sweep(policy, ladder):
        choice = tried.choice
        if choice.step is not None or tried.stage is Stage.CLOSED:
            continue
        named = tried.role in ladder.authority[choice.action]
        if (
            not named
            and choice.rule is not Rule.AUTHORITY
            and choice.action is not (ActionName.REOPEN)
        ):
            wrong.append(tried)
        family = tried.role in FAMILY
        if named and not family and not choice.allowed and choice.rule not in BY_CIRCUMSTANCE:
            wrong.append(tried)
    assert not wrong


def test_the_table_is_up_to_date() -> None:
    assert TABLE.read_text(encoding="utf-8") == table(), "renew it: python -m tests.rules.authority"


def test_skipping_names_the_rungs_between() -> None:
    ladder = PACKS["parents-and-carers"].ladders[0]

    over = skipped_rungs(ladder, Stage.RAISED, ladder.by_stage[Stage.WARNING])

    assert over == (Stage.INFORMAL_REMINDER, Stage.FORMAL_REMINDER)
