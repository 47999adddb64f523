"""How fast Today is shown: `python -m benchmarks.pages [--cases N] [--rounds N] [--json]`.

A school with N open cases is recorded in SQLite by the domain's own decisions, and thrown away at
the end. Then a headteacher's Today is asked for again and again, in turn with two pages that are
the same for everybody: the help page of the same app, for the same person, and the HTML of Today
itself as a template without a value, from the bare framework. See docs/performance.md.
"""

import argparse
import asyncio
import json
import platform
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from jinja2 import Environment, select_autoescape
from limits import RateLimitItem, parse
from rich.console import Console
from rich.progress import Progress
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message

from benchmarks.sample_desk import full_desk
from gateway.logs import configure_logging
from web.app import create_app
from web.cookies import SESSION
from web.rates import Rates

WARM = 20  # rounds that are not counted
_ANY_NUMBER = parse("1000000000/minute")
PAGES = {"today": "Today", "help": "the help page", "bare": "a bare static template"}


def main() -> None:
    """Measures, and prints a table or one JSON document."""
    asked = _arguments()
    configure_logging(as_json=True, level="error")
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(_measure(Path(folder), asked.cases, asked.rounds))
    print(json.dumps(found, indent=2) if asked.json else _table(found))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


async def _measure(folder: Path, cases: int, rounds: int) -> dict[str, Any]:
    with Progress(console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("Recording cases", total=cases)
        office, token = await full_desk(folder, cases, lambda done: progress.advance(bar, done))
    try:
        office.rates = _Uncounted()
        app = create_app(office)
        cookie = f"{SESSION}={token}".encode()
        shown = await _get(app, "/today", cookie)
        asked: dict[str, tuple[ASGIApp, str]] = {
            "today": (app, "/today"),
            "help": (app, "/help"),
            "bare": (_bare(shown), "/today"),
        }
        took: dict[str, list[float]] = {name: [] for name in asked}
        for _ in range(WARM + rounds):
            for name, (one, path) in asked.items():
                began = time.perf_counter()
                await _get(one, path, cookie)
                took[name].append((time.perf_counter() - began) * 1000)
    finally:
        await office.close()
    return _summed_up(cases, rounds, len(shown), took)


class _Uncounted(Rates):
    """Counts as always, and never finds that it is too often."""

    def count(self, limit: RateLimitItem, *who: str) -> None:
        super().count(_ANY_NUMBER, *who)


def _summed_up(cases: int, rounds: int, size: int, took: dict[str, list[float]]) -> dict[str, Any]:
    median = {name: statistics.median(values[WARM:]) for name, values in took.items()}
    slow = {name: statistics.quantiles(values[WARM:], n=20)[18] for name, values in took.items()}
    return {
        "machine": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "cases": cases,
        "rounds": rounds,
        "page_bytes": size,
        "median_ms": {name: round(value, 2) for name, value in median.items()},
        "p95_ms": {name: round(value, 2) for name, value in slow.items()},
        "help_over_today": round(median["help"] / median["today"], 2),
        "bare_over_today": round(median["bare"] / median["today"], 2),
        "measured_at": datetime.now(UTC).isoformat(timespec="minutes"),
    }


def _table(found: dict[str, Any]) -> str:
    lines = [
        f"{found['cases']} open cases, {found['rounds']} rounds, {found['page_bytes']} bytes, "
        f"{found['machine']}"
    ]
    for name, words in PAGES.items():
        median, slow = found["median_ms"][name], found["p95_ms"][name]
        lines.append(f"{words:24} {median:7.2f} ms  (p95 {slow:.2f} ms)")
    lines.append(
        f"help ÷ Today: {found['help_over_today']}; bare ÷ Today: {found['bare_over_today']}"
    )
    return "\n".join(lines)


def _bare(shown: bytes) -> ASGIApp:
    """The framework with a template in which nothing is filled in."""
    environment = Environment(autoescape=select_autoescape(default=True))
    template = environment.from_string("{% raw %}" + shown.decode() + "{% endraw %}")
    app = FastAPI(openapi_url=None)

    @app.get("/today")
    async def today() -> HTMLResponse:
        return HTMLResponse(template.render())

    return app


async def _get(app: ASGIApp, path: str, cookie: bytes) -> bytes:
    """The page as the server would send it. Raises AssertionError unless it is one."""
    body = bytearray()
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1"), (b"cookie", cookie)],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8080),
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            assert message["status"] == 200, message
        body.extend(message.get("body", b""))

    await app(scope, receive, send)
    return bytes(body)


if __name__ == "__main__":
    main()
