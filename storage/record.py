"""Reading the record: events as they were written, cases as they stand, and what is due."""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import aliased

from domain.case import TASKS, Case
from domain.events import Event
from domain.register import REGISTER
from domain.vocabulary import DeadlineKind, Role, Severity, Stage, Track
from storage.database import Database
from storage.tables import CaseRow, DueItemRow, EventRow
from storage.verification import Verification, verify

_NEAR = 3
_REFERENCES_COMPARED = 5000
_ROWS_AT_ONCE = 500
_OF_THE_CASE = and_(CaseRow.school == EventRow.school, CaseRow.reference == EventRow.reference)
_STATES_AT_ONCE = 500


class CaseNotFound(LookupError):
    """There is no such case. `near` are the references most like the one given."""

    def __init__(self, school: str, reference: str, near: list[str]) -> None:
        self.school = school
        self.reference = reference
        self.near = tuple(near)
        hint = f" Did you mean {', '.join(near)}?" if near else ""
        super().__init__(f"There is no case “{reference}” at {school}.{hint}")


class StoredEvent(NamedTuple):
    """An event with the bytes that were hashed, and the hash (hex) that chains it."""

    event: Event
    content: bytes
    hash: str


class CaseLine(NamedTuple):
    """One line in a list of cases. `due_at` is when its next task falls due, if it has one."""

    school: str
    reference: str
    track: Track
    stage: Stage
    severity: Severity
    sequence: int
    opened_at: datetime
    closed_at: datetime | None
    next_at: datetime | None
    due_at: datetime | None


class DueItem(NamedTuple):
    """An open deadline of a case. `owner` took it on; otherwise it is for `owner_role`."""

    school: str
    reference: str
    deadline: str
    kind: DeadlineKind
    about: str
    due_on: date
    due_at: datetime
    owner: str | None
    owner_role: Role | None
    level: int
    generation: int


class Record:
    """The read side of the record."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def events_of(self, school: str, reference: str, after: int = 0) -> list[StoredEvent]:
        """The events of a case after sequence `after`, in order. Raises CaseNotFound."""
        rows = (
            select(EventRow.content, EventRow.hash)
            .where(
                EventRow.school == school,
                EventRow.reference == reference,
                EventRow.sequence > after,
            )
            .order_by(EventRow.sequence)
        )
        async with self._database.reading() as connection:
            stored = [
                StoredEvent(Event.model_validate_json(content), content, digest.hex())
                for content, digest in await connection.execute(rows)
            ]
        if not stored:
            await self.case_state(school, reference)
        return stored

    async def events_by_case(
        self, school: str, types: Collection[str], until: datetime
    ) -> list[tuple[str, list[Event]]]:
        """The events of these types up to `until`, for each case of a school in order."""
        rows = (
            select(EventRow.reference, EventRow.content)
            .where(
                EventRow.school == school,
                EventRow.reference != REGISTER,
                EventRow.type.in_(types),
                EventRow.at <= until,
            )
            .order_by(EventRow.reference, EventRow.sequence)
        )
        async with self._database.reading() as connection:
            found = await connection.execute(rows)
            return [
                (case, [Event.model_validate_json(content) for _, content in some])
                for case, some in groupby(found, key=lambda row: row.reference)
            ]

    async def case_state(self, school: str, reference: str) -> Case:
        """The case as its last recorded event left it. Raises CaseNotFound."""
        state = select(CaseRow.state).where(
            CaseRow.school == school, CaseRow.reference == reference
        )
        async with self._database.reading() as connection:
            found = await connection.scalar(state)
        if found is None:
            raise CaseNotFound(school, reference, await self._near(school, reference))
        return Case.model_validate_json(found)

    async def states_of(self, school: str, references: Sequence[str]) -> list[Case]:
        """The cases with these references as their last events left them, in their order."""
        found: list[Case] = []
        async with self._database.reading() as connection:
            for start in range(0, len(references), _STATES_AT_ONCE):
                some = references[start : start + _STATES_AT_ONCE]
                states = (
                    select(CaseRow.state)
                    .where(CaseRow.school == school, CaseRow.reference.in_(some))
                    .order_by(CaseRow.reference)
                )
                rows = await connection.scalars(states)
                found += [Case.model_validate_json(state) for state in rows]
        return found

    async def cases(
        self,
        school: str,
        *,
        track: Track | None = None,
        stage: Stage | None = None,
        open_only: bool = False,
        overdue_at: datetime | None = None,
        limit: int = 1000,
        offset: int = 0,
    ) -> list[CaseLine]:
        """The cases of a school, the newest first.

        `overdue_at` keeps those with a follow-up or duty that fell due by that instant;
        `open_only` leaves out closed ones.
        """
        task = (
            DueItemRow.school == CaseRow.school,
            DueItemRow.reference == CaseRow.reference,
            DueItemRow.kind.in_([kind.value for kind in TASKS]),
        )
        due_at = (
            select(DueItemRow.due_at)
            .where(*task)
            .order_by(DueItemRow.due_at)
            .limit(1)
            .scalar_subquery()
        )
        found = (
            select(
                CaseRow.school,
                CaseRow.reference,
                CaseRow.track,
                CaseRow.stage,
                CaseRow.severity,
                CaseRow.sequence,
                CaseRow.opened_at,
                CaseRow.closed_at,
                CaseRow.next_at,
                due_at,
            )
            .where(CaseRow.school == school)
            .order_by(CaseRow.opened_at.desc(), CaseRow.reference.desc())
            .limit(limit)
            .offset(offset)
        )
        if track is not None:
            found = found.where(CaseRow.track == track.value)
        if stage is not None:
            found = found.where(CaseRow.stage == stage.value)
        if open_only:
            found = found.where(CaseRow.stage != Stage.CLOSED.value)
        if overdue_at is not None:
            found = found.where(exists().where(*task, DueItemRow.due_at <= overdue_at))
        async with self._database.reading() as connection:
            return [
                CaseLine(where, which, Track(on), Stage(at), Severity(how), *rest)
                for where, which, on, at, how, *rest in await connection.execute(found)
            ]

    async def openings(self, school: str, before: datetime) -> AsyncIterator[Event]:
        """The first event of every case of a school that was opened before a moment, in order."""
        firsts = (
            select(EventRow.content)
            .join(CaseRow, _OF_THE_CASE)
            .where(CaseRow.school == school, EventRow.sequence == 1, EventRow.at < before)
            .order_by(EventRow.at, EventRow.reference)
            .execution_options(yield_per=_ROWS_AT_ONCE)
        )
        async with self._database.reading() as connection, connection.stream(firsts) as rows:
            async for (content,) in rows:
                yield Event.model_validate_json(content)

    async def histories(
        self, school: str, since: datetime, before: datetime
    ) -> AsyncIterator[list[Event]]:
        """The events before a moment of each case that was opened by then, one case at a time.

        Cases that were closed before `since`, and to which nothing has happened after it, are
        left out.
        """
        last = aliased(EventRow)
        events = (
            select(EventRow.reference, EventRow.content)
            .join(CaseRow, _OF_THE_CASE)
            .join(
                last,
                and_(
                    last.school == CaseRow.school,
                    last.reference == CaseRow.reference,
                    last.sequence == CaseRow.sequence,
                ),
            )
            .where(
                CaseRow.school == school,
                CaseRow.opened_at < before,
                or_(CaseRow.closed_at.is_(None), last.at >= since),
                EventRow.at < before,
            )
            .order_by(EventRow.reference, EventRow.sequence)
            .execution_options(yield_per=_ROWS_AT_ONCE)
        )
        async with self._database.reading() as connection, connection.stream(events) as rows:
            of, history = "", list[Event]()
            async for reference, content in rows:
                if history and reference != of:
                    yield history
                    history = []
                of = reference
                history.append(Event.model_validate_json(content))
            if history:
                yield history

    async def due_by(self, school: str, moment: datetime) -> list[DueItem]:
        """Every open deadline of a school that falls due by `moment`, the earliest first."""
        due = (
            select(DueItemRow)
            .where(DueItemRow.school == school, DueItemRow.due_at <= moment)
            .order_by(DueItemRow.due_at, DueItemRow.reference, DueItemRow.deadline)
        )
        async with self._database.reading() as connection:
            return [
                DueItem(
                    row.school,
                    row.reference,
                    row.deadline,
                    DeadlineKind(row.kind),
                    row.about,
                    row.due_on,
                    row.due_at,
                    row.owner,
                    Role(row.owner_role) if row.owner_role else None,
                    row.level,
                    row.generation,
                )
                for row in await connection.execute(due)
            ]

    async def verify(
        self,
        school: str | None = None,
        reference: str | None = None,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> Verification:
        """Verifies the record of a school (None: of all), or of one case; see `verify`."""
        return await verify(self._database, school, reference, progress)

    async def _near(self, school: str, reference: str) -> list[str]:
        newest = (
            select(CaseRow.reference)
            .where(CaseRow.school == school)
            .order_by(CaseRow.opened_at.desc())
            .limit(_REFERENCES_COMPARED)
        )
        async with self._database.reading() as connection:
            known = list((await connection.scalars(newest)).all())
        return get_close_matches(reference.upper(), known, n=_NEAR, cutoff=0.6)
