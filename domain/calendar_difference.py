"""The difference between two school calendars in plain words, and the school days it touches."""

from datetime import date
from typing import NamedTuple

from domain.calendar import Closure, SchoolCalendar, Term
from domain.difference import Facts, Named, Part, differing_facts, differing_things
from domain.spoken import day, spoken


class SchoolDays(NamedTuple):
    """The school days that one calendar has and the other lacks, where both know."""

    gained: tuple[date, ...]
    lost: tuple[date, ...]


def difference(old: SchoolCalendar, new: SchoolCalendar) -> tuple[Part, ...]:
    """What differs from `old` to `new`, part by part; () where they say the same."""
    parts = [
        Part("The calendar", (*differing_facts(_settings(old), _settings(new)),)),
        Part("Terms", (*differing_things("Term", _stretches(old.terms), _stretches(new.terms)),)),
        Part(
            "Closures",
            (*differing_things("Closure", _stretches(old.closures), _stretches(new.closures)),),
        ),
        Part(
            "Bank holidays",
            (*differing_things("Bank holiday", _bank_holidays(old), _bank_holidays(new)),),
        ),
    ]
    return tuple(part for part in parts if part.changes)


def school_days(old: SchoolCalendar, new: SchoolCalendar) -> SchoolDays:
    """The days that become school days, and those that no longer are, where both calendars know."""
    first = max(old.coverage[0], new.coverage[0])
    last = min(old.coverage[1], new.coverage[1])
    was = {one for one in old.school_days if first <= one <= last}
    now = {one for one in new.school_days if first <= one <= last}
    return SchoolDays(tuple(sorted(now - was)), tuple(sorted(was - now)))


def _settings(calendar: SchoolCalendar) -> Facts:
    first, last = calendar.coverage
    return {
        "Title": calendar.title,
        "School": calendar.school,
        "Reaches from": day(first),
        "Reaches until": day(last),
        "Office hours": f"{calendar.office_opens:%H:%M} to {calendar.office_closes:%H:%M}",
        "Time zone": calendar.zone,
    }


def _stretches(entries: tuple[Term, ...] | tuple[Closure, ...]) -> Named:
    told: Named = {}
    for entry in entries:
        facts = {"From": day(entry.start), "To": day(entry.end)}
        if isinstance(entry, Closure):
            facts["Why"] = spoken(entry.kind)
        told[entry.name] = facts
    return told


def _bank_holidays(calendar: SchoolCalendar) -> Named:
    told: Named = {}
    for one in calendar.bank_holidays:
        name = f"{one.title}, {one.date.year}"
        told[f"{name} ({one.date})" if name in told else name] = {"On": day(one.date)}
    return told
