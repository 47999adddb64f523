"""The termly report of a school, read from its record."""

from collections.abc import Callable
from datetime import date, datetime

from domain import events as e
from domain.calendar import SchoolCalendar
from domain.period import Period, days_period, term_period
from domain.policy import Policy
from domain.statistics import Concerns, Counts, count_case, opening_of
from domain.term_report import TermReport, term_report
from gateway.stores import Stores


async def report_on_term(
    stores: Stores,
    school: str,
    now: datetime,
    *,
    term: str | None = None,
    days: tuple[date, date] | None = None,
    progress: Callable[[int], None] = lambda cases: None,
) -> TermReport:
    """The report on the term that is named, on some days, or (with neither) on the latest term.

    One case is held in memory at a time. `progress` is told how many were counted. Raises
    PeriodProblem, NotOnTheShelf.
    """
    found = await stores.shelf.school(school)
    calendar = await stores.shelf.calendar(found.calendar_digest)
    period = days_period(calendar, now, *days) if days else term_period(calendar, now, term)
    policies: dict[str, Policy] = {}
    counts = await _counted(stores, school, period, calendar, policies, progress)
    return term_report(found.title, period, now, counts, policies.values())


async def _counted(
    stores: Stores,
    school: str,
    period: Period,
    calendar: SchoolCalendar,
    policies: dict[str, Policy],
    progress: Callable[[int], None],
) -> Counts:
    """Everything that is counted; `policies` is filled with those that the cases ran under."""
    concerns = Concerns(period)
    async for event in stores.record.openings(school, period.ends):
        concerns.add(opening_of(event))
    counts, cases = concerns.counts, 0
    async for events in stores.record.histories(school, period.begins, period.ends):
        for event in events:
            if isinstance(event.fact, e.Opened | e.PolicyAdopted):
                digest = event.fact.policy_digest
                if digest not in policies:
                    policies[digest] = await stores.shelf.policy(digest)
        counts += count_case(events, period, calendar, policies)
        cases += 1
        progress(cases)
    return counts
