"""How fast the record can be verified: `python -m benchmarks.record [--events N] [--json]`.

A long record is made in SQLite and in PostgreSQL (the tests' own server), checkpoints included, and
thrown away at the end. Then rounds: in each, the bare loops and the verification run one after the
other, each in a process of its own; every figure is the median of its rounds. docs/performance.md
says how to read them.
"""

import argparse
import asyncio
import json
import os
import platform
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.filling import fill
from benchmarks.sample_record import SCHOOL
from storage.checkpoints import Checkpoints
from storage.database import open_database
from storage.ledger import Ledger
from storage.signing_keys import SigningKeys
from tests.support.postgres import running_postgres

ROOT = Path(__file__).parents[1]
KINDS = ("sqlite", "postgresql")
EACH_ROUND = ("bare", "bare_all", "full")
MEBIBYTE = 1 << 20


def main() -> None:
    """Measures, and prints a table or one JSON document."""
    asked = _arguments()
    with ExitStack() as stack:
        bar = stack.enter_context(_bar())
        results = {
            kind: _measure(stack, bar, kind, asked.events, asked.rounds) for kind in asked.databases
        }
        in_memory = _median([_run("memory", "") for _ in range(asked.rounds)])
        found = {"machine": _machine(), "events": asked.events, "rounds": asked.rounds}
        found |= {"memory": in_memory, "databases": results}
    print(json.dumps(found, indent=2) if asked.json else _table(found))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--databases", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--json", action="store_true", help="Print one JSON document.")
    return parser.parse_args()


def _measure(
    stack: ExitStack, bar: Progress, kind: str, events: int, rounds: int
) -> dict[str, Any]:
    url = stack.enter_context(_database(kind))
    asyncio.run(_prepare(bar, kind, url, events))
    task = bar.add_task(f"{kind}: measuring", total=rounds * len(EACH_ROUND) + 1)
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in EACH_ROUND}
    for _ in range(rounds):
        for name in EACH_ROUND:
            found[name].append(_run(name, url))
            bar.advance(task)
    medians = {name: _median(each) for name, each in found.items()}
    medians["proofs"] = _run("proofs", url)
    bar.advance(task)
    took = medians["full"]["seconds"]
    return {
        **medians,
        "version": _version(kind, url),
        "every_round": {
            name: [round(one["seconds"], 3) for one in each] for name, each in found.items()
        },
        "ratio_to_bare": medians["bare"]["seconds"] / took,
        "ratio_to_bare_all": medians["bare_all"]["seconds"] / took,
    }


@contextmanager
def _database(kind: str) -> Iterator[str]:
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="evenhand-benchmark-") as folder:
            yield f"sqlite+aiosqlite:///{folder}/evenhand.db"
    else:
        with running_postgres() as server, server.fresh_database() as url:
            yield url


async def _prepare(bar: Progress, kind: str, url: str, events: int) -> None:
    task = bar.add_task(f"{kind}: making the record", total=events)
    await fill(url, events, lambda done: bar.update(task, completed=done))
    task = bar.add_task(f"{kind}: making its checkpoint", total=events + 1)
    database = open_database(url)
    try:
        checkpoints = Checkpoints(database, Ledger(database))
        keys = SigningKeys({"benchmark": bytes(32)})
        await checkpoints.make(
            SCHOOL, keys, datetime.now(UTC), lambda done: bar.update(task, completed=done)
        )
    finally:
        await database.close()


def _run(name: str, url: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.measures", name, url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def _median(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}


def _version(kind: str, url: str) -> str:
    if kind == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"

    async def ask() -> str:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        try:
            return f"PostgreSQL {await connection.fetchval('SHOW server_version')}"
        finally:
            await connection.close()

    return asyncio.run(ask())


def _machine() -> dict[str, Any]:
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load_before": load,
        "day": f"{datetime.now(UTC):%Y-%m-%d}",
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )


def _table(found: dict[str, Any]) -> str:
    machine = found["machine"]
    lines = [
        f"{found['events']} events, median of {found['rounds']} rounds; {machine['processor']}, "
        f"{machine['cores']} cores, Python {machine['python']}, load {machine['load_before']:.1f}",
        "",
    ]
    for one in found["databases"].values():
        full = one["full"]
        lines += [
            one["version"],
            f"  full verify                  {_rate(found['events'], full['seconds'])}",
            f"  bare loop, contents          {_rate(found['events'], one['bare']['seconds'])}"
            f"   verify is {one['ratio_to_bare']:.2f} of it",
            f"  bare loop, all that's hashed {_rate(found['events'], one['bare_all']['seconds'])}"
            f"   verify is {one['ratio_to_bare_all']:.2f} of it",
            f"  peak memory                  {full['leader_bytes'] / MEBIBYTE:.0f} MiB, and "
            f"{full['largest_worker_bytes'] / MEBIBYTE:.0f} MiB for each worker; "
            f"{full['all_bytes_at_most'] / MEBIBYTE:.0f} MiB together at most",
            f"  inclusion proof              p50 {one['proofs']['p50_ms']:.1f} ms, p95 "
            f"{one['proofs']['p95_ms']:.1f} ms, slowest {one['proofs']['slowest_ms']:.1f} ms",
        ]
    memory = found["memory"]
    lines += [
        "In memory",
        f"  bare loop                    {memory['bare_per_second']:>10,.0f} events/s",
        f"  chain append alone           {memory['chain_per_second']:>10,.0f} events/s   "
        f"{memory['chain_per_second'] / memory['bare_per_second']:.2f} of it",
        f"  canonical JSON and chain     {memory['write_and_chain_per_second']:>10,.0f} events/s",
    ]
    return "\n".join(lines)


def _rate(events: int, seconds: float) -> str:
    return f"{events / seconds:>10,.0f} events/s ({seconds:.2f} s)"


if __name__ == "__main__":
    main()
