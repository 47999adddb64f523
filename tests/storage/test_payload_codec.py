"""What crosses Temporal is encrypted, and stays readable when keys rotate."""

import stat
from pathlib import Path

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.exceptions import ApplicationError

from domain.contracts import RecordEvents
from storage.keys import KeyProblem
from storage.payload_codec import (
    ENCODING,
    KEY_ID,
    EncryptingCodec,
    Keyring,
    UnknownPayloadKey,
    encrypted_converter,
)
from tests.storage.samples import opening

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=b'"something private"')


async def test_payloads_come_back_as_they_were_and_show_nothing() -> None:
    codec = EncryptingCodec(Keyring({"a": OLD}, "a"))

    encoded = await codec.encode([PLAIN, Payload()])

    assert await codec.decode(encoded) == [PLAIN, Payload()]
    for payload in encoded:
        assert dict(payload.metadata) == {"encoding": ENCODING, KEY_ID: b"a"}
        assert b"private" not in payload.SerializeToString()
        assert b"json" not in payload.SerializeToString()
    assert (await codec.encode([PLAIN]))[0].data != encoded[0].data


async def test_a_key_is_rotated_by_adding_one() -> None:
    before = EncryptingCodec(Keyring({"a": OLD}, "a"))
    prepared = EncryptingCodec(Keyring({"a": OLD, "b": NEW}, "a"))
    after = EncryptingCodec(Keyring({"a": OLD, "b": NEW}, "b"))

    [under_old], [under_new] = await before.encode([PLAIN]), await after.encode([PLAIN])

    assert under_new.metadata[KEY_ID] == b"b"
    for codec in (prepared, after):
        assert await codec.decode([under_old, under_new]) == [PLAIN, PLAIN]
    with pytest.raises(UnknownPayloadKey, match="key “b”, which is not among the keys here") as no:
        await before.decode([under_new])
    assert no.value.key_id == "b"


async def test_a_payload_moved_under_another_key_id_or_changed_is_refused() -> None:
    codec = EncryptingCodec(Keyring({"a": OLD, "b": OLD}, "a"))
    [relabelled] = await codec.encode([PLAIN])
    relabelled.metadata[KEY_ID] = b"b"
    [changed] = await codec.encode([PLAIN])
    changed.data = changed.data[:-1] + bytes([changed.data[-1] ^ 1])

    for payload in (relabelled, changed):
        with pytest.raises(KeyProblem, match="does not open"):
            await codec.decode([payload])


async def test_a_payload_that_is_not_encrypted_passes() -> None:
    assert await EncryptingCodec(Keyring({"a": OLD}, "a")).decode([PLAIN]) == [PLAIN]


async def test_events_and_errors_travel_encrypted() -> None:
    converter = encrypted_converter(Keyring({"a": OLD}, "a"))
    batch = opening()

    [payload] = await converter.encode([batch])
    failure = await _failure(ApplicationError("Mrs Private is away", type="refused"))

    assert await converter.decode([payload], [RecordEvents]) == [batch]
    assert b"person-advocate" not in payload.SerializeToString()
    assert b"Private" not in failure.SerializeToString()
    assert str(await converter.decode_failure(failure)) == "refused: Mrs Private is away"


async def _failure(error: ApplicationError) -> Failure:
    failure = Failure()
    await encrypted_converter(Keyring({"a": OLD}, "a")).encode_failure(error, failure)
    return failure


def test_a_keyring_file_is_made_once_and_grows_by_a_line(tmp_path: Path) -> None:
    path = tmp_path / "payload.keys"
    made = Keyring.from_file(path)
    assert (made.active, list(made.keys)) == ("first", ["first"])
    assert Keyring.from_file(path).keys == made.keys
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    with path.open("a") as file:
        file.write("# added in the autumn\nsecond ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=\n")

    grown = Keyring.from_file(path)
    assert grown.active == "second"
    assert grown.keys == {**made.keys, "second": NEW}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "there are none"),
        ("first\n", "line 1: write one"),
        ("a ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=\n" * 2, "line 2: write one"),
        ("first short\n", "The payload key “first” is not base64"),
    ],
)
def test_a_broken_keyring_file_is_refused(tmp_path: Path, content: str, problem: str) -> None:
    path = tmp_path / "payload.keys"
    path.touch(mode=0o600)
    path.write_text(content)

    with pytest.raises(KeyProblem, match=problem):
        Keyring.from_file(path)


def test_the_active_key_must_be_there() -> None:
    with pytest.raises(KeyProblem, match="active payload key “b” is not among"):
        Keyring({"a": OLD}, "b")
