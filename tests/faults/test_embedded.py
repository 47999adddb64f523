"""The embedded service survives the death of any part of it, and ends cleanly."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest
from temporalio.client import Client

from cli.embedded.identity import identity_of
from tests.support.processes import free_port, listening

ROOT = Path(__file__).parents[2]
SECONDS = 60.0


class Up:
    """An `up` in a process of its own, on a data folder and ports of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.temporal_port, self.smtp_port, self.worker_port, self.web_port, sdk_port = (
            free_port() for _ in range(5)
        )
        self.environment = {
            **{name: value for name, value in os.environ.items() if "EVENHAND" not in name},
            "TEMPORAL_ADDRESS": f"127.0.0.1:{self.temporal_port}",
            "EVENHAND_DATA_DIR": str(folder),
            "EVENHAND_SMTP_PORT": str(self.smtp_port),
            "EVENHAND_METRICS_PORT": str(self.worker_port),
            "EVENHAND_SDK_METRICS_PORT": str(sdk_port),
            "EVENHAND_WEB_PORT": str(self.web_port),
        }
        self.children: dict[str, int] = {}

    async def start(self) -> asyncio.subprocess.Process:
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.support.embedded"),
            cwd=ROOT,
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        return self.process

    async def ready(self) -> "Up":
        process = await self.start()
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), SECONDS)
        if not line:
            _, said = await process.communicate()
            raise AssertionError(said.decode())
        self.children = json.loads(line)
        return self

    async def refused(self) -> str:
        process = await self.start()
        _, said = await asyncio.wait_for(process.communicate(), SECONDS)
        assert process.returncode == 1
        return said.decode()

    async def ended_by(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        await asyncio.wait_for(self.process.communicate(), SECONDS)
        return self.process.returncode or 0

    def noted(self, name: str) -> int | None:
        """The process id of a child as it is written down now."""
        with contextlib.suppress(OSError, ValueError, KeyError):
            return int(json.loads((self.folder / "up.children.json").read_text())[name]["pid"])
        return None

    async def temporal_answers(self) -> bool:
        with contextlib.suppress(RuntimeError):
            await Client.connect(f"127.0.0.1:{self.temporal_port}")
            return True
        return False


@pytest.fixture
async def up(tmp_path: Path) -> AsyncIterator[Up]:
    service = Up(tmp_path / "data")
    yield service
    with contextlib.suppress(ProcessLookupError, AttributeError):
        if service.process.returncode is None:
            service.process.terminate()
            await service.process.communicate()
    for pid in service.children.values():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


async def eventually(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not holds():
            await asyncio.sleep(0.05)


def gone(pid: int) -> bool:
    return identity_of(pid) is None


async def test_it_starts_and_a_clean_stop_leaves_nothing(up: Up) -> None:
    await up.ready()
    assert (up.folder / "migrated").exists()
    assert await up.temporal_answers()

    code = await up.ended_by(signal.SIGTERM)

    assert code == 0
    assert all(gone(pid) for pid in up.children.values())
    assert (up.folder / "worker-was-told").read_text() == "stopped"
    assert (up.folder / "web-was-told").read_text() == "stopped"
    for port in (up.temporal_port, up.smtp_port, up.worker_port, up.web_port):
        assert not listening(port)


async def test_ctrl_c_while_it_is_starting(up: Up) -> None:
    await up.start()
    await eventually(lambda: up.noted("temporal") is not None)
    pid = up.noted("temporal")
    assert pid is not None

    code = await up.ended_by(signal.SIGINT)

    assert code == 0
    assert gone(pid)


@pytest.mark.parametrize("name", ["temporal", "worker", "web"])
async def test_a_killed_part_comes_back(up: Up, name: str) -> None:
    await up.ready()
    before = up.children[name]

    os.kill(before, signal.SIGKILL)
    await eventually(lambda: up.noted(name) not in (None, before))

    ports = {"temporal": up.temporal_port, "worker": up.worker_port, "web": up.web_port}
    await eventually(lambda: listening(ports[name]))
    for other in ports.keys() - {name}:
        assert up.noted(other) == up.children[other]
    up.children[f"{name} again"] = up.noted(name) or 0
    assert await up.ended_by(signal.SIGTERM) == 0
    assert all(gone(pid) for pid in up.children.values())


async def test_a_second_one_on_the_same_folder_is_refused(up: Up) -> None:
    await up.ready()
    second = Up(up.folder)

    said = await second.refused()

    assert f"Evenhand is already running on {up.folder} (process {up.process.pid})" in said
    assert "EVENHAND_DATA_DIR" in said
    assert await up.temporal_answers()


@pytest.mark.parametrize(
    ("port", "variable"),
    [
        ("temporal_port", "TEMPORAL_ADDRESS"),
        ("smtp_port", "EVENHAND_SMTP_PORT"),
        ("worker_port", "EVENHAND_METRICS_PORT"),
        ("web_port", "EVENHAND_WEB_PORT"),
    ],
)
async def test_a_busy_port_is_refused(up: Up, port: str, variable: str) -> None:
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", getattr(up, port)))
        somebody.listen()

        said = await up.refused()

    assert f"Port {getattr(up, port)} on 127.0.0.1" in said
    assert variable in said
    assert up.noted("temporal") is None


async def test_another_machines_address_is_refused(up: Up) -> None:
    up.environment["TEMPORAL_ADDRESS"] = "temporal.example:7233"

    assert "TEMPORAL_ADDRESS is “temporal.example:7233”" in await up.refused()


async def test_a_killed_up_takes_its_parts_along_and_starts_again(up: Up) -> None:
    await up.ready()
    first = dict(up.children)

    await up.ended_by(signal.SIGKILL)
    await up.ready()

    assert all(gone(pid) for pid in first.values())
    assert await up.temporal_answers()
    assert await up.ended_by(signal.SIGTERM) == 0


async def test_a_message_is_kept_before_it_is_said_to_be(up: Up) -> None:
    await up.ready()
    message = EmailMessage()
    message["From"] = "office@school.example"
    message["To"] = "head@school.example"
    message["Subject"] = "A reply is due"
    message.set_content("Please look at the case.")

    await aiosmtplib.send(message, hostname="127.0.0.1", port=up.smtp_port, start_tls=False)

    (kept,) = (up.folder / "outbox").iterdir()
    assert kept.suffix == ".eml"
    assert b"Subject: A reply is due" in kept.read_bytes()
    assert kept.stat().st_mode & 0o077 == 0
