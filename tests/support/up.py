"""`evenhand up` in a process of its own, and commands run against it."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.main import run
from settings import HERE
from tests.support.processes import free_port

READY_SECONDS = 90.0
WAY_IN = re.compile("works once|Links for the others")


class Up:
    """An embedded service on a data folder and ports of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        temporal, smtp, metrics, sdk, web = (free_port() for _ in range(5))
        self.settings = {
            "EVENHAND_DATA_DIR": str(folder),
            "TEMPORAL_ADDRESS": f"127.0.0.1:{temporal}",
            "EVENHAND_SMTP_PORT": str(smtp),
            "EVENHAND_METRICS_PORT": str(metrics),
            "EVENHAND_SDK_METRICS_PORT": str(sdk),
            "EVENHAND_WEB_PORT": str(web),
        }

    @contextlib.contextmanager
    def running(self, *options: str) -> Iterator[str]:
        """Runs it while the block does, and gives the line that it said when it was ready."""
        clean = {name: value for name, value in os.environ.items() if "EVENHAND" not in name}
        process = subprocess.Popen(
            [sys.executable, "-m", "cli.main", "up", *options],
            cwd=HERE,
            env={**clean, **self.settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise AssertionError(process.communicate(timeout=READY_SECONDS)[1])
            yield line
            process.send_signal(signal.SIGINT)
            said, complaints = process.communicate(timeout=READY_SECONDS)
            assert (process.returncode, complaints) == (0, "")
            # Until there is an administrator, the way in follows the first line.
            assert all(WAY_IN.search(line) for line in said.splitlines()), said
        finally:
            if process.poll() is None:
                process.kill()
                process.communicate()

    def children(self) -> dict[str, int]:
        """The process ids of its parts, by their names."""
        noted = json.loads((self.folder / "up.children.json").read_text())
        return {name: child["pid"] for name, child in noted.items()}


class Prompt:
    """Runs commands in this process, and keeps what they say."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: str, code: int = 0) -> str:
        """What the command printed, once it has ended with `code`; its complaints if not 0."""
        ended = run(words)
        said, complaints = self._capsys.readouterr()
        assert ended == code, f"{words} ended with {ended}:\n{said}{complaints}"
        return " ".join((complaints if code else said).split())

    def json(self, *words: str, code: int = 0) -> object:
        """The one JSON document that the command printed on standard output."""
        ended = run([*words, "--json"])
        said, complaints = self._capsys.readouterr()
        assert ended == code, f"{words} ended with {ended}:\n{said}{complaints}"
        return json.loads(said)
