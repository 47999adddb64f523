"""A real SMTP server with TLS and authentication, as a school's own may be."""

import asyncio
import contextlib
import ssl
import warnings
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "evenhand", "a password that nobody guesses"


@dataclass
class GuardedServer:
    """What it was handed, by whom, and how it answers: `refuse` addresses, `hang_up` after data."""

    port: int = 0
    authority: Path = Path()
    messages: list[EmailMessage] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    refuse: str | None = None
    hang_up: bool = False

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse is not None:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        assert server.transport is not None
        self.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        if self.hang_up:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return "250 Kept"


def _may_enter(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
) -> AuthResult:
    given = data if isinstance(data, LoginPassword) else LoginPassword(b"", b"")
    known = (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=False)


@contextlib.asynccontextmanager
async def guarded_server(
    folder: Path, *, tls_from_the_start: bool = False
) -> AsyncIterator[GuardedServer]:
    """Serves on a free loopback port, with a certificate of an authority in `folder`."""
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    handler = GuardedServer(authority=folder / "authority.pem")
    authority.cert_pem.write_to_path(str(handler.authority))
    loop = asyncio.get_running_loop()
    served: list[SMTP] = []

    def converse() -> SMTP:
        with warnings.catch_warnings():
            # It does not know that the conversation is encrypted from its start.
            warnings.simplefilter("ignore")
            conversation = SMTP(
                handler,
                loop=loop,
                hostname="localhost",
                authenticator=_may_enter,
                auth_required=True,
                auth_require_tls=not tls_from_the_start,
                require_starttls=not tls_from_the_start,
                tls_context=None if tls_from_the_start else context,
            )
        served.append(conversation)
        return conversation

    server = await loop.create_server(
        converse, "127.0.0.1", 0, ssl=context if tls_from_the_start else None
    )
    handler.port = server.sockets[0].getsockname()[1]
    try:
        yield handler
    finally:
        server.close()
        for conversation in served:
            if conversation.transport is not None:
                conversation.transport.close()
        await server.wait_closed()
