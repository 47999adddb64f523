"""Fills in a page's form as somebody might who answers everything."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any, NamedTuple


class Field(NamedTuple):
    """A field of a form: its name, its kind, and the values that it offers or holds."""

    name: str
    kind: str
    values: tuple[str, ...]
    chosen: tuple[str, ...]


class _Reader(HTMLParser):
    """Collects the fields of a page, those of its main form and of any other."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Field] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "select":
            self._select = name
            self._add(name, "select", ())
        elif tag == "option" and self._select:
            self._add(self._select, "select", (given.get("value", ""),), "selected" in given)
        elif tag == "textarea":
            self._add(name, "textarea", ())
        elif tag == "input" and name and given.get("type") not in ("hidden", "submit"):
            kind = given.get("type", "text")
            chosen = "checked" in given or (kind == "text" and bool(given.get("value")))
            self._add(name, kind, (given.get("value", ""),), chosen)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""

    def _add(self, name: str, kind: str, values: tuple[str, ...], chosen: bool = False) -> None:
        before = self.found.get(name, Field(name, kind, (), ()))
        self.found[name] = Field(
            name, kind, (*before.values, *values), (*before.chosen, *(values if chosen else ()))
        )


def fields_of(html: str) -> list[Field]:
    """The fields of the page that people fill in."""
    reader = _Reader()
    reader.feed(html)
    return [field for name, field in reader.found.items() if name]


def filled(fields: list[Field]) -> dict[str, Any]:
    """An answer to each field: what stands there, the first of what is offered, or some words.

    Dates are today where the past is asked for, and ten days on where the future is.
    """
    answers: dict[str, Any] = {}
    for field in fields:
        date = re.fullmatch(r"(.+)-(day|month|year)", field.name)
        if any(field.chosen):
            answers[field.name] = list(field.chosen)
        elif date:
            answers[field.name] = str(getattr(_day(date[1]), date[2]))
        elif field.name.endswith("-hour"):
            answers[field.name] = "10am"
        elif field.kind in ("radio", "checkbox"):
            answers[field.name] = field.values[0]
        elif field.name in ("note_taker", "interpreter", "mediator"):
            answers[field.name] = ""  # nobody has two parts in one meeting
        elif field.kind == "select":
            answers[field.name] = next((value for value in field.values if value), "")
        elif field.kind == "textarea":
            answers[field.name] = "As we agreed on the telephone."
        elif field.kind == "text":
            answers[field.name] = "30" if field.name == "minutes" else "3"
    return answers


def _day(name: str) -> datetime:
    today = datetime.now(UTC)
    past = name in ("occurred_on", "consented_on", "posted_on", "received_on")
    later = {"at": 13, "times-1": 13, "times-2": 14, "times-3": 15}.get(name, 10)
    return today if past else today + timedelta(days=later)
