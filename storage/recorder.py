"""Writing the record: each event once, chained to the one before, with its projections."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, insert, select, text
from sqlalchemy.exc import IntegrityError

from domain.audit import canonical
from domain.case import Case
from domain.chain import genesis, link
from domain.contracts import RecordEvents
from domain.events import Event
from domain.evolve import evolve
from domain.register import REGISTER
from storage.database import Database
from storage.event_rows import row_of
from storage.projections import forget_projections, project
from storage.registrar import rebuild_registers
from storage.tables import EventRow

_ATTEMPTS = 5  # each one lost means that another recorder got further meanwhile
_PUT_EVENTS = insert(EventRow)
_STORED_FROM = (
    select(EventRow.sequence, EventRow.content, EventRow.hash)
    .where(
        EventRow.school == bindparam("school"),
        EventRow.reference == bindparam("reference"),
        EventRow.sequence >= bindparam("sequence"),
    )
    .order_by(EventRow.sequence)
)
_KNOWN_CASES = (
    select(EventRow.school, EventRow.reference).where(EventRow.reference != REGISTER).distinct()
)


class RecordError(Exception):
    """The record refused what it was given; the message says why."""

    def __init__(self, school: str, reference: str, sequence: int, problem: str) -> None:
        self.school = school
        self.reference = reference
        self.sequence = sequence
        super().__init__(f"{reference} at {school}, event {sequence}: {problem}")


class RecordConflict(RecordError):
    """Another event is on the record under this identity. It stands; nothing was written.

    This is an alarm: two histories of one case exist.
    """


class RecordGap(RecordError):
    """Events between the record's last one and these are missing. Nothing was written."""


class BadBatch(RecordError):
    """The events are not consecutive events of the case that they come with."""


class Rebuilt(NamedTuple):
    """What a rebuild of the projections covered."""

    cases: int
    events: int


class Recorder:
    """Records events exactly once, however many workers record the same ones at once.

    `on_recorded` is told how many events were newly written, after they are committed.
    """

    def __init__(
        self, database: Database, on_recorded: Callable[[int], None] = lambda count: None
    ) -> None:
        self._database = database
        self._on_recorded = on_recorded

    async def record(self, batch: RecordEvents) -> str:
        """Records consecutive events and the case after them; returns the last one's hash (hex).

        An event's identity is its school, reference and sequence. What is on the record with the
        same content already is left alone, be it some of the batch or all of it. Raises
        RecordConflict where the record holds other content, RecordGap where events before these
        are missing, BadBatch, and DatabaseUnreachable, after each of which the record is as it
        was; only the last is worth trying again.
        """
        _check(batch)
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                head, written = await self._database.transact(partial(_record, batch))
                break
            except IntegrityError:
                # Another recorder wrote these a moment ago: look again, and find them there.
                if attempt == _ATTEMPTS:
                    raise
        if written:
            self._on_recorded(written)
        return head.hex()

    async def rebuild_projections(self) -> Rebuilt:
        """Replaces the projections by what the events say; recorders wait meanwhile.

        Raises ValueError where a case's events don't follow one another: verify the record.
        """
        return await self._database.transact(_rebuild)


def _record(batch: RecordEvents, connection: Connection) -> tuple[bytes, int]:
    head, written = _append(connection, batch.events)
    if written:
        project(connection, batch.case, head)
    return head, written


def _rebuild(connection: Connection) -> Rebuilt:
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE cases IN SHARE ROW EXCLUSIVE MODE"))
    forget_projections(connection)
    cases = events = 0
    for school, reference in connection.execute(_KNOWN_CASES).all():
        case, head = _replay(connection, school, reference)
        project(connection, case, head)
        cases += 1
        events += case.sequence
    rebuild_registers(connection)
    return Rebuilt(cases, events)


def _check(batch: RecordEvents) -> None:
    case = batch.case
    if not batch.events:
        raise BadBatch(case.school, case.reference, case.sequence, "there is no event to record")
    first = batch.events[0].sequence
    for expected, event in enumerate(batch.events, start=first):
        if (event.school, event.reference, event.sequence) != (
            case.school,
            case.reference,
            expected,
        ):
            raise BadBatch(
                case.school,
                case.reference,
                expected,
                f"found event {event.sequence} of {event.reference} at {event.school} instead",
            )
    if case.sequence != batch.events[-1].sequence:
        raise BadBatch(
            case.school,
            case.reference,
            case.sequence,
            f"the case stands at this event, but the last one given is {batch.events[-1].sequence}",
        )


def _append(connection: Connection, events: Sequence[Event]) -> tuple[bytes, int]:
    """Writes what is not on the record yet; the hash of the batch's last event, and how many."""
    first = events[0]
    stored = _stored_from(connection, first.school, first.reference, first.sequence - 1)
    head = genesis(first.school, first.reference)
    if first.sequence > 1:
        if first.sequence - 1 not in stored:
            raise RecordGap(
                first.school,
                first.reference,
                first.sequence,
                f"event {first.sequence - 1} is not on the record, so this one has no place on it",
            )
        head = stored[first.sequence - 1][1]
    rows = []
    for event in events:
        content = canonical(event)
        head = link(head, content)
        if (there := stored.get(event.sequence)) is None:
            rows.append(row_of(event, content, head))
        elif there[0] != content:
            raise RecordConflict(
                event.school,
                event.reference,
                event.sequence,
                "the record holds another event here; it stands, and this one was refused",
            )
        else:
            head = there[1]
    if rows:
        connection.execute(_PUT_EVENTS, rows)
    return head, len(rows)


def _stored_from(
    connection: Connection, school: str, reference: str, sequence: int
) -> dict[int, tuple[bytes, bytes]]:
    case = {"school": school, "reference": reference, "sequence": sequence}
    rows = connection.execute(_STORED_FROM, case)
    return {number: (content, digest) for number, content, digest in rows}


def _replay(connection: Connection, school: str, reference: str) -> tuple[Case, bytes]:
    case: Case | None = None
    head = genesis(school, reference)
    whole = {"school": school, "reference": reference, "sequence": 1}
    for _, content, digest in connection.execute(_STORED_FROM, whole):
        case = evolve(case, Event.model_validate_json(content))
        head = digest
    if case is None:
        raise ValueError(f"{reference} at {school}: there are no events to rebuild it from")
    return case, head
