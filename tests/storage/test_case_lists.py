"""Lists of cases and of what is due: what each viewer is shown, found and told."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain import actions as a
from domain.access import Sight
from domain.actions import Action, Actor
from domain.case import Case
from domain.contracts import RecordEvents
from domain.decide import decide
from domain.evolve import evolve
from domain.policy import Policy
from domain.vocabulary import Outcome, Procedure, Role, Severity, Stage, Track
from gateway.errors import BadRequest
from gateway.finding import Finding, Wanted, read_wanted, sighted
from gateway.reading import Reading
from gateway.today import todays_work
from storage.case_lists import CaseFilter
from storage.erasing import erase_person
from storage.people import PersonNotFound
from tests.support.school import CALENDAR, PEOPLE, SCHOOL, SchoolInTest, a_school

MONDAY = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)
POLICIES = ("eleanor-palmer-advocates", "parents-and-carers", "parent-partnership-standards")
TEXT = a.TextRef(id="text", commitment="0" * 64)
CLAUSES = {
    "eleanor-palmer-advocates": "ep.expect.speech",
    "parents-and-carers": "pc.parents.courtesy",
    "parent-partnership-standards": "pp.trust.commitments",
}


@dataclass
class Cases:
    """A school whose cases are recorded as the rules decide them, without a workflow."""

    school: SchoolInTest
    policies: dict[str, Policy]
    known: dict[str, Case] = field(default_factory=dict)
    ids: Iterator[int] = field(default_factory=lambda: iter(range(10_000)))

    def actor(self, who: str, role: Role | None = None) -> Actor:
        return self.school.actor(who, role)

    async def open(self, policy: str, by: Actor, at: datetime = MONDAY, **fields: Any) -> str:
        rules = self.policies[policy]
        reference = f"{rules.reference_prefix}-2026-{len(self.known) + 1:04d}"
        given = {"severity": Severity.MODERATE, "clauses": (CLAUSES[policy],), **fields}
        action = a.RaiseConcern(id=f"open-{reference}", school=SCHOOL, reference=reference, **given)
        await self._record(rules, None, action, by, at)
        return reference

    async def do(
        self, reference: str, kind: type[Any], by: Actor, at: datetime = MONDAY, **fields: Any
    ) -> None:
        case = self.known[reference]
        rules = next(one for one in self.policies.values() if one.digest == case.policy_digest)
        why: dict[str, Any] = {}
        if issubclass(kind, a.Decision):
            why = {"reason": TEXT, "clauses": (CLAUSES[rules.policy],)}
        action = kind(id=f"action-{next(self.ids)}", **{**why, **fields})
        await self._record(rules, case, action, by, at)

    async def _record(
        self, rules: Policy, case: Case | None, action: Action, by: Actor, at: datetime
    ) -> None:
        events = decide(rules, CALENDAR, case, action, by, at)
        for event in events:
            case = evolve(case, event)
        assert case is not None
        await self.school.stores.recorder.record(RecordEvents(events=tuple(events), case=case))
        self.known[case.reference] = case

    def finding(self, viewer: Actor, at: datetime = MONDAY) -> Finding:
        return Finding(self.school.stores, SCHOOL, viewer, now=lambda: at)


@pytest.fixture
async def cases(database_url: str) -> AsyncIterator[Cases]:
    async with a_school(database_url, POLICIES) as school:
        current = await school.stores.shelf.current_policies(SCHOOL)
        yield Cases(school, {policy.policy: policy for policy in current})


async def several(cases: Cases) -> dict[str, str]:
    """Cases of every kind: whose, how far they came, and who has which part."""
    p, who = cases.school.people, cases.actor
    ours: dict[str, Any] = {
        "track": Track.ADVOCATE_CONDUCT,
        "respondent": p["idris"],
        "family": p["hana"],
    }
    found = {
        "plain": await cases.open(POLICIES[0], who("asha"), **ours),
        "raised by the head": await cases.open(POLICIES[0], who("cara"), **ours),
        "names the leader": await cases.open(POLICIES[0], who("asha"), named=(p["ben"],), **ours),
        "about the school": await cases.open(
            POLICIES[0], who("hana"), track=Track.SCHOOL_CONCERN, family=p["hana"]
        ),
        "about a parent": await cases.open(
            POLICIES[1], who("asha"), track=Track.PARENT_CONDUCT, respondent=p["hana"]
        ),
        "about the service": await cases.open(
            POLICIES[2], who("hana"), track=Track.SERVICE_CONCERN, family=p["hana"]
        ),
        "transferred": await cases.open(POLICIES[0], who("asha"), **ours),
        "closed": await cases.open(POLICIES[0], who("asha"), severity=Severity.SERIOUS, **ours),
    }
    await cases.do(found["plain"], a.Assign, who("cara"), to=p["ben"])
    await cases.do(found["plain"], a.RemindInformally, who("ben"))
    await cases.do(found["about a parent"], a.DeclareConflict, who("cara"), reason=TEXT)
    await cases.do(
        found["transferred"],
        a.Close,
        who("cara"),
        outcome=Outcome.TRANSFERRED,
        procedure=Procedure.CHILD_PROTECTION,
    )
    for role in (Role.PARENT, Role.ADVOCATE):
        await cases.do(found["closed"], a.ShareCode, who("ben"), with_role=role)
    await cases.do(found["closed"], a.Acknowledge, who("ben"))
    await cases.do(found["closed"], a.Close, who("cara"), outcome=Outcome.UNFOUNDED)
    return found


async def test_a_list_shows_exactly_the_cases_of_which_the_viewer_may_see_anything(
    cases: Cases,
) -> None:
    await several(cases)
    everything = sorted(cases.known)
    viewers = [
        cases.actor(name.split()[0].lower(), role)
        for name, roles in PEOPLE.items()
        for role in roles
    ]
    viewers += [
        Actor(person=cases.school.people["gil"], role=role)
        for role in Role
        if role is not Role.SYSTEM
    ]

    for viewer in viewers:
        reading = Reading(cases.school.stores, SCHOOL, viewer)
        sights = await reading.sights(everything)
        listed, total = await cases.school.stores.lists.cases(
            await sighted(cases.school.stores, SCHOOL, viewer), CaseFilter(), limit=100
        )
        allowed = {one for one, sight in sights.items() if sight is not Sight.NOTHING}
        assert {one.reference for one in listed} == allowed, viewer
        assert total == len(allowed)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param({"owner": "me"}, {"plain"}, id="mine"),
        pytest.param({"stage": "informal_reminder"}, {"plain"}, id="by stage"),
        pytest.param({"severity": "serious"}, {"closed"}, id="by severity"),
        pytest.param({"standing": "closed"}, {"closed", "transferred"}, id="closed"),
        pytest.param({"track": "parent_conduct"}, {"about a parent"}, id="by track"),
        pytest.param({"opened_from": "2026-09-15"}, set(), id="opened later"),
        pytest.param(
            {"opened_from": "2026-09-14", "opened_until": "2026-09-14", "owner": "me"},
            {"plain"},
            id="opened on the day",
        ),
        pytest.param({"reference": "pc-2026"}, {"about a parent"}, id="a piece of the reference"),
        pytest.param(
            {"stage": "no such stage", "owner": "me"}, {"plain"}, id="nonsense is left out"
        ),
    ],
)
async def test_filters(cases: Cases, wanted: dict[str, str], expected: set[str]) -> None:
    found = await several(cases)

    page = await cases.finding(cases.actor("ben")).page(read_wanted(wanted))

    assert {one.reference for one in page.cases} == {found[one] for one in expected}
    assert page.total == len(expected)


async def test_overdue_cases_are_those_with_a_task_that_fell_due(cases: Cases) -> None:
    found = await several(cases)
    overdue = read_wanted({"overdue": "true"})

    on_the_day = await cases.finding(cases.actor("cara")).page(overdue)
    weeks_later = await cases.finding(cases.actor("cara"), MONDAY + timedelta(days=30)).page(
        overdue
    )

    assert on_the_day.cases == []
    assert found["plain"] in {one.reference for one in weeks_later.cases}
    assert found["closed"] not in {one.reference for one in weeks_later.cases}


async def test_pages_hold_every_case_once(cases: Cases) -> None:
    p = cases.school.people
    for number in range(30):
        await cases.open(
            POLICIES[0],
            cases.actor("asha"),
            MONDAY + timedelta(minutes=number),
            track=Track.ADVOCATE_CONDUCT,
            respondent=p["idris"],
            family=p["hana"],
        )
    finding = cases.finding(cases.actor("cara"), MONDAY + timedelta(days=1))

    first, second = await finding.page(Wanted(), 1), await finding.page(Wanted(), 2)

    assert (first.pages, first.total, len(first.cases), len(second.cases)) == (2, 30, 25, 5)
    together = [one.reference for one in (*first.cases, *second.cases)]
    assert together == sorted(cases.known, reverse=True)


async def test_a_search_by_name_finds_the_cases_in_which_somebody_has_a_part(cases: Cases) -> None:
    found = await several(cases)
    finding = cases.finding(cases.actor("ben"))

    (hana,) = await finding.people_called("novak")
    page = await finding.page(Wanted(people=(hana.id,)))

    # The one in which Ben is named is not shown to him at all; of the one that was transferred he
    # sees no names any more.
    hidden = {found["names the leader"], found["transferred"], found["about the service"]}
    assert {one.reference for one in page.cases} == set(cases.known) - hidden
    with pytest.raises(PersonNotFound):
        await finding.people_called("zzz")


async def test_whoever_sees_no_names_can_not_find_cases_by_one(cases: Cases) -> None:
    await several(cases)
    governor = cases.finding(cases.actor("elif"))

    with pytest.raises(BadRequest, match="without names"):
        await governor.people_called("novak")
    page = await governor.page(Wanted(people=(cases.school.people["hana"],)))
    assert page.cases == []


async def test_saved_lists_are_a_persons_own_and_end_with_them(cases: Cases) -> None:
    mine, other = cases.finding(cases.actor("ben")), cases.finding(cases.actor("cara"))
    wanted = Wanted(stage=Stage.WARNING, overdue=True, opened_from=date(2026, 9, 1))
    view = await mine.save("Warnings that wait", wanted)

    (saved,) = await mine.saved()
    assert (saved.name, read_wanted(saved.filters)) == ("Warnings that wait", wanted)
    assert await other.saved() == []
    await other.remove(view)
    assert [one.id for one in await mine.saved()] == [view]
    with pytest.raises(BadRequest, match="a name"):
        await mine.save("  ", wanted)

    ben = cases.school.people["ben"]
    await cases.school.stores.database.transact(
        lambda connection: erase_person(connection, ben, MONDAY)
    )
    assert await mine.saved() == []


async def test_today_tells_what_is_due_overdue_awaited_and_new(cases: Cases) -> None:
    p, stores = cases.school.people, cases.school.stores
    found = await several(cases)
    ours: dict[str, Any] = {
        "track": Track.ADVOCATE_CONDUCT,
        "respondent": p["idris"],
        "family": p["hana"],
    }
    grave = await cases.open(POLICIES[0], cases.actor("asha"), severity=Severity.SAFETY, **ours)
    await cases.do(
        grave,
        a.RestrictAccess,
        cases.actor("cara"),
        scopes=("engagement",),
        interim=True,
        review_on=date(2026, 10, 1),
        contact=TEXT,
        contact_through=p["cara"],
        meetings=TEXT,
    )
    head = cases.actor("cara")

    today = await todays_work(stores, SCHOOL, head, MONDAY)
    assert today.overdue.total == 0
    assert found["plain"] not in {one.reference for one in today.new}
    assert found["about the school"] in {one.reference for one in today.new}
    # She raised the one, and has a conflict in the other: what is due there is for others.
    shown = {one.reference for one in (*today.due.lines, *today.awaiting.lines)}
    assert not shown & {found["raised by the head"], found["about a parent"]}
    (side,) = today.awaiting.lines
    assert (side.reference, side.day, side.when) == (
        grave,
        "Monday 21 September 2026",
        "in 5 school days",
    )
    acknowledge = [line for line in today.due.lines if "was received" in line.what]
    assert {line.when for line in acknowledge} == {"in 2 school days"}

    leader, fortnight = cases.actor("ben"), MONDAY + timedelta(days=14)
    later = await todays_work(stores, SCHOOL, leader, fortnight)
    assert later.overdue.total >= 5
    assert "late" in later.overdue.lines[0].when
    mine = await todays_work(stores, SCHOOL, leader, fortnight, mine=True)
    assert {line.whose for line in mine.overdue.lines} == {"you, as senior leader"}
    office = await todays_work(
        stores, SCHOOL, cases.actor("gil"), fortnight + timedelta(hours=8), mine=True
    )
    assert office.overdue.total == 0


async def test_the_parts_people_have_follow_the_case(cases: Cases) -> None:
    p = cases.school.people
    reference = await cases.open(
        POLICIES[0], cases.actor("hana"), track=Track.SCHOOL_CONCERN, family=p["hana"]
    )
    finding = cases.finding(cases.actor("ben"))
    idris = Wanted(people=(p["idris"],))
    assert (await finding.page(idris)).total == 0

    await cases.do(reference, a.AppointAdvocate, cases.actor("ben"), advocate=p["idris"])
    assert (await finding.page(idris)).total == 1

    await cases.do(reference, a.EndAdvocacy, cases.actor("ben"))
    assert (await finding.page(idris)).total == 0
