"""What a term file says, entry by entry, each with its place, before it becomes a calendar."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from domain.calendar import BankHoliday, Closure, ClosureKind, Term


class Weight(StrEnum):
    """Whether a finding stops the calendar from being used."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something wrong, or odd, in a term file: where it is (lines count from 1), and what to do."""

    file: Path
    line: int
    field: str
    message: str
    weight: Weight = Weight.ERROR

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " + (f"{self.field}: " if self.field else "")
        return place + ("" if self.weight is Weight.ERROR else "warning: ") + self.message


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a term file says something."""

    file: Path
    line: int
    field: str

    def finding(self, message: str, weight: Weight = Weight.ERROR) -> Finding:
        """A finding at this place."""
        return Finding(
            file=self.file, line=self.line, field=self.field, message=message, weight=weight
        )


@dataclass(frozen=True, kw_only=True)
class Said:
    """One value as the file writes it, with its place."""

    text: str
    place: Place


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One term, closure or bank holiday as the file writes it; `parts` by the model's names."""

    place: Place
    parts: dict[str, Said]

    @property
    def name(self) -> str:
        """What the entry is called, or "" if the file does not say."""
        said = self.parts.get("name") or self.parts.get("title")
        return said.text.strip() if said else ""

    @property
    def values(self) -> dict[str, str]:
        """The parts without their places, for the model to read."""
        return {name: said.text for name, said in self.parts.items()}

    def findings(self, error: ValidationError) -> Iterator[Finding]:
        """What `error` says about this entry, each at the line of the part that is at fault."""
        for name, message in sentences(error):
            said = self.parts.get(name)
            field_name = f"{self.place.field}.{name}" if name else self.place.field
            place = said.place if said else self.place
            yield Finding(file=place.file, line=place.line, field=field_name, message=message)


@dataclass(kw_only=True)
class Draft:
    """A term file as read, with what was wrong in the reading."""

    file: Path
    settings: dict[str, Said] = field(default_factory=dict)
    template: Said | None = None
    without: list[Said] = field(default_factory=list)
    terms: list[Entry] = field(default_factory=list)
    closures: list[Entry] = field(default_factory=list)
    extra_bank_holidays: list[Entry] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def check_entries(self) -> None:
        """Adds a finding for each fault of an entry that can be seen without the others."""
        kinds: tuple[tuple[type[BaseModel], list[Entry]], ...] = (
            (Term, self.terms),
            (Closure, self.closures),
            (BankHoliday, self.extra_bank_holidays),
        )
        for model, entries in kinds:
            for entry in entries:
                try:
                    model.model_validate(entry.values)
                except ValidationError as error:
                    self.findings.extend(entry.findings(error))


def sentences(error: ValidationError) -> Iterator[tuple[str, str]]:
    """Each fault of a pydantic error as (name of the field, sentence)."""
    for fault in error.errors(include_url=False):
        name = str(fault["loc"][0]) if fault["loc"] else ""
        yield name, _sentence(name, fault["type"], fault["msg"], fault.get("ctx", {}))


def _sentence(name: str, kind: str, message: str, context: dict[str, Any]) -> str:
    match kind:
        case "missing":
            return f"{name} is missing: add it."
        case "string_too_short":
            return f"{name} is empty: fill it in."
        case "enum":
            return f"There is no such kind: write {', '.join(ClosureKind)}."
        case "value_error":
            return str(context["error"])
        case _:
            return f"{message}."


def near(word: str, known: list[str]) -> str:
    """A hint with the known word that is nearest, or all of them if none is near."""
    close = get_close_matches(word, known, n=1)
    return f"did you mean {close[0]}?" if close else f"known here: {', '.join(known)}."
