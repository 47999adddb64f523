"""Letters on a case: who may be written to, what the record says of them, and when one returns."""

from datetime import timedelta

import pytest

from domain.actions import SYSTEM, LetterToSend
from domain.errors import CaseChanged, NotAllowedHere, TimersDoNotDecide, UnknownThing
from domain.events import LetterPrepared, LetterReturned, LetterSent
from domain.letter_actions import RETURNED_LETTER
from domain.vocabulary import Channel, LetterStatus, Severity
from tests.rules.building import ADVOCATE, DEPUTY, HEAD, OFFICE, PARENT, TEACHER, Story, a_text


def a_letter(to: str = ADVOCATE.person, **changed: object) -> LetterToSend:
    fields: dict[str, object] = {"kind": "informal-reminder", "to": to, "text": a_text("letter")}
    return LetterToSend.model_validate(fields | changed)


def with_a_letter(**changed: object) -> Story:
    """A case on which the deputy has just sent a friendly reminder."""
    story = Story()
    story.do("remind_informally", DEPUTY, letters=(a_letter(**changed),))  # type: ignore[arg-type]
    return story


def sent(story: Story, **changed: object) -> None:
    fields: dict[str, object] = {
        "letter": story.case.letters[0].id,
        "message_id": "ep-2026-0042.l1@rowan-hill.evenhand",
        "digest": "d" * 64,
        "sent_at": story.now,
    }
    story.do("record_letter", SYSTEM, **fields | changed)


def test_a_letter_goes_with_its_action_and_waits_to_be_sent() -> None:
    story = with_a_letter()

    (letter,) = story.case.letters
    assert (letter.kind, letter.to, letter.status) == (
        "informal-reminder",
        ADVOCATE.person,
        LetterStatus.PREPARED,
    )
    assert story.case.letters_to_send == (letter,)
    assert not letter.urgent


def test_what_is_on_a_case_is_sent_to_nobody_else() -> None:
    story = Story()

    refused = story.refused(
        NotAllowedHere, "remind_informally", DEPUTY, letters=(a_letter(to="a-neighbour"),)
    )

    assert "nobody else" in refused.sentence


def test_advice_may_be_asked_of_somebody_outside() -> None:
    story = Story(severity=Severity.SAFETY)
    asked = a_letter(to="the-officer", kind="referral")

    story.do("seek_external_advice", HEAD, kind="police", letters=(asked,))

    assert story.case.letters[0].to == "the-officer"


def test_an_interim_restriction_is_told_at_once() -> None:
    story = Story(severity=Severity.SAFETY)
    letter = a_letter(kind="interim-restriction")

    events = story.do("restrict_access", HEAD, interim=True, letters=(letter,))

    (prepared,) = [e.fact for e in events if isinstance(e.fact, LetterPrepared)]
    assert prepared.urgent
    assert prepared.about == story.restriction.id


def test_the_record_says_what_was_sent_and_what_is_not_known() -> None:
    story = with_a_letter()

    sent(story, perhaps_twice=True)

    fact = story.facts[-1]
    assert isinstance(fact, LetterSent)
    assert fact.perhaps_twice
    assert story.case.letters_to_send == ()
    assert story.case.letters[0].message_id == fact.message_id
    story.refused(
        NotAllowedHere,
        "record_letter",
        SYSTEM,
        letter=fact.letter,
        message_id="x",
        digest="d",
        sent_at=story.now,
    )


def test_a_letter_that_goes_out_meanwhile_is_nothing_to_look_at_again() -> None:
    story = with_a_letter()
    seen = story.case.sequence
    sent(story)

    story.do("add_note", HEAD, text=a_text(), seen=seen)

    story.refused(CaseChanged, "add_note", HEAD, text=a_text(), seen=seen)
    story.refused(CaseChanged, "add_note", HEAD, text=a_text(), seen=story.case.sequence + 1)


def test_nobody_says_by_hand_that_an_email_went() -> None:
    story = with_a_letter()

    story.refused(
        TimersDoNotDecide,
        "record_letter",
        HEAD,
        letter=story.case.letters[0].id,
        message_id="x",
        digest="d",
        sent_at=story.now,
    )


def test_a_letter_by_post_is_sent_once_somebody_has_posted_it() -> None:
    story = with_a_letter(channel=Channel.POST)
    assert story.case.letters_to_send == ()
    today = story.calendar.local_date(story.now)
    letter = story.case.letters[0].id

    refused = story.refused(
        NotAllowedHere,
        "record_posting",
        OFFICE,
        letter=letter,
        posted_on=today - timedelta(days=1),
    )
    story.do("record_posting", OFFICE, letter=letter, posted_on=today)

    assert "can't have been posted" in refused.sentence
    assert story.case.letters[0].status is LetterStatus.SENT


def test_a_letter_that_comes_back_is_followed_up() -> None:
    story = with_a_letter()
    sent(story)

    story.do(
        "record_return",
        SYSTEM,
        letter=story.case.letters[0].id,
        status="5.1.1",
        returned_at=story.now,
    )

    assert any(isinstance(fact, LetterReturned) for fact in story.facts)
    assert RETURNED_LETTER in story.duties()
    duty = next(d for d in story.case.deadlines if d.about == RETURNED_LETTER)
    # Two school days from a Monday.
    assert f"{duty.due_on:%A}" == "Wednesday"
    story.do("complete_follow_up", DEPUTY, deadline=duty.id, result=a_text("rang them"))
    assert RETURNED_LETTER not in story.duties()


def test_a_letter_that_comes_back_to_a_settled_case_is_noted_and_owes_nothing() -> None:
    story = with_a_letter()
    sent(story)
    story.do("close", DEPUTY, outcome="resolved")
    story.wait("4 calendar months")
    assert story.case.settled

    letter = story.case.letters[0].id
    story.do("record_return", SYSTEM, letter=letter, status="5.1.1", returned_at=story.now)

    assert any(isinstance(fact, LetterReturned) for fact in story.facts)
    assert not story.case.deadlines


def test_an_unknown_letter_is_said_to_be() -> None:
    story = with_a_letter()

    refused = story.refused(
        UnknownThing, "record_posting", OFFICE, letter="l99", posted_on=story.now.date()
    )

    assert story.case.letters[0].id in refused.sentence


@pytest.mark.parametrize("person", [PARENT.person, TEACHER.person])
def test_everybody_with_a_part_may_be_written_to(person: str) -> None:
    assert with_a_letter(to=person).case.letters[0].to == person
