"""A school whose people act on cases by the rules and on the record, without Temporal."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.actions import TextRef
from domain.case import Case
from domain.contracts import RecordEvents
from domain.decide import decide
from domain.evolve import evolve
from domain.vocabulary import ActionName, Role
from gateway.compose import compose
from gateway.subject_access import SubjectAccess
from tests.support.school import CALENDAR, PEOPLE, SCHOOL, SchoolInTest, a_school

MONDAY = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)
POLICIES = ("eleanor-palmer-advocates", "parents-and-carers")


@dataclass(kw_only=True)
class SchoolOnRecord:
    """A school in test; `now` is the moment at which its people act."""

    school: SchoolInTest
    now: datetime = MONDAY
    cases: dict[str, Case] = field(default_factory=dict)
    _actions: int = 0

    @property
    def access(self) -> SubjectAccess:
        """Subject access at this school, at its moment."""
        return SubjectAccess(self.school.stores, SCHOOL, now=lambda: self.now)

    async def opened(self, prefix: str, who: str, **concern: Any) -> str:
        """Opens a case under the code with this prefix, and returns its reference."""
        reference = f"{prefix}-2026-{len(self.cases) + 1:04d}"
        fixed = {"school": SCHOOL, "reference": reference}
        await self.act(reference, ActionName.RAISE_CONCERN, who, fixed, **concern)
        return reference

    async def act(
        self,
        reference: str,
        name: ActionName,
        who: str,
        fixed: dict[str, Any] | None = None,
        /,
        role: Role | None = None,
        **fields: Any,
    ) -> None:
        """What somebody (by first name) does to a case, decided, and recorded with its texts."""
        stores = self.school.stores
        actor = self.school.actor(who, role)
        case = self.cases.get(reference)
        outside = actor.role in (Role.PARENT, Role.ADVOCATE)
        about = case.respondent or case.family or case.raised_by if case else None
        about = about or self.school.people.get(fields.get("respondent", "").split(" ")[0].lower())
        key = actor.person if outside or about is None else about

        async def find_person(given: str) -> str:
            return (await stores.people.find(SCHOOL, given))[0].id

        async def put_away(kind: str, text: str) -> TextRef:
            return await stores.texts.store(key, SCHOOL, reference, kind, text)

        self._actions += 1
        action = await compose(
            name,
            fields,
            {"id": f"action-{self._actions}", **(fixed or {})},
            find_person=find_person,
            put_away=put_away,
        )
        prefix = reference.partition("-")[0]
        policies = await stores.shelf.current_policies(SCHOOL)
        policy = next(one for one in policies if one.reference_prefix == prefix)
        events = decide(policy, CALENDAR, case, action, actor, self.now)
        for event in events:
            case = evolve(case, event)
        assert case is not None
        await stores.recorder.record(RecordEvents(events=tuple(events), case=case))
        self.cases[reference] = case


@pytest.fixture(autouse=True)
def _an_officer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PEOPLE, "Mei-Ling Zhou", (Role.DATA_PROTECTION_OFFICER,))


@pytest.fixture
async def on_record(database_url: str) -> AsyncIterator[SchoolOnRecord]:
    """A school on either database."""
    async with a_school(database_url, POLICIES) as school:
        yield SchoolOnRecord(school=school)


@pytest.fixture
async def on_sqlite(sqlite_url: str) -> AsyncIterator[SchoolOnRecord]:
    """A school on SQLite, for what no database changes."""
    async with a_school(sqlite_url, POLICIES) as school:
        yield SchoolOnRecord(school=school)
