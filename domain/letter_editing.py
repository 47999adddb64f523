"""A letter as plain text that a person edits in any editor, and back again.

First its fields, one a line (`To:`, `Agreed:` and `Signed:` may be repeated). Then, after an empty
line, Markdown of the simplest kind: `# ` before the subject, `## ` before each heading, with the
name of its part behind it in `{#…}`, paragraphs with an empty line between them, `- ` before each
point of a list. A backslash before a character takes away its special meaning.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from domain.errors import EvenhandError, near_names
from domain.letters import LetterText, Part, Passage, one_line

FIELDS = {
    "Letter": "kind",
    "Language": "language",
    "Reference": "reference",
    "Date": "dated",
    "To": "addressee",
    "Agreed": "adjustments",
    "Greeting": "greeting",
    "Closing": "closing",
    "Signed": "signatory",
}
REPEATED = frozenset({"addressee", "adjustments", "signatory"})
OPTIONAL = frozenset({"adjustments", "language"})

_FIELD = re.compile(r"([A-Za-z]+)\s*:(.*)")
_HEADING = re.compile(r"##\s+(.*?)\s*(?:(?<!\\)\{#([^{}]*)\})?\s*")
_POINT = re.compile(r"[-*]\s+(.*)")
_SPECIAL = re.compile(r"\\([\\#*{-])")


class CannotReadLetter(EvenhandError):
    """The edited letter can't be read back. `faults` are pairs: a line (from 1), a sentence."""

    def __init__(self, faults: Iterable[tuple[int, str]]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(f"Line {line}: {said}" for line, said in self.faults))


def to_editable(text: LetterText) -> str:
    """The letter as text to edit; `from_editable` gives back the same letter."""
    lines = []
    for field, name in FIELDS.items():
        value = getattr(text, name)
        lines += [f"{field}: {one}" for one in (value if name in REPEATED else [value])]
    lines += ["", f"# {_escaped(text.subject)}"]
    for passage in text.parts:
        if passage.heading is not None:
            lines += ["", f"## {_escaped(passage.heading)} {{#{passage.part.value}}}"]
        for block in passage.blocks:
            points = [escaped(block)] if isinstance(block, str) else _points(block)
            lines += ["", *points]
    return "\n".join(lines) + "\n"


def _points(points: Iterable[str]) -> list[str]:
    return [f"- {escaped(point)}" for point in points]


def escaped(paragraph: str) -> str:
    """A paragraph as it is written, so that no character in it is taken for something special."""
    words = _escaped(paragraph)
    return f"\\{words}" if words[:1] in ("#", "-", "*") else words


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("{", "\\{")


def _plain(words: str) -> str:
    return one_line(_SPECIAL.sub(r"\1", words))


def from_editable(written: str, given: Mapping[str, Any] | None = None) -> LetterText:
    """The letter that a text to edit says; `given` are fields of it that the text leaves out.

    Raises CannotReadLetter with a line and a sentence for everything that can't be read.
    """
    return _Reader(written, given or {}).letter()


class _Reader:
    """Reads the lines of one text; `faults` are what it could not make out."""

    def __init__(self, written: str, given: Mapping[str, Any]) -> None:
        self.lines = written.removeprefix("\ufeff").splitlines()
        self.fields: dict[str, Any] = dict(given)
        self.said: set[str] = set()
        self.subject: str | None = None
        self.passages: list[dict[str, Any]] = []
        self.places: dict[str, int] = {}  # the line on which each part begins
        self.faults: list[tuple[int, str]] = []
        self.open: list[str] | None = None  # the paragraph or point that may go on

    def letter(self) -> LetterText:
        begin = self._fields()
        for number, line in enumerate(self.lines[begin:], start=begin + 1):
            self._line(number, line.strip())
        for field, name in FIELDS.items():
            if name not in self.fields and name not in OPTIONAL:
                self.faults.append((1, f"The line “{field}:” is missing: put it back."))
        if self.subject is None:
            self.faults.append((1, "The subject is missing: write it after “# ”."))
        if self.faults:
            raise CannotReadLetter(self.faults)
        try:
            return LetterText(
                **self.fields,
                subject=self.subject,
                parts=tuple(Passage(**self._passage(one)) for one in self.passages),
            )
        except ValidationError as error:
            raise CannotReadLetter((1, _fault(one)) for one in error.errors()) from None

    def _fields(self) -> int:
        """Reads the fields, and returns how many lines they take."""
        for number, line in enumerate(self.lines):
            if not line.strip() and not self.said:
                continue
            field = _FIELD.fullmatch(line.strip())
            if field is None:
                return number
            self._field(number + 1, field[1].capitalize(), one_line(field[2]))
        return len(self.lines)

    def _field(self, number: int, field: str, value: str) -> None:
        name = FIELDS.get(field)
        if name is None:
            near = near_names(field, FIELDS)
            self.faults.append((number, f"“{field}:” is not a line of a letter.{near}"))
        elif not value:
            self.faults.append((number, f"The line “{field}:” is empty: fill it in."))
        elif name in REPEATED:
            before = self.fields.get(name, ()) if name in self.said else ()
            self.fields[name] = (*before, value)
        elif name in self.said:
            self.faults.append((number, f"The line “{field}:” stands there twice: keep one."))
        else:
            self.fields[name] = value
        if name:
            self.said.add(name)

    def _line(self, number: int, line: str) -> None:
        if not line:
            self.open = None
        elif line.startswith("#"):
            self._heading(number, line)
        elif self.subject is None:
            self.faults.append((number, "The letter begins with its subject, after “# ”."))
        elif point := _POINT.fullmatch(line):
            self._add([point[1]], as_point=True)
        elif self.open is not None:
            self.open.append(line)
        else:
            self._add([line], as_point=False)

    def _heading(self, number: int, line: str) -> None:
        self.open = None
        if line.startswith("# ") and (subject := _plain(line[2:])):
            if self.subject is not None:
                message = "A letter has one subject (“# ”); a heading within it begins with “## ”."
                self.faults.append((number, message))
            self.subject = subject
            return
        heading = _HEADING.fullmatch(line)
        if heading is None or not _plain(heading[1]):
            message = "Write “## ” and a heading; or “\\#” for a paragraph that begins with #."
            self.faults.append((number, message))
            return
        part = Part.OTHER.value if heading[2] is None else heading[2].strip()
        if part not in _WITH_HEADING:
            near = near_names(part, _WITH_HEADING)
            self.faults.append((number, f"“{part}” is not a part of a letter.{near}"))
        elif part in self.places and part != Part.OTHER.value:
            first = self.places[part]
            message = f"The part {part} stands there twice, first on line {first}: keep one."
            self.faults.append((number, message))
        self.places.setdefault(part, number)
        self.passages.append({"part": part, "heading": _plain(heading[1]), "blocks": []})

    def _add(self, words: list[str], *, as_point: bool) -> None:
        if not self.passages:
            self.passages.append({"part": Part.OPENING.value, "heading": None, "blocks": []})
        self.open = words
        self.passages[-1]["blocks"].append((words,) if as_point else words)

    def _passage(self, read: dict[str, Any]) -> dict[str, Any]:
        blocks = (
            tuple(_plain(" ".join(point)) for point in block)
            if isinstance(block, tuple)
            else _plain(" ".join(block))
            for block in read["blocks"]
        )
        return {**read, "blocks": tuple(block for block in blocks if block and block != ("",))}


_WITH_HEADING = tuple(part.value for part in Part if part is not Part.OPENING)


def _fault(error: Any) -> str:
    field = next((one for one, name in FIELDS.items() if name in error["loc"]), None)
    where = f"The line “{field}:”" if field else "The letter"
    return f"{where} can't be read: {error['msg'].removeprefix('Value error, ')}"
