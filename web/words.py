"""Words and dates as the pages say them: the filters of the templates."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape

from documents.letter_forms import pieces
from domain.calendar import SchoolCalendar
from domain.report_tables import Mark
from domain.vocabulary import Role
from gateway.wording import acting, day, moment, short_day, spoken


def titled(word: Any) -> str:
    """A name from the code as words at the head of a line: “Chair of governors”."""
    plain = spoken(word)
    return plain[:1].upper() + plain[1:]


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: “1 case”, “3 cases”, “no cases”."""
    noun = one if number == 1 else many or f"{one}s"
    return f"{number or 'no'} {noun}"


def listed(words: list[str], last: str = "and") -> str:
    """“a, b and c”."""
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def size(number: int) -> str:
    """A number of bytes as people say it: “3 MB”, “12 KB”."""
    if number >= 1024 * 1024:
        return f"{number / 1024 / 1024:.1f}".removesuffix(".0") + " MB"
    return f"{max(1, round(number / 1024))} KB"


def at(when: datetime, calendar: SchoolCalendar) -> str:
    """Tuesday 15 September 2026, 9.00am, by the school's clock."""
    return moment(calendar, when)


def who(role: Role) -> str:
    """A role as somebody: “the headteacher”, “a senior leader”."""
    return acting(role)


def linked(words: str) -> Markup:
    """The words, with each e-mail and web address in them as a link."""
    return Markup("").join(
        Markup('<a class="govuk-link" href="{}">{}</a>').format(piece.href, piece.text)
        if piece.href
        else escape(piece.text)
        for piece in pieces(words)
    )


def figure(value: int | float | Mark) -> str:
    """A number of a report, or the mark in its place."""
    return value.value if isinstance(value, Mark) else f"{value:g}"


FILTERS: dict[str, Callable[..., Any]] = {
    "day": day,
    "short_day": short_day,
    "moment": at,
    "spoken": spoken,
    "titled": titled,
    "counted": counted,
    "linked": linked,
    "listed": listed,
    "size": size,
    "who": who,
    "figure": figure,
}
