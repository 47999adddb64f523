"""What each event makes of a case: that one thing changes, and all beside it stays."""

from domain.vocabulary import LetterStatus, Severity, SharedItem, Track
from tests.rules.building import (
    ADVOCATE,
    CHAIR,
    DEPUTY,
    HEAD,
    OFFICE,
    PARENT,
    Story,
    a_text,
    in_force,
    under_restriction,
)
from tests.rules.test_letters_on_a_case import a_letter, sent


def test_a_restriction_takes_effect_when_it_is_confirmed() -> None:
    assert under_restriction().restriction.effective_at is None

    story = in_force()

    assert story.restriction.effective_at == story.events[-1].at == story.now


def test_an_interim_one_took_effect_at_once_and_keeps_that_moment() -> None:
    story = Story(severity=Severity.SAFETY)
    story.do("restrict_access", HEAD, interim=True)
    began = story.now
    assert story.restriction.effective_at == began

    story.wait("6 school days")
    story.do("confirm_restriction", CHAIR, restriction=story.restriction.id)

    assert story.restriction.effective_at == began


def test_what_becomes_of_one_letter_changes_no_other() -> None:
    story = Story()
    letters = (a_letter(), a_letter(PARENT.person))
    story.do("remind_informally", DEPUTY, letters=letters)

    sent(story)

    assert [one.status for one in story.case.letters] == [LetterStatus.SENT, LetterStatus.PREPARED]


def test_a_referral_keeps_what_the_parent_wrote() -> None:
    story = Story()
    summary = a_text("summary")
    shared = (SharedItem.NAME, SharedItem.SUMMARY)
    story.do("refer_to_sendiass", PARENT, shared=shared, summary=summary)

    assert story.case.referrals[0].summary == summary


def test_another_advocates_going_leaves_a_concern_with_whoever_raised_it() -> None:
    story = Story(track=Track.SCHOOL_CONCERN, by=PARENT)
    story.do("appoint_advocate", PARENT, advocate=ADVOCATE.person)
    story.do("end_advocacy", OFFICE)

    assert not story.case.raiser_let_go
    assert story.case.raiser == PARENT.person
