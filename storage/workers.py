"""Processes that work beside this one: long checks take every core, and leave the loop free."""

import asyncio
import multiprocessing
import os
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from types import ModuleType
from typing import Any, TypeVar

from storage.fast_walk import prepare_process

Result = TypeVar("Result")


@contextmanager
def workers(tasks: int) -> Iterator[Executor]:
    """As many processes as there are cores; for a single task, a thread, which starts at once.

    Left early, it waits for what is under way, and drops the rest.
    """
    cores = min(os.cpu_count() or 1, tasks)
    pool: Executor = ThreadPoolExecutor(1) if cores <= 1 else _processes(cores)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _processes(count: int) -> Executor:
    # Spawned, not forked: a fork would take this process's threads and connections along.
    pool = ProcessPoolExecutor(
        count, mp_context=multiprocessing.get_context("spawn"), initializer=prepare_process
    )
    with _without_main_module():
        for _ in range(count):  # each is started when something is first given to it
            pool.submit(os.getpid)
    return pool


@contextmanager
def _without_main_module() -> Iterator[None]:
    """A spawned process would import the program that this one runs, and all that it needs.

    That costs each of them more time and memory than the work itself.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


async def in_order(
    pool: Executor, work: Callable[..., Result], tasks: Iterable[tuple[Any, ...]]
) -> AsyncIterator[Result]:
    """The results of `work(*task)` in the order of the tasks, a few at work ahead."""
    ahead = 2 * (os.cpu_count() or 1)
    under_way: deque[Future[Result]] = deque()
    for task in tasks:
        under_way.append(pool.submit(work, *task))
        if len(under_way) >= ahead:
            yield await asyncio.wrap_future(under_way.popleft())
    while under_way:
        yield await asyncio.wrap_future(under_way.popleft())
