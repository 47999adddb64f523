"""Work that takes longer than somebody waits for a page: it runs beside the requests, tells how far
it is, and keeps what it found until newer work takes its place.

There is one of a kind for each school at a time: who asks again is shown the one under way.
Nothing of it outlives the process but a note that it was begun, so that after a restart it is told
as broken off, and nothing pretends to run.
"""

import asyncio
import contextlib
import json
import secrets
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import structlog

from domain.actions import Actor

log = structlog.stdlib.get_logger("evenhand.long_tasks")

KEPT = 4  # finished ones of a kind, for each school
_BEGUN = "begun"


class Kind(StrEnum):
    """What takes long."""

    VERIFICATION = "verification"
    BUNDLE = "bundle"
    TERM_REPORT = "term_report"
    REVIEW_CHECK = "review_check"


@dataclass(kw_only=True, eq=False)
class LongTask:
    """One piece of work: under way, or done with a `result` or a `problem`.

    `about` says in ids what it is about. `done` of `total` are counted in whatever the work counts;
    a total of None: nobody knows yet. `folder` is its own, for files; it goes when the task does.
    """

    id: str
    school: str
    kind: Kind
    about: str
    by: Actor
    started_at: datetime
    folder: Path
    done: int = 0
    total: int | None = None
    ended_at: datetime | None = None
    result: Any = None
    problem: Exception | None = None
    running: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def under_way(self) -> bool:
        """Whether there is more to come."""
        return self.ended_at is None

    def told(self, done: int, total: int | None = None) -> None:
        """So much is done, of so much."""
        self.done, self.total = done, total if total is not None else self.total


Work = Callable[[LongTask], Awaitable[Any]]


class BrokenOff(NamedTuple):
    """Work that was under way when the process that did it ended."""

    kind: Kind
    about: str
    started_at: datetime


class LongTasks:
    """The long tasks of one process. `folder` is its alone; `now` gives the present moment in UTC.

    `close` when done: what is still under way is broken off, and told so at the next start.
    """

    def __init__(
        self, folder: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._folder = folder
        self._now = now
        self._tasks: dict[str, LongTask] = {}
        self._swept = False

    def start(self, school: str, kind: Kind, work: Work, by: Actor, *, about: str = "") -> LongTask:
        """Begins a task, or gives the one of this kind that is under way.

        `work` is given the task, and tells it how far it is. Whether it is the caller's own is told
        by `about` and `by`.
        """
        if (running := self.under_way(school, kind)) is not None:
            return running
        self._sweep()
        id_ = secrets.token_hex(8)
        task = LongTask(
            id=id_,
            school=school,
            kind=kind,
            about=about,
            by=by,
            started_at=self._now(),
            folder=self._folder / id_,
        )
        task.folder.mkdir(parents=True)
        note = {"about": about, "started_at": task.started_at.isoformat()}
        self._note(school, kind).write_text(json.dumps(note), encoding="utf-8")
        self._tasks[id_] = task
        task.running = asyncio.create_task(self._run(task, work), name=f"{kind.value}/{id_}")
        return task

    def under_way(self, school: str, kind: Kind) -> LongTask | None:
        """The task of this kind that has not ended yet."""
        return next((one for one in self._of(school, kind) if one.under_way), None)

    def latest(self, school: str, kind: Kind, about: str | None = None) -> LongTask | None:
        """The last task of this kind (about this, if it is said) that ended with a result."""
        done = [one for one in self._of(school, kind) if one.result is not None]
        return next((one for one in reversed(done) if about in (None, one.about)), None)

    def find(self, school: str, kind: Kind, id_: str) -> LongTask | None:
        """The task with this id; None where there is none, or it is kept no longer."""
        task = self._tasks.get(id_)
        return task if task is not None and (task.school, task.kind) == (school, kind) else None

    def broken_off(self, school: str, kind: Kind) -> BrokenOff | None:
        """The last task of this kind, where it ended with the process that did it."""
        if self.under_way(school, kind) is not None:
            return None
        try:
            note = json.loads(self._note(school, kind).read_text(encoding="utf-8"))
            return BrokenOff(kind, note["about"], datetime.fromisoformat(note["started_at"]))
        except (OSError, ValueError, KeyError):
            return None

    async def wait(self, task: LongTask, seconds: float) -> None:
        """Waits for a task to end, but no longer than so many seconds."""
        if task.running is not None:
            await asyncio.wait({task.running}, timeout=seconds)

    async def close(self) -> None:
        """Breaks off what is under way, and removes the files of what was done."""
        running = [one.running for one in self._tasks.values() if one.running and one.under_way]
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for task in list(self._tasks.values()):
            self._drop(task)

    async def _run(self, task: LongTask, work: Work) -> None:
        try:
            task.result = await work(task)
        except Exception as error:
            task.problem = error
            log.exception("long_task:work:failed", school=task.school, kind=task.kind)
        task.ended_at = self._now()
        with contextlib.suppress(OSError):
            self._note(task.school, task.kind).unlink()
        ended = [one for one in self._of(task.school, task.kind) if not one.under_way]
        for old in ended[:-KEPT]:
            self._drop(old)

    def _of(self, school: str, kind: Kind) -> list[LongTask]:
        return [one for one in self._tasks.values() if (one.school, one.kind) == (school, kind)]

    def _drop(self, task: LongTask) -> None:
        self._tasks.pop(task.id, None)
        shutil.rmtree(task.folder, ignore_errors=True)

    def _note(self, school: str, kind: Kind) -> Path:
        return self._folder / f"{quote(school, safe='')}-{kind.value}.{_BEGUN}"

    def _sweep(self) -> None:
        """Removes the files of a process before this one, once."""
        if not self._swept and self._folder.is_dir():
            for left in self._folder.iterdir():
                if left.is_dir():
                    shutil.rmtree(left, ignore_errors=True)
        self._swept = True
