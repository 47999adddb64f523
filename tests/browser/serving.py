"""A site on a port of the loopback, in this process."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import uvicorn

from tests.web.site import Site


class _Server(uvicorn.Server):
    """uvicorn without its own handling of signals: those are pytest's."""

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]
        """Leaves them alone."""
        yield


@contextlib.asynccontextmanager
async def served(site: Site) -> AsyncIterator[str]:
    """The address at which the site is served while the block runs."""
    port = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(site.app, log_config=None, access_log=False, lifespan="off")
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[port]))
    try:
        yield f"http://127.0.0.1:{port.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
        port.close()
