"""Letters on a case: approved with an action, sent, and, where they come back, followed up."""

from domain import actions as a
from domain.case import Letter
from domain.deadlines import follow_up_rules, set_deadline
from domain.draft import Draft
from domain.errors import NotAllowedHere, UnknownThing
from domain.events import (
    Event,
    LetterPrepared,
    LetterReturned,
    LetterSent,
    MeetingCancelled,
    MeetingHeld,
    MeetingRecordKept,
    MeetingRescheduled,
    MeetingScheduled,
    MeetingStopped,
    RestrictionConfirmed,
    RestrictionContinued,
    RestrictionLapsed,
    RestrictionLifted,
    RestrictionProposed,
    RestrictionVaried,
)
from domain.vocabulary import Channel, DeadlineKind, LetterStatus

MEETING_REMINDER = "meeting-reminder"
RETURNED_LETTER = "letter-returned"
"""The duty to find another way to somebody whom a letter did not reach."""

_ABOUT_RESTRICTIONS = (
    RestrictionProposed,
    RestrictionConfirmed,
    RestrictionVaried,
    RestrictionContinued,
    RestrictionLifted,
    RestrictionLapsed,
)
_ABOUT_MEETINGS = (
    MeetingScheduled,
    MeetingRescheduled,
    MeetingCancelled,
    MeetingHeld,
    MeetingStopped,
    MeetingRecordKept,
)


def prepare(draft: Draft, letters: tuple[a.LetterToSend, ...]) -> None:
    """Puts the letters of an action on the record, to go out once the hour allows it."""
    about = _about(draft.events)
    for letter in letters:
        _may_receive(draft, letter, letter.about or about)
        draft.add(
            LetterPrepared(
                letter=draft.new_id("l"),
                kind=letter.kind,
                to=letter.to,
                channel=letter.channel,
                text=letter.text,
                edited=letter.edited,
                urgent=letter.kind in draft.policy.urgent_letters,
                about=letter.about or about,
            )
        )


def _may_receive(draft: Draft, letter: a.LetterToSend, about: str | None) -> None:
    # What is on a case is for the people whose case it is, and for those whose advice is sought;
    # what is about a meeting, for those who are, or were, at it.
    if letter.to in draft.case.parties or isinstance(draft.action, a.SeekExternalAdvice):
        return
    meeting = draft.case.meeting(about)
    if meeting is not None and letter.to in (
        *meeting.people,
        *meeting.attended,
        *meeting.left_out,
    ):
        return
    raise NotAllowedHere(
        f"A letter ({letter.kind}) goes to the people whose case this is, and to nobody else."
    )


def _about(events: list[Event]) -> str | None:
    for event in events:
        if isinstance(event.fact, _ABOUT_RESTRICTIONS):
            return event.fact.restriction
        if isinstance(event.fact, _ABOUT_MEETINGS):
            return event.fact.meeting
    return None


def prepare_letters(draft: Draft, action: a.PrepareLetters) -> None:
    """The letters that tell of relief which came by itself, or remind of a meeting: `decide` adds
    them."""
    if not action.letters:
        raise NotAllowedHere("There is no letter to prepare.")
    for letter in action.letters:
        meeting = draft.case.meeting(letter.about)
        if letter.kind == MEETING_REMINDER and (meeting is None or not meeting.coming):
            raise NotAllowedHere("The meeting that this would remind of is over, or called off.")


def record_letter(draft: Draft, action: a.RecordLetter) -> None:
    """A letter was handed to the mail server."""
    letter = _waiting(draft, action.letter, Channel.EMAIL)
    draft.add(
        LetterSent(
            letter=letter.id,
            channel=letter.channel,
            message_id=action.message_id,
            digest=action.digest,
            sent_at=action.sent_at,
            perhaps_twice=action.perhaps_twice,
        )
    )


def record_posting(draft: Draft, action: a.RecordPosting) -> None:
    """A printed letter was put into the post."""
    letter = _waiting(draft, action.letter, Channel.POST)
    prepared_on = draft.calendar.local_date(letter.prepared_at)
    if not prepared_on <= action.posted_on <= draft.today:
        raise NotAllowedHere(
            f"It was written on {prepared_on}, and can't have been posted on {action.posted_on}."
        )
    draft.add(
        LetterSent(
            letter=letter.id,
            channel=letter.channel,
            message_id=None,
            digest=None,
            sent_at=draft.calendar.opening(action.posted_on),
        )
    )


def record_return(draft: Draft, action: a.RecordReturn) -> None:
    """A letter did not arrive: somebody must find another way to reach the addressee."""
    letter = _known(draft, action.letter)
    if letter.status is LetterStatus.RETURNED:
        raise NotAllowedHere("It came back before, and is being followed up.")
    draft.add(
        LetterReturned(letter=letter.id, status=action.status, returned_at=action.returned_at)
    )
    if draft.case.settled or draft.case.deadline_about(DeadlineKind.DUTY, RETURNED_LETTER):
        return
    look = draft.ladder.first_look
    draft.add(
        set_deadline(
            draft.calendar,
            draft.new_id("d"),
            DeadlineKind.DUTY,
            RETURNED_LETTER,
            counted_from=draft.today,
            span=draft.policy.returned_letter_within,
            rules=follow_up_rules(look),
        )
    )


def _waiting(draft: Draft, letter_id: str, channel: Channel) -> Letter:
    letter = _known(draft, letter_id)
    if letter.status is not LetterStatus.PREPARED:
        raise NotAllowedHere(f"The letter {letter_id} is {letter.status.value} already.")
    if letter.channel is not channel:
        raise NotAllowedHere(f"The letter {letter_id} goes by {letter.channel.value}.")
    return letter


def _known(draft: Draft, letter_id: str) -> Letter:
    letter = draft.case.letter(letter_id)
    if letter is None:
        raise UnknownThing.named("letter", letter_id, (one.id for one in draft.case.letters))
    return letter
