"""Other people's names taken out of a text that one person is given, and that person's own kept.

What is found: the name in full or in part, in any case, with or without its accents and hyphens, as
a possessive or a plural, behind a title or an initial, and inside an e-mail address. A word that no
list of people knows stays, so a person must read the text before it goes out: `Redacted.doubts`
says where to look twice.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from domain.acting import PersonId
from domain.name_finding import Form, Run, capital_where_needed, form_of, name_at
from domain.name_words import (
    FAMILIAR,
    ORDINARY,
    PARTICLES,
    Word,
    name_words,
    spellings,
    unspaced,
    words_of,
)

WITHHELD = "[withheld]"
NOT_HELD = "somebody whose name is no longer held"
_ADDRESS = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
_TELEPHONE = re.compile(r"(?<!\w)\+?\(?\d(?:[\s().-]*\d){6,}(?!\w)")
_ENDS_A_SENTENCE = re.compile(r"(?:^|[.!?:;\n“\"(\[•])[\s“\"'’(\[]*$")


class Known(NamedTuple):
    """Somebody whose name may stand in a text. `described` is what is said instead of the name."""

    person: PersonId
    name: str
    email: str | None
    described: str  # such as “a member of staff”


class Replacement(NamedTuple):
    """What was taken out: from `start` to `end` in the text as it was, and whom it may name."""

    start: int
    end: int
    original: str
    shown: str
    people: tuple[PersonId, ...]


class Doubt(NamedTuple):
    """What was left, from `start` to `end` in the text as it was, and why to look at it again."""

    start: int
    end: int
    original: str
    why: str


class Redacted(NamedTuple):
    """A text as its reader gets it, what was taken out of it, and what to look at again."""

    text: str
    replacements: tuple[Replacement, ...]
    doubts: tuple[Doubt, ...]


class Redactor:
    """Takes the names of `others` out of texts, for the reader whose name is `own`.

    People are lettered (person A, person B) in the order in which they are first met, and keep
    their letter in every text. Those in `shown` keep their names. `also` are further words or
    phrases to take out.
    """

    def __init__(
        self,
        own: Known,
        others: Iterable[Known],
        *,
        shown: Iterable[PersonId] = (),
        also: Iterable[str] = (),
    ) -> None:
        self._own = own
        self._others = {one.person: one for one in others if one.person != own.person}
        self._stay = frozenset(shown)
        self._letters: dict[PersonId, str] = {}
        self._addresses = {
            one.email.casefold(): one.person for one in self._others.values() if one.email
        }
        self._known_by = _known_by((own, *self._others.values()))
        named = [form_of(one.person, one.name) for one in (own, *self._others.values())]
        asked = [
            Form(None, tuple(word.folded for word in words_of(phrase)), frozenset())
            for phrase in also
        ]
        self._forms = [form for form in (*named, *asked) if form.words]
        self._starting: dict[str, list[Form]] = {}
        for form in self._forms:
            for word in {form.words[0], *form.alone}:
                self._starting.setdefault(word, []).append(form)

    def short(self, person: PersonId) -> str:
        """What somebody is called: “person A”, or their name where it is shown; “you”."""
        if person == self._own.person:
            return "you"
        if person in self._stay:
            return self._others[person].name
        return f"person {self._letter(person)}"

    def label(self, person: PersonId) -> str:
        """What somebody is called, and what they are: “person A, a member of staff”."""
        if person == self._own.person:
            return "you"
        known = self._others.get(person)
        return f"{self.short(person)}, {known.described if known else NOT_HELD}"

    def names_reader(self, text: str) -> bool:
        """Whether a text names the reader, by a word that is in nobody else's name."""
        own = {self._own.person}
        if self._own.email and self._own.email.casefold() in text.casefold():
            return True
        return any(
            self._known_by.get(spelling) == own and capital_where_needed(text, word)
            for word in words_of(text, unspaced(self._known_by))
            for spelling in spellings(word.folded)
        )

    @property
    def lettered(self) -> tuple[tuple[str, PersonId], ...]:
        """Each letter that was given out, and whose it is, in order."""
        return tuple((letter, person) for person, letter in self._letters.items())

    @property
    def not_searched(self) -> tuple[PersonId, ...]:
        """Those whose names are too short, or everyday words: not found alone in small letters."""
        return tuple(
            form.person
            for form in self._forms
            if form.person
            and form.person not in (self._own.person, *self._stay)
            and all(len(w) < 2 or w in ORDINARY or w in PARTICLES for w in form.words)
        )

    def redact(self, text: str) -> Redacted:
        """The text without other people's names. Offsets are into `text` as it was given."""
        replacements, doubts, kept = self._addresses_in(text)
        taken = [(one.start, one.end) for one in replacements]
        words = [
            word
            for word in words_of(text, unspaced(self._starting))
            if not any(a < word.end and word.start < b for a, b in (*taken, *kept))
        ]
        index = floor = 0
        while index < len(words):
            runs = self._runs_at(text, words, index, floor)
            if not runs:
                index += 1
                continue
            first, last = runs[0].first, runs[0].last
            start, end = words[first].start, words[last].end
            people = tuple(dict.fromkeys(r.form.person for r in runs if r.form.person))
            if self._own.person in people or (people and self._stay.issuperset(people)):
                if not self._stay.issuperset(set(people) - {self._own.person}):
                    why = "it is the reader's own name, and somebody else's"
                    doubts.append(Doubt(start, end, text[start:end], why))
            else:
                shown = self._shown(people)
                replacements.append(Replacement(start, end, text[start:end], shown, people))
            index = floor = last + 1
        replacements.sort()
        gone = [(one.start, one.end) for one in replacements]
        doubts += self._left(text, words, gone, kept)
        pieces, at = [], 0
        for one in replacements:
            pieces += [text[at : one.start], one.shown]
            at = one.end
        return Redacted("".join([*pieces, text[at:]]), tuple(replacements), tuple(sorted(doubts)))

    def _letter(self, person: PersonId) -> str:
        if person not in self._letters:
            self._letters[person] = letter(len(self._letters))
        return self._letters[person]

    def _shown(self, people: Sequence[PersonId]) -> str:
        if not people:
            return WITHHELD
        return f"[{' or '.join(self.label(person) for person in people)}]"

    def _addresses_in(
        self, text: str
    ) -> tuple[list[Replacement], list[Doubt], list[tuple[int, int]]]:
        replacements, doubts, kept = [], [], []
        own = (self._own.email or "").casefold()
        for found in _ADDRESS.finditer(text):
            address = found[0].casefold()
            if address == own or (person := self._addresses.get(address)) in self._stay:
                kept.append(found.span())
            elif person is not None:
                shown = self._shown([person])
                replacements.append(Replacement(*found.span(), found[0], shown, (person,)))
            else:
                doubts.append(Doubt(*found.span(), found[0], "an e-mail address of somebody"))
        for found in _TELEPHONE.finditer(text):
            if not re.fullmatch(r"\d{4}-\d\d-\d\d", found[0]):
                doubts.append(Doubt(*found.span(), found[0], "it may be a telephone number"))
        return replacements, doubts, kept

    def _runs_at(self, text: str, words: Sequence[Word], index: int, floor: int) -> list[Run]:
        """The longest names that begin with this word; several where they are equally long."""
        runs = []
        for spelling in spellings(words[index].folded):
            for form in self._starting.get(spelling, ()):
                run = name_at(text, words, index, form, floor)
                if run is not None and run not in runs:
                    runs.append(run)
        longest = max((run.last for run in runs), default=index)
        runs = [run for run in runs if run.last == longest]
        # Whoever is named in full is meant, before those who share a part of the name.
        whole = [r for r in runs if r.last - r.first + 1 >= len(r.form.words)]
        runs = whole or runs
        first = min((run.first for run in runs), default=index)
        return [run._replace(first=first) for run in runs]

    def _left(
        self,
        text: str,
        words: Sequence[Word],
        gone: Sequence[tuple[int, int]],
        kept: Sequence[tuple[int, int]],
    ) -> list[Doubt]:
        """Words that stand as names do, though nobody of that name is known."""
        stays = {self._own.name, *(self._others[one].name for one in self._stay)}
        own = {word for name in stays for word in name_words(name)}
        doubts: list[Doubt] = []
        for word in words:
            if any(start <= word.start < end for start, end in (*gone, *kept)):
                continue
            written = text[word.start : word.end]
            if set(spellings(word.folded)) & own or len(written) < 2:
                continue
            ordinary = any(s in ORDINARY for s in spellings(word.folded))
            starts = {s for s in spellings(word.folded) if s in self._starting}
            if starts and ordinary and not any(d.original == written for d in doubts):
                why = "it is an ordinary word, and somebody's name"
                doubts.append(Doubt(word.start, word.end, written, why))
            elif (
                written[0].isupper()
                and not written.isupper()
                and word.folded not in FAMILIAR
                and not ordinary
                and not _ENDS_A_SENTENCE.search(text[: word.start])
            ):
                doubts.append(Doubt(word.start, word.end, written, "it may be a name"))
        return doubts


def letter(number: int) -> str:
    """A for 0, B for 1, …, Z, then AA, AB, …"""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _known_by(people: Iterable[Known]) -> dict[str, set[PersonId]]:
    found: dict[str, set[PersonId]] = {}
    for one in people:
        for word in form_of(one.person, one.name).alone:
            found.setdefault(word, set()).add(one.person)
    return found
