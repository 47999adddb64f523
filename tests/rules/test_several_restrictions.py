"""One restriction ends and another goes on; what a decision rests on, and what a refusal says."""

import pytest

from domain.errors import (
    CaseError,
    NamesSeen,
    NotAllowedHere,
    OpenEndedRestriction,
    SecondPersonNeeded,
    UnknownThing,
)
from domain.events import (
    DeadlineMoved,
    RestrictionConfirmed,
    RestrictionContinued,
    RestrictionLifted,
    RestrictionVaried,
)
from domain.vocabulary import DeadlineKind, Severity, Stage, Track
from tests.rules.building import (
    CALENDAR,
    CLERK,
    DEPUTY,
    FLEET,
    HEAD,
    PARENT,
    PARENTS,
    Story,
    a_text,
    altered,
    in_force,
    under_restriction,
)


def two() -> Story:
    """A parent with two restrictions, the first to be decided on before the second."""
    story = Story(PARENTS, Track.PARENT_CONDUCT).climb_to(Stage.WARNING)
    story.do("restrict_access", DEPUTY, scopes=("staff_in_person",))
    story.wait("2 school days")
    story.do("restrict_access", DEPUTY, scopes=("staff_in_writing",))
    return story


def about(story: Story, restriction: str) -> set[DeadlineKind]:
    return {d.kind for d in story.case.deadlines if d.about == restriction}


def test_lifting_one_restriction_leaves_the_deadlines_of_the_other() -> None:
    story = two()
    first, second = (r.id for r in story.case.restrictions)
    before = about(story, second)

    story.do("lift_restriction", HEAD, restriction=first)

    assert not about(story, first)
    assert about(story, second) == before
    assert DeadlineKind.CONFIRMATION in before


def test_a_restriction_that_lapses_leaves_the_deadlines_of_the_other() -> None:
    story = two()
    first, second = (r.id for r in story.case.restrictions)

    story.wait_until(story.deadline(DeadlineKind.CONFIRMATION, first).due_at)

    assert [r.id for r in story.case.open_restrictions] == [second]
    assert not about(story, first)
    assert DeadlineKind.CONFIRMATION in about(story, second)


@pytest.mark.parametrize(
    ("name", "fact", "fields"),
    [
        pytest.param("vary_restriction", RestrictionVaried, {"scopes": ("meetings",)}, id="vary"),
        pytest.param(
            "review_restriction",
            RestrictionContinued,
            {"result": "continue", "review_on": "2026-10-20"},
            id="continue",
        ),
        pytest.param("lift_restriction", RestrictionLifted, {}, id="lift"),
    ],
)
def test_a_decision_on_a_restriction_may_rest_on_a_follow_up(
    name: str,
    fact: type[RestrictionVaried | RestrictionContinued | RestrictionLifted],
    fields: dict[str, object],
) -> None:
    story = in_force()
    check = story.deadline(DeadlineKind.FOLLOW_UP).id
    given = {"restriction": story.restriction.id, "clauses": (), "follow_up": check} | fields

    story.refused(UnknownThing, name, HEAD, **given)  # it is not completed yet
    story.do("complete_follow_up", HEAD, deadline=check, result=a_text("result"))
    story.do(name, HEAD, **given)

    assert [one.follow_up for one in story.facts if isinstance(one, fact)] == [check]


def test_confirming_may_rest_on_a_follow_up_and_leaves_another_restriction_alone() -> None:
    story = two()
    first, second = (r.id for r in story.case.restrictions)
    other = about(story, second) - {DeadlineKind.REPRESENTATIONS}
    story.wait("4 school days")
    check = story.deadline(DeadlineKind.FOLLOW_UP).id
    story.do("complete_follow_up", HEAD, deadline=check, result=a_text("result"))

    story.do("confirm_restriction", HEAD, restriction=first, clauses=(), follow_up=check)

    assert [f.follow_up for f in story.facts if isinstance(f, RestrictionConfirmed)] == [check]
    assert DeadlineKind.REVIEW in about(story, first)
    assert other <= about(story, second)


def test_a_renewed_review_counts_from_the_day_of_the_decision() -> None:
    story = in_force()
    story.wait("10 school days")

    story.do(
        "review_restriction",
        HEAD,
        restriction=story.restriction.id,
        result="continue",
        review_on="2026-10-20",
    )

    moved = [f for f in story.facts if isinstance(f, DeadlineMoved)][-1]
    assert moved.counted_from == CALENDAR.local_date(story.now)


def test_a_variation_may_say_the_same_review_again() -> None:
    story = in_force()
    same = story.restriction.terms.review_on

    story.do("vary_restriction", HEAD, restriction=story.restriction.id, review_on=same)

    assert story.restriction.terms.review_on == same


@pytest.mark.parametrize(("size", "needed"), [pytest.param(5, 5, id="of five"), (None, 3)])
def test_a_panel_is_as_large_as_the_ladder_says_and_never_under_three(
    size: int | None, needed: int
) -> None:
    code = altered(FLEET, Track.SCHOOL_CONCERN, panel_size=size)
    story = Story(code, Track.SCHOOL_CONCERN, by=PARENT).climb_to(Stage.COMPLAINT_PANEL)
    members = tuple(f"g{number}" for number in range(needed))

    too_few = story.refused(
        NamesSeen, "assign_panel", CLERK, members=members[1:], independent=members[1]
    )
    story.do("assign_panel", CLERK, members=members, independent=members[0])

    assert f"needs {needed} different" in too_few.detail
    assert story.case.panel == members


def _what_it_says(story: Story, error: type[CaseError], name: str, *by: object, **f: object) -> str:
    return story.refused(error, name, *by, restriction=story.restriction.id, **f).detail  # type: ignore[arg-type]


def test_each_refusal_about_a_restriction_says_what_to_do_instead() -> None:
    proposed, standing = under_restriction(), in_force()
    later = standing.restriction.terms.review_on.replace(year=2027)
    renewed = {"result": "continue", "review_on": "2026-10-20"}

    assert "You proposed this one." in _what_it_says(
        proposed,
        SecondPersonNeeded,
        "confirm_restriction",
        HEAD.model_copy(update={"person": DEPUTY.person}),
    )
    assert "not confirmed yet: confirm, vary or lift it" in _what_it_says(
        proposed, NotAllowedHere, "review_restriction", HEAD, **renewed
    )
    assert "bring the review forward; a review renews" in _what_it_says(
        standing, OpenEndedRestriction, "vary_restriction", HEAD, review_on=later
    )
    assert "The review on 2026-09-08 must be after" in _what_it_says(
        standing, OpenEndedRestriction, "vary_restriction", HEAD, review_on="2026-09-08"
    )
    assert "that limits nothing is lifted instead" in _what_it_says(
        standing, OpenEndedRestriction, "vary_restriction", HEAD, scopes=()
    )


def test_in_an_emergency_the_severities_that_would_do_are_named() -> None:
    ladder = PARENTS.by_track[Track.PARENT_CONDUCT].model_dump()
    for step in ladder["steps"]:
        if step["restriction"]:
            step["restriction"]["interim_severities"] = (Severity.SERIOUS, Severity.SAFETY)
    code = altered(PARENTS, Track.PARENT_CONDUCT, steps=ladder["steps"])
    story = Story(code, Track.PARENT_CONDUCT).climb_to(Stage.WARNING)

    said = story.refused(SecondPersonNeeded, "restrict_access", HEAD, interim=True)

    assert "serious, safety" in said.detail
