"""The mail server: where messages are handed in, over SMTP."""

import re
import ssl
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib

from domain.vocabulary import Security
from settings import Settings

PERMANENT = 500  # SMTP reply codes from here on say that trying again is of no use
NOBODY_THERE = "5.1.1"  # the status (RFC 3463) of an address at which there is no mailbox
NOT_AN_ADDRESS = "5.1.3"  # the status (RFC 3463) of what is no address at all
_STATUS = re.compile(r"^([245]\.\d{1,3}\.\d{1,3})\b")


class AddressRefused(Exception):
    """The mail server refuses this address for good; `status` is its code (RFC 3463)."""

    def __init__(self, status: str) -> None:
        self.status = status
        super().__init__(f"The mail server refuses the address ({status}).")


class NotTaken(Exception):
    """The mail server did not take the message, for certain; it may take it later."""


class Unanswered(Exception):
    """Nobody can tell whether the message was taken."""


@dataclass(frozen=True)
class MailServer:
    """A mail server, how to speak to it, and whom messages come from.

    `authority` is a file with the certificate of a private authority that the server's own was
    issued by; None trusts what the system trusts.
    """

    host: str
    port: int
    sender: str
    security: Security = Security.NONE
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    authority: Path | None = None

    @property
    def recalls(self) -> timedelta:
        """No time at all: a mail server can't be asked whether it took a message."""
        return timedelta(0)

    async def accepts(self, message: EmailMessage) -> bool:
        """Hands a message over; False where its recipient is refused for good.

        Raises NotTaken, or another error where it is unknown whether it was taken.
        """
        try:
            await self.hand_over(message)
        except AddressRefused:
            return False
        return True

    async def hand_over(self, message: EmailMessage) -> None:
        """Hands a message over; returns once the server has taken it.

        Raises AddressRefused where it is of no use to try again, and NotTaken where it may be:
        the server is away, busy, or full. Any other error leaves it unknown whether it was taken.
        """
        try:
            await aiosmtplib.send(
                message,
                sender=self.sender,
                hostname=self.host,
                port=self.port,
                use_tls=self.security is Security.TLS,
                start_tls=self.security is Security.STARTTLS,
                username=self.user,
                password=self.password,
                tls_context=self._context(),
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            refusals = error.recipients
            if any(refusal.code < PERMANENT for refusal in refusals):
                raise NotTaken(str(error)) from error  # such as a full mailbox
            raise AddressRefused(_status(refusals[0].code, refusals[0].message)) from error
        except aiosmtplib.SMTPDataError as error:
            if error.code < PERMANENT:
                raise NotTaken(str(error)) from error
            raise AddressRefused(_status(error.code, error.message)) from error
        except (
            aiosmtplib.SMTPConnectError,
            aiosmtplib.SMTPResponseException,
            aiosmtplib.SMTPNotSupported,
            ConnectionRefusedError,
            ssl.SSLError,  # before a word was said
        ) as error:
            raise NotTaken(str(error)) from error
        except ValueError as error:  # after the above: a bad certificate counts as one, too
            raise AddressRefused(NOT_AN_ADDRESS) from error

    async def greet(self, seconds: float) -> None:
        """Says hello and goodbye, and hands nothing over; raises NotTaken where the server does
        not answer in so many seconds, or not as it should."""
        talk = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            timeout=seconds,
            use_tls=self.security is Security.TLS,
            start_tls=self.security is Security.STARTTLS,
            username=self.user,
            password=self.password,
            tls_context=self._context(),
        )
        try:
            await talk.connect()
            await talk.quit()
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise NotTaken(str(error)) from error
        finally:
            talk.close()

    def _context(self) -> ssl.SSLContext | None:
        if self.security is Security.NONE:
            return None
        return ssl.create_default_context(cafile=str(self.authority) if self.authority else None)


def mail_server_of(settings: Settings) -> MailServer:
    """The mail server that the settings name."""
    password = settings.smtp_password
    return MailServer(
        settings.smtp_host,
        settings.smtp_port,
        settings.mail_from,
        settings.mail_security,
        settings.smtp_user,
        password.get_secret_value() if password else None,
        settings.smtp_authority,
    )


def _status(code: int, message: str) -> str:
    """The enhanced status code that the reply begins with, or one made of the reply's own."""
    found = _STATUS.match(message)
    return found[1] if found else f"{code // 100}.0.0"
