"""Who is written to by itself: with a reply, and where somebody's place at a meeting changes."""

from datetime import timedelta
from typing import Any

import pytest

from domain.errors import NotAllowedHere
from domain.letter_rules import letters_due
from domain.vocabulary import DeadlineKind, MeetingRole, Track
from storage.letter_files import load_templates
from tests.rules.building import (
    ADVOCATE,
    DEPUTY,
    ELEANOR_PALMER,
    HEAD,
    MONDAY,
    PARENT,
    TEACHER,
    Story,
    a_text,
    under_restriction,
)

LETTERS = load_templates(None, school="rowan-hill").letters
LATER = MONDAY + timedelta(days=7)


def written(story: Story, name: str, by: Any, **fields: Any) -> list[tuple[str, str | None]]:
    """The kinds of letter that go with an action, and to whom; the action is done."""
    before, action = story.case, story.action(name, **fields)
    story.apply(story.decide(action, by))
    due = letters_due(LETTERS, story.policy, story.case, action, before)
    return [(one.kind, one.to) for one in due]


def complaint() -> Story:
    story = Story(ELEANOR_PALMER, Track.SCHOOL_CONCERN, by=PARENT)
    for action in ("talk_with_staff", "raise_informally", "complain_formally"):
        story.do(action, PARENT)
    return story


def test_an_answer_to_a_complaint_goes_to_whoever_complained() -> None:
    story = complaint()
    check = story.deadline(DeadlineKind.FOLLOW_UP).id

    letters = written(
        story, "complete_follow_up", HEAD, deadline=check, result=a_text(), reply=a_text("upheld")
    )

    assert letters == [("complaint-answer", PARENT.person)]


def test_what_the_school_notes_for_itself_is_sent_to_nobody() -> None:
    story = complaint()
    check = story.deadline(DeadlineKind.FOLLOW_UP).id

    assert written(story, "complete_follow_up", HEAD, deadline=check, result=a_text()) == []


def test_a_reply_goes_to_the_person_who_is_named_and_to_a_party_only() -> None:
    story = Story()
    story.do("record_response", ADVOCATE, text=a_text("I see it differently."))
    duty = story.deadline(DeadlineKind.DUTY, "reply").id
    reply = {"deadline": duty, "reply": a_text("we rang")}

    story.refused(NotAllowedHere, "complete_follow_up", DEPUTY, **reply)
    story.refused(NotAllowedHere, "complete_follow_up", DEPUTY, **reply, reply_to="a-neighbour")
    story.refused(
        NotAllowedHere, "complete_follow_up", DEPUTY, deadline=duty, reply_to=ADVOCATE.person
    )
    letters = written(story, "complete_follow_up", DEPUTY, **reply, reply_to=ADVOCATE.person)

    assert letters == [("reply", ADVOCATE.person)]


def with_a_meeting(**fields: Any) -> Story:
    story = Story(ELEANOR_PALMER, Track.SCHOOL_CONCERN, by=PARENT, advocate=ADVOCATE.person)
    story.do("schedule_meeting", DEPUTY, at=LATER, **fields)
    return story


def test_a_new_advocate_is_invited_in_place_of_the_one_before() -> None:
    story = with_a_meeting()

    letters = written(story, "appoint_advocate", PARENT, advocate="a-friend")

    assert letters == [("meeting-left-out", ADVOCATE.person), ("meeting-invitation", "a-friend")]
    (meeting,) = story.case.meetings
    assert ADVOCATE.person not in meeting.people
    assert [one.role for one in meeting.attendees if one.person == "a-friend"] == [
        MeetingRole.ADVOCATE
    ]
    assert meeting.at == LATER


def test_a_first_advocate_comes_to_what_was_arranged_already() -> None:
    story = Story(ELEANOR_PALMER, Track.SCHOOL_CONCERN, by=PARENT)
    story.do("schedule_meeting", DEPUTY, at=LATER)

    letters = written(story, "appoint_advocate", PARENT, advocate="a-friend")

    assert letters == [("meeting-invitation", "a-friend")]


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"without_advocate": True}, id="as the family wanted it"),
        pytest.param({"attendees": (TEACHER.person,)}, id="the family is not there"),
    ],
)
def test_a_new_advocate_is_not_invited_where_none_was_to_come(fields: dict[str, Any]) -> None:
    story = with_a_meeting(**fields)

    assert written(story, "appoint_advocate", PARENT, advocate="a-friend") == []


def test_whose_part_in_meetings_is_limited_hears_that_they_are_not_expected() -> None:
    story = under_restriction()
    story.do("schedule_meeting", DEPUTY, at=story.now + timedelta(days=21))
    story.wait("6 school days")

    letters = written(story, "confirm_restriction", HEAD, restriction=story.restriction.id)

    assert ("meeting-left-out", ADVOCATE.person) in letters
    assert ADVOCATE.person not in story.case.meetings[0].people
