"""One rung at a time, for a reason, by somebody who may."""

import pytest

from domain.actions import Actor
from domain.errors import (
    NotAllowedHere,
    NotAuthorised,
    ReasonMissing,
    SkippedRung,
    UnknownThing,
)
from domain.events import StageChanged
from domain.vocabulary import AdviceKind, DeadlineKind, Role, Rule, Severity, Stage, Track
from tests.rules.building import (
    CHAIR,
    CLERK,
    DEPUTY,
    FLEET,
    HEAD,
    PARENT,
    PARENTS,
    SITE,
    TEACHER,
    Story,
    a_text,
    in_force,
    under_restriction,
)


def test_a_case_climbs_to_the_next_rung_with_a_reason_and_a_clause() -> None:
    story = Story()

    story.do("remind_informally", DEPUTY)

    (change,) = [fact for fact in story.facts if isinstance(fact, StageChanged)]
    assert (change.source, change.dest, change.rung, change.skipped) == (
        Stage.RAISED,
        Stage.INFORMAL_REMINDER,
        Stage.INFORMAL_REMINDER,
        (),
    )
    assert (change.reason, change.clauses) == (a_text("reason"), ("ep.about.expectations",))
    assert story.case.stage is Stage.INFORMAL_REMINDER


def test_a_rung_is_not_skipped_where_what_happened_is_not_grave() -> None:
    error = Story(severity=Severity.MODERATE).refused(SkippedRung, "warn", HEAD)

    assert error.rule is Rule.ONE_RUNG_AT_A_TIME
    assert error.who_may == ()
    assert "Before “A written warning” come: A quiet word about the code, A formal" in error.detail
    assert "Severity that may skip: safety, serious." in error.detail


def test_a_grave_case_skips_rungs_by_the_role_that_the_policy_names_and_records_them() -> None:
    story = Story(severity=Severity.SERIOUS)

    story.do("warn", HEAD)

    change = next(fact for fact in story.facts if isinstance(fact, StageChanged))
    assert change.skipped == (Stage.INFORMAL_REMINDER, Stage.FORMAL_REMINDER)
    assert story.case.rung is Stage.WARNING


def test_a_role_that_the_policy_does_not_name_skips_nothing_however_grave() -> None:
    error = Story(severity=Severity.SAFETY).refused(SkippedRung, "remind_formally", DEPUTY)

    assert error.who_may == (Role.HEADTEACHER,)


def test_a_severity_that_skips_to_a_warning_does_not_skip_to_a_restriction() -> None:
    story = Story(severity=Severity.SERIOUS)

    story.refused(SkippedRung, "restrict_access", HEAD)
    story.do("add_incident", TEACHER, occurred_on="2026-09-11", severity=Severity.SAFETY)
    story.do("restrict_access", CHAIR)

    assert story.case.rung is Stage.ENGAGEMENT_RESTRICTION


def test_a_milder_incident_does_not_make_a_case_less_grave() -> None:
    story = Story(severity=Severity.SERIOUS)

    story.do("add_incident", TEACHER, occurred_on="2026-09-11", severity=Severity.MINOR)

    assert (story.case.severity, story.case.incidents) == (Severity.SERIOUS, 2)


def test_a_skip_needs_its_reason_too() -> None:
    story = Story(severity=Severity.SERIOUS)

    story.refused(ReasonMissing, "warn", HEAD, reason=None)


def test_nobody_climbs_down_by_taking_a_lower_step() -> None:
    story = Story().climb_to(Stage.WARNING)

    error = story.refused(NotAllowedHere, "remind_informally", DEPUTY)

    assert "From “A written warning” the ladder leads to: Limits on working" in error.sentence
    assert "not to “A quiet word about the code”" in error.sentence


def test_a_formal_reminder_may_be_given_twice_and_sets_its_follow_up_anew() -> None:
    story = Story().climb_to(Stage.FORMAL_REMINDER)
    first = story.deadline(DeadlineKind.FOLLOW_UP)

    story.do("remind_formally", DEPUTY)

    assert story.deadline(DeadlineKind.FOLLOW_UP).id != first.id


@pytest.mark.parametrize(
    "stage",
    [Stage.RAISED, Stage.INFORMAL_REMINDER, Stage.FORMAL_REMINDER, Stage.RESOLUTION_MEETING],
)
def test_the_police_may_be_asked_from_any_stage_however_mild_the_case(stage: Stage) -> None:
    story = Story(severity=Severity.MINOR).climb_to(stage)
    rung = story.case.rung

    story.refused(NotAuthorised, "seek_external_advice", DEPUTY, kind=AdviceKind.LEGAL)
    story.refused(SkippedRung, "seek_external_advice", HEAD, kind=AdviceKind.LEGAL)
    story.do("seek_external_advice", DEPUTY, kind=AdviceKind.POLICE)

    assert (story.case.stage, story.case.rung) == (Stage.EXTERNAL_ADVICE, rung)


def test_staff_do_not_call_the_police_in_the_schools_name() -> None:
    error = Story().refused(
        NotAuthorised,
        "seek_external_advice",
        Actor(person="colleague", role=Role.STAFF),
        kind=AdviceKind.POLICE,
    )

    assert Role.SENIOR_LEADER in error.who_may


def test_advice_that_a_step_does_not_offer_is_refused_with_what_it_does() -> None:
    story = Story(track=Track.SCHOOL_CONCERN, by=PARENT).climb_to(Stage.INFORMAL_CONCERN)

    error = story.refused(UnknownThing, "seek_external_advice", HEAD, kind=AdviceKind.LEGAL)

    assert "Did you mean local_authority?" in error.sentence


def test_a_step_aside_keeps_the_rung_and_the_ladder_goes_on_from_there() -> None:
    story = Story().climb_to(Stage.FORMAL_REMINDER)

    story.do("offer_resolution_meeting", DEPUTY)

    assert (story.case.stage, story.case.rung) == (
        Stage.RESOLUTION_MEETING,
        Stage.FORMAL_REMINDER,
    )
    story.do("warn", HEAD)
    assert story.case.rung is Stage.WARNING


def test_mediation_needs_both_sides() -> None:
    story = Story()

    story.refused(NotAllowedHere, "offer_mediation", DEPUTY)
    story.do("offer_mediation", DEPUTY, agreed=True)

    assert story.case.stage is Stage.MEDIATION


def test_no_step_without_a_reason_and_a_clause_or_a_follow_ups_result() -> None:
    story = Story()

    story.refused(ReasonMissing, "remind_informally", DEPUTY, reason=None)
    story.refused(ReasonMissing, "remind_informally", DEPUTY, clauses=())
    assert story.case.stage is Stage.RAISED


def test_a_step_may_rest_on_a_follow_ups_result_instead_of_a_clause() -> None:
    story = Story().climb_to(Stage.INFORMAL_REMINDER)
    check = story.deadline(DeadlineKind.FOLLOW_UP)

    error = story.refused(UnknownThing, "remind_formally", DEPUTY, clauses=(), follow_up=check.id)
    assert "completed follow-up" in error.sentence
    story.do("complete_follow_up", DEPUTY, deadline=check.id)
    story.do("remind_formally", DEPUTY, clauses=(), follow_up=check.id)

    change = [fact for fact in story.facts if isinstance(fact, StageChanged)][-1]
    assert (change.dest, change.clauses) == (Stage.FORMAL_REMINDER, ())
    assert change.follow_up == check.id


def test_a_clause_that_the_code_does_not_have_is_refused_with_near_names() -> None:
    error = Story().refused(
        UnknownThing, "remind_informally", DEPUTY, clauses=("ep.expect.respekt",)
    )

    assert error.rule is Rule.UNKNOWN_THING
    assert "Did you mean ep.expect.respect" in error.sentence


def test_a_step_of_another_ladder_is_refused_with_the_steps_of_this_one() -> None:
    error = Story().refused(UnknownThing, "complain_formally", HEAD)

    assert "complain_formally" in error.sentence
    assert "Did you mean" in error.sentence


def test_a_role_without_authority_is_refused_and_told_who_may() -> None:
    error = Story().refused(
        NotAuthorised, "remind_informally", Actor(person="colleague", role=Role.STAFF)
    )

    assert error.who_may == (Role.SENIOR_LEADER, Role.HEADTEACHER)
    assert error.rule is Rule.AUTHORITY


def test_what_is_restricted_is_all_of_one_step() -> None:
    story = Story(PARENTS, Track.PARENT_CONDUCT).climb_to(Stage.STAFF_RESTRICTION)

    error = story.refused(UnknownThing, "restrict_access", HEAD, scopes=("site", "staff_in_person"))

    assert "Propose them one by one" in error.sentence


def test_a_decision_not_to_act_has_a_reason_and_answers_the_open_check() -> None:
    story = Story()
    check = story.deadline(DeadlineKind.FOLLOW_UP)

    story.refused(ReasonMissing, "decide_not_to_act", DEPUTY, reason=None)
    story.refused(ReasonMissing, "decide_not_to_act", DEPUTY, clauses=())
    story.do("decide_not_to_act", DEPUTY)

    assert story.case.stage is Stage.RAISED
    assert story.case.results == (check.id,)
    assert story.case.deadline(check.id) is None


# Stepping down


def test_stepping_down_needs_a_reason_and_goes_to_a_lower_rung_alone() -> None:
    story = Story().climb_to(Stage.WARNING)

    story.refused(ReasonMissing, "step_down", DEPUTY, to="informal_reminder", reason=None)
    error = story.refused(NotAllowedHere, "step_down", DEPUTY, to="engagement_restriction")
    assert error.detail == (
        "From here a case steps down to: raised, informal_reminder, formal_reminder."
    )
    story.refused(NotAllowedHere, "step_down", DEPUTY, to="warning")
    story.do("step_down", DEPUTY, to="informal_reminder")

    assert (story.case.stage, story.case.rung) == (
        Stage.INFORMAL_REMINDER,
        Stage.INFORMAL_REMINDER,
    )
    assert story.deadline(DeadlineKind.FOLLOW_UP).about == "after-informal-reminder"


def test_a_case_that_steps_down_to_raised_is_looked_at_again() -> None:
    story = Story().climb_to(Stage.INFORMAL_REMINDER)

    story.do("step_down", DEPUTY, to="raised")

    assert story.deadline(DeadlineKind.FOLLOW_UP).about == "first-look"
    assert not [d for d in story.case.deadlines if d.kind is DeadlineKind.QUIET_PERIOD]
    assert story.refused(NotAllowedHere, "step_down", DEPUTY, to="raised").detail.endswith(
        "steps down to: nowhere."
    )


def test_a_restriction_is_lifted_before_a_case_steps_below_it() -> None:
    story = in_force()

    error = story.refused(NotAllowedHere, "step_down", HEAD, to="warning")
    assert story.restriction.id in error.detail
    story.do("lift_restriction", HEAD, restriction=story.restriction.id)
    story.do("step_down", HEAD, to="warning")

    assert story.case.rung is Stage.WARNING


def test_a_case_steps_back_from_a_step_aside_to_its_rung_with_its_restriction() -> None:
    story = in_force()
    story.do("offer_resolution_meeting", DEPUTY)

    story.do("step_down", DEPUTY, to="engagement_restriction")

    assert story.case.stage is Stage.ENGAGEMENT_RESTRICTION
    assert story.case.open_restrictions


def test_restrictions_of_lower_rungs_stand_when_a_case_steps_back_to_its_rung() -> None:
    story = under_restriction(policy=PARENTS, track=Track.PARENT_CONDUCT)
    story.do("restrict_access", HEAD, scopes=SITE)
    story.do("offer_mediation", DEPUTY, agreed=True)

    story.do("step_down", DEPUTY, to="site_restriction")

    assert len(story.case.open_restrictions) == 2


def test_a_family_takes_its_own_concern_up_and_down_but_no_further_than_its_ladder() -> None:
    story = Story(FLEET, Track.SCHOOL_CONCERN, by=PARENT)

    story.do("talk_with_staff", PARENT)
    story.do("raise_informally", PARENT)
    story.refused(NotAllowedHere, "request_panel", PARENT)
    story.do("complain_formally", PARENT)
    story.do("request_panel", CLERK)
    story.do("step_down", PARENT, to="complaint")

    assert story.case.stage is Stage.COMPLAINT
