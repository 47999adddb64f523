"""Proposing what has been kept long enough, and telling whoever decides, without a name."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

import structlog
from temporalio import activity

from activities.notices import digest_of
from correspondence.mail_server import MailServer
from domain.contracts import (
    OVERWRITE_ERASED,
    PROPOSE_DISPOSALS,
    SEND_PROPOSAL,
    Proposed,
    Sweep,
    Told,
)
from domain.vocabulary import Role
from storage.database import Database
from storage.disposals import Disposals
from storage.people import People
from storage.shelf import Shelf
from storage.unfinished import UnfinishedWork

# Who is told: the first of these whom the mail server takes a message for.
TOLD = (Role.DATA_PROTECTION_OFFICER, Role.ADMINISTRATOR, Role.HEADTEACHER)
LATELY = timedelta(days=7)  # an erasure that long ago was overwritten by some sweep since
LISTED = 50  # references in one message; the command lists them all

log = structlog.get_logger(__name__)


class RetentionSweeps:
    """What the nightly sweep does at every school. `now` gives the moment of sending, in UTC."""

    def __init__(
        self,
        database: Database,
        shelf: Shelf,
        people: People,
        server: MailServer,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._shelf = shelf
        self._people = people
        self._server = server
        self._now = now

    @activity.defn(name=PROPOSE_DISPOSALS)
    async def propose_disposals(self, sweep: Sweep) -> list[Proposed]:
        """What is new at each school that has something new; a repeated attempt says the same.

        What people typed and did not finish in time goes first.
        """
        await UnfinishedWork(self._database, self._people).remove_old(sweep.at)
        disposals = Disposals(self._database, self._shelf)
        found = []
        for school in await self._shelf.schools():
            proposal = await disposals.propose(school.id, f"{sweep.id}/{school.id}", sweep.at)
            if proposal.references or proposal.holds:
                log.info(
                    "retention:cases:proposed", school=school.id, count=len(proposal.references)
                )
                found.append(
                    Proposed(
                        school=school.id,
                        references=proposal.references,
                        holds=proposal.holds,
                        message_id=f"retention.{sweep.at:%Y%m%d%H%M%S}@{school.id}.evenhand",
                    )
                )
        return found

    @activity.defn(name=SEND_PROPOSAL)
    async def send_proposal(self, proposed: Proposed) -> Told:
        """Tells one person, and says whom; nobody where nobody holds such a role."""
        for role in TOLD:
            for person in await self._people.holders_of(proposed.school, role):
                holder = await self._people.person(person)
                if holder.email is None:
                    continue
                message = written(proposed, holder.email, self._server.sender, self._now())
                if await self._server.accepts(message):
                    return Told(person=person, digest=digest_of(message), sent_at=self._now())
                log.warning("proposal:recipient:refused", person=person)
        log.warning("proposal:nobody:left", school=proposed.school)
        return Told(person=None, digest="", sent_at=self._now())

    @activity.defn(name=OVERWRITE_ERASED)
    async def overwrite_erased(self) -> bool:
        """Finishes what an erasure could not, while others were using the database."""
        # PostgreSQL would rewrite the whole table of people each night.
        lately = await self._people.erased_since(self._now() - LATELY)
        if not (lately or self._database.is_sqlite):
            return True
        done = await self._database.overwrite()
        if not done:
            log.warning("erasure:traces:left")
        return done


def written(proposed: Proposed, to: str, sender: str, now: datetime) -> EmailMessage:
    """The proposal as an e-mail to one address: references, and what to do."""
    message = EmailMessage()
    message["Message-ID"] = f"<{proposed.message_id}>"
    message["Date"] = format_datetime(now)
    message["From"] = sender
    message["To"] = to
    message["Auto-Submitted"] = "auto-generated"
    message["Subject"] = _subject(proposed)
    message.set_content("\n".join([*_cases(proposed), *_holds(proposed)]))
    return message


def _subject(proposed: Proposed) -> str:
    count = len(proposed.references)
    if not count:
        return "A legal hold is to be looked at again"
    return (
        "One case has been kept long enough"
        if count == 1
        else (f"{count} cases have been kept long enough")
    )


def _cases(proposed: Proposed) -> list[str]:
    if not proposed.references:
        return []
    return [
        "The time for which these cases are kept is over:",
        "",
        *_listed(proposed.references),
        "",
        "Nothing is removed by itself. Please look at each, and decide whether its texts go or the",
        "case is kept for longer, with a reason:",
        "",
        "    evenhand retention due",
        "    evenhand retention confirm CASE --as WHO",
        "    evenhand retention keep CASE until=DATE reason=… --as WHO",
        "",
    ]


def _holds(proposed: Proposed) -> list[str]:
    if not proposed.holds:
        return []
    return [
        "These cases are on legal hold, and somebody wanted to look at the hold again by now:",
        "",
        *_listed(proposed.holds),
        "",
        "Where it is no longer needed, lift it: evenhand case release CASE reason=… --as WHO",
        "",
    ]


def _listed(references: tuple[str, ...]) -> list[str]:
    lines = [f"    {reference}" for reference in references[:LISTED]]
    if len(references) > LISTED:
        lines.append(f"    and {len(references) - LISTED} more")
    return lines
