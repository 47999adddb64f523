"""Changed term dates, foreseen and then adopted: the deadlines move to the days that were told."""

from datetime import date, timedelta

import pytest

from domain.calendar import Closure, ClosureKind, SchoolCalendar
from domain.events import DeadlineMoved
from domain.office_events import SchoolCalendarAdopted
from domain.vocabulary import Rule
from gateway.errors import ActionRefused
from gateway.term_dates import TermDates
from tests.support.closing import a_recorded_case
from tests.support.school import CALENDAR, SCHOOL
from tests.workflows.conftest import Running


def with_an_inset_day(on: date) -> SchoolCalendar:
    """The sample calendar with a day on which pupils don't come."""
    inset = Closure(name="INSET, a new one", kind=ClosureKind.INSET, start=on, end=on)
    return CALENDAR.model_copy(
        update={"title": "Changed dates", "closures": (*CALENDAR.closures, inset)}
    )


async def test_deadlines_move_to_the_days_that_were_foreseen(running: Running) -> None:
    school, gil = running.school, running.school.actor("gil")
    opened = await running.cases.open(
        "eleanor-palmer-advocates", school.concern(), school.actor("asha")
    )
    case = await running.cases.show(opened.reference)
    before = await running.types(opened.reference)
    soonest = min(one.due_on for one in case.deadlines)
    dates = TermDates(school.stores, SCHOOL)
    changed = with_an_inset_day(soonest)

    foreseen = await dates.preview(changed, gil)

    assert foreseen.days.lost == (soonest,)
    assert foreseen.days.gained == ()
    assert {part.heading for part in foreseen.parts} == {"The calendar", "Closures"}
    (told,) = foreseen.cases
    assert told.reference == opened.reference
    assert foreseen.deadlines >= 1
    assert await running.types(opened.reference) == before
    assert await dates.current() == CALENDAR

    seen: list[tuple[int, int]] = []
    adopted = await dates.adopt(
        changed,
        gil,
        running.cases,
        action_id="once",
        progress=lambda done, total: seen.append((done, total)),
    )

    assert (adopted.moved, adopted.refused) == (1, ())
    assert seen == [(0, 1), (1, 1)]
    assert await dates.current() == changed
    assert await dates.behind() == []
    facts = [event.fact for event in await running.events(opened.reference)]
    moved = {fact.deadline: fact.due_on for fact in facts if isinstance(fact, DeadlineMoved)}
    assert moved == {one.deadline.id: one.due_on for one in told.moves}
    (entry,) = await school.stores.registrar.entries(SCHOOL)
    assert entry.event.fact == SchoolCalendarAdopted(digest=changed.digest, was=CALENDAR.digest)

    again = await dates.adopt(changed, gil, running.cases)
    assert again.moved == 0
    assert len(await school.stores.registrar.entries(SCHOOL)) == 1


async def test_a_case_that_dates_do_not_reach_is_told_and_left(running: Running) -> None:
    school, gil = running.school, running.school.actor("gil")
    opened = await running.cases.open(
        "eleanor-palmer-advocates", school.concern(), school.actor("asha")
    )
    case = await running.cases.show(opened.reference)
    earlier = min(one.due_on for one in case.deadlines) - timedelta(days=1)
    short = CALENDAR.model_copy(
        update={
            "terms": (CALENDAR.terms[0].model_copy(update={"end": earlier}),),
            "closures": tuple(one for one in CALENDAR.closures if one.end <= earlier),
        }
    )
    dates = TermDates(school.stores, SCHOOL)

    (told,) = (await dates.preview(short, gil)).cases
    assert told.refusal is not None
    assert told.refusal.rule is Rule.CALENDAR

    adopted = await dates.adopt(short, gil, running.cases)
    assert adopted.moved == 0
    assert [(case, refusal.rule) for case, refusal in adopted.refused] == [
        (opened.reference, Rule.CALENDAR)
    ]
    assert await dates.behind() == [opened.reference]


async def test_only_those_who_may_change_the_dates_and_only_what_goes_on(
    running: Running,
) -> None:
    school = running.school
    await a_recorded_case(school, "EP-2026-0050", "settled")
    await a_recorded_case(school, "EP-2026-0051", "closed")
    dates = TermDates(school.stores, SCHOOL)
    changed = with_an_inset_day(date(2027, 3, 1))

    with pytest.raises(ActionRefused, match="Changing the school's term dates"):
        await dates.adopt(changed, school.actor("ben"), running.cases)
    assert await dates.current() == CALENDAR
    foreseen = await dates.preview(changed, school.actor("gil"))
    assert len(foreseen.cases) + foreseen.unmoved == 1  # closed, and may still be reopened
