"""The lines of which a case's page is made, in words."""

from typing import NamedTuple

from domain.calendar import SchoolCalendar
from domain.choices import Choice
from gateway.reading import Seen
from gateway.stores import Stores
from gateway.wording import moment, spoken


class DueNow(NamedTuple):
    """An open deadline in words, with what the viewer may do about it."""

    deadline: str
    what: str
    day: str
    when: str
    whose: str
    overdue: bool
    a_task: bool
    needed_to_close: bool
    choices: list[Choice]


class LetterLine(NamedTuple):
    """A letter in a list."""

    id: str
    title: str
    to: str
    written: str
    stands: str
    to_print: bool


class Happened(NamedTuple):
    """One event of the timeline, with what was written."""

    at: str
    what: str
    who: str
    texts: list[tuple[str, str]]
    letter: str  # the letter that it is about, to be read on a page of its own
    sequence: int
    hash: str


class DayOf(NamedTuple):
    """The events of one day, the latest first."""

    day: str
    events: list[Happened]


class Rung(NamedTuple):
    """A step of the ladder, and whether the case stands there, has passed it, or holds it."""

    title: str
    here: bool
    passed: bool
    held: bool


class Note(NamedTuple):
    """A note on the case."""

    text: str
    who: str
    day: str


async def told_apart(stores: Stores, seen: Seen, calendar: SchoolCalendar, choice: Choice) -> str:
    """The title of a choice, with the letter or the meeting that it is about: a case may have
    several of each."""
    letter, meeting = seen.case.letter(choice.about or ""), seen.case.meeting(choice.about)
    if letter is not None:
        known = stores.writer.templates(seen.case.school).letters
        title = known[letter.kind].title if letter.kind in known else spoken(letter.kind)
        return f"{choice.title}: “{title}”, to {await seen.name(letter.to)}"
    if meeting is not None:
        return f"{choice.title}: {moment(calendar, meeting.at)}"
    return choice.title
