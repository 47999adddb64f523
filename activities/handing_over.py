"""Handing one message over: noted before the conversation begins and after it ends, so that it goes
once, as far as anybody can tell."""

import contextlib
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import NamedTuple, Protocol

import structlog

from correspondence.mail_server import AddressRefused, NotTaken
from storage.deliveries import Attempt, Deliveries, Delivery
from storage.enclosures import Enclosures
from storage.texts import TextNotFound

SENT_LETTER = "sent-letter"  # the kind of file that a message is kept as, exactly as it was sent

log = structlog.get_logger(__name__)


class Messenger(Protocol):
    """Whoever takes a message over: a mail server, or a service that sends for the school."""

    @property
    def sender(self) -> str:
        """The address that messages come from."""
        ...

    @property
    def recalls(self) -> timedelta:
        """For how long it knows a message that it took, and does not send it again; none for one
        that can't be asked."""
        ...

    async def hand_over(self, message: EmailMessage) -> None:
        """Hands a message over. Raises AddressRefused, NotTaken, or another error after which
        nobody can tell whether it was taken."""
        ...


class Parcel(NamedTuple):
    """Which message it is: of the letter or referral `about` of a case, kept under the key of
    `person`. The Message-ID is the same at each attempt."""

    message_id: str
    school: str
    reference: str
    about: str
    person: str


class HandedOver(NamedTuple):
    """What became of a message: taken, and then `digest` (hex) is of what was handed over; or
    `refused` for good, with the status code of its address.

    `perhaps_twice` says that an attempt before was cut off where nobody can tell whether it
    arrived.
    """

    at: datetime
    digest: str | None = None
    refused: str | None = None
    perhaps_twice: bool = False


class HandingOver:
    """Hands messages to a messenger. `now` gives the moment, aware, in UTC."""

    def __init__(
        self,
        deliveries: Deliveries,
        enclosures: Enclosures,
        messenger: Messenger,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._deliveries = deliveries
        self._enclosures = enclosures
        self._messenger = messenger
        self._now = now

    @property
    def sender(self) -> str:
        """The address that messages come from."""
        return self._messenger.sender

    async def earlier(self, parcel: Parcel) -> HandedOver | None:
        """What became of it, where an attempt before this one settled that: nothing is to be
        sent then."""
        return _settled(await self._deliveries.look_up(parcel.message_id))

    async def hand_over(self, parcel: Parcel, message: EmailMessage) -> HandedOver:
        """Hands a message over, unless an attempt before this one did.

        Where an attempt was cut off in the middle of the conversation, nobody can tell whether it
        was taken: what was kept of it is handed over again, byte for byte. A messenger that is
        away, busy or full raises NotTaken, and any other error leaves the end unknown: the caller
        tries again.
        """
        content = await self._kept(parcel, message)
        before = await self._begin(parcel)
        if (settled := _settled(before)) is not None:
            return settled  # by an attempt that ran beside this one
        try:
            await self._messenger.hand_over(_parsed(content))
        except AddressRefused as error:
            return await self._refused(parcel, error.status)
        except NotTaken:
            await self._deliveries.end(parcel.message_id, Delivery.NOT_TAKEN, self._now())
            raise
        at = self._now()
        digest = hashlib.sha256(content).hexdigest()
        await self._deliveries.end(parcel.message_id, Delivery.TAKEN, at, digest=digest)
        twice = before is not None and before.perhaps_twice
        return HandedOver(at=at, digest=digest, perhaps_twice=twice)

    async def give_up(self, parcel: Parcel, status: str) -> HandedOver:
        """Notes that there is no way to its addressee."""
        await self._begin(parcel)
        return await self._refused(parcel, status)

    async def _kept(self, parcel: Parcel, message: EmailMessage) -> bytes:
        """What is handed over, once it is kept: the message, or the copy of an attempt that was
        cut off, so that whichever arrived is the one on record."""
        kept_as = f"sent-{parcel.message_id}"
        before = await self._deliveries.look_up(parcel.message_id)
        if before is not None and before.state is Delivery.HANDING_OVER:
            with contextlib.suppress(TextNotFound):  # it was cut off before anything was kept
                kept = await self._enclosures.as_kept(kept_as)
                if _parsed(kept)["To"] == message["To"]:  # an address may have been put right
                    return kept
        content = message.as_bytes(policy=policy.SMTP)
        await self._enclosures.keep(
            parcel.person,
            parcel.school,
            parcel.reference,
            SENT_LETTER,
            content,
            identifier=kept_as,
        )
        return content

    async def _begin(self, parcel: Parcel) -> Attempt | None:
        return await self._deliveries.begin(
            parcel.message_id,
            parcel.school,
            parcel.reference,
            parcel.about,
            self._now(),
            recalls=self._messenger.recalls,
        )

    async def _refused(self, parcel: Parcel, status: str) -> HandedOver:
        at = self._now()
        await self._deliveries.end(parcel.message_id, Delivery.REFUSED, at, status=status)
        log.warning("message:address:refused", letter=parcel.about, status=status)
        return HandedOver(at=at, refused=status)


def _parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _settled(attempt: Attempt | None) -> HandedOver | None:
    if attempt is None or attempt.state not in (Delivery.TAKEN, Delivery.REFUSED):
        return None
    assert attempt.ended_at is not None, "what is settled has ended"
    return HandedOver(
        at=attempt.ended_at,
        digest=attempt.digest,
        refused=attempt.status,
        perhaps_twice=attempt.perhaps_twice,
    )
