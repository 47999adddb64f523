"""A site on a port of the loopback, in this process."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import uvicorn

from tests.web.site import Site
from web.serving import Server


@contextlib.asynccontextmanager
async def served(site: Site) -> AsyncIterator[str]:
    """The address at which the site is served while the block runs."""
    port = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(site.app, log_config=None, access_log=False, lifespan="off")
    server = Server(config)
    serving = asyncio.create_task(server.serve(sockets=[port]))
    try:
        yield f"http://127.0.0.1:{port.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
        port.close()
