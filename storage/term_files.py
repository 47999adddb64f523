"""From a school's term file (YAML or .ics) to its calendar, or to a list of what is wrong."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from domain.calendar import (
    CalendarError,
    Closure,
    ClosureKind,
    SchoolCalendar,
    Term,
)
from storage.bank_holidays import bank_holidays_in_england, known_years
from storage.term_draft import Draft, Entry, Finding, Place, Weight, near, sentences
from storage.term_ics import SETTING_LINES, read_ics
from storage.term_yaml import read_yaml

__all__ = ["Finding", "TermFileError", "Weight", "check_calendar", "load_calendar"]


class TermFileError(CalendarError):
    """The term file can't be used as it is. `findings` say where, what and what to do."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


def load_calendar(path: Path) -> SchoolCalendar:
    """The calendar in the file at `path` (.yaml, .yml or .ics), with England's bank holidays.

    Raises TermFileError with every error that could be found; warnings do not stop it.
    """
    calendar, findings = _read(path)
    errors = [finding for finding in findings if finding.weight is Weight.ERROR]
    if errors or calendar is None:
        raise TermFileError(errors)
    return calendar


def read_calendar(
    name: str, content: bytes, templates: Path
) -> tuple[SchoolCalendar | None, list[Finding]]:
    """The calendar in a file that somebody sent, or None; and every error and warning about it.

    `name` is what the file is called, whose ending says how to read it. A template that it names
    is looked for in the folder `templates`, and nowhere else.
    """
    path = Path(Path(name).name)
    place = Place(file=path, line=1, field="")
    try:
        draft = _drafted(path, content.decode("utf-8-sig"), place)
    except UnicodeDecodeError:
        return None, [place.finding(f"{path} is not text in UTF-8: save it as that.")]
    except RecursionError:
        return None, [place.finding(f"{path} is nested too deeply to be a term file.")]
    if draft.template is not None:
        asked = Path(draft.template.text)
        if asked.name != draft.template.text or not (templates / asked).is_file():
            message = f"There is no template {asked} here: write all dates into the file itself."
            return None, [draft.template.place.finding(message)]
    return _made(draft, templates)


def check_calendar(path: Path) -> list[Finding]:
    """Every error and warning about the file at `path`; an empty list if all is well."""
    return _read(path)[1]


def _read(path: Path) -> tuple[SchoolCalendar | None, list[Finding]]:
    return _made(_draft(path, Place(file=path, line=1, field="")), path.parent)


def _made(own: Draft, templates: Path) -> tuple[SchoolCalendar | None, list[Finding]]:
    draft = _with_template(own, templates, (own.file.resolve(),))
    if draft.findings:
        return None, draft.findings
    try:
        calendar = _build(draft)
    except ValidationError as error:
        return None, list(_located(draft, error))
    return calendar, list(_warnings(draft, calendar))


def _draft(path: Path, asked_at: Place) -> Draft:
    """The file as read; a file that can't be opened is a finding where it is asked for."""

    def unreadable(message: str) -> Draft:
        return Draft(file=path, findings=[asked_at.finding(message)])

    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        beside = sorted(p.name for p in path.parent.glob("*") if p.suffix in _READERS)
        hint = near(path.name, beside) if beside else "check its folder and name."
        return unreadable(f"There is no file {path}: {hint}")
    except UnicodeDecodeError:
        return unreadable(f"{path} is not text in UTF-8: save it as that.")
    except OSError as error:
        return unreadable(f"{path} can't be read: {error.strerror}.")
    return _drafted(path, text, asked_at)


def _drafted(path: Path, text: str, asked_at: Place) -> Draft:
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        message = f"{path} is not a term file: its name ends in .yaml, .yml or .ics."
        return Draft(file=path, findings=[asked_at.finding(message)])
    return reader(path, text)


_READERS = {".yaml": read_yaml, ".yml": read_yaml, ".ics": read_ics}


def _with_template(own: Draft, folder: Path, chain: tuple[Path, ...]) -> Draft:
    """`own` laid over its template, if it names one: own entries replace those of their name."""
    if own.template is None:
        own.findings.extend(
            said.place.finding("There is no template to leave this out of.") for said in own.without
        )
        return own
    path = folder / own.template.text
    if path.resolve() in chain:
        message = f"{path} is, in the end, its own template: name another, or none."
        own.findings.append(own.template.place.finding(message))
        return own
    base = _with_template(_draft(path, own.template.place), path.parent, (*chain, path.resolve()))
    findings = own.findings + base.findings
    if not base.findings:
        known = [entry.name for entry in (*base.terms, *base.closures)]
        for said in own.without:
            if said.text not in known:
                message = f"The template has no {said.text!r}: {near(said.text, known)}"
                findings.append(said.place.finding(message))
    dropped = {said.text for said in own.without}
    return Draft(
        file=own.file,
        settings={**base.settings, **own.settings},
        terms=_laid_over(base.terms, own.terms, dropped),
        closures=_laid_over(base.closures, own.closures, dropped),
        extra_bank_holidays=base.extra_bank_holidays + own.extra_bank_holidays,
        findings=findings,
    )


def _laid_over(base: list[Entry], own: list[Entry], dropped: set[str]) -> list[Entry]:
    replaced = dropped | {entry.name for entry in own}
    return [entry for entry in base if entry.name not in replaced] + own


def _build(draft: Draft) -> SchoolCalendar:
    values: dict[str, Any] = {name: said.text for name, said in draft.settings.items()}
    terms = [Term.model_validate(entry.values) for entry in draft.terms]
    extra = [entry.values for entry in draft.extra_bank_holidays]
    if terms:
        values |= _bank_holidays(min(t.start for t in terms), max(t.end for t in terms))
    return SchoolCalendar.model_validate(
        values
        | {
            "terms": terms,
            "closures": [entry.values for entry in draft.closures],
            "bank_holidays": [*values.get("bank_holidays", ()), *extra],
        }
    )


def _bank_holidays(first: date, last: date) -> dict[str, Any]:
    """Those of the calendar's own years and the year after, where sixty working days may end."""
    known_from, known_until = known_years()
    begin = max(date(first.year, 1, 1), known_from)
    end = min(date(last.year + 1, 12, 31), known_until)
    return {
        "bank_holidays": [h for h in bank_holidays_in_england() if begin <= h.date <= end],
        "bank_holidays_from": begin,
        "bank_holidays_until": end,
    }


def _located(draft: Draft, error: ValidationError) -> Iterator[Finding]:
    """The faults of the calendar as a whole, at the lines of the entries they are about."""
    lists = {"terms": draft.terms, "closures": draft.closures}
    entries = [*draft.terms, *draft.closures, *draft.extra_bank_holidays]
    for fault, (name, message) in zip(error.errors(), sentences(error), strict=True):
        inner = fault.get("ctx", {}).get("error")
        about = inner.about[:1] if isinstance(inner, CalendarError) else ()
        places = [entry.place for entry in lists.get(name, entries) if entry.name in about]
        if name in draft.settings:
            places = [draft.settings[name].place]
        elif fault["type"] == "missing" and draft.file.suffix == ".ics" and name in SETTING_LINES:
            message += f" In an .ics file it is the line {SETTING_LINES[name]}:…"
        place = places[-1] if places else Place(file=draft.file, line=1, field=name)
        yield place.finding(message)


def _warnings(draft: Draft, calendar: SchoolCalendar) -> Iterator[Finding]:
    last = calendar.terms[-1]
    if calendar.coverage[1] < last.end:
        yield _place_of(draft.terms, last).finding(
            f"Bank holidays are known until {calendar.bank_holidays_until} only, so nothing can "
            f"fall due after that, though {last.name} ends on {last.end}. A newer version of "
            "the package govuk-bank-holidays may know more.",
            Weight.WARNING,
        )
    for closure in calendar.closures:
        if closure.kind is ClosureKind.INSET and not calendar.is_working_day(closure.start):
            yield _place_of(draft.closures, closure).finding(
                f"{closure.name} ({closure.start}) is a {closure.start:%A} or bank holiday, on "
                "which pupils would not come anyway.",
                Weight.WARNING,
            )


def _place_of(entries: list[Entry], stretch: Term | Closure) -> Place:
    return next(entry.place for entry in entries if entry.name == stretch.name)
