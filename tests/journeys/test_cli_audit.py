"""`evenhand audit verify` and `audit export`, as a school and its governors run them."""

import asyncio
import json
import subprocess
import sys
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from cli import audit
from cli.main import run
from storage.database import open_database
from storage.migrations import upgrade
from tests.faults.tampering import CASE, TamperedRecord, a_record
from tests.support.up import Prompt

Tampering = Callable[[TamperedRecord], Awaitable[None]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EVENHAND_DATA_DIR", str(tmp_path / "var"))
    (tmp_path / "var").mkdir()
    return tmp_path


def made(folder: Path, *tampering: Tampering) -> TamperedRecord:
    """A record in the data folder, with what was done to it; and the checkpoints, as files."""

    async def make() -> TamperedRecord:
        database = open_database(f"sqlite+aiosqlite:///{folder / 'var' / 'evenhand.db'}")
        try:
            await upgrade(database)
            record = await a_record(database)
            await record.run("INSERT INTO calendars VALUES ('c', '{}', '2026-09-01 00:00:00')")
            await record.run("INSERT INTO schools VALUES ('eleanor-palmer', 'A school', 'c')")
            for do in tampering:
                await do(record)
            return record
        finally:
            await database.close()

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        record = runner.run(make())
    (folder / "held.txt").write_text(record.second.note, encoding="utf-8")
    return record


async def without_a_case(record: TamperedRecord) -> None:
    await record.run("DELETE FROM events WHERE reference = :case", case=CASE)
    await record.run("DELETE FROM cases WHERE reference = :case", case=CASE)


async def made_anew(record: TamperedRecord) -> None:
    await record.rewrite_evidence()


def test_a_whole_record_is_said_to_be_whole(prompt: Prompt, folder: Path) -> None:
    made(folder)

    said = prompt("audit", "verify", "--checkpoint", str(folder / "held.txt"))

    assert "The record is whole: 16 events of 3 cases" in said
    assert "Checkpoints 1 to 2 of eleanor-palmer hold, up to 2026-11-24 02:00 UTC" in said
    assert "Checkpoint 2 as you hold it (16 events) matches" in said
    told = prompt.json("audit", "verify")
    assert isinstance(told, dict)
    assert (told["verified"], told["events"], told["covered"]) == (True, 16, 16)
    assert told["schools"][0]["proved_checkpoint"] == 2
    assert "kept elsewhere" in prompt("audit", "verify")


def test_what_does_not_hold_is_named(
    prompt: Prompt, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(folder, without_a_case)

    assert run(["audit", "verify"]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "The record does NOT hold." in said
    assert f"{CASE} (eleanor-palmer), event 1: it is missing, although the ledger has it" in said
    assert "Checkpoints 1 to 2 of eleanor-palmer hold" in said

    told = prompt.json("audit", "verify", code=1)
    assert isinstance(told, dict)
    assert told["faults"][0]["reference"] == CASE


def test_a_held_checkpoint_shows_a_record_made_anew(
    prompt: Prompt, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(folder, without_a_case, made_anew)
    assert "The record is whole" in prompt("audit", "verify")

    assert run(["audit", "verify", "--checkpoint", str(folder / "held.txt")]) == 1

    said = " ".join(capsys.readouterr().out.split())
    assert "Checkpoint 2 as you hold it (16 events) does NOT match the record" in said


def test_asked_wrongly(prompt: Prompt, folder: Path) -> None:
    made(folder)
    letter = folder / "letter.txt"
    letter.write_text("Dear all", encoding="utf-8")

    prompt("audit", "verify", "--checkpoint", str(letter), code=2)
    prompt("audit", "verify", "--checkpoint", str(folder / "nothing.txt"), code=2)
    prompt("audit", "verify", "--resume", "--case", CASE, "--school", "x", code=2)
    prompt("audit", "export", "--out", str(folder / "x.zip"), code=2)


def test_an_interruption_says_how_to_go_on(
    prompt: Prompt,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    made(folder)

    async def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(audit, "verify_record", interrupted)
        assert run(["audit", "verify"]) == 130
        assert "Go on with `evenhand audit verify --resume`" in capsys.readouterr().err
    assert "The record is whole" in prompt("audit", "verify", "--resume")


def test_a_bundle_is_exported_and_checked_by_its_own_verifier(prompt: Prompt, folder: Path) -> None:
    made(folder)
    out = folder / "everything.zip"

    said = prompt("audit", "export", "--since", "2026-01-01", "--no-checkpoint", "--out", str(out))

    assert "16 events of 4 cases, with their proofs up to checkpoint 2" in said
    with zipfile.ZipFile(out) as bundle:
        (folder / "verify.py").write_bytes(bundle.read("verify.py"))
        assert "WHAT IT DOES NOT PROVE" in bundle.read("README.txt").decode()
    checked = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", out.name, "--checkpoint", "held.txt", "--json"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, "")
    assert json.loads(checked.stdout)["verified"] is True
