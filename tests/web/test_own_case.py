"""A case in plain words for its parent and its advocate: what each is shown, and what is not."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.choices import available_actions
from domain.vocabulary import DeadlineKind, Role, Stage, Track
from gateway.family import FamilyCases
from gateway.family_actions import doings
from gateway.family_parts import OwnCase
from gateway.family_words import Seeing, Standpoint, about, coming, standing, standpoint_of
from gateway.reading import Reading
from storage.record import CaseNotFound
from tests.rules.building import ADVOCATE, PACKS, PARENT, TEACHER, Story
from tests.support.school import POLICY, SCHOOL, SchoolInTest, a_school
from tests.support.told import Told

MONDAY = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)
CASE = "EP-2026-0042"
HIS_SIDE = "I was frightened for the boy, and raised my voice."
A_NOTE = "Between colleagues: the office is worried about the summer."
NARRATIVE = "He spoke over the class teacher."
JARGON = (
    "respondent representation restriction stage ladder rung follow-up duty deadline case_ "
    "escalat procedure safeguard signpost clause workflow"
).split()


@pytest.fixture
async def school(database_url: str) -> AsyncIterator[SchoolInTest]:
    async with a_school(database_url) as school:
        yield school


@pytest.fixture
async def told(school: SchoolInTest) -> Told:
    """A case about the advocate Idris, who speaks for Hana: only reported so far."""
    told = Told(school, POLICY, MONDAY)
    await told.open(
        "asha",
        CASE,
        track="advocate_conduct",
        respondent="idris",
        family="hana",
        advocate="idris",
        severity="serious",
        clauses=["ep.expect.speech"],
        narrative=NARRATIVE,
    )
    return told


async def seen_by(
    who: str, school: SchoolInTest, told: Told, *, sent_a_link: bool = False
) -> OwnCase:
    reading = Reading(school.stores, SCHOOL, school.actor(who), now=lambda: told.now)
    door = FamilyCases(school.stores, reading, SCHOOL, told.now, sent_a_link=sent_a_link)
    return await door.case(CASE)


async def propose_a_limit(told: Told) -> None:
    clauses = ["ep.expect.speech"]
    await told.act("warn", "cara", clauses=clauses, reason="It was grave.")
    await told.act(
        "restrict_access",
        "ben",
        clauses=clauses,
        reason="The warning was not enough.",
        scopes=["engagement", "meetings"],
        review_on="2026-10-12",
        contact="In writing, to the headteacher.",
        contact_through="cara",
        meetings="The family comes to every review.",
    )


async def test_who_is_asked_to_answer_is_told_what_it_means_and_by_when(
    school: SchoolInTest, told: Told
) -> None:
    await propose_a_limit(told)

    case = await seen_by("idris", school, told)

    assert case.about == "This is about how you and the school work together."
    assert case.standing.meaning == (
        "It has not begun. You can tell us your side until Monday 21 "
        "September 2026. We decide only after that."
    )
    side = case.asked[0]
    assert (side.path, side.by and side.by.away) == ("your-side", "in 5 school days")
    assert [letter.subject for letter in case.letters] == [
        "We are thinking of a limit, and want to hear you first",
        "A formal warning",
    ]
    (limit,) = case.limits
    assert limit.contact == "In writing, to the headteacher."
    assert limit.scopes == (
        "dealing with us on behalf of a family",
        "taking part in meetings with us",
    )
    assert case.may("your-side")
    assert not case.may("advocate")
    assert "Ben Okafor" in str(case.help.talk_to), "the letter to him says whom to talk to"


async def test_the_parent_is_told_of_it_without_what_is_not_theirs(
    school: SchoolInTest, told: Told
) -> None:
    await propose_a_limit(told)
    await told.act("submit_representations", "idris", text=HIS_SIDE)
    await told.act("add_note", "ben", text=A_NOTE)
    await told.act("agree_adjustment", "ben", person="idris", text="Large print.")

    case = await seen_by("hana", school, told)

    assert case.about.endswith("It is not about you.")
    assert "The person who speaks for you" not in case.about
    assert case.letters == ()
    assert case.sent == ()
    assert not case.may("your-side")
    shown = str(case)
    for secret in (HIS_SIDE, A_NOTE, NARRATIVE, "Idris", "Asha", "Large print"):
        assert secret not in shown
    assert "Large print." in str((await seen_by("idris", school, told)).adjustments)


async def test_what_happened_is_told_with_its_reasons_and_each_thing_once(
    school: SchoolInTest, told: Told
) -> None:
    await propose_a_limit(told)
    await told.act("submit_representations", "idris", text=HIS_SIDE)
    await told.act("add_note", "ben", text=A_NOTE)
    await told.act(
        "confirm_restriction",
        "cara",
        restriction="r14",
        clauses=["ep.expect.speech"],
        reason="The staff need calm.",
        answer="We understand the worry.",
    )

    case = await seen_by("idris", school, told)

    assert [(one.words, one.why) for one in case.happened] == [
        ("We wrote to you: Our decision about a limit", None),
        ("We decided on the limit", "The staff need calm."),
        ("You told us your side", None),
        ("We wrote to you: We are thinking of a limit, and want to hear you first", None),
        ("We said that we think of a limit", "The warning was not enough."),
        ("We wrote to you: A formal warning", None),
        ("A written warning", "It was grave."),
        ("Something was reported to us", None),
    ]
    family = await seen_by("hana", school, told)
    assert HIS_SIDE not in str(family)
    assert "You told us your side" not in str(family)


async def test_nobody_hears_from_a_page_of_a_concern_that_was_only_reported(
    school: SchoolInTest, told: Told
) -> None:
    for who in ("idris", "hana"):
        with pytest.raises(CaseNotFound):
            await seen_by(who, school, told)
    sent = await seen_by("idris", school, told, sent_a_link=True)
    assert sent.standing.title == "We are looking at it"
    assert NARRATIVE not in str(sent)

    await told.act("remind_informally", "ben", clauses=["ep.expect.speech"], reason="A word.")

    assert (await seen_by("idris", school, told)).standing.title == "A quiet word about the code"


async def test_a_case_of_others_is_one_that_is_not_there(school: SchoolInTest, told: Told) -> None:
    await propose_a_limit(told)
    stranger = await school.stores.people.add_person(
        SCHOOL, "Tomasz Wierzbicki", "tomasz@rowan-hill.example", [Role.PARENT]
    )
    school.people["gil"] = stranger  # acts as a parent whose case this is not

    with pytest.raises(CaseNotFound) as caught:
        await seen_by("gil", school, told, sent_a_link=True)

    assert caught.value.near == ()


async def test_what_goes_elsewhere_is_not_explained_here(school: SchoolInTest, told: Told) -> None:
    await told.act("remind_informally", "ben", clauses=["ep.expect.speech"], reason="A word.")
    await told.act(
        "close",
        "cara",
        clauses=["ep.expect.speech"],
        reason="Something was said about a bruise.",
        outcome="transferred",
        procedure="child_protection",
    )

    for who in ("idris", "hana"):
        case = await seen_by(who, school, told)
        assert case.standing.title == "It is dealt with in another way"
        assert not case.coming
        assert "bruise" not in str(case)
        assert "protection" not in str(case)


async def test_the_school_admits_it_when_it_is_late(school: SchoolInTest, told: Told) -> None:
    await told.act("remind_informally", "ben", clauses=["ep.expect.speech"], reason="A word.")
    await told.act("record_response", "hana", text="What does this mean for us?")
    await told.act("record_response", "idris", text="It was not like that.")
    await told.wait(days=14)

    case = await seen_by("hana", school, told)

    answer = next(one for one in case.coming if one.words == "We answer what you sent us.")
    assert answer.late
    assert answer.by.away == "5 school days ago"
    assert [one.words for one in case.sent] == ["What does this mean for us?"]


async def test_a_meeting_is_told_to_those_who_are_invited(school: SchoolInTest, told: Told) -> None:
    await told.act("remind_informally", "ben", clauses=["ep.expect.speech"], reason="A word.")
    await told.act(
        "schedule_meeting",
        "ben",
        at="2026-09-24T14:00+01:00",
        place="The library",
        attendees=["hana"],
        chair="cara",
        without_advocate=True,
        recording_wanted=True,
    )

    case = await seen_by("hana", school, told)

    (meeting,) = case.meetings
    assert (meeting.place, meeting.recording) == ("The library", None)
    assert meeting.people == ("you", "somebody who leads the meeting")
    assert case.asked[0].path == f"meetings/{meeting.id}"
    assert (await seen_by("idris", school, told)).meetings == ()


def _every_story() -> list[Story]:
    found = []
    for pack in PACKS.values():
        for ladder in pack.ladders:
            for stage in (Stage.RAISED, *(step.id for step in ladder.steps)):
                by = TEACHER if ladder.respondent else PARENT
                concern: dict[str, Any] = {"family": PARENT.person} if by is PARENT else {}
                found.append(Story(pack, ladder.track, by=by, **concern).climb_to(stage))
    return found


@pytest.mark.parametrize(
    "story", _every_story(), ids=lambda story: f"{story.policy.policy}-{story.case.stage.value}"
)
def test_every_stage_is_told_without_jargon(story: Story) -> None:
    case, ladder = story.case, story.ladder
    for person in (one for one in (PARENT, ADVOCATE) if one.person in case.parties):
        standpoint = standpoint_of(case, person.person)
        advocate = person is ADVOCATE
        seeing = Seeing(
            case=case,
            person=person.person,
            standpoint=standpoint,
            advocate=advocate,
            sendiass="SENDIASS",
            sent_since=lambda _: True,
            challenged=True,
        )
        duties = {duty.id: duty.kind for duty in ladder.duties}
        choices = available_actions(story.policy, story.calendar, case, person, story.now)
        words = [
            about(case, standpoint, noun="school", advocate=advocate, raised=False),
            *standing(case, ladder, standpoint, advocate=advocate),
            *(coming(seeing, one, duties.get(one.about)) or "" for one in case.deadlines),
            *(f"{one.title} {one.hint}" for one in doings(case, choices, sendiass="SENDIASS")),
        ]
        for sentence in words:
            plain = re.sub(r" \(stage [12]\)", "", sentence.lower())  # as complaints have them
            assert not [one for one in JARGON if one in plain], sentence
            assert "_" not in sentence


def test_a_family_may_always_take_its_own_concern_further() -> None:
    expected = {
        Stage.RAISED: "further/talk-with-staff",
        Stage.STAFF_CONVERSATION: "further/raise-informally",
        Stage.INFORMAL_CONCERN: "further/complain-formally",
        Stage.COMPLAINT: "further/request-panel",
    }
    for stage, path in expected.items():
        story = Story(PACKS[POLICY], Track.SCHOOL_CONCERN, by=PARENT, family=PARENT.person)
        story.climb_to(stage)
        choices = available_actions(story.policy, story.calendar, story.case, PARENT, story.now)
        assert path in {one.path for one in doings(story.case, choices, sendiass="SENDIASS")}
        assert standpoint_of(story.case, PARENT.person) is Standpoint.CONCERN


def test_the_last_day_to_open_it_again_is_told() -> None:
    story = Story().climb_to(Stage.INFORMAL_REMINDER)
    story.wait("60 school days")
    assert story.case.closed
    deadline = story.deadline(DeadlineKind.REOPENING)
    seeing = Seeing(
        case=story.case,
        person=PARENT.person,
        standpoint=Standpoint.BESIDE,
        advocate=False,
        sendiass="SENDIASS",
        sent_since=lambda _: False,
        challenged=False,
    )
    assert "open it again" in str(coming(seeing, deadline, None))
