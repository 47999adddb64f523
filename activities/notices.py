"""Reminders to staff, by e-mail over SMTP. They name the case by its reference, never a person."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.utils import format_datetime

import structlog
from temporalio import activity

from correspondence.mail_server import MailServer
from domain.contracts import SEND_REMINDER, Reminder, Told
from domain.vocabulary import DeadlineKind, Occasion, Role
from storage.people import People

# Where nobody holds the role, or everyone who does was told or has a part in the case.
NEXT_TO_ASK = (
    Role.SENIOR_LEADER,
    Role.HEADTEACHER,
    Role.CHAIR_OF_GOVERNORS,
    Role.CLERK,
    Role.ADMINISTRATOR,
)

log = structlog.get_logger(__name__)


class Notices:
    """Sends reminders. `now` gives the moment of sending, aware, in UTC."""

    def __init__(
        self,
        people: People,
        server: MailServer,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_sent: Callable[[str], None] = lambda kind: None,
    ) -> None:
        self._people = people
        self._server = server
        self._now = now
        self._on_sent = on_sent

    @activity.defn(name=SEND_REMINDER)
    async def send_reminder(self, reminder: Reminder) -> Told:
        """Tells one person, and says whom; nobody where nobody is left to tell.

        A refused recipient counts as one who can't be told, and the next is tried. A mail server
        that can't be reached raises, and the workflow tries again: the Message-ID stays the same,
        so that a second copy can be recognised as one.
        """
        for person in await self._candidates(reminder):
            holder = await self._people.person(person)
            if holder.email is None:
                continue
            message = written(reminder, holder.email, self._server.sender, self._now())
            if not await self._server.accepts(message):
                log.warning("reminder:recipient:refused", person=person)
                continue
            self._on_sent(reminder.kind.value)
            return Told(person=person, digest=digest_of(message), sent_at=self._now())
        log.warning("reminder:nobody:left", deadline=reminder.deadline, level=reminder.level)
        return Told(person=None, digest="", sent_at=self._now())

    async def _candidates(self, reminder: Reminder) -> list[str]:
        found: list[str] = [reminder.owner] if reminder.owner else []
        if reminder.occasion is Occasion.INFORMED:
            return found
        if reminder.occasion is Occasion.FOR_INFORMATION:
            found = await self._people.holders_of(reminder.school, reminder.tell)
            return [person for person in found if person not in reminder.not_to]
        for role in dict.fromkeys((reminder.tell, *_above(reminder.tell))):
            found += await self._people.holders_of(reminder.school, role)
        return [person for person in dict.fromkeys(found) if person not in reminder.not_to]


def _above(role: Role) -> Iterable[Role]:
    return NEXT_TO_ASK[NEXT_TO_ASK.index(role) + 1 :] if role in NEXT_TO_ASK else NEXT_TO_ASK


def digest_of(message: EmailMessage) -> str:
    """SHA-256 (hex) of the message's body as it was sent."""
    return hashlib.sha256(message.get_content().encode()).hexdigest()


def written(reminder: Reminder, to: str, sender: str, now: datetime) -> EmailMessage:
    """The reminder as an e-mail to one address."""
    message = EmailMessage()
    message["Message-ID"] = f"<{reminder.message_id}>"
    message["Date"] = format_datetime(now)
    message["From"] = sender
    message["To"] = to
    # A school's auto-reply to a reminder would help nobody (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message["Subject"] = f"{reminder.reference}: {_heading(reminder)}"
    message.set_content(_body(reminder))
    return message


def _heading(reminder: Reminder) -> str:
    if reminder.missed:
        return "a deadline passed with nothing decided"
    if reminder.kind is DeadlineKind.DUTY and _occasion(reminder) in _ANNOUNCED:
        return reminder.words
    what = {
        DeadlineKind.DUTY: "something is owed to a family",
        DeadlineKind.REVIEW: "a restriction is due for review",
        DeadlineKind.CONFIRMATION: "a proposed restriction is waiting for a decision",
        DeadlineKind.LATE_REPRESENTATIONS: "a written side came in late",
        DeadlineKind.REVIEW_REQUEST: "a review of a restriction is asked for",
        DeadlineKind.CHALLENGE: "a decision is challenged",
    }.get(reminder.kind, "a follow-up is due")
    return f"{what}, and is overdue" if _occasion(reminder) is Occasion.OVERDUE else what


_ANNOUNCED = (Occasion.ARRIVED, Occasion.FOR_INFORMATION)


def _occasion(reminder: Reminder) -> Occasion:
    return reminder.occasion or (Occasion.DUE if reminder.level == 0 else Occasion.OVERDUE)


def _body(reminder: Reminder) -> str:
    due = day_in_words(reminder.due_on)
    lines = [
        f"Case {reminder.reference}",
        "",
        f"What: {reminder.words}",
        f"Due: {due}",
        "",
    ]
    if reminder.missed:
        lines += [
            "Nobody decided in time, so what was in place has ended by itself.",
            "Please look at the case and make sure that everyone concerned knows where they stand.",
        ]
    else:
        lines += _ASKED[_occasion(reminder)]
    lines += ["", f"    evenhand case show {reminder.reference}", ""]
    return "\n".join(lines)


_ASKED = {
    Occasion.ARRIVED: [
        "This came in just now. Please read it on the case, and record what came of it by then.",
    ],
    Occasion.INFORMED: [
        "This is about a decision of yours, so that you know of it. Somebody else answers it, and",
        "there is nothing that you need to do.",
    ],
    Occasion.FOR_INFORMATION: [
        "This is so that you know of it, and may read it on the case. Somebody else sees to it.",
    ],
    Occasion.DUE: ["Please look at the case, do what is due, and record what came of it."],
    Occasion.OVERDUE: [
        "Nobody has recorded this as done, so we are telling you as the next person.",
        "You can take it on, or ask a colleague to. Nothing happens to anybody by itself.",
    ],
}


def day_in_words(day: date) -> str:
    """A date as people write it: Tuesday 15 September 2026."""
    return f"{day:%A} {day.day} {day:%B %Y}"
