"""Reads terms and closures from an iCalendar file, as a school or local authority publishes it.

An event's CATEGORIES says what it is (term, half-term, INSET, closure); failing that, its
SUMMARY does, if it is put like one. Every other event is none of our business.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from icalendar import Calendar, Event

from storage.term_draft import Draft, Entry, Finding, Place, Said

TERM = "term"
_CATEGORIES = {
    "term": TERM,
    "half-term": "half_term",
    "half term": "half_term",
    "half_term": "half_term",
    "inset": "inset",
    "inset day": "inset",
    "closure": "closure",
}
_YEAR = r"( \d{4}([/-]\d{2,4})?)?"
_SUMMARIES = {
    re.compile(rf"(.* )?half[- ]term( holiday| break)?{_YEAR}", re.IGNORECASE): "half_term",
    re.compile(r"(.* )?inset( day)?\b.*", re.IGNORECASE): "inset",
    re.compile(r"(school )?(closed|closure)\b.*", re.IGNORECASE): "closure",
    re.compile(rf"(.* )?term{_YEAR}", re.IGNORECASE): TERM,
}
SETTING_LINES = {
    "school": "X-EVENHAND-SCHOOL",
    "title": "X-WR-CALNAME",
    "office_opens": "X-EVENHAND-OFFICE-OPENS",
    "office_closes": "X-EVENHAND-OFFICE-CLOSES",
}


def read_ics(file: Path, text: str) -> Draft:
    """The draft that an iCalendar file holds; what can't be read is in its findings."""
    draft = Draft(file=file)
    try:
        calendar = Calendar.from_ical(text)
    except ValueError as error:
        message = f"This is not an iCalendar file: {error}."
        draft.findings.append(Finding(file=file, line=1, field="", message=message))
        return draft
    lines = text.splitlines()
    for setting, name in SETTING_LINES.items():
        if name in calendar:
            place = Place(file=file, line=_line_of(name, lines, 0, len(lines)), field=name)
            draft.settings[setting] = Said(text=str(calendar[name]), place=place)
    starts = [n for n, line in enumerate(lines) if line.rstrip().upper() == "BEGIN:VEVENT"]
    ends = [*starts[1:], len(lines)]
    for event, start, end in zip(calendar.walk("VEVENT"), starts, ends, strict=True):
        if isinstance(event, Event) and str(event.get("STATUS", "")).upper() != "CANCELLED":
            _read_event(draft, event, lines, start, end)
    draft.terms = list(_named_apart(draft.terms))
    draft.closures = list(_named_apart(draft.closures))
    draft.check_entries()
    return draft


def _read_event(draft: Draft, event: Event, lines: list[str], start: int, end: int) -> None:
    summary = str(event.get("SUMMARY", "")).strip()
    kind, declared = _kind(event, summary)
    if kind is None:
        return

    def place(name: str) -> Place:
        return Place(file=draft.file, line=_line_of(name, lines, start, end), field=name)

    if "RRULE" in event or "RDATE" in event:
        draft.findings.append(
            place("RRULE").finding(f"{summary} repeats: write one event for each stretch of days.")
        )
        return
    days = _days(event)
    if days is None:
        draft.findings.append(
            place("DTSTART").finding(
                f"{summary} needs whole days: DTSTART;VALUE=DATE:20260902 and, the day after the "
                "last one, DTEND;VALUE=DATE:20261219."
            )
        )
        return
    first, last = days
    if kind == TERM and not declared and first == last:
        draft.findings.append(
            place("SUMMARY").finding(
                f"{summary} lasts one day. Write a term as one event from its first day to its "
                "last; if this is something else, call it otherwise."
            )
        )
        return
    parts = {
        "name": Said(text=summary, place=place("SUMMARY")),
        "start": Said(text=first.isoformat(), place=place("DTSTART")),
        "end": Said(text=last.isoformat(), place=place("DTEND")),
    }
    if kind == TERM:
        draft.terms.append(Entry(place=place("BEGIN"), parts=parts))
    else:
        parts["kind"] = Said(text=kind, place=place("CATEGORIES"))
        draft.closures.append(Entry(place=place("BEGIN"), parts=parts))


def _kind(event: Event, summary: str) -> tuple[str | None, bool]:
    """What the event is, and whether its CATEGORIES says so."""
    for category in event.categories:
        if kind := _CATEGORIES.get(str(category).strip().lower()):
            return kind, True
    for pattern, kind in _SUMMARIES.items():
        if pattern.fullmatch(summary):
            return kind, False
    return None, False


def _days(event: Event) -> tuple[date, date] | None:
    """First and last day of an all-day event, or None if it is something else."""
    first = _whole_day(event, "DTSTART")
    if first is None:
        return None
    if "DTEND" in event:
        after = _whole_day(event, "DTEND")
        if after is None:
            return None
        # Some calendars write the same day twice for one day.
        return first, first if after == first else after - timedelta(days=1)
    if "DURATION" in event:
        length = _value(event, "DURATION")
        if not isinstance(length, timedelta) or length < timedelta(days=1):
            return None
        return first, first + length - timedelta(days=1)
    return first, first


def _whole_day(event: Event, name: str) -> date | None:
    day = _value(event, name)
    return day if isinstance(day, date) and not isinstance(day, datetime) else None


def _value(event: Event, name: str) -> object:
    written: Any = event.get(name)
    try:
        return written.dt
    except (ValueError, AttributeError):  # a broken value says so only when it is looked at
        return None


def _named_apart(entries: list[Entry]) -> Iterator[Entry]:
    """Calendars call every INSET day the same: its date tells one from the other."""
    times = Counter(entry.parts["name"].text for entry in entries)
    for entry in entries:
        name, start = entry.parts["name"], entry.parts["start"].text
        if times[name.text] > 1:
            apart = replace(name, text=f"{name.text}, {start}")
            yield replace(entry, parts={**entry.parts, "name": apart})
        else:
            yield entry


def _line_of(name: str, lines: list[str], start: int, end: int) -> int:
    for number in range(start, end):
        if re.match(rf"{re.escape(name)}[;:]", lines[number], re.IGNORECASE):
            return number + 1
    return start + 1
