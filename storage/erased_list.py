"""What was destroyed, remembered outside the database, so that a restored backup brings none back.

One line each, of ids alone: `person SCHOOL ID` or `case SCHOOL REFERENCE`, separated by tabs.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, NamedTuple

KINDS = ("person", "case")


class Erased(NamedTuple):
    """A person, or a case's texts, that must never come back."""

    kind: Literal["person", "case"]
    school: str
    id: str


class ErasedListProblem(Exception):
    """The list can't be read or written; the message says why, and what to do."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"The list of what was erased, {path}, can't be used ({why}). Without it a restored "
            "backup could bring erased people back: put it right, or restore it by itself."
        )


class ErasedList:
    """The file. Lines are only ever added."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> frozenset[Erased]:
        """Everything on the list; nothing where there is no file. Raises ErasedListProblem."""
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return frozenset()
        except (OSError, UnicodeDecodeError) as error:
            raise ErasedListProblem(self.path, str(error)) from error
        found = set()
        for number, line in enumerate(lines, start=1):
            match line.split("\t"):
                case ["person", school, id_] if school and id_:
                    found.add(Erased("person", school, id_))
                case ["case", school, id_] if school and id_:
                    found.add(Erased("case", school, id_))
                case [""]:
                    pass
                case _:
                    raise ErasedListProblem(self.path, f"line {number} is not one of its lines")
        return frozenset(found)

    def add(self, erased: Iterable[Erased]) -> None:
        """Adds what is not on the list, and returns once it is on the disk.

        Raises ErasedListProblem.
        """
        known = self.read()
        lines = "".join("\t".join(one) + "\n" for one in sorted(set(erased) - known))
        if not lines:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "ab") as file:
                file.write(lines.encode())  # one write: two that add at once don't mix
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise ErasedListProblem(self.path, str(error)) from error
