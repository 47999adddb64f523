"""Checking Ed25519 signatures without a library: as RFC 8032 says, and as `cryptography` does."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import example, given
from hypothesis import strategies as st

from verifier.verify import signature_fits

ORDER = 2**252 + 27742317777372353535851937790883648493


@pytest.mark.parametrize(
    ("key", "message", "signature"),
    [
        pytest.param(
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701"
            "cf9b46bd25bf5f0595bbe24655141438e7a100b",
            id="RFC 8032, 7.1, TEST 1",
        ),
        pytest.param(
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d"
            "0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            id="RFC 8032, 7.1, TEST 2",
        ),
        pytest.param(
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984"
            "dc6594a7c15e9716ed28dc027beceea1ec40a",
            id="RFC 8032, 7.1, TEST 3",
        ),
    ],
)
def test_published_vectors(key: str, message: str, signature: str) -> None:
    signed = bytes.fromhex(signature)

    assert signature_fits(bytes.fromhex(key), bytes.fromhex(message), signed)
    assert not signature_fits(bytes.fromhex(key), bytes.fromhex(message) + b"x", signed)


@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=300))
def test_what_the_library_signs_fits(seed: bytes, message: bytes) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    key, signature = private.public_key().public_bytes_raw(), private.sign(message)

    assert signature_fits(key, message, signature)
    # The same signature with the group's order added to its second half: RFC 8032 refuses it.
    s = int.from_bytes(signature[32:], "little") + ORDER
    assert not signature_fits(key, message, signature[:32] + s.to_bytes(32, "little"))


@given(
    seed=st.binary(min_size=32, max_size=32),
    message=st.binary(min_size=1, max_size=100),
    part=st.sampled_from(["key", "message", "signature"]),
    data=st.data(),
)
def test_both_say_the_same_of_what_was_changed(
    seed: bytes, message: bytes, part: str, data: st.DataObject
) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    parts = {
        "key": private.public_key().public_bytes_raw(),
        "message": message,
        "signature": private.sign(message),
    }
    changed = bytearray(parts[part])
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    parts[part] = bytes(changed)

    fits = signature_fits(parts["key"], parts["message"], parts["signature"])

    assert fits == _library(**parts)
    assert not fits


@given(
    key=st.binary(min_size=32, max_size=32),
    signature=st.binary(min_size=64, max_size=64),
    message=st.binary(max_size=20),
)
@example(key=bytes(32), signature=bytes(64), message=b"")  # of small order: signs anything
def test_noise_is_no_signature(key: bytes, signature: bytes, message: bytes) -> None:
    assert not signature_fits(key, message, signature)


@pytest.mark.parametrize(("key", "signature"), [(31, 64), (33, 64), (32, 63), (32, 65), (0, 0)])
def test_lengths(key: int, signature: int) -> None:
    assert not signature_fits(bytes(key), b"", bytes(signature))


def _library(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
