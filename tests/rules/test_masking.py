"""Without names, no id of a person is in what a program reads either."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.access import Sight
from domain.actions import Actor
from domain.vocabulary import Role
from gateway.reading import Seen, people_in
from gateway.stores import Stores
from tests.rules.building import (
    ADVOCATE,
    CHAIR,
    CLERK,
    DEPUTY,
    GOVERNOR,
    HEAD,
    PARENT,
    TEACHER,
    Story,
    a_text,
    under_restriction,
)

EVERYBODY = {one.person for one in (TEACHER, DEPUTY, HEAD, CHAIR, CLERK, PARENT, ADVOCATE)} | {
    "go-between",
    "named-one",
    "interpreter",
}
VIEWER = Actor(person="viewer", role=Role.GOVERNOR)


def strings_in(told: Any) -> set[str]:
    if isinstance(told, dict):
        return set().union(*(strings_in(value) for value in told.values()))
    if isinstance(told, list):
        return set().union(*(strings_in(value) for value in told))
    return {told} if isinstance(told, str) else set()


def a_rich_story() -> Story:
    """A case in which people stand in every place that holds one."""
    people: dict[str, Any] = {
        "respondent": ADVOCATE.person,
        "family": PARENT.person,
        "advocate": ADVOCATE.person,
        "named": ("named-one",),
    }
    story = under_restriction(**people)
    story.do("submit_representations", ADVOCATE, text=a_text("side"))
    story.do("declare_conflict", CLERK)
    story.do("assign", HEAD, to=DEPUTY.person)
    story.do("agree_adjustment", DEPUTY, person=PARENT.person, text=a_text("adjustment"))
    story.do("sign_code", ADVOCATE, answer="signed")
    story.do("see_names", CHAIR)
    when = story.now + timedelta(hours=1)
    story.do("schedule_meeting", DEPUTY, at=when, interpreter="interpreter")
    here = {"meeting": story.case.meetings[-1].id}
    story.do("consent_to_recording", ADVOCATE, consents=True, **here)
    story.do("offer_times", ADVOCATE, times=(when,), **here)
    story.do("hold_meeting", DEPUTY, **here)
    story.do("record_meeting", DEPUTY, discussed=a_text("said"), decided=a_text("agreed"), **here)
    follow_up = next(one for one in story.case.deadlines if one.rules)
    story.do("take_follow_up", HEAD, deadline=follow_up.id)
    return story


STORY = a_rich_story()


def seen(sight: Sight, viewer: Actor = VIEWER) -> Seen:
    stores: Any = Stores  # nothing of it is asked for
    return Seen(stores, STORY.case, STORY.ladder, viewer, sight)


def test_a_case_is_told_without_a_single_id() -> None:
    told = seen(Sight.WITHOUT_NAMES).told(STORY.case)

    assert set(people_in(STORY.case)) >= EVERYBODY
    assert not strings_in(told) & EVERYBODY
    assert told["respondent"] == "the respondent"
    assert told["named"] == ["somebody named in it"]


@given(st.sampled_from(STORY.events))
def test_no_event_is_told_with_an_id_or_a_text(event: Any) -> None:
    told = seen(Sight.WITHOUT_NAMES).told(event)

    assert not strings_in(told) & EVERYBODY
    assert "commitment" not in str(told)
    assert "the respondent" in strings_in(seen(Sight.WITHOUT_NAMES).told(STORY.events[0]))


def test_a_party_is_told_of_themselves_and_of_nobody_else() -> None:
    told = seen(Sight.OWN, ADVOCATE).told(STORY.case)

    assert told["respondent"] == ADVOCATE.person
    assert strings_in(told) & EVERYBODY == {ADVOCATE.person}


def test_whole_is_as_it_stands() -> None:
    assert seen(Sight.WHOLE, GOVERNOR).told(STORY.case) == STORY.case.model_dump(mode="json")
