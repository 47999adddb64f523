"""From what was typed into an action's form to the fields of the action, and back."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from domain.calendar import SchoolCalendar
from domain.vocabulary import ActionName
from gateway.action_forms import ActionForm, FormField
from gateway.field_words import FieldKind
from web.forms import Form

TIMES = 3  # how many times somebody can offer on one page
_MISSING = {
    FieldKind.TEXT: "Write a sentence or two",
    FieldKind.CHOICE: "Choose one of these",
    FieldKind.CHOICES: "Choose at least one of these",
    FieldKind.CLAUSES: "Choose at least one part of the code",
    FieldKind.PERSON: "Choose a person",
    FieldKind.PEOPLE: "Choose at least one person",
    FieldKind.DATE: "Enter a date",
    FieldKind.MOMENT: "Enter a date",
    FieldKind.DURATION: "Enter how much time",
    FieldKind.NUMBER: "Enter a number",
    FieldKind.YES_NO: "Answer yes or no",
}


def as_begun(form: ActionForm) -> dict[str, list[str]]:
    """What stands in the fields before anybody typed."""
    typed: dict[str, list[str]] = {}
    for field in form.fields:
        value = field.value
        if value is None:
            continue
        if isinstance(value, date):
            parts = {"day": value.day, "month": value.month, "year": value.year}
            typed |= {f"{field.name}-{part}": [str(number)] for part, number in parts.items()}
        elif isinstance(value, list):
            typed[field.name] = [str(one) for one in value]
        else:
            typed[field.name] = [str(value)]
    return typed


def read_action(typed: Form, form: ActionForm, calendar: SchoolCalendar) -> dict[str, Any]:
    """The fields of the action; what is missing or wrong is noted on the form."""
    fields: dict[str, Any] = dict(form.settled)
    for field in form.fields:
        value = _read(typed, field, calendar)
        if value not in (None, "", []):
            fields[field.name] = value
    if form.field("clauses") and form.field("reason") and not _rests_on_something(fields):
        typed.error("clauses", "Choose at least one part of the code that this rests on")
    _what_goes_together(typed, form, fields)
    return {name: value for name, value in fields.items() if value is not None}


def _rests_on_something(fields: Mapping[str, Any]) -> bool:
    return bool(fields.get("clauses") or fields.get("follow_up"))


def _what_goes_together(typed: Form, form: ActionForm, fields: Mapping[str, Any]) -> None:
    """What one answer makes another answer need."""
    match form.action:
        case ActionName.REVIEW_RESTRICTION:
            if fields.get("result") in ("continue", "vary") and "review_on" not in fields:
                typed.error("review_on", "Enter the day of the next review")
            if fields.get("result") == "vary" and "scopes" not in fields:
                typed.error("scopes", "Choose what stays limited")
        case ActionName.REVIEW_CONFIDENTIALITY:
            if fields.get("agrees") is False and "reason" not in fields:
                typed.error("reason", "Say why you do not agree")
        case ActionName.REFER_TO_SENDIASS:
            if "summary" in fields.get("shared", ()) and "summary" not in fields:
                typed.error("summary", "Write the words that the parent agreed to")
            if "summary" in fields and "summary" not in fields.get("shared", ()):
                typed.error("shared", "Tick that the summary is shared, or leave it empty below")
        case ActionName.OFFER_MEDIATION:
            if fields.get("agreed") is False:
                typed.error("agreed", "Ask both sides first: mediation needs both to agree")


def _read(typed: Form, field: FormField, calendar: SchoolCalendar) -> Any:
    missing = missing_of(field) if field.required else ""
    among = [option.value for option in field.options]
    match field.kind:
        case FieldKind.TEXT:
            return typed.text(field.name, missing)
        case FieldKind.CHOICE | FieldKind.PERSON:
            return typed.choice(field.name, among, missing)
        case FieldKind.CHOICES | FieldKind.PEOPLE | FieldKind.CLAUSES:
            # Clauses are asked for together with a follow-up, by whoever calls this.
            needed = "" if field.kind is FieldKind.CLAUSES else missing
            return typed.choices(field.name, among, needed)
        case FieldKind.DATE:
            day = typed.day(field.name, missing)
            return day.isoformat() if day else None
        case FieldKind.MOMENT:
            return _moment(typed, field.name, calendar, missing)
        case FieldKind.MOMENTS:
            names = [f"{field.name}-{number}" for number in range(1, TIMES + 1)]
            found = [_moment(typed, name, calendar, "") for name in names]
            if not any(found) and not any(name in typed.errors for name in names):
                typed.error(names[0], "Enter at least one day and time")
            return [one for one in found if one]
        case FieldKind.DURATION:
            return _duration(typed, field)
        case FieldKind.NUMBER:
            return _number(typed, field.name, missing)
        case FieldKind.YES_NO:
            answer = typed.choice(field.name, ("yes", "no"), missing)
            return None if not answer else answer == "yes"
        case FieldKind.THING:
            return typed.text(field.name, missing)


def missing_of(field: FormField) -> str:
    """What to say where a question was left open, in words that say which one."""
    question = field.label[:1].lower() + field.label[1:]
    return f"{_MISSING.get(field.kind, 'Answer this')}: {question}"


def _moment(typed: Form, name: str, calendar: SchoolCalendar, missing: str) -> str | None:
    day = typed.day(name, missing)
    if day is None:
        return None
    hour = typed.hour(f"{name}-hour", "Enter a time, such as 3.30pm or 15:30")
    return calendar.instant(day, hour).isoformat() if hour else None


def _duration(typed: Form, field: FormField) -> dict[str, Any] | None:
    amount = _number(typed, field.name, "Enter how much time")
    clock = typed.choice(f"{field.name}-clock", [option.value for option in field.options], "") or (
        field.options[0].value
    )
    return {"amount": amount, "clock": clock} if amount else None


def _number(typed: Form, name: str, missing: str) -> int | None:
    words = typed.text(name, missing)
    if not words:
        return None
    if not words.isdecimal() or not 0 < int(words) < 10_000:
        typed.error(name, "Enter a whole number, such as 5")
        return None
    return int(words)
