"""A bundle is checked with nothing but Python, and nothing that was changed passes."""

import asyncio
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.checkpoint import SignedCheckpoint, read, write
from gateway.bundle import BundleNotWritten, NothingToExport, RecordInDoubt, export
from storage.checkpoints import Checkpoints
from storage.database import Database, open_database
from storage.ledger import Ledger
from storage.migrations import upgrade
from storage.recorder import Recorder
from tests.faults.tampering import CASE, KEYS, SECOND_NIGHT, STRANGER, a_record
from tests.storage.samples import OPENED_AT, SCHOOL, opening
from verifier import verify as verifier

WITHOUT_EVENHAND = [sys.executable, "-I", "-S"]


class Sample(NamedTuple):
    """A bundle of one case, with what a governor may hold."""

    folder: Path
    bundle: bytes
    first: SignedCheckpoint
    second: SignedCheckpoint

    def __repr__(self) -> str:
        return "a bundle of one case"  # hypothesis shows what a test was given


async def exported(database: Database, path: Path, **asked: object) -> bytes:
    await export(database, SCHOOL, path, **asked)  # type: ignore[arg-type]
    return path.read_bytes()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    folder = tmp_path_factory.mktemp("bundles")

    async def make() -> Sample:
        database = open_database(f"sqlite+aiosqlite:///{folder / 'evenhand.db'}")
        try:
            await upgrade(database)
            record = await a_record(database)
            bundle = await exported(database, folder / "case.zip", case=CASE)
            return Sample(folder, bundle, record.first, record.second)
        finally:
            await database.close()

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(make())


def asked(folder: Path, *arguments: str) -> tuple[int, str]:
    """Runs the verifier that the bundle brought, in an empty folder, without this project."""
    done = subprocess.run(
        [*WITHOUT_EVENHAND, "verify.py", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={},
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.fixture
def outside(sample: Sample, tmp_path: Path) -> Path:
    """An outsider's folder: a bundle, its verifier, and what they hold."""
    (tmp_path / "case.zip").write_bytes(sample.bundle)
    with zipfile.ZipFile(io.BytesIO(sample.bundle)) as bundle:
        (tmp_path / "verify.py").write_bytes(bundle.read("verify.py"))
    (tmp_path / "held.txt").write_text(sample.first.note, encoding="utf-8")
    (tmp_path / "key.txt").write_text(KEYS.signer(SCHOOL).public.text, encoding="utf-8")
    (tmp_path / "stranger.txt").write_text(STRANGER.signer(SCHOOL).public.text, encoding="utf-8")
    return tmp_path


def test_it_says_what_it_proved_and_that_keys_are_on_trust(outside: Path) -> None:
    code, said = asked(outside, "case.zip")

    assert code == 0
    assert said.startswith(
        f"VERIFIED: case {CASE} at {SCHOOL}, up to checkpoint 2 of 2026-11-24 02:00 UTC."
    )
    assert f"{CASE}: up to event 5" in said
    assert "The checkpoint covers 16 events" in said
    assert "ON TRUST: the keys came with the bundle itself." in said


def test_a_key_or_a_checkpoint_that_one_holds_takes_the_place_of_trust(outside: Path) -> None:
    code, said = asked(outside, "case.zip", "--key", "key.txt")
    assert (code, "ON TRUST" in said) == (0, False)
    assert "Trusted: checkpoint 2 of 2026-11-24 02:00 UTC, by the key that you gave." in said

    code, said = asked(outside, "case.zip", "--checkpoint", "held.txt")
    assert code == 0
    assert "Trusted: checkpoint 1 of 2026-11-23 02:00 UTC, by the checkpoint that you hold" in said
    assert "ON TRUST: events after checkpoint 1 of 2026-11-23 02:00 UTC rest on" in said

    code, said = asked(outside, "case.zip", "--checkpoint", "held.txt", "--key", "key.txt")
    assert (code, "ON TRUST" in said) == (0, False)


def test_another_key_and_another_checkpoint_are_refused(outside: Path, sample: Sample) -> None:
    code, said = asked(outside, "case.zip", "--key", "stranger.txt")
    assert code == 1
    assert "No checkpoint in the bundle is signed by the key that you gave" in said
    assert f"{CASE} holds up to event 5." in said

    forged = sample.first.note.replace("covers 13", "covers 12").replace("\n13\n", "\n12\n")
    (outside / "forged.txt").write_text(forged, encoding="utf-8")
    code, said = asked(outside, "case.zip", "--checkpoint", "forged.txt")
    assert code == 1
    assert "Checkpoint 1 in the bundle is not the one that you hold" in said


def test_a_program_reads_what_was_found(outside: Path) -> None:
    code, said = asked(outside, "case.zip", "--json")

    assert code == 0
    told = json.loads(said)
    assert (told["verified"], told["checkpoint"], told["faults"]) == (True, 2, [])
    assert told["chains"] == [{"reference": CASE, "first": 1, "last": 5}]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param((), "Say which bundle", id="no bundle"),
        pytest.param(("nowhere.zip",), "nowhere.zip can't be opened", id="no such file"),
        pytest.param(("case.zip", "--keys"), "There is no option --keys", id="no such option"),
        pytest.param(("case.zip", "--key"), "--key needs a file", id="an option without its file"),
        pytest.param(
            ("case.zip", "--key", "held.txt"), "there must be one key", id="a key that is none"
        ),
        pytest.param(
            ("case.zip", "--checkpoint", "key.txt"),
            "The checkpoint that you hold can't be read",
            id="a checkpoint that is none",
        ),
    ],
)
def test_asked_wrongly(outside: Path, arguments: tuple[str, ...], sentence: str) -> None:
    code, said = asked(outside, *arguments)

    assert code == 2
    assert sentence in said
    assert "NOT VERIFIED" in said


def members(bundle: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(bundle)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def packed(content: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, text in content.items():
            bundle.writestr(name, text)
    return file.getvalue()


def checked(path: Path, bundle: bytes) -> tuple[int, verifier.Report | None]:
    path.write_bytes(bundle)
    try:
        report = verifier.verify(str(path))
    except verifier.Unreadable:
        return 1, None
    return (0 if report.verified else 1), report


EVENTS, PROOFS = f"cases/{CASE}/events.jsonl", f"cases/{CASE}/proofs.jsonl"


def in_lines(change: Callable[[list[bytes]], None]) -> Callable[[bytes], bytes]:
    def changed(content: bytes) -> bytes:
        lines = content.splitlines(keepends=True)
        change(lines)
        return b"".join(lines)

    return changed


def swap(lines: list[bytes]) -> None:
    lines[1], lines[2] = lines[2], lines[1]


@pytest.mark.parametrize(
    ("member", "change", "fault"),
    [
        pytest.param(
            EVENTS,
            lambda content: content.replace(b"courtesy", b"courtesi"),
            f"{CASE}, event 1: it does not match its hash",
            id="a changed field",
        ),
        pytest.param(
            EVENTS,
            in_lines(lambda lines: lines.__delitem__(2)),
            f"{CASE}, event 3: its content belongs to another place",
            id="an event left out",
        ),
        pytest.param(
            EVENTS, in_lines(swap), f"{CASE}, event 2: its content belongs", id="two swapped"
        ),
        pytest.param(
            EVENTS,
            in_lines(lambda lines: lines.__delitem__(4)),
            f"{CASE}, event 5: it is missing",
            id="the end cut off",
        ),
        pytest.param(
            EVENTS,
            lambda content: content.replace(b'"action_id":', b'"action_id": ', 1),
            f"{CASE}, event 1: its content is not written in the one form",
            id="another form",
        ),
        pytest.param(EVENTS, lambda content: b"{\n" * 5, "is not an event", id="no JSON"),
        pytest.param(
            PROOFS,
            lambda content: content.replace(b'"position":', b'"position":1', 1),
            f"{CASE}, event 1: ",
            id="another place",
        ),
        pytest.param(
            "checkpoints/000002.txt",
            lambda content: content.replace(b"and 3 cases", b"and 4 cases"),
            "Checkpoint 2: its signature does not fit it",
            id="a changed checkpoint",
        ),
        pytest.param(
            "keys.txt",
            lambda content: STRANGER.signer(SCHOOL).public.text.encode() + b"\n",
            "Checkpoint 1: it is not signed by any key in the bundle",
            id="other keys",
        ),
        pytest.param(
            "consistency.jsonl",
            lambda content: content.replace(content[3:7], b"0000"),
            "Checkpoint 2: it does not continue the one before",
            id="another history",
        ),
        pytest.param(
            "manifest.json",
            lambda content: content.replace(b'"last":5', b'"last":4'),
            "more than event 4 is in the bundle",
            id="a manifest that says less",
        ),
    ],
)
def test_the_first_event_at_fault_is_named(
    sample: Sample, tmp_path: Path, member: str, change: Callable[[bytes], bytes], fault: str
) -> None:
    content = members(sample.bundle)
    content[member] = change(content[member])

    code, report = checked(tmp_path / "changed.zip", packed(content))

    assert code == 1
    assert report is not None
    assert any(fault in one for one in report.faults), report.faults
    assert "\n".join(report.sentences()).startswith("NOT VERIFIED.")


def test_a_bundle_made_by_somebody_else_is_found_by_a_key(outside: Path, sample: Sample) -> None:
    """Checkpoints signed anew with a key of their own, which they put into the bundle."""
    content = members(sample.bundle)
    signer = STRANGER.signer(SCHOOL)
    notes: list[SignedCheckpoint] = []
    for number in (1, 2):
        name = f"checkpoints/{number:06d}.txt"
        one = read(content[name].decode()).checkpoint
        if notes:
            one = one.model_copy(update={"previous": notes[-1].digest})
        notes.append(write(one, [signer]))
        content[name] = notes[-1].note.encode()
    content["keys.txt"] = signer.public.text.encode() + b"\n"
    (outside / "forged.zip").write_bytes(packed(content))

    code, said = asked(outside, "forged.zip")
    assert (code, "ON TRUST" in said) == (0, True)
    for held in (("--key", "key.txt"), ("--checkpoint", "held.txt", "--key", "key.txt")):
        code, said = asked(outside, "forged.zip", *held)
        assert code == 1, said


def test_a_missing_or_a_foreign_member_is_refused(sample: Sample, tmp_path: Path) -> None:
    whole = members(sample.bundle)
    for name in whole:
        rest = {other: text for other, text in whole.items() if other != name}
        code, _ = checked(tmp_path / "less.zip", packed(rest))
        assert code == 1, name
    code, report = checked(tmp_path / "more.zip", packed({**whole, "cases/x.txt": b"x"}))
    assert code == 1
    assert report is not None
    assert report.faults == ["'cases/x.txt' does not belong into the bundle."]


def test_traps_are_refused(sample: Sample, tmp_path: Path) -> None:
    whole = members(sample.bundle)
    bomb = {**whole, EVENTS: b"0" * (40 << 20)}
    twice = io.BytesIO(sample.bundle)
    with (
        zipfile.ZipFile(twice, "a") as bundle,
        pytest.warns(UserWarning, match="Duplicate name"),
    ):
        bundle.writestr("keys.txt", b"")
    path = tmp_path / "trap.zip"
    for trap, sentence in (
        (packed(bomb), "it is no record"),
        (twice.getvalue(), "two members named 'keys.txt'"),
        (b"not a zip", "not a whole zip file"),
        (b"", "not a whole zip file"),
        (sample.bundle[: len(sample.bundle) // 2], "not a whole zip file"),
        (packed({"letter.txt": b"Dear all"}), "no whole bundle of Evenhand"),
        (b"#!/bin/sh\n" + sample.bundle, "before or after"),
        (packed({**whole, "manifest.json": b"[" * 100_000}), "manifest.json is not JSON"),
        (packed({**whole, "manifest.json": b'{"format":1,"format":2}'}), "is not JSON"),
    ):
        path.write_bytes(trap)
        with pytest.raises(verifier.Unreadable, match=sentence):
            verifier.verify(str(path))


@settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_no_byte_can_be_changed(sample: Sample, tmp_path: Path, data: st.DataObject) -> None:
    """Of the file: it is refused, or what is verified is what stood there before."""
    bundle = bytearray(sample.bundle)
    match data.draw(st.sampled_from(["flip", "cut", "remove", "insert"])):
        case "flip":
            at = data.draw(st.integers(0, len(bundle) - 1))
            bundle[at] ^= data.draw(st.integers(1, 255))
        case "cut":
            del bundle[data.draw(st.integers(0, len(bundle) - 1)) :]
        case "remove":
            at = data.draw(st.integers(0, len(bundle) - 1))
            del bundle[at : at + data.draw(st.integers(1, 100))]
        case _:
            at = data.draw(st.integers(0, len(bundle)))
            bundle[at:at] = data.draw(st.binary(min_size=1, max_size=100))

    code, _ = checked(tmp_path / "fuzzed.zip", bytes(bundle))

    if code == 0:
        assert members(bytes(bundle)) == members(sample.bundle)


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    member=st.integers(0, 1 << 16),
    place=st.integers(0, 1 << 24),
    flipped=st.integers(0, 255),
    removed=st.integers(0, 50),
    inserted=st.binary(max_size=50),
)
def test_no_byte_within_a_member_can_be_changed(
    sample: Sample,
    tmp_path: Path,
    member: int,
    place: int,
    flipped: int,
    removed: int,
    inserted: bytes,
) -> None:
    """Packed again properly, so that no checksum of the zip file tells."""
    content = members(sample.bundle)
    names = sorted(set(content) - {"README.txt", "verify.py"})
    name = names[member % len(names)]
    changed = bytearray(content[name])
    at = place % len(changed)
    if flipped:
        changed[at] ^= flipped
    else:
        changed[at : at + removed] = inserted
    if bytes(changed) == content[name]:
        return
    content[name] = bytes(changed)

    code, report = checked(tmp_path / "fuzzed.zip", packed(content))

    # Only how the manifest words what was asked for, and space around a key or a note, is free.
    if code == 0:
        assert name in ("manifest.json", "keys.txt") or name.startswith("checkpoints/")
        assert report is not None
        assert [(one.reference, one.first, one.last) for one in report.chains] == [(CASE, 1, 5)]
        assert report.proved == 2


async def test_the_same_record_gives_the_same_bytes(database_url: str, tmp_path: Path) -> None:
    database = open_database(database_url)
    try:
        await upgrade(database)
        record = await a_record(database)

        one = await exported(database, tmp_path / "one.zip", case=CASE)
        two = await exported(database, tmp_path / "two.zip", case=CASE)
        assert one == two
        assert sorted(path.name for path in tmp_path.glob(".*")) == []

        with pytest.raises(BundleNotWritten, match="No such file or directory"):
            await exported(database, tmp_path / "nowhere" / "case.zip", case=CASE)

        path = tmp_path / "since.zip"
        since = OPENED_AT + timedelta(minutes=3)
        made = await export(database, SCHOOL, path, since=since)
        assert (made.cases, made.events, made.checkpoint, made.uncovered) == (4, 10, 2, 0)
        report = verifier.verify(str(path), verifier.read_checkpoint(record.first.note))
        assert report.verified, report.faults
        assert {(one.reference, one.first, one.last) for one in report.chains} == {
            ("EP-2026-0001", 3, 5),
            ("EP-2026-0002", 3, 5),
            ("EP-2026-0003", 3, 5),
            ("REGISTER", 1, 1),
        }
        everything = await export(database, SCHOOL, path, since=OPENED_AT - timedelta(days=1))
        assert everything.events == 16
        said = "\n".join(verifier.verify(str(path)).sentences())
        assert "These are all the events that the checkpoint covers: none was left out." in said
    finally:
        await database.close()


async def test_what_no_checkpoint_covers_is_said(sqlite_url: str, tmp_path: Path) -> None:
    database = open_database(sqlite_url)
    path = tmp_path / "case.zip"
    try:
        await upgrade(database)
        recorder = Recorder(database)
        with pytest.raises(NothingToExport, match="no checkpoint of eleanor-palmer yet"):
            await export(database, SCHOOL, path, case=CASE)
        await recorder.record(opening())
        checkpoints = Checkpoints(database, Ledger(database))
        await checkpoints.make(SCHOOL, KEYS, SECOND_NIGHT)
        await recorder.record(opening(CASE))

        with pytest.raises(NothingToExport, match="covers any of the 2 events"):
            await export(database, SCHOOL, path, case=CASE)
        with pytest.raises(NothingToExport, match="no such events"):
            await export(database, SCHOOL, path, case="EP-2026-0009")
        made = await export(database, SCHOOL, path, since=OPENED_AT)
        assert (made.events, made.uncovered) == (3, 2)
    finally:
        await database.close()


async def test_a_record_that_does_not_hold_is_not_exported(sqlite_url: str, tmp_path: Path) -> None:
    database = open_database(sqlite_url)
    try:
        await upgrade(database)
        record = await a_record(database)
        await record.forge(keys=STRANGER)

        with pytest.raises(RecordInDoubt, match="not signed by a key that is known"):
            await export(database, SCHOOL, tmp_path / "case.zip", case=CASE)
        assert not (tmp_path / "case.zip").exists()
    finally:
        await database.close()
