"""Checkpoints: made over all that is on a school's record, kept for ever, each naming the last."""

import contextlib
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection, Select, exists, func, insert, select

from domain.actions import SYSTEM, Actor
from domain.checkpoint import (
    Checkpoint,
    CheckpointError,
    PublicKey,
    SignedCheckpoint,
    Signer,
    read,
    verify,
    write,
)
from domain.register import REGISTER
from storage.audit_keys import StoredKey, adopt_key, keys_of
from storage.checkpoint_errors import (
    CheckpointNotFound,
    CheckpointRefused,
    ClockWentBack,
    NothingOnRecord,
)
from storage.database import Database
from storage.ledger import Ledger, root_at
from storage.placing import LedgerError, hold_ledger, size_of
from storage.signing_keys import SigningKeys
from storage.tables import CheckpointRow, EventRow, LedgerRow
from storage.tiles import TilesDoNotFit
from storage.views import Views, seal_views

_NEAR = 3


class Made(NamedTuple):
    """A checkpoint, and whether it is new; if not, nothing had happened since it was made."""

    signed: SignedCheckpoint
    new: bool


class Checkpoints:
    """The checkpoints of all schools, and the public keys they are verified with."""

    def __init__(self, database: Database, ledger: Ledger, views: Views | None = None) -> None:
        self._database = database
        self._ledger = ledger
        self._views = views

    async def make(
        self,
        school: str,
        keys: SigningKeys,
        now: datetime,
        progress: Callable[[int], None] = lambda placed: None,
    ) -> Made:
        """Signs all that is on a school's record at this moment (`now`, aware).

        Where nothing happened since the last checkpoint, and nobody looked, that one stands and is
        returned; so it does for the second of two who make one at once. Stopped at any point, it
        may be begun again. Raises CheckpointRefused, which says what was signed before;
        NothingOnRecord.
        """
        if self._views is not None:
            await self._views.enter_waiting()
        last = await self._database.transact(partial(_begin, school, keys, now))
        try:
            return await self._place_and_sign(school, keys, now, progress)
        except TilesDoNotFit:
            await self._ledger.rebuild_tiles(school)
        except LedgerError as error:
            raise CheckpointRefused(str(error), last) from error
        try:
            return await self._place_and_sign(school, keys, now, progress)
        except TilesDoNotFit as error:
            raise CheckpointRefused(
                f"The ledger of {school} no longer begins with what was signed: places in it were "
                "changed.",
                last,
            ) from error

    async def _place_and_sign(
        self, school: str, keys: SigningKeys, now: datetime, progress: Callable[[int], None]
    ) -> Made:
        await self._ledger.place_new_events(school, progress)
        return await self._database.transact(partial(_sign, school, keys, now))

    async def adopt_key(self, school: str, keys: SigningKeys, actor: Actor, now: datetime) -> bool:
        """Notes the active key in the school's register before it first signs; whether it was new.

        So a new key, whoever put it there, is an event like any other.
        """
        return await self._database.transact(lambda c: adopt_key(c, school, keys, actor, now))

    async def latest(self, school: str) -> SignedCheckpoint | None:
        """The newest checkpoint; None where there is none. Raises NotACheckpoint if damaged."""
        async with self._database.reading() as connection:
            return await connection.run_sync(_latest, school)

    async def get(self, school: str, number: int) -> SignedCheckpoint:
        """The checkpoint with this number. Raises CheckpointNotFound, NotACheckpoint."""
        rows = select(CheckpointRow.note).where(
            CheckpointRow.school == school, CheckpointRow.number == number
        )
        near = (
            select(CheckpointRow.number)
            .where(CheckpointRow.school == school)
            .order_by(func.abs(CheckpointRow.number - number))
            .limit(_NEAR)
        )
        async with self._database.reading() as connection:
            note = await connection.scalar(rows)
            if note is None:
                numbers = (await connection.scalars(near)).all()
                raise CheckpointNotFound(school, number, sorted(numbers))
        return read(note)

    async def all(self, school: str) -> list[SignedCheckpoint]:
        """Every checkpoint of a school, the oldest first. Raises NotACheckpoint if damaged."""
        notes = (
            select(CheckpointRow.note)
            .where(CheckpointRow.school == school)
            .order_by(CheckpointRow.number)
        )
        async with self._database.reading() as connection:
            return [read(note) for note in await connection.scalars(notes)]

    async def keys(self, school: str) -> list[StoredKey]:
        """The public keys that sign or signed a school's checkpoints, the newest last."""
        async with self._database.reading() as connection:
            return await connection.run_sync(keys_of, school)


def _begin(
    school: str, keys: SigningKeys, now: datetime, connection: Connection
) -> Checkpoint | None:
    """The last checkpoint, if it can be followed by another now; the active key is noted, and who
    looked since then is sealed."""
    on_record = connection.scalar(select(exists().where(EventRow.school == school)))
    last = _last_that_is_ours(connection, school, keys)
    if last is None and not on_record:
        raise NothingOnRecord(school)
    _check_clock(last and last.checkpoint, now)
    adopt_key(connection, school, keys, SYSTEM, now)
    # Who looked is sealed by an entry of the register, which this checkpoint then covers.
    seal_views(connection, school, SYSTEM, now)
    return last and last.checkpoint


def _sign(school: str, keys: SigningKeys, now: datetime, connection: Connection) -> Made:
    hold_ledger(connection, school)
    last = _last_that_is_ours(connection, school, keys)
    size = size_of(connection, school)
    signers = [keys.signer(school)]
    if last is not None:
        _check_beginning(connection, last.checkpoint)
        if last.checkpoint.size == size:
            return Made(last, new=False)
        _check_clock(last.checkpoint, now)
        signers += _vouching(last, keys)
    checkpoint = _next(connection, school, size, last, now)
    signed = write(checkpoint, signers)
    connection.execute(
        insert(CheckpointRow),
        {
            "school": school,
            "number": checkpoint.number,
            "size": size,
            "made_at": checkpoint.made_at,
            "digest": signed.digest,
            "note": signed.note,
        },
    )
    return Made(signed, new=True)


def _next(
    connection: Connection, school: str, size: int, last: SignedCheckpoint | None, now: datetime
) -> Checkpoint:
    begun = last.checkpoint.size if last else 0
    opened = (
        select(func.count())
        .select_from(LedgerRow)
        .where(
            LedgerRow.school == school,
            LedgerRow.position >= begun,
            LedgerRow.sequence == 1,
            LedgerRow.reference != REGISTER,
        )
    )
    return Checkpoint(
        school=school,
        number=last.checkpoint.number + 1 if last else 1,
        size=size,
        root=root_at(connection, school, size).hex(),
        made_at=now,
        cases=(last.checkpoint.cases if last else 0) + (connection.scalar(opened) or 0),
        previous=last.digest if last else None,
    )


def _vouching(last: SignedCheckpoint, keys: SigningKeys) -> list[Signer]:
    """The key of the last checkpoint, where another signs now and we still have it: whoever trusts
    the old key can follow to the new one."""
    active = keys.signer(last.checkpoint.school).public
    ours = {
        signer.public.hash: signer
        for signer in keys.signers(last.checkpoint.school)
        if signer.public != active
    }
    if any(one.key_hash == active.hash for one in last.signatures):
        return []
    return [ours[one.key_hash] for one in last.signatures if one.key_hash in ours][:1]


def _last_that_is_ours(
    connection: Connection, school: str, keys: SigningKeys
) -> SignedCheckpoint | None:
    """The newest checkpoint; None where there is none. Raises CheckpointRefused if it is forged."""
    known = [stored.public for stored in keys_of(connection, school)]
    known += [signer.public for signer in keys.signers(school)]
    note = connection.scalar(_newest(school).limit(1))
    try:
        return None if note is None else _verified(note, known)
    except CheckpointError as error:
        sound = None
        for earlier in connection.scalars(_newest(school)).all():
            with contextlib.suppress(CheckpointError):
                sound = _verified(earlier, known).checkpoint
                break
        raise CheckpointRefused(str(error), sound) from error


def _verified(note: str, known: list[PublicKey]) -> SignedCheckpoint:
    signed = read(note)
    verify(signed, known)
    return signed


def _newest(school: str) -> Select[str]:
    return (
        select(CheckpointRow.note)
        .where(CheckpointRow.school == school)
        .order_by(CheckpointRow.number.desc())
    )


def _check_beginning(connection: Connection, last: Checkpoint) -> None:
    there = size_of(connection, last.school)
    if there < last.size:
        raise CheckpointRefused(
            f"The ledger of {last.school} has {there} events, fewer than checkpoint {last.number} "
            f"signed ({last.size}): events were removed.",
            last,
        )
    if root_at(connection, last.school, last.size) != last.root_hash:
        raise TilesDoNotFit(last.school)


def _check_clock(last: Checkpoint | None, now: datetime) -> None:
    if last is None or now >= last.made_at:
        return
    raise ClockWentBack(
        f"This machine's clock says {now:%Y-%m-%d %H:%M:%S} UTC, which is before the last "
        f"checkpoint was made ({last.made_at:%Y-%m-%d %H:%M:%S} UTC). A checkpoint is never dated "
        "before the one before it: set the clock right.",
        last,
    )


def _latest(connection: Connection, school: str) -> SignedCheckpoint | None:
    note = connection.scalar(_newest(school).limit(1))
    return None if note is None else read(note)
