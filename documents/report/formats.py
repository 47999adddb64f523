"""The formats that a report is written in."""

from enum import StrEnum
from pathlib import Path


class Format(StrEnum):
    """What a report may be written as."""

    HTML = "html"
    PDF = "pdf"
    CSV = "csv"
    JSON = "json"


def format_named(file: Path) -> Format | None:
    """The format that a file's ending names, if it names one."""
    ending = file.suffix.removeprefix(".").lower()
    return Format(ending) if ending in {one.value for one in Format} else None
