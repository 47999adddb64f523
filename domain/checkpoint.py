"""A checkpoint: a signed statement of all that is on a school's record, as people can keep it.

It is a *signed note* of the C2SP specifications `signed-note` and `tlog-checkpoint`: a text whose
first three lines are the origin, the size of the Merkle tree and its root in base64; here four
lines follow that people can read. Then a blank line, and one line for each signature:

    evenhand/rowan-hill
    1042
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
    number 12
    made at 2026-11-24T02:00:00Z
    covers 1042 events and 87 cases
    previous 5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e

    — evenhand/rowan-hill Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGz…

`previous` is the SHA-256 of the whole note before, signatures included, or the word `none`.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import AfterValidator, AwareDatetime, Field, ValidationError

from domain.errors import EvenhandError
from domain.policy import Frozen

ORIGIN = "evenhand/"
ED25519 = b"\x01"  # the signature type's byte in the specification
KEY_HASH_BYTES = 4
KEY_BYTES = 32
SIGNATURE_BYTES = 64
LONGEST_NOTE = 100_000  # characters: a note with sixteen signatures has some two thousand

_DASH = "— "
_MADE_AT = "%Y-%m-%dT%H:%M:%SZ"
_LINES = re.compile(
    r"(?P<origin>[^\n]+)\n"
    r"(?P<size>0|[1-9]\d{0,18})\n"
    r"(?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"number (?P<number>[1-9]\d{0,18})\n"
    r"made at (?P<made_at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\n"
    r"covers (?P<events>0|[1-9]\d{0,18}) events and (?P<cases>0|[1-9]\d{0,18}) cases\n"
    r"previous (?P<previous>none|[0-9a-f]{64})\n"
)

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class CheckpointError(EvenhandError):
    """A checkpoint, or a key for it, can't be used; the message says why."""


class NotACheckpoint(CheckpointError):
    """The text is no whole checkpoint of Evenhand."""


class WrongKey(CheckpointError):
    """None of the signatures is by a key that is known."""


class BadSignature(CheckpointError):
    """A signature under a known key does not fit the text: one of the two was changed."""


def origin_of(school: str) -> str:
    """The name under which a school's checkpoints are made and signed: `evenhand/<school>`."""
    return ORIGIN + school


def _whole_second(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


class Checkpoint(Frozen):
    """What is signed: the tree over a school's first `size` events, and what came before it.

    `root` is the tree's root, `previous` the digest of the note before (None for the first), both
    in hex; `cases` is how many cases the events belong to. `made_at` is kept to the second.
    """

    school: Annotated[str, Field(pattern=r"^[^\s+]+$")]
    number: int = Field(ge=1)
    size: int = Field(ge=0)
    root: Digest
    made_at: Annotated[AwareDatetime, AfterValidator(_whole_second)]
    cases: int = Field(ge=0)
    previous: Digest | None

    @property
    def origin(self) -> str:
        """The name under which it is signed."""
        return origin_of(self.school)

    @property
    def root_hash(self) -> bytes:
        """The root as 32 bytes."""
        return bytes.fromhex(self.root)

    @property
    def text(self) -> str:
        """The text that is signed, in its one form; it ends in a newline."""
        lines = (
            self.origin,
            str(self.size),
            base64.b64encode(self.root_hash).decode(),
            f"number {self.number}",
            f"made at {self.made_at.strftime(_MADE_AT)}",
            f"covers {self.size} events and {self.cases} cases",
            f"previous {self.previous or 'none'}",
        )
        return "".join(f"{line}\n" for line in lines)


class PublicKey(NamedTuple):
    """An Ed25519 key (32 bytes) that signs under `name`."""

    name: str
    key: bytes

    @property
    def hash(self) -> bytes:
        """The four bytes by which a signature names its key."""
        named = self.name.encode() + b"\n" + ED25519 + self.key
        return hashlib.sha256(named).digest()[:KEY_HASH_BYTES]

    @property
    def text(self) -> str:
        """The key as people pass it on: `name+hash+key`, as the signed-note tools write it."""
        key = base64.b64encode(ED25519 + self.key).decode()
        return f"{self.name}+{self.hash.hex()}+{key}"


class Signature(NamedTuple):
    """A signature (64 bytes) as it stands under a note, with what it says of its key."""

    name: str
    key_hash: bytes
    signature: bytes


class Signer(NamedTuple):
    """A key that can sign: its public half, and the function that signs bytes with it."""

    public: PublicKey
    sign: Callable[[bytes], bytes]


class SignedCheckpoint(NamedTuple):
    """A checkpoint and the whole note it was found in; its signatures are not trusted yet."""

    checkpoint: Checkpoint
    signatures: tuple[Signature, ...]
    note: str

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the whole note in UTF-8: the next checkpoint names it."""
        return hashlib.sha256(self.note.encode()).hexdigest()


def write(checkpoint: Checkpoint, signers: Sequence[Signer]) -> SignedCheckpoint:
    """The checkpoint, signed by each signer in turn."""
    signed = checkpoint.text.encode()
    signatures = tuple(
        Signature(signer.public.name, signer.public.hash, signer.sign(signed)) for signer in signers
    )
    lines = "".join(
        f"{_DASH}{one.name} {base64.b64encode(one.key_hash + one.signature).decode()}\n"
        for one in signatures
    )
    return SignedCheckpoint(checkpoint, signatures, f"{checkpoint.text}\n{lines}")


def read(note: str) -> SignedCheckpoint:
    """The checkpoint in a note, its signatures unchecked. Raises NotACheckpoint.

    Line ends of other systems and blank lines around the note, as a mail program may leave them,
    are put right; nothing else is.
    """
    if len(note) > LONGEST_NOTE:
        raise NotACheckpoint("This is not a checkpoint: it is far too long.")
    whole = note.replace("\r\n", "\n").strip("\n \ufeff") + "\n"
    if not whole.startswith(ORIGIN):
        raise NotACheckpoint(
            f"This is not a checkpoint of Evenhand: its first line does not begin with {ORIGIN}."
        )
    text, separator, below = whole.rpartition("\n\n")
    if not separator:
        raise NotACheckpoint("The checkpoint is cut short: there is no signature under it.")
    text += "\n"
    signatures = tuple(_signature(line) for line in below.splitlines())
    checkpoint = _parsed(text)
    return SignedCheckpoint(checkpoint, signatures, whole)


def verify(signed: SignedCheckpoint, keys: Iterable[PublicKey]) -> list[PublicKey]:
    """The keys, of those known, that signed the checkpoint: at least one.

    Signatures by keys that are not known count for nothing. Raises WrongKey where no known key
    signed, and BadSignature where one that is named under the note did not.
    """
    by_name = {(key.name, key.hash): key for key in keys if key.name == signed.checkpoint.origin}
    found = []
    for one in signed.signatures:
        key = by_name.get((one.name, one.key_hash))
        if key is None:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key.key).verify(
                one.signature, signed.checkpoint.text.encode()
            )
        except InvalidSignature as error:
            raise BadSignature(
                f"The signature under checkpoint {signed.checkpoint.number} does not fit it: "
                "the text or the signature was changed."
            ) from error
        found.append(key)
    if not found:
        by = ", ".join(f"{one.name} {one.key_hash.hex()}" for one in signed.signatures)
        known = ", ".join(hash_.hex() for _, hash_ in by_name) or "none"
        raise WrongKey(
            f"Checkpoint {signed.checkpoint.number} is not signed by a key that is known. It is "
            f"signed by {by}; known for {signed.checkpoint.origin}: {known}."
        )
    return found


def public_key_of(text: str) -> PublicKey:
    """The key written as `name+hash+key`. Raises CheckpointError."""
    name, _, rest = text.strip().partition("+")
    hash_, _, encoded = rest.partition("+")
    key = _decoded(encoded)
    if key is None or len(key) != 1 + KEY_BYTES or key[:1] != ED25519:
        raise CheckpointError("This is not a public key: it must be NAME+HASH+KEY on one line.")
    found = PublicKey(name, key[1:])
    if found.hash.hex() != hash_:
        raise CheckpointError(
            f"The public key of {name} was changed: its hash would be {found.hash.hex()}, "
            f"and {hash_} is written."
        )
    return found


def _parsed(text: str) -> Checkpoint:
    found = _LINES.fullmatch(text)
    if found is None:
        count = text.count("\n")
        problem = "is cut short" if count < 7 else "is not written as Evenhand writes one"
        raise NotACheckpoint(f"The checkpoint {problem}: it has {count} lines.")
    root = _decoded(found["root"])
    try:
        checkpoint = Checkpoint(
            school=found["origin"].removeprefix(ORIGIN),
            number=int(found["number"]),
            size=int(found["size"]),
            root=(root or b"").hex(),
            made_at=datetime.strptime(found["made_at"], _MADE_AT).replace(tzinfo=UTC),
            cases=int(found["cases"]),
            previous=None if found["previous"] == "none" else found["previous"],
        )
    except (ValidationError, ValueError) as error:
        raise NotACheckpoint("The checkpoint says something that can't be.") from error
    # The same statement in other letters would have another digest, and so another place.
    if checkpoint.text != text:
        raise NotACheckpoint(
            "The checkpoint contradicts itself, or is not written as Evenhand writes one."
        )
    return checkpoint


def _signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    content = _decoded(encoded)
    if not line.startswith(_DASH) or not name or content is None:
        raise NotACheckpoint("The checkpoint is damaged: what stands under it is no signature.")
    key_hash, signature = content[:KEY_HASH_BYTES], content[KEY_HASH_BYTES:]
    if len(content) <= KEY_HASH_BYTES:
        raise NotACheckpoint("The checkpoint is cut short: its signature ends too early.")
    return Signature(name, key_hash, signature)


def _decoded(encoded: str) -> bytes | None:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
