"""Verifying the record: every hash chain from its first event, in constant memory."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, exists, func, literal, select, union_all

from domain.audit import Fault, Link, verify_chain
from domain.register import REGISTER
from storage.database import Database
from storage.tables import CaseRow, EventRow, RegisterRow

_ROWS_AT_ONCE = 1000


class SchoolFault(NamedTuple):
    """A fault, and the school in whose record it is."""

    school: str
    fault: Fault


class Verification(NamedTuple):
    """What a verification covered, and the first fault of each case that has one."""

    cases: int
    events: int
    faults: tuple[SchoolFault, ...]

    @property
    def holds(self) -> bool:
        """Whether no fault was found."""
        return not self.faults


async def verify(
    database: Database,
    school: str | None = None,
    reference: str | None = None,
    progress: Callable[[int], None] = lambda events: None,
) -> Verification:
    """Verifies every chain of a school (None: of all schools), or one case of it.

    Besides the chains it holds the projection against them, which remembers where a case's chain
    ended: so an end that was cut off, or a whole chain that is gone, is found as long as the
    projection was not changed with it. `progress` is told now and then how many events are done.
    """
    async with database.reading() as connection:
        return await connection.run_sync(_verify, school, reference, progress)


def _verify(
    connection: Connection,
    school: str | None,
    reference: str | None,
    progress: Callable[[int], None],
) -> Verification:
    faults: list[SchoolFault] = []
    walk = _Walk(progress)
    streamed = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(
        _events(school, reference)
    )
    try:
        for (of_school, of_reference), rows in groupby(streamed, key=lambda row: row[:2]):
            fault = walk.case(of_school, of_reference, rows)
            if fault is not None:
                faults.append(SchoolFault(of_school, fault))
    finally:
        streamed.close()
    for of_school, of_reference, sequence in connection.execute(_without_events(school, reference)):
        faults.append(
            SchoolFault(of_school, Fault(of_reference, 1, f"all {sequence} events are missing"))
        )
    progress(walk.events)
    return Verification(walk.cases, walk.events, tuple(faults))


class _Walk:
    """Goes from case to case, and counts."""

    def __init__(self, progress: Callable[[int], None]) -> None:
        self.cases = 0
        self.events = 0
        self._progress = progress

    def case(self, school: str, reference: str, rows: Iterator[Row[Any]]) -> Fault | None:
        """The first fault of one case; None where its chain holds and its projection agrees."""
        self.cases += reference != REGISTER
        beside = _Beside(reference)
        fault = verify_chain(school, reference, (beside.link(row) for row in self._counted(rows)))
        for _ in self._counted(rows):
            pass  # a chain is left at its first fault; what follows it is counted all the same
        return fault or beside.fault()

    def _counted(self, rows: Iterator[Row[Any]]) -> Iterator[Row[Any]]:
        for row in rows:
            self.events += 1
            if self.events % _ROWS_AT_ONCE == 0:
                self._progress(self.events)
            yield row


class _Beside:
    """Holds what stands beside a chain against it: repeating columns, and the projection."""

    def __init__(self, reference: str) -> None:
        self._reference = reference
        self._columns: Fault | None = None
        self._projection: Fault | None = None

    def link(self, row: Row[Any]) -> Link:
        """Looks at a row on its way to the chain's verifier."""
        self._columns = self._columns or _columns(self._reference, row)
        self._projection = _projection(self._reference, row)  # counts for the last row alone
        return Link(row.sequence, row.content, row.hash)

    def fault(self) -> Fault | None:
        """What was found, once the whole chain went by."""
        return self._columns or self._projection


def _projection(reference: str, row: Row[Any]) -> Fault | None:
    """Whether the projection ends with this row, as it should if the row is the case's last."""
    if (row.projected, row.projected_hash) == (row.sequence, row.hash):
        return None
    kept = "list of registers" if reference == REGISTER else "list of cases"
    if row.projected is None:
        return Fault(reference, row.sequence, f"it is missing from the {kept}")
    if row.projected > row.sequence:
        what = "register" if reference == REGISTER else "case"
        problem = f"the end is missing: the {what} stood at event {row.projected}"
        return Fault(reference, row.sequence + 1, problem)
    problem = f"the {kept} remembers another event {row.projected} as the last"
    return Fault(reference, row.sequence, problem)


def _columns(reference: str, row: Row[Any]) -> Fault | None:
    """Whether the columns that repeat the content still say the same."""
    try:
        content = json.loads(row.content)
        said = (
            datetime.fromisoformat(content["at"]),
            content["fact"]["type"],
            content["actor"]["role"],
        )
    except (ValueError, KeyError, TypeError):
        return None  # the chain says so, and more precisely
    if said == (row.at, row.type, row.actor_role):
        return None
    return Fault(reference, row.sequence, "the columns beside the content do not agree with it")


def _events(school: str | None, reference: str | None) -> Any:
    same_register = and_(RegisterRow.school == EventRow.school, EventRow.reference == REGISTER)
    same_case = and_(CaseRow.school == EventRow.school, CaseRow.reference == EventRow.reference)
    rows = (
        select(
            EventRow.school,
            EventRow.reference,
            EventRow.sequence,
            EventRow.content,
            EventRow.hash,
            EventRow.at,
            EventRow.type,
            EventRow.actor_role,
            func.coalesce(CaseRow.sequence, RegisterRow.sequence).label("projected"),
            func.coalesce(CaseRow.head, RegisterRow.head).label("projected_hash"),
        )
        .outerjoin(CaseRow, same_case)
        .outerjoin(RegisterRow, same_register)
        .order_by(EventRow.school, EventRow.reference, EventRow.sequence)
    )
    if school is not None:
        rows = rows.where(EventRow.school == school)
    if reference is not None:
        rows = rows.where(EventRow.reference == reference)
    return rows


def _without_events(school: str | None, reference: str | None) -> Any:
    cases = select(CaseRow.school, CaseRow.reference, CaseRow.sequence)
    registers = select(RegisterRow.school, literal(REGISTER), RegisterRow.sequence)
    known = union_all(cases, registers).subquery()
    where, which, last = known.c
    rows = select(where, which, last).where(
        ~exists().where(EventRow.school == where, EventRow.reference == which)
    )
    if school is not None:
        rows = rows.where(where == school)
    if reference is not None:
        rows = rows.where(which == reference)
    return rows
