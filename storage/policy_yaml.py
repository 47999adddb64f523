"""Reads a pack's YAML and remembers the line of everything that it says.

Scalars stay text and the policy's model says what each one is: YAML 1.1 would read `no` as false,
`1.10` as 1.1 and `on` as true, and a school's words must stay its words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

LARGEST_FILE = 1_000_000  # bytes
MOST_VALUES = 50_000  # with every alias written out: far beyond any code, far below harm
DEEPEST = 40
SHARED = "shared"  # the block in which a pack names what it says more than once
NAMED_BY = ("id", "track")  # what an item of a list is called by, where it has one
TAGS = frozenset(
    f"tag:yaml.org,2002:{kind}"
    for kind in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge", "value")
)
Location = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something wrong in a pack: where it is (lines count from 1), and what to do about it."""

    file: Path
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " + (f"{self.field}: " if self.field else "")
        return place + self.message


@dataclass(kw_only=True)
class Reading:
    """A pack as read: its data, and the line of each value by its location and by its name.

    The whole file is the location () and the name "", on line 1.
    """

    file: Path
    data: Any = None
    lines: dict[Location, int] = field(default_factory=lambda: {(): 1})
    named_lines: dict[str, int] = field(default_factory=lambda: {"": 1})
    names: dict[Location, str] = field(default_factory=lambda: {(): ""})
    findings: list[Finding] = field(default_factory=list)

    def find(self, line: int, name: str, message: str) -> None:
        """Adds a finding."""
        self.findings.append(Finding(file=self.file, line=line, field=name, message=message))

    def at(self, location: Location) -> tuple[int, str]:
        """The line of a location (or of the nearest thing that holds it), and its dotted name."""
        known = location
        while known not in self.lines:
            known = known[:-1]
        rest = "".join(f".{part}" for part in location[len(known) :])
        return self.lines[known], f"{self.names[known]}{rest}".lstrip(".")

    def line_of(self, name: str) -> int:
        """The line of a dotted name, or of the nearest thing that holds it."""
        while name not in self.named_lines:
            name = name.rpartition(".")[0]
        return self.named_lines[name]


class _Unreadable(Exception):
    """Stops the reading: the file can't be written out as data at all."""

    def __init__(self, line: int, name: str, message: str) -> None:
        super().__init__(message)
        self.line, self.name, self.message = line, name, message


def read_yaml(path: Path) -> Reading:
    """The data in the file at `path`; whatever keeps it from being read is in its findings."""
    reading = Reading(file=path)
    try:
        raw = path.read_bytes()
        if len(raw) > LARGEST_FILE:
            message = f"This file is larger than {LARGEST_FILE:,} bytes; a code is far smaller."
            raise _Unreadable(1, "", message)
        root = yaml.compose(raw.decode("utf-8-sig"), Loader=yaml.SafeLoader)
        if not isinstance(root, yaml.MappingNode):
            message = "A pack is a list of fields, such as policy, title and ladders."
            raise _Unreadable(1, "", message)
        reading.data = _Writer(reading).write(root)
    except _Unreadable as error:
        reading.find(error.line, error.name, error.message)
    except FileNotFoundError:
        reading.find(1, "", "There is no such file: check its folder and name.")
    except OSError as error:
        reading.find(1, "", f"This file can't be read: {error.strerror}.")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        reading.find(line, "", "This is not text in UTF-8: save the file as that.")
    except yaml.MarkedYAMLError as error:
        _broken(reading, error)
    except yaml.reader.ReaderError as error:
        line = raw.decode("utf-8-sig")[: error.position].count("\n") + 1
        reading.find(line, "", "A character that can't be printed stands here: take it out.")
    except RecursionError:
        reading.find(1, "", f"Lists stand inside lists more than {DEEPEST} deep.")
    return reading


PLAIN = (
    ("'\\t'", "a tab stands here; YAML is indented with spaces alone"),
    ("undefined alias", "*{name} is not known here: write &{name} where it is first said, above"),
    ("duplicate anchor", "&{name} is written twice: give this one another name"),
    ("mapping values are not allowed", "a colon stands where none can be; put the text in quotes"),
    ("could not find expected ':'", "a field's name needs a colon after it"),
    ("expected <block end>", "the indentation here does not fit the lines above"),
    ("single document", "a second document begins here (---); keep one code in one file"),
    ("unexpected end of stream", "the file ends inside a quoted text; close its quote"),
)
"""What PyYAML says, and what it means."""


def _broken(reading: Reading, error: yaml.MarkedYAMLError) -> None:
    mark = error.problem_mark or error.context_mark
    said = f"{error.context or ''} {error.problem or ''}"
    quoted = re.search(r"'([^']+)'", said)
    plain = next((plain for sign, plain in PLAIN if sign in said), (error.problem or "").strip())
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    why = plain.format(name=quoted[1]) if quoted and "{name}" in plain else plain
    reading.find(line, "", f"This is not YAML (line {line}, column {column}): {why}.")


class _Writer:
    """Writes nodes out as data, aliases and merges included, with the line of each value."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.values = 0
        self.inside: list[int] = []

    def write(self, root: yaml.MappingNode) -> dict[str, Any]:
        data: dict[str, Any] = self._value(root, (), "")
        data.pop(SHARED, None)
        return data

    def _value(self, node: yaml.Node, location: Location, name: str) -> Any:
        line = node.start_mark.line + 1
        self.values += 1
        if self.values > MOST_VALUES:
            raise _Unreadable(line, name, f"Aliases write out to over {MOST_VALUES:,} values.")
        if len(self.inside) > DEEPEST or id(node) in self.inside:
            raise _Unreadable(line, name, f"Lists stand inside lists more than {DEEPEST} deep.")
        if node.tag not in TAGS:
            self.reading.find(line, name, f"The tag {node.tag} is not for a pack: take it out.")
            return None
        self.inside.append(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, location, name)
            if isinstance(node, yaml.SequenceNode):
                return self._list(node, location, name)
            return None if node.tag == "tag:yaml.org,2002:null" else node.value
        finally:
            self.inside.pop()

    def _mapping(self, node: yaml.MappingNode, location: Location, name: str) -> dict[str, Any]:
        written: dict[str, Any] = {}
        for key, (key_node, value) in self._fields(node, name).items():
            at, called = (*location, key), f"{name}.{key}".lstrip(".")
            self._remember(at, called, key_node)
            written[key] = self._value(value, at, called)
        return written

    def _list(self, node: yaml.SequenceNode, location: Location, name: str) -> list[Any]:
        written = []
        for number, item in enumerate(node.value):
            at, called = (*location, number), f"{name}{_called(item, number)}"
            self._remember(at, called, item)
            written.append(self._value(item, at, called))
        return written

    def _remember(self, location: Location, name: str, node: yaml.Node) -> None:
        line = node.start_mark.line + 1
        self.reading.lines[location] = self.reading.named_lines[name] = line
        self.reading.names[location] = name

    def _fields(
        self, node: yaml.MappingNode, name: str
    ) -> dict[str, tuple[yaml.ScalarNode, yaml.Node]]:
        """Each field of a mapping; what it says itself goes before what it merges with `<<`."""
        own: dict[str, tuple[yaml.ScalarNode, yaml.Node]] = {}
        merged: dict[str, tuple[yaml.ScalarNode, yaml.Node]] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self.reading.find(line, name, "A field's name is one word, not a list.")
            elif key.tag == "tag:yaml.org,2002:merge":
                for source in self._merged(value, line, name):
                    merged = self._fields(source, name) | merged
            elif key.value in own:
                first = own[key.value][0].start_mark.line + 1
                called = f"{name}.{key.value}".lstrip(".")
                message = f"{key.value} is written twice, first on line {first}: leave one out."
                self.reading.find(line, called, message)
            else:
                own[key.value] = (key, value)
        return merged | own

    def _merged(self, node: yaml.Node, line: int, name: str) -> Iterator[yaml.MappingNode]:
        for source in node.value if isinstance(node, yaml.SequenceNode) else [node]:
            self.values += 1
            if not isinstance(source, yaml.MappingNode):
                self.reading.find(line, name, "<<: takes the fields of a block, such as *promises.")
            elif id(source) in self.inside:
                raise _Unreadable(line, name, "A block can't be merged into itself.")
            elif self.values > MOST_VALUES:
                raise _Unreadable(line, name, f"Merges write out to over {MOST_VALUES:,} values.")
            else:
                self.inside.append(id(source))
                yield source
                self.inside.pop()


def _called(item: yaml.Node, number: int) -> str:
    if isinstance(item, yaml.MappingNode):
        said = {k.value: v.value for k, v in item.value if isinstance(v, yaml.ScalarNode)}
        for key in NAMED_BY:
            if said.get(key):
                return f".{said[key]}"
    return f"[{number}]"
