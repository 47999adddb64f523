"""A real SMTP server on the loopback that keeps what it is sent."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session


class Outbox:
    """The messages received so far, in the order they came; `refuse` sets an answer to give, and
    `unknown` the addresses at which there is nobody.
    """

    def __init__(self) -> None:
        self.port = 0
        self.messages: list[EmailMessage] = []
        self.refuse: str | None = None
        self.unknown: set[str] = set()

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.unknown:
            return "550 Nobody has this address"
        envelope.rcpt_tos.append(address)
        return "250 Somebody has"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refuse is not None:
            return self.refuse
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 Kept"


@contextlib.contextmanager
def running_outbox(outbox: Outbox | None = None) -> Iterator[Outbox]:
    """An outbox (a plain one, unless another is given) on a free loopback port, served from a
    thread of its own."""
    outbox = outbox or Outbox()
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(
        loop.create_server(
            lambda: SMTP(outbox, loop=loop, hostname="localhost"), host="127.0.0.1", port=0
        )
    )
    outbox.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, name="outbox", daemon=True)
    thread.start()
    try:
        yield outbox
    finally:

        async def close() -> None:
            server.close()
            await server.wait_closed()
            conversations = asyncio.all_tasks() - {asyncio.current_task()}
            for conversation in conversations:
                conversation.cancel()
            await asyncio.gather(*conversations, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
