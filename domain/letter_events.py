"""What a record says of letters."""

from typing import Literal

from pydantic import AwareDatetime

from domain.acting import PersonId, TextRef
from domain.policy import Frozen
from domain.vocabulary import Channel


class LetterPrepared(Frozen):
    """A letter was approved, and goes out as soon as the hour allows it.

    `about` is the restriction or meeting that it concerns, where it concerns one.
    """

    type: Literal["letter:prepared"] = "letter:prepared"
    letter: str
    kind: str
    to: PersonId
    channel: Channel
    text: TextRef
    edited: bool
    urgent: bool
    about: str | None = None


class LetterSent(Frozen):
    """A letter left the school; `digest` is the SHA-256 (hex) of what was really sent."""

    type: Literal["letter:sent"] = "letter:sent"
    letter: str
    channel: Channel
    message_id: str | None
    digest: str | None  # None for one that somebody printed and posted
    sent_at: AwareDatetime
    perhaps_twice: bool = False


class LetterReturned(Frozen):
    """A letter did not reach its addressee, with the mail's own status code."""

    type: Literal["letter:returned"] = "letter:returned"
    letter: str
    status: str
    returned_at: AwareDatetime
