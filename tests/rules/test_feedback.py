"""Feedback as counts: what is counted, and that nobody can be worked out from what is told."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.feedback import Feedback, NoThemes, feedback, themes_of
from domain.period import Period
from tests.rules.building import ELEANOR_PALMER, SERVICE

NOW = datetime(2026, 12, 19, 9, 0, tzinfo=UTC)
AUTUMN = Period(
    name="Autumn term 2026",
    first=date(2026, 9, 1),
    last=date(2026, 12, 18),
    begins=datetime(2026, 8, 31, 23, 0, tzinfo=UTC),
    ends=datetime(2026, 12, 19, 0, 0, tzinfo=UTC),
    over=True,
)
INFORMATION = "pp.information.access"
PRIVACY = "pp.support.privacy"


def counted(*concerns: set[str]) -> Feedback:
    return feedback("The service", AUTUMN, NOW, SERVICE, concerns)


def test_a_concern_counts_once_for_each_theme_that_it_touches() -> None:
    # Two clauses of one theme, and one of another.
    both = {INFORMATION, "pp.information.procedures", PRIVACY}

    assert themes_of(SERVICE, both) == {"information", "confidentiality"}
    found = counted(*[both] * 6)

    assert found.concerns == 6
    assert [theme.concerns for theme in found.themes if theme.concerns] == [6, 6]


def test_small_numbers_are_withheld_and_the_total_with_them() -> None:
    found = counted(*[{INFORMATION}] * 8, *[{PRIVACY}] * 2)

    assert found.concerns is None
    confidentiality = [t for t in found.themes if t.title.startswith("Confidentiality")]
    assert confidentiality[0].concerns is None


def test_nothing_to_pass_on_is_told_as_nothing() -> None:
    found = counted()

    assert found.empty
    assert not found.withholds


def test_a_code_without_themes_has_nothing_to_count() -> None:
    with pytest.raises(NoThemes, match="names themes"):
        feedback("A school", AUTUMN, NOW, ELEANOR_PALMER, [])


@given(st.lists(st.sampled_from([INFORMATION, PRIVACY, "pp.equality.diversity"]), max_size=25))
def test_no_withheld_number_can_be_worked_out(cited: list[str]) -> None:
    # Each concern has one theme here, which is the easiest case for somebody who would subtract.
    found = counted(*({one} for one in cited))

    shown = [theme.concerns for theme in found.themes if theme.concerns is not None]
    assert all(number == 0 or number >= 5 for number in shown)
    if len(shown) < len(found.themes):
        # Neither the total nor anything else is told from which the gap could be filled.
        assert found.concerns is None
    else:
        assert found.concerns == sum(shown)


def test_each_theme_of_the_pack_rests_on_its_clauses() -> None:
    assert len({theme.id for theme in SERVICE.themes}) == len(SERVICE.themes) == 8
    assert {c for theme in SERVICE.themes for c in theme.clauses} <= SERVICE.clause_ids
