"""The Ed25519 keys that sign checkpoints: the last one signs, the ones before it are kept."""

import fcntl
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.checkpoint import PublicKey, Signer, origin_of
from storage.keys import KeyProblem, key_from_text, keys_in_file, new_key_text

_NUMBERED = re.compile(r"(\d{4})([a-z]+)")


class SigningKeys:
    """An installation's keys by their ids, in order; the last one is the active one.

    Each school signs under its own name, so that one key has another public form for each.
    """

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise KeyProblem(
                "There is no key to sign checkpoints with: EVENHAND_AUDIT_KEYS is empty."
            )
        self._keys = {
            key_id: Ed25519PrivateKey.from_private_bytes(seed) for key_id, seed in keys.items()
        }

    @classmethod
    def from_text(cls, keys: Mapping[str, str]) -> Self:
        """Key ids with 32 random bytes in base64 each, the active one last. Raises KeyProblem."""
        return cls(
            {
                key_id: key_from_text(text, f"The audit key “{key_id}”")
                for key_id, text in keys.items()
            }
        )

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """The keys in `path`, one `ID KEY` a line, the active one last.

        A file with one key is made at the first start. Raises KeyProblem.
        """
        return cls.from_text(keys_in_file(path))

    @property
    def ids(self) -> tuple[str, ...]:
        """The keys' ids, the active one last."""
        return tuple(self._keys)

    @property
    def active(self) -> str:
        """The id of the key that signs."""
        return self.ids[-1]

    def signer(self, school: str, key_id: str | None = None) -> Signer:
        """The key with this id (the active one if None) as it signs for a school."""
        key = self._keys[key_id or self.active]
        return Signer(self._public(school, key), key.sign)

    def signers(self, school: str) -> list[Signer]:
        """Every key as it signs for a school, the active one last."""
        return [self.signer(school, key_id) for key_id in self._keys]

    @staticmethod
    def _public(school: str, key: Ed25519PrivateKey) -> PublicKey:
        return PublicKey(origin_of(school), key.public_key().public_bytes_raw())


def add_key(path: Path, year: int) -> str:
    """Adds a fresh key at the end of the file, which makes it the active one; returns its id.

    Two that do so at once take turns, and whoever reads meanwhile finds the old file or the new
    one. Raises KeyProblem.
    """
    with _turn(path):
        known = keys_in_file(path)
        key_id = _next_id(known, year)
        lines = [f"{known_id} {key}" for known_id, key in known.items()]
        lines.append(f"{key_id} {new_key_text()}")
        _replace(path, "\n".join(lines) + "\n")
    return key_id


def _next_id(known: Mapping[str, str], year: int) -> str:
    """2026a, 2026b, … 2026z, 2026za: the first after those of this year."""
    used = [
        found[2]
        for key_id in known
        if (found := _NUMBERED.fullmatch(key_id)) and int(found[1]) == year
    ]
    if not used:
        return f"{year}a"
    last = max(used, key=lambda letters: (len(letters), letters))
    return f"{year}{last}a" if last.endswith("z") else f"{year}{last[:-1]}{chr(ord(last[-1]) + 1)}"


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)  # which lets the next one in


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise KeyProblem(
            f"The key file {path} can't be written ({error}). Check the folder and who owns it."
        ) from error
