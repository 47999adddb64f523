"""Encrypts whatever crosses Temporal, so that its histories hold nothing in clear."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Self

from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
)

from storage.keys import KeyProblem, Sealer, key_from_text, keys_in_file

ENCODING = b"binary/encrypted"
KEY_ID = "encryption-key-id"


class UnknownPayloadKey(KeyProblem):
    """A payload was encrypted under a key that is not on the keyring. `key_id` names it."""

    def __init__(self, key_id: str, known: Iterable[str]) -> None:
        self.key_id = key_id
        super().__init__(
            f"A message to or from Temporal is encrypted under the key “{key_id}”, which is not "
            f"among the keys here ({', '.join(sorted(known))}). Add it to EVENHAND_PAYLOAD_KEYS or "
            "to the key file: a key is kept for as long as histories under it are."
        )


class Keyring:
    """The keys for payloads: all of them decrypt, and the active one encrypts.

    A key is rotated by adding another and making that the active one, at every worker and client;
    no more than four thousand million payloads should be encrypted under one key.
    """

    def __init__(self, keys: Mapping[str, bytes], active: str) -> None:
        if active not in keys:
            raise KeyProblem(
                f"The active payload key “{active}” is not among the keys given "
                f"({', '.join(sorted(keys)) or 'there are none'})."
            )
        self.keys = dict(keys)
        self.active = active

    @classmethod
    def from_text(cls, keys: Mapping[str, str]) -> Self:
        """Key ids with their keys in base64, the active one last. Raises KeyProblem."""
        read = {
            key_id: key_from_text(text, f"The payload key “{key_id}”")
            for key_id, text in keys.items()
        }
        return cls(read, next(reversed(read), ""))

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """The keys in `path`, one `ID KEY` a line, the active one last.

        A file with one key is made at the first start. Raises KeyProblem.
        """
        return cls.from_text(keys_in_file(path))


class EncryptingCodec(PayloadCodec):
    """AES-256-GCM on every payload; the key's id travels in its metadata."""

    def __init__(self, keyring: Keyring) -> None:
        self._ciphers = {key_id.encode(): Sealer(key) for key_id, key in keyring.keys.items()}
        self._active_id = keyring.active.encode()
        self._active = self._ciphers[self._active_id]

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Each payload, metadata and all, inside an encrypted one."""
        key_id, seal = self._active_id, self._active.seal
        return [
            Payload(
                metadata={"encoding": ENCODING, KEY_ID: key_id},
                data=seal(payload.SerializeToString(), key_id),
            )
            for payload in payloads
        ]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """What was inside each payload; one that is not encrypted is passed on as it is.

        Raises UnknownPayloadKey, or KeyProblem where a byte was changed.
        """
        return [self._decoded(payload) for payload in payloads]

    def _decoded(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        key_id = payload.metadata.get(KEY_ID, b"")
        sealer = self._ciphers.get(key_id)
        if sealer is None:
            known = (name.decode() for name in self._ciphers)
            raise UnknownPayloadKey(key_id.decode(errors="replace"), known)
        return Payload.FromString(sealer.open(payload.data, key_id))


def encrypted_converter(keyring: Keyring) -> DataConverter:
    """The data converter for every client and worker: pydantic's JSON, encrypted.

    The words of errors are encrypted too: one may quote what somebody typed.
    """
    return DataConverter(
        payload_converter_class=PydanticPayloadConverter,
        payload_codec=EncryptingCodec(keyring),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
