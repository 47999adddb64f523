"""What a school calendar is made of: spans of time, terms, closures, bank holidays; its errors."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    model_serializer,
    model_validator,
)
from pydantic_core import CoreSchema

LONGEST_SPAN = 9999


class CalendarError(ValueError):
    """The school calendar can't be used as it is.

    `about` names the entries at fault, so that a reader of a file can point at their lines.
    """

    def __init__(self, sentence: str, *, about: Iterable[str] = ()) -> None:
        self.about = tuple(about)
        super().__init__(sentence)


class CalendarDoesNotCover(CalendarError):
    """The calendar ends, or begins, before the day that is asked for.

    `day` is the day that was asked for, or from which the count began; `first` and `last` are
    the ends of what the calendar covers.
    """

    def __init__(self, day: date, first: date, last: date, *, counting: str = "") -> None:
        self.day = day
        self.first = first
        self.last = last
        asked = f"Counting {counting} from {day}" if counting else f"{day}"
        super().__init__(
            f"{asked} leaves the calendar, which covers {first} to {last}. "
            "Add the terms (and bank holidays) for the dates that are missing."
        )


class NaiveInstant(CalendarError):
    """A moment in time came without its time zone."""

    def __init__(self, instant: datetime) -> None:
        super().__init__(
            f"The moment {instant.isoformat()} has no time zone, so it could mean several "
            f"moments. Give one, for example {instant.isoformat()}+00:00."
        )


class Clock(StrEnum):
    """By which days a deadline is counted."""

    SCHOOL_DAYS = "school_days"  # days on which the school is open to pupils
    WORKING_DAYS = "working_days"  # Monday to Friday, bank holidays in England left out
    CALENDAR_DAYS = "calendar_days"
    CALENDAR_WEEKS = "calendar_weeks"
    CALENDAR_MONTHS = "calendar_months"


_SPAN = re.compile(r"(\d{1,4}) +(school|working|calendar) +(day|week|month)s?", re.ASCII)
_CLOCKS = {clock.value.replace("_", " "): clock for clock in Clock}
_SPAN_EXAMPLES = '"3 school days", "10 working days", "2 calendar weeks" or "1 calendar month"'


class Span(BaseModel):
    """A length of time on a named clock. Reads and writes as words, such as "3 school days"."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount: int = Field(ge=0, le=LONGEST_SPAN, strict=True)
    clock: Clock

    @classmethod
    def parse(cls, text: str) -> Self:
        """The span that `text` names. Raises CalendarError, with examples, for anything else."""
        words = _SPAN.fullmatch(text.strip())
        clock = words and _CLOCKS.get(f"{words[2]} {words[3]}s")
        if not words or not clock:
            raise CalendarError(
                f"{text!r} is not a span of time: write a whole number (at most {LONGEST_SPAN}) "
                f"and a clock, such as {_SPAN_EXAMPLES}."
            )
        return cls(amount=int(words[1]), clock=clock)

    @model_validator(mode="before")
    @classmethod
    def _read_words(cls, value: Any) -> Any:
        if isinstance(value, str):
            return dict(cls.parse(value))
        if isinstance(value, dict | cls):
            return value
        raise CalendarError(f"{value!r} is not a span of time: write {_SPAN_EXAMPLES}.")

    @model_serializer
    def _write_words(self) -> str:
        return str(self)

    def __str__(self) -> str:
        words = self.clock.value.replace("_", " ")
        return f"{self.amount} {words.removesuffix('s') if self.amount == 1 else words}"

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Documents and editors see the words, which is how people write it."""
        return {
            "type": "string",
            "pattern": r"^\d{1,4} +(school days?|working days?|calendar (day|week|month)s?)$",
            "examples": ["3 school days", "2 calendar weeks"],
        }


def _written_date(value: Any) -> Any:
    # Left to itself, pydantic reads a bare number as seconds since 1970.
    if isinstance(value, datetime) or not isinstance(value, date):
        if not (isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII)):
            raise CalendarError(f"{value!s} is not a date: write it like 2026-09-02.")
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise CalendarError(f"{value} is not a day that exists.") from None
    return value


def _written_time(value: Any) -> Any:
    if isinstance(value, time):
        if value.tzinfo is not None:
            raise CalendarError(f"{value} has a time zone: office hours are local, like 08:30.")
        return value
    if not (isinstance(value, str) and re.fullmatch(r"\d\d:\d\d(:\d\d)?", value, re.ASCII)):
        raise CalendarError(f"{value!s} is not a time of day: write it like 08:30.")
    try:
        return time.fromisoformat(value)
    except ValueError:
        raise CalendarError(f"{value} is not a time that exists.") from None


Day = Annotated[date, BeforeValidator(_written_date)]
TimeOfDay = Annotated[time, BeforeValidator(_written_time)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Stretch(BaseModel):
    """Some days in a row, with a name; both ends are part of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    start: Day
    end: Day

    @model_validator(mode="after")
    def _runs_forwards(self) -> Self:
        if self.end < self.start:
            raise CalendarError(
                f"{self.name} ends on {self.end}, before it starts on {self.start}.",
                about=[self.name],
            )
        return self

    def overlaps(self, other: "Stretch") -> bool:
        """Whether the two share a day."""
        return self.start <= other.end and other.start <= self.end

    def within(self, other: "Stretch") -> bool:
        """Whether every day of this one is a day of the other."""
        return other.start <= self.start and self.end <= other.end

    def __str__(self) -> str:
        return f"{self.name} ({self.start} to {self.end})"


class Term(Stretch):
    """A term, from the first day to the last; half-terms are closures within it."""


class ClosureKind(StrEnum):
    """Why the school is closed to pupils on days that a term would have."""

    HALF_TERM = "half_term"
    INSET = "inset"  # staff are in, pupils are not
    CLOSURE = "closure"  # anything else: polling station, snow, a burst boiler


class Closure(Stretch):
    """Days on which the school is closed to pupils."""

    kind: ClosureKind


class BankHoliday(BaseModel):
    """A bank holiday in England, on the day on which it is kept (a substitute day, if any)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: Day
    title: Name


class Due(BaseModel):
    """When something is due: the date, and the moment (UTC) at which that date's office closes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    on: date
    at: datetime
