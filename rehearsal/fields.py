"""From what a story says of an action to what the action needs: names, spans, `latest`."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime

from domain.calendar import CalendarDoesNotCover, SchoolCalendar, Span
from domain.case import Case
from domain.events import DeadlineSet, Event
from domain.vocabulary import ActionName, DeadlineKind
from gateway.compose import CLASSES

LATEST = "latest"


def filled_in(
    action: ActionName,
    fields: Mapping[str, Any],
    *,
    calendar: SchoolCalendar,
    now: datetime,
    case: Case | None,
    events: list[Event],
) -> dict[str, Any]:
    """The action's fields with spans turned into dates, and things named by what they are about."""
    known = CLASSES[action].model_fields
    filled: dict[str, Any] = {}
    for name, value in fields.items():
        kind = _kind(known[name].annotation) if name in known else None
        if kind in (date, datetime) and isinstance(value, str):
            filled[name] = _moment(value, kind is date, calendar, now)
        elif kind in (date, datetime) and isinstance(value, list | tuple):
            filled[name] = [_moment(str(one), kind is date, calendar, now) for one in value]
        elif case is not None and isinstance(value, str) and name in _NAMED:
            filled[name] = _NAMED[name](value, case, events)
        else:
            filled[name] = value
    return filled


def _kind(annotation: Any) -> Any:
    if annotation is AwareDatetime:
        return datetime
    if get_origin(annotation) is Annotated:
        return _kind(get_args(annotation)[0])
    if get_origin(annotation) is tuple:
        return _kind(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return _kind(next(part for part in get_args(annotation) if part is not NoneType))
    return annotation


_AT = re.compile(r"(?P<day>.+?) at (?P<time>\d{1,2}:\d{2})", re.ASCII)
_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2})?", re.ASCII)


def _moment(value: str, as_date: bool, calendar: SchoolCalendar, now: datetime) -> Any:
    """A date or moment from a span (“5 school days”, “5 school days at 14:00”), or from the
    school's own time (“2026-09-24 16:00”); anything else as it was written."""
    if not as_date and _LOCAL.fullmatch(value.strip()):
        try:
            local = datetime.fromisoformat(value.strip())
        except ValueError:
            return value
        return calendar.instant(local.date(), local.time())
    hour = now.astimezone(ZoneInfo(calendar.zone)).time()
    try:
        if not as_date and (words := _AT.fullmatch(value.strip())):
            value, hour = words["day"], time.fromisoformat(words["time"].zfill(5))
        day = calendar.add(calendar.local_date(now), Span.parse(value))
    except CalendarDoesNotCover:
        raise
    except ValueError:
        return value
    return day if as_date else calendar.instant(day, hour)


def _restriction(value: str, case: Case, events: list[Event]) -> str:
    latest = [restriction.id for restriction in case.restrictions]
    return latest[-1] if value == LATEST and latest else value


def _meeting(value: str, case: Case, events: list[Event]) -> str:
    latest = [meeting.id for meeting in case.meetings]
    return latest[-1] if value == LATEST and latest else value


def _adjustment(value: str, case: Case, events: list[Event]) -> str:
    latest = [adjustment.id for adjustment in case.adjustments]
    return latest[-1] if value == LATEST and latest else value


def _referral(value: str, case: Case, events: list[Event]) -> str:
    latest = [referral.id for referral in case.referrals]
    return latest[-1] if value == LATEST and latest else value


def _disclosure(value: str, case: Case, events: list[Event]) -> str:
    latest = [disclosure.id for disclosure in case.disclosures]
    return latest[-1] if value == LATEST and latest else value


def _deadline(value: str, case: Case, events: list[Event]) -> str:
    if value == DeadlineKind.CHALLENGE:  # it is about an event, which no story can name
        return next((d.id for d in case.deadlines if d.kind is DeadlineKind.CHALLENGE), value)
    return next((d.id for d in case.deadlines if d.about == value), value)


def _follow_up(value: str, case: Case, events: list[Event]) -> str:
    met = [
        event.fact.deadline
        for event in events
        if isinstance(event.fact, DeadlineSet)
        and event.fact.about == value
        and event.fact.deadline in case.results
    ]
    return met[-1] if met else value


_NAMED: dict[str, Callable[[str, Case, list[Event]], str]] = {
    "restriction": _restriction,
    "meeting": _meeting,
    "adjustment": _adjustment,
    "referral": _referral,
    "disclosure": _disclosure,
    "deadline": _deadline,
    "follow_up": _follow_up,
}
