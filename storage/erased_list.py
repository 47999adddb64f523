"""What was destroyed, remembered outside the database, so that a restored backup brings none back.

One line each, of ids alone: `person SCHOOL ID` or `case SCHOOL REFERENCE`, separated by tabs. A
last line without its end was being written when the power went: it is written anew.
"""

import fcntl
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, NamedTuple


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
            return self._parsed(self.path.read_bytes())
        except FileNotFoundError:
            return frozenset()
        except (OSError, UnicodeDecodeError) as error:
            raise ErasedListProblem(self.path, str(error)) from error

    def add(self, erased: Iterable[Erased]) -> None:
        """Adds what is not on the list, and returns once it is on the disk.

        Raises ErasedListProblem.
        """
        wanted = set(erased)
        if wanted <= self.read():
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            with os.fdopen(handle, "r+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)  # others wait; it is free when the file closes
                content = file.read()
                missing = sorted(wanted - self._parsed(content))
                file.seek(content.rfind(b"\n") + 1)
                file.truncate()  # of a line that a power cut left half written
                file.write("".join("\t".join(one) + "\n" for one in missing).encode())
                file.flush()
                os.fsync(file.fileno())
        except (OSError, UnicodeDecodeError) as error:
            raise ErasedListProblem(self.path, str(error)) from error

    def _parsed(self, content: bytes) -> frozenset[Erased]:
        whole = content[: content.rfind(b"\n") + 1].decode()
        found = set()
        for number, line in enumerate(whole.splitlines(), start=1):
            match line.split("\t"):
                case [("person" | "case") as kind, school, id_] if school and id_:
                    found.add(Erased(kind, school, id_))
                case [""]:
                    pass
                case _:
                    raise ErasedListProblem(self.path, f"line {number} is not one of its lines")
        return frozenset(found)
