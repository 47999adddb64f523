"""What SENDIASS is told of a parent: what they agreed to share, and nothing else."""

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from domain.referrals import Referral
from domain.spoken import day
from domain.vocabulary import SharedItem
from storage.people import People, Person
from storage.texts import Texts

_HEADINGS = {
    SharedItem.NAME: "Name",
    SharedItem.CONTACT: "How to reach them",
    SharedItem.SUMMARY: "What it is about",
}
_NOTHING = "we have none"


class ReferralWriter:
    """Words referrals. Raises PersonNotFound or TextNotFound where what was agreed is gone."""

    def __init__(self, people: People, texts: Texts) -> None:
        self._people = people
        self._texts = texts

    async def words(self, referral: Referral, school: str, reference: str) -> str:
        """The text of the referral; it is written from the agreed items alone."""
        parent = await self._people.person(referral.consent_of)
        summary = await self._texts.read(referral.summary) if referral.summary else None
        told = told_of(referral, parent, summary)
        blocks = in_paragraphs(referral, told, school, reference)
        return "\n\n".join([*blocks, f"Yours sincerely,\n{school}"]) + "\n"


def told_of(referral: Referral, parent: Person, summary: str | None) -> list[str]:
    """What was agreed to be told, one line for each item."""
    told = []
    for item in referral.shared:
        match item:
            case SharedItem.NAME:
                words = parent.name
            case SharedItem.CONTACT:
                words = parent.email or _NOTHING
            case SharedItem.SUMMARY:
                words = summary or _NOTHING
        told.append(f"{_HEADINGS[item]}: {words}")
    return told


def in_paragraphs(
    referral: Referral, told: Sequence[str], school: str, reference: str
) -> list[str]:
    """A referral up to its signature, in paragraphs."""
    return [
        "Dear colleagues,",
        f"A parent at {school} would like to be in touch with you. On "
        f"{day(referral.consented_on)} they agreed that we tell you what stands here, and we "
        "tell you nothing else.",
        "\n".join(told),
        "Please get in touch with them yourselves. They can take back their agreement at any "
        "time; what you talk about stays between them and you.",
        f"If you need to write to us about this, please mention {reference}.",
    ]


def referral_message(
    words: str, *, to: str, sender: str, message_id: str, reference: str, at: datetime
) -> EmailMessage:
    """A referral as an e-mail."""
    message = EmailMessage()
    message["Message-ID"] = f"<{message_id}>"
    message["Date"] = format_datetime(at)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = f"A parent who would like to be in touch with you ({reference})"
    message["Content-Language"] = "en-GB"
    message.set_content(words)
    return message
