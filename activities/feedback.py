"""Sending feedback to the local authority's officers: counts, and nobody's name."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

import structlog
from temporalio import activity

from correspondence.mail_server import MailServer
from documents.feedback import as_csv, in_words
from domain.contracts import SEND_FEEDBACK, FeedbackSent, FeedbackWanted
from domain.register import FeedbackPassedOn
from domain.vocabulary import Role
from storage.people import People
from storage.registrar import Registrar

log = structlog.get_logger(__name__)


class FeedbackPost:
    """Sends feedback. `now` gives the moment of sending, aware, in UTC."""

    def __init__(
        self,
        people: People,
        registrar: Registrar,
        server: MailServer,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._people = people
        self._registrar = registrar
        self._server = server
        self._now = now

    @activity.defn(name=SEND_FEEDBACK)
    async def send_feedback(self, wanted: FeedbackWanted) -> FeedbackSent:
        """Tells every officer of the local authority who can be reached, and enters whom.

        Tried again after a crash, a second copy has the same Message-ID, and the register has one
        entry.
        """
        counted, told = wanted.counted, []
        for person in await self._people.holders_of(wanted.school, Role.LOCAL_AUTHORITY_OFFICER):
            officer = await self._people.person(person)
            if officer.email is None:
                continue
            message = written(wanted, officer.email, person, self._server.sender, self._now())
            if await self._server.accepts(message):
                told.append(person)
            else:
                log.warning("feedback:recipient:refused", person=person)
        digest = hashlib.sha256(as_csv(counted).encode()).hexdigest()
        if told:
            entry = FeedbackPassedOn(
                first=counted.period.first, last=counted.period.last, to=tuple(told), digest=digest
            )
            id_ = f"feedback-{counted.period.first}-{counted.made_at:%Y%m%d%H%M%S}"
            await self._registrar.append(wanted.school, [entry], wanted.actor, id_, self._now())
        return FeedbackSent(to=tuple(told), digest=digest)


def written(
    wanted: FeedbackWanted, to: str, person: str, sender: str, now: datetime
) -> EmailMessage:
    """The counts as an e-mail to one officer, with a table for a spreadsheet."""
    period = wanted.counted.period
    message = EmailMessage()
    message["Message-ID"] = (
        f"<feedback.{period.first}.{wanted.counted.made_at:%Y%m%d%H%M%S}.{person}"
        f"@{wanted.school}.evenhand>"
    )
    message["Date"] = format_datetime(now)
    message["From"] = sender
    message["To"] = to
    message["Auto-Submitted"] = "auto-generated"
    message["Subject"] = f"What parents told us about {wanted.counted.service}"
    message.set_content(in_words(wanted.counted))
    message.add_attachment(
        as_csv(wanted.counted).encode(),
        maintype="text",
        subtype="csv",
        filename=f"feedback-{period.first}-to-{period.last}.csv",
    )
    return message
