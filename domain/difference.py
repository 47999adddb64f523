"""Two versions of something laid side by side: what was added, what went, what is put otherwise.

What is compared are facts in plain words, by what they are about; things that have a name are
compared by it.
"""

from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

Facts = dict[str, str]
Named = dict[str, Facts]
NONE = "none"


class Kind(StrEnum):
    """How something differs."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Change(NamedTuple):
    """One difference: of what thing, in which respect, what it was and what it is now.

    `was` is None for what was added, and `now` for what was removed.
    """

    kind: Kind
    about: str
    was: str | None
    now: str | None

    @property
    def sentence(self) -> str:
        """The difference as a sentence."""
        if self.kind is Kind.ADDED:
            return f"Added: {self.about}. {self.now}"
        if self.kind is Kind.REMOVED:
            return f"Removed: {self.about}. {self.was}"
        return f"{self.about}: was “{self.was}”, is now “{self.now}”."


class Part(NamedTuple):
    """The differences in one part of the whole, such as a code's clauses."""

    heading: str
    changes: tuple[Change, ...]


def whole(facts: Mapping[str, str]) -> str:
    """All facts of one thing, as a paragraph."""
    return " ".join(f"{about}: {said.rstrip('.')}." for about, said in facts.items())


def differing_things(kind: str, old: Named, new: Named) -> Iterator[Change]:
    """The differences between things with names: those added, removed, renamed, put otherwise."""
    gone = [name for name in old if name not in new]
    fresh = [name for name in new if name not in old]
    for name in list(gone):
        renamed = next((one for one in fresh if new[one] == old[name]), None)
        if renamed is not None:
            gone.remove(name)
            fresh.remove(renamed)
            yield Change(Kind.CHANGED, f"{kind} {name}, its name", name, renamed)
    for name in gone:
        yield Change(Kind.REMOVED, f"{kind} {name}", whole(old[name]), None)
    for name in fresh:
        yield Change(Kind.ADDED, f"{kind} {name}", None, whole(new[name]))
    for name in new:
        if name in old:
            for change in differing_facts(old[name], new[name]):
                yield change._replace(about=f"{kind} {name}: {_inside(change.about)}")
    yield from _order(f"Order ({kind.lower()}s)", old, new)


def differing_facts(old: Facts, new: Facts, absent: str = NONE) -> Iterator[Change]:
    """The facts that differ; `absent` stands for one that the other side does not have."""
    for about in dict.fromkeys((*old, *new)):
        was, now = old.get(about, absent), new.get(about, absent)
        if was != now:
            yield Change(Kind.CHANGED, about, was, now)


def _order(about: str, old: Collection[str], new: Collection[str]) -> Iterator[Change]:
    was, now = [one for one in old if one in new], [one for one in new if one in old]
    if was != now:
        yield Change(Kind.CHANGED, about, ", ".join(was), ", ".join(now))


def _inside(about: str) -> str:
    return about[0].lower() + about[1:]
