"""The stories that ship: each reaches every step of its code's ladders, with a trail that holds."""

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest
import yaml

from domain.vocabulary import Stage
from rehearsal.play import Audience, UnmetExpectation, play
from rehearsal.story import load_story, schema
from settings import HERE
from storage.policy_files import load_policy
from storage.policy_reading import PolicyFileError
from tests.support.stories import CALENDAR, PACKS, played


@pytest.mark.parametrize("pack", PACKS)
def test_a_story_reaches_every_step_and_its_trail_holds(pack: str) -> None:
    result = played(pack).result

    for ladder in played(pack).policy.ladders:
        steps = {Stage.RAISED, Stage.CLOSED, *ladder.by_stage}
        assert set(result.stages_reached[ladder.track]) == steps
    assert result.verified
    assert len(result.refusals) >= 3
    assert result.reminders >= 3
    hashes = [told.hash for told in result.events]
    assert len(set(hashes)) == len(hashes)


def test_the_schema_describes_the_stories_and_is_up_to_date() -> None:
    written = json.loads((HERE / "docs" / "story.schema.json").read_text(encoding="utf-8"))

    assert written == schema(), "renew it: python -m rehearsal.story > docs/story.schema.json"
    for pack in PACKS:
        told = yaml.safe_load((HERE / "stories" / f"{pack}.yaml").read_text(encoding="utf-8"))
        plain = json.loads(json.dumps(told, default=str))
        jsonschema.validate(plain, written, jsonschema.Draft202012Validator)


SHORT = """
policy: eleanor-palmer-advocates
title: A short one
start: {start}
people:
  - {{name: Asha, roles: [staff]}}
  - {{name: Ben, roles: [senior_leader]}}
  - {{name: Hana, roles: [parent]}}
  - {{name: Idris, roles: [advocate]}}
steps:
  - as: Asha
    action: raise_concern
    track: advocate_conduct
    respondent: Idris
    family: Hana
    severity: minor
    narrative: He was late, and cross about it.
  - {{after: 2 school days, as: senior leader, action: acknowledge{more}}}
"""


def short(folder: Path, *, start: str = "2026-10-22", more: str = "") -> Path:
    path = folder / "short.yaml"
    path.write_text(SHORT.format(start=start, more=more), encoding="utf-8")
    return path


async def acknowledged_on(path: Path) -> list[date]:
    policy = load_policy(HERE / "policies" / "eleanor-palmer-advocates.yaml")
    result = await play(load_story(path), policy, CALENDAR, Audience())
    return [told.date for told in result.events if told.type == "concern:acknowledged"]


async def test_time_is_counted_in_school_days_on_the_storys_own_dates(tmp_path: Path) -> None:
    # Thursday 22 October 2026; Friday is day 1; half-term, and INSET on Monday 2 November; the
    # clocks go back on 25 October; Tuesday 3 November is day 2.
    assert await acknowledged_on(short(tmp_path)) == [date(2026, 11, 3)]


async def test_a_refusal_that_did_not_come_is_told_with_its_place(tmp_path: Path) -> None:
    path = short(tmp_path, more=", expect: refused, safeguard: authority")

    with pytest.raises(UnmetExpectation, match=r"short\.yaml:18: step 2: .* was allowed"):
        await acknowledged_on(path)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        pytest.param(", expect: refused", "safeguard", id="no safeguard named"),
        pytest.param(", safeguard: fairness, expect: refused", "safeguard", id="unknown safeguard"),
        pytest.param(", time: 25 o'clock", "14:00", id="no time of day"),
    ],
)
def test_a_bad_story_is_refused_with_its_line(tmp_path: Path, more: str, said: str) -> None:
    with pytest.raises(PolicyFileError) as refused:
        load_story(short(tmp_path, more=more))

    assert said in str(refused.value)
    assert "short.yaml:18" in str(refused.value)
