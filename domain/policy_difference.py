"""The difference between two versions of a code, in plain words.

Whoever adopts a version reads this first: what was added, what went, and what is put otherwise.
"""

from collections.abc import Iterator

from domain import policy_facts as told
from domain.difference import Part, differing_facts, differing_things
from domain.policy import Ladder, Policy


def difference(old: Policy, new: Policy) -> tuple[Part, ...]:
    """What differs from `old` to `new`, part by part; () where they say the same.

    The two may be versions of one code, or two codes.
    """
    parts = [
        Part("The code", (*differing_facts(told.of_the_code(old), told.of_the_code(new)),)),
        Part("Clauses", (*differing_things("Clause", told.of_clauses(old), told.of_clauses(new)),)),
        *_ladders(old, new),
    ]
    for heading, facts in (
        ("Meetings and signing", told.of_meetings_and_signing),
        ("Letters and referrals", told.of_letters_and_referrals),
        ("How long cases are kept", told.of_keeping),
        ("Roles in the school's own words", told.of_roles),
    ):
        parts.append(Part(heading, (*differing_facts(facts(old), facts(new)),)))
    themes = differing_things("Theme", told.of_themes(old), told.of_themes(new))
    parts.append(Part("What feedback is about", (*themes,)))
    return tuple(part for part in parts if part.changes)


def _ladders(old: Policy, new: Policy) -> Iterator[Part]:
    was, now = told.of_ladders(old), told.of_ladders(new)
    yield Part("Ladders", (*differing_things("Ladder", was, now),))
    for track, ladder in new.by_track.items():
        if track in old.by_track:
            yield from _ladder(old.by_track[track], ladder)


def _ladder(old: Ladder, new: Ladder) -> Iterator[Part]:
    name = told.ladder_name(new)
    yield Part(
        f"{name}: steps",
        (
            *differing_facts(told.of_ladder(old), told.of_ladder(new)),
            *differing_things("Step", told.of_steps(old), told.of_steps(new)),
        ),
    )
    authority = differing_facts(told.of_authority(old), told.of_authority(new), absent="nobody")
    yield Part(f"{name}: who may do what beside the steps", (*authority,))
    duties = differing_things("Duty", told.of_duties(old), told.of_duties(new))
    yield Part(f"{name}: what is owed", (*duties,))
