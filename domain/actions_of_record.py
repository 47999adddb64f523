"""What is put on record of something that happened: time, reminders, letters and referrals."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from domain.acting import BaseAction, PersonId
from domain.vocabulary import ActionName


class TimePassed(BaseAction):
    """The case's timer fired: whatever has fallen due by now is reminded of, or relieved."""

    name: Literal[ActionName.TIME_PASSED] = ActionName.TIME_PASSED


class RecordNotice(BaseAction):
    """A notice left the building: to whom, and the hash of what was sent."""

    name: Literal[ActionName.RECORD_NOTICE] = ActionName.RECORD_NOTICE
    deadline: str
    level: int
    told: PersonId | None  # None: nobody holds the role, or everyone who does is conflicted
    message_id: str
    digest: str
    sent_at: AwareDatetime


class RecordPosting(BaseAction):
    """Somebody has put a printed letter into the post."""

    name: Literal[ActionName.RECORD_POSTING] = ActionName.RECORD_POSTING
    letter: str
    posted_on: date


class PrepareLetters(BaseAction):
    """Relief came by itself, and its letters were worded: they go out as any others."""

    name: Literal[ActionName.PREPARE_LETTERS] = ActionName.PREPARE_LETTERS


class RecordLetter(BaseAction):
    """A letter was handed to the mail server, with the hash of what was handed over.

    `perhaps_twice`: the attempt before was cut off where nobody can tell whether it arrived.
    """

    name: Literal[ActionName.RECORD_LETTER] = ActionName.RECORD_LETTER
    letter: str
    message_id: str
    digest: str
    sent_at: AwareDatetime
    perhaps_twice: bool = False


class RecordReturn(BaseAction):
    """A letter did not arrive: the address refused it, or it came back.

    `status` is the enhanced status code (RFC 3463), such as 5.1.1, where there is one.
    """

    name: Literal[ActionName.RECORD_RETURN] = ActionName.RECORD_RETURN
    letter: str
    status: str
    returned_at: AwareDatetime


class RecordReferralSent(BaseAction):
    """A referral went to SENDIASS, or waits to be handed to the parent (no `digest`).

    `perhaps_twice`: as of a letter.
    """

    name: Literal[ActionName.RECORD_REFERRAL_SENT] = ActionName.RECORD_REFERRAL_SENT
    referral: str
    message_id: str | None
    digest: str | None
    sent_at: AwareDatetime
    perhaps_twice: bool = False
