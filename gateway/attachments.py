"""Files that come with a reply: how many and how large, what they are, and where they are kept."""

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from domain.vocabulary import MediaType
from gateway.errors import AttachmentRefused
from gateway.sniffing import media_type_of
from gateway.unfit import Unfit

MEGABYTE = 1024 * 1024
_NAME_BYTES = 255
# They turn the direction of what follows, so that “gpj.exe” reads as “exe.jpg”.
_TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Attachment(NamedTuple):
    """A file as it was handed in: its name, its bytes, and the media type it was sent with."""

    name: str
    content: bytes
    claimed: str | None = None


class Checked(NamedTuple):
    """A file that is taken, with what it was found to be."""

    name: str
    media_type: MediaType
    content: bytes


class AttachmentLimits(NamedTuple):
    """How large one file may be, in bytes, and how many may come with one reply."""

    file_bytes: int = 10 * MEGABYTE
    files: int = 10


LIMITS = AttachmentLimits()


def read_attachments(paths: Sequence[Path], limits: AttachmentLimits) -> list[Attachment]:
    """The files at `paths`; one that is too large is not read.

    Raises AttachmentRefused, and OSError where a file can't be read.
    """
    _few_enough(len(paths), limits)
    large = [
        _said(path.name, _too_large(path.stat().st_size, limits))
        for path in paths
        if path.stat().st_size > limits.file_bytes
    ]
    if large:
        raise AttachmentRefused(*large)
    found = []
    for path in paths:
        with path.open("rb") as file:
            # One byte more than is taken, in case it grew since it was looked at.
            found.append(Attachment(path.name, file.read(limits.file_bytes + 1)))
    return found


def check_attachments(files: Sequence[Attachment], limits: AttachmentLimits) -> list[Checked]:
    """What is taken of these files: all of them, each found to be what it says it is.

    Raises AttachmentRefused with a sentence for each that is not.
    """
    _few_enough(len(files), limits)
    checked, problems = [], []
    for file in files:
        try:
            checked.append(_checked(file, limits))
        except Unfit as error:
            problems.append(_said(file.name, str(error)))
    if problems:
        raise AttachmentRefused(*problems)
    return checked


def _checked(file: Attachment, limits: AttachmentLimits) -> Checked:
    name = file_name(file.name)
    if len(file.content) > limits.file_bytes:
        raise Unfit(_too_large(len(file.content), limits))
    return Checked(name, media_type_of(name, file.content, file.claimed), file.content)


def file_name(given: str) -> str:
    """The name as it is kept. Raises Unfit where it is none, or plays a trick."""
    name = unicodedata.normalize("NFC", given.strip())
    if not name or not name.strip("."):
        raise Unfit("It has no name.")
    if "/" in name or "\\" in name:
        raise Unfit("Its name leads to another folder: give the file's own name alone.")
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") for sign in name):
        raise Unfit("Its name holds signs that can't be seen. Give it a plain name.")
    if _TURNING & set(name):
        raise Unfit("Its name holds signs that turn it around. Give it a plain name.")
    if len(name.encode()) > _NAME_BYTES:
        raise Unfit("Its name is too long. Give it a shorter one.")
    return name


def _few_enough(count: int, limits: AttachmentLimits) -> None:
    if count > limits.files:
        raise AttachmentRefused(
            f"{count} files are more than the {limits.files} that may come with one reply. Send "
            "the rest with another."
        )


def _too_large(size: int, limits: AttachmentLimits) -> str:
    if size > limits.file_bytes:
        return (
            f"It is {in_words(size)}, and a file may be {in_words(limits.file_bytes)} at most. "
            "Send a smaller copy, or a part at a time."
        )
    return ""


def in_words(size: int) -> str:
    """A number of bytes as people read it: 1.2 MB, 340 kB, 12 bytes."""
    if size >= MEGABYTE:
        return f"{size / MEGABYTE:.1f}".removesuffix(".0") + " MB"
    return f"{max(1, round(size / 1024))} kB" if size >= 1024 else f"{size} bytes"


def _said(name: str, sentence: str) -> str:
    # What can't be shown as it is must not reach a terminal either.
    shown = "".join(sign if sign.isprintable() and sign not in _TURNING else "?" for sign in name)
    return f"“{shown[:80]}” is not taken. {sentence}"
