"""Sending referrals to SENDIASS: with consent, once, and nothing but what was agreed."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from temporalio import activity

from activities.letters import SENT_LETTER, Messenger
from correspondence.mail_server import AddressRefused, NotTaken
from correspondence.referral import ReferralWriter, referral_message
from correspondence.writer import LetterWriter
from domain.contracts import SEND_REFERRAL, ReferralTold, ReferralWanted
from domain.referrals import Referral
from storage.deliveries import Deliveries, Delivery
from storage.enclosures import Enclosures
from storage.people import People, PersonNotFound
from storage.record import Record
from storage.shelf import Shelf
from storage.texts import TextNotFound, Texts

log = structlog.get_logger(__name__)


class Referrals:
    """Sends referrals. `now` gives the moment of sending, aware, in UTC."""

    def __init__(
        self,
        people: People,
        texts: Texts,
        enclosures: Enclosures,
        deliveries: Deliveries,
        record: Record,
        shelf: Shelf,
        letters: LetterWriter,
        messenger: Messenger,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._writer = ReferralWriter(people, texts)
        self._enclosures = enclosures
        self._deliveries = deliveries
        self._record = record
        self._shelf = shelf
        self._letters = letters
        self._messenger = messenger
        self._now = now

    @activity.defn(name=SEND_REFERRAL)
    async def send_referral(self, wanted: ReferralWanted) -> ReferralTold:
        """Sends one, unless consent was taken back or an attempt before this one sent it.

        Where the school has written down no address of SENDIASS, or it refuses the message, the
        referral is for the parent to take there.
        """
        case = await self._record.case_state(wanted.school, wanted.reference)
        referral = case.referral(wanted.referral)
        if referral is None or not referral.open:
            return ReferralTold(at=self._now(), withdrawn=True)
        before = await self._deliveries.look_up(wanted.message_id)
        if before is not None and before.state is Delivery.REFUSED:
            return ReferralTold(at=before.ended_at or self._now())
        if before is not None and before.state is Delivery.TAKEN:
            return ReferralTold(
                at=before.ended_at or self._now(),
                message_id=wanted.message_id,
                digest=before.digest,
            )
        service = self._letters.templates(wanted.school).school.sendiass
        if service is None or service.email is None:
            return ReferralTold(at=self._now())
        return await self._send(wanted, referral, service.email)

    async def _send(self, wanted: ReferralWanted, referral: Referral, to: str) -> ReferralTold:
        now = self._now()
        school = await self._shelf.school(wanted.school)
        try:
            words = await self._writer.words(referral, school.title, wanted.reference)
        except (PersonNotFound, TextNotFound):
            return ReferralTold(at=now, withdrawn=True)  # they were erased meanwhile
        message = referral_message(
            words,
            to=to,
            sender=self._messenger.sender,
            message_id=wanted.message_id,
            reference=wanted.reference,
            at=now,
        )
        content = message.as_bytes()
        await self._enclosures.keep(
            referral.consent_of,
            wanted.school,
            wanted.reference,
            SENT_LETTER,
            content,
            identifier=f"sent-{wanted.message_id}",
        )
        await self._deliveries.begin(
            wanted.message_id, wanted.school, wanted.reference, referral.id, now
        )
        try:
            await self._messenger.hand_over(message)
        except AddressRefused as error:
            await self._deliveries.end(
                wanted.message_id, Delivery.REFUSED, self._now(), status=error.status
            )
            log.warning("referral:address:refused", status=error.status)
            return ReferralTold(at=self._now())
        except NotTaken:
            await self._deliveries.end(wanted.message_id, Delivery.NOT_TAKEN, self._now())
            raise
        digest = hashlib.sha256(content).hexdigest()
        at = self._now()
        await self._deliveries.end(wanted.message_id, Delivery.TAKEN, at, digest=digest)
        return ReferralTold(at=at, message_id=wanted.message_id, digest=digest)
