"""What people send back: what is owed on it, to whom it goes, and what comes late."""

from datetime import UTC, date, datetime

import pytest

from domain.actions import Actor, FileRef
from domain.case import Deadline
from domain.choices import available_actions
from domain.errors import (
    AnswerMissing,
    ConflictOfInterest,
    NotAllowedHere,
    NotAuthorised,
    NotYetHeard,
    ReasonMissing,
    UnknownThing,
    WindowClosed,
)
from domain.events import (
    DeadlineEnded,
    DeadlineMet,
    DeadlineReminded,
    IncidentAdded,
    RepresentationsSubmitted,
    ResponseRecorded,
)
from domain.policy import Policy
from domain.vocabulary import (
    ActionName,
    DeadlineKind,
    MediaType,
    Occasion,
    ResponseKind,
    RestrictionStatus,
    Role,
    Severity,
    Stage,
    Track,
)
from tests.rules.building import (
    ADVOCATE,
    CHAIR,
    CLERK,
    COLLEAGUE,
    DEPUTY,
    ELEANOR_PALMER,
    FLEET,
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
    in_force,
    under_restriction,
)
from workflows.reminders import reminders_for

A_FILE = FileRef(id="file-1", commitment="f" * 64, media_type=MediaType.PDF, size=1200)
ANOTHER = FileRef(id="file-2", commitment="e" * 64, media_type=MediaType.EMAIL, size=300)


def replied(kind: ResponseKind, policy: Policy = ELEANOR_PALMER, **changed: object) -> Story:
    """A case about an advocate, at the formal reminder by the head, on which they wrote back."""
    story = Story(policy).climb_to(Stage.FORMAL_REMINDER)
    story.do("record_response", ADVOCATE, kind=kind, text=a_text("reply"), **changed)
    return story


def challenged(by: Actor, step: ActionName = ActionName.REMIND_INFORMALLY) -> Story:
    """A case on which this person took the step, and was challenged on it on the Monday."""
    story = Story()
    story.do(step, by)
    story.do("record_response", ADVOCATE, kind="challenge", text=a_text("unfair"))
    return story


def the_challenge(story: Story) -> Deadline:
    return story.deadline(DeadlineKind.CHALLENGE)


# Each lands on the case with its due date


@pytest.mark.parametrize(
    ("policy", "track", "due"),
    [
        # Five school days from Monday 14 September.
        pytest.param(ELEANOR_PALMER, Track.ADVOCATE_CONDUCT, date(2026, 9, 21), id="5 school days"),
        pytest.param(PARENTS, Track.PARENT_CONDUCT, date(2026, 9, 16), id="2 school days"),
        pytest.param(SERVICE, Track.SERVICE_CONCERN, date(2026, 9, 21), id="5 working days"),
    ],
)
@pytest.mark.parametrize("kind", [ResponseKind.REPLY, ResponseKind.REQUEST_TO_MEET])
def test_an_answer_is_owed_in_the_time_that_the_code_gives(
    policy: Policy, track: Track, due: date, kind: ResponseKind
) -> None:
    story = Story(policy, track, by=PARENT if track is Track.SERVICE_CONCERN else TEACHER)

    story.do("record_response", PARENT, kind=kind, text=a_text())

    assert story.deadline(DeadlineKind.DUTY, "reply").due_on == due


@pytest.mark.parametrize(
    ("policy", "owed", "due"),
    [
        pytest.param(ELEANOR_PALMER, "reschedule", date(2026, 9, 21), id="another date"),
        # Fleet promises no other date, and answers all the same.
        pytest.param(FLEET, "reply", date(2026, 9, 21), id="an answer"),
    ],
)
def test_who_cannot_attend_is_owed_another_date_or_an_answer(
    policy: Policy, owed: str, due: date
) -> None:
    story = replied(ResponseKind.CANNOT_ATTEND, policy)

    assert story.deadline(DeadlineKind.DUTY, owed).due_on == due


def test_who_asks_to_meet_is_offered_the_meeting_first() -> None:
    def asked(story: Story) -> list[ActionName]:
        choices = available_actions(ELEANOR_PALMER, story.calendar, story.case, HEAD, story.now)
        return [choice.action for choice in choices if choice.asked_for]

    story = replied(ResponseKind.REPLY)
    assert asked(story) == []
    story.do("record_response", ADVOCATE, kind="request_to_meet", text=a_text())
    assert asked(story) == [
        ActionName.OFFER_RESOLUTION_MEETING,
        ActionName.OFFER_MEDIATION,
        ActionName.SCHEDULE_MEETING,
    ]

    story.do("offer_resolution_meeting", DEPUTY)
    assert asked(story) == []


def test_a_meeting_that_is_arranged_answers_the_request_to_meet() -> None:
    story = replied(ResponseKind.REQUEST_TO_MEET)

    story.do("schedule_meeting", TEACHER, at=datetime(2026, 9, 22, 14, 0, tzinfo=UTC))

    assert not story.case.asked_to_meet


def test_files_stand_in_the_event_with_what_they_came_with() -> None:
    story = under_restriction()
    files = (A_FILE, ANOTHER)

    story.do("record_response", ADVOCATE, text=a_text(), attachments=files)
    story.do("submit_representations", ADVOCATE, text=a_text(), attachments=files)
    story.do(
        "add_incident", TEACHER, occurred_on=date(2026, 9, 14), severity="minor", attachments=files
    )

    kinds = ResponseRecorded | RepresentationsSubmitted | IncidentAdded
    assert [f.attachments for f in story.facts if isinstance(f, kinds)] == [files] * 3


# A challenge goes to somebody above whoever decided


@pytest.mark.parametrize(
    ("decider", "owner", "then"),
    [
        pytest.param(DEPUTY, Role.HEADTEACHER, [Role.CHAIR_OF_GOVERNORS], id="a senior leader"),
        pytest.param(HEAD, Role.CHAIR_OF_GOVERNORS, [Role.CLERK], id="the head"),
    ],
)
def test_a_challenge_goes_to_the_next_role_up(
    decider: Actor, owner: Role, then: list[Role]
) -> None:
    story = challenged(decider)

    challenge = the_challenge(story)
    # Five school days from Monday 14 September, as for any answer.
    assert challenge.due_on == date(2026, 9, 21)
    assert challenge.not_for == (decider.person,)
    assert [rule.tell for rule in challenge.rules] == [owner, decider.role, owner, *then]
    assert "reply" not in story.duties()


def test_a_challenge_to_the_top_goes_to_the_clerk() -> None:
    story = under_restriction()
    story.wait("6 school days")
    story.do("confirm_restriction", CHAIR, restriction=story.restriction.id)

    story.do("record_response", ADVOCATE, kind="challenge", text=a_text())

    challenge = the_challenge(story)
    assert challenge.rules[0].tell is Role.CLERK
    story.do("complete_follow_up", CLERK, deadline=challenge.id, result=a_text("their panel"))


def test_a_challenge_to_the_steering_group_goes_to_the_local_authority() -> None:
    chair = Actor(person="their-chair", role=Role.STEERING_GROUP_CHAIR)
    story = Story(SERVICE, Track.SERVICE_CONCERN, by=PARENT)
    story.do("decide_not_to_act", chair)

    story.do("record_response", PARENT, kind="challenge", text=a_text())

    challenge = the_challenge(story)
    assert challenge.rules[0].tell is Role.LOCAL_AUTHORITY_OFFICER
    officer = Actor(person="officer", role=Role.LOCAL_AUTHORITY_OFFICER)
    story.do("complete_follow_up", officer, deadline=challenge.id, result=a_text("answer"))


def test_whoever_decided_is_told_and_answers_nothing() -> None:
    story = challenged(DEPUTY)
    challenge = the_challenge(story)

    told = [e for e in story.tick() if isinstance(e.fact, DeadlineReminded)]

    reminders = [reminders_for(story.ladder, story.case, story.case, event) for event in told]
    owner, decider = [one for one in reminders if one]
    assert (owner.tell, owner.occasion, owner.owner) == (
        Role.HEADTEACHER,
        Occasion.ARRIVED,
        None,
    )
    assert DEPUTY.person in owner.not_to
    assert (decider.tell, decider.occasion, decider.owner) == (
        Role.SENIOR_LEADER,
        Occasion.INFORMED,
        DEPUTY.person,
    )
    assert DEPUTY.person not in decider.not_to
    done = {"deadline": challenge.id, "result": a_text("answer")}
    story.refused(ConflictOfInterest, "complete_follow_up", DEPUTY, **done)
    story.refused(ConflictOfInterest, "take_follow_up", DEPUTY, deadline=challenge.id)


def test_only_somebody_above_answers_a_challenge_and_says_what() -> None:
    story = challenged(DEPUTY)
    challenge = the_challenge(story)
    done = {"deadline": challenge.id, "result": a_text("answer")}

    for who in (COLLEAGUE, OFFICE, CLERK):
        story.refused(NotAuthorised, "complete_follow_up", who, **done)
    story.refused(ReasonMissing, "complete_follow_up", HEAD, deadline=challenge.id)
    story.do("complete_follow_up", HEAD, **done)

    met = next(f for f in story.facts if isinstance(f, DeadlineMet) and f.deadline == challenge.id)
    assert met.on_time
    assert challenge.id in story.case.results  # a decision may rest on it


def test_an_unanswered_challenge_rises_and_is_taken_on_without_being_due_anew() -> None:
    story = challenged(DEPUTY)
    story.tick()
    challenge = the_challenge(story)
    assert challenge.level == 2
    story.do("take_follow_up", HEAD, deadline=challenge.id)
    taken = the_challenge(story)
    assert (taken.owner, taken.due_on, taken.level) == (HEAD.person, challenge.due_on, 2)

    told = story.wait("10 school days")

    occasions = [
        (event.fact.tell, event.fact.occasion)
        for event in told
        if isinstance(event.fact, DeadlineReminded) and event.fact.deadline == challenge.id
    ]
    # On Monday 21 September, and three school days after it.
    assert occasions == [
        (Role.HEADTEACHER, Occasion.DUE),
        (Role.CHAIR_OF_GOVERNORS, Occasion.OVERDUE),
    ]


def test_where_the_one_above_has_a_part_in_it_the_clerk_sees_that_it_is_answered() -> None:
    story = challenged(HEAD)
    story.do("declare_conflict", CHAIR)
    challenge = the_challenge(story)
    done = {"deadline": challenge.id, "result": a_text("their panel's answer")}

    story.refused(ConflictOfInterest, "complete_follow_up", CHAIR, **done)
    told = story.wait("10 school days")

    assert [
        event.fact.tell
        for event in told
        if isinstance(event.fact, DeadlineReminded) and event.fact.deadline == challenge.id
    ][-1] is Role.CLERK
    story.do("complete_follow_up", CLERK, **done)


def test_a_challenge_is_not_closed_away() -> None:
    story = challenged(HEAD)
    story.do("acknowledge", TEACHER)

    story.do("close", HEAD, outcome="resolved")

    challenge = the_challenge(story)
    assert challenge.due_on == date(2026, 9, 21)
    story.do("complete_follow_up", CHAIR, deadline=challenge.id, result=a_text("answer"))


def test_how_a_case_was_closed_can_be_challenged_too() -> None:
    story = Story()
    story.do("acknowledge", TEACHER)
    story.do("close", DEPUTY, outcome="no_further_action")

    story.do("record_response", PARENT, kind="challenge", text=a_text())

    assert the_challenge(story).rules[0].tell is Role.HEADTEACHER


def test_a_challenge_is_owed_once_for_each_decision() -> None:
    story = challenged(DEPUTY)
    story.do("record_response", PARENT, kind="challenge", text=a_text())
    assert len([d for d in story.case.deadlines if d.kind is DeadlineKind.CHALLENGE]) == 1

    story.do("remind_formally", HEAD)
    story.do("record_response", PARENT, kind="challenge", text=a_text())

    owners = [d.rules[0].tell for d in story.case.deadlines if d.kind is DeadlineKind.CHALLENGE]
    assert owners == [Role.HEADTEACHER, Role.CHAIR_OF_GOVERNORS]


def test_where_nothing_was_decided_a_challenge_is_answered_as_a_reply() -> None:
    story = Story()

    story.do("record_response", ADVOCATE, kind="challenge", text=a_text())

    assert "reply" in story.duties()


def test_a_case_that_lapses_by_itself_was_decided_by_nobody() -> None:
    story = Story()
    story.do("remind_informally", DEPUTY)
    story.wait("3 calendar months")
    assert story.case.closed

    assert story.case.decided is not None
    assert story.case.decided.by == DEPUTY


# What comes after the window is kept, and marked


def test_late_while_nothing_is_decided_the_decision_still_answers_it() -> None:
    story = under_restriction()
    story.wait("6 school days")
    r = story.restriction.id

    story.do("submit_representations", ADVOCATE, text=a_text("late"), attachments=(A_FILE,))

    (late,) = [f for f in story.facts if isinstance(f, RepresentationsSubmitted)]
    assert (late.late, late.restriction, late.attachments) == (True, r, (A_FILE,))
    assert "reply" in story.duties()
    waiting = story.deadline(DeadlineKind.LATE_REPRESENTATIONS, r)
    # Ten school days from Monday 14 September: when it must be decided in any case.
    assert waiting.due_on == date(2026, 9, 28)
    story.refused(AnswerMissing, "confirm_restriction", HEAD, restriction=r)
    story.refused(
        NotAllowedHere, "complete_follow_up", HEAD, deadline=waiting.id, result=a_text("read")
    )
    story.do("confirm_restriction", HEAD, restriction=r, answer=a_text("answer"))
    assert not [d for d in story.case.deadlines if d.kind is DeadlineKind.LATE_REPRESENTATIONS]
    assert any(isinstance(f, DeadlineMet) and f.deadline == waiting.id for f in story.facts)


def test_whoever_decides_is_told_at_once_of_what_came_late_and_not_who_proposed_it() -> None:
    story = under_restriction()
    story.wait("6 school days")
    story.do("submit_representations", ADVOCATE, text=a_text("late"))

    (reminded,) = [e for e in story.tick() if isinstance(e.fact, DeadlineReminded)]

    reminder = reminders_for(story.ladder, story.case, story.case, reminded)
    assert reminder is not None
    assert (reminder.tell, reminder.occasion) == (Role.HEADTEACHER, Occasion.ARRIVED)
    assert DEPUTY.person in reminder.not_to


def test_late_on_a_closed_day_is_told_when_the_school_opens() -> None:
    story = under_restriction()
    story.wait("6 school days")
    story.now = datetime(2026, 9, 26, 20, 0, tzinfo=UTC)  # a Saturday evening

    story.do("submit_representations", ADVOCATE, text=a_text("late"))

    waiting = story.deadline(DeadlineKind.LATE_REPRESENTATIONS)
    assert story.calendar.local_date(waiting.alerts[0].at) == date(2026, 9, 28)


def test_after_the_decision_it_asks_for_a_review() -> None:
    story = in_force()
    r = story.restriction.id
    review_on = story.restriction.terms.review_on

    story.do("submit_representations", ADVOCATE, text=a_text("late"))

    asked = story.deadline(DeadlineKind.REVIEW_REQUEST, r)
    # Five school days from Tuesday 22 September.
    assert (asked.counted_from, asked.due_on) == (date(2026, 9, 22), date(2026, 9, 29))
    assert [rule.tell for rule in asked.rules] == [
        Role.HEADTEACHER,
        Role.HEADTEACHER,
        Role.CHAIR_OF_GOVERNORS,
    ]
    assert story.restriction.terms.review_on == review_on
    story.refused(NotAllowedHere, "complete_follow_up", HEAD, deadline=asked.id)
    story.do(
        "review_restriction", HEAD, restriction=r, result="continue", review_on=date(2026, 10, 20)
    )
    assert not [d for d in story.case.deadlines if d.kind is DeadlineKind.REVIEW_REQUEST]


def test_lifting_answers_it_and_a_lapse_ends_it() -> None:
    lifted = in_force()
    lifted.do("submit_representations", ADVOCATE, text=a_text("late"))
    asked = lifted.deadline(DeadlineKind.REVIEW_REQUEST).id
    lifted.do("lift_restriction", CHAIR, restriction=lifted.restriction.id)
    assert any(isinstance(f, DeadlineMet) and f.deadline == asked for f in lifted.facts)

    lapsed = under_restriction()
    lapsed.wait("6 school days")
    lapsed.do("submit_representations", ADVOCATE, text=a_text("late"))
    waiting = lapsed.deadline(DeadlineKind.LATE_REPRESENTATIONS).id
    lapsed.wait("6 school days")
    assert lapsed.restriction.status is RestrictionStatus.LAPSED
    assert any(isinstance(f, DeadlineEnded) and f.deadline == waiting for f in lapsed.facts)


def test_on_a_restriction_that_has_ended_it_is_kept_and_answered() -> None:
    story = in_force()
    story.do("lift_restriction", HEAD, restriction=story.restriction.id)

    story.do("submit_representations", ADVOCATE, text=a_text("late"))

    assert story.restriction.representations == (a_text("late"),)
    assert "reply" in story.duties()
    assert not [d for d in story.case.deadlines if d.kind is DeadlineKind.REVIEW_REQUEST]


def test_there_is_nothing_to_give_a_side_on_where_nothing_was_restricted() -> None:
    refused = Story().refused(
        WindowClosed, "submit_representations", ADVOCATE, text=a_text(), attachments=(A_FILE,)
    )
    assert "Record it as a response" in refused.sentence


def test_a_written_side_may_name_the_restriction_that_it_is_about() -> None:
    story = Story(PARENTS, Track.PARENT_CONDUCT).climb_to(Stage.WARNING)
    story.do("restrict_access", DEPUTY, scopes=("staff_in_person",))
    story.wait("6 school days")
    first = story.restriction.id
    story.do("restrict_access", DEPUTY, scopes=("staff_in_writing",))
    second = story.restriction.id
    story.refused(NotYetHeard, "confirm_restriction", HEAD, restriction=second)

    story.do("submit_representations", CLERK, text=a_text("one"), restriction=first)
    story.do("submit_representations", CLERK, text=a_text("two"))
    refused = story.refused(
        UnknownThing, "submit_representations", CLERK, text=a_text(), restriction="r1"
    )

    said = [f for f in story.facts if isinstance(f, RepresentationsSubmitted)]
    assert [(f.restriction, f.late) for f in said] == [(first, True), (second, False)]
    assert f"Did you mean {second}" in refused.sentence or first in refused.sentence


def test_a_code_without_a_promise_to_answer_gives_the_time_of_a_first_look() -> None:
    track = Track.ADVOCATE_CONDUCT
    story = Story(altered(ELEANOR_PALMER, track, duties=()), severity=Severity.MODERATE)
    story.do("remind_informally", DEPUTY)

    story.do("record_response", ADVOCATE, kind="challenge", text=a_text())

    look = story.ladder.first_look
    challenge = the_challenge(story)
    assert challenge.span == look.within
    assert challenge.rules[0].tell is not Role.SENIOR_LEADER
    assert challenge.counted_from == MONDAY.date()
