"""Files that are named at the command line."""

from collections.abc import Iterable
from pathlib import Path

from cli.outcome import BadUsage
from domain.errors import near_names


def require_files(files: Iterable[Path]) -> None:
    """Refuses a path at which there is no file. Raises BadUsage, with near names."""
    for file in files:
        if not file.is_file():
            beside = [str(one) for one in file.parent.glob("*") if one.is_file()]
            raise BadUsage(f"There is no file {file}.{near_names(str(file), beside)}")
