"""What a killed run left behind is ended; a stranger under the same process id is not."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.embedded.folder import DataFolder
from cli.embedded.identity import identity_of

# Says so once it runs, then waits until its input ends, deaf to a polite request.
DEAF = (
    "import signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('here', flush=True); sys.stdin.read()"
)
POLITE = "import sys; print('here', flush=True); sys.stdin.read()"


class Process:
    def __init__(self, program: str) -> None:
        self.command = [sys.executable, "-c", program]
        self.running = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.running.stdout is not None
        assert self.running.stdout.readline() == "here\n"

    def close(self) -> None:
        self.running.kill()
        self.running.communicate()


@pytest.fixture(params=[POLITE, DEAF], ids=["polite", "deaf"])
def process(request: pytest.FixtureRequest) -> Iterator[Process]:
    started = Process(request.param)
    yield started
    started.close()


@pytest.fixture
def bystander() -> Iterator[Process]:
    started = Process(POLITE)
    yield started
    started.close()


async def test_a_leftover_is_ended(
    tmp_path: Path, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.embedded.folder.LEFTOVER_SECONDS", 0.5)
    DataFolder(tmp_path).note_child("worker", process.running.pid, process.command)

    await DataFolder(tmp_path).end_leftovers()

    assert identity_of(process.running.pid) is None
    assert not (tmp_path / "up.children.json").exists()


@pytest.mark.parametrize("changed", ["started", "command"])
async def test_a_stranger_under_the_same_id_is_left_alone(
    tmp_path: Path, bystander: Process, changed: str
) -> None:
    DataFolder(tmp_path).note_child("worker", bystander.running.pid, bystander.command)
    note = tmp_path / "up.children.json"
    noted = json.loads(note.read_text())
    noted["worker"][changed] = {"started": "another day", "command": ["temporal"]}[changed]
    note.write_text(json.dumps(noted))

    await DataFolder(tmp_path).end_leftovers()

    assert bystander.running.poll() is None


@pytest.mark.parametrize("note", ["", "{", "[]", '{"worker": 3}', '{"worker": {"pid": "x"}}'])
async def test_a_note_that_was_cut_short_is_no_hindrance(tmp_path: Path, note: str) -> None:
    (tmp_path / "up.children.json").write_text(note)

    await DataFolder(tmp_path).end_leftovers()

    assert not (tmp_path / "up.children.json").exists()
