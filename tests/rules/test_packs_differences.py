"""The codes differ where their documents differ, and the differences are data."""

from pathlib import Path

import pytest

from domain.policy import Policy
from domain.vocabulary import (
    ActionName,
    AdviceKind,
    DutyKind,
    DutyTrigger,
    Outcome,
    Role,
    Scope,
    Stage,
    StopReason,
    Track,
)
from storage.policy_files import load_policies

ROOT = Path(__file__).parents[2]
PACKS = {policy.reference_prefix: policy for policy in load_policies(ROOT / "policies")}
ADVOCATES = ("EP", "TC", "FL")


def duties(policy: Policy) -> set[DutyKind]:
    return {duty.kind for ladder in policy.ladders for duty in ladder.duties}


def text_of(policy: Policy, ending: str) -> str:
    return next(clause.text for clause in policy.clauses if clause.id.endswith(ending))


def test_there_is_one_pack_for_each_document() -> None:
    assert set(PACKS) == {"EP", "TC", "FL", "PC", "PP"}
    assert {policy.version for policy in PACKS.values()} == {"1.0"}
    assert {str(policy.effective_from) for policy in PACKS.values()} == {"2026-09-01"}


@pytest.mark.parametrize(
    ("pack", "tracks"),
    [
        *((pack, [Track.ADVOCATE_CONDUCT, Track.SCHOOL_CONCERN]) for pack in ADVOCATES),
        ("PC", [Track.PARENT_CONDUCT, Track.SCHOOL_CONCERN]),
        ("PP", [Track.SERVICE_CONCERN]),
    ],
)
def test_the_ladders_of_each_pack(pack: str, tracks: list[Track]) -> None:
    assert [ladder.track for ladder in PACKS[pack].ladders] == tracks


@pytest.mark.parametrize(
    ("pack", "asked"),
    [("EP", Role.ADVOCATE), ("TC", Role.ADVOCATE), ("FL", None), ("PC", None), ("PP", None)],
)
def test_who_is_asked_to_sign(pack: str, asked: Role | None) -> None:
    assert PACKS[pack].asks_to_sign is asked
    assert (DutyKind.ASK_TO_SIGN in duties(PACKS[pack])) is (asked is not None)


@pytest.mark.parametrize(
    ("pack", "ground"),
    [
        ("EP", StopReason.BREACH_OF_TERMS),
        ("TC", StopReason.VERBAL_ABUSE),
        ("FL", StopReason.VERBAL_ABUSE),
        ("PC", None),
        ("PP", None),
    ],
)
def test_on_what_ground_a_meeting_is_stopped(pack: str, ground: StopReason | None) -> None:
    policy = PACKS[pack]

    assert policy.stop_meeting is ground
    for ladder in policy.ladders:
        assert bool(ladder.roles_for(ActionName.STOP_MEETING)) is (ground is not None)


def test_only_eleanor_palmer_promises_another_date() -> None:
    assert [pack for pack in PACKS if DutyKind.RESCHEDULE in duties(PACKS[pack])] == ["EP"]
    assert "moves the date" in text_of(PACKS["EP"], "right-to-advocate")


@pytest.mark.parametrize(
    ("pack", "needs"), [*((p, "prior consent") for p in ADVOCATES), ("PC", "agreement")]
)
def test_what_recording_needs(pack: str, needs: str) -> None:
    recording = PACKS[pack].recording

    assert recording is not None
    assert recording.needs == needs


def test_the_standards_say_nothing_of_recording() -> None:
    assert PACKS["PP"].recording is None


@pytest.mark.parametrize(("pack", "asked"), [("EP", False), ("TC", True), ("FL", True)])
def test_competence_is_asked_at_thomas_coram_and_fleet(pack: str, asked: bool) -> None:
    assert ("competent" in text_of(PACKS[pack], "good-faith")) is asked


@pytest.mark.parametrize(("pack", "said"), [("EP", True), ("TC", False), ("FL", False)])
def test_naming_people_online_is_spoken_of_at_eleanor_palmer_alone(pack: str, said: bool) -> None:
    text = text_of(PACKS[pack], "expect.social-media")

    assert ("name" in text) is said
    assert ("respectful" in text) is said


def test_safeguarding_online_is_asked_of_parents_alone() -> None:
    said = {
        pack
        for pack, policy in PACKS.items()
        for clause in policy.clauses
        if "social media" in clause.text and "safeguarding" in clause.text
    }

    assert said == {"PC"}


@pytest.mark.parametrize(
    ("pack", "binds"), [("EP", Role.HEADTEACHER), ("TC", Role.HEADTEACHER), ("FL", Role.STAFF)]
)
def test_whose_promise_the_publishing_is(pack: str, binds: Role) -> None:
    """Fleet lists publishing under what its staff will do, the others under the school."""
    policy = PACKS[pack]

    assert next(c.binds for c in policy.clauses if c.id.endswith(".publish")) is binds


def test_always_signposting_is_said_at_thomas_coram_and_fleet() -> None:
    said = {p for p in ADVOCATES if "always" in text_of(PACKS[p], "remedy.sendiass")}

    assert said == {"TC", "FL"}


@pytest.mark.parametrize("pack", ADVOCATES)
def test_a_limit_on_an_advocate_owes_the_family_a_signpost(pack: str) -> None:
    ladder = PACKS[pack].by_track[Track.ADVOCATE_CONDUCT]
    (duty,) = [d for d in ladder.duties if d.kind is DutyKind.SIGNPOST]

    assert duty.when is DutyTrigger.RESTRICTION_IN_EFFECT
    assert duty.blocks_closing
    assert duty.urgent
    assert str(duty.within) == "1 school day"
    assert PACKS[pack].sendiass
    assert "SENDIASS" in text_of(PACKS[pack], "about.sendiass")


@pytest.mark.parametrize("pack", ["PC", "PP"])
def test_the_other_documents_do_not_speak_of_sendiass(pack: str) -> None:
    assert not PACKS[pack].sendiass
    assert not any("SENDIASS" in clause.text for clause in PACKS[pack].clauses)


def test_what_may_be_limited() -> None:
    limited = {
        (pack, step.id): set(step.restriction.scopes)
        for pack, policy in PACKS.items()
        for ladder in policy.ladders
        for step in ladder.steps
        if step.restriction
    }

    assert limited == {
        **{
            (pack, Stage.ENGAGEMENT_RESTRICTION): {Scope.ENGAGEMENT, Scope.MEETINGS}
            for pack in ADVOCATES
        },
        ("PC", Stage.STAFF_RESTRICTION): {Scope.STAFF_IN_PERSON, Scope.STAFF_IN_WRITING},
        ("PC", Stage.SITE_RESTRICTION): {Scope.SITE},
    }


@pytest.mark.parametrize("pack", ["EP", "TC", "FL", "PC"])
def test_no_limit_stands_longer_than_a_half_term_unreviewed(pack: str) -> None:
    for step in PACKS[pack].ladders[0].steps:
        if rules := step.restriction:
            assert str(rules.representations) == "5 school days"
            assert str(rules.decide_within) == "10 school days"
            assert str(rules.review_within) == "30 school days"


@pytest.mark.parametrize("pack", PACKS)
def test_a_concern_about_the_school_or_the_service_never_lapses(pack: str) -> None:
    for ladder in PACKS[pack].ladders:
        if ladder.respondent is None:
            assert ladder.raiser_moves
            assert Role.PARENT in ladder.raised_by
            assert Outcome.LAPSED not in ladder.outcomes
            assert ladder.roles_for(ActionName.LAPSE) == ()
            assert [step.id for step in ladder.steps if step.quiet_period] == []


def test_the_reply_within_48_hours_is_a_duty_in_school_days() -> None:
    """Document 004 promises 48 hours in term time, and reads mail on school days alone."""
    policy = PACKS["PC"]

    for ladder in policy.ladders:
        promised = {d.kind: str(d.within) for d in ladder.duties if "reply-time" in d.clause}
        assert promised == {
            DutyKind.ACKNOWLEDGE: "2 school days",
            DutyKind.RESPOND: "2 school days",
        }


def test_the_police_are_asked_about_conduct_alone() -> None:
    kinds = {
        (pack, ladder.track): set(step.advice)
        for pack, policy in PACKS.items()
        for ladder in policy.ladders
        for step in ladder.steps
        if step.advice
    }
    conduct = {Track.PARENT_CONDUCT, Track.ADVOCATE_CONDUCT}

    assert kinds.keys() == {(p, ladder.track) for p in PACKS for ladder in PACKS[p].ladders} - {
        ("PP", Track.SERVICE_CONCERN)
    }
    for (_, track), advice in kinds.items():
        assert (AdviceKind.POLICE in advice) is (track in conduct)


def test_the_rungs_of_each_track() -> None:
    rungs = {
        ladder.track: [step.id.value for step in ladder.steps if not step.aside]
        for policy in PACKS.values()
        for ladder in policy.ladders
    }

    assert rungs == {
        Track.ADVOCATE_CONDUCT: [
            "informal_reminder",
            "formal_reminder",
            "warning",
            "engagement_restriction",
        ],
        Track.PARENT_CONDUCT: [
            "informal_reminder",
            "formal_reminder",
            "warning",
            "staff_restriction",
            "site_restriction",
        ],
        Track.SCHOOL_CONCERN: [
            "staff_conversation",
            "informal_concern",
            "complaint",
            "complaint_panel",
        ],
        Track.SERVICE_CONCERN: [
            "informal_conversation",
            "line_management",
            "steering_group",
            "local_authority",
        ],
    }
