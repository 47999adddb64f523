"""The termly report from a real database: the right cases, from one school, and no names."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from domain.contracts import RecordEvents
from domain.report_tables import Mark
from domain.term_report import TermReport
from domain.vocabulary import Track
from gateway.report import report_on_term
from gateway.stores import Stores, open_stores
from storage.database import Database
from storage.keys import MasterKey
from tests.rules.building import CALENDAR, HEAD, PACKS, PARENTS, Story

AUTUMN_OVER = datetime(2027, 1, 2, 12, tzinfo=UTC)
SPRING_OVER = datetime(2027, 4, 2, 12, tzinfo=UTC)


@pytest.fixture
async def stores(database: Database, database_url: str) -> AsyncIterator[Stores]:
    opened = open_stores(database_url, MasterKey(bytes(32)))
    digest = await opened.shelf.publish_calendar(CALENDAR)
    for school in ("rowan-hill", "elsewhere"):
        await opened.shelf.set_school(school, "Rowan Hill", digest)
    for policy in PACKS.values():
        await opened.shelf.publish_policy(policy)
    yield opened
    await opened.close()


async def keep(stores: Stores, story: Story) -> None:
    await stores.recorder.record(RecordEvents(events=tuple(story.events), case=story.case))


def a_case(number: int, *, school: str = "rowan-hill", respondent: str | None = None) -> Story:
    """Raised on Monday 14 September by the teacher, about a parent of its own."""
    return Story(
        PARENTS,
        Track.PARENT_CONDUCT,
        school=school,
        reference=f"PC-2026-{number:04}",
        respondent=respondent or f"parent-{number}",
    )


def grid(report: TermReport, id_: str) -> dict[str, tuple[int | float | Mark, ...]]:
    found = next(one for one in report.tables if one.id == id_)
    return {row.label: row.cells for row in found.rows}


async def test_two_terms_of_a_school(stores: Stores) -> None:
    """Twelve cases in autumn: six reminded after two days and resolved after five more, six left
    alone. In spring the last six are reminded, and five more of the same people come up."""
    for number in range(12):
        story = a_case(number)
        if number < 6:
            story.wait("2 school days")
            story.do("acknowledge", HEAD)
            story.do("remind_informally", HEAD)
            story.wait("5 school days")
            story.do("close", HEAD, outcome="resolved")
        else:
            story.now = datetime(2027, 1, 12, 9, tzinfo=UTC)
            story.do("remind_informally", HEAD)
        await keep(stores, story)
    for number in range(20, 25):
        again = Story(
            PARENTS,
            Track.PARENT_CONDUCT,
            reference=f"PC-2027-{number:04}",
            respondent=f"parent-{number - 20}",
            now=datetime(2027, 2, 1, 9, tzinfo=UTC),
        )
        await keep(stores, again)
    await keep(stores, a_case(1, school="elsewhere"))
    seen: list[int] = []

    autumn = await report_on_term(stores, "rowan-hill", AUTUMN_OVER, progress=seen.append)
    spring = await report_on_term(stores, "rowan-hill", SPRING_OVER, term="spring 2027")

    assert seen == list(range(1, 13))
    assert grid(autumn, "cases")["All"] == (0, 12, 0, 6, 6)
    assert grid(autumn, "stages")["Raised"] == (6, 6)
    assert grid(autumn, "outcomes")["Resolved"] == (6, 6)
    assert grid(autumn, "duties")["Acknowledge the concern"] == (6, 0, 6, 12)
    assert grid(autumn, "follow-ups")["All"] == (0, 0, 12, 6, 18)
    assert grid(autumn, "times") == {
        "Raised": (2, Mark.WITHHELD),
        "Informal reminder": (5, Mark.WITHHELD),
    }
    assert grid(autumn, "repeats")["First concern"] == (12,)
    assert grid(spring, "cases")["All"] == (6, 5, 0, 0, 11)
    assert grid(spring, "stages")["Informal reminder"] == (6, 6)
    assert grid(spring, "repeats")["Repeat concern"] == (5,)
    assert "parent-" not in autumn.model_dump_json()
    assert "PC-2026" not in autumn.model_dump_json()


async def test_few_cases_are_withheld_and_none_is_an_empty_report(stores: Stores) -> None:
    await keep(stores, a_case(1))

    few = await report_on_term(stores, "rowan-hill", AUTUMN_OVER)
    none = await report_on_term(stores, "elsewhere", AUTUMN_OVER)

    assert grid(few, "cases")["All"] == (0, Mark.WITHHELD, 0, 0, Mark.WITHHELD)
    assert none.empty


async def test_the_same_record_gives_the_same_report(stores: Stores) -> None:
    for number in range(7):
        await keep(stores, a_case(number))

    first = await report_on_term(stores, "rowan-hill", AUTUMN_OVER)

    assert first == await report_on_term(stores, "rowan-hill", AUTUMN_OVER)
