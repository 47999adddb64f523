"""A TCP connection to a server that a test can cut, in one direction, at a moment of its choice."""

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Cable:
    """Carries connections to a port on; while it is cut, what clients say is lost."""

    def __init__(self, to: int) -> None:
        self.port = 0
        self.is_cut = False
        self._to = to
        self._carrying: set[asyncio.Task[None]] = set()

    async def carry(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """Carries one connection on until either side ends it."""
        server, there = await asyncio.open_connection("127.0.0.1", self._to)
        ways = [
            asyncio.create_task(self._pump(client, there, may_be_cut=True)),
            asyncio.create_task(self._pump(server, back, may_be_cut=False)),
        ]
        self._carrying.update(ways)
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            self._carrying.difference_update(ways)
            there.close()
            back.close()

    async def _pump(
        self, said: asyncio.StreamReader, heard: asyncio.StreamWriter, *, may_be_cut: bool
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while content := await said.read(65536):
                if not (may_be_cut and self.is_cut):
                    heard.write(content)
                    await heard.drain()

    def end(self) -> None:
        """Ends whatever is still carried."""
        for way in self._carrying:
            way.cancel()


@contextlib.asynccontextmanager
async def a_cable(to: int) -> AsyncIterator[Cable]:
    """A cable from a free loopback port to the port `to`, for as long as the block runs."""
    cable = Cable(to)
    server = await asyncio.start_server(cable.carry, "127.0.0.1", 0)
    cable.port = server.sockets[0].getsockname()[1]
    try:
        yield cable
    finally:
        server.close()
        cable.end()
        await server.wait_closed()
