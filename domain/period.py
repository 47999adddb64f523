"""The days that a report is about: a term and the holiday before it, or the days that were asked
for, as far as they have passed."""

from datetime import date, datetime, time

from pydantic import AwareDatetime

from domain.calendar import SchoolCalendar
from domain.calendar_dates import ONE_DAY
from domain.calendar_entries import Term
from domain.errors import EvenhandError, near_names
from domain.policy import Frozen

_MIDNIGHT = time(0)


class PeriodProblem(EvenhandError):
    """The days that were asked for can't be reported on; the message says what to give instead."""


class Period(Frozen):
    """Some days of a school, both ends included. What happened at or after `ends` is left out."""

    name: str
    first: date
    last: date
    begins: AwareDatetime
    ends: AwareDatetime
    over: bool  # False: the last day is not over yet, so that the figures are so far


def term_period(calendar: SchoolCalendar, now: datetime, words: str | None = None) -> Period:
    """The term that `words` name (“autumn 2026”), or the one that runs or last ran at `now`.

    It begins on the day after the term before it ended, so that what happens in a holiday is in
    the next report and in no other. Raises PeriodProblem.
    """
    terms = calendar.terms
    today = calendar.local_date(now)
    term = _named(terms, words) if words is not None else _latest(terms, today)
    position = terms.index(term)
    first = terms[position - 1].end + ONE_DAY if position else term.start
    return _period(calendar, now, term.name, first, term.end)


def days_period(calendar: SchoolCalendar, now: datetime, first: date, last: date) -> Period:
    """The days from `first` to `last`, which the calendar must cover. Raises PeriodProblem."""
    if last < first:
        raise PeriodProblem(
            f"The report would end on {_day(last)}, before it begins on {_day(first)}: "
            "swap the dates, or correct one."
        )
    start, end = calendar.coverage
    if first < start or last > end:
        raise PeriodProblem(
            f"The school's calendar covers {_day(start)} to {_day(end)}, and the report was asked "
            f"for {_day(first)} to {_day(last)}. Choose days within the calendar, or add the "
            "missing terms to it."
        )
    return _period(calendar, now, f"{_day(first)} to {_day(last)}", first, last)


def _period(calendar: SchoolCalendar, now: datetime, name: str, first: date, last: date) -> Period:
    begins = calendar.instant(first, _MIDNIGHT)
    end = calendar.instant(last + ONE_DAY, _MIDNIGHT)
    if now < begins:
        raise PeriodProblem(
            f"{name} has not begun: it starts on {_day(first)}. Ask again after that day."
        )
    return Period(
        name=name, first=first, last=last, begins=begins, ends=min(now, end), over=now >= end
    )


def _named(terms: tuple[Term, ...], words: str) -> Term:
    asked = set(words.casefold().split())
    if named := [term for term in terms if words.casefold() == term.name.casefold()]:
        return named[0]
    found = [term for term in terms if asked and asked <= set(term.name.casefold().split())]
    names = ", ".join(term.name for term in terms)
    if not found:
        near = near_names(words, [term.name for term in terms])
        raise PeriodProblem(f"The school's calendar has no term “{words}”.{near} It has: {names}.")
    if len(found) > 1:
        several = ", ".join(term.name for term in found)
        raise PeriodProblem(f"“{words}” could be: {several}. Say which.")
    return found[0]


def _latest(terms: tuple[Term, ...], today: date) -> Term:
    begun = [term for term in terms if term.start <= today]
    if not begun:
        raise PeriodProblem(
            f"The first term in the school's calendar begins on {_day(terms[0].start)}. "
            "Ask again after that day."
        )
    return begun[-1]


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
