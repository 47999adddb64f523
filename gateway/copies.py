"""A person's copy as files that appear whole or not at all, for their owner's eyes alone."""

import contextlib
import hashlib
import io
import json
import os
import secrets
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from documents.held.writing import page, pdf
from domain.access_events import GivenFile
from domain.held import Held
from gateway.errors import BadRequest

Format = Literal["pdf", "html", "json"]
FORMATS: tuple[Format, ...] = ("pdf", "html", "json")
STEM = "what-is-held-about-you"  # no name stands in a file's name
FOR_THE_SCHOOL = "for-the-school.txt"
_OWNER_ALONE = 0o600


class Destination(NamedTuple):
    """Where a copy goes: each file of it, the archive that holds them (if one does), and the
    school's own file beside it."""

    folder: Path
    files: Mapping[Format, Path]
    archive: Path | None
    for_the_school: Path

    @property
    def written(self) -> list[Path]:
        """Every file that is to be there at the end."""
        copies = [self.archive] if self.archive else list(self.files.values())
        return [*copies, self.for_the_school]


def destination(out: Path, formats: tuple[Format, ...], *, force: bool) -> Destination:
    """Where a copy at `out` goes: an archive if that ends in .zip, else a folder.

    Raises BadRequest where the place does not do, or holds such files already and not `force`.
    """
    archive = out if out.suffix.casefold() == ".zip" else None
    folder = out.parent if archive else out
    if not archive and out.exists() and not out.is_dir():
        raise BadRequest(f"{out} is a file: give a folder, or a name that ends in .zip.")
    if not out.parent.is_dir():
        raise BadRequest(f"There is no folder {out.parent}: make it first.")
    beside = out.parent / f"{out.stem if archive else out.name}-{FOR_THE_SCHOOL}"
    where = Destination(folder, {one: folder / f"{STEM}.{one}" for one in formats}, archive, beside)
    there = [path for path in where.written if path.exists()]
    if there and not force:
        raise BadRequest(
            f"{', '.join(map(str, there))}: there already. Choose another place, or replace it "
            "with --force."
        )
    return where


def rendered(held: Held, formats: tuple[Format, ...]) -> dict[Format, bytes]:
    """The copy in each format, as bytes. Raises TypesettingFailed."""
    made: dict[Format, bytes] = {}
    for one in formats:
        match one:
            case "pdf":
                made[one] = pdf(held)
            case "html":
                made[one] = page(held).encode()
            case "json":
                plain = held.model_dump(mode="json")
                made[one] = (json.dumps(plain, ensure_ascii=False, indent=2) + "\n").encode()
    return made


def beside(where: Destination, files: Mapping[str, bytes], *, force: bool) -> dict[Path, bytes]:
    """Where the files that go with a copy are put: into its folder; none where an archive holds
    them. Raises BadRequest where one is there already and not `force`."""
    if where.archive:
        return {}
    placed = {where.folder / name: content for name, content in files.items()}
    there = [path for path in placed if path.exists()]
    if there and not force:
        raise BadRequest(
            f"{', '.join(map(str, there))}: there already. Choose another place, or replace it "
            "with --force."
        )
    return placed


def archived(made: Mapping[Format, bytes], files: Mapping[str, bytes], held: Held) -> bytes:
    """The copy in one ZIP archive, with the files that go with it."""
    buffer = io.BytesIO()
    when = held.made_at.timetuple()[:6]
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        named = {f"{STEM}.{one}": content for one, content in made.items()}
        for name, content in {**named, **files}.items():
            entry = zipfile.ZipInfo(name, when)
            entry.external_attr = _OWNER_ALONE << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def digests(
    made: Mapping[Format, bytes], files: Mapping[str, bytes], archive: bytes | None
) -> tuple[GivenFile, ...]:
    """What the register says of the files."""
    given: list[tuple[Literal["pdf", "html", "json", "zip", "file"], bytes]] = [*made.items()]
    given += [("file", content) for content in files.values()]
    if archive is not None:
        given.append(("zip", archive))
    return tuple(
        GivenFile(format=one, digest=hashlib.sha256(content).hexdigest()) for one, content in given
    )


@contextlib.contextmanager
def placed(where: Destination, contents: Mapping[Path, bytes]) -> Iterator[None]:
    """Writes the files aside, on the disk, before the block runs, and puts them into place after.

    If the block raises, none of them is there, and whatever was there before still is.
    """
    made_folder = not where.folder.exists()
    if made_folder:
        where.folder.mkdir(mode=0o700)
    drafts: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
            drafts[path] = draft
            _write(draft, content)
        yield
        for path, draft in drafts.items():
            draft.replace(path)
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
        if made_folder and not any(where.folder.iterdir()):
            where.folder.rmdir()


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ALONE)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
