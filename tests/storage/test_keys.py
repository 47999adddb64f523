"""Keys: made once, closed to others, and useless for anything but what they were made for."""

import base64
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from storage.keys import KeyProblem, MasterKey, PersonCipher

MASTER = MasterKey(bytes(range(32)))


def test_what_is_encrypted_opens_for_the_same_person_and_field_alone() -> None:
    wrapped, cipher = MASTER.new_person_key("person-1")
    sealed = cipher.encrypt(b"Ada", "name")

    assert MASTER.person_cipher("person-1", wrapped).decrypt(sealed, "name") == b"Ada"
    assert b"Ada" not in sealed
    assert cipher.encrypt(b"Ada", "name") != sealed
    with pytest.raises(KeyProblem, match="does not open"):
        cipher.decrypt(sealed, "email")
    with pytest.raises(KeyProblem):
        MASTER.person_cipher("person-2", wrapped)
    with pytest.raises(KeyProblem):
        PersonCipher("person-2", bytes(32)).decrypt(sealed, "name")
    with pytest.raises(KeyProblem):
        MasterKey(bytes(32)).person_cipher("person-1", wrapped)


@pytest.mark.parametrize("position", [0, 12, -1])
def test_a_changed_byte_is_noticed(position: int) -> None:
    _, cipher = MASTER.new_person_key("person-1")
    sealed = bytearray(cipher.encrypt(b"Ada", "name"))
    sealed[position] ^= 1

    with pytest.raises(KeyProblem, match="it was changed"):
        cipher.decrypt(bytes(sealed), "name")
    with pytest.raises(KeyProblem):
        cipher.decrypt(b"", "name")


def test_a_key_file_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"
    wrapped, cipher = MasterKey.from_file(path).new_person_key("person-1")
    sealed = cipher.encrypt(b"Ada", "name")

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert MasterKey.from_file(path).person_cipher("person-1", wrapped).decrypt(sealed, "name") == (
        b"Ada"
    )
    assert [entry.name for entry in path.parent.iterdir()] == ["master.key"]


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    with ThreadPoolExecutor(8) as starts:
        keys = list(starts.map(lambda _: MasterKey.from_file(path), range(8)))

    wrapped, _ = keys[0].new_person_key("person-1")
    for key in keys:
        key.person_cipher("person-1", wrapped)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "master.key"
    MasterKey.from_file(path)
    path.chmod(mode)

    with pytest.raises(KeyProblem, match=f"mode 0{mode:o}.*chmod 600"):
        MasterKey.from_file(path)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "has 0 bytes"),
        ("c2hvcnQ=", "has 5 bytes; it needs 32"),
        ("not base64 at all!", "is not base64"),
    ],
)
def test_a_key_that_is_none_is_refused_without_repeating_it(
    tmp_path: Path, text: str, problem: str
) -> None:
    path = tmp_path / "master.key"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    os.write(handle, text.encode())
    os.close(handle)

    with pytest.raises(KeyProblem, match=problem) as from_file:
        MasterKey.from_file(path)
    with pytest.raises(KeyProblem, match=problem) as from_text:
        MasterKey.from_text(text)
    for refused in (from_file, from_text):
        assert text == "" or text not in str(refused.value)
    with pytest.raises(KeyProblem, match="it needs 32"):
        MasterKey(b"short")


def test_a_key_written_in_base64_is_that_key() -> None:
    wrapped, _ = MASTER.new_person_key("person-1")

    MasterKey.from_text(base64.b64encode(bytes(range(32))).decode() + "\n").person_cipher(
        "person-1", wrapped
    )


def test_a_key_file_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(KeyProblem, match="can't be used"):
        MasterKey.from_file(tmp_path)
