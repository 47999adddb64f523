"""Governors' reviews on a real register: drawn once, kept with their texts, drawn again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from domain import events as e
from domain.actions import Actor
from domain.contracts import RecordEvents
from domain.review import ReviewError
from domain.vocabulary import ActionName, Outcome, Role, Stage
from gateway.errors import ActionRefused
from gateway.reading import Reading
from gateway.review_reading import case_shown
from gateway.reviews import Period, Reviews
from storage.tables import TextRow
from tests.storage.samples import batch, opened, text_ref
from tests.support.school import POLICY, SCHOOL, SchoolInTest, a_school

NOW = datetime(2026, 12, 18, 15, 0, tzinfo=UTC)
TERM = Period(date(2026, 9, 2), date(2026, 12, 18))
FINDING: dict[str, Any] = dict.fromkeys(
    ("proportionate", "timely", "heard", "signposted", "recorded"), "yes"
) | {"findings": "All as it should be."}


@pytest.fixture
async def school(database_url: str) -> AsyncIterator[SchoolInTest]:
    async with a_school(database_url) as school:
        [policy] = await school.stores.shelf.current_policies(SCHOOL)
        calendar = (await school.stores.shelf.school(SCHOOL)).calendar_digest
        for number in range(1, 13):
            await school.stores.recorder.record(a_case(school, policy.digest, calendar, number))
        yield school


def a_case(school: SchoolInTest, policy: str, calendar: str, number: int) -> RecordEvents:
    """A case; each third one was closed and is settled, so that its workflow has ended."""
    begins = opened().model_copy(
        update={
            "policy": POLICY,
            "policy_digest": policy,
            "calendar_digest": calendar,
            "respondent": school.people["idris"],
            "family": school.people["hana"],
            "advocate": school.people["idris"],
            "named": (school.people["elif"],) if number == 2 else (),
        }
    )
    facts: list[e.Fact] = [begins]
    if number % 3 == 0:
        closed = e.StageChanged(
            action=ActionName.CLOSE,
            source=Stage.RAISED,
            dest=Stage.CLOSED,
            rung=Stage.RAISED,
            outcome=Outcome.RESOLVED,
            reason=text_ref("reason"),
        )
        facts += [closed, e.Settled()]
    made = batch(None, facts, f"EP-2026-{number:04}")
    return made.model_copy(
        update={
            "events": tuple(one.model_copy(update={"school": SCHOOL}) for one in made.events),
            "case": made.case.model_copy(update={"school": SCHOOL}),
        }
    )


def reviews_of(school: SchoolInTest) -> Reviews:
    return Reviews(school.stores, SCHOOL, now=lambda: NOW)


async def texts_kept(school: SchoolInTest) -> int:
    async with school.stores.database.reading() as connection:
        return await connection.scalar(select(func.count()).select_from(TextRow)) or 0


async def test_a_draw_is_on_the_register_once_and_comes_out_the_same(
    school: SchoolInTest,
) -> None:
    reviews, chair = reviews_of(school), school.actor("dafydd")
    drawn = [
        *await asyncio.gather(
            *(reviews.draw(TERM, Decimal("0.25"), None, chair) for _ in range(3))
        ),
        await reviews.draw(TERM, Decimal("0.25"), None, chair, "action-1"),
        await reviews.draw(TERM, Decimal("0.25"), None, chair, "action-1"),
    ]

    assert sorted(one.id for one in drawn) == [
        "GR-2026-1",
        "GR-2026-2",
        "GR-2026-3",
        "GR-2026-4",
        "GR-2026-4",
    ]
    assert all(len(one.cases) == 3 for one in drawn)
    assert len({one.drawn.seed for one in drawn}) == 4
    assert all([(await reviews.check(one.id)).holds for one in drawn])
    assert (await school.stores.record.verify(SCHOOL)).holds


async def test_what_happens_after_a_draw_does_not_change_it(school: SchoolInTest) -> None:
    reviews = reviews_of(school)
    drawn = await reviews.draw(TERM, Decimal("0.5"), "a seed", school.actor("dafydd"))
    [policy] = await school.stores.shelf.current_policies(SCHOOL)
    later = a_case(school, policy.digest, "c" * 64, 99)
    moved = later.model_copy(
        update={
            "events": tuple(
                one.model_copy(update={"at": datetime(2027, 1, 4, 9, 0, tzinfo=UTC)})
                for one in later.events
            )
        }
    )
    await school.stores.recorder.record(moved)

    assert (await reviews.check(drawn.id)).holds


async def test_a_settled_case_is_found_and_answered(school: SchoolInTest) -> None:
    reviews, chair, elif_ = reviews_of(school), school.actor("dafydd"), school.actor("elif")
    drawn = await reviews.draw(TERM, Decimal(1), None, chair)
    settled = "EP-2026-0003"

    await reviews.assign(drawn.id, settled, elif_.person, chair)
    first = await reviews.find(drawn.id, settled, FINDING, elif_, "action-find")
    again = await reviews.find(drawn.id, settled, FINDING, elif_, "action-find")
    await reviews.answer(drawn.id, settled, "Thank you.", school.actor("cara"))

    assert first.cases[settled] == again.cases[settled]
    assert await texts_kept(school) == 2
    shown = await case_shown(
        school.stores,
        SCHOOL,
        await reviews.named(drawn.id),
        settled,
        Reading(school.stores, SCHOOL, elif_, now=lambda: NOW),
        NOW,
    )
    assert (shown.findings, shown.answer) == ("All as it should be.", "Thank you.")
    assert shown.seen.names_shown
    [looked] = await school.stores.views.of_case(SCHOOL, settled)
    assert (looked.person, looked.what, looked.names) == (elif_.person, "review", True)


async def test_of_what_is_refused_nothing_is_kept(school: SchoolInTest) -> None:
    reviews, chair, elif_ = reviews_of(school), school.actor("dafydd"), school.actor("elif")
    drawn = await reviews.draw(TERM, Decimal(1), None, chair)
    before = await school.stores.registrar.entries(SCHOOL)

    with pytest.raises(ActionRefused, match="have a part in this case"):
        await reviews.assign(drawn.id, "EP-2026-0002", elif_.person, chair)
    with pytest.raises(ReviewError, match="not assigned"):
        await reviews.find(drawn.id, "EP-2026-0001", FINDING, elif_)
    with pytest.raises(ReviewError, match="no finding"):
        await reviews.answer(drawn.id, "EP-2026-0001", "Why?", school.actor("cara"))
    with pytest.raises(ActionRefused):
        await reviews.close(drawn.id, "I would rather not.", school.actor("cara"))

    assert await texts_kept(school) == 0
    assert await school.stores.registrar.entries(SCHOOL) == before


async def test_a_finding_goes_with_the_person_it_is_about_and_the_chain_stays_whole(
    school: SchoolInTest,
) -> None:
    reviews, chair, elif_ = reviews_of(school), school.actor("dafydd"), school.actor("elif")
    drawn = await reviews.draw(TERM, Decimal(1), None, chair)
    await reviews.assign(drawn.id, "EP-2026-0001", elif_.person, chair)
    await reviews.find(drawn.id, "EP-2026-0001", FINDING, elif_)

    async with school.stores.database.reading() as connection:
        kept_under = await connection.scalar(select(TextRow.person))

    assert kept_under == school.people["idris"]


async def test_who_is_not_in_the_case_is_refused_and_leaves_no_trace_in_the_read_log(
    school: SchoolInTest,
) -> None:
    stranger = Actor(person=school.people["gil"], role=Role.PARENT)
    reading = Reading(school.stores, SCHOOL, stranger, now=lambda: NOW)

    with pytest.raises(ActionRefused, match="is not shown"):
        await reading.case("EP-2026-0001")

    assert await school.stores.views.of_case(SCHOOL, "EP-2026-0001") == []
