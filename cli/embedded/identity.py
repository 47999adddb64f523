"""Is the process under this id still the one we started? Ids are given out again."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_STATE = 0  # the fields of /proc/PID/stat after the program's name
_START = 19


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A process: its id, when it started, and its command line."""

    pid: int
    started: str
    command: tuple[str, ...]


def identity_of(pid: int) -> Identity | None:
    """The running process with this id; None where there is none, or it has already ended."""
    return _from_proc(pid) if sys.platform == "linux" else _from_ps(pid)


def runs(pid: int, started: str, command: tuple[str, ...]) -> bool:
    """Whether `pid` is still the process that began at `started` and runs `command`."""
    found = identity_of(pid)
    if found is None or found.started != started:
        return False
    # Before its first instruction a child still has our launcher's words in front of its own; one
    # that is ending has none left, but may not have let go of its files yet.
    return found.command[-len(command) :] == command or found.command == ("",)


def _from_proc(pid: int) -> Identity | None:
    process = Path("/proc") / str(pid)
    try:
        fields = (process / "stat").read_text().rpartition(")")[2].split()
        words = (process / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return None
    if fields[_STATE] in "ZX":
        return None
    return Identity(
        pid=pid,
        started=f"{boot}/{fields[_START]}",
        command=tuple(word.decode(errors="surrogateescape") for word in words),
    )


def _from_ps(pid: int) -> Identity | None:
    asked = [
        subprocess.run(
            ["ps", "-ww", "-o", f"{column}=", "-p", str(pid)],
            capture_output=True,
            text=True,
            check=False,
        ).stdout.strip()
        for column in ("stat", "lstart", "command")
    ]
    state, started, command = asked
    if not started or state.startswith("Z"):
        return None
    return Identity(pid=pid, started=started, command=tuple(command.split()))
