"""Referrals to SENDIASS, what is told without consent, and who stands beside a parent."""

from datetime import timedelta

import pytest

from domain.access import Sight, sight_of
from domain.actions import SYSTEM, TalkWithStaff
from domain.audit import canonical
from domain.errors import (
    CaseIsSettled,
    ConsentMissing,
    NotAllowedHere,
    NotAuthorised,
    PromiseOutstanding,
    ReasonMissing,
    SecondPersonNeeded,
    UnknownThing,
)
from domain.events import (
    AdvocateAppointed,
    DeadlineReminded,
    ReferralEnded,
    ReferralMade,
    ReferralSent,
)
from domain.letter_rules import letters_due
from domain.referral_actions import DISCLOSURE, REFERRAL
from domain.vocabulary import Occasion, ReferralOutcome, Role, Rule, SharedItem, Track
from storage.letter_files import load_templates
from tests.rules.building import (
    ADVOCATE,
    CHAIR,
    DEPUTY,
    HEAD,
    OFFICE,
    PARENT,
    Story,
    a_text,
    span,
    under_restriction,
)
from workflows.reminders import reminders_for

LETTERS = load_templates(None, school="rowan-hill").letters
NAME = (SharedItem.NAME,)
WITH_SUMMARY = (SharedItem.NAME, SharedItem.CONTACT, SharedItem.SUMMARY)


def referred() -> Story:
    story = Story()
    story.do("refer_to_sendiass", PARENT, shared=WITH_SUMMARY, summary=a_text("summary"))
    return story


def test_a_parent_who_asks_has_agreed() -> None:
    story = referred()

    (made,) = [fact for fact in story.facts if isinstance(fact, ReferralMade)]
    assert made.consent_of == PARENT.person
    assert made.shared == WITH_SUMMARY
    assert REFERRAL in story.duties()
    duty = next(d for d in story.case.deadlines if d.about == REFERRAL)
    # Ten school days from Monday 14 September 2026.
    assert f"{duty.due_on:%A %d %B}" == "Monday 28 September"


@pytest.mark.parametrize("twice", [True, False])
def test_how_surely_it_went_once_is_said_only_where_there_is_doubt(twice: bool) -> None:
    story = referred()
    (made,) = [fact for fact in story.facts if isinstance(fact, ReferralMade)]

    told = {"message_id": "f@rowan-hill.evenhand", "digest": "00", "sent_at": story.now}
    story.do("record_referral_sent", SYSTEM, referral=made.referral, perhaps_twice=twice, **told)

    event = story.events[-1]
    assert isinstance(event.fact, ReferralSent)
    assert event.fact.perhaps_twice is twice
    # What was recorded before there was such a field reads, and hashes, as it did.
    assert (b"perhaps_twice" in canonical(event)) is twice


def test_nothing_is_shared_without_consent() -> None:
    story = Story()

    refused = story.refused(ConsentMissing, "refer_to_sendiass", DEPUTY, shared=NAME)

    assert refused.rule is Rule.CONSENT
    tomorrow = story.now.date() + timedelta(days=1)
    story.refused(ConsentMissing, "refer_to_sendiass", DEPUTY, shared=NAME, consented_on=tomorrow)
    story.do("refer_to_sendiass", DEPUTY, shared=NAME, consented_on=story.now.date())
    assert story.case.referrals[-1].consented_on == story.now.date()


def test_an_advocate_does_not_agree_for_the_parent() -> None:
    Story().refused(NotAuthorised, "refer_to_sendiass", ADVOCATE, shared=NAME)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"shared": NAME, "summary": a_text("more")}, id="more than was agreed"),
        pytest.param({"shared": WITH_SUMMARY}, id="agreed and not written"),
    ],
)
def test_the_summary_is_shared_if_and_only_if_it_was_agreed(given: dict[str, object]) -> None:
    Story().refused(ConsentMissing, "refer_to_sendiass", PARENT, **given)


def test_one_referral_at_a_time_until_something_came_of_it() -> None:
    story = referred()
    story.refused(NotAllowedHere, "refer_to_sendiass", PARENT, shared=NAME)
    referral = story.case.referrals[0].id

    story.do(
        "record_referral_outcome",
        DEPUTY,
        referral=referral,
        outcome=ReferralOutcome.INDEPENDENT_SUPPORTER,
    )

    assert REFERRAL not in story.duties()
    story.do("refer_to_sendiass", PARENT, shared=NAME)


def test_consent_that_was_given_can_be_taken_back() -> None:
    story = referred()
    referral = story.case.referrals[0].id

    story.do("withdraw_consent", PARENT, referral=referral)

    fact = next(f for f in story.facts if isinstance(f, ReferralEnded))
    assert fact.outcome is ReferralOutcome.CONSENT_WITHDRAWN
    assert REFERRAL not in story.duties()
    story.refused(UnknownThing, "withdraw_consent", PARENT, referral=referral)


def test_the_duty_to_ask_is_met_by_the_outcome_alone() -> None:
    story = referred()
    duty = next(d for d in story.case.deadlines if d.about == REFERRAL)

    refused = story.refused(
        NotAllowedHere, "complete_follow_up", DEPUTY, deadline=duty.id, result=a_text("done")
    )

    assert "“record referral outcome”" in refused.sentence


def test_confidentiality_is_set_aside_by_a_decision_that_a_second_person_reviews() -> None:
    story = Story()
    told = {"told": a_text("whom"), "what": a_text("what")}
    story.refused(NotAuthorised, "set_confidentiality_aside", DEPUTY, **told)
    story.refused(ReasonMissing, "set_confidentiality_aside", HEAD, reason=None, **told)
    story.do("set_confidentiality_aside", HEAD, **told)
    disclosure = story.case.disclosures[0].id

    assert DISCLOSURE in story.duties()
    story.refused(PromiseOutstanding, "close", HEAD, outcome="resolved")
    story.refused(
        SecondPersonNeeded, "review_confidentiality", HEAD, disclosure=disclosure, agrees=True
    )
    disagrees = {"disclosure": disclosure, "agrees": False}
    story.refused(ReasonMissing, "review_confidentiality", CHAIR, reason=None, **disagrees)
    story.do("review_confidentiality", CHAIR, **disagrees)

    assert DISCLOSURE not in story.duties()
    story.do("close", HEAD, outcome="resolved")


def test_who_should_know_of_it_is_told_at_once_and_each_time() -> None:
    story = Story()
    told = {"told": a_text("whom"), "what": a_text("what")}
    story.do("set_confidentiality_aside", HEAD, **told)

    reminded = [e for e in story.tick() if isinstance(e.fact, DeadlineReminded)]

    reminders = [reminders_for(story.ladder, story.case, story.case, event) for event in reminded]
    assert [(one.tell, one.occasion, one.owner) for one in reminders if one] == [
        (Role.DATA_PROTECTION_OFFICER, Occasion.FOR_INFORMATION, None),
        (Role.CHAIR_OF_GOVERNORS, Occasion.ARRIVED, None),
    ]
    # The one who decided is not who looks at it.
    assert all(HEAD.person in one.not_to for one in reminders if one)
    story.do("set_confidentiality_aside", CHAIR, **told)
    again = [e.fact for e in story.tick() if isinstance(e.fact, DeadlineReminded)]
    assert [fact.tell for fact in again] == [Role.DATA_PROTECTION_OFFICER, Role.HEADTEACHER]
    first, second = (one.id for one in story.case.disclosures)
    story.do("review_confidentiality", HEAD, disclosure=second, agrees=True)
    assert DISCLOSURE in story.duties()  # of the other one
    story.do("review_confidentiality", CHAIR, disclosure=first, agrees=True)
    assert DISCLOSURE not in story.duties()


def test_what_was_told_after_closing_is_looked_at_too_and_first_if_the_case_is_reopened() -> None:
    story = Story(track=Track.SCHOOL_CONCERN, by=PARENT)
    story.do("close", PARENT, outcome="withdrawn")

    told = {"told": a_text("whom"), "what": a_text("what")}
    story.do("set_confidentiality_aside", HEAD, **told)

    assert DISCLOSURE in story.duties()
    assert not story.case.blocking
    story.do("reopen", HEAD)
    story.refused(PromiseOutstanding, "close", PARENT, outcome="withdrawn")
    disclosure = story.case.disclosures[0].id
    story.do("review_confidentiality", CHAIR, disclosure=disclosure, agrees=True)
    story.do("close", PARENT, outcome="withdrawn")


def test_another_advocate_is_owed_the_code_anew() -> None:
    story = Story(track=Track.SCHOOL_CONCERN, by=PARENT)
    story.do("appoint_advocate", PARENT, advocate="first")
    owed = {d.about: d for d in story.case.deadlines if "advocate" in d.about}
    assert owed
    story.wait("1 school day")

    story.do("appoint_advocate", PARENT, advocate="second")

    now_owed = {d.about: d for d in story.case.deadlines if "advocate" in d.about}
    assert now_owed.keys() == owed.keys()
    assert all(now_owed[about].due_on > owed[about].due_on for about in owed)
    assert isinstance(
        next(f for f in reversed(story.facts) if isinstance(f, AdvocateAppointed)).replaces, str
    )
    assert "first" not in story.case.parties


def raised_by_an_advocate() -> Story:
    return Story(track=Track.SCHOOL_CONCERN, by=ADVOCATE, family=PARENT.person)


@pytest.mark.parametrize("first_named", [True, False])
def test_a_concern_that_a_former_advocate_raised_is_the_familys_from_then_on(
    first_named: bool,
) -> None:
    story = raised_by_an_advocate()
    if first_named:
        story.do("appoint_advocate", PARENT, advocate=ADVOCATE.person)
        assert ADVOCATE.person in story.case.parties

    story.do("appoint_advocate", PARENT, advocate="second")

    assert story.case.parties == {PARENT.person, "second"}
    # Whoever raised it decides nothing in it, in whatever role they come back.
    assert ADVOCATE.person in story.case.involved
    assert sight_of(story.ladder, story.case, ADVOCATE) is Sight.NOTHING
    story.refused(NotAuthorised, "record_response", ADVOCATE, text=a_text("a reply"))
    story.refused(NotAuthorised, "talk_with_staff", ADVOCATE)
    story.refused(NotAuthorised, "close", ADVOCATE, outcome="withdrawn")
    talk = TalkWithStaff(id="talk", clauses=("ep.staff.information",), reason=a_text())
    written_to = {due.to for due in letters_due(LETTERS, story.policy, story.case, talk)}
    assert written_to
    assert written_to <= {PARENT.person, "second"}
    story.do("close", PARENT, outcome="withdrawn")


def test_who_raised_a_concern_and_acts_for_the_family_again_has_it_back() -> None:
    story = raised_by_an_advocate()
    story.do("appoint_advocate", PARENT, advocate="second")
    story.do("end_advocacy", PARENT)
    assert ADVOCATE.person not in story.case.parties

    story.do("appoint_advocate", PARENT, advocate=ADVOCATE.person)

    assert ADVOCATE.person in story.case.parties


def test_a_former_advocate_has_no_place_at_the_meetings_to_come() -> None:
    story = Story(track=Track.SCHOOL_CONCERN, by=PARENT)
    story.do("appoint_advocate", PARENT, advocate="first")
    day = story.calendar.add(story.now.date(), span("5 school days"))
    at = story.calendar.opening(day) + timedelta(hours=1)
    story.do("schedule_meeting", DEPUTY, at=at)
    assert "first" in story.case.meetings[0].people

    story.do("appoint_advocate", PARENT, advocate="second")

    assert "first" not in story.case.meetings[0].people
    assert PARENT.person in story.case.meetings[0].people


def test_a_parent_may_go_on_without_an_advocate() -> None:
    story = Story(track=Track.SCHOOL_CONCERN, by=PARENT)
    story.refused(NotAllowedHere, "end_advocacy", PARENT)
    story.do("appoint_advocate", PARENT, advocate="first")

    story.do("end_advocacy", PARENT)

    assert story.case.advocate is None
    assert not [about for about in story.duties() if "advocate" in about]


def test_an_advocate_whose_case_it_is_stays_on_it() -> None:
    Story().refused(NotAllowedHere, "end_advocacy", PARENT)


def test_a_parent_whose_advocate_is_limited_is_not_left_alone() -> None:
    story = under_restriction()
    story.wait("6 school days")
    story.do("confirm_restriction", HEAD, restriction=story.restriction.id)
    assert {"signpost", "offer-accompaniment"} <= story.duties()

    story.do("offer_accompaniment", OFFICE, how=a_text("a governor who takes neither side"))

    assert "offer-accompaniment" not in story.duties()


def test_nothing_begins_on_a_settled_case_that_somebody_would_have_to_look_at_again() -> None:
    story = Story()
    story.do("close", DEPUTY, outcome="resolved")
    story.wait("4 calendar months")
    told = {"told": a_text("whom"), "what": a_text("what")}

    assert story.case.settled
    story.refused(CaseIsSettled, "refer_to_sendiass", PARENT, shared=NAME)
    story.refused(CaseIsSettled, "set_confidentiality_aside", HEAD, **told)
    assert not story.case.deadlines
