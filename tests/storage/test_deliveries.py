"""What is known of a message that was to be sent: surely once, or perhaps twice."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from storage.deliveries import Attempt, Deliveries, Delivery
from tests.support.school import SCHOOL, a_school

MESSAGE, REFERENCE, LETTER = "ep-2026-0042.l9@rowan-hill.evenhand", "EP-2026-0042", "l9"
MONDAY = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)
THREE_DAYS = timedelta(days=3)


@pytest.fixture
async def deliveries(database_url: str) -> AsyncIterator[Deliveries]:
    async with a_school(database_url) as school:
        yield school.stores.deliveries


async def begin(
    deliveries: Deliveries, at: datetime, recalls: timedelta = timedelta(0)
) -> Attempt | None:
    return await deliveries.begin(MESSAGE, SCHOOL, REFERENCE, LETTER, at, recalls=recalls)


async def test_what_was_not_taken_is_tried_again_and_goes_once(deliveries: Deliveries) -> None:
    assert await begin(deliveries, MONDAY) is None
    await deliveries.end(MESSAGE, Delivery.NOT_TAKEN, MONDAY)

    before = await begin(deliveries, MONDAY + timedelta(hours=1))

    assert before is not None
    assert not before.perhaps_twice


async def test_one_that_was_cut_off_goes_perhaps_twice_whatever_comes_after(
    deliveries: Deliveries,
) -> None:
    await begin(deliveries, MONDAY)
    await begin(deliveries, MONDAY + timedelta(minutes=1))
    await deliveries.end(MESSAGE, Delivery.NOT_TAKEN, MONDAY + timedelta(minutes=2))

    await begin(deliveries, MONDAY + timedelta(minutes=3))
    await deliveries.end(MESSAGE, Delivery.TAKEN, MONDAY + timedelta(minutes=4), digest="00")

    found = await deliveries.look_up(MESSAGE)
    assert found is not None
    assert (found.state, found.digest, found.perhaps_twice) == (Delivery.TAKEN, "00", True)


@pytest.mark.parametrize(
    ("after", "twice"),
    [
        pytest.param(timedelta(minutes=1), False, id="it can still be asked"),
        pytest.param(THREE_DAYS, True, id="it has forgotten by then"),
    ],
)
async def test_whoever_can_be_asked_takes_it_once_for_as_long_as_it_recalls(
    deliveries: Deliveries, after: timedelta, twice: bool
) -> None:
    await begin(deliveries, MONDAY, THREE_DAYS)
    # Cut off again and again: what counts is how long ago the first may have been taken.
    await begin(deliveries, MONDAY + after / 2, THREE_DAYS)

    before = await begin(deliveries, MONDAY + after, THREE_DAYS)

    assert before is not None
    assert before.perhaps_twice is twice


async def test_what_was_taken_or_refused_is_not_begun_again(deliveries: Deliveries) -> None:
    await begin(deliveries, MONDAY)
    await deliveries.end(MESSAGE, Delivery.TAKEN, MONDAY, digest="00")

    before = await begin(deliveries, MONDAY + timedelta(hours=1))

    assert before is not None
    assert before.state is Delivery.TAKEN
    assert await deliveries.letter_of(MESSAGE) == (SCHOOL, REFERENCE, LETTER)
