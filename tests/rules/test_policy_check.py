"""The linter finds each way in which a policy of sound form can't be run."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from domain.policy import Policy
from domain.policy_check import check_policy
from domain.vocabulary import ActionName
from storage.letter_files import load_letters
from storage.policy_files import load_policies

ROOT = Path(__file__).parents[2]
LETTERS = load_letters()
PACKS = {policy.reference_prefix: policy for policy in load_policies(ROOT / "policies")}
Data = dict[str, Any]
Break = Callable[[Data], object]


def problems_after(breaking: Break, pack: str = "EP") -> dict[str, str]:
    """What the linter says of a pack once `breaking` has changed its data, by field."""
    data = PACKS[pack].model_dump(mode="json")
    breaking(data)
    found: dict[str, str] = {}
    for problem in check_policy(Policy.model_validate(data), LETTERS):
        found[problem.field] = f"{found.get(problem.field, '')} {problem.message}".strip()
    return found


def step(data: Data, stage: str, ladder: int = 0) -> Data:
    found: Data = next(s for s in data["ladders"][ladder]["steps"] if s["id"] == stage)
    return found


def duty(data: Data, duty_id: str) -> Data:
    found: Data = next(d for d in data["ladders"][0]["duties"] if d["id"] == duty_id)
    return found


def limits(data: Data) -> Data:
    found: Data = step(data, "engagement_restriction")["restriction"]
    return found


def authority(data: Data, ladder: int = 0) -> Data:
    found: Data = data["ladders"][ladder]["authority"]
    return found


@pytest.mark.parametrize("policy", PACKS.values(), ids=PACKS)
def test_the_packs_are_sound(policy: Policy) -> None:
    assert check_policy(policy, LETTERS) == []


EVERY_LADDER = "ladders.advocate_conduct"
WARNING = f"{EVERY_LADDER}.steps.warning"
LIMIT = f"{EVERY_LADDER}.steps.engagement_restriction"

BREAKS: list[tuple[str, Break, str, str]] = [
    (
        "a step that nothing leads to",
        lambda d: step(d, "warning").update(follows=["warning"]),
        WARNING,
        "No way leads here from “raised”",
    ),
    (
        "and the steps above it",
        lambda d: step(d, "warning").update(follows=["warning"]),
        LIMIT,
        "No way leads here from “raised”",
    ),
    (
        "a step that follows one which is not there",
        lambda d: step(d, "warning").update(follows=["formal_reminder", "site_restriction"]),
        f"{WARNING}.follows",
        "no step “site_restriction”",
    ),
    (
        "a rung below what it follows",
        lambda d: step(d, "informal_reminder").update(follows=["raised", "warning"]),
        f"{EVERY_LADDER}.steps.informal_reminder.follows",
        "stands higher on the ladder",
    ),
    (
        "no way to a close",
        lambda d: authority(d).update(close=[]),
        f"{EVERY_LADDER}.steps.mediation",
        "nobody may bring a case to a close",
    ),
    (
        "a timer alone that closes",
        lambda d: authority(d).update(close=["system"]),
        f"{EVERY_LADDER}.steps.warning",
        "nobody may bring a case to a close",
    ),
    (
        "a step twice",
        lambda d: d["ladders"][0]["steps"].append(step(d, "warning")),
        WARNING,
        "stands here 2 times",
    ),
    (
        "a step that every ladder has",
        lambda d: step(d, "warning").update(id="closed"),
        f"{EVERY_LADDER}.steps.closed",
        "Every ladder has “closed” by itself",
    ),
    (
        "an action that leads nowhere",
        lambda d: step(d, "warning").update(action="add_note"),
        f"{WARNING}.action",
        "add_note does not lead to a step",
    ),
    (
        "a timer that would move a case up",
        lambda d: step(d, "warning").update(action="time_passed"),
        f"{WARNING}.action",
        "time_passed does not lead to a step",
    ),
    (
        "two steps by one action",
        lambda d: step(d, "warning").update(action="remind_formally"),
        f"{EVERY_LADDER}.steps",
        "2 steps have the action remind_formally",
    ),
    (
        "a limit without its rules",
        lambda d: step(d, "engagement_restriction").update(restriction=None),
        f"{LIMIT}.restriction",
        "exactly when its action is restrict_access",
    ),
    (
        "advice of no kind",
        lambda d: step(d, "external_advice").update(advice=[]),
        f"{EVERY_LADDER}.steps.external_advice.advice",
        "kinds of advice",
    ),
    (
        "no window to be heard",
        lambda d: limits(d).update(representations="0 school days"),
        f"{LIMIT}.restriction.representations",
        "at least one day",
    ),
    (
        "a decision before they were heard",
        lambda d: limits(d).update(decide_within="4 school days"),
        f"{LIMIT}.restriction.decide_within",
        "shorter than representations",
    ),
    (
        "windows that can't be compared",
        lambda d: limits(d).update(decide_within="2 calendar weeks"),
        f"{LIMIT}.restriction.decide_within",
        "by the same clock",
    ),
    (
        "no review",
        lambda d: limits(d).update(review_within="0 school days"),
        f"{LIMIT}.restriction.review_within",
        "at least one day",
    ),
    (
        "a reminder before there was anything to review",
        lambda d: limits(d).update(remind_before_review="31 school days"),
        f"{LIMIT}.restriction.review_within",
        "shorter than remind_before_review",
    ),
    (
        "one person for both",
        lambda d: (
            step(d, "engagement_restriction").update(roles=["headteacher"]),
            limits(d).update(confirmed_by=["headteacher"]),
        ),
        f"{LIMIT}.restriction.confirmed_by",
        "nobody else could confirm",
    ),
    (
        "somebody who confirms without authority",
        lambda d: limits(d).update(confirmed_by=["headteacher", "governor"]),
        f"{LIMIT}.restriction.confirmed_by",
        "governor may not do so by authority.confirm_restriction",
    ),
    (
        "a review that can't lift",
        lambda d: authority(d).update(lift_restriction=["headteacher"]),
        f"{LIMIT}.restriction.reviewed_by",
        "authority.lift_restriction",
    ),
    (
        "a respondent who can't be heard",
        lambda d: authority(d).update(submit_representations=["clerk"]),
        f"{LIMIT}.restriction.representations",
        "must be able to be heard",
    ),
    (
        "no signpost",
        lambda d: d["ladders"][0]["duties"].remove(duty(d, "signpost")),
        f"{EVERY_LADDER}.duties",
        "needs a signpost duty",
    ),
    (
        "a signpost that does not keep the case open",
        lambda d: duty(d, "signpost").update(blocks_closing=False),
        f"{EVERY_LADDER}.duties",
        "needs a signpost duty",
    ),
    (
        "a promise that nobody may keep",
        lambda d: authority(d).update(signpost=[]),
        f"{EVERY_LADDER}.duties.signpost",
        "Nobody may keep this promise: see authority.signpost",
    ),
    (
        "an owner told twice",
        lambda d: step(d, "warning")["follow_up"].update(owner="chair_of_governors"),
        f"{WARNING}.follow_up.overdue",
        "each level tells somebody else",
    ),
    (
        "the next person told no later",
        lambda d: duty(d, "signpost").update(
            overdue=[
                {"after": "3 school days", "tell": "headteacher"},
                {"after": "3 school days", "tell": "chair_of_governors"},
            ]
        ),
        f"{EVERY_LADDER}.duties.signpost.overdue",
        "must be told later than headteacher",
    ),
    (
        "an owner who may not finish",
        lambda d: authority(d).update(complete_follow_up=["clerk"]),
        f"{WARNING}.follow_up.owner",
        "headteacher may not complete follow-ups",
    ),
    (
        "a role that is not explained",
        lambda d: d["roles"].pop("clerk"),
        f"{EVERY_LADDER}.authority.add_note",
        "clerk is not explained under roles",
    ),
    (
        "a clause that binds an unexplained role",
        lambda d: d["clauses"][0].update(binds="service_staff"),
        "clauses.ep.about.expectations.binds",
        "service_staff is not explained",
    ),
    (
        "authority for a timer",
        lambda d: authority(d).update(lapse=["system"]),
        f"{EVERY_LADDER}.authority.lapse",
        "never given authority",
    ),
    (
        "a timer among the roles",
        lambda d: d["roles"].update(system="The computer"),
        "roles.system",
        "never given authority",
    ),
    (
        "an action that nobody was asked about",
        lambda d: authority(d).pop("assign"),
        f"{EVERY_LADDER}.authority.assign",
        "does not say who may assign",
    ),
    (
        "a step's action under authority",
        lambda d: authority(d).update(warn=["headteacher"]),
        f"{EVERY_LADDER}.authority.warn",
        "each step names its own roles",
    ),
    (
        "a timer's action under authority",
        lambda d: authority(d).update(time_passed=["headteacher"]),
        f"{EVERY_LADDER}.authority.time_passed",
        "it has no line here",
    ),
    (
        "a letter that does not exist",
        lambda d: step(d, "warning").update(letter="warming"),
        f"{WARNING}.letter",
        "no letter “warming”. Did you mean warning",
    ),
    (
        "a clause that does not exist",
        lambda d: duty(d, "signpost").update(clause="ep.remedy.sendias"),
        f"{EVERY_LADDER}.duties.signpost.clause",
        "no clause “ep.remedy.sendias”. Did you mean ep.remedy.sendiass",
    ),
    (
        "a ground for stopping that does not exist",
        lambda d: d.update(stop_meeting_clause="ep.nothing"),
        "stop_meeting_clause",
        "no clause “ep.nothing”",
    ),
    (
        "a rule on recording that does not exist",
        lambda d: d["recording"].update(clause="ep.nothing"),
        "recording.clause",
        "no clause “ep.nothing”",
    ),
    (
        "a clause twice",
        lambda d: d["clauses"].append(d["clauses"][3]),
        "clauses.ep.about.rights",
        "stands here 2 times",
    ),
    (
        "a track twice",
        lambda d: d["ladders"].append(d["ladders"][1]),
        "ladders.school_concern",
        "stands here 2 times",
    ),
    (
        "a duty twice",
        lambda d: d["ladders"][0]["duties"].append(duty(d, "signpost")),
        f"{EVERY_LADDER}.duties.signpost",
        "The duty “signpost” stands here 2 times",
    ),
    (
        "two follow-ups of one name",
        lambda d: step(d, "warning")["follow_up"].update(id="first-look"),
        f"{EVERY_LADDER}.steps.first-look",
        "The follow-up “first-look” stands here 2 times",
    ),
    (
        "a first look whose owner is told twice",
        lambda d: d["ladders"][0]["first_look"].update(owner="headteacher"),
        f"{EVERY_LADDER}.first_look.overdue",
        "each level tells somebody else",
    ),
    (
        "a skip to nowhere",
        lambda d: d["ladders"][0]["skips"][0].update(to=["site_restriction"]),
        f"{EVERY_LADDER}.skips[0].to",
        "no step “site_restriction” to skip to",
    ),
    (
        "police where there is no such advice",
        lambda d: step(d, "external_advice").update(advice=["legal"]),
        f"{EVERY_LADDER}.police_from_any_stage",
        "lists police",
    ),
    (
        "a quiet period without the outcome",
        lambda d: d["ladders"][0]["outcomes"].remove("lapsed"),
        f"{EVERY_LADDER}.steps.informal_reminder.quiet_period",
        "“lapsed” is not among the outcomes",
    ),
    (
        "somebody who may lapse where nothing lapses",
        lambda d: authority(d, 1).update(lapse=["headteacher"]),
        "ladders.school_concern.authority.lapse",
        "“lapsed” is not among the outcomes",
    ),
    (
        "a panel of two",
        lambda d: d["ladders"][1].update(panel_size=2),
        "ladders.school_concern.panel_size",
        "at least three members",
    ),
    (
        "a panel that nobody calls together",
        lambda d: authority(d, 1).update(assign_panel=[]),
        "ladders.school_concern.authority.assign_panel",
        "put the panel together",
    ),
    (
        "half a rule on stopping",
        lambda d: d.update(stop_meeting_clause=None),
        "stop_meeting",
        "together, or neither",
    ),
    (
        "stopping without a ground",
        lambda d: d.update(stop_meeting=None, stop_meeting_clause=None),
        f"{EVERY_LADDER}.authority.stop_meeting",
        "no ground to stop a meeting",
    ),
    (
        "signing that nobody is asked for",
        lambda d: d.update(asks_to_sign=None),
        f"{EVERY_LADDER}.authority.sign_code",
        "asks nobody to sign",
    ),
    (
        "a duty to ask nobody",
        lambda d: d.update(asks_to_sign=None),
        f"{EVERY_LADDER}.duties.ask-to-sign",
        "drop the duty",
    ),
]


@pytest.mark.parametrize(
    ("breaking", "field", "words"),
    [pytest.param(breaking, field, words, id=name) for name, breaking, field, words in BREAKS],
)
def test_the_linter_finds(breaking: Break, field: str, words: str) -> None:
    found = problems_after(breaking)

    assert field in found
    assert words in found[field]


def test_two_steps_that_limit_the_same_thing_are_told_apart() -> None:
    def site_limits_staff_too(data: Data) -> None:
        step(data, "site_restriction")["restriction"]["scopes"] = ["site", "staff_in_person"]

    found = problems_after(site_limits_staff_too, "PC")

    assert found == {
        "ladders.parent_conduct.steps.site_restriction.restriction.scopes": (
            "staff_restriction limits staff_in_person already: keep one."
        )
    }


def test_a_role_that_many_hold_gives_two_people() -> None:
    def senior_leaders_alone(data: Data) -> None:
        step(data, "engagement_restriction")["roles"] = ["senior_leader"]
        limits(data).update(confirmed_by=["senior_leader"])
        authority(data)["confirm_restriction"] = ["senior_leader"]

    assert problems_after(senior_leaders_alone) == {}


def test_several_problems_are_told_at_once() -> None:
    def two_faults(data: Data) -> None:
        step(data, "warning")["letter"] = "nothing"
        authority(data).pop("close")

    found = problems_after(two_faults)

    assert {f"{WARNING}.letter", f"{EVERY_LADDER}.authority.close"} <= found.keys()


def test_every_message_is_a_sentence() -> None:
    for _, breaking, _, _ in BREAKS:
        for message in problems_after(breaking).values():
            assert message.endswith((".", "?")), message


@pytest.mark.parametrize("ladder", ["advocate_conduct", "school_concern"])
def test_nothing_but_relief_and_reminders_may_come_by_itself(ladder: str) -> None:
    """Seen in the machine itself: the one way that a timer has leads to `closed`."""
    policy = PACKS["EP"]
    machine = next(x for x in policy.ladders if x.track.value == ladder).machine
    by_itself = {ActionName.LAPSE.value, ActionName.TIME_PASSED.value}

    ends = {t.dest for name in by_itself & machine.events.keys() for t in _all(machine, name)}

    assert ends == {"closed"}


def _all(machine: Any, name: str) -> list[Any]:
    return [t for several in machine.events[name].transitions.values() for t in several]


def test_a_changed_policy_has_a_digest_of_its_own() -> None:
    policy = load_policies(ROOT / "policies")[0]
    before = policy.digest

    changed = policy.model_copy(update={"title": "Another title"})

    assert changed.digest != before
    assert policy.digest == before
