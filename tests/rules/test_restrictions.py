"""Two pairs of eyes, a hearing first, an end in sight, and SENDIASS for the family."""

from datetime import date, timedelta

import pytest

from domain.actions import Actor
from domain.errors import (
    AnswerMissing,
    NotAllowedHere,
    NotAuthorised,
    NotYetHeard,
    OpenEndedRestriction,
    PromiseOutstanding,
    ReasonMissing,
    RestrictionStillOpen,
    SecondPersonNeeded,
    SignpostOutstanding,
    UnknownThing,
    WindowClosed,
)
from domain.events import (
    DeadlineMissed,
    DeadlineReminded,
    RepresentationsClosed,
    RestrictionConfirmed,
    RestrictionLapsed,
    RestrictionLifted,
)
from domain.vocabulary import (
    DeadlineKind,
    Outcome,
    Procedure,
    RestrictionStatus,
    Role,
    Rule,
    Scope,
    Severity,
    Stage,
    Track,
)
from tests.rules.building import (
    ADVOCATE,
    CALENDAR,
    CHAIR,
    CLERK,
    DEPUTY,
    ELEANOR_PALMER,
    HEAD,
    OFFICE,
    PARENTS,
    SITE,
    TEACHER,
    Story,
    a_text,
    altered,
    in_force,
    span,
    under_restriction,
)


def at_once() -> Story:
    """A case so grave that the head limited the advocate at once."""
    story = Story(severity=Severity.SAFETY)
    story.do("restrict_access", HEAD, interim=True)
    return story


def confirmed(story: Story, by: Actor = CHAIR, **fields: object) -> None:
    story.do("confirm_restriction", by, restriction=story.restriction.id, **fields)


# Two pairs of eyes


def test_a_restriction_is_only_proposed_until_another_person_confirms_it() -> None:
    story = under_restriction()

    assert story.restriction.status is RestrictionStatus.PROPOSED
    assert story.restriction.proposed_by == DEPUTY.person


def test_who_proposed_a_restriction_does_not_confirm_it_in_whatever_role() -> None:
    story = Story().climb_to(Stage.WARNING)
    story.do("restrict_access", HEAD)
    story.wait("6 school days")
    r = story.restriction.id

    error = story.refused(SecondPersonNeeded, "confirm_restriction", HEAD, restriction=r)
    assert error.rule is Rule.TWO_PAIRS_OF_EYES
    assert error.who_may == (Role.HEADTEACHER, Role.CHAIR_OF_GOVERNORS)
    same_person = Actor(person=HEAD.person, role=Role.CHAIR_OF_GOVERNORS)
    story.refused(SecondPersonNeeded, "confirm_restriction", same_person, restriction=r)
    confirmed(story)

    assert story.restriction.status is RestrictionStatus.IN_FORCE


def test_a_role_that_does_not_confirm_is_refused() -> None:
    story = under_restriction()
    other_deputy = Actor(person="other-deputy", role=Role.SENIOR_LEADER)

    story.refused(
        NotAuthorised, "confirm_restriction", other_deputy, restriction=story.restriction.id
    )


def test_a_step_confirmed_by_fewer_than_the_ladder_allows_refuses_the_others() -> None:
    steps = ELEANOR_PALMER.by_track[Track.ADVOCATE_CONDUCT].model_dump()["steps"]
    for step in steps:
        if step["restriction"]:
            step["restriction"]["confirmed_by"] = (Role.CHAIR_OF_GOVERNORS,)
            step["restriction"]["reviewed_by"] = (Role.CHAIR_OF_GOVERNORS,)
    policy = altered(ELEANOR_PALMER, Track.ADVOCATE_CONDUCT, steps=steps)
    story = under_restriction(policy=policy)
    story.wait("6 school days")
    r = story.restriction.id

    story.refused(NotAuthorised, "confirm_restriction", HEAD, restriction=r)
    confirmed(story)
    error = story.refused(NotAuthorised, "vary_restriction", HEAD, restriction=r)
    assert error.who_may == (Role.CHAIR_OF_GOVERNORS,)


@pytest.mark.parametrize("severity", [Severity.MINOR, Severity.MODERATE, Severity.SERIOUS])
def test_only_safety_lets_one_person_limit_somebody_at_once(severity: Severity) -> None:
    story = Story(severity=severity).climb_to(Stage.WARNING)

    error = story.refused(SecondPersonNeeded, "restrict_access", HEAD, interim=True)

    assert (
        f"Only severity safety lets one person start a restriction at once; this case is "
        f"{severity.value}" in error.detail
    )


def test_in_an_emergency_a_restriction_starts_at_once_as_interim() -> None:
    story = at_once()

    assert story.restriction.status is RestrictionStatus.INTERIM
    assert story.restriction.terms.starts_on == date(2026, 9, 14)
    assert not story.restriction.heard
    assert story.duties() >= {"signpost"}


def test_an_interim_restriction_that_nobody_confirms_lapses_and_the_chair_is_told() -> None:
    story = at_once()

    story.wait("11 school days")

    assert story.restriction.status is RestrictionStatus.LAPSED
    (missed,) = [f for f in story.facts if isinstance(f, DeadlineMissed)]
    assert missed.tell is Role.CHAIR_OF_GOVERNORS
    (lapsed,) = [f for f in story.facts if isinstance(f, RestrictionLapsed)]
    assert lapsed.missed is DeadlineKind.CONFIRMATION
    assert not [d for d in story.case.deadlines if d.about == story.restriction.id]


def test_the_decider_is_reminded_before_a_decision_is_due_and_the_chair_on_the_day() -> None:
    story = at_once()
    window = story.deadline(DeadlineKind.CONFIRMATION)

    story.wait_until(window.due_at - timedelta(minutes=1))

    told = [
        (e.at.date(), e.fact.tell)
        for e in story.events
        if isinstance(e.fact, DeadlineReminded) and e.fact.deadline == window.id
    ]
    assert window.due_on == date(2026, 9, 28)
    assert told == [
        (date(2026, 9, 21), Role.HEADTEACHER),
        (date(2026, 9, 28), Role.CHAIR_OF_GOVERNORS),
    ]


def test_an_interim_restriction_keeps_its_start_when_it_is_confirmed() -> None:
    story = at_once()
    story.wait("6 school days")

    confirmed(story)

    assert story.restriction.terms.starts_on == date(2026, 9, 14)


def test_a_proposed_restriction_starts_when_it_is_confirmed() -> None:
    story = in_force()

    assert story.restriction.terms.starts_on == date(2026, 9, 22)


def test_a_later_start_that_was_proposed_is_kept() -> None:
    story = Story().climb_to(Stage.WARNING)
    story.do("restrict_access", DEPUTY, starts_on="2026-10-05", review_on="2026-10-20")
    story.wait("6 school days")

    confirmed(story)

    assert story.restriction.terms.starts_on == date(2026, 10, 5)


def test_what_is_confirmed_is_not_confirmed_again() -> None:
    story = in_force()

    story.refused(NotAllowedHere, "confirm_restriction", CHAIR, restriction=story.restriction.id)


# To be heard


def test_a_restriction_waits_until_the_respondent_was_heard() -> None:
    story = under_restriction()
    window = story.deadline(DeadlineKind.REPRESENTATIONS)

    error = story.refused(
        NotYetHeard, "confirm_restriction", HEAD, restriction=story.restriction.id
    )

    assert window.due_on == date(2026, 9, 21)
    assert (error.not_before, error.rule) == (window.due_at, Rule.TO_BE_HEARD)
    assert "The window closes on Monday 21 September 2026." in error.detail
    story.wait_until(window.due_at - timedelta(seconds=1))
    story.refused(NotYetHeard, "confirm_restriction", HEAD, restriction=story.restriction.id)
    story.wait_until(window.due_at)
    confirmed(story)


def test_an_interim_restriction_waits_for_the_hearing_too() -> None:
    story = at_once()

    story.refused(NotYetHeard, "confirm_restriction", CHAIR, restriction=story.restriction.id)


def test_representations_end_the_wait_and_the_decision_answers_them() -> None:
    story = under_restriction()
    r = story.restriction.id
    story.do("submit_representations", ADVOCATE, text=a_text("my side"))

    error = story.refused(AnswerMissing, "confirm_restriction", HEAD, restriction=r)
    assert error.rule is Rule.TO_BE_HEARD
    confirmed(story, HEAD, answer=a_text("answer"))

    assert story.restriction.representations == (a_text("my side"),)
    facts = [f for f in story.facts if isinstance(f, RepresentationsClosed | RestrictionConfirmed)]
    assert [type(f) for f in facts] == [RestrictionConfirmed, RepresentationsClosed]
    assert isinstance(facts[1], RepresentationsClosed)
    assert facts[1].received == 1
    assert not [d for d in story.case.deadlines if d.kind is DeadlineKind.REPRESENTATIONS]


def test_silence_is_a_neutral_fact_and_needs_no_answer() -> None:
    story = in_force()

    (closed,) = [f for f in story.facts if isinstance(f, RepresentationsClosed)]
    assert closed.received == 0
    (confirmation,) = [f for f in story.facts if isinstance(f, RestrictionConfirmed)]
    assert confirmation.answer is None


def test_more_may_be_written_until_the_window_closes_and_a_reply_is_owed() -> None:
    story = under_restriction()
    story.do("submit_representations", ADVOCATE, text=a_text("first"))
    story.do("submit_representations", CLERK, text=a_text("second"))

    assert story.restriction.representations == (a_text("first"), a_text("second"))
    assert "reply" in story.duties()
    story.wait("6 school days")
    closed = next(f for f in story.facts if isinstance(f, RepresentationsClosed))
    assert closed.received == 2


def test_there_is_no_window_before_anything_is_proposed() -> None:
    Story().refused(WindowClosed, "submit_representations", ADVOCATE, text=a_text())


def test_a_restriction_that_nobody_decides_on_falls_away() -> None:
    story = under_restriction()

    story.wait("11 school days")

    assert story.restriction.status is RestrictionStatus.LAPSED
    assert story.case.stage is Stage.ENGAGEMENT_RESTRICTION
    story.refused(UnknownThing, "confirm_restriction", HEAD, restriction=story.restriction.id)


# No open-ended restriction


@pytest.mark.parametrize(
    ("left_out", "words"),
    [
        ("contact", "what contact stays permitted (contact)"),
        ("contact_through", "whom contact goes through (contact_through)"),
        ("meetings", "how the family still takes part in statutory meetings (meetings)"),
        ("review_on", "Give a review date (review_on), 2026-11-03 at the latest."),
    ],
)
def test_a_restriction_says_all_of_its_terms(left_out: str, words: str) -> None:
    story = Story().climb_to(Stage.WARNING)

    error = story.refused(OpenEndedRestriction, "restrict_access", DEPUTY, **{left_out: None})

    assert error.rule is Rule.NO_OPEN_ENDED_RESTRICTION
    assert words in error.detail


def test_a_site_restriction_says_how_the_child_is_brought_and_collected() -> None:
    story = Story(PARENTS, Track.PARENT_CONDUCT).climb_to(Stage.STAFF_RESTRICTION)

    error = story.refused(
        OpenEndedRestriction, "restrict_access", DEPUTY, scopes=SITE, collection=None
    )
    assert error.detail == ("Say how the child is still brought and collected (collection).")
    story.do("restrict_access", DEPUTY, scopes=SITE)


def test_only_the_site_needs_the_words_on_collection() -> None:
    story = Story().climb_to(Stage.WARNING)

    story.do("restrict_access", DEPUTY, collection=None)

    assert story.restriction.terms.collection is None


def test_the_review_lies_after_the_start_and_within_the_policys_limit() -> None:
    story = Story().climb_to(Stage.WARNING)
    latest = CALENDAR.add(date(2026, 9, 14), span("30 school days"))

    story.refused(
        OpenEndedRestriction, "restrict_access", DEPUTY, review_on=latest + timedelta(days=1)
    )
    story.refused(OpenEndedRestriction, "restrict_access", DEPUTY, review_on="2026-09-14")
    story.do("restrict_access", DEPUTY, review_on=latest)

    assert story.restriction.terms.review_on == latest == date(2026, 11, 3)


def test_a_restriction_does_not_start_in_the_past() -> None:
    story = Story().climb_to(Stage.WARNING)

    error = story.refused(OpenEndedRestriction, "restrict_access", DEPUTY, starts_on="2026-09-13")

    assert "cannot start in the past (2026-09-13)" in error.detail


def test_confirming_does_not_reach_beyond_the_limit_either() -> None:
    story = under_restriction()
    story.wait("6 school days")
    latest = CALENDAR.add(date(2026, 9, 22), span("30 school days"))
    r = story.restriction.id

    story.refused(
        OpenEndedRestriction,
        "confirm_restriction",
        HEAD,
        restriction=r,
        review_on=latest + timedelta(days=1),
    )
    story.refused(
        OpenEndedRestriction, "confirm_restriction", HEAD, restriction=r, review_on="2026-09-22"
    )
    confirmed(story, HEAD, review_on=latest)

    assert story.deadline(DeadlineKind.REVIEW).due_on == latest


def test_an_interim_restriction_counts_its_limit_from_its_start() -> None:
    story = at_once()
    story.wait("6 school days")
    from_the_start = CALENDAR.add(date(2026, 9, 14), span("30 school days"))

    story.refused(
        OpenEndedRestriction,
        "confirm_restriction",
        CHAIR,
        restriction=story.restriction.id,
        review_on=from_the_start + timedelta(days=1),
    )


def test_a_restriction_that_is_not_renewed_lapses_at_its_review_date() -> None:
    story = in_force()
    review = story.deadline(DeadlineKind.REVIEW)

    story.wait_until(review.due_at - timedelta(seconds=1))
    assert story.restriction.open
    story.wait_until(review.due_at)

    assert story.restriction.status is RestrictionStatus.LAPSED
    lapsed = next(f for f in story.facts if isinstance(f, RestrictionLapsed))
    assert lapsed.missed is DeadlineKind.REVIEW
    missed = next(f for f in story.facts if isinstance(f, DeadlineMissed))
    assert (missed.deadline, missed.tell) == (review.id, Role.CHAIR_OF_GOVERNORS)


def test_a_review_continues_a_restriction_with_reasons_and_a_new_review() -> None:
    story = in_force()
    story.wait("10 school days")
    r, review = story.restriction.id, story.deadline(DeadlineKind.REVIEW)
    today = CALENDAR.local_date(story.now)
    latest = CALENDAR.add(today, span("30 school days"))
    given = {"restriction": r, "result": "continue"}

    story.refused(OpenEndedRestriction, "review_restriction", HEAD, **given)
    story.refused(ReasonMissing, "review_restriction", HEAD, **given, review_on=latest, reason=None)
    story.refused(
        OpenEndedRestriction,
        "review_restriction",
        HEAD,
        **given,
        review_on=latest + timedelta(days=1),
    )
    story.do("review_restriction", HEAD, **given, review_on=latest)

    moved = story.deadline(DeadlineKind.REVIEW)
    assert (moved.id, moved.due_on, moved.generation) == (review.id, latest, 2)
    assert story.restriction.terms.review_on == latest


def test_a_review_may_narrow_and_may_lift() -> None:
    story = in_force()
    given = {"restriction": story.restriction.id, "review_on": "2026-10-20"}

    story.refused(
        OpenEndedRestriction, "review_restriction", HEAD, **given, result="vary", scopes=()
    )
    story.do("review_restriction", HEAD, **given, result="vary", scopes=("meetings",))
    assert story.restriction.terms.scopes == (Scope.MEETINGS,)
    story.refused(
        NotYetHeard,
        "review_restriction",
        HEAD,
        **given,
        result="vary",
        scopes=("meetings", "engagement"),
    )
    story.do("review_restriction", HEAD, **given, result="vary")
    assert story.restriction.terms.scopes == (Scope.MEETINGS,)
    story.do("review_restriction", HEAD, restriction=story.restriction.id, result="lift")

    assert story.restriction.status is RestrictionStatus.LIFTED
    lifted = next(f for f in story.facts if isinstance(f, RestrictionLifted))
    assert lifted.on_review


def test_what_is_not_confirmed_is_not_reviewed() -> None:
    story = under_restriction()

    story.refused(
        NotAllowedHere,
        "review_restriction",
        HEAD,
        restriction=story.restriction.id,
        result="continue",
        review_on="2026-10-20",
    )


def test_a_variation_narrows_and_never_widens() -> None:
    story = in_force()
    r = story.restriction.id
    story.do("vary_restriction", HEAD, restriction=r, scopes=("engagement",))

    error = story.refused(
        NotYetHeard, "vary_restriction", HEAD, restriction=r, scopes=("engagement", "meetings")
    )
    assert "This would also limit meetings" in error.detail
    story.refused(OpenEndedRestriction, "vary_restriction", HEAD, restriction=r, scopes=())
    error = story.refused(NotAllowedHere, "vary_restriction", HEAD, restriction=r)
    assert error.detail == "Say what changes."

    assert story.restriction.terms.scopes == (Scope.ENGAGEMENT,)


def test_a_variation_changes_the_arrangements_with_a_reason() -> None:
    story = in_force()
    r = story.restriction.id

    story.refused(
        ReasonMissing, "vary_restriction", HEAD, restriction=r, contact=a_text("x"), reason=None
    )
    story.do(
        "vary_restriction",
        CHAIR,
        restriction=r,
        contact=a_text("by phone"),
        contact_through="office",
        meetings=a_text("online"),
        collection=a_text("at the gate"),
    )

    terms = story.restriction.terms
    assert (terms.contact, terms.contact_through) == (a_text("by phone"), "office")
    assert (terms.meetings, terms.collection) == (a_text("online"), a_text("at the gate"))


def test_a_variation_brings_the_review_forward_and_never_back() -> None:
    story = in_force()
    r, review = story.restriction.id, story.deadline(DeadlineKind.REVIEW)

    story.refused(
        OpenEndedRestriction,
        "vary_restriction",
        HEAD,
        restriction=r,
        review_on=review.due_on + timedelta(days=1),
    )
    story.refused(
        OpenEndedRestriction, "vary_restriction", HEAD, restriction=r, review_on="2026-09-22"
    )
    story.do("vary_restriction", HEAD, restriction=r, review_on="2026-10-01")

    assert story.deadline(DeadlineKind.REVIEW).due_on == date(2026, 10, 1)
    assert story.restriction.terms.review_on == date(2026, 10, 1)


def test_a_review_is_not_brought_forward_to_before_the_restriction_starts() -> None:
    story = Story().climb_to(Stage.WARNING)
    story.do("restrict_access", DEPUTY, starts_on="2026-10-05", review_on="2026-10-20")

    story.refused(
        OpenEndedRestriction,
        "vary_restriction",
        HEAD,
        restriction=story.restriction.id,
        review_on="2026-10-05",
    )


def test_a_restriction_may_be_lifted_before_anybody_was_heard() -> None:
    story = under_restriction()
    r = story.restriction.id

    story.refused(ReasonMissing, "lift_restriction", HEAD, restriction=r, clauses=())
    story.do("lift_restriction", HEAD, restriction=r)

    assert story.restriction.status is RestrictionStatus.LIFTED
    assert not next(f for f in story.facts if isinstance(f, RestrictionLifted)).on_review
    assert not [d for d in story.case.deadlines if d.about == r]


def test_two_restrictions_on_the_same_are_not_open_together() -> None:
    story = in_force()

    story.refused(NotAllowedHere, "restrict_access", DEPUTY, scopes=("meetings",))
    story.do("vary_restriction", HEAD, restriction=story.restriction.id, scopes=("engagement",))
    story.do("restrict_access", DEPUTY, scopes=("meetings",))

    assert len(story.case.open_restrictions) == 2


def test_representations_answer_every_open_window() -> None:
    story = Story(PARENTS, Track.PARENT_CONDUCT).climb_to(Stage.WARNING)
    story.do("restrict_access", DEPUTY, scopes=("staff_in_person",))
    story.do("restrict_access", DEPUTY, scopes=("staff_in_writing",))

    story.do("submit_representations", CLERK, text=a_text("my side"))

    assert [r.heard for r in story.case.restrictions] == [True, True]


def test_a_restriction_that_does_not_exist_is_named_with_those_that_do() -> None:
    story = under_restriction()

    error = story.refused(UnknownThing, "lift_restriction", HEAD, restriction="r1")

    assert f"Did you mean {story.restriction.id}?" in error.sentence


def test_a_case_does_not_close_while_a_restriction_is_open() -> None:
    story = in_force()
    story.do("signpost", OFFICE)

    error = story.refused(RestrictionStillOpen, "close", DEPUTY, outcome=Outcome.RESOLVED)
    assert f"{story.restriction.id} (in_force)" in error.detail
    story.refused(RestrictionStillOpen, "lapse", DEPUTY)
    story.do("lift_restriction", HEAD, restriction=story.restriction.id)
    story.do("close", DEPUTY, outcome=Outcome.RESOLVED)

    assert story.case.closed


# Signposting


def test_a_case_does_not_close_before_the_family_knows_of_sendiass() -> None:
    story = in_force()
    assert "signpost" in story.duties()
    story.do("lift_restriction", HEAD, restriction=story.restriction.id)

    error = story.refused(SignpostOutstanding, "close", DEPUTY, outcome=Outcome.RESOLVED)
    assert error.rule is Rule.SIGNPOSTING
    story.refused(SignpostOutstanding, "lapse", DEPUTY)
    story.do("signpost", OFFICE)
    story.do("close", DEPUTY, outcome=Outcome.RESOLVED)

    assert story.case.signposted


def test_a_proposal_alone_owes_no_signpost_and_a_confirmation_does() -> None:
    story = under_restriction()
    assert "signpost" not in story.duties()
    story.wait("6 school days")

    confirmed(story, HEAD)

    assert story.deadline(DeadlineKind.DUTY, "signpost").due_on == date(2026, 9, 23)


def test_a_family_told_when_an_interim_restriction_began_is_not_owed_it_again() -> None:
    story = at_once()
    story.do("signpost", OFFICE)
    story.wait("6 school days")

    confirmed(story)

    assert "signpost" not in story.duties()


def test_a_further_restriction_owes_the_signpost_anew() -> None:
    story = in_force()
    story.do("signpost", OFFICE)
    story.do("lift_restriction", HEAD, restriction=story.restriction.id)
    story.do("restrict_access", DEPUTY)
    story.wait("6 school days")

    confirmed(story, HEAD)

    assert "signpost" in story.duties()


def test_a_transfer_waits_for_nothing_and_what_protects_the_family_goes_on() -> None:
    story = in_force()

    story.do("close", DEPUTY, outcome=Outcome.TRANSFERRED, procedure=Procedure.CHILD_PROTECTION)

    assert story.case.content_restricted
    assert story.duties() == {"signpost"}
    assert story.deadline(DeadlineKind.REVIEW).about == story.restriction.id
    story.do("signpost", OFFICE)
    assert story.duties() == set()
    story.wait_until(story.deadline(DeadlineKind.REVIEW).due_at)
    assert story.restriction.status is RestrictionStatus.LAPSED


def test_a_transferred_case_is_not_settled_while_a_restriction_stands() -> None:
    story = in_force()
    story.do("close", DEPUTY, outcome=Outcome.TRANSFERRED, procedure=Procedure.CHILD_PROTECTION)
    for _ in range(3):  # renewed each month, so that it outlasts the time for reopening
        story.wait("20 school days")
        story.do(
            "review_restriction",
            HEAD,
            restriction=story.restriction.id,
            result="continue",
            review_on=CALENDAR.add(CALENDAR.local_date(story.now), span("30 school days")),
        )
    story.wait("10 school days")

    assert not story.case.settled
    assert story.deadline(DeadlineKind.REVIEW).about == story.restriction.id
    story.wait("6 calendar months")
    assert story.restriction.status is RestrictionStatus.LAPSED
    assert not story.case.settled  # the family still has not been told of SENDIASS
    story.do("signpost", OFFICE)
    story.wait("4 calendar months")
    assert story.case.settled


def test_another_duty_that_blocks_closing_is_named() -> None:
    duties = ELEANOR_PALMER.by_track[Track.ADVOCATE_CONDUCT].model_dump()["duties"]
    duties = [duty | {"blocks_closing": True} for duty in duties]
    policy = altered(ELEANOR_PALMER, Track.ADVOCATE_CONDUCT, duties=duties)
    story = Story(policy)

    error = story.refused(PromiseOutstanding, "close", DEPUTY, outcome=Outcome.UNFOUNDED)
    assert error.detail == "Outstanding: acknowledge, due on 2026-09-16."
    story.do("acknowledge", TEACHER)
    story.do("close", DEPUTY, outcome=Outcome.UNFOUNDED)

    assert story.case.outcome is Outcome.UNFOUNDED
