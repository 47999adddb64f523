"""A school's term dates and codes at a prompt: what would change is told before it does."""

import asyncio
import base64
import json
from datetime import timedelta
from pathlib import Path

import pytest

from cli.main import run
from cli.outcome import Exit
from settings import HERE
from tests.support.closing import a_recorded_case
from tests.support.school import a_school
from tests.support.up import Prompt


@pytest.fixture(autouse=True)
def _school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENHAND_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("EVENHAND_MASTER_KEY", base64.b64encode(b"m" * 32).decode())

    async def prepare() -> None:
        async with a_school(f"sqlite+aiosqlite:///{tmp_path / 'evenhand.db'}") as school:
            await a_recorded_case(school, "EP-2026-0001")

    asyncio.run(prepare())


def test_changed_dates_are_tried_without_a_service(prompt: Prompt, tmp_path: Path) -> None:
    changed = tmp_path / "changed.yaml"
    text = (HERE / "terms" / "sample.yaml").read_text(encoding="utf-8")
    # Until the end of September the school is closed: whatever was due then is due later.
    changed.write_text(
        text + '  - {kind: closure, name: "A flood", start: 2026-09-14, end: 2026-09-30}\n',
        encoding="utf-8",
    )
    trying = ("school", "calendar", str(changed), "--as", "administrator", "--dry-run")

    said = prompt(*trying)
    assert "Added: Closure A flood. From: Monday 14 September 2026." in said
    assert "EP-2026-0001, follow up" in said
    assert "nothing was changed" in said
    told = prompt.json(*trying)
    assert isinstance(told, dict)
    assert told["cases"][0]["case"] == "EP-2026-0001"
    assert prompt.json(*trying) == told


def test_a_version_is_adopted_once(prompt: Prompt) -> None:
    said = prompt("school", "adopt", "parents-and-carers")
    assert said == "rowan-hill now opens cases under parents-and-carers 1.0."
    assert "parents-and-carers 1.0" in prompt("school", "list")
    assert prompt("audit", "verify").startswith("The record is whole")


def test_what_is_away_is_told_with_what_to_do(
    prompt: Prompt, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("EVENHAND_SMTP_PORT", "1")
    monkeypatch.setattr("cli.desk.PATIENCE", timedelta(0))

    assert run(("health", "--json")) == Exit.UNREACHABLE
    told = {part["name"]: part for part in json.loads(capsys.readouterr().out)}

    assert told["Database"]["condition"] == "well"
    assert (told["Temporal"]["condition"], told["Mail server"]["condition"]) == ("away", "away")
    assert "`evenhand up`" in told["Temporal"]["to_do"]
    assert run(("health",)) == Exit.UNREACHABLE
    assert "Temporal (away): It does not answer" in capsys.readouterr().out
