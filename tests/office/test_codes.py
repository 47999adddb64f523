"""The versions of a code: which there are, what adopting one changes, and for whom."""

from collections.abc import AsyncIterator

import pytest

from domain.office_events import CodeAdopted
from domain.views import AT_THE_MACHINE
from gateway.codes import Codes
from gateway.errors import ActionRefused
from storage.shelf import PolicyVersionTaken
from tests.rules.building import ELEANOR_PALMER, FLEET, PACKS, span
from tests.support.closing import a_recorded_case
from tests.support.school import POLICY, SCHOOL, SchoolInTest, a_school

NEWER = ELEANOR_PALMER.model_copy(
    update={"version": "1.10", "retention": span("84 calendar months")}
)
OLDER = ELEANOR_PALMER.model_copy(update={"version": "1.9"})


@pytest.fixture
async def school(database_url: str) -> AsyncIterator[SchoolInTest]:
    """A school on each database, which opens cases under Eleanor Palmer's code."""
    async with a_school(database_url) as one:
        yield one


async def test_versions_are_listed_newest_first_with_the_cases_under_them(
    school: SchoolInTest,
) -> None:
    await a_recorded_case(school, "EP-2026-0001")
    await a_recorded_case(school, "EP-2026-0002", "closed")
    codes = Codes(school.stores, SCHOOL)

    versions = await codes.versions([*PACKS.values(), OLDER, NEWER])

    assert list(versions) == sorted(PACKS)
    told = [
        (one.policy.version, one.published, one.current, one.open_cases) for one in versions[POLICY]
    ]
    assert told == [("1.10", False, False, 0), ("1.9", False, False, 0), ("1.0", True, True, 1)]
    (fleet,) = versions[FLEET.policy]
    assert not fleet.published


async def test_new_cases_go_by_the_adopted_version_and_open_ones_keep_theirs(
    school: SchoolInTest,
) -> None:
    case = await a_recorded_case(school, "EP-2026-0001")
    codes, gil = Codes(school.stores, SCHOOL), school.actor("gil")

    foreseen = await codes.preview(NEWER)

    assert foreseen.current == ELEANOR_PALMER
    assert [part.heading for part in foreseen.parts] == ["The code", "How long cases are kept"]
    assert foreseen.staying == (("1.0", 1),)
    assert (await codes.preview(FLEET)).current is None

    assert await codes.adopt(NEWER, gil, action_id="once")
    assert not await codes.adopt(NEWER, gil)

    assert await school.stores.shelf.current_policies(SCHOOL) == [NEWER]
    kept = await school.stores.record.case_state(SCHOOL, case.reference)
    assert kept.policy_digest == ELEANOR_PALMER.digest
    (entry,) = await school.stores.registrar.entries(SCHOOL)
    assert entry.event.fact == CodeAdopted(
        policy=POLICY, version="1.10", digest=NEWER.digest, was=ELEANOR_PALMER.digest
    )
    assert entry.event.actor == gil


async def test_a_version_that_cases_run_under_never_changes(school: SchoolInTest) -> None:
    codes = Codes(school.stores, SCHOOL)
    otherwise = NEWER.model_copy(update={"version": "1.0"})

    with pytest.raises(PolicyVersionTaken, match="raise the version"):
        await codes.adopt(otherwise, AT_THE_MACHINE)
    with pytest.raises(ActionRefused, match="Adopting a version of a code"):
        await codes.adopt(NEWER, school.actor("asha"))
    assert await school.stores.registrar.entries(SCHOOL) == []
