"""Drawing a review: everything grave, a share of the rest, and the same again for everybody."""

import hashlib
from datetime import date, timedelta
from decimal import Decimal
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.review_draw import CaseLife, DrawImpossible, check_draw, draw, population_digest
from domain.review_events import ReviewDrawn

FIRST, LAST = date(2026, 9, 2), date(2026, 12, 18)
YEAR = date(2026, 1, 1)

days = st.integers(0, 500).map(lambda number: YEAR + timedelta(days=number))
stretches = st.tuples(days, st.none() | st.integers(0, 200)).map(
    lambda one: (one[0], None if one[1] is None else one[0] + timedelta(days=one[1]))
)


@st.composite
def schools(draw: st.DrawFn) -> list[CaseLife]:
    """Up to forty cases, each open in one stretch or two."""
    return [
        CaseLife(
            f"EP-2026-{number:04}",
            tuple(draw(st.lists(stretches, min_size=1, max_size=2))),
            tuple(draw(st.lists(stretches, max_size=1))),
            tuple(draw(st.lists(days, max_size=1))),
        )
        for number in range(1, draw(st.integers(1, 40)) + 1)
    ]


shares = st.decimals(0, 1, places=3)
seeds = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=40)


def drawn(lives: list[CaseLife], share: Decimal, seed: str) -> ReviewDrawn | None:
    try:
        return draw("GR-2026-1", lives, FIRST, LAST, share, seed, seed_given=False)
    except DrawImpossible:
        return None


def was_open(life: CaseLife) -> bool:
    span = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    return any(
        begins <= day and (ends is None or day <= ends)
        for begins, ends in life.open
        for day in span
    )


@given(schools(), shares, seeds)
def test_a_draw_takes_all_that_is_grave_and_its_share_of_the_rest(
    lives: list[CaseLife], share: Decimal, seed: str
) -> None:
    review = drawn(lives, share, seed)
    population = [life for life in lives if was_open(life)]
    if review is None:
        assert not population
        return

    grave = {
        life.reference
        for life in population
        if any(
            begins <= LAST and (ends is None or ends >= FIRST) for begins, ends in life.restricted
        )
        or any(FIRST <= day <= LAST for day in life.advised)
    }
    assert set(review.always) == grave
    assert review.population == len(population)
    assert not grave & set(review.chosen)
    assert set(review.chosen) <= {life.reference for life in population}
    assert len(review.chosen) == ceil(share * (len(population) - len(grave)))


@given(schools(), shares, seeds, st.randoms())
def test_the_same_seed_draws_the_same_in_whatever_order_the_cases_come(
    lives: list[CaseLife], share: Decimal, seed: str, shuffled: object
) -> None:
    review = drawn(lives, share, seed)
    if review is None:
        return
    shuffled.shuffle(lives)  # type: ignore[attr-defined]

    assert drawn(lives, share, seed) == review
    assert check_draw(review, lives).holds
    # As it comes back from the register.
    assert check_draw(ReviewDrawn.model_validate_json(review.model_dump_json()), lives).holds


@given(schools(), seeds)
def test_a_larger_share_keeps_what_a_smaller_one_drew(lives: list[CaseLife], seed: str) -> None:
    small, large = drawn(lives, Decimal("0.2"), seed), drawn(lives, Decimal("0.5"), seed)
    if small and large:
        assert set(small.chosen) <= set(large.chosen)


def everyday(count: int) -> list[CaseLife]:
    return [CaseLife(f"EP-2026-{n:04}", ((FIRST, None),)) for n in range(1, count + 1)]


def test_anybody_can_draw_again_with_no_more_than_a_hash() -> None:
    review = drawn(everyday(40), Decimal("0.1"), "six sixes")
    assert review is not None
    references = [f"EP-2026-{n:04}" for n in range(1, 41)]
    by_hand = sorted(
        references, key=lambda one: hashlib.sha256(f"six sixes\n{one}".encode()).digest()
    )[:4]

    assert review.chosen == tuple(sorted(by_hand))
    assert review.chosen == ("EP-2026-0003", "EP-2026-0024", "EP-2026-0026", "EP-2026-0033")
    told = hashlib.sha256("".join(f"{one}\n" for one in references).encode()).hexdigest()
    assert review.population_digest == population_digest(references) == told


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param({"seed": "another"}, "drawn from the rest", id="another seed"),
        pytest.param({"chosen": ()}, "Missing from those drawn", id="left out"),
        pytest.param({"always": ("EP-2026-0009",)}, "Not among those with", id="slipped in"),
        pytest.param({"population_digest": "0" * 64}, "are others", id="another population"),
        pytest.param({"last_day": date(2026, 9, 1)}, "ends", id="another period"),
    ],
)
def test_a_draw_that_was_bent_is_told(changed: dict[str, object], said: str) -> None:
    lives = everyday(30)
    review = drawn(lives, Decimal("0.2"), "a seed")
    assert review is not None

    checked = check_draw(review.model_copy(update=changed), lives)

    assert not checked.holds
    assert any(said in problem for problem in checked.problems)


def test_a_case_that_vanished_is_missed() -> None:
    review = drawn(everyday(30), Decimal("0.2"), "a seed")
    assert review is not None

    assert "29 now, 30" in check_draw(review, everyday(29)).problems[0]


@pytest.mark.parametrize(
    ("first", "last", "share", "seed", "said"),
    [
        pytest.param(LAST, FIRST, "0.1", "a", "before it begins", id="reversed"),
        pytest.param(FIRST, LAST, "1.1", "a", "from 0 to 1", id="more than all"),
        pytest.param(FIRST, LAST, "-0.1", "a", "from 0 to 1", id="less than none"),
        pytest.param(FIRST, LAST, "0.1", " ", "A seed is", id="no seed"),
        pytest.param(FIRST, LAST, "0.1", "a\nb", "A seed is", id="two lines"),
        pytest.param(
            date(2025, 9, 1), date(2025, 9, 30), "0.1", "a", "nothing to review", id="no cases"
        ),
    ],
)
def test_what_cannot_be_drawn_is_said(
    first: date, last: date, share: str, seed: str, said: str
) -> None:
    with pytest.raises(DrawImpossible, match=said):
        draw("GR-2026-1", everyday(3), first, last, Decimal(share), seed, seed_given=True)
