"""Nobody decides a case in which they have a part, and a panel comes to it fresh."""

from typing import Any

import pytest

from domain.actions import Actor
from domain.errors import (
    ConflictOfInterest,
    NamesSeen,
    NotAllowedHere,
    NotAuthorised,
)
from domain.vocabulary import DeadlineKind, Outcome, Role, Rule, Severity, Stage, Track
from tests.rules.building import (
    ADVOCATE,
    CALENDAR,
    CHAIR,
    CLERK,
    DEPUTY,
    FLEET,
    GOVERNOR,
    HEAD,
    OTHER_PARENT,
    PARENT,
    SERVICE,
    TEACHER,
    Story,
    a_text,
    in_force,
    under_restriction,
)


def deciding(story: Story) -> list[tuple[str, dict[str, Any]]]:
    """Every decision that a headteacher could make on a case under restriction."""
    restriction = story.restriction.id
    check = story.deadline(DeadlineKind.FOLLOW_UP).id
    return [
        ("restrict_access", {"scopes": ("meetings",)}),
        ("offer_resolution_meeting", {}),
        ("offer_mediation", {"agreed": True}),
        ("seek_external_advice", {"kind": "police"}),
        ("step_down", {"to": "warning"}),
        ("lapse", {}),
        ("close", {"outcome": "unfounded"}),
        ("decide_not_to_act", {}),
        ("confirm_restriction", {"restriction": restriction}),
        ("vary_restriction", {"restriction": restriction, "contact": a_text()}),
        ("review_restriction", {"restriction": restriction, "result": "lift"}),
        ("lift_restriction", {"restriction": restriction}),
        ("extend_follow_up", {"deadline": check, "by": "1 school day"}),
        ("stop_meeting", {"meeting": "m1"}),
        ("remove_adjustment", {"adjustment": "a1"}),
        ("adopt_policy", {"policy": story.policy}),
    ]


@pytest.mark.parametrize("how", ["named", "raised it", "declared a conflict", "is the respondent"])
def test_who_has_a_part_in_a_case_makes_no_decision_on_it(how: str) -> None:
    concern: dict[str, Any] = {}
    if how == "named":
        concern["named"] = (HEAD.person,)
    elif how == "is the respondent":
        concern["respondent"] = HEAD.person
    elif how == "raised it":
        concern["by"] = Actor(person=HEAD.person, role=Role.STAFF)
    story = Story(severity=Severity.SAFETY, **concern)
    story.do("restrict_access", CHAIR)
    if how == "declared a conflict":
        story.do("declare_conflict", HEAD)

    for name, fields in deciding(story):
        error = story.refused(ConflictOfInterest, name, HEAD, **fields)
        assert error.rule is Rule.CONFLICT_OF_INTEREST


def test_a_governor_with_a_part_in_a_case_does_not_review_how_it_was_handled() -> None:
    story = Story(named=(GOVERNOR.person,))

    story.refused(ConflictOfInterest, "review_by_governor", GOVERNOR, findings=a_text())
    story.do("review_by_governor", CHAIR, findings=a_text())


def test_a_closed_case_is_not_reopened_by_somebody_with_a_part_in_it() -> None:
    story = Story(named=(HEAD.person,))
    story.do("close", DEPUTY, outcome=Outcome.UNFOUNDED)

    story.refused(ConflictOfInterest, "reopen", HEAD)
    story.do("reopen", CHAIR)


def test_who_has_a_part_may_still_add_to_the_record_and_hand_the_case_over() -> None:
    story = Story(named=(HEAD.person,))

    story.do("add_note", HEAD, text=a_text())
    story.do("assign", HEAD, to=DEPUTY.person)

    assert story.case.owner == DEPUTY.person


def test_a_case_is_not_given_to_somebody_with_a_part_in_it() -> None:
    story = Story()

    story.refused(ConflictOfInterest, "assign", DEPUTY, to=TEACHER.person)


def test_a_conflict_is_declared_once() -> None:
    story = Story()
    story.do("declare_conflict", CHAIR)

    story.refused(NotAllowedHere, "declare_conflict", CHAIR)
    assert story.case.conflicts == (CHAIR.person,)


def test_the_headteacher_named_in_a_concern_about_the_school_does_not_decide_it() -> None:
    story = Story(FLEET, Track.SCHOOL_CONCERN, by=PARENT, named=(HEAD.person,))
    story.climb_to(Stage.INFORMAL_CONCERN)

    story.refused(ConflictOfInterest, "complain_formally", HEAD)
    story.refused(ConflictOfInterest, "close", HEAD, outcome=Outcome.UNFOUNDED)
    story.do("complain_formally", CHAIR)

    assert story.case.stage is Stage.COMPLAINT


def test_the_respondent_decides_nothing_however_they_come() -> None:
    story = in_force()
    r = story.restriction.id

    story.refused(NotAuthorised, "lift_restriction", ADVOCATE, restriction=r)
    disguised = Actor(person=ADVOCATE.person, role=Role.HEADTEACHER)
    story.refused(ConflictOfInterest, "lift_restriction", disguised, restriction=r)


# Families


def test_a_parent_withdraws_their_own_concern() -> None:
    story = Story(FLEET, Track.SCHOOL_CONCERN, by=PARENT)

    story.do("close", PARENT, outcome=Outcome.WITHDRAWN)

    assert story.case.outcome is Outcome.WITHDRAWN


def test_a_parent_closes_their_concern_in_no_other_way() -> None:
    story = Story(FLEET, Track.SCHOOL_CONCERN, by=PARENT)

    for outcome in ("resolved", "unfounded", "no_further_action"):
        story.refused(NotAuthorised, "close", PARENT, outcome=outcome)


def test_another_parent_does_not_touch_somebody_elses_concern() -> None:
    story = Story(FLEET, Track.SCHOOL_CONCERN, by=PARENT)

    story.refused(NotAuthorised, "close", OTHER_PARENT, outcome=Outcome.WITHDRAWN)
    story.refused(NotAuthorised, "talk_with_staff", OTHER_PARENT)
    story.refused(NotAuthorised, "record_response", OTHER_PARENT, text=a_text())


def test_only_who_raised_a_concern_takes_it_back_and_not_somebody_for_them() -> None:
    story = Story(FLEET, Track.SCHOOL_CONCERN, by=ADVOCATE, family=PARENT.person)

    story.refused(NotAuthorised, "close", PARENT, outcome=Outcome.WITHDRAWN)
    story.do("close", ADVOCATE, outcome=Outcome.WITHDRAWN)


def test_a_leader_may_record_that_a_family_withdrew_its_concern() -> None:
    story = Story(FLEET, Track.SCHOOL_CONCERN, by=PARENT)

    story.do("close", DEPUTY, outcome=Outcome.WITHDRAWN)

    assert story.case.outcome is Outcome.WITHDRAWN


def test_a_family_decides_nothing_about_the_service_but_its_own_concerns_next_step() -> None:
    story = Story(SERVICE, Track.SERVICE_CONCERN, by=PARENT)

    story.do("talk_informally", PARENT)
    story.do("refer_to_line_management", PARENT)

    assert story.case.stage is Stage.LINE_MANAGEMENT


def test_a_member_of_staff_named_in_a_concern_does_not_move_it_themselves() -> None:
    story = Story(FLEET, Track.SCHOOL_CONCERN, by=PARENT, named=(TEACHER.person,))

    story.refused(ConflictOfInterest, "talk_with_staff", TEACHER)


# The panel


@pytest.fixture
def hearing() -> Story:
    """A complaint that has come to the governors' panel."""
    return Story(FLEET, Track.SCHOOL_CONCERN, by=PARENT).climb_to(Stage.COMPLAINT_PANEL)


def test_a_panel_has_three_members_one_of_them_independent(hearing: Story) -> None:
    hearing.do("assign_panel", CLERK, members=("g1", "g2", "g3"), independent="g3")

    assert hearing.case.panel == ("g1", "g2", "g3")


@pytest.mark.parametrize(
    ("members", "independent", "words"),
    [
        pytest.param(("g1", "g2"), "g1", "needs 3 different", id="two are too few"),
        pytest.param(("g1", "g2", "g2"), "g1", "needs 3 different", id="nobody sits twice"),
        pytest.param(
            ("g1", "g2", "g3", "g3"), "g1", "needs 3 different", id="nor in a larger panel"
        ),
        pytest.param(("g1", "g2", "g3"), "g4", "which member is independent", id="an outsider"),
    ],
)
def test_a_panel_is_well_formed(
    hearing: Story, members: tuple[str, ...], independent: str, words: str
) -> None:
    error = hearing.refused(
        NamesSeen, "assign_panel", CLERK, members=members, independent=independent
    )

    assert words in error.detail


def test_nobody_with_a_part_in_the_case_sits_on_its_panel(hearing: Story) -> None:
    error = hearing.refused(
        ConflictOfInterest,
        "assign_panel",
        CLERK,
        members=("g1", "g2", PARENT.person),
        independent="g1",
    )

    assert "part in this case" in error.detail


def test_a_governor_who_saw_the_names_is_kept_off_the_panel(hearing: Story) -> None:
    hearing.do("see_names", GOVERNOR)
    hearing.refused(NotAllowedHere, "see_names", GOVERNOR)

    error = hearing.refused(
        NamesSeen,
        "assign_panel",
        CLERK,
        members=("g1", "g2", GOVERNOR.person),
        independent="g1",
    )
    assert error.detail == "A member has already seen the names."
    hearing.do("assign_panel", CLERK, members=("g1", "g2", "g3"), independent="g1")


def test_there_is_no_panel_before_its_stage() -> None:
    story = Story(FLEET, Track.SCHOOL_CONCERN, by=PARENT).climb_to(Stage.COMPLAINT)

    story.refused(
        NotAllowedHere, "assign_panel", CLERK, members=("g1", "g2", "g3"), independent="g1"
    )


# Both ways, independently


def test_a_restricted_parent_raises_a_concern_about_the_school_all_the_same() -> None:
    under_restriction()

    story = Story(FLEET, Track.SCHOOL_CONCERN, by=PARENT, named=(HEAD.person,))

    assert (story.case.stage, story.case.family) == (Stage.RAISED, PARENT.person)
    assert "acknowledge" in story.duties()


def test_a_restricted_advocate_raises_one_for_the_family() -> None:
    story = Story(FLEET, Track.SCHOOL_CONCERN, by=ADVOCATE, family=PARENT.person)

    assert story.case.parties == {PARENT.person, ADVOCATE.person}


def test_a_concern_from_long_ago_is_still_taken() -> None:
    story = Story(FLEET, Track.SCHOOL_CONCERN, by=PARENT, occurred_on="2026-01-15")

    assert story.case.opened_at == story.now
    assert CALENDAR.local_date(story.case.received_at).isoformat() == "2026-09-14"
