"""Drawing the cases of a governors' review, so that anybody can draw again and compare.

Nothing here looks at a clock or draws lots: the days and the seed come in as arguments.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

from domain.errors import EvenhandError
from domain.review_events import ALGORITHM, ReviewDrawn


class DrawImpossible(EvenhandError):
    """Nothing can be drawn like this."""


class CaseLife(NamedTuple):
    """What a draw needs to know of a case, all of it as days of the school.

    `open` are the stretches in which it was open, `restricted` those in which a restriction was
    proposed or in effect (None: still), `advised` the days on which external advice was sought.
    """

    reference: str
    open: tuple[tuple[date, date | None], ...]
    restricted: tuple[tuple[date, date | None], ...] = ()
    advised: tuple[date, ...] = ()


class DrawChecked(NamedTuple):
    """Whether a draw comes out the same again, and what is different if not."""

    problems: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether it came out the same."""
        return not self.problems


def draw(
    review: str,
    lives: Iterable[CaseLife],
    first_day: date,
    last_day: date,
    share: Decimal,
    seed: str,
    *,
    seed_given: bool,
) -> ReviewDrawn:
    """The cases to review: all with a restriction or external advice, and a share of the rest.

    A case is of the period if it was open on any day from `first_day` to `last_day`. The rest is
    put in the order of SHA-256(seed ‖ newline ‖ reference), in UTF-8, and the first of it taken:
    `share` of the rest, rounded up. Raises DrawImpossible.
    """
    if last_day < first_day:
        raise DrawImpossible(f"The period ends ({last_day}) before it begins ({first_day}).")
    if not 0 <= share <= 1:
        raise DrawImpossible(f"The share is a part of the whole: from 0 to 1, not {share}.")
    if not seed.strip() or len(seed) > 200 or not seed.isprintable():
        raise DrawImpossible("A seed is one line of 1 to 200 characters.")
    within = [life for life in lives if _touches(life.open, first_day, last_day)]
    population = sorted(life.reference for life in within)
    if not population:
        raise DrawImpossible(
            f"No case was open between {first_day} and {last_day}: there is nothing to review."
        )
    always = sorted(
        life.reference
        for life in within
        if _touches(life.restricted, first_day, last_day)
        or any(first_day <= day <= last_day for day in life.advised)
    )
    rest = sorted(set(population) - set(always), key=lambda one: _lot(seed, one))
    count = int((share * len(rest)).to_integral_value(ROUND_CEILING))
    return ReviewDrawn(
        review=review,
        first_day=first_day,
        last_day=last_day,
        share=share.normalize() + 0,
        algorithm=ALGORITHM,
        seed=seed,
        seed_given=seed_given,
        population=len(population),
        population_digest=population_digest(population),
        always=tuple(always),
        chosen=tuple(sorted(rest[:count])),
    )


def population_digest(references: Sequence[str]) -> str:
    """SHA-256 (hex) over the references in order, each followed by a newline, in UTF-8."""
    return hashlib.sha256("".join(f"{one}\n" for one in references).encode()).hexdigest()


def check_draw(recorded: ReviewDrawn, lives: Iterable[CaseLife]) -> DrawChecked:
    """Draws again from what was recorded, and compares.

    `lives` are the cases as they stood at the moment of the draw.
    """
    try:
        again = draw(
            recorded.review,
            lives,
            recorded.first_day,
            recorded.last_day,
            recorded.share,
            recorded.seed,
            seed_given=recorded.seed_given,
        )
    except DrawImpossible as error:
        return DrawChecked((str(error),))
    problems = []
    if again.population_digest != recorded.population_digest:
        problems.append(
            f"The cases of the period are others: {again.population} now, {recorded.population} "
            "when it was drawn."
        )
    for what, now, then in (
        ("with a restriction or external advice", again.always, recorded.always),
        ("drawn from the rest", again.chosen, recorded.chosen),
    ):
        if more := sorted(set(now) - set(then)):
            problems.append(f"Missing from those {what}: {', '.join(more)}.")
        if fewer := sorted(set(then) - set(now)):
            problems.append(f"Not among those {what} when drawn again: {', '.join(fewer)}.")
    return DrawChecked(tuple(problems))


def _lot(seed: str, reference: str) -> bytes:
    return hashlib.sha256(f"{seed}\n{reference}".encode()).digest()


def _touches(
    stretches: Iterable[tuple[date, date | None]], first_day: date, last_day: date
) -> bool:
    return any(
        begins <= last_day and (ends is None or ends >= first_day) for begins, ends in stretches
    )
