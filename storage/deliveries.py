"""What is known of each message that was to be sent: so that a crash loses none and says what it
can't tell."""

from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update

from storage.database import Database
from storage.tables import DeliveryRow


class Delivery(StrEnum):
    """Where a message stands."""

    HANDING_OVER = "handing_over"  # the conversation began; a crash leaves it here
    NOT_TAKEN = "not_taken"  # the server was away, busy or full: it is tried again
    TAKEN = "taken"
    REFUSED = "refused"


class Attempt(NamedTuple):
    """How a message stood when it was looked up; `perhaps_twice` is kept until it is taken."""

    state: Delivery
    began_at: datetime
    digest: str | None
    status: str | None
    ended_at: datetime | None
    perhaps_twice: bool


class Deliveries:
    """Keeps the state of each message by its Message-ID.

    The conversation with a mail server can't be one transaction with the database. So the state
    is written before it begins and after it ends. Who finds a conversation begun and not ended
    can't know whether the message was taken: it is handed over again under the same Message-ID,
    and counted as sent *perhaps twice*, unless the other side can still tell.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def look_up(self, message_id: str) -> Attempt | None:
        """How a message stands, if it was ever begun."""
        return await self._database.transact(partial(_attempt, message_id=message_id))

    async def begin(
        self,
        message_id: str,
        school: str,
        reference: str,
        letter: str,
        at: datetime,
        *,
        recalls: timedelta = timedelta(0),
    ) -> Attempt | None:
        """Says that the conversation begins; returns how the message stood before, if known.

        One that was taken or refused stays so: nothing is to be sent. `recalls` says for how long
        the other side knows what it has taken, and takes it only once.
        """

        def work(connection: Connection) -> Attempt | None:
            before = _attempt(connection, message_id)
            if before is None:
                row = {
                    "message_id": message_id,
                    "school": school,
                    "reference": reference,
                    "letter": letter,
                    "state": Delivery.HANDING_OVER.value,
                    "began_at": at,
                    "perhaps_twice": False,
                }
                connection.execute(insert(DeliveryRow), row)
            elif before.state in (Delivery.HANDING_OVER, Delivery.NOT_TAKEN):
                cut_off = before.state is Delivery.HANDING_OVER
                forgotten = not recalls or at - before.began_at >= recalls
                twice = before.perhaps_twice or (cut_off and forgotten)
                _set(
                    connection,
                    message_id,
                    state=Delivery.HANDING_OVER.value,
                    # How long ago the first of those began of which nobody knows the end.
                    began_at=before.began_at if cut_off else at,
                    perhaps_twice=twice,
                )
                before = before._replace(perhaps_twice=twice)
            return before

        return await self._database.transact(work)

    async def end(
        self,
        message_id: str,
        state: Delivery,
        at: datetime,
        *,
        digest: str | None = None,
        status: str | None = None,
    ) -> None:
        """Says how the conversation ended."""
        await self._database.transact(
            lambda connection: _set(
                connection,
                message_id,
                state=state.value,
                ended_at=at,
                digest=digest,
                status=status,
            )
        )

    async def letter_of(self, message_id: str) -> tuple[str, str, str] | None:
        """The school, case and letter that a Message-ID belongs to, if there is one."""
        wanted = select(DeliveryRow.school, DeliveryRow.reference, DeliveryRow.letter).where(
            DeliveryRow.message_id == message_id
        )
        async with self._database.reading() as connection:
            found = (await connection.execute(wanted)).one_or_none()
        return (found.school, found.reference, found.letter) if found else None


def _attempt(connection: Connection, message_id: str) -> Attempt | None:
    row = connection.execute(
        select(
            DeliveryRow.state,
            DeliveryRow.began_at,
            DeliveryRow.digest,
            DeliveryRow.status,
            DeliveryRow.ended_at,
            DeliveryRow.perhaps_twice,
        ).where(DeliveryRow.message_id == message_id)
    ).one_or_none()
    if row is None:
        return None
    return Attempt(
        Delivery(row.state),
        row.began_at,
        row.digest,
        row.status,
        row.ended_at,
        row.perhaps_twice,
    )


def _set(connection: Connection, message_id: str, **values: object) -> None:
    connection.execute(
        update(DeliveryRow).where(DeliveryRow.message_id == message_id).values(**values)
    )
