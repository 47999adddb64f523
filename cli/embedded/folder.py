"""The data folder: one `up` at a time, and a note of the processes it started."""

import asyncio
import contextlib
import fcntl
import json
import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

import structlog

from cli.embedded.identity import identity_of, runs
from cli.embedded.problems import DataFolderInUse, DataFolderUnusable, LeftoverStays

LEFTOVER_SECONDS = 10.0
_POLL_SECONDS = 0.05

_log = structlog.stdlib.get_logger("evenhand.embedded")


class DataFolder:
    """The folder in which the embedded service keeps everything."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = path / "up.lock"
        self._note = path / "up.children.json"
        self._children: dict[str, dict[str, object]] = {}

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder; it is free again when the block, or this process, ends.

        Raises DataFolderInUse where another process holds it, or DataFolderUnusable.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise DataFolderUnusable(self.path, error.strerror or "unknown reason") from error
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise DataFolderInUse(self.path, self._holder()) from None
            os.truncate(lock, 0)
            os.write(lock, str(os.getpid()).encode())
            yield
            os.truncate(lock, 0)
        finally:
            os.close(lock)

    def note_child(self, name: str, pid: int, command: Sequence[str]) -> None:
        """Write down a process that was started, so that a later run can end it."""
        found = identity_of(pid)
        if found is not None:
            self._children[name] = {
                "pid": pid,
                "started": found.started,
                "command": list(command),
            }
            self._write_note()

    def forget_child(self, name: str) -> None:
        """The process has ended."""
        if self._children.pop(name, None) is not None:
            self._write_note()

    async def end_leftovers(self) -> None:
        """End the processes that a run left behind when it was killed; others are left alone.

        Raises LeftoverStays.
        """
        for name, child in self._read_note().items():
            pid, started = child.get("pid"), child.get("started")
            words = child.get("command")
            if not (isinstance(pid, int) and isinstance(started, str) and isinstance(words, list)):
                continue
            command = tuple(str(word) for word in words)
            if command and runs(pid, started, command):
                _log.warning("embedded:leftover:ending", child=name, pid=pid)
                await _end(name, pid, started, command)
        self._note.unlink(missing_ok=True)

    def _holder(self) -> int | None:
        with contextlib.suppress(OSError, ValueError):
            return int(self._lock.read_text())
        return None

    def _read_note(self) -> dict[str, dict[str, object]]:
        try:
            noted = json.loads(self._note.read_text())
        except (OSError, ValueError):
            return {}
        if not isinstance(noted, dict):
            return {}
        return {name: child for name, child in noted.items() if isinstance(child, dict)}

    def _write_note(self) -> None:
        draft = self._note.with_suffix(".part")
        draft.write_text(json.dumps(self._children))
        draft.replace(self._note)


async def _end(name: str, pid: int, started: str, command: tuple[str, ...]) -> None:
    for by in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, by)
        waited = 0.0
        while waited < LEFTOVER_SECONDS:
            if not runs(pid, started, command):
                return
            await asyncio.sleep(_POLL_SECONDS)
            waited += _POLL_SECONDS
    raise LeftoverStays(pid, name)
