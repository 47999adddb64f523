"""Office documents are archives inside: what must be in one, and what must not."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Literal
from xml.etree import ElementTree

from domain.vocabulary import MediaType
from gateway.unfit import Unfit

UNPACKED_BYTES = 300 * 1024 * 1024
"""A document that would take more than this once it is open is taken for an attack."""
_PARTS = 5000
_PART_BYTES = 1024 * 1024  # of those that are looked into
_STARTS = b"PK\x03\x04"
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ElementTree.ParseError,
    NotImplementedError,
    RuntimeError,
    LookupError,
    ValueError,
    OverflowError,
    EOFError,
    OSError,
)
_PROGRAMS = (b"MZ", b"\x7fELF")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_MACROS = "It holds macros, which are programs. Save it without them, or as PDF."
_PASSWORD = "It is protected by a password. Save it without one."
_IS_DAMAGED = "It is damaged, and can't be opened. Save it anew and send that."
_WORD_PART = b"wordprocessingml.document.main+xml"
_FETCHED = ("/attachedTemplate", "/oleObject", "/frame", "/subDocument")
_ELSEWHERE = re.compile(r"(?:https?|ftp|mhtml|ms-\w+):|\\\\|//|file:(?://[^/]|////|\\\\)", re.I)

Kind = MediaType | Literal["sheet or slides"]


def is_archive(content: bytes, *, anywhere: bool = False) -> bool:
    """Whether a file is a ZIP archive, or (`anywhere`) whether one ends where it ends."""
    if not anywhere:
        return content.startswith(_STARTS)
    try:
        return zipfile.is_zipfile(io.BytesIO(content))
    except _DAMAGED:
        return False


def kind_of_archive(content: bytes) -> Kind | None:
    """Which document an archive is; None where it is none, or can't be read.

    Raises Unfit where it is one that may do harm.
    """
    try:
        with _opened(content) as archive:
            names = set(archive.namelist())
            types = _read(archive, "[Content_Types].xml") if _TYPES in names else b""
            mime = _read(archive, "mimetype") if "mimetype" in names else b""
    except Unfit:
        return None
    if _has_macros(names, types):
        raise Unfit(_MACROS)
    if _WORD_PART in types:
        return MediaType.WORD
    if mime.strip() == MediaType.OPEN_DOCUMENT.encode():
        return MediaType.OPEN_DOCUMENT
    others = b"spreadsheetml.sheet.main" in types or b"presentationml" in types
    return "sheet or slides" if others or b"opendocument" in mime else None


_TYPES = "[Content_Types].xml"


def check_word(content: bytes) -> None:
    """Refuses a Word document that may do harm, or is none. Raises Unfit."""
    with _opened(content) as archive:
        names = set(archive.namelist())
        types = _read(archive, _TYPES) if _TYPES in names else b""
        if _has_macros(names, types):
            raise Unfit(_MACROS)
        if _WORD_PART not in types:
            raise Unfit("It is no Word document inside, but an archive of something else.")
        _no_programs(archive)
        for relations in (name for name in names if name.endswith(".rels")):
            if any(_fetched(_read(archive, relations))):
                raise Unfit("It fetches a part of itself from elsewhere. Save it as PDF.")


def check_open_document(content: bytes) -> None:
    """Refuses an OpenDocument text that may do harm, or is none. Raises Unfit."""
    with _opened(content) as archive:
        names = set(archive.namelist())
        if "mimetype" not in names or _read(archive, "mimetype").strip() != (
            MediaType.OPEN_DOCUMENT.encode()
        ):
            raise Unfit("It is no OpenDocument text inside, but an archive of something else.")
        if any(name.startswith(("Basic/", "Scripts/")) for name in names):
            raise Unfit(_MACROS)
        manifest = "META-INF/manifest.xml"
        if manifest in names and b"encryption-data" in _read(archive, manifest):
            raise Unfit(_PASSWORD)
        _no_programs(archive)


def _has_macros(names: set[str], types: bytes) -> bool:
    return b"macroenabled" in types.lower() or any(
        name.lower().endswith("vbaproject.bin") for name in names
    )


def _no_programs(archive: zipfile.ZipFile) -> None:
    for name in archive.namelist():
        first = _read(archive, name, 8)
        if first.startswith(_PROGRAMS):
            raise Unfit("A program is hidden in it.")
        if first.startswith(_OLD_OFFICE) or name.lower().startswith("word/activex/"):
            raise Unfit("It holds an object of another program. Save it as PDF.")


def _fetched(relations: bytes) -> Iterator[bool]:
    if b"<!DOCTYPE" in relations or b"<!ENTITY" in relations:
        raise Unfit(_IS_DAMAGED)
    try:
        root = ElementTree.fromstring(relations)
    except _DAMAGED:
        raise Unfit(_IS_DAMAGED) from None
    for one in root.iter():
        outside = one.get("TargetMode", "").lower() == "external"
        fetched = one.get("Type", "").endswith(_FETCHED)
        yield outside and fetched and bool(_ELSEWHERE.match(one.get("Target", "")))


def _opened(content: bytes) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = archive.infolist()
    except _DAMAGED:
        raise Unfit(_IS_DAMAGED) from None
    if any(part.flag_bits & 1 for part in parts):
        raise Unfit(_PASSWORD)
    if len(parts) > _PARTS or sum(part.file_size for part in parts) > UNPACKED_BYTES:
        raise Unfit("It would grow far too large when it is opened.")
    if any(".." in re.split(r"[/\\]", part.filename) for part in parts):
        raise Unfit("A name in it leads out of it.")
    return archive


def _read(archive: zipfile.ZipFile, name: str, most: int = _PART_BYTES) -> bytes:
    try:
        with archive.open(name) as part:
            return part.read(most)
    except _DAMAGED:
        raise Unfit(_IS_DAMAGED) from None
