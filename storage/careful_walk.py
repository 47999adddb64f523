"""Looking at one chain with care: what is wrong with it, in words, and at which event first."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from domain.audit import Fault, Link, verify_chain
from domain.register import REGISTER

_ROWS_AT_ONCE = 1000
BACKWARDS = (
    "it is dated before the event before it: the clock went backwards, or the event was back-dated"
)

# Without the ORM's types: what was tampered with may not be of any.
_EVENTS = text("""
    SELECT events.sequence, events.content, events.hash, events.at, events.type,
        events.actor_role, ledger.event_hash
    FROM events LEFT JOIN ledger ON ledger.school = events.school
        AND ledger.reference = events.reference AND ledger.sequence = events.sequence
    WHERE events.school = :school AND events.reference = :reference
    ORDER BY events.sequence
""")
_CASE_END = text("""
    SELECT sequence, head FROM cases WHERE school = :school AND reference = :reference
""")
_REGISTER_END = text("SELECT sequence, head FROM registers WHERE school = :school")
_ENTERED = text("""
    SELECT count(*), max(sequence) FROM ledger WHERE school = :school AND reference = :reference
""")
_WITHOUT_EVENT = text("""
    SELECT min(ledger.sequence) FROM ledger
    WHERE ledger.school = :school AND ledger.reference = :reference AND NOT EXISTS (
        SELECT 1 FROM events WHERE events.school = ledger.school
        AND events.reference = ledger.reference AND events.sequence = ledger.sequence
    )
""")


def look(connection: Connection, school: str, reference: str) -> tuple[int, int, Fault | None]:
    """A chain's events, how many of them the ledger covers, and the first fault if there is one."""
    chain = _Chain(connection, school, reference)
    rows = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(
        _EVENTS, {"school": school, "reference": reference}
    )
    try:
        broken = verify_chain(school, reference, (chain.link(row) for row in rows))
        for row in rows:  # the walk ends at the first fault; what follows is counted all the same
            chain.count(row)
    finally:
        rows.close()
    return chain.events, chain.covered, chain.first_fault(broken)


class _Chain:
    """Holds what stands beside a chain against it: columns, dates, the ledger, the end."""

    def __init__(self, connection: Connection, school: str, reference: str) -> None:
        where = {"school": school, "reference": reference}
        end = _REGISTER_END if reference == REGISTER else _CASE_END
        values = {"school": school} if reference == REGISTER else where
        self._end = connection.execute(end, values).one_or_none()
        self._entries, self._last_entry = connection.execute(_ENTERED, where).one()
        self._lost = connection.scalar(_WITHOUT_EVENT, where)
        self._reference = reference
        self._faults: list[Fault] = []
        self._latest: Any = None
        self._last: tuple[int, Any] = (0, None)
        self.events = self.covered = 0

    def link(self, row: Any) -> Link:
        """Looks at a row on its way to the chain's verifier."""
        self.count(row)
        said = _columns(row)
        if said is not None and said != (_moment(row.at), row.type, row.actor_role):
            self._note(row.sequence, "the columns beside the content do not agree with it")
        moment = said[0] if said is not None else None
        if moment is not None and self._latest is not None and moment < self._latest:
            self._note(row.sequence, BACKWARDS)
        self._latest = moment or self._latest
        self._compare_with_the_ledger(row)
        self._last = (row.sequence, row.hash)
        return Link(row.sequence, row.content, row.hash)

    def count(self, row: Any) -> None:
        """Counts a row."""
        self.events += 1
        self.covered += row.event_hash is not None

    def first_fault(self, broken: Fault | None) -> Fault | None:
        """The first fault, `broken` being what the chain itself showed."""
        found = [broken] if broken else []
        found += self._faults
        if self._lost is not None:
            self._note(self._lost, "it is missing, although the ledger has it")
            found.append(self._faults[-1])
        if not broken and (ended := self._wrong_end()):
            found.append(ended)
        return min(found, key=lambda fault: fault.sequence, default=None)

    def _compare_with_the_ledger(self, row: Any) -> None:
        if row.event_hash is None:
            if self._last_entry is not None and row.sequence < self._last_entry:
                self._note(row.sequence, "its entry was taken out of the ledger")
        elif row.event_hash != row.hash:
            self._note(row.sequence, "the ledger holds another event in its place")

    def _wrong_end(self) -> Fault | None:
        last, head = self._last
        kept = "list of registers" if self._reference == REGISTER else "list of cases"
        if self._end is None:
            if not last:
                return None
            return Fault(self._reference, last, f"it is missing from the {kept}")
        stood = self._end.sequence
        if not last:
            return Fault(self._reference, 1, f"all {stood} events are missing")
        if (stood, self._end.head) == (last, head):
            return None
        if stood > last:
            what = "register" if self._reference == REGISTER else "case"
            problem = f"the end is missing: the {what} stood at event {stood}"
            return Fault(self._reference, last + 1, problem)
        problem = f"the {kept} remembers another event {stood} as the last"
        return Fault(self._reference, last, problem)

    def _note(self, sequence: Any, problem: str) -> None:
        # The first of each kind is all that can be told; a long chain must not fill the memory.
        if not isinstance(sequence, int):
            sequence = self.events  # SQLite keeps whatever it is given, in any column
        if all(fault.problem != problem for fault in self._faults):
            self._faults.append(Fault(self._reference, sequence, problem))


def _columns(row: Any) -> tuple[datetime, str, str] | None:
    """What the columns should say. None where the content is no event, which the chain tells."""
    try:
        content = json.loads(row.content)
        return (
            datetime.fromisoformat(content["at"]),
            content["fact"]["type"],
            content["actor"]["role"],
        )
    except (ValueError, KeyError, TypeError):
        return None


def _moment(stored: Any) -> datetime | None:
    """The moment in the column: SQLite keeps it as text, in UTC and without saying so."""
    if isinstance(stored, datetime):
        return stored
    try:
        return datetime.fromisoformat(f"{stored}+00:00")
    except ValueError:
        return None
