"""Keys: one master key, which wraps each person's own key; AES-256-GCM throughout.

Destroying a person's wrapped key makes everything under it unreadable, in backups too.
"""

import base64
import binascii
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
FIRST_KEY = "first"  # the id of the key that a file is made with
NONCE_BYTES = 12
_FOR_OTHERS = 0o077


class KeyProblem(Exception):
    """A key is missing, malformed or wrong; the message says which, and what to do."""


class Sealer:
    """Seals bytes under one key: a fresh nonce, then the ciphertext with its tag."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, plain: bytes, bound_to: bytes) -> bytes:
        """The sealed bytes, which open only together with the same `bound_to`."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, bound_to)

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        """What was sealed. Raises KeyProblem under another key, or where a byte was changed."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)
        except (InvalidTag, ValueError) as error:
            raise KeyProblem(
                "What is stored does not open under this key: it was sealed under another one, "
                "or it was changed. Check that the key file belongs to this database."
            ) from error


class PersonCipher:
    """Encrypts what is about one person, bound to the person's id and to what it is."""

    def __init__(self, person: str, key: bytes) -> None:
        self._person = person
        self._sealer = Sealer(key)

    def encrypt(self, plain: bytes, field: str) -> bytes:
        """The ciphertext of `field`; it can be moved neither to another person nor field."""
        return self._sealer.seal(plain, self._bound_to(field))

    def decrypt(self, sealed: bytes, field: str) -> bytes:
        """What was encrypted as `field`. Raises KeyProblem."""
        return self._sealer.open(sealed, self._bound_to(field))

    def _bound_to(self, field: str) -> bytes:
        return f"evenhand/person/{self._person}/{field}".encode()


class MasterKey:
    """The key that wraps every person's key. It is 32 bytes, and never in the database."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise KeyProblem(
                f"The master key has {len(key)} bytes; it needs {KEY_BYTES}. Make one with "
                "`openssl rand -base64 32`."
            )
        self._key = key
        self._sealer = Sealer(key)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The key written in base64. Raises KeyProblem, without repeating what was given."""
        return cls(key_from_text(text, "The master key"))

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """The key in `path`, made there at the first start. Raises KeyProblem."""
        return cls(key_from_text(read_or_create(path, new_key_text), f"The key in {path}"))

    def new_person_key(self, person: str) -> tuple[bytes, PersonCipher]:
        """A fresh key for a person: wrapped, to be stored, and as the cipher it makes."""
        key = secrets.token_bytes(KEY_BYTES)
        return self._sealer.seal(key, _wrapping(person)), PersonCipher(person, key)

    def person_cipher(self, person: str, wrapped: bytes) -> PersonCipher:
        """The cipher of a person's stored key. Raises KeyProblem under another master key."""
        return PersonCipher(person, self._sealer.open(wrapped, _wrapping(person)))

    def derived(self, purpose: str) -> bytes:
        """32 bytes that follow from this key for one purpose, and tell nothing of it."""
        info = f"evenhand/derived/{purpose}".encode()
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(self._key)


def new_key_text() -> str:
    """A fresh key of 32 bytes, in base64."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def key_from_text(text: str, what: str) -> bytes:
    """The 32 bytes written in base64. Raises KeyProblem that begins with `what`."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error as error:
        raise KeyProblem(
            f"{what} is not base64. Make one with `openssl rand -base64 32`."
        ) from error
    if len(key) != KEY_BYTES:
        raise KeyProblem(
            f"{what} has {len(key)} bytes; it needs {KEY_BYTES}. Make one with "
            "`openssl rand -base64 32`."
        )
    return key


def read_or_create(path: Path, content: Callable[[], str]) -> str:
    """The text of a secret file, made with `content()` if it is not there yet.

    Two processes that start at once agree on one. The file is on the disk before this returns,
    and only its owner may read it. Raises KeyProblem where others may, or it can't be made.
    """
    try:
        if not path.exists():
            _create(path, content() + "\n")
        _refuse_if_open_to_others(path)
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KeyProblem(
            f"The key file {path} can't be used ({error}). Check the folder and who owns it."
        ) from error


def keys_in_file(path: Path) -> dict[str, str]:
    """Keys in base64 by their ids, from a file with one `ID KEY` a line, in the file's order.

    A file with one key is made at the first start. Raises KeyProblem.
    """
    lines = read_or_create(path, lambda: f"{FIRST_KEY} {new_key_text()}").splitlines()
    keys: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        key_id, _, key = line.strip().partition(" ")
        if not key or key_id in keys:
            raise KeyProblem(
                f"{path}, line {number}: write one `ID KEY` a line, each id once and each key "
                "in base64."
            )
        keys[key_id] = key
    return keys


def _create(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written aside and linked into place: nobody ever reads half a key, nor replaces a whole one.
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return  # another process was first; its key is the one
    finally:
        draft.unlink()
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refuse_if_open_to_others(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & _FOR_OTHERS:
        raise KeyProblem(
            f"The key file {path} may be read by others (mode {mode:04o}). Whoever read it can do "
            f"all that the key is for: close it with `chmod 600 {path}`, and think about who did."
        )


def _wrapping(person: str) -> bytes:
    return f"evenhand/wrapped-key/{person}".encode()
