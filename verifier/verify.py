#!/usr/bin/env python3
"""Checks a bundle that Evenhand exported, with nothing but Python 3.9 or newer.

    python3 verify.py BUNDLE.zip [--checkpoint FILE] [--key FILE]

--checkpoint FILE  a checkpoint that you hold, as it was sent to you
--key FILE         a public key that you hold (a file, or the key itself: NAME+HASH+KEY)
--json             print one JSON document instead of sentences

It ends with 0 where the bundle is verified, 1 where it is not, and 2 where it was asked wrongly. It
needs no network and no part of Evenhand, changes nothing, and unpacks nothing.

What it checks, in this order: that every checkpoint names the one before, is signed, and continues
the one before (RFC 6962 consistency proofs); that every event follows from the one before it
(SHA-256 chain) and is in the tree that the newest checkpoint signed (inclusion proofs).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

DONE, NOT_VERIFIED, BAD_USAGE = 0, 1, 2
FORMAT = "evenhand-bundle/1"

MOST_MEMBERS = 200_000
LARGEST_MEMBER = 1 << 30  # bytes, unpacked
LARGEST_BUNDLE = 8 << 30  # bytes, all unpacked
LARGEST_RATIO = 1000  # times: more is a trap, not a record
LONGEST_LINE = 1 << 20  # bytes of one event, or of its proof
LONGEST_NOTE = 100_000  # characters of a checkpoint
LONGEST_TEXT = 4 << 20  # bytes of the manifest, the keys, the consistency proofs of one line
LONGEST_PROOF = 64  # hashes: no tree is higher

MANIFEST, KEYS, CONSISTENCY = "manifest.json", "keys.txt", "consistency.jsonl"
README, VERIFIER = "README.txt", "verify.py"
_NAME = re.compile(r"[^\s/\\]{1,100}")


class Unreadable(Exception):
    """The bundle, or a part of it, can't be read; the message says why."""


class BadUsage(Exception):
    """The verifier was asked wrongly; the message says what to change."""


class Fault(Exception):
    """Something does not hold; the message says what, and where."""


# --- Ed25519 signatures, after RFC 8032, section 5.1 (checking only) ---------------------------

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)

_Point = tuple[int, int, int, int]  # X, Y, Z, T: extended homogeneous coordinates


def _add(p: _Point, q: _Point) -> _Point:
    a = (p[1] - p[0]) * (q[1] - q[0]) % _P
    b = (p[1] + p[0]) * (q[1] + q[0]) % _P
    c = 2 * p[3] * q[3] * _D % _P
    d = 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _decompressed(encoded: bytes) -> _Point | None:
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if len(encoded) != 32 or y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return (x, y, 1, x * y % _P)


def _compressed(p: _Point) -> bytes:
    inverse = pow(p[2], _P - 2, _P)
    x, y = p[0] * inverse % _P, p[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


_BASE = _decompressed((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))

_NEUTRAL = (1).to_bytes(32, "little")


def signature_fits(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` (64 bytes) over `message` is by the Ed25519 `key` (32 bytes)."""
    public = _decompressed(key)
    if public is None or len(signature) != 64 or _BASE is None:
        return False
    eightfold = public
    for _ in range(3):
        eightfold = _add(eightfold, eightfold)
    if _compressed(eightfold) == _NEUTRAL:
        return False  # of small order: anything would be signed by it
    s = int.from_bytes(signature[32:], "little")
    if s >= _L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % _L
    minus = (_P - public[0], public[1], 1, _P - public[3])
    points: tuple[_Point, ...] = (_BASE, _BASE, minus, _add(_BASE, minus))
    found: _Point = (0, 1, 1, 0)
    for bit in range(max(s.bit_length(), k.bit_length()) - 1, -1, -1):  # s·B - k·A, together
        found = _add(found, found)
        which = (s >> bit & 1) | (k >> bit & 1) << 1
        if which:
            found = _add(found, points[which])
    return _compressed(found) == signature[:32]


# --- Merkle trees, after RFC 6962 and RFC 9162, section 2.1 -------------------------------------


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def leaf_of(event_hash: bytes) -> bytes:
    """The leaf of the tree for an event's hash: SHA-256(0x00 ‖ hash)."""
    return hashlib.sha256(b"\x00" + event_hash).digest()


def root_from_inclusion(position: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """The root that the proof leads to. Raises Fault where it fits no tree of this size."""
    if not 0 <= position < size:
        raise Fault(f"a tree of {size} events has no place {position}")
    place, last, found = position, size - 1, leaf
    for beside in proof:
        if last == 0:
            raise Fault("its proof is too long")
        if place & 1 or place == last:
            found = _node(beside, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = _node(found, beside)
        place, last = place >> 1, last >> 1
    if last:
        raise Fault("its proof is too short")
    return found


def check_consistency(
    old_size: int, size: int, old_root: bytes, root: bytes, proof: Sequence[bytes]
) -> None:
    """Raises Fault where the proof does not show that the new tree begins with the old one."""
    if old_size > size:
        raise Fault("it has fewer events than the one before")
    if old_size in (0, size):
        known = hashlib.sha256(b"").digest() if old_size == 0 else root
        if proof or old_root != known:
            raise Fault("it does not continue the one before")
        return
    steps = list(proof)
    if old_size & (old_size - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        raise Fault("its proof is too short")
    place, last = old_size - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = steps[0]
    for beside in steps[1:]:
        if last == 0:
            raise Fault("its proof is too long")
        if place & 1 or place == last:
            before, after = _node(beside, before), _node(beside, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = _node(after, beside)
        place, last = place >> 1, last >> 1
    if last or before != old_root or after != root:
        raise Fault("it does not continue the one before")


# --- Keys and checkpoints ----------------------------------------------------------------------


class Key(NamedTuple):
    """A public key and the name under which it signs."""

    name: str
    hash: bytes
    key: bytes


class Checkpoint(NamedTuple):
    """A checkpoint, read and not yet trusted. `text` is what is signed, `note` the whole."""

    number: int
    school: str
    size: int
    root: bytes
    made_at: datetime
    cases: int
    previous: str
    text: str
    note: str
    signatures: tuple[tuple[str, bytes, bytes], ...]

    @property
    def digest(self) -> str:
        """By which the next checkpoint names this one."""
        return hashlib.sha256(self.note.encode()).hexdigest()

    @property
    def title(self) -> str:
        """How people are told of it."""
        return f"checkpoint {self.number} of {self.made_at:%Y-%m-%d %H:%M} UTC"


_NOTE = re.compile(
    r"evenhand/(?P<school>[^\s+]+)\n"
    r"(?P<size>0|[1-9][0-9]{0,18})\n"
    r"(?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"number (?P<number>[1-9][0-9]{0,11})\n"
    r"made at (?P<made_at>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)\n"
    r"covers (?P<events>0|[1-9][0-9]{0,18}) events and (?P<cases>0|[1-9][0-9]{0,18}) cases\n"
    r"previous (?P<previous>none|[0-9a-f]{64})\n"
)


def _decoded(encoded: str) -> bytes:
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Fault("something in it is not base64") from error
    if base64.b64encode(decoded).decode() != encoded:
        raise Fault("something in it is not written as it should be")
    return decoded


def read_key(text: str) -> Key:
    """The key written as NAME+HASH+KEY. Raises Fault."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3:
        raise Fault("it is not a public key, which reads NAME+HASH+KEY")
    name, written, encoded = parts
    content = _decoded(encoded)
    if len(content) != 33 or content[0] != 1:
        raise Fault("it is not an Ed25519 public key")
    digest = hashlib.sha256(name.encode() + b"\n" + content).digest()[:4]
    if digest.hex() != written:
        raise Fault("it was changed: the key does not match its own hash")
    return Key(name, digest, content[1:])


def read_checkpoint(note: str) -> Checkpoint:
    """The checkpoint in a note. Line ends and blank lines around it are put right. Raises Fault."""
    if len(note) > LONGEST_NOTE:
        raise Fault("it is far too long")
    whole = note.replace("\r\n", "\n").strip("\n \ufeff") + "\n"
    text, separator, below = whole.rpartition("\n\n")
    if not separator:
        raise Fault("it is not a whole checkpoint: there is no signature under it")
    text += "\n"
    found = _NOTE.fullmatch(text)
    if found is None or found["size"] != found["events"]:
        raise Fault("it is not written as Evenhand writes a checkpoint")
    signatures = []
    for line in below.splitlines():
        name, _, encoded = line[2:].partition(" ")
        if not line.startswith("— ") or not name:
            raise Fault("what stands under it is no signature")
        content = _decoded(encoded)
        signatures.append((name, content[:4], content[4:]))
    try:
        made_at = datetime.fromisoformat(found["made_at"].replace("Z", "+00:00"))
    except ValueError as error:
        raise Fault("it is dated on a day that there is not") from error
    return Checkpoint(
        number=int(found["number"]),
        school=found["school"],
        size=int(found["size"]),
        root=_decoded(found["root"]),
        made_at=made_at,
        cases=int(found["cases"]),
        previous=found["previous"],
        text=text,
        note=whole,
        signatures=tuple(signatures),
    )


def signed_by(checkpoint: Checkpoint, keys: Sequence[Key]) -> list[Key]:
    """The keys that signed it. Raises Fault where a signature by one of them does not fit."""
    found = []
    for name, key_hash, signature in checkpoint.signatures:
        for key in keys:
            if (key.name, key.hash) != (name, key_hash):
                continue
            if name != f"evenhand/{checkpoint.school}":
                continue
            if not signature_fits(key.key, checkpoint.text.encode(), signature):
                raise Fault("its signature does not fit it: one of the two was changed, or forged")
            found.append(key)
    return found


# --- The bundle ---------------------------------------------------------------------------------


class Bundle:
    """The members of a bundle, none of them larger than it may be."""

    def __init__(self, path: str) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except OSError as error:
            raise BadUsage(f"{path} can't be opened: {error.strerror}.") from error
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
            raise Unreadable(
                f"{path} is not a whole zip file: it was cut short, damaged, or is something else."
            ) from error
        self.members: dict[str, zipfile.ZipInfo] = {}
        total = 0
        listed = self._zip.infolist()
        if len(listed) > MOST_MEMBERS:
            raise Unreadable(f"The bundle has {len(listed)} members: far too many.")
        for one in listed:
            if one.filename in self.members:
                raise Unreadable(f"The bundle has two members named {_shown(one.filename)}.")
            if one.file_size > LARGEST_MEMBER or (
                one.file_size > 1 << 20 and one.file_size > one.compress_size * LARGEST_RATIO
            ):
                raise Unreadable(
                    f"The bundle's member {_shown(one.filename)} would unpack to "
                    f"{one.file_size} bytes: it is no record."
                )
            if one.flag_bits & 1 or one.compress_type not in (
                zipfile.ZIP_STORED,
                zipfile.ZIP_DEFLATED,
            ):
                raise Unreadable(f"The bundle's member {_shown(one.filename)} is packed strangely.")
            total += one.file_size
            self.members[one.filename] = one
        if self._zip.comment or min((one.header_offset for one in listed), default=0):
            raise Unreadable("Something was put before or after the bundle in its file.")
        if total > LARGEST_BUNDLE:
            raise Unreadable(f"The bundle would unpack to {total} bytes: far too many.")
        for needed in (MANIFEST, KEYS, CONSISTENCY, README, VERIFIER):
            if needed not in self.members:
                raise Unreadable(f"This is no whole bundle of Evenhand: it has no {needed}.")

    def text(self, name: str, longest: int = LONGEST_TEXT) -> str:
        """A short member. Raises Unreadable."""
        content = b"\n".join(self._lines(name, longest, keep_ends=True))
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            raise Unreadable(f"{name} in the bundle is not text.") from error

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a member, without their ends. Raises Unreadable."""
        return self._lines(name, LONGEST_LINE, keep_ends=False)

    def _lines(self, name: str, longest: int, *, keep_ends: bool) -> Iterator[bytes]:
        if name not in self.members:
            raise Unreadable(f"{_shown(name)} is missing from the bundle.")
        try:
            with self._zip.open(self.members[name]) as member:
                if keep_ends:
                    content = member.read(longest + 1)
                    if len(content) > longest:
                        raise Unreadable(f"{_shown(name)} in the bundle is far too long.")
                    while member.read(1 << 16):
                        pass  # to its end, where its checksum is looked at
                    yield content
                    return
                while line := member.readline(longest + 2):
                    if not line.endswith(b"\n"):
                        raise Unreadable(f"{_shown(name)} in the bundle is cut short.")
                    yield line[:-1]
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            EOFError,
            ValueError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise Unreadable(f"{_shown(name)} in the bundle is damaged.") from error


def _shown(text: str) -> str:
    return ascii(text[:120])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands there twice")
    return found


def _json(text: str, what: str) -> Any:
    """What a text says in JSON, written in the one form in which bundles are. Raises Unreadable."""
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
        one_form = canonical_of(found) == text
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{what} is not JSON.") from error
    if not one_form:
        raise Unreadable(f"{what} is not written as a bundle is.")
    return found


def canonical_of(value: Any) -> str:
    """The value as JSON in its one form, which is that of RFC 8785 for what a bundle holds."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _no_number(word: str) -> None:
    raise ValueError(word)


def _hashes(written: Any, what: str) -> list[bytes]:
    if not isinstance(written, list) or len(written) > LONGEST_PROOF:
        raise Unreadable(f"{what} is no proof.")
    found = []
    for one in written:
        if not isinstance(one, str) or not re.fullmatch(r"[0-9a-f]{64}", one):
            raise Unreadable(f"{what} holds something that is no hash.")
        found.append(bytes.fromhex(one))
    return found


def _is_name(value: Any) -> bool:
    """Whether it may be printed, and can be part of a member's name."""
    return isinstance(value, str) and bool(_NAME.fullmatch(value)) and value.isprintable()


def _whole_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


# --- The verification ---------------------------------------------------------------------------


class Chain(NamedTuple):
    """What was found of one chain: events `first` to `last` were proved."""

    reference: str
    first: int
    last: int
    events: int
    fault: str | None
    vouched: bool  # all of it by a checkpoint that you can trust apart from the bundle


class Report:
    """What was found, for people and for programs."""

    def __init__(self) -> None:
        self.school = ""
        self.about = ""
        self.newest: Checkpoint | None = None
        self.proved = 0  # the number of the last checkpoint that holds
        self.anchor: Checkpoint | None = None
        self.anchored_by = ""
        self.chains: list[Chain] = []
        self.faults: list[str] = []

    @property
    def verified(self) -> bool:
        """Whether everything holds."""
        return not self.faults

    def facts(self) -> dict[str, Any]:
        """All of it, as a program reads it."""
        return {
            "verified": self.verified,
            "school": self.school,
            "faults": self.faults,
            "checkpoint": self.newest.number if self.newest else None,
            "checkpoints_proved": self.proved,
            "trusted": self.anchored_by or "the keys in the bundle itself",
            "chains": [
                {"reference": one.reference, "first": one.first, "last": one.last}
                for one in self.chains
            ],
        }

    def sentences(self) -> Iterator[str]:
        """All of it, as people read it."""
        if self.faults:
            yield "NOT VERIFIED."
            for fault in self.faults:
                yield f"  {fault}"
            yield from self._proved_all_the_same()
            return
        newest = self.newest
        assert newest is not None
        events = sum(one.events for one in self.chains)
        yield f"VERIFIED: {self.about} at {self.school}, up to {newest.title}."
        yield (
            f"  {_many(events, 'event')} in {_many(len(self.chains), 'chain')}: each follows from "
            "the one before it, and each is in the tree that this checkpoint signed."
        )
        for one in self.chains[:20]:
            start = "" if one.first == 1 else f" from event {one.first} on"
            yield f"  {one.reference}:{start} up to event {one.last}"
        if len(self.chains) > 20:
            yield f"  and {len(self.chains) - 20} more"
        if self.proved > 1:
            yield f"  Checkpoints 1 to {self.proved}: each signed, each continuing the one before."
        if events == newest.size:
            yield "  These are all the events that the checkpoint covers: none was left out."
        else:
            yield (
                f"  The checkpoint covers {newest.size} events: what this bundle leaves out, it "
                "says nothing about."
            )
        yield from self._trust()

    def _trust(self) -> Iterator[str]:
        if self.anchor is None:
            yield (
                "ON TRUST: the keys came with the bundle itself. Whoever made the bundle could "
                "have made the keys too. Give --checkpoint with one that you hold, or --key."
            )
            return
        yield f"Trusted: {self.anchor.title}, by {self.anchored_by}."
        beyond = [one.reference for one in self.chains if not one.vouched]
        if beyond:
            yield (
                f"ON TRUST: events after {self.anchor.title} rest on the keys that came with the "
                f"bundle ({', '.join(beyond[:5])}{', …' if len(beyond) > 5 else ''})."
            )

    def _proved_all_the_same(self) -> Iterator[str]:
        if self.proved:
            yield f"What holds all the same: checkpoints 1 to {self.proved}."
        for one in self.chains[:20]:
            if one.last >= one.first:
                yield f"  {one.reference} holds up to event {one.last}."
            elif one.fault:
                yield f"  {one.reference}: nothing was proved."


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def verify(path: str, held: Checkpoint | None = None, key: Key | None = None) -> Report:
    """Checks the bundle at `path`. Raises Unreadable where there is nothing that can be checked."""
    bundle = Bundle(path)
    report = Report()
    manifest = _manifest(bundle, report)
    checkpoints = _checkpoints(bundle, report, manifest)
    _anchor(report, checkpoints, held, key)
    seen: set[int] = set()
    for listed in manifest["cases"]:
        report.chains.append(_chain(bundle, report, listed, seen))
    return report


def _manifest(bundle: Bundle, report: Report) -> dict[str, Any]:
    manifest = _json(bundle.text(MANIFEST).rstrip("\n"), MANIFEST)
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise Unreadable(f"This is not a bundle that this verifier knows: it reads {FORMAT}.")
    cases = manifest.get("cases")
    fine = (
        _is_name(manifest.get("school"))
        and isinstance(manifest.get("about"), str)
        and _whole_number(manifest.get("checkpoint"))
        and isinstance(cases, list)
        and all(
            isinstance(one, dict)
            and _is_name(one.get("reference"))
            and _whole_number(one.get("first"))
            and _whole_number(one.get("last"))
            and 1 <= one["first"] <= one["last"]
            and isinstance(one.get("before"), str)
            and re.fullmatch(r"[0-9a-f]{64}", one["before"])
            for one in cases
        )
    )
    if not fine or not manifest["checkpoint"] or not cases:
        raise Unreadable(f"{MANIFEST} does not say what it should.")
    report.school = manifest["school"]
    report.about = ascii(manifest["about"])[1:-1][:200]
    for name in (README, VERIFIER):
        bundle.text(name)  # nothing is read from them, but they must be whole
    expected = {MANIFEST, KEYS, CONSISTENCY, README, VERIFIER}
    if manifest["checkpoint"] > len(bundle.members):
        raise Unreadable(
            f"The bundle should hold {manifest['checkpoint']} checkpoints, and does not."
        )
    expected.update(f"checkpoints/{n:06d}.txt" for n in range(1, manifest["checkpoint"] + 1))
    for one in cases:
        expected.add(f"cases/{one['reference']}/events.jsonl")
        expected.add(f"cases/{one['reference']}/proofs.jsonl")
    if len({one["reference"] for one in cases}) != len(cases):
        raise Unreadable(f"{MANIFEST} names a case twice.")
    for name in sorted(expected.difference(bundle.members)):
        report.faults.append(f"{_shown(name)} is missing from the bundle.")
    for name in sorted(set(bundle.members).difference(expected)):
        report.faults.append(f"{_shown(name)} does not belong into the bundle.")
    return manifest


def _checkpoints(bundle: Bundle, report: Report, manifest: dict[str, Any]) -> list[Checkpoint]:
    """The checkpoints that hold, in order; where one does not, those before it."""
    keys = []
    for line in bundle.text(KEYS).splitlines():
        try:
            keys.append(read_key(line))
        except Fault as fault:
            report.faults.append(f"A public key in the bundle: {fault}.")
    proofs = bundle.lines(CONSISTENCY)
    held: list[Checkpoint] = []
    for number in range(1, manifest["checkpoint"] + 1):
        name = f"checkpoints/{number:06d}.txt"
        try:
            one = read_checkpoint(bundle.text(name, LONGEST_NOTE))
            proof = _proof_of_consistency(proofs, number) if held else []
            _check_checkpoint(one, number, report.school, keys, held[-1] if held else None, proof)
        except (Fault, Unreadable) as fault:
            report.faults.append(f"Checkpoint {number}: {str(fault).rstrip('.')}.")
            break
        held.append(one)
    else:
        report.newest = held[-1]
        if next(proofs, None) is not None:
            report.faults.append(f"{CONSISTENCY} is longer than it should be.")
    report.proved = len(held)
    return held


def _proof_of_consistency(proofs: Iterator[bytes], number: int) -> list[bytes]:
    line = next(proofs, None)
    if line is None:
        raise Fault("the proof that it continues the one before is missing")
    what = f"The proof that checkpoint {number} continues the one before"
    return _hashes(_json(line.decode("utf-8", "replace"), what), what)


def _check_checkpoint(
    one: Checkpoint,
    number: int,
    school: str,
    keys: Sequence[Key],
    before: Checkpoint | None,
    proof: Sequence[bytes],
) -> None:
    if (one.number, one.school) != (number, school):
        raise Fault(f"in its place stands checkpoint {one.number} of {one.school}")
    if not signed_by(one, keys):
        raise Fault("it is not signed by any key in the bundle")
    if before is None:
        if one.previous != "none":
            raise Fault("it names one before it, which is not there")
        return
    if one.previous != before.digest:
        raise Fault("it names another checkpoint than the one before it")
    if one.made_at < before.made_at:
        raise Fault(
            "it is dated before the one before it: the clock went backwards, or a date lies"
        )
    check_consistency(before.size, one.size, before.root, one.root, proof)


def _anchor(
    report: Report, checkpoints: list[Checkpoint], held: Checkpoint | None, key: Key | None
) -> None:
    """Finds the newest checkpoint that can be trusted apart from the bundle."""
    if held is not None:
        if held.school != report.school:
            report.faults.append(f"The checkpoint that you hold is of {held.school}.")
        elif key is not None and not _signed(held, key, report):
            return
        elif held.number > len(checkpoints):
            report.faults.append(
                f"The checkpoint that you hold is number {held.number}; the bundle proves only up "
                f"to number {len(checkpoints)}. It is older than your checkpoint, or was cut."
            )
        elif checkpoints[held.number - 1].text != held.text:
            report.faults.append(
                f"Checkpoint {held.number} in the bundle is not the one that you hold: the record "
                f"was rewritten after {held.made_at:%Y-%m-%d %H:%M} UTC, or yours is not genuine."
            )
        else:
            report.anchor, report.anchored_by = held, "the checkpoint that you hold"
    if key is not None:
        signed = [one for one in checkpoints if _is_signed(one, key)]
        if not signed:
            report.faults.append(
                f"No checkpoint in the bundle is signed by the key that you gave ({key.name} "
                f"{key.hash.hex()})."
            )
        elif report.anchor is None or signed[-1].number > report.anchor.number:
            report.anchor, report.anchored_by = signed[-1], "the key that you gave"


def _signed(held: Checkpoint, key: Key, report: Report) -> bool:
    if _is_signed(held, key):
        return True
    report.faults.append("The checkpoint that you hold is not signed by the key that you gave.")
    return False


def _is_signed(one: Checkpoint, key: Key) -> bool:
    try:
        return bool(signed_by(one, [key]))
    except Fault:
        return False


def _chain(bundle: Bundle, report: Report, listed: dict[str, Any], seen: set[int]) -> Chain:
    """Follows one chain from its first event in the bundle to its last."""
    reference, first, last = listed["reference"], listed["first"], listed["last"]
    previous = bytes.fromhex(listed["before"])
    proved = first - 1
    latest: datetime | None = None
    vouched = True
    place = -1
    fault: str | None = None
    try:
        if first == 1 and previous != genesis(report.school, reference):
            raise Fault("the chain does not begin as a chain of this case does")
        events = bundle.lines(f"cases/{reference}/events.jsonl")
        proofs = bundle.lines(f"cases/{reference}/proofs.jsonl")
        for sequence in range(first, last + 1):
            content, proof = next(events, None), next(proofs, None)
            if content is None or proof is None:
                raise Fault("it is missing")
            at = _check_event(content, report.school, reference, sequence)
            if latest is not None and at < latest:
                raise Fault(
                    "it is dated before the event before it: the clock went backwards, or the "
                    "event was back-dated"
                )
            previous, place = _check_place(content, proof, previous, place, report.newest)
            if place in seen:
                raise Fault("its place in the tree is another event's")
            seen.add(place)
            vouched = vouched and report.anchor is not None and place < report.anchor.size
            latest, proved = at, sequence
        if next(events, None) is not None or next(proofs, None) is not None:
            raise Fault(f"more than event {last} is in the bundle, which says that it ends there")
    except (Fault, Unreadable) as error:
        fault = f"{reference}, event {proved + 1}: {str(error).rstrip('.')}."
        report.faults.append(fault)
    return Chain(reference, first, proved, proved - first + 1, fault, vouched)


def genesis(school: str, reference: str) -> bytes:
    """The hash before a chain's first event."""
    return hashlib.sha256(f"evenhand/case/{school}/{reference}".encode()).digest()


def _check_event(content: bytes, school: str, reference: str, sequence: int) -> datetime:
    """Whether the content is this event; when it happened. Raises Fault."""
    try:
        event = json.loads(content, object_pairs_hook=_once, parse_constant=_no_number)
        same = canonical_of(event).encode() == content
    except (ValueError, RecursionError) as error:
        raise Fault("its content is not an event") from error
    if not isinstance(event, dict) or not same:
        raise Fault("its content is not written in the one form in which events are")
    stands = (event.get("school"), event.get("reference"), event.get("sequence"))
    if stands != (school, reference, sequence) or isinstance(event.get("sequence"), bool):
        raise Fault("its content belongs to another place in the record")
    try:
        at = datetime.fromisoformat(str(event.get("at")).replace("Z", "+00:00"))
    except ValueError as error:
        raise Fault("it has no date") from error
    if at.tzinfo is None:
        raise Fault("it has no date")
    return at


def _check_place(
    content: bytes, line: bytes, previous: bytes, before: int, newest: Checkpoint | None
) -> tuple[bytes, int]:
    """The event's hash and its place in the tree. Raises Fault, or Unreadable."""
    proof = _json(line.decode("utf-8", "replace"), "its proof")
    if (
        not isinstance(proof, dict)
        or set(proof) != {"hash", "position", "proof"}
        or not _whole_number(proof["position"])
    ):
        raise Fault("its proof does not say what it should")
    found = hashlib.sha256(previous + content).digest()
    if found.hex() != proof["hash"]:
        raise Fault(
            "it does not match its hash: its content was changed, or an event before it was "
            "changed, removed or slipped in"
        )
    place: int = proof["position"]
    if place <= before:
        raise Fault("it stands in the tree before the event before it")
    path = _hashes(proof["proof"], "its proof")
    if newest is None:
        raise Fault(
            "it follows from the one before, but no checkpoint holds that could vouch for it"
        )
    if root_from_inclusion(place, newest.size, leaf_of(found), path) != newest.root:
        raise Fault(f"it is not in the tree that {newest.title} signed")
    return found, place


# --- The command --------------------------------------------------------------------------------


def _file(path: str, what: str) -> str:
    try:
        with open(path, "rb") as file:
            content = file.read(LONGEST_NOTE * 4 + 1)
        if len(content) > LONGEST_NOTE * 4:
            raise BadUsage(f"{path} is far too long for {what}.")
        return content.decode()
    except OSError as error:
        raise BadUsage(f"{path} can't be read: {error.strerror}.") from error
    except (UnicodeDecodeError, ValueError) as error:
        raise BadUsage(f"{path} is not {what}: it is no text.") from error


def _given_key(given: str) -> Key:
    text = given if "+" in given and not os.path.exists(given) else _file(given, "a public key")
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        if len(lines) != 1:
            raise Fault("there must be one key, on one line")
        return read_key(lines[0])
    except Fault as fault:
        raise BadUsage(f"The key that you gave can't be used: {fault}.") from fault


def _given_checkpoint(path: str) -> Checkpoint:
    try:
        return read_checkpoint(_file(path, "a checkpoint"))
    except Fault as fault:
        raise BadUsage(f"The checkpoint that you hold can't be read: {fault}.") from fault


def _arguments(given: Sequence[str]) -> tuple[str, dict[str, str], bool]:
    options: dict[str, str] = {}
    paths: list[str] = []
    rest = list(given)
    as_json = "--json" in rest
    rest = [one for one in rest if one != "--json"]
    while rest:
        word = rest.pop(0)
        name, separator, value = word.partition("=")
        if name in ("--checkpoint", "--key"):
            if not separator and not rest:
                raise BadUsage(f"{name} needs a file.")
            options[name] = value if separator else rest.pop(0)
        elif word.startswith("-"):
            raise BadUsage(f"There is no option {word}. Try --help.")
        else:
            paths.append(word)
    if len(paths) != 1:
        raise BadUsage("Say which bundle: python3 verify.py BUNDLE.zip. Try --help.")
    return paths[0], options, as_json


def main(given: Sequence[str]) -> int:
    """Runs the command; returns its exit code."""
    if "--help" in given or "-h" in given:
        print(__doc__)
        return DONE
    as_json = "--json" in given
    try:
        path, options, as_json = _arguments(given)
        held = _given_checkpoint(options["--checkpoint"]) if "--checkpoint" in options else None
        key = _given_key(options["--key"]) if "--key" in options else None
        report = verify(path, held, key)
    except BadUsage as problem:
        return _nothing_proved(str(problem), BAD_USAGE, as_json=as_json)
    except Unreadable as problem:
        return _nothing_proved(f"{problem} Nothing was proved.", NOT_VERIFIED, as_json=as_json)
    except Exception as error:  # whatever a strange file does to us, it is not verified
        said = f"This file can't be checked ({type(error).__name__}). Nothing was proved."
        return _nothing_proved(said, NOT_VERIFIED, as_json=as_json)
    if as_json:
        print(json.dumps(report.facts()))
    else:
        print("\n".join(report.sentences()))
    return DONE if report.verified else NOT_VERIFIED


def _nothing_proved(sentence: str, code: int, *, as_json: bool) -> int:
    print(
        json.dumps({"verified": False, "faults": [sentence]})
        if as_json
        else f"NOT VERIFIED. {sentence}"
    )
    return code


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        print("Interrupted: nothing was verified.")
        sys.exit(NOT_VERIFIED)
