"""Who sees how much of a case: every role, in every relation to it that counts."""

from typing import Any

import pytest

from domain.access import (
    GOVERNORS,
    OUTSIDE,
    Sight,
    may_read_text,
    may_see_names,
    may_see_who_looked,
    sight_of,
)
from domain.actions import Actor
from domain.case import Case
from domain.errors import NamesSeen
from domain.vocabulary import Outcome, Procedure, Role, Stage, Track
from tests.rules.building import (
    ADVOCATE,
    CHAIR,
    DEPUTY,
    FLEET,
    HEAD,
    PARENT,
    SERVICE,
    TEACHER,
    Story,
    a_text,
    under_restriction,
)

VIEWER = "viewer"
WHOLE, OWN, WITHOUT, NOTHING = Sight.WHOLE, Sight.OWN, Sight.WITHOUT_NAMES, Sight.NOTHING

LADDER = Story().ladder
HANDLERS = (Role.STAFF, Role.SENIOR_LEADER, Role.HEADTEACHER, Role.CLERK, Role.ADMINISTRATOR)
NO_PART_HERE = (Role.SERVICE_STAFF, Role.LINE_MANAGER, Role.LOCAL_AUTHORITY_OFFICER)


def sights(who: str) -> dict[Role, Sight]:
    """What each role sees of an everyday case, to which the viewer stands as `who` says."""
    table: dict[str, dict[Role, Sight]] = {
        "nobody": (
            dict.fromkeys(Role, NOTHING)
            | dict.fromkeys((*HANDLERS, Role.DATA_PROTECTION_OFFICER), WHOLE)
            | dict.fromkeys(GOVERNORS, WITHOUT)
        ),
        "party": dict.fromkeys(Role, OWN) | {Role.SYSTEM: NOTHING},
        "conflicted": dict.fromkeys(Role, NOTHING),
    }
    table["theirs"] = table["nobody"] | dict.fromkeys(GOVERNORS, WHOLE)
    table["transferred"] = table["nobody"] | dict.fromkeys(HANDLERS, WITHOUT)
    table["transferred"][Role.HEADTEACHER] = WHOLE  # may reopen it
    table["transferred and theirs"] = table["transferred"]
    return table[who]


def a_case(**changed: Any) -> Case:
    return Story(respondent=ADVOCATE.person, family=PARENT.person).case.model_copy(update=changed)


RELATIONS: dict[str, tuple[str, dict[str, Any], bool]] = {
    "no relation": ("nobody", {}, False),
    "respondent": ("party", {"respondent": VIEWER}, False),
    "family": ("party", {"family": VIEWER}, False),
    "advocate": ("party", {"advocate": VIEWER}, False),
    "raised it": ("party", {"raised_by": VIEWER}, False),
    "named": ("conflicted", {"named": (VIEWER,)}, False),
    "declared a conflict": ("conflicted", {"conflicts": (VIEWER,)}, False),
    "assigned in a review": ("theirs", {}, True),
    "on the panel": ("theirs", {"panel": (VIEWER,)}, False),
    "was shown the names": ("theirs", {"names_seen": (VIEWER,)}, False),
    "owns the case": ("theirs", {"owner": VIEWER}, False),
    "assigned, and a party": ("party", {"respondent": VIEWER}, True),
    "assigned, and conflicted": ("conflicted", {"conflicts": (VIEWER,)}, True),
    "on the panel, and conflicted": (
        "conflicted",
        {"panel": (VIEWER,), "conflicts": (VIEWER,)},
        False,
    ),
    "transferred": ("transferred", {"content_restricted": True}, False),
    "transferred, assigned": ("transferred and theirs", {"content_restricted": True}, True),
    "transferred, party": ("party", {"content_restricted": True, "family": VIEWER}, False),
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("relation", RELATIONS)
def test_each_role_in_each_relation_sees_its_share(relation: str, role: Role) -> None:
    who, changed, assigned = RELATIONS[relation]
    case = a_case(**changed)
    viewer = Actor(person=VIEWER, role=role)
    # Only a governor can be given a case by a review; another role gains nothing by it.
    expected = sights(who)[role]

    assert sight_of(LADDER, case, viewer, assigned=assigned) is expected
    assert may_see_names(LADDER, case, viewer, assigned=assigned) is (expected is WHOLE)


def test_a_role_without_a_part_on_this_ladder_sees_nothing() -> None:
    service = Story(SERVICE, Track.SERVICE_CONCERN, by=PARENT)

    assert sight_of(service.ladder, service.case, HEAD) is NOTHING
    assert all(
        sight_of(LADDER, a_case(), Actor(person=VIEWER, role=role)) is NOTHING
        for role in NO_PART_HERE
    )


def test_the_chair_sees_the_names_while_a_restriction_waits_for_their_decision() -> None:
    story = under_restriction()
    assert sight_of(story.ladder, story.case, CHAIR) is WHOLE

    story.wait("6 school days")
    story.do("confirm_restriction", HEAD, restriction=story.restriction.id)
    story.do("lift_restriction", HEAD, restriction=story.restriction.id)

    assert sight_of(story.ladder, story.case, CHAIR) is WITHOUT


def test_what_protects_somebody_is_still_decided_with_the_names_after_a_transfer() -> None:
    story = under_restriction()
    story.do("close", HEAD, outcome=Outcome.TRANSFERRED, procedure=Procedure.CHILD_PROTECTION)

    assert story.case.content_restricted
    assert sight_of(story.ladder, story.case, CHAIR) is WHOLE
    assert sight_of(story.ladder, story.case, DEPUTY) is WITHOUT


def test_no_party_reads_why_a_case_went_to_another_procedure() -> None:
    story = Story().climb_to(Stage.FORMAL_REMINDER)
    story.do("close", HEAD, outcome=Outcome.TRANSFERRED, procedure=Procedure.CHILD_PROTECTION)
    (transferred,) = [one for one in story.events if getattr(one.fact, "outcome", None)]
    moved = [one for one in story.events if one.fact.type == "stage:changed"]

    for party in (ADVOCATE, PARENT):
        assert may_read_text(OWN, story.ladder, story.case, party, moved[0])
        assert not may_read_text(OWN, story.ladder, story.case, party, transferred)
    assert may_read_text(WHOLE, story.ladder, story.case, HEAD, transferred)


def test_the_steering_group_oversees_a_service_as_governors_do_a_school() -> None:
    story = Story(SERVICE, Track.SERVICE_CONCERN, by=PARENT)
    chair = Actor(person=VIEWER, role=Role.STEERING_GROUP_CHAIR)
    assert sight_of(story.ladder, story.case, chair) is WITHOUT

    story.climb_to(Stage.STEERING_GROUP)

    assert sight_of(story.ladder, story.case, chair) is WHOLE


def test_a_party_reads_what_they_wrote_and_what_was_put_to_them() -> None:
    story = under_restriction(respondent=ADVOCATE.person, family=PARENT.person)
    story.do("add_note", HEAD, text=a_text("between colleagues"))
    story.do("submit_representations", ADVOCATE, text=a_text("my side"))
    read = {
        event.fact.type
        for event in story.events
        if may_read_text(OWN, story.ladder, story.case, ADVOCATE, event)
    }

    assert {"stage:changed", "restriction:proposed", "representations:submitted"} <= read
    assert not {"case:opened", "note:added"} & read
    # The parent is told of the decisions too, and does not read the advocate's own words.
    by_parent = {
        event.fact.type
        for event in story.events
        if may_read_text(OWN, story.ladder, story.case, PARENT, event)
    }
    assert "stage:changed" in by_parent
    assert "representations:submitted" not in by_parent
    # Who raised it wrote the first words, and nothing else is theirs to read.
    assert [
        event.fact.type
        for event in story.events
        if event.fact.type in ("case:opened", "stage:changed", "note:added")
        and may_read_text(OWN, story.ladder, story.case, TEACHER, event)
    ] == ["case:opened"]


@pytest.mark.parametrize("sight", [WITHOUT, NOTHING])
def test_without_names_no_text_is_read(sight: Sight) -> None:
    story = under_restriction()

    assert not any(
        may_read_text(sight, story.ladder, story.case, CHAIR, event) for event in story.events
    )


def test_who_looked_is_for_those_who_answer_for_the_record() -> None:
    assert may_see_who_looked(WHOLE, HEAD)
    assert may_see_who_looked(WITHOUT, CHAIR)
    assert not may_see_who_looked(NOTHING, HEAD)  # named in it, or conflicted
    assert not may_see_who_looked(WHOLE, TEACHER)
    assert not any(may_see_who_looked(OWN, Actor(person=VIEWER, role=one)) for one in OUTSIDE)


def test_who_saw_the_names_elsewhere_is_kept_off_the_panel() -> None:
    hearing = Story(FLEET, Track.SCHOOL_CONCERN, by=PARENT, respondent=None, family=PARENT.person)
    hearing.climb_to(Stage.COMPLAINT_PANEL)
    clerk = Actor(person="clerk", role=Role.CLERK)
    fair: dict[str, Any] = {"members": ("g1", "g2", "g3"), "independent": "g3"}

    hearing.refused(NamesSeen, "assign_panel", clerk, **fair, seen_elsewhere=("g2",))
    hearing.do("assign_panel", clerk, **fair)
    # They sit on it already, and were shown the names for that.
    hearing.do("assign_panel", clerk, **fair, seen_elsewhere=("g1", "g2"))
