"""What people are told about their accounts, by e-mail: in plain words, and never with a secret.

A link that works once is the one thing here that opens something.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

import aiosmtplib
import structlog

from correspondence.mail_server import AddressRefused, MailServer, NotTaken
from domain.signing_in import LASTS, Purpose
from gateway.account_errors import AccountRefused
from gateway.errors import ServiceUnreachable
from storage.people import Person

MAIL_SERVER = "The mail server"
TRIED_AGAIN = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2))

log = structlog.get_logger(__name__)

_DAYS = {1: "one day", 7: "seven days"}


class AccountMail:
    """Writes and sends. `address` is where people reach the pages, without a slash at its end."""

    def __init__(
        self,
        server: MailServer,
        address: str,
        *,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._server = server
        self._pause = pause
        self.address = address

    def link(self, path: str, token: str) -> str:
        """The address of a link that works once."""
        return f"{self.address}/{path}/{token}"

    async def invitation(self, person: Person, school: str, token: str, now: datetime) -> None:
        """Invites somebody to their account. Raises ServiceUnreachable, AccountRefused."""
        await self._send(
            person,
            f"Your account at {school}",
            f"{school} invites you to Evenhand, the service in which it handles concerns fairly "
            "and on time.",
            "Open this link and choose a password:",
            f"    {self.link('invitation', token)}",
            f"It works once, within {_lasts(Purpose.INVITATION)}. If you did not expect this, ask "
            "the school office; nothing happens if you do nothing.",
            now=now,
        )

    async def case_link(
        self, person: Person, school: str, reference: str, token: str, now: datetime
    ) -> None:
        """Gives a parent or advocate a link to their case. Raises ServiceUnreachable,
        AccountRefused."""
        await self._send(
            person,
            f"{reference}: your case at {school}",
            f"You can read what {school} wrote to you about {reference}, and answer, here:",
            f"    {self.link('link', token)}",
            f"The link is for you alone: please do not pass it on. It works once, within "
            f"{_lasts(Purpose.CASE)}. You can ask for a new one at any time:",
            f"    {self.address}/link",
            "You need not use it. You may always write to the school, ring, or come in instead.",
            now=now,
        )

    async def reset(self, person: Person, token: str, now: datetime) -> bool:
        """Sends a link for a new password; whether it could be sent, after some tries."""
        return await self._send_patiently(
            person,
            "Choose a new password",
            "Somebody, we hope you, asked for a new password for your account. Choose it here:",
            f"    {self.link('reset', token)}",
            "The link works once, within an hour. If it was not you, do nothing: your password "
            "stays as it is.",
            now=now,
        )

    async def case_link_again(
        self, person: Person, school: str, reference: str, token: str, now: datetime
    ) -> bool:
        """As `case_link`, where nobody waits for the answer; whether it could be sent."""
        try:
            await self.case_link(person, school, reference, token, now)
        except (ServiceUnreachable, AccountRefused):
            log.warning("account:mail:failed", reference=reference)
            return False
        return True

    async def told(self, person: Person, what: str, when: str, now: datetime) -> bool:
        """Tells somebody that something about their account was changed, so that they can object.

        `what` is a sentence such as “Your password was changed”, `when` the moment in words.
        Whether it could be sent.
        """
        return await self._send_patiently(
            person,
            "Your account was changed",
            f"{what} ({when}).",
            "If it was you, there is nothing to do. If it was not, choose a new password at once, "
            "which signs you out everywhere else, and tell an administrator of your school:",
            f"    {self.address}/sign-in/forgotten",
            now=now,
        )

    async def _send(self, person: Person, subject: str, *paragraphs: str, now: datetime) -> None:
        message = self._written(person, subject, paragraphs, now)
        try:
            await self._server.hand_over(message)
        except AddressRefused as error:
            raise AccountRefused(
                f"The mail server refuses the address of {person.id} for good ({error.status}). "
                "Correct the address, and send it again."
            ) from error
        except (NotTaken, OSError, TimeoutError, aiosmtplib.SMTPException) as error:
            raise ServiceUnreachable(
                MAIL_SERVER,
                f"{self._server.host}:{self._server.port}",
                "Nothing was sent. Start it, or correct EVENHAND_SMTP_HOST, and send it again.",
            ) from error

    async def _send_patiently(
        self, person: Person, subject: str, *paragraphs: str, now: datetime
    ) -> bool:
        for pause in (*TRIED_AGAIN, None):
            try:
                await self._send(person, subject, *paragraphs, now=now)
            except AccountRefused:
                break
            except ServiceUnreachable:
                if pause is not None:
                    await self._pause(pause.total_seconds())
            else:
                return True
        log.warning("account:mail:failed", school=person.school)
        return False

    def _written(
        self, person: Person, subject: str, paragraphs: tuple[str, ...], now: datetime
    ) -> EmailMessage:
        if person.email is None:
            raise AccountRefused(f"{person.id} has no e-mail address: add it first.")
        message = EmailMessage()
        message["Message-ID"] = make_msgid(domain=self._server.sender.rpartition("@")[2])
        message["Date"] = format_datetime(now)
        message["From"] = self._server.sender
        message["To"] = person.email
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no auto-reply, please
        message["Subject"] = subject
        message.set_content("\n\n".join((f"Dear {person.name},", *paragraphs)) + "\n")
        return message


def _lasts(purpose: Purpose) -> str:
    return _DAYS[LASTS[purpose].days]
