"""Files that are named at the command line."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from cli.outcome import BadUsage


def require_files(files: Iterable[Path]) -> None:
    """Refuses a path at which there is no file. Raises BadUsage, with the files of near names."""
    for file in files:
        if not file.is_file():
            beside = [one.name for one in file.parent.glob("*") if one.is_file()]
            near = [str(file.with_name(name)) for name in get_close_matches(file.name, beside)]
            hint = f" Did you mean {', '.join(near)}?" if near else ""
            raise BadUsage(f"There is no file {file}.{hint}")
