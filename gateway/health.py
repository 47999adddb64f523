"""A process's health over HTTP: /health (it lives), /ready (it serves), /metrics (its figures)."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app


class HealthPortTaken(Exception):
    """Another process listens where this one's health should be asked."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            f"The port {port} on {host} is taken. Set EVENHAND_METRICS_PORT to a free one."
        )


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Says nothing: a line for each probe would drown the others."""


@contextlib.contextmanager
def health_server(
    host: str,
    port: int,
    registry: CollectorRegistry,
    down: Callable[[], Iterable[str]],
) -> Iterator[None]:
    """Serves health while the block runs. `down` names the parts that are not ready yet.

    `/ready` answers 200 once `down` names none, and 503 with their names before. Raises
    HealthPortTaken.
    """
    metrics = make_wsgi_app(registry)

    def answer(environment: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environment["PATH_INFO"]
        if path == "/metrics":
            exposed: Iterable[bytes] = metrics(environment, start_response)
            return exposed
        if path not in ("/health", "/ready"):
            start_response("404 Not Found", [("Content-Type", "application/json")])
            return [b'{"error": "ask for /health, /ready or /metrics"}']
        missing = sorted(down()) if path == "/ready" else []
        status = "503 Service Unavailable" if missing else "200 OK"
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps({"ready": not missing, "down": missing}).encode()]

    try:
        server = make_server(host, port, answer, WSGIServer, _Quiet)
    except OSError as error:
        raise HealthPortTaken(host, port) from error
    thread = threading.Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
