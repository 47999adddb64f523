"""Serves the pages: uvicorn on one port, until the process is told to stop."""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Iterator

import structlog
import uvicorn

from settings import Settings
from web.app import create_app
from web.office import open_office
from web.problems import WebPortTaken

log = structlog.stdlib.get_logger("evenhand.web")

GRACE = 10  # seconds for the answers that are under way when it is asked to stop


async def serve(settings: Settings) -> None:
    """Serves until SIGINT or SIGTERM.

    Raises WebPortTaken, KeyProblem, PagesNotBuilt, DatabaseUnreachable or DatabaseNotReady.
    """
    office = open_office(settings)
    try:
        await office.stores.database.check()
        await office.stores.shelf.schools()  # its tables are there
        config = uvicorn.Config(
            create_app(office),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.web_proxies),
            forwarded_allow_ips=settings.web_proxies or "",
            timeout_graceful_shutdown=GRACE,
        )
        # Its lines tell in sentences what ours say by name.
        logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
        with _listening(settings.web_host, settings.web_port) as port:
            log.info("web:serving:started", port=settings.web_port)
            await serve_until_stopped(Server(config), port)
        log.info("web:serving:stopped")
    finally:
        await office.close()


class Server(uvicorn.Server):
    """uvicorn without its own handling of signals, which would end the process by the signal."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves them to whoever runs the server."""
        yield


async def serve_until_stopped(server: Server, port: socket.socket) -> None:
    """Serves on `port` until SIGINT or SIGTERM, then lets the answers that are under way finish."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    try:
        await server.serve(sockets=[port])
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        raise WebPortTaken(host, port) from error
