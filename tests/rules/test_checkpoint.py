"""Checkpoints: written, read back, and trusted only under a key that is known."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from domain.checkpoint import (
    BadSignature,
    Checkpoint,
    CheckpointError,
    NotACheckpoint,
    PublicKey,
    SignedCheckpoint,
    Signer,
    WrongKey,
    origin_of,
    public_key_of,
    read,
    verify,
    write,
)

SCHOOL = "rowan-hill"
MADE_AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
CHECKPOINT = Checkpoint(
    school=SCHOOL,
    number=12,
    size=1042,
    root="ab" * 32,
    made_at=MADE_AT,
    cases=87,
    previous="5f" * 32,
)
TEXT = f"""\
evenhand/rowan-hill
1042
q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=
number 12
made at 2026-11-24T02:00:00Z
covers 1042 events and 87 cases
previous {"5f" * 32}
"""


def signer(seed: int, school: str = SCHOOL) -> Signer:
    private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    return Signer(
        PublicKey(origin_of(school), private.public_key().public_bytes_raw()), private.sign
    )


OURS, OLD, STRANGER = signer(1), signer(2), signer(3)
SIGNED = write(CHECKPOINT, [OURS])


def test_a_checkpoint_is_a_text_that_people_can_read() -> None:
    assert CHECKPOINT.text == TEXT
    first_lines, _, below = SIGNED.note.partition("\n\n")
    assert first_lines + "\n" == TEXT
    assert below.startswith("— evenhand/rowan-hill ")
    assert below.count("\n") == 1


def test_what_is_written_is_read_back_and_verified() -> None:
    found = read(SIGNED.note)

    assert found == SIGNED
    assert found.digest == SIGNED.digest
    assert verify(found, [STRANGER.public, OURS.public]) == [OURS.public]


@given(
    st.builds(
        Checkpoint,
        school=st.just(SCHOOL),
        number=st.integers(min_value=1, max_value=10**9),
        size=st.integers(min_value=0, max_value=10**12),
        root=st.binary(min_size=32, max_size=32).map(bytes.hex),
        made_at=st.datetimes(timezones=st.just(timezone(timedelta(hours=1)))).filter(
            lambda moment: 1000 < moment.year < 9999
        ),
        cases=st.integers(min_value=0, max_value=10**9),
        previous=st.none() | st.binary(min_size=32, max_size=32).map(bytes.hex),
    )
)
def test_any_checkpoint_comes_back_as_it_was(checkpoint: Checkpoint) -> None:
    assert read(write(checkpoint, [OURS]).note).checkpoint == checkpoint


def test_mail_programs_may_change_line_ends_and_the_blank_lines_around() -> None:
    mangled = "\n\n" + SIGNED.note.replace("\n", "\r\n") + "\r\n"

    assert read(mangled) == SIGNED


def test_two_keys_sign_where_one_follows_the_other() -> None:
    signed = read(write(CHECKPOINT, [OURS, OLD]).note)

    assert verify(signed, [OLD.public]) == [OLD.public]
    assert verify(signed, [OLD.public, OURS.public]) == [OURS.public, OLD.public]


@pytest.mark.parametrize(
    ("note", "problem"),
    [
        pytest.param("", "does not begin with evenhand/", id="nothing"),
        pytest.param("Dear governors,\n", "does not begin with evenhand/", id="a letter"),
        pytest.param(
            SIGNED.note.replace("evenhand/", "example.com/"), "not a checkpoint", id="another log"
        ),
        pytest.param(TEXT, "there is no signature under it", id="no signature"),
        pytest.param(TEXT[:40], "there is no signature under it", id="half a text"),
        pytest.param(TEXT[:40] + "\n\n" + SIGNED.note.rpartition("\n\n")[2], "cut short", id="gap"),
        pytest.param(SIGNED.note[:-60], "what stands under it is no signature", id="cut in base64"),
        pytest.param(SIGNED.note.rpartition(" ")[0], "ends too early", id="no base64"),
        pytest.param(SIGNED.note.replace("— ", "- "), "is no signature", id="another dash"),
        pytest.param(
            SIGNED.note.replace("1042 events", "1043 events"), "contradicts itself", id="two counts"
        ),
        pytest.param(
            SIGNED.note.replace("6s=", "6t="), "contradicts itself", id="the root otherwise written"
        ),
        pytest.param(
            SIGNED.note.replace("2026-11-24", "2026-11-31"), "that can't be", id="no such day"
        ),
        pytest.param(SIGNED.note.replace("number 12", "number 012"), "written as", id="a zero"),
        pytest.param(SIGNED.note.replace("87 cases", "87 cases\nmore"), "written as", id="a line"),
        pytest.param("evenhand/x\n" + "a" * 200_000, "far too long", id="endless"),
    ],
)
def test_what_is_no_whole_checkpoint_is_refused(note: str, problem: str) -> None:
    with pytest.raises(NotACheckpoint, match=problem):
        read(note)


@given(st.integers(min_value=0, max_value=len(SIGNED.note) - 2))
def test_no_part_of_a_checkpoint_passes_for_it(length: int) -> None:
    with pytest.raises(CheckpointError):
        verify(read(SIGNED.note[:length]), [OURS.public])


@pytest.mark.parametrize(
    "changed",
    [
        CHECKPOINT.model_copy(update={"number": 13}),
        CHECKPOINT.model_copy(update={"size": 1041}),
        CHECKPOINT.model_copy(update={"root": "ac" * 32}),
        CHECKPOINT.model_copy(update={"made_at": MADE_AT - timedelta(days=1)}),
        CHECKPOINT.model_copy(update={"previous": None}),
    ],
)
def test_a_changed_text_does_not_fit_its_signature(changed: Checkpoint) -> None:
    forged = SignedCheckpoint(changed, SIGNED.signatures, "")

    with pytest.raises(BadSignature, match="does not fit"):
        verify(forged, [OURS.public])


def test_another_key_is_not_ours() -> None:
    with pytest.raises(WrongKey, match="not signed by a key that is known"):
        verify(write(CHECKPOINT, [STRANGER]), [OURS.public])
    with pytest.raises(WrongKey, match="known for evenhand/rowan-hill: none"):
        verify(SIGNED, [])
    # A key of another school signs for that school alone.
    elsewhere = signer(1, "another-school")
    with pytest.raises(WrongKey):
        verify(write(CHECKPOINT, [elsewhere]), [elsewhere.public])
    # Who claims our name and our key's hash without having the key is found out.
    claimed = Signer(OURS.public, STRANGER.sign)
    with pytest.raises(BadSignature):
        verify(write(CHECKPOINT, [claimed]), [OURS.public])


def test_a_public_key_is_written_as_other_tools_write_it() -> None:
    # The example key in the documentation of Go's package golang.org/x/mod/sumdb/note.
    published = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"

    assert public_key_of(published).text == published
    assert public_key_of(OURS.public.text) == OURS.public


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "NAME\\+HASH\\+KEY"),
        ("PeterNeumann", "NAME\\+HASH\\+KEY"),
        ("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T", "NAME"),
        ("PeterNeumann+c74f20a3+AhpcAAcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "NAME"),
        ("PeterNeumann+c74f20a3+ARpcAAcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "was changed"),
        ("JohnNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "was changed"),
    ],
)
def test_a_damaged_public_key_is_refused(text: str, problem: str) -> None:
    with pytest.raises(CheckpointError, match=problem):
        public_key_of(text)
