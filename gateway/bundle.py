"""Exporting a part of the record, with all that an outsider needs to check it: a *bundle*."""

import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

import verifier.verify
from domain import merkle
from domain.chain import genesis
from domain.checkpoint import SignedCheckpoint
from domain.errors import EvenhandError
from gateway.bundle_readme import README
from storage.database import Database
from storage.evidence import known_keys, signed_checkpoints
from storage.placing import size_of
from storage.tables import EventRow, LedgerRow
from storage.tiles import Tiles

_NODES_KEPT = 200_000
_ROWS_AT_ONCE = 1000
_EPOCH = (1980, 1, 1, 0, 0, 0)  # a zip's earliest date: the same bundle is the same bytes

Progress = Callable[[int, int], None]


class NothingToExport(EvenhandError):
    """There is nothing to put into a bundle; the message says why."""


class RecordInDoubt(EvenhandError):
    """What would go into the bundle does not hold, so that nobody could check it."""


class BundleNotWritten(EvenhandError):
    """The file can't be written; the message says why. Nothing is left of it."""


class Exported(NamedTuple):
    """What a bundle holds. `uncovered` events were asked for and are in no checkpoint yet."""

    path: Path
    cases: int
    events: int
    checkpoint: int
    uncovered: int


class _Part(NamedTuple):
    """A chain's events from `first` to `last`; `before` is the hash before the first."""

    reference: str
    first: int
    last: int
    before: bytes


async def export(
    database: Database,
    school: str,
    out: Path,
    *,
    case: str | None = None,
    since: datetime | None = None,
    progress: Progress = lambda done, total: None,
) -> Exported:
    """Writes a bundle to `out`: one case, or every event since a moment, as far as checkpoints go.

    The same record gives the same bytes. Raises NothingToExport, RecordInDoubt, BundleNotWritten.
    """
    async with database.reading() as connection:
        return await connection.run_sync(_export, school, out, case, since, progress)


def _export(
    connection: Connection,
    school: str,
    out: Path,
    case: str | None,
    since: datetime | None,
    progress: Progress,
) -> Exported:
    keys = known_keys(connection, school)
    signed = signed_checkpoints(connection, school, keys)
    if signed.problem is not None:
        raise RecordInDoubt(
            f"The checkpoints of {school} do not hold: {signed.problem}. "
            "Run `evenhand audit verify`."
        )
    if not signed.checkpoints:
        raise NothingToExport(
            f"There is no checkpoint of {school} yet, so nothing in a bundle could be checked. "
            "Make one with `evenhand audit checkpoint`."
        )
    newest = signed.checkpoints[-1].checkpoint
    if newest.size > size_of(connection, school):
        raise RecordInDoubt(
            f"The ledger of {school} is shorter than checkpoint {newest.number} says. "
            "Run `evenhand audit verify`."
        )
    parts = list(_parts(connection, school, newest.size, case, since))
    asked = _asked_for(connection, school, case, since)
    events = sum(part.last - part.first + 1 for part in parts)
    if not parts:
        raise NothingToExport(
            f"No checkpoint covers any of the {asked} events that were asked for. Make one with "
            "`evenhand audit checkpoint`."
            if asked
            else "There are no such events on the record."
        )
    about = f"case {case}" if case else f"events since {since:%Y-%m-%d}"
    with _whole_or_not_at_all(out) as file, zipfile.ZipFile(file, "w") as bundle:
        tiles = Tiles(connection, school)
        writer = _Writer(bundle, school, lru_cache(_NODES_KEPT)(tiles.node), newest.size)
        _put(bundle, verifier.verify.README, _readme(about, signed.checkpoints[-1]))
        writer.chains(connection, parts, progress)
        _put_checkpoints(bundle, signed.checkpoints, writer.nodes)
        _put(bundle, verifier.verify.KEYS, "".join(f"{key.text}\n" for key in keys))
        _put(bundle, verifier.verify.MANIFEST, _manifest(school, about, newest.number, parts))
        _put(bundle, verifier.verify.VERIFIER, Path(verifier.verify.__file__).read_text("utf-8"))
    return Exported(out, len(parts), events, newest.number, asked - events)


class _Writer:
    """Writes chains, with a proof for each event."""

    def __init__(
        self, bundle: zipfile.ZipFile, school: str, nodes: merkle.Nodes, size: int
    ) -> None:
        self._bundle = bundle
        self._school = school
        self._size = size
        self.nodes = nodes

    def chains(self, connection: Connection, parts: Sequence[_Part], progress: Progress) -> None:
        total = sum(part.last - part.first + 1 for part in parts)
        done = 0
        for part in parts:
            with self._member(part, "events") as member:
                for (content,) in self._rows(connection, part, EventRow.content):
                    member.write(content + b"\n")
            with self._member(part, "proofs") as member:
                for digest, position in self._rows(
                    connection, part, EventRow.hash, LedgerRow.position
                ):
                    member.write(self._proof(digest, position))
            done += part.last - part.first + 1
            progress(done, total)

    def _member(self, part: _Part, what: str) -> IO[bytes]:
        return self._bundle.open(_info(f"cases/{part.reference}/{what}.jsonl"), "w")

    def _rows(self, connection: Connection, part: _Part, *columns: Any) -> Iterator[Any]:
        rows = (
            select(*columns)
            .select_from(EventRow)
            .join(
                LedgerRow,
                (LedgerRow.school == EventRow.school)
                & (LedgerRow.reference == EventRow.reference)
                & (LedgerRow.sequence == EventRow.sequence),
            )
            .where(
                EventRow.school == self._school,
                EventRow.reference == part.reference,
                EventRow.sequence.between(part.first, part.last),
            )
            .order_by(EventRow.sequence)
        )
        yield from connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(rows)

    def _proof(self, digest: bytes, position: int) -> bytes:
        path = merkle.inclusion_proof(self.nodes, position, self._size)
        line = {
            "hash": digest.hex(),
            "position": position,
            "proof": [one.hex() for one in path],
        }
        return verifier.verify.canonical_of(line).encode() + b"\n"


def _parts(
    connection: Connection, school: str, size: int, case: str | None, since: datetime | None
) -> Iterator[_Part]:
    """The chains that were asked for, as far as a tree of `size` events covers them."""
    covered = (
        select(
            EventRow.reference,
            func.min(EventRow.sequence),
            func.max(EventRow.sequence),
        )
        .join(
            LedgerRow,
            (LedgerRow.school == EventRow.school)
            & (LedgerRow.reference == EventRow.reference)
            & (LedgerRow.sequence == EventRow.sequence),
        )
        .where(EventRow.school == school, LedgerRow.position < size, *_wanted(case, since))
        .group_by(EventRow.reference)
        .order_by(EventRow.reference)
    )
    for reference, first, last in connection.execute(covered).all():
        before = genesis(school, reference)
        if first > 1:
            before = connection.scalar(
                select(EventRow.hash).where(
                    EventRow.school == school,
                    EventRow.reference == reference,
                    EventRow.sequence == first - 1,
                )
            ) or bytes(32)
        yield _Part(reference, first, last, before)


def _asked_for(
    connection: Connection, school: str, case: str | None, since: datetime | None
) -> int:
    wanted = select(func.count()).select_from(EventRow).where(EventRow.school == school)
    return connection.scalar(wanted.where(*_wanted(case, since))) or 0


def _wanted(case: str | None, since: datetime | None) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if case is not None:
        wanted.append(EventRow.reference == case)
    if since is not None:
        wanted.append(EventRow.at >= since)
    return wanted


def _put_checkpoints(
    bundle: zipfile.ZipFile, checkpoints: Sequence[SignedCheckpoint], nodes: merkle.Nodes
) -> None:
    proofs = []
    for before, one in pairwise(checkpoints):
        path = merkle.consistency_proof(nodes, before.checkpoint.size, one.checkpoint.size)
        proofs.append(verifier.verify.canonical_of([step.hex() for step in path]) + "\n")
    for one in checkpoints:
        _put(bundle, f"checkpoints/{one.checkpoint.number:06d}.txt", one.note)
    _put(bundle, verifier.verify.CONSISTENCY, "".join(proofs))


def _manifest(school: str, about: str, number: int, parts: Sequence[_Part]) -> str:
    manifest = {
        "format": verifier.verify.FORMAT,
        "school": school,
        "about": about,
        "checkpoint": number,
        "cases": [{**part._asdict(), "before": part.before.hex()} for part in parts],
    }
    return verifier.verify.canonical_of(manifest) + "\n"


def _readme(about: str, newest: SignedCheckpoint) -> str:
    checkpoint = newest.checkpoint
    title = f"A BUNDLE FROM THE RECORD OF {checkpoint.school.upper()}"
    made_at = f"{checkpoint.made_at:%A} {checkpoint.made_at.day} {checkpoint.made_at:%B %Y}"
    return README.format(
        title=f"{title}\n{'=' * len(title)}",
        about=about,
        number=checkpoint.number,
        made_at=made_at,
        name="BUNDLE.zip",
    )


def _put(bundle: zipfile.ZipFile, name: str, content: str) -> None:
    bundle.writestr(_info(name), content.encode())


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3
    info.external_attr = 0o644 << 16
    return info


@contextmanager
def _whole_or_not_at_all(out: Path) -> Iterator[IO[bytes]]:
    draft = out.with_name(f".{out.name}.draft")
    try:
        with draft.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(out)
    except OSError as error:
        raise BundleNotWritten(f"{out} can't be written: {error.strerror}.") from error
    finally:
        with suppress(OSError):
            draft.unlink()
