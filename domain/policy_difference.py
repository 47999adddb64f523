"""The difference between two versions of a code, in plain words.

Whoever adopts a version reads this first: what was added, what went, and what is put otherwise.
"""

from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import NamedTuple

from domain import policy_facts as told
from domain.policy import Ladder, Policy
from domain.policy_facts import Facts, Named, whole


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
    """The differences in one part of a code, such as its clauses."""

    heading: str
    changes: tuple[Change, ...]


def difference(old: Policy, new: Policy) -> tuple[Part, ...]:
    """What differs from `old` to `new`, part by part; () where they say the same.

    The two may be versions of one code, or two codes.
    """
    parts = [
        Part("The code", (*_facts(told.of_the_code(old), told.of_the_code(new)),)),
        Part("Clauses", (*_named("Clause", told.of_clauses(old), told.of_clauses(new)),)),
        *_ladders(old, new),
    ]
    for heading, facts in (
        ("Meetings and signing", told.of_meetings_and_signing),
        ("Letters and referrals", told.of_letters_and_referrals),
        ("How long cases are kept", told.of_keeping),
        ("Roles in the school's own words", told.of_roles),
    ):
        parts.append(Part(heading, (*_facts(facts(old), facts(new)),)))
    themes = _named("Theme", told.of_themes(old), told.of_themes(new))
    parts.append(Part("What feedback is about", (*themes,)))
    return tuple(part for part in parts if part.changes)


def _ladders(old: Policy, new: Policy) -> Iterator[Part]:
    was, now = told.of_ladders(old), told.of_ladders(new)
    yield Part("Ladders", (*_named("Ladder", was, now),))
    for track, ladder in new.by_track.items():
        if track in old.by_track:
            yield from _ladder(old.by_track[track], ladder)


def _ladder(old: Ladder, new: Ladder) -> Iterator[Part]:
    name = told.ladder_name(new)
    yield Part(
        f"{name}: steps",
        (
            *_facts(told.of_ladder(old), told.of_ladder(new)),
            *_named("Step", told.of_steps(old), told.of_steps(new)),
        ),
    )
    authority = _facts(told.of_authority(old), told.of_authority(new), absent="nobody")
    yield Part(f"{name}: who may do what beside the steps", (*authority,))
    duties = _named("Duty", told.of_duties(old), told.of_duties(new))
    yield Part(f"{name}: what is owed", (*duties,))


def _named(kind: str, old: Named, new: Named) -> Iterator[Change]:
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
            for change in _facts(old[name], new[name]):
                yield change._replace(about=f"{kind} {name}: {_inside(change.about)}")
    yield from _order(f"Order ({kind.lower()}s)", old, new)


def _facts(old: Facts, new: Facts, absent: str = told.NONE) -> Iterator[Change]:
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
