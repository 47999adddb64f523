"""A process that is started, watched, started again when it dies, and ended."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

import structlog

from cli.embedded import bound
from cli.embedded.folder import DataFolder
from cli.embedded.problems import WillNotStart

START_SECONDS = 60.0
TRIES = 5  # until the first time it is ready; from then on there is no limit
FIRST_DELAY, LONGEST_DELAY = 0.2, 10.0  # seconds before it is started again
STEADY_SECONDS = 30.0  # a life that long makes the next delay the first one again
PROBE_SECONDS = 0.1
LOG_BYTES = 10_000_000  # of an earlier run's log that are kept beside this one's

_log = structlog.stdlib.get_logger("evenhand.embedded")


class Child:
    """One process of the service, in a session of its own: Ctrl-C reaches the supervisor alone.

    `ready` says whether it can do its work; it may be asked often and must not raise.
    `grace` is the seconds that it has to end by itself when it is asked to.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        folder: DataFolder,
        ready: Callable[[], Awaitable[bool]],
        grace: float,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.log = folder.path / f"{name}.log"
        self.pid: int | None = None
        self._command = tuple(command)
        self._folder = folder
        self._ready = ready
        self._grace = grace
        self._environment = dict(environment or {})
        self._was_ready = asyncio.Event()
        self._stopping = asyncio.Event()

    async def __aenter__(self) -> Self:
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        self.running = asyncio.create_task(self._keep_running(), name=f"child {self.name}")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self._stopping.set()
        # What ended it was raised by `until_ready`, or is told by whoever watches `running`.
        await asyncio.wait({self.running})

    async def until_ready(self) -> None:
        """Wait until it is ready for the first time. Raises WillNotStart."""
        waiting = asyncio.create_task(self._was_ready.wait())
        try:
            await asyncio.wait(
                {waiting, self.running},
                timeout=START_SECONDS,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            waiting.cancel()
        if self.running.done():
            self.running.result()
        if not self._was_ready.is_set():
            raise WillNotStart(self.name, f"it was not ready in {START_SECONDS:.0f} s", self.log)

    async def _keep_running(self) -> None:
        delay = FIRST_DELAY
        lives = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            code = await self._live_once()
            if self._stopping.is_set():
                return
            lives += 1
            if lives == TRIES and not self._was_ready.is_set():
                raise WillNotStart(self.name, f"it ended {lives} times (exit {code})", self.log)
            if time.monotonic() - began > STEADY_SECONDS:
                delay = FIRST_DELAY
            _log.warning("embedded:child:died", child=self.name, exit_code=code, seconds=delay)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), delay)
            delay = min(delay * 2, LONGEST_DELAY)

    async def _live_once(self) -> int:
        """Start it and wait until it ends, by itself or because it was asked to; its exit code."""
        with self.log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", bound.__file__, str(os.getpid()), *self._command),
                env={**os.environ, **self._environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.pid = process.pid
        self._folder.note_child(self.name, process.pid, self._command)
        _log.info("embedded:child:started", child=self.name, pid=process.pid)
        ended = asyncio.create_task(process.wait())
        probing = asyncio.create_task(self._probe(process.pid))
        asked = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({ended, asked}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            probing.cancel()
            asked.cancel()
        if not ended.done():
            await self._end(process, ended)
        self.pid = None
        self._folder.forget_child(self.name)
        return await ended

    async def _probe(self, pid: int) -> None:
        while not await self._ready():
            await asyncio.sleep(PROBE_SECONDS)
        _log.info("embedded:child:ready", child=self.name, pid=pid)
        self._was_ready.set()

    async def _end(self, process: asyncio.subprocess.Process, ended: asyncio.Task[int]) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        await asyncio.wait({ended}, timeout=self._grace)
        if not ended.done():
            _log.warning("embedded:child:killed", child=self.name, seconds=self._grace)
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        await ended
