"""Sending referrals to SENDIASS: with consent, once, and nothing but what was agreed."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage

from temporalio import activity

from activities.handing_over import HandedOver, HandingOver, Parcel
from correspondence.referral import ReferralWriter, referral_message
from correspondence.writer import LetterWriter
from domain.contracts import SEND_REFERRAL, ReferralTold, ReferralWanted
from domain.referrals import Referral
from storage.people import People, PersonNotFound
from storage.record import Record
from storage.shelf import Shelf
from storage.texts import TextNotFound, Texts


class Referrals:
    """Sends referrals. `now` gives the moment of sending, aware, in UTC."""

    def __init__(
        self,
        people: People,
        texts: Texts,
        record: Record,
        shelf: Shelf,
        letters: LetterWriter,
        post: HandingOver,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._writer = ReferralWriter(people, texts)
        self._record = record
        self._shelf = shelf
        self._letters = letters
        self._post = post
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
        parcel = Parcel(
            wanted.message_id, wanted.school, wanted.reference, referral.id, referral.consent_of
        )
        handed = await self._post.earlier(parcel)
        if handed is not None:
            return _told(handed, wanted)
        service = self._letters.templates(wanted.school).school.sendiass
        if service is None or service.email is None:
            return ReferralTold(at=self._now())
        try:
            message = await self._message(wanted, referral, service.email)
        except (PersonNotFound, TextNotFound):
            return ReferralTold(at=self._now(), withdrawn=True)  # they were erased meanwhile
        return _told(await self._post.hand_over(parcel, message), wanted)

    async def _message(self, wanted: ReferralWanted, referral: Referral, to: str) -> EmailMessage:
        school = await self._shelf.school(wanted.school)
        return referral_message(
            await self._writer.words(referral, school.title, wanted.reference),
            to=to,
            sender=self._post.sender,
            message_id=wanted.message_id,
            reference=wanted.reference,
            at=self._now(),
        )


def _told(handed: HandedOver, wanted: ReferralWanted) -> ReferralTold:
    if handed.refused is not None:
        return ReferralTold(at=handed.at)
    return ReferralTold(
        at=handed.at,
        message_id=wanted.message_id,
        digest=handed.digest,
        perhaps_twice=handed.perhaps_twice,
    )
