"""The read log's chain: whatever is done to a sealed view is found, and nothing else is."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.views import View, Viewed, ViewsSealed, chain_views, check_views, views_genesis
from domain.vocabulary import Role

SCHOOL = "rowan-hill"
MONDAY = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)

views: st.SearchStrategy[list[dict[str, Any]]] = st.lists(
    st.builds(
        dict,
        at=st.integers(0, 10**9).map(lambda seconds: MONDAY + timedelta(seconds=seconds)),
        person=st.sampled_from(["head", "chair", "governor"]),
        role=st.sampled_from(Role),
        what=st.sampled_from(Viewed),
        reference=st.sampled_from(["EP-2026-0001", "EP-2026-0002"]),
        names=st.booleans(),
    ),
    max_size=12,
)


def a_log(lines: list[dict[str, Any]]) -> list[View]:
    return [
        View(school=SCHOOL, position=n, id=f"view-{n}", **line)
        for n, line in enumerate(lines, start=1)
    ]


def sealed(log: list[View], ends: list[int]) -> list[ViewsSealed]:
    """The seals of a log whose batches end at these positions."""
    seals: list[ViewsSealed] = []
    last, digest = 0, views_genesis(SCHOOL)
    for end in sorted({end for end in ends if 0 < end <= len(log)}):
        digest = chain_views(digest, log[last:end])
        seals.append(
            ViewsSealed(batch=len(seals) + 1, first=last + 1, last=end, digest=digest.hex())
        )
        last = end
    return seals


@given(views, st.lists(st.integers(1, 12), max_size=4))
def test_an_untouched_log_holds_and_says_how_much_is_not_sealed(
    lines: list[dict[str, Any]], ends: list[int]
) -> None:
    log = a_log(lines)
    seals = sealed(log, ends)

    found = check_views(SCHOOL, log, seals)

    assert found == (len(log), len(log) - (seals[-1].last if seals else 0), None)


@given(views.filter(bool), st.lists(st.integers(1, 12), min_size=1, max_size=4), st.data())
def test_any_change_to_a_sealed_view_is_found_in_its_batch(
    lines: list[dict[str, Any]], ends: list[int], data: st.DataObject
) -> None:
    log = a_log(lines)
    seals = sealed(log, [*ends, len(log)])
    at = data.draw(st.integers(0, len(log) - 1))
    changes: list[dict[str, Any]] = [
        {"at": log[at].at - timedelta(seconds=1)},
        {"person": "somebody-else"},
        {"names": not log[at].names},
        {"id": "another"},
        {"reference": "EP-2026-0099"},
    ]
    changed = log[at].model_copy(update=data.draw(st.sampled_from(changes)))

    fault = check_views(SCHOOL, [*log[:at], changed, *log[at + 1 :]], seals).fault

    batch = next(seal for seal in seals if seal.first <= at + 1 <= seal.last)
    assert fault is not None
    assert fault.position == batch.first
    assert f"batch {batch.batch}" in fault.problem


@given(views.filter(bool), st.data())
def test_a_view_that_is_gone_is_missed(lines: list[dict[str, Any]], data: st.DataObject) -> None:
    log = a_log(lines)
    seals = sealed(log, [len(log)])
    at = data.draw(st.integers(0, len(log) - 1))

    fault = check_views(SCHOOL, [*log[:at], *log[at + 1 :]], seals).fault

    assert fault is not None
    assert fault.position == at + 1
    assert "missing" in fault.problem


def test_a_seal_that_is_gone_is_missed() -> None:
    line = {
        "at": MONDAY,
        "person": "head",
        "role": Role.HEADTEACHER,
        "what": Viewed.CASE,
        "reference": "EP-2026-0001",
        "names": True,
    }
    log = a_log([line] * 4)
    first, second = sealed(log, [2, 4])

    assert check_views(SCHOOL, log, [second]).fault == (1, "the seal of batch 1 is missing")
    assert check_views(SCHOOL, log, [first]) == (4, 2, None)  # not sealed, as far as anybody knows
