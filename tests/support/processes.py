"""Starting and ending the servers that the tests need."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from cli.embedded import bound

STOP_SECONDS = 10.0
TRIES = 3


def free_port() -> int:
    """A loopback TCP port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listening(port: int) -> bool:
    """Whether something answers on the loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def start(
    command: Sequence[str | Path], *, log: Path, user: str | None = None
) -> subprocess.Popen[bytes]:
    """Start `command`, as `user` if root may, with its output in the file `log`."""
    words = [str(part) for part in command]
    if user is None:  # another user may not be able to enter the folder of this Python
        words = [sys.executable, "-I", bound.__file__, str(os.getpid()), *words]
    with log.open("ab") as output:
        return subprocess.Popen(
            words, user=user, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )


def stop(process: subprocess.Popen[bytes], by: signal.Signals = signal.SIGTERM) -> None:
    """Ask the process to end, and insist after ten seconds."""
    process.send_signal(by)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def serving(
    command: Callable[[int], Sequence[str | Path]],
    *,
    log: Path,
    user: str | None = None,
    stop_by: signal.Signals = signal.SIGTERM,
    seconds: float = 30.0,
) -> Iterator[tuple[int, int]]:
    """A server on a free loopback port, as (port, process id); it ends with the block.

    `command` says how to start it on a port. Somebody else may take a free port before the server
    does: then it is tried on another.
    """
    for remaining in reversed(range(TRIES)):
        port = free_port()
        process = start(command(port), log=log, user=user)
        try:
            _wait(port, process, log, seconds)
            yield port, process.pid
            return
        except NotServing:
            if not remaining:
                raise
        finally:
            stop(process, stop_by)


class NotServing(AssertionError):
    """A server that the tests need ended, or did not answer in time."""


def _wait(port: int, process: subprocess.Popen[bytes], log: Path, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not listening(port):
        if process.poll() is not None or time.monotonic() > until:
            said = log.read_text(errors="replace")[-2000:]
            raise NotServing(f"{process.args!r} does not serve (exit {process.poll()}):\n{said}")
        time.sleep(0.02)
