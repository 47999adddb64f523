"""The embedded outbox: an SMTP server on the loopback that keeps each message as a file."""

import asyncio
import contextlib
import logging
import os
import secrets
import weakref
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from cli.embedded.ports import LOOPBACK
from cli.embedded.problems import PortBusy

_log = structlog.stdlib.get_logger("evenhand.embedded")


class Outbox:
    """Keeps each message it is handed as a file in `folder`, before it says that it has it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """The answer to the sender; called by the SMTP server."""
        content = envelope.original_content
        if content is None:
            return "554 There is no message"
        try:
            kept = await asyncio.to_thread(self._keep, content)
        except OSError:
            # Temporary, in SMTP's words: the sender is to try again.
            _log.exception("outbox:message:refused")
            return "452 The message could not be kept; try again later"
        _log.info("outbox:message:kept", file=kept.name)
        return "250 Kept"

    def _keep(self, content: bytes) -> Path:
        """Write the message to a new file that is whole and on the disk before it has its name."""
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}.eml"
        draft = self._folder / f".{name}.part"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(self._folder / name)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return self._folder / name


@contextlib.asynccontextmanager
async def serving_outbox(folder: Path, port: int) -> AsyncIterator[None]:
    """Serve the outbox on the loopback port while the block runs. Raises PortBusy."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for draft in folder.glob(".*.part"):  # a message that was never said to be kept
        draft.unlink()
    # It would log the addresses of each conversation.
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    outbox = Outbox(folder)
    conversations: weakref.WeakSet[SMTP] = weakref.WeakSet()

    def converse() -> SMTP:
        conversation = SMTP(outbox, hostname="localhost", ident="Evenhand outbox")
        conversations.add(conversation)
        return conversation

    try:
        server = await asyncio.get_running_loop().create_server(converse, LOOPBACK, port)
    except OSError as error:
        raise PortBusy("the outbox", LOOPBACK, port, "EVENHAND_SMTP_PORT") from error
    try:
        yield
    finally:
        server.close()
        for conversation in list(conversations):
            if conversation.transport is not None:
                conversation.transport.close()
        await server.wait_closed()
