"""Finds where in a text a name stands, in full or in part, and how far it goes."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from domain.acting import PersonId
from domain.name_words import (
    ORDINARY,
    PARTICLES,
    TITLES,
    Word,
    name_words,
    spellings,
    without_digraphs,
)

_WITHIN_A_NAME = re.compile(r"[\s'’ʼ`\-‐‑‒–—_]*|,\s+|[._+]|\.\s*")
_AFTER_A_TITLE = re.compile(r"\.?\s+")


class Form(NamedTuple):
    """How a name may be found: all its words in order, and those that stand for it alone."""

    person: PersonId | None  # None: a word that the school asks to take out besides
    words: tuple[str, ...]
    alone: frozenset[str]


class Run(NamedTuple):
    """Words of a text that are one name: from `first` to `last`, counted in words."""

    first: int
    last: int
    form: Form


def form_of(person: PersonId, name: str) -> Form:
    """How a person's name may be found."""
    words = name_words(name)
    joined = {
        "".join(words[first:last])
        for first in range(len(words))
        for last in range(first + 2, len(words) + 1)
    }
    alone = {word for word in words if len(word) > 1 and word not in PARTICLES} | joined
    alone |= {plain for word in alone if len(plain := without_digraphs(word)) > 1}
    return Form(person, words, frozenset(alone))


def name_at(text: str, words: Sequence[Word], index: int, form: Form, floor: int) -> Run | None:
    """The name that begins at this word, as far as it goes; None where it is none."""
    whole = _whole(text, words, index, form.words)
    if whole is not None:
        first = _back(text, words, index, (), floor) if form.person else index
        return Run(first, whole, form)
    if form.person is None or not _stands_alone(text, words[index], form):
        return None
    unused = list(form.words)
    _use(unused, words[index])
    last = index
    while last + 1 < len(words) and _joined(text, words[last], words[last + 1]):
        following = words[last + 1]
        if not _continues(text, following, unused):
            break
        _use(unused, following)
        last += 1
    # A particle or a title at the end belongs to what comes after it.
    while last > index and words[last].folded in PARTICLES:
        last -= 1
    return Run(_back(text, words, index, unused, floor), last, form)


def _whole(text: str, words: Sequence[Word], index: int, wanted: Sequence[str]) -> int | None:
    """The last word of the whole name, where it begins here, in whatever case it is written."""
    if sum(map(len, wanted)) < 2 or index + len(wanted) > len(words):
        return None
    last = index + len(wanted) - 1
    for offset, name in enumerate(wanted):
        at = index + offset
        fits = name in spellings(words[at].folded) if at == last else name == words[at].folded
        if not fits or (offset and not _joined(text, words[at - 1], words[at])):
            return None
    if len(wanted) == 1 and not capital_where_needed(text, words[index]):
        return None
    return last


def _stands_alone(text: str, word: Word, form: Form) -> bool:
    known = any(spelling in form.alone for spelling in spellings(word.folded))
    return known and capital_where_needed(text, word)


def capital_where_needed(text: str, word: Word) -> bool:
    """Whether a word may be a name as it is written."""
    # “Will” is a name where “will” is a word; a name that is nothing else needs no capital.
    if not any(spelling in ORDINARY for spelling in spellings(word.folded)):
        return True
    return not text[word.start].islower()


def _continues(text: str, word: Word, unused: Sequence[str]) -> bool:
    if _part(word, unused):
        return word.folded in PARTICLES or capital_where_needed(text, word)
    return _is_initial(text, word, unused) and (
        word.folded not in ("a", "i") or text[word.end : word.end + 1] == "."
    )


def _is_initial(text: str, word: Word, unused: Sequence[str]) -> bool:
    return (
        len(word.folded) == 1
        and text[word.start].isupper()
        and any(name.startswith(word.folded) for name in unused)
    )


def _use(unused: list[str], word: Word) -> None:
    first, last = _part(word, unused) or (0, 0)
    del unused[first:last]


def _part(word: Word, unused: Sequence[str]) -> tuple[int, int] | None:
    """Which of the name's words this one is, or is run together from: the first, past the last."""
    known = spellings(word.folded)
    for first in range(len(unused)):
        for last in range(first + 1, len(unused) + 1):
            if "".join(unused[first:last]) in known:
                return first, last
    return None


def _back(text: str, words: Sequence[Word], index: int, unused: Sequence[str], floor: int) -> int:
    """The first word of the name, with the initials, particles and title before it."""
    first = index
    while first > floor:
        before = words[first - 1]
        if before.folded in TITLES:
            gap = text[before.end : words[first].start]
            return first - 1 if _AFTER_A_TITLE.fullmatch(gap) else first
        part = before.folded in PARTICLES and before.folded in unused
        if not (part or _is_initial(text, before, unused)):
            return first
        if not _joined(text, before, words[first]):
            return first
        first -= 1
    return first


def _joined(text: str, word: Word, following: Word) -> bool:
    gap = text[word.end : following.start]
    if not _WITHIN_A_NAME.fullmatch(gap):
        return False
    # A full stop ends a sentence, save after an initial or within an address.
    return not re.match(r"\.\s", gap) or len(word.folded) == 1
