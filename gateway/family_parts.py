"""What a parent or an advocate is shown of their case, part by part, as plain values."""

from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from domain.letter_facts import ComplaintsFacts, Reachable, SchoolFacts
from domain.letters import LetterText, Line, Points
from domain.policy import Clause
from domain.vocabulary import CodeAnswer
from gateway.family_actions import Doing
from gateway.family_words import Standing, Standpoint

Blocks = tuple[Line | Points, ...]
"""Paragraphs (words) and lists (tuples of words)."""


class Day(NamedTuple):
    """A day, in words, and how far away it is, such as “in 3 school days”; “” where that can't be
    told."""

    on: date
    words: str
    away: str
    past: bool


class Coming(NamedTuple):
    """Something that happens next, and `lead` (by, on or until) which day. `late`: the school
    should have done it by now."""

    lead: str
    words: str
    by: Day
    late: bool


class Asked(NamedTuple):
    """Something that is asked of the reader: the end of its page's address, and by when."""

    words: str
    path: str
    button: str
    by: Day | None = None


class OwnLetter(NamedTuple):
    """A letter to the reader. `how` says how it came; `text` is None where it is kept no longer."""

    id: str
    subject: str
    on: Day
    how: str
    text: LetterText | None
    prepared_at: datetime


class OwnMeeting(NamedTuple):
    """A meeting to which the reader is, or was, invited.

    `recording` is the reader's own answer about being recorded; None where they gave none.
    `changes` says whether it can still be changed, and answered.
    """

    id: str
    when: str
    on: Day
    stands: str
    coming: bool
    place: str | None
    online: str | None
    purpose: str | None
    people: tuple[str, ...]
    asked_to_record: bool
    recording: bool | None
    recording_words: str
    times: tuple[str, ...]
    discussed: tuple[str, ...]
    decided: tuple[str, ...]


class OwnFile(NamedTuple):
    """A file that the reader sent."""

    id: str
    called: str
    size: str


class Sent(NamedTuple):
    """Something that the reader sent or answered."""

    on: Day
    title: str
    words: str | None
    files: tuple[OwnFile, ...] = ()
    late: bool = False


class Happened(NamedTuple):
    """Something that happened, and why, where a reason was given that the reader may read.
    `letter` is the id of the letter that it was."""

    on: Day
    words: str
    why: str | None
    letter: str | None


class Limit(NamedTuple):
    """A limit that is proposed or in effect: what it limits, and what stays open."""

    id: str
    stands: str
    scopes: tuple[str, ...]
    starts: Day
    review: Day
    contact: str | None
    meetings: str | None
    collection: str | None


class Help(NamedTuple):
    """Who to talk to, where to get advice, and how to complain.

    `talk_to` are the words of the newest letter to the reader; () where there is none that says so.
    """

    school: SchoolFacts
    talk_to: Blocks
    complaints: ComplaintsFacts
    sendiass: Reachable | None  # None where the case is about that service itself


class Code(NamedTuple):
    """The code that the case is under: what it promises families, and what it asks of them.

    `rest` is what it says of itself and of what the school may do.
    """

    title: str
    version: str
    read_at: str | None
    promises: tuple[Clause, ...]
    asks: tuple[Clause, ...]
    rest: tuple[Clause, ...]
    asks_to_sign: bool
    answer: CodeAnswer | None


class OwnCase(NamedTuple):
    """A case, as the person whose case it is sees it."""

    reference: str
    standpoint: Standpoint
    advocate: bool
    about: str
    standing: Standing
    since: Day
    closed: bool
    adjustments: tuple[str, ...]
    asked: tuple[Asked, ...]
    coming: tuple[Coming, ...]
    limits: tuple[Limit, ...]
    letters: tuple[OwnLetter, ...]
    meetings: tuple[OwnMeeting, ...]
    sent: tuple[Sent, ...]
    happened: tuple[Happened, ...]
    doings: tuple[Doing, ...]
    code: Code
    has_advocate: bool
    help: Help

    @property
    def groups(self) -> tuple[tuple[str, tuple[Doing, ...]], ...]:
        """What may be done, by the headings of a page."""
        by_group = groupby(self.doings, key=lambda one: one.group)
        return tuple((group.value, tuple(some)) for group, some in by_group)

    def may(self, path: str) -> bool:
        """Whether the thing with this page may be done now."""
        return any(one.path == path for one in self.doings)

    def letter(self, letter: str) -> OwnLetter | None:
        """The reader's letter with this id, if there is one."""
        return next((one for one in self.letters if one.id == letter), None)

    def meeting(self, meeting: str) -> OwnMeeting | None:
        """The reader's meeting with this id, if there is one."""
        return next((one for one in self.meetings if one.id == meeting), None)


class OwnLine(NamedTuple):
    """A case in the list of somebody's own cases."""

    reference: str
    about: str
    standing: str
    since: Day
    closed: bool
