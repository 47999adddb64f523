"""A school's evidence: its checkpoints and keys, and proofs that anybody can check."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from domain.actions import Actor
from domain.checkpoint import SignedCheckpoint, verify
from domain.contracts import Refusal
from domain.errors import CaseError, EvenhandError
from domain.holds import require_role
from domain.register import REGISTER, CheckpointSent
from domain.vocabulary import Role
from gateway.errors import ActionRefused, BadRequest
from gateway.stores import Stores, audit_keys_of
from settings import Settings
from storage.audit_keys import StoredKey
from storage.checkpoint_errors import NothingOnRecord
from storage.checkpoints import Made
from storage.ledger import ConsistencyProof, InclusionProof, NotInTheLedger
from storage.signing_keys import add_key
from storage.tiles import TilesDoNotFit

MAY_ROTATE = (Role.ADMINISTRATOR,)
SENT = "checkpoint:sent"


class DoesNotHold(EvenhandError):
    """What is stored is not what a checkpoint signed; the message says how."""


class CaseProof(NamedTuple):
    """Proofs that events of a case are in the tree that a checkpoint signs.

    `not_covered` are the events that came after it, `altered` those that are no longer on the
    record as they were when they were signed.
    """

    signed: SignedCheckpoint
    reference: str
    proofs: tuple[InclusionProof, ...]
    not_covered: tuple[int, ...]
    altered: tuple[int, ...]

    @property
    def holds(self) -> bool:
        """Whether every event that was asked about is proved."""
        return not self.not_covered and not self.altered


class Growth(NamedTuple):
    """The proof that the record of one checkpoint is the beginning of that of a later one."""

    old: SignedCheckpoint
    new: SignedCheckpoint
    proof: ConsistencyProof


class KeptCheckpoint(NamedTuple):
    """A checkpoint, the ids of the keys that signed it, and to how many governors it went."""

    signed: SignedCheckpoint
    signed_by: tuple[str, ...]
    sent_to: int


class Evidence:
    """The checkpoints of one school. `now` gives the present moment, aware, in UTC."""

    def __init__(
        self,
        stores: Stores,
        settings: Settings,
        school: str,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._stores = stores
        self._settings = settings
        self._school = school
        self._now = now

    async def make(self, progress: Callable[[int], None] = lambda placed: None) -> Made:
        """Makes a checkpoint of all there is. See `Checkpoints.make` for what it raises."""
        keys = audit_keys_of(self._settings)
        return await self._stores.checkpoints.make(self._school, keys, self._now(), progress)

    async def get(self, number: int | None = None) -> SignedCheckpoint:
        """The checkpoint with this number (None: the newest), its signature checked.

        Raises CheckpointNotFound, NothingOnRecord where there is none yet, and CheckpointError
        where it is damaged or forged.
        """
        checkpoints = self._stores.checkpoints
        if number is None:
            signed = await checkpoints.latest(self._school)
            if signed is None:
                raise NothingOnRecord(self._school)
        else:
            signed = await checkpoints.get(self._school, number)
        verify(signed, [stored.public for stored in await checkpoints.keys(self._school)])
        return signed

    async def all(self) -> list[KeptCheckpoint]:
        """Every checkpoint, the oldest first."""
        stored = await self._stores.checkpoints.all(self._school)
        ids = {key.public.hash: key.label for key in await self.keys()}
        sent: dict[int, int] = {}
        for entry in await self._stores.registrar.entries(self._school, about=(SENT,)):
            if isinstance(entry.event.fact, CheckpointSent):
                number = entry.event.fact.number
                sent[number] = sent.get(number, 0) + 1
        return [
            KeptCheckpoint(
                signed,
                tuple(ids.get(one.key_hash, "an unknown key") for one in signed.signatures),
                sent.get(signed.checkpoint.number, 0),
            )
            for signed in stored
        ]

    async def keys(self) -> list[StoredKey]:
        """The public keys that sign or signed, the newest last; the active one is noted first."""
        return await self._stores.checkpoints.keys(self._school)

    async def rotate(self, actor: Actor) -> Made:
        """Makes a new key the one that signs, and a checkpoint for which the old key vouches too.

        Raises ActionRefused for another role, BadRequest where the environment gives the keys,
        and whatever `make` raises, in which case the keys are as they were.
        """
        try:
            require_role(actor, MAY_ROTATE, "Changing the key that signs.")
        except CaseError as error:
            raise ActionRefused(Refusal.of(error)) from error
        if self._settings.audit_keys:
            raise BadRequest(
                "The keys come from EVENHAND_AUDIT_KEYS: add a new one at its end, as ID:KEY with "
                "a KEY from `openssl rand -base64 32`, for every worker and command. The next "
                "checkpoint notes it in the register and is signed by both."
            )
        await self.make()
        now = self._now()
        add_key(self._settings.audit_keys_file, now.year)
        keys = audit_keys_of(self._settings)
        await self._stores.checkpoints.adopt_key(self._school, keys, actor, now)
        return await self.make()

    async def prove(
        self, reference: str, sequence: int | None = None, number: int | None = None
    ) -> CaseProof:
        """Proofs for one event of a case, or for all, by checkpoint `number` (None: the newest).

        Raises CaseNotFound, BadRequest where the case has no such event, DoesNotHold, and what
        `get` raises.
        """
        stored = await self._hashes(reference)
        if sequence is not None and sequence not in stored:
            raise BadRequest(f"{reference} has events 1 to {len(stored)}, and no event {sequence}.")
        signed = await self.get(number)
        proofs, not_covered, altered = [], [], []
        for one in stored if sequence is None else [sequence]:
            try:
                proof = await self._proof(reference, one, signed)
            except NotInTheLedger:
                not_covered.append(one)
                continue
            if proof.place.event_hash.hex() == stored[one]:
                proofs.append(proof)
            else:
                altered.append(one)
        return CaseProof(signed, reference, tuple(proofs), tuple(not_covered), tuple(altered))

    async def growth(self, old: int, new: int) -> Growth:
        """The proof that checkpoint `new` covers all that `old` covered, unchanged.

        Raises BadRequest where `old` is the later one, DoesNotHold, and what `get` raises.
        """
        first, last = await self.get(old), await self.get(new)
        if old > new:
            raise BadRequest(f"Checkpoint {old} came after {new}: give the earlier one first.")
        try:
            proof = await self._consistency(first.checkpoint.size, last.checkpoint.size)
        except TilesDoNotFit:
            await self._stores.ledger.rebuild_tiles(self._school)
            proof = await self._consistency(first.checkpoint.size, last.checkpoint.size)
        for signed, root in ((first, proof.old_root), (last, proof.root)):
            self._check_root(signed, root)
        return Growth(first, last, proof)

    async def _consistency(self, old_size: int, size: int) -> ConsistencyProof:
        return await self._stores.ledger.consistency(self._school, old_size, size)

    async def _proof(
        self, reference: str, sequence: int, signed: SignedCheckpoint
    ) -> InclusionProof:
        where = (self._school, reference, sequence, signed.checkpoint.size)
        try:
            proof = await self._stores.ledger.inclusion(*where)
        except TilesDoNotFit:
            await self._stores.ledger.rebuild_tiles(self._school)
            proof = await self._stores.ledger.inclusion(*where)
        self._check_root(signed, proof.root)
        return proof

    def _check_root(self, signed: SignedCheckpoint, root: bytes) -> None:
        if root != signed.checkpoint.root_hash:
            raise DoesNotHold(
                f"The ledger is not the one that checkpoint {signed.checkpoint.number} signed: "
                "events in it were changed, removed or slipped in. Run `evenhand audit verify`."
            )

    async def _hashes(self, reference: str) -> dict[int, str]:
        """The hash (hex) of each event of a chain, by sequence."""
        if reference == REGISTER:
            entries = await self._stores.registrar.entries(self._school)
            return {entry.event.sequence: entry.hash for entry in entries}
        events = await self._stores.record.events_of(self._school, reference)
        return {event.event.sequence: event.hash for event in events}
