"""Policies and calendars: published once, never changed, found by their digests."""

import asyncio
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.calendar import SchoolCalendar, Term
from domain.policy import Policy
from storage.database import Database
from storage.policy_files import load_policy
from storage.shelf import NotOnTheShelf, PolicyVersionTaken, Shelf, ShelfAltered
from tests.storage.samples import SCHOOL

ROOT = Path(__file__).parents[2]
TERMS = SchoolCalendar(
    school=SCHOOL,
    title="Eleanor Palmer, autumn 2026",
    terms=(Term(name="autumn", start=date(2026, 9, 2), end=date(2026, 12, 18)),),
    bank_holidays=(),
)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(ROOT / "policies" / "eleanor-palmer-advocates.yaml")


@pytest.fixture
def shelf(database: Database) -> Shelf:
    return Shelf(database)


async def test_what_was_published_comes_back_the_same(
    database: Database, shelf: Shelf, policy: Policy
) -> None:
    digest = await shelf.publish_policy(policy)
    calendar_digest = await shelf.publish_calendar(TERMS)

    elsewhere = Shelf(database)
    for _ in range(2):
        assert await elsewhere.policy(digest) == policy
        assert await elsewhere.calendar(calendar_digest) == TERMS
    assert (await elsewhere.policy(digest)).digest == digest == policy.digest
    assert (await elsewhere.calendar(calendar_digest)).digest == calendar_digest == TERMS.digest


async def test_publishing_again_is_nothing_new(
    database: Database, shelf: Shelf, policy: Policy
) -> None:
    digests = await asyncio.gather(*(shelf.publish_policy(policy) for _ in range(4)))
    calendars = await asyncio.gather(*(shelf.publish_calendar(TERMS) for _ in range(4)))

    assert (set(digests), set(calendars)) == ({policy.digest}, {TERMS.digest})
    async with database.reading() as connection:
        for table in ("policies", "calendars"):
            assert await connection.scalar(text(f"SELECT count(*) FROM {table}")) == 1


async def test_a_published_version_never_changes(shelf: Shelf, policy: Policy) -> None:
    await shelf.publish_policy(policy)
    changed = policy.model_copy(update={"title": "Another title"})
    changed = Policy.model_validate(changed.model_dump())

    with pytest.raises(PolicyVersionTaken, match="raise the version and publish it again"):
        await shelf.publish_policy(changed)

    assert await shelf.policy(policy.digest) == policy
    raised = Policy.model_validate(changed.model_dump() | {"version": "1.1"})
    assert await shelf.policy(await shelf.publish_policy(raised)) == raised


async def test_a_school_opens_cases_under_the_version_it_adopted(
    shelf: Shelf, policy: Policy
) -> None:
    raised = Policy.model_validate(policy.model_dump() | {"version": "1.1"})
    await shelf.set_school(SCHOOL, "Eleanor Palmer", await shelf.publish_calendar(TERMS))
    first, second = [await shelf.publish_policy(one) for one in (policy, raised)]
    assert await shelf.current_policies(SCHOOL) == []

    await shelf.adopt_policy(SCHOOL, first)
    assert await shelf.current_policies(SCHOOL) == [policy]
    await shelf.adopt_policy(SCHOOL, second)
    assert await shelf.current_policies(SCHOOL) == [raised]

    with pytest.raises(NotOnTheShelf, match="no school “elanor-palmer”"):
        await shelf.adopt_policy("elanor-palmer", first)
    with pytest.raises(NotOnTheShelf, match="no policy 0000"):
        await shelf.adopt_policy(SCHOOL, "0" * 64)


async def test_a_school_changes_its_title_and_calendar(shelf: Shelf) -> None:
    spring = TERMS.model_copy(update={"title": "Eleanor Palmer, as changed"})
    digests = [await shelf.publish_calendar(one) for one in (TERMS, spring)]
    await shelf.set_school(SCHOOL, "Eleanor Palmer", digests[0])

    await shelf.set_school(SCHOOL, "Eleanor Palmer Primary", digests[1])

    assert await shelf.school(SCHOOL) == (SCHOOL, "Eleanor Palmer Primary", digests[1])
    assert await shelf.schools() == [await shelf.school(SCHOOL)]
    with pytest.raises(NotOnTheShelf, match="publish it first"):
        await shelf.set_school(SCHOOL, "Eleanor Palmer", "0" * 64)
    with pytest.raises(NotOnTheShelf, match="Did you mean eleanor-palmer"):
        await shelf.school("elanor-palmer")


async def test_what_is_not_there_is_said_so(shelf: Shelf) -> None:
    with pytest.raises(NotOnTheShelf, match="There is no policy"):
        await shelf.policy("0" * 64)
    with pytest.raises(NotOnTheShelf, match="There is no calendar"):
        await shelf.calendar("0" * 64)


async def test_a_document_changed_in_the_database_is_refused(
    database: Database, shelf: Shelf, policy: Policy
) -> None:
    digest = await shelf.publish_policy(policy)
    async with database.writing() as connection:
        await connection.execute(
            text("UPDATE policies SET document = replace(document, 'headteacher', 'staff')")
        )

    with pytest.raises(ShelfAltered, match="Restore it from a backup"):
        await shelf.policy(digest)
