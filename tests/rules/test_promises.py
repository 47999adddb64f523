"""What the school owes, the neutral facts, and how a case ends, is taken up again, or moves on."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.decide import decide
from domain.errors import (
    AdjustmentStands,
    CaseChanged,
    CaseIsClosed,
    CaseIsOpen,
    NotAllowedHere,
    NotAskedToSign,
    NotAuthorised,
    ProcedureMissing,
    ReasonMissing,
    UnknownThing,
)
from domain.events import (
    CodeShared,
    DeadlineMet,
    MeetingRescheduled,
    MeetingStopped,
    Settled,
    StageChanged,
)
from domain.vocabulary import (
    CodeAnswer,
    DeadlineKind,
    Outcome,
    Procedure,
    ResponseKind,
    Role,
    Rule,
    Stage,
    StopReason,
    Track,
)
from tests.rules.building import (
    A_WEEK,
    ADVOCATE,
    CALENDAR,
    CHAIR,
    CLERK,
    DEPUTY,
    ELEANOR_PALMER,
    FLEET,
    GOVERNOR,
    HEAD,
    MONDAY,
    OFFICE,
    PARENT,
    PARENTS,
    SERVICE,
    TEACHER,
    Story,
    a_text,
    altered,
    under_restriction,
)

MEETING_AT = MONDAY + A_WEEK


def a_meeting(story: Story) -> str:
    """Arranges a meeting, and gives its id."""
    story.do("schedule_meeting", TEACHER, at=MEETING_AT)
    return story.case.meetings[-1].id


# Each duty falls due, and is met by its own action


def test_a_concern_is_acknowledged_within_two_school_days() -> None:
    story = Story()
    duty = story.deadline(DeadlineKind.DUTY, "acknowledge")
    assert duty.due_on == date(2026, 9, 16)

    error = story.refused(NotAllowedHere, "complete_follow_up", DEPUTY, deadline=duty.id)
    assert error.detail == "This duty is met by the action “acknowledge”."
    story.do("acknowledge", TEACHER)

    assert story.case.acknowledged
    assert "acknowledge" not in story.duties()
    assert next(f for f in story.facts if isinstance(f, DeadlineMet)).on_time
    story.refused(NotAllowedHere, "acknowledge", TEACHER)


def test_a_promise_is_never_forgotten_only_late() -> None:
    story = Story()
    story.wait("30 school days")

    story.do("acknowledge", TEACHER)

    assert not next(f for f in story.facts if isinstance(f, DeadlineMet)).on_time


def test_an_advocate_who_is_appointed_is_owed_the_code_and_so_is_the_parent() -> None:
    story = Story(track=Track.SCHOOL_CONCERN, by=PARENT)
    story.do("appoint_advocate", PARENT, advocate="friend")
    assert story.duties() == {
        "acknowledge",
        "share-code-with-parent",
        "share-code-with-advocate",
        "ask-to-sign",
    }

    story.do("share_code", OFFICE, with_role="parent")
    assert "share-code-with-parent" not in story.duties()
    story.do("share_code", OFFICE, with_role="advocate")
    assert "share-code-with-advocate" not in story.duties()
    story.do("sign_code", TEACHER, answer="no_answer", by="friend")

    assert story.duties() == {"acknowledge"}
    assert [
        (f.with_role, f.with_person, f.policy_version)
        for f in story.facts
        if isinstance(f, CodeShared)
    ] == [(Role.PARENT, "parent", "1.0"), (Role.ADVOCATE, "friend", "1.0")]
    story.refused(NotAllowedHere, "appoint_advocate", PARENT, advocate="friend")


def test_the_code_is_shared_with_somebody_who_is_there() -> None:
    story = Story(track=Track.SCHOOL_CONCERN, by=PARENT)

    error = story.refused(UnknownThing, "share_code", OFFICE, with_role="advocate")
    assert error.detail == "There is no advocate on this case."
    story.refused(NotAllowedHere, "share_code", OFFICE, with_role="governor")


def test_a_reply_is_owed_to_who_writes_back() -> None:
    story = Story()
    story.do("record_response", ADVOCATE, text=a_text("my view"))
    duty = story.deadline(DeadlineKind.DUTY, "reply")
    assert duty.due_on == date(2026, 9, 21)

    story.do("record_response", ADVOCATE, text=a_text("and another thing"))
    assert story.deadline(DeadlineKind.DUTY, "reply") == duty
    story.do("complete_follow_up", DEPUTY, deadline=duty.id)

    assert "reply" not in story.duties()


def test_a_meeting_is_moved_for_an_advocate_who_cannot_come() -> None:
    story = Story()
    meeting = a_meeting(story)
    story.do("record_response", ADVOCATE, kind=ResponseKind.CANNOT_ATTEND, text=a_text())
    assert story.duties() == {"acknowledge", "share-information", "reschedule"}
    later = MEETING_AT + A_WEEK

    story.refused(NotAllowedHere, "reschedule_meeting", TEACHER, meeting=meeting, at=story.now)
    story.do("reschedule_meeting", TEACHER, meeting=meeting, at=later)

    assert "reschedule" not in story.duties()
    moved = next(f for f in story.facts if isinstance(f, MeetingRescheduled))
    assert (moved.was, moved.at) == (MEETING_AT, later)
    assert story.case.meetings[0].at == later


def test_fleet_promises_no_other_date_and_owes_an_answer() -> None:
    story = Story(FLEET)

    story.do("record_response", ADVOCATE, kind=ResponseKind.CANNOT_ATTEND, text=a_text())

    assert story.duties() == {"acknowledge", "reply"}


def test_a_meeting_leaves_a_record() -> None:
    story = Story()
    meeting = a_meeting(story)
    story.refused(NotAllowedHere, "hold_meeting", TEACHER, meeting=meeting)
    story.wait_until(MEETING_AT)

    story.do("hold_meeting", TEACHER, meeting=meeting)
    duty = story.deadline(DeadlineKind.DUTY, "record-meeting")
    story.refused(NotAllowedHere, "complete_follow_up", TEACHER, deadline=duty.id)
    said = {"discussed": a_text("said"), "decided": a_text("agreed")}
    story.do("record_meeting", TEACHER, meeting=meeting, **said)

    assert duty.id in story.case.results
    assert story.case.meetings[0].held
    error = story.refused(UnknownThing, "hold_meeting", TEACHER, meeting=meeting)
    assert "meeting to come" in error.detail


def test_a_meeting_is_arranged_for_a_time_to_come() -> None:
    story = Story()

    story.refused(NotAllowedHere, "schedule_meeting", TEACHER, at=story.now)
    story.do("schedule_meeting", TEACHER, at=story.now + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("policy", "ground"),
    [(ELEANOR_PALMER, StopReason.BREACH_OF_TERMS), (FLEET, StopReason.VERBAL_ABUSE)],
)
def test_a_meeting_is_stopped_on_the_ground_that_the_code_names(
    policy: Any, ground: StopReason
) -> None:
    story = Story(policy)
    meeting = a_meeting(story)
    story.wait_until(MEETING_AT)

    story.refused(ReasonMissing, "stop_meeting", DEPUTY, meeting=meeting, clauses=())
    story.do("stop_meeting", DEPUTY, meeting=meeting)

    stopped = next(f for f in story.facts if isinstance(f, MeetingStopped))
    assert stopped.ground is ground
    assert story.case.meetings[0].stopped
    assert "record-meeting" in story.duties()
    story.refused(UnknownThing, "reschedule_meeting", TEACHER, meeting=meeting, at=MEETING_AT)


def test_a_code_that_does_not_say_so_stops_no_meeting() -> None:
    ladder = PARENTS.by_track[Track.PARENT_CONDUCT]
    authority = ladder.model_dump()["authority"] | {"stop_meeting": (Role.HEADTEACHER,)}
    story = Story(altered(PARENTS, Track.PARENT_CONDUCT, authority=authority), Track.PARENT_CONDUCT)
    meeting = a_meeting(story)
    story.wait_until(MEETING_AT)

    story.refused(NotAllowedHere, "stop_meeting", HEAD, meeting=meeting)


def test_each_person_answers_for_themselves_about_being_recorded() -> None:
    story = Story()
    meeting = a_meeting(story)

    story.do("consent_to_recording", ADVOCATE, meeting=meeting, consents=False)
    story.do("consent_to_recording", TEACHER, meeting=meeting, consents=True)

    answers = [(e.fact.person, e.fact.consents) for e in story.events[-2:]]  # type: ignore[union-attr]
    assert answers == [(ADVOCATE.person, False), (TEACHER.person, True)]


# Signing is asked, never forced


@pytest.mark.parametrize("answer", list(CodeAnswer))
def test_no_answer_to_signing_has_any_consequence(answer: CodeAnswer) -> None:
    signed, other = Story(), Story()
    for story, given in ((signed, CodeAnswer.SIGNED), (other, answer)):
        story.do("appoint_advocate", PARENT, advocate="friend")
        story.do("sign_code", TEACHER, answer=given, by="friend")

    assert other.case.answers_to_code == (("friend", answer),)
    neutral = {"answers_to_code": ()}
    assert other.case.model_copy(update=neutral) == signed.case.model_copy(update=neutral)


def test_an_answer_to_signing_may_change() -> None:
    story = Story()

    story.do("sign_code", ADVOCATE, answer="declined")
    story.do("sign_code", TEACHER, answer="signed", by=PARENT.person)
    story.do("sign_code", ADVOCATE, answer="signed")

    assert story.case.answers_to_code == (
        (PARENT.person, CodeAnswer.SIGNED),
        (ADVOCATE.person, CodeAnswer.SIGNED),
    )


def test_nobody_signs_for_somebody_else() -> None:
    story = Story()

    error = story.refused(NotAskedToSign, "sign_code", ADVOCATE, answer="signed", by="parent")
    assert error.rule is Rule.SIGNING_IS_ASKED
    story.refused(NotAskedToSign, "sign_code", TEACHER, answer="signed", by="a stranger")
    story.refused(NotAskedToSign, "sign_code", DEPUTY, answer="signed")


def test_a_code_without_signing_asks_nobody() -> None:
    ladder = FLEET.by_track[Track.ADVOCATE_CONDUCT]
    authority = ladder.model_dump()["authority"] | {"sign_code": (Role.ADVOCATE,)}
    story = Story(altered(FLEET, Track.ADVOCATE_CONDUCT, authority=authority))

    story.refused(NotAskedToSign, "sign_code", ADVOCATE, answer="signed")


# Adjustments


def test_an_adjustment_stands_for_the_life_of_the_case() -> None:
    story = Story()
    story.do("agree_adjustment", DEPUTY, person=PARENT.person, text=a_text("an interpreter"))
    adjustment = story.case.adjustments[0]
    story.climb_to(Stage.WARNING)
    story.do("close", DEPUTY, outcome=Outcome.RESOLVED)
    story.do("reopen", HEAD)
    assert [a.id for a in story.case.adjustments] == [adjustment.id]

    story.refused(
        AdjustmentStands, "remove_adjustment", HEAD, adjustment=adjustment.id, reason=None
    )
    story.refused(NotAuthorised, "remove_adjustment", DEPUTY, adjustment=adjustment.id)
    error = story.refused(UnknownThing, "remove_adjustment", HEAD, adjustment="a1")
    assert adjustment.id in error.sentence
    story.do("remove_adjustment", HEAD, adjustment=adjustment.id)

    assert not story.case.adjustments


# The end of a case


def test_a_transfer_names_its_procedure_and_restricts_the_content_at_once() -> None:
    story = Story()

    story.refused(ProcedureMissing, "close", DEPUTY, outcome=Outcome.TRANSFERRED)
    error = story.refused(
        ProcedureMissing,
        "close",
        DEPUTY,
        outcome=Outcome.RESOLVED,
        procedure=Procedure.ADMISSIONS,
    )
    assert error.rule is Rule.OUT_OF_THE_LADDER
    story.refused(
        ReasonMissing,
        "close",
        DEPUTY,
        outcome=Outcome.TRANSFERRED,
        procedure=Procedure.EXCLUSIONS,
        reason=None,
    )
    story.do("close", DEPUTY, outcome=Outcome.TRANSFERRED, procedure=Procedure.EXCLUSIONS)

    assert (story.case.outcome, story.case.content_restricted) == (Outcome.TRANSFERRED, True)
    change = [f for f in story.facts if isinstance(f, StageChanged)][-1]
    assert change.procedure is Procedure.EXCLUSIONS


def test_an_ordinary_end_restricts_nothing_and_settles_after_the_time_for_reopening() -> None:
    story = Story().climb_to(Stage.FORMAL_REMINDER)
    story.do("close", DEPUTY, outcome=Outcome.RESOLVED)

    assert not story.case.content_restricted
    assert story.case.closed_from is Stage.FORMAL_REMINDER
    assert [(d.kind, d.due_on) for d in story.case.deadlines] == [
        (DeadlineKind.REOPENING, date(2026, 12, 14))
    ]
    story.wait("4 calendar months")

    assert story.case.settled
    assert isinstance(story.events[-1].fact, Settled)
    assert story.case.next_at is None
    story.refused(NotAllowedHere, "reopen", HEAD)


def test_a_case_closes_only_in_a_way_that_its_ladder_knows() -> None:
    story = Story(track=Track.SCHOOL_CONCERN, by=PARENT)
    story.refused(UnknownThing, "close", DEPUTY, outcome=Outcome.LAPSED)

    error = Story().refused(NotAllowedHere, "close", DEPUTY, outcome=Outcome.LAPSED)
    assert error.detail == "Use the action lapse for this."


def test_closing_is_a_decision_with_a_reason() -> None:
    story = Story()

    story.refused(ReasonMissing, "close", DEPUTY, outcome="resolved", clauses=())
    story.refused(ReasonMissing, "close", DEPUTY, outcome="resolved", reason=None)


def test_a_closed_case_is_reopened_to_where_it_stood_with_a_reason() -> None:
    story = Story().climb_to(Stage.FORMAL_REMINDER)
    story.do("offer_resolution_meeting", DEPUTY)
    story.do("close", DEPUTY, outcome=Outcome.RESOLVED)

    story.refused(ReasonMissing, "reopen", HEAD, reason=None)
    story.refused(NotAuthorised, "reopen", DEPUTY)
    story.do("reopen", HEAD)

    case = story.case
    assert (case.stage, case.rung) == (Stage.RESOLUTION_MEETING, Stage.FORMAL_REMINDER)
    assert (case.outcome, case.closed_at, case.closed_from) == (None, None, None)
    assert story.deadline(DeadlineKind.FOLLOW_UP).about == "after-resolution-meeting"
    assert story.deadline(DeadlineKind.QUIET_PERIOD).about == "resolution_meeting"
    assert not [d for d in case.deadlines if d.kind is DeadlineKind.REOPENING]


def test_a_transferred_case_that_comes_back_is_open_to_read_again() -> None:
    story = Story()
    story.do("close", DEPUTY, outcome="transferred", procedure=Procedure.SEN_ASSESSMENT)

    story.do("reopen", HEAD)

    assert not story.case.content_restricted
    assert story.deadline(DeadlineKind.FOLLOW_UP).about == "first-look"


def test_an_open_case_is_not_reopened() -> None:
    error = Story().refused(CaseIsOpen, "reopen", HEAD)

    assert error.sentence == "The case is open, so there is nothing to reopen."


def test_a_closed_case_takes_no_step_and_no_new_incident() -> None:
    story = Story()
    story.do("close", DEPUTY, outcome=Outcome.UNFOUNDED)

    story.refused(CaseIsClosed, "remind_informally", DEPUTY)
    story.refused(CaseIsClosed, "add_incident", TEACHER, occurred_on="2026-09-14", severity="minor")
    story.refused(CaseIsClosed, "close", DEPUTY, outcome=Outcome.RESOLVED)


def test_a_closed_case_keeps_its_record_open() -> None:
    story = Story()
    story.do("close", DEPUTY, outcome=Outcome.UNFOUNDED)

    story.do("add_note", TEACHER, text=a_text())
    story.do("record_response", ADVOCATE, text=a_text())
    story.do("review_by_governor", GOVERNOR, findings=a_text())

    assert story.duties() == set()


# Another version of the code


def test_a_case_keeps_its_code_until_somebody_moves_it_with_a_reason() -> None:
    story = Story().climb_to(Stage.WARNING)
    newer = ELEANOR_PALMER.model_copy(update={"version": "1.1"})
    newer = type(newer).model_validate(newer.model_dump())

    story.refused(ReasonMissing, "adopt_policy", HEAD, policy=newer, reason=None)
    story.refused(NotAuthorised, "adopt_policy", DEPUTY, policy=newer)
    story.do("adopt_policy", HEAD, policy=newer)

    assert (story.case.policy_version, story.case.policy_digest) == ("1.1", newer.digest)
    assert story.case.stage is Stage.WARNING


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        pytest.param(ELEANOR_PALMER, "under this version already", id="the same"),
        pytest.param(FLEET, "fleet-families-and-advocates has no", id="another code"),
    ],
)
def test_a_case_does_not_move_to_just_any_code(policy: Any, words: str) -> None:
    error = Story().refused(NotAllowedHere, "adopt_policy", HEAD, policy=policy)

    assert words in error.detail


def test_a_case_does_not_move_to_a_version_without_its_step() -> None:
    story = Story().climb_to(Stage.WARNING)
    ladder = ELEANOR_PALMER.by_track[Track.ADVOCATE_CONDUCT].model_dump()
    steps = [step for step in ladder["steps"] if step["id"] != "warning"]
    skips = [skip | {"to": ("formal_reminder",)} for skip in ladder["skips"]]
    newer = altered(ELEANOR_PALMER, Track.ADVOCATE_CONDUCT, steps=steps, skips=skips)

    error = story.refused(NotAllowedHere, "adopt_policy", HEAD, policy=newer)

    assert "no step warning" in error.detail


def test_a_case_under_restriction_does_not_move_to_a_version_that_restricts_nobody() -> None:
    story = under_restriction()
    steps = ELEANOR_PALMER.by_track[Track.ADVOCATE_CONDUCT].model_dump()["steps"]
    for step in steps:
        step["restriction"] = None
    newer = altered(ELEANOR_PALMER, Track.ADVOCATE_CONDUCT, steps=steps)

    error = story.refused(NotAllowedHere, "adopt_policy", HEAD, policy=newer)

    assert "engagement_restriction" in error.detail


def test_a_duty_that_a_newer_version_no_longer_knows_can_still_be_ended() -> None:
    story = Story()
    newer = altered(ELEANOR_PALMER, Track.ADVOCATE_CONDUCT, duties=())
    story.do("adopt_policy", HEAD, policy=newer)
    story.policy = newer

    story.do("complete_follow_up", DEPUTY, deadline=story.deadline(DeadlineKind.DUTY).id)

    assert story.duties() == set()


# Acting at all


def test_an_action_acts_once_however_often_it_is_sent() -> None:
    story = Story()
    action = story.action("add_note", text=a_text())
    story.apply(story.decide(action, TEACHER))

    assert story.decide(action, TEACHER) == []
    opening = story.action(
        "raise_concern",
        school="rowan-hill",
        reference="EP-2026-0042",
        track="advocate_conduct",
        severity="minor",
    ).model_copy(update={"id": "action-1"})
    assert story.decide(opening, TEACHER) == []


def test_of_two_people_at_once_one_wins_and_the_other_is_told() -> None:
    story = Story()
    seen = story.case.sequence
    story.do("remind_informally", DEPUTY, seen=seen)

    error = story.refused(CaseChanged, "remind_formally", HEAD, seen=seen)

    assert error.rule is Rule.CASE_CHANGED
    assert f"as far as event {seen}" in error.detail
    assert "at “informal reminder”" in error.detail


def test_a_case_is_opened_once() -> None:
    story = Story()
    fields = {
        "school": "rowan-hill",
        "reference": "EP-2026-0042",
        "track": "advocate_conduct",
        "severity": "minor",
    }

    error = story.refused(CaseChanged, "raise_concern", TEACHER, **fields)
    assert error.detail == "EP-2026-0042 is open already."


def test_there_is_nothing_to_do_before_a_concern_is_raised() -> None:
    story = Story()

    with pytest.raises(UnknownThing, match="raise a concern first"):
        decide(
            ELEANOR_PALMER, CALENDAR, None, story.action("add_note", text=a_text()), HEAD, MONDAY
        )


@pytest.mark.parametrize(
    ("error", "concern", "words"),
    [
        (UnknownThing, {"track": "parent_conduct"}, "There is no track “parent_conduct”"),
        (UnknownThing, {"respondent": None}, "Say whom the concern is about"),
        (UnknownThing, {"family": None}, "Say which parent the advocate acts for"),
        (UnknownThing, {"clauses": ("ep.expect.respekt",)}, "Did you mean ep.expect.respect"),
        (NotAuthorised, {"by": GOVERNOR}, "Raising this kind of concern"),
        (NotAllowedHere, {"received_at": MONDAY + A_WEEK}, "received in the future"),
        (NotAllowedHere, {"occurred_on": "2026-09-15"}, "cannot lie in the future"),
    ],
)
def test_a_concern_that_cannot_be_opened_says_why(
    error: Any, concern: dict[str, Any], words: str
) -> None:
    with pytest.raises(error, match=words):
        Story(**concern)


def test_what_happened_in_the_future_is_no_incident() -> None:
    Story().refused(
        NotAllowedHere, "add_incident", TEACHER, occurred_on="2026-09-15", severity="minor"
    )


def test_an_incident_cites_known_clauses() -> None:
    story = Story()

    story.refused(
        UnknownThing,
        "add_incident",
        TEACHER,
        occurred_on="2026-09-14",
        severity="minor",
        clauses=("ep.nothing",),
    )
    story.do(
        "add_incident",
        TEACHER,
        occurred_on="2026-09-14",
        severity="minor",
        clauses=("ep.expect.speech", "ep.about.expectations"),
    )
    assert story.case.clauses == ("ep.about.expectations", "ep.expect.speech")


def test_the_parties_of_a_case_come_from_the_concern() -> None:
    about_an_advocate = Story().case
    about_a_parent = Story(PARENTS, Track.PARENT_CONDUCT).case
    about_the_service = Story(SERVICE, Track.SERVICE_CONCERN, by=PARENT).case

    assert about_an_advocate.advocate == ADVOCATE.person
    assert about_an_advocate.parties == {"advocate", "parent", "teacher"}
    assert (about_a_parent.family, about_a_parent.advocate) == (PARENT.person, None)
    assert about_the_service.parties == {"parent"}


def test_a_signpost_goes_to_the_family_unless_somebody_else_is_named() -> None:
    story = Story()
    story.do("signpost", OFFICE)
    story.do("signpost", OFFICE, to="grandparent")
    assert [e.fact.to for e in story.events[-2:]] == ["parent", "grandparent"]  # type: ignore[union-attr]

    alone = Story(track=Track.SCHOOL_CONCERN, by=ADVOCATE)
    alone.refused(UnknownThing, "signpost", OFFICE)


def test_a_case_has_an_owner() -> None:
    story = Story()

    story.do("assign", DEPUTY, to=DEPUTY.person)
    story.refused(NotAuthorised, "assign", CLERK, to=CLERK.person)
    story.do("assign", CHAIR, to=HEAD.person)

    assert story.case.owner == HEAD.person
