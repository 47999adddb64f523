"""Checkpoints for the governors: made, and sent to each of them once."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from correspondence.mail_server import MailServer
from domain.actions import SYSTEM
from domain.checkpoint import CheckpointError, SignedCheckpoint
from domain.contracts import (
    LIST_GOVERNORS,
    LIST_SCHOOLS,
    MAKE_CHECKPOINT,
    SEND_CHECKPOINT,
    CheckpointFor,
    CheckpointMade,
    Delivery,
)
from domain.register import CheckpointSent, CheckpointUndelivered
from domain.vocabulary import Role
from storage.checkpoint_errors import (
    CheckpointNotFound,
    CheckpointRefused,
    ClockWentBack,
    NothingOnRecord,
)
from storage.checkpoints import Checkpoints
from storage.people import People, PersonNotFound
from storage.registrar import Registrar
from storage.shelf import Shelf
from storage.signing_keys import SigningKeys

GOVERNORS = (Role.GOVERNOR, Role.CHAIR_OF_GOVERNORS)

log = structlog.get_logger(__name__)


class NightlyCheckpoints:
    """Makes and sends checkpoints. `keys` reads the keys each time, so that a new one is used at
    once; `now` gives the moment, aware, in UTC.
    """

    def __init__(
        self,
        checkpoints: Checkpoints,
        registrar: Registrar,
        people: People,
        shelf: Shelf,
        server: MailServer,
        keys: Callable[[], SigningKeys],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_made: Callable[[], None] = lambda: None,
        on_refused: Callable[[], None] = lambda: None,
        on_sent: Callable[[], None] = lambda: None,
    ) -> None:
        self._checkpoints = checkpoints
        self._registrar = registrar
        self._people = people
        self._shelf = shelf
        self._server = server
        self._keys = keys
        self._now = now
        self._on_made = on_made
        self._on_refused = on_refused
        self._on_sent = on_sent

    @activity.defn(name=LIST_SCHOOLS)
    async def list_schools(self) -> list[str]:
        """The id of every school."""
        return [school.id for school in await self._shelf.schools()]

    @activity.defn(name=MAKE_CHECKPOINT)
    async def make_checkpoint(self, school: str) -> CheckpointMade:
        """Makes a checkpoint, or finds the one that another attempt has made.

        A record that does not hold is an alarm that no retry mends; a clock that went back is one
        too, and is looked at again until the next night.
        """
        try:
            made = await self._checkpoints.make(
                school, self._keys(), self._now(), progress=activity.heartbeat
            )
        except NothingOnRecord:
            return CheckpointMade(school=school, number=None, new=False)
        except CheckpointRefused as error:
            self._on_refused()
            log.error("checkpoint:school:refused", school=school, error=type(error).__name__)
            # A clock that is a little behind another machine's catches up by itself.
            raise ApplicationError(
                str(error),
                type=type(error).__name__,
                non_retryable=not isinstance(error, ClockWentBack),
            ) from error
        number = made.signed.checkpoint.number
        if made.new:
            self._on_made()
            log.info("checkpoint:school:made", school=school, number=number)
        return CheckpointMade(school=school, number=number, new=made.new)

    @activity.defn(name=LIST_GOVERNORS)
    async def list_governors(self, school: str) -> list[str]:
        """The ids of a school's governors who can be written to."""
        holders = [
            person for role in GOVERNORS for person in await self._people.holders_of(school, role)
        ]
        found = [await self._people.person(person) for person in dict.fromkeys(holders)]
        return [person.id for person in found if person.email]

    @activity.defn(name=SEND_CHECKPOINT)
    async def send_checkpoint(self, wanted: CheckpointFor) -> Delivery:
        """Sends a checkpoint to one governor, and enters it in the register; once.

        What the register has is not sent again. Between the mail server's yes and the entry a
        killed process leaves a gap: then it goes out twice, under one Message-ID.
        """
        action_id = f"checkpoint-{wanted.number}-{wanted.person}"
        if await self._registrar.seen(wanted.school, action_id):
            return Delivery.ALREADY_SENT
        try:
            signed = await self._checkpoints.get(wanted.school, wanted.number)
            email = (await self._people.person(wanted.person)).email
        except PersonNotFound:
            return Delivery.NO_ADDRESS
        except (CheckpointNotFound, CheckpointError) as error:
            kind = type(error).__name__
            raise ApplicationError(str(error), type=kind, non_retryable=True) from error
        if email is None:
            return Delivery.NO_ADDRESS
        title = await self._shelf.title(wanted.school)
        message_id = message_id_of(wanted)
        message = written(signed, title, message_id, email, self._server.sender, self._now())
        fact = {"number": wanted.number, "digest": signed.digest, "person": wanted.person}
        entry: CheckpointSent | CheckpointUndelivered
        if await self._server.accepts(message):
            entry = CheckpointSent(**fact, message_id=message_id)
        else:
            log.warning("checkpoint:address:refused", school=wanted.school, number=wanted.number)
            entry = CheckpointUndelivered(**fact, message_id=message_id)
        await self._registrar.append(wanted.school, [entry], SYSTEM, action_id, self._now())
        if isinstance(entry, CheckpointUndelivered):
            return Delivery.UNDELIVERED
        self._on_sent()
        return Delivery.SENT


def message_id_of(wanted: CheckpointFor) -> str:
    """The Message-ID, the same at each attempt: a second copy can be recognised as one."""
    return f"checkpoint.{wanted.number}.{wanted.person}@{wanted.school}.evenhand".lower()


def written(
    signed: SignedCheckpoint, title: str, message_id: str, to: str, sender: str, now: datetime
) -> EmailMessage:
    """The checkpoint as an e-mail to one address: in the body to be read, attached to be kept."""
    checkpoint = signed.checkpoint
    message = EmailMessage()
    message["Message-ID"] = f"<{message_id}>"
    message["Date"] = format_datetime(now)
    message["From"] = sender
    message["To"] = to
    # A school's auto-reply would help nobody (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message["Subject"] = f"{title}: checkpoint {checkpoint.number} of the record"
    message.set_content(_body(signed, title))
    message.add_attachment(
        signed.note,
        subtype="plain",
        filename=f"checkpoint-{checkpoint.school}-{checkpoint.number}.txt",
    )
    return message


def _body(signed: SignedCheckpoint, title: str) -> str:
    checkpoint = signed.checkpoint
    made_at = f"{checkpoint.made_at:%A} {checkpoint.made_at.day} {checkpoint.made_at:%B %Y, %H:%M}"
    return f"""\
This is checkpoint {checkpoint.number} of the record of {title}: a signed summary of everything
that was on the record on {made_at} UTC.

Please keep this message where the school can't change it, such as your own mailbox. You need
not do anything else. As long as you have it, nothing that was on the record then can be
changed, removed or slipped in without being found: whoever checks the record can hold it
against these lines.

They name nobody and say nothing about any case.

{signed.note}
"""
