"""Where the programs are that come with our dependencies."""

import shutil
import sys
from pathlib import Path


class ProgramMissing(Exception):
    """A program of our dependencies is neither beside this Python nor on the PATH."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The program “{name}” is missing; `make install` puts it into .venv/bin.")
        self.name = name


def bundled_program(name: str) -> Path:
    """The program `name` beside this Python, else on the PATH.

    Raises ProgramMissing where it is in neither place.
    """
    # The environment's own copy is the one that the lock files pin.
    beside = Path(sys.executable).parent / name
    if beside.is_file():
        return beside
    found = shutil.which(name)
    if found is None:
        raise ProgramMissing(name)
    return Path(found)
