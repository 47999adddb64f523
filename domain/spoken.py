"""Dates, and names from the code, as people say them."""

from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.calendar import SchoolCalendar


def spoken(word: StrEnum | str) -> str:
    """A name from the code as words: `chair_of_governors` is “chair of governors”."""
    plain = word.value if isinstance(word, StrEnum) else word
    return plain.replace("_", " ").replace("-", " ")


def day(when: date) -> str:
    """Tuesday 15 September 2026."""
    return f"{when:%A} {when.day} {when:%B %Y}"


def moment(calendar: SchoolCalendar, when: datetime) -> str:
    """Tuesday 15 September 2026, 9.00am, in the school's local time."""
    return f"{day(calendar.local_date(when))}, {hour(calendar, when)}"


def hour(calendar: SchoolCalendar, when: datetime) -> str:
    """9.00am, in the school's local time."""
    local = when.astimezone(ZoneInfo(calendar.zone))
    return f"{local.hour % 12 or 12}.{local:%M}{'am' if local.hour < 12 else 'pm'}"
