"""One measure in a process of its own: `python -m benchmarks.measures NAME URL`, told as JSON.

`bare` and `bare_all` are what the verification is held against. `bare` reads the content of every
event, in the order of the chains, and hashes each together with the hash before it, in one loop:
`sha256(previous + content)`. `bare_all` then also reads the events' hashes, in the order of the
ledger, and hashes the leaves and inner nodes of the Merkle tree: every byte that a verification has
to hash. Neither compares anything with anything.
"""

import asyncio
import hashlib
import json
import multiprocessing
import os
import random
import re
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from benchmarks.sample_record import SCHOOL, sample_cases
from domain.audit import canonical, event_of
from domain.chain import link
from storage.database import open_database
from storage.ledger import Ledger
from storage.verification import verify

_AT_ONCE = 5000
_IN_MEMORY = 200_000  # events
_PROOFS = 300
_CONTENTS = "SELECT content FROM events ORDER BY school, reference, sequence"
_LEAVES = "SELECT event_hash FROM ledger ORDER BY school, position"
_KIBIBYTE = 1024
_LOOK_SECONDS = 0.02


def bare(url: str) -> dict[str, Any]:
    """Reads and hashes the events' contents."""
    began = time.perf_counter()
    _hash_contents(url)
    return {"seconds": time.perf_counter() - began}


def bare_all(url: str) -> dict[str, Any]:
    """Reads and hashes every byte that a verification hashes."""
    began = time.perf_counter()
    _hash_contents(url)
    row = [hashlib.sha256(b"\x00" + digest).digest() for digest in _read(url, _LEAVES)]
    while len(row) > 1:
        pairs = iter(row)
        row = [
            hashlib.sha256(b"\x01" + left + right).digest()
            for left, right in zip(pairs, pairs, strict=False)
        ]
    return {"seconds": time.perf_counter() - began}


def full(url: str) -> dict[str, Any]:
    """Verifies the whole record, from starting the workers to the last answer."""

    async def run() -> Any:
        database = open_database(url)
        try:
            return await verify(database)
        finally:
            await database.close()

    peaks = _Peaks()
    began = time.perf_counter()
    with peaks:
        found = asyncio.run(run())
    seconds = time.perf_counter() - began
    if not found.holds:
        raise SystemExit(f"The record does not hold: {found}")
    spent = time.process_time() + sum(os.times()[2:4])
    leader, *others = peaks.bytes()
    return {
        "seconds": seconds,
        "events": found.events,
        "covered": found.covered,
        "cpu_seconds": spent,
        "leader_bytes": leader,
        "largest_worker_bytes": max(others, default=0),
        "all_bytes_at_most": leader + sum(others),
    }


class _Peaks:
    """The most memory that this process and each of its workers held, looked up as they run."""

    def __init__(self) -> None:
        self._peaks: dict[int, int] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def bytes(self) -> list[int]:
        """This process's first, then each worker's."""
        return list(self._peaks.values())

    def _look(self) -> None:
        while not self._over.wait(_LOOK_SECONDS):
            workers = [child.pid for child in multiprocessing.active_children()]
            for pid in (os.getpid(), *filter(None, workers)):
                self._peaks[pid] = _peak_of(pid) or self._peaks.get(pid, 0)


def _peak_of(pid: int) -> int | None:
    """The kernel's own high-water mark of resident memory, in bytes. None where it ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return None
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) * _KIBIBYTE if found else None


def proofs(url: str) -> dict[str, Any]:
    """Inclusion proofs of events drawn by lot, each in a transaction of its own."""

    async def run() -> list[float]:
        database = open_database(url)
        ledger = Ledger(database)
        try:
            size = await ledger.size(SCHOOL)
            lot = random.Random(6962)
            took = []
            for position in sorted(lot.sample(range(size), _PROOFS)):
                async with database.reading() as connection:
                    row = await connection.exec_driver_sql(
                        "SELECT reference, sequence FROM ledger WHERE position = "
                        f"{position} AND school = '{SCHOOL}'"
                    )
                    place = tuple(row.one())
                began = time.perf_counter()
                await ledger.inclusion(SCHOOL, place[0], place[1], size)
                took.append(time.perf_counter() - began)
            return took
        finally:
            await database.close()

    took = sorted(asyncio.run(run()))
    return {
        "proofs": len(took),
        "p50_ms": 1000 * took[len(took) // 2],
        "p95_ms": 1000 * took[len(took) * 95 // 100],
        "slowest_ms": 1000 * took[-1],
    }


def memory(_url: str) -> dict[str, Any]:
    """In memory, over the same contents: a bare loop, the chain, and writing and chaining."""
    contents = [row["content"] for one in sample_cases(_IN_MEMORY) for row in one.events]
    events = [event_of("", content) for content in contents[: _IN_MEMORY // 20]]

    def bare_loop() -> None:
        previous = b""
        for content in contents:
            previous = hashlib.sha256(previous + content).digest()

    def chain() -> None:
        previous = b""
        for content in contents:
            previous = link(previous, content)

    def write() -> None:
        previous = b""
        for event in events:
            previous = link(previous, canonical(event))

    return {
        "bare_per_second": len(contents) / _timed(bare_loop),
        "chain_per_second": len(contents) / _timed(chain),
        "write_and_chain_per_second": len(events) / _timed(write),
    }


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _hash_contents(url: str) -> None:
    previous = b""
    for content in _read(url, _CONTENTS):
        previous = hashlib.sha256(previous + content).digest()


def _read(url: str, statement: str) -> Iterator[bytes]:
    if url.startswith("sqlite"):
        for (value,) in sqlite3.connect(str(make_url(url).database)).execute(statement):
            yield value
        return
    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(url.replace("+asyncpg", "")))
        runner.run(connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"))

        async def opened() -> Any:
            return await connection.cursor(statement)

        cursor = runner.run(opened())
        while rows := runner.run(cursor.fetch(_AT_ONCE)):
            for (value,) in rows:
                yield value
        runner.run(connection.close())


MEASURES = {one.__name__: one for one in (bare, bare_all, full, proofs, memory)}

if __name__ == "__main__":
    print(json.dumps(MEASURES[sys.argv[1]](sys.argv[2])))
