"""A panel that has not seen the names: whoever looked at them elsewhere is kept off it."""

import pytest

from domain.vocabulary import Role, Rule, Stage
from gateway.errors import ActionRefused
from gateway.reading import Reading
from tests.support.school import POLICY, SCHOOL
from tests.workflows.conftest import Running

A_REASON = {"reason": "I want somebody else to look at it.", "clauses": ["ep.expect.speech"]}


async def test_a_governor_who_was_shown_the_names_does_not_sit_on_the_panel(
    running: Running,
) -> None:
    stores, cases, hana = running.school.stores, running.cases, running.school.actor("hana")
    members = [
        await stores.people.add_person(SCHOOL, name, None, [Role.GOVERNOR])
        for name in ("Femi Adeyemi", "Grace Whitlock", "Henrik Moss")
    ]
    concern = {
        "track": "school_concern",
        "family": "Hana Novak",
        "severity": "moderate",
        "clauses": ["ep.expect.speech"],
        "narrative": "Nobody answered our letters.",
    }
    reference = (await cases.open(POLICY, concern, hana)).reference
    for step in ("talk_with_staff", "raise_informally", "complain_formally", "request_panel"):
        await cases.act(reference, step, A_REASON, hana)
    assert (await cases.show(reference)).stage is Stage.COMPLAINT_PANEL
    # Henrik, who is also the data protection officer, looked it up.
    await stores.people.set_roles(members[2], [Role.GOVERNOR, Role.DATA_PROTECTION_OFFICER])
    henrik = running.school.actor("elif", Role.DATA_PROTECTION_OFFICER).model_copy(
        update={"person": members[2]}
    )
    assert (await Reading(stores, SCHOOL, henrik).case(reference)).names_shown
    panel = {"members": members, "independent": members[0]}
    clerk = running.school.actor("farah")

    with pytest.raises(ActionRefused, match="already seen the names") as refused:
        await cases.act(reference, "assign_panel", panel, clerk)
    assert refused.value.refusal.rule is Rule.CONFLICT_OF_INTEREST

    elif_ = running.school.actor("elif")
    assert not (await Reading(stores, SCHOOL, elif_).case(reference)).names_shown
    fair = {"members": [*members[:2], elif_.person], "independent": members[0]}
    await cases.act(reference, "assign_panel", fair, clerk)
    # Now it is theirs to hear, so they see it whole.
    assert (await Reading(stores, SCHOOL, elif_).case(reference)).names_shown
    await cases.act(reference, "assign_panel", fair | {"independent": members[1]}, clerk)
    assert (await running.held(reference)).panel == tuple(fair["members"])
