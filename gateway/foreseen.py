"""What an action will do, told before it is done: what happens, when, and to whom.

The check page before an action, and the page after it, say the same things in the same words.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from correspondence.writer import Draft
from domain import events as e
from domain.calendar import CalendarDoesNotCover, SchoolCalendar
from domain.case import TASKS, Deadline
from domain.letter_rules import goes_out_at
from domain.letters import LetterText
from domain.policy import Ladder
from domain.vocabulary import Channel, DeadlineKind
from gateway.drafting import Foreseen
from gateway.due_words import in_school_days, what_to_do
from gateway.reading import Seen
from gateway.stores import Stores
from gateway.wording import (
    day,
    moment,
    names_of_deadlines,
    sentence,
    spoken,
    stage_title,
)
from storage.people import Person, PersonNotFound

_RELIEF = {
    DeadlineKind.QUIET_PERIOD: "If nothing further happens, the case lapses by itself",
    DeadlineKind.REPRESENTATIONS: "The last day for their written side",
    DeadlineKind.CONFIRMATION: "If nobody has decided by then, the restriction lapses by itself",
    DeadlineKind.REVIEW: "Unless it is renewed on review, the restriction lapses by itself",
    DeadlineKind.REOPENING: "The last day on which the case can be reopened",
}


class LetterGoing(NamedTuple):
    """A letter that goes out: what it is, to whom, how, and when. `edited` says that a person
    changed the words; `to_print` that somebody has to print and post it."""

    title: str
    to: str
    how: str
    when: str
    edited: bool
    to_print: bool


class Arising(NamedTuple):
    """Something that falls due because of the action."""

    what: str
    day: str
    when: str
    whose: str


class Relief(NamedTuple):
    """Something that ends by itself on a day."""

    what: str
    day: str
    when: str


class WhatHappens(NamedTuple):
    """An action told in full, in words that each stand as a sentence without a full stop."""

    moves: str
    happens: tuple[str, ...]
    letters: tuple[LetterGoing, ...]
    letters_left_out: tuple[str, ...]
    arises: tuple[Arising, ...]
    relief: tuple[Relief, ...]
    ends: tuple[str, ...]


async def what_happens(
    stores: Stores,
    seen: Seen | None,
    foreseen: Foreseen,
    chosen: Mapping[str, LetterText | None],
) -> WhatHappens:
    """What an action does, and which letters go out with it.

    `chosen` are the words of each letter by its key (`key_of`); None for one that is left out.
    `seen` is the case through the eyes of whoever acts; None while a concern is raised.
    """
    happens = foreseen.happening
    ladder = happens.policy.by_track[happens.after.track]
    before = happens.before
    known: list[e.Event] = []
    if before is not None:
        stored = await stores.record.events_of(before.school, before.reference)
        known = [one.event for one in stored]
    names = names_of_deadlines([*known, *happens.events])
    open_now = {one.id: one for one in before.deadlines} if before else {}
    telling = _Telling(
        happens.calendar, happens.calendar.local_date(happens.at), ladder, names, open_now
    )
    facts = [event.fact for event in happens.events]
    going, left_out = [], []
    for draft in foreseen.drafts:
        words = chosen.get(key_of(draft), draft.text)
        title = stores.writer.templates(draft.school).letters[draft.due.kind].title
        if words is None:
            left_out.append(f"{title}, to {draft.text.addressee[0]}")
            continue
        urgent = draft.due.kind in happens.policy.urgent_letters
        going.append(
            await _going(stores, draft, title, words != draft.text, _leaves(foreseen, urgent))
        )
    return WhatHappens(
        moves=telling.moves(facts),
        happens=tuple(telling.happens(happens.events)),
        letters=tuple(going),
        letters_left_out=tuple(left_out),
        arises=tuple(telling.arises(facts)),
        relief=tuple(telling.relief(facts)),
        ends=tuple(telling.ends(facts)),
    )


def key_of(draft: Draft) -> str:
    """What tells a letter of an action from its others."""
    due = draft.due
    return "/".join(filter(None, [due.kind, due.to, due.about]))


def _leaves(foreseen: Foreseen, urgent: bool) -> str:
    happens = foreseen.happening
    try:
        start = goes_out_at(happens.calendar, happens.after.track, happens.at, urgent=urgent)
    except CalendarDoesNotCover:
        return "at once"
    if start <= happens.at:
        return "at once, as it is urgent" if urgent else "at once"
    return f"on {moment(happens.calendar, start)}, when the school is open"


async def _going(
    stores: Stores, draft: Draft, title: str, edited: bool, leaves: str
) -> LetterGoing:
    person = await _person(stores, draft)
    by_post = draft.due.on_paper or person is None or person.email is None
    to = draft.text.addressee[0]
    if by_post:
        return LetterGoing(
            title, to, "on paper", "once you have printed and posted it", edited, to_print=True
        )
    how = f"by e-mail to {person.email}" if person else "by e-mail"
    return LetterGoing(title, to, how, leaves, edited, to_print=False)


async def _person(stores: Stores, draft: Draft) -> Person | None:
    if draft.due.to is None:
        return None
    try:
        return await stores.people.person(draft.due.to)
    except PersonNotFound:
        return None


class _Telling:
    def __init__(
        self,
        calendar: SchoolCalendar,
        today: date,
        ladder: Ladder,
        names: Mapping[str, str],
        open_now: Mapping[str, Deadline],
    ) -> None:
        self._calendar = calendar
        self._today = today
        self._ladder = ladder
        self._names = names
        self._open_now = open_now

    def moves(self, facts: Iterable[e.Fact]) -> str:
        for fact in facts:
            if isinstance(fact, e.StageChanged):
                was = stage_title(self._ladder, fact.source)
                to = stage_title(self._ladder, fact.dest)
                over = ", ".join(f"“{stage_title(self._ladder, one)}”" for one in fact.skipped)
                skips = f". It skips {over}" if over else ""
                return f"The case moves from “{was}” to “{to}”{skips}"
        return ""

    def happens(self, events: Iterable[e.Event]) -> Iterable[str]:
        for event in events:
            told_apart = (
                e.StageChanged,
                e.DeadlineSet,
                e.DeadlineMet,
                e.DeadlineEnded,
                e.LetterPrepared,
            )
            if not isinstance(event.fact, told_apart):
                yield sentence(self._ladder, event, self._names)

    def arises(self, facts: Iterable[e.Fact]) -> Iterable[Arising]:
        for fact in facts:
            if isinstance(fact, e.DeadlineSet) and fact.kind in TASKS:
                whose = f"the {spoken(fact.rules[0].tell)}" if fact.rules else "nobody yet"
                what = what_to_do(self._ladder, fact.kind, fact.about)
                yield Arising(what, day(fact.due_on), self._when(fact.due_on), whose)

    def relief(self, facts: Iterable[e.Fact]) -> Iterable[Relief]:
        for fact in facts:
            if isinstance(fact, e.DeadlineSet) and fact.kind in _RELIEF:
                yield Relief(_RELIEF[fact.kind], day(fact.due_on), self._when(fact.due_on))

    def ends(self, facts: Iterable[e.Fact]) -> Iterable[str]:
        for fact in facts:
            if isinstance(fact, e.DeadlineMet | e.DeadlineEnded):
                deadline = self._open_now.get(fact.deadline)
                if deadline is not None:
                    yield what_to_do(self._ladder, deadline.kind, deadline.about)

    def _when(self, due_on: date) -> str:
        return in_school_days(self._calendar, self._today, due_on)


class DoneLetter(NamedTuple):
    """A letter that went out with an action, or waits to be printed and posted."""

    id: str
    title: str
    to: str
    to_print: bool


class Done(NamedTuple):
    """What an action did, as the record has it, and the letters that went with it."""

    sentences: tuple[str, ...]
    letters: tuple[DoneLetter, ...]


async def what_was_done(stores: Stores, seen: Seen, action_id: str) -> Done | None:
    """What the record says of the action with this id; None where it is not on the record (yet)."""
    case = seen.case
    stored = await stores.record.events_of(case.school, case.reference)
    names = names_of_deadlines(one.event for one in stored)
    mine = [one.event for one in stored if one.event.action_id == action_id]
    if not mine:
        return None
    letters = [event.fact for event in mine if isinstance(event.fact, e.LetterPrepared)]
    known = stores.writer.templates(case.school).letters
    told = [event for event in mine if not isinstance(event.fact, e.LetterPrepared)]
    return Done(
        sentences=tuple(sentence(seen.ladder, event, names) for event in told),
        letters=tuple(
            [
                DoneLetter(
                    fact.letter,
                    known[fact.kind].title if fact.kind in known else spoken(fact.kind),
                    await seen.name(fact.to),
                    to_print=fact.channel is Channel.POST,
                )
                for fact in letters
            ]
        ),
    )
