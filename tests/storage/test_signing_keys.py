"""The keys that sign checkpoints: made once, closed to others, and added to without being lost."""

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from domain.checkpoint import public_key_of
from storage.keys import KeyProblem
from storage.signing_keys import SigningKeys, add_key

SCHOOL = "rowan-hill"
# RFC 8032, section 7.1, test 1.
SECRET = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"


def test_a_key_signs_as_ed25519_does() -> None:
    signer = SigningKeys({"rfc": bytes.fromhex(SECRET)}).signer(SCHOOL)

    assert signer.public.key.hex() == PUBLIC
    assert (
        signer.sign(b"")
        .hex()
        .startswith("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065")
    )
    assert public_key_of(signer.public.text) == signer.public
    assert signer.public.name == "evenhand/rowan-hill"


def test_a_file_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "audit.keys"

    first = SigningKeys.from_file(path)

    assert first.ids == ("first",)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SigningKeys.from_file(path).signer(SCHOOL).public == first.signer(SCHOOL).public
    path.chmod(0o640)
    with pytest.raises(KeyProblem, match=r"mode 0640.*chmod 600"):
        SigningKeys.from_file(path)
    with pytest.raises(KeyProblem, match="mode 0640"):
        add_key(path, 2026)


def test_keys_are_added_at_the_end_and_none_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "audit.keys"
    first = SigningKeys.from_file(path).signer(SCHOOL).public

    with ThreadPoolExecutor(8) as at_once:
        added = list(at_once.map(lambda _: add_key(path, 2026), range(8)))

    keys = SigningKeys.from_file(path)
    assert sorted(added) == [f"2026{letter}" for letter in "abcdefgh"]
    assert keys.ids == ("first", *sorted(added))
    assert keys.active == "2026h"
    assert keys.signer(SCHOOL, "first").public == first
    assert len({signer.public for signer in keys.signers(SCHOOL)}) == 9
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["audit.keys"]


def test_a_year_may_have_more_keys_than_letters(tmp_path: Path) -> None:
    path = tmp_path / "audit.keys"

    added = [add_key(path, 2026) for _ in range(28)] + [add_key(path, 2027)]

    assert added[-4:] == ["2026z", "2026za", "2026zb", "2027a"]
    assert len(set(added)) == 29


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("first\n", "line 1: write one `ID KEY` a line"),
        ("first c2hvcnQ=\n", "The audit key “first” has 5 bytes; it needs 32"),
        ("", "There is no key to sign checkpoints with"),
    ],
)
def test_a_file_that_holds_no_keys_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "audit.keys"
    path.touch(mode=0o600)
    path.write_text(text)

    with pytest.raises(KeyProblem, match=problem):
        SigningKeys.from_file(path)


def test_keys_from_the_environment_are_those_keys() -> None:
    text = base64.b64encode(bytes.fromhex(SECRET)).decode()

    assert SigningKeys.from_text({"2026a": text}).signer(SCHOOL).public.key.hex() == PUBLIC
