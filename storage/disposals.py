"""Which cases have been kept long enough, and entering that they should go."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from domain.actions import SYSTEM
from domain.case import Case
from domain.holds import holds_to_review
from domain.register import DisposalProposed, HoldReminded, RegisterEvent, RegisterFact
from domain.retention import Retention, due_on, retention_of, to_propose
from domain.vocabulary import Outcome, Stage, Track
from storage.database import Database
from storage.registrar import append_entries, entries_in, entries_of_action, hold_register
from storage.shelf import Shelf
from storage.tables import CaseRow

_CASES_AT_ONCE = 500


class DueCase(NamedTuple):
    """A case whose time is over (or nearly): when it closed, and what stands about it."""

    reference: str
    track: Track
    outcome: Outcome | None
    closed_on: date
    due_on: date
    had_restriction: bool
    kept_until: date | None
    proposed_at: datetime | None
    on_hold: bool


class Proposal(NamedTuple):
    """What a sweep found: cases newly proposed, and holds that are to be looked at again."""

    references: tuple[str, ...]
    holds: tuple[str, ...]


class Disposals:
    """Looks through the settled cases of a school."""

    def __init__(self, database: Database, shelf: Shelf) -> None:
        self._database = database
        self._shelf = shelf

    async def state(self, school: str) -> Retention:
        """What the school's register says of keeping and removing."""
        async with self._database.reading() as connection:
            return retention_of(await connection.run_sync(entries_in, school))

    async def due_on(self, case: Case, state: Retention) -> date | None:
        """The day on which a case is to be looked at; None while it is not settled, or is gone."""
        policy = await self._shelf.policy(case.policy_digest)
        calendar = await self._shelf.calendar_of(case.school)
        return due_on(policy, calendar, case, state)

    async def due(self, school: str, by: date) -> list[DueCase]:
        """The cases that are to be looked at by a day, the longest due first, held ones too."""
        calendar = await self._shelf.calendar_of(school)
        state = await self.state(school)
        found = []
        after = ""
        while cases := await self._closed(school, after):
            after = cases[-1].reference
            for case in cases:
                policy = await self._shelf.policy(case.policy_digest)
                day = due_on(policy, calendar, case, state)
                if day is None or day > by or case.closed_at is None:
                    continue
                found.append(
                    DueCase(
                        reference=case.reference,
                        track=case.track,
                        outcome=case.outcome,
                        closed_on=calendar.local_date(case.closed_at),
                        due_on=day,
                        had_restriction=bool(case.restrictions),
                        kept_until=state.kept_until.get(case.reference),
                        proposed_at=state.proposed.get(case.reference),
                        on_hold=case.reference in state.holds,
                    )
                )
        return sorted(found, key=lambda one: (one.due_on, one.reference))

    async def propose(self, school: str, action_id: str, at: datetime) -> Proposal:
        """Enters what is due by `at`, and which holds are to be looked at; once for an action id.

        Nothing is entered where there is nothing new.
        """
        calendar = await self._shelf.calendar_of(school)
        today = calendar.local_date(at)
        due = [(one.reference, one.due_on) for one in await self.due(school, today)]

        def work(connection: Connection) -> Proposal:
            hold_register(connection, school)
            if before := entries_of_action(connection, school, action_id):
                return _proposal(before)
            state = retention_of(entries_in(connection, school))
            facts: list[RegisterFact] = []
            if references := to_propose(due, state, today):
                facts.append(DisposalProposed(references=references))
            holds = holds_to_review(state.holds, at, today)
            facts += (HoldReminded(reference=reference) for reference in holds)
            return _proposal(append_entries(connection, school, facts, SYSTEM, action_id, at))

        return await self._database.transact(work)

    async def _closed(self, school: str, after: str) -> list[Case]:
        rows = (
            select(CaseRow.state)
            .where(
                CaseRow.school == school,
                CaseRow.stage == Stage.CLOSED.value,
                CaseRow.reference > after,
            )
            .order_by(CaseRow.reference)
            .limit(_CASES_AT_ONCE)
        )
        async with self._database.reading() as connection:
            return [Case.model_validate_json(state) for state in await connection.scalars(rows)]


def _proposal(entries: list[RegisterEvent]) -> Proposal:
    facts = [entry.fact for entry in entries]
    return Proposal(
        tuple(
            reference
            for fact in facts
            if isinstance(fact, DisposalProposed)
            for reference in fact.references
        ),
        tuple(fact.reference for fact in facts if isinstance(fact, HoldReminded)),
    )
