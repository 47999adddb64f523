"""`evenhand web` in a process of its own: it serves, says what is wrong, and ends when asked."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from cli.main import run
from settings import HERE
from storage.migrations import migrate
from tests.support.processes import free_port, listening

SECONDS = 60.0


def environment(folder: Path, port: int) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if "EVENHAND" not in name}
    return {**clean, "EVENHAND_DATA_DIR": str(folder), "EVENHAND_WEB_PORT": str(port)}


def started(folder: Path, port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "cli.main", "web"],
        cwd=HERE,
        env=environment(folder, port),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
async def test_it_serves_until_it_is_told_to_stop(tmp_path: Path, by: signal.Signals) -> None:
    port = free_port()
    await migrate(f"sqlite:///{tmp_path / 'evenhand.db'}")
    process = started(tmp_path, port)
    try:
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}",
            transport=httpx.AsyncHTTPTransport(retries=10),
        ) as browser:
            ready = await browser.get("/ready", timeout=SECONDS)
            page = await browser.get("/help")
        process.send_signal(by)
        said, complaints = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
        process.communicate()

    assert (ready.status_code, page.status_code) == (200, 200)
    assert process.returncode == 0, complaints
    assert said == ""
    assert "web:serving:stopped" in complaints
    assert not listening(port)


def test_a_busy_port_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = somebody.getsockname()[1]
        for name, value in environment(tmp_path, port).items():
            monkeypatch.setenv(name, value)
        assert run(["migrate"]) == 0

        code = run(["web"])

    assert code == 2
    assert f"Port {port} on 127.0.0.1, for the pages," in capsys.readouterr().err


def test_a_database_without_its_tables_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environment(tmp_path, free_port()).items():
        monkeypatch.setenv(name, value)

    code = run(["web"])

    assert code == 3
    assert "lacks the tables of this version" in " ".join(capsys.readouterr().err.split())
