"""Erasing a person takes two people, and waits for open cases and legal holds."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access_events import AccessGiven, AccessRequested, GivenFile
from domain.actions import Actor
from domain.case import Case
from domain.erasure import (
    LEGAL_GROUNDS,
    MAY_CONFIRM,
    MAY_REQUEST,
    Erasures,
    confirm_erasure,
    erasures_of,
    has_part,
    left_without_a_case,
    refuse_erasure,
    request_erasure,
)
from domain.errors import (
    AlreadyErased,
    AnotherPersonConfirms,
    CaseError,
    ConflictOfInterest,
    CopyStillOwed,
    ErasureAskedFor,
    NobodyToConfirm,
    NoSuchErasure,
    NotForThisRole,
    OnLegalHold,
    PartInOpenCase,
)
from domain.register import (
    CaseDisposed,
    ErasureRefused,
    ErasureRepeated,
    ErasureRequested,
    PersonErased,
    RegisterEvent,
    RegisterFact,
)
from domain.vocabulary import ErasureGround, Role
from tests.rules.building import ADVOCATE, CHAIR, HEAD, OFFICE, PARENT, TEACHER, Story, a_text

OFFICER = Actor(person="officer", role=Role.DATA_PROTECTION_OFFICER)
NOBODY = Erasures({}, frozenset())
ASKED_ON = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)


def an_open_case() -> Case:
    return Story().case


def a_closed_case() -> Case:
    story = Story()
    story.do("acknowledge", HEAD)
    for duty in [d.id for d in story.case.deadlines if d.blocks_closing]:
        story.do("complete_follow_up", HEAD, deadline=duty, result=a_text("result"))
    story.do("close", HEAD, outcome="resolved")
    return story.case


def entries(*facts: RegisterFact, by: Actor = OFFICE) -> list[RegisterEvent]:
    return [
        RegisterEvent(
            school="rowan-hill",
            sequence=number,
            at=ASKED_ON,
            actor=by,
            action_id=f"action-{number}",
            fact=fact,
        )
        for number, fact in enumerate(facts, start=1)
    ]


def asked(person: str = PARENT.person, by: Actor = OFFICE) -> Erasures:
    fact = ErasureRequested(erasure="erasure-1", person=person, ground="objection", reason=a_text())
    return erasures_of(entries(fact, by=by))


def ask(actor: Actor = OFFICE, **changed: Any) -> ErasureRequested:
    given: dict[str, Any] = {
        "state": NOBODY,
        "erasure": "erasure-1",
        "person": PARENT.person,
        "cases": [],
        "held": (),
        "ground": ErasureGround.NO_LONGER_NEEDED,
        "reason": a_text(),
        "confirmers": {HEAD.person, OFFICER.person},
    }
    return request_erasure(actor=actor, **given | changed)


def test_what_was_asked_waits_until_it_is_confirmed_or_refused() -> None:
    request = ask()
    waiting = erasures_of(entries(request))
    assert [one.person for one in waiting.pending.values()] == [PARENT.person]

    confirmed = confirm_erasure(waiting, "erasure-1", [], (), HEAD, 3, 2)
    assert confirmed == PersonErased(
        erasure="erasure-1", person=PARENT.person, requested_by=OFFICE.person, texts=3, files=2
    )
    assert erasures_of(entries(request, confirmed)) == Erasures({}, frozenset({PARENT.person}))
    refused = refuse_erasure(waiting, "erasure-1", OFFICE, a_text())
    assert erasures_of(entries(request, refused)) == NOBODY


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        pytest.param({"actor": TEACHER}, NotForThisRole, id="not their role"),
        pytest.param({"state": Erasures({}, frozenset({"parent"}))}, AlreadyErased, id="gone"),
        pytest.param({"state": asked()}, ErasureAskedFor, id="asked for twice"),
        pytest.param({"person": OFFICE.person}, AnotherPersonConfirms, id="oneself"),
        pytest.param({"confirmers": {OFFICE.person, "parent"}}, NobodyToConfirm, id="nobody else"),
        pytest.param({"cases": [an_open_case()]}, PartInOpenCase, id="an open case"),
        pytest.param(
            {"cases": [a_closed_case()], "held": {"EP-2026-0042"}}, OnLegalHold, id="a hold"
        ),
    ],
)
def test_a_request_is_refused(changed: dict[str, Any], error: type[CaseError]) -> None:
    with pytest.raises(error):
        ask(**changed)


def test_a_closed_case_is_no_hindrance_and_a_legal_ground_goes_before_an_open_one() -> None:
    assert ask(cases=[a_closed_case()]).person == PARENT.person
    for ground in ErasureGround:
        if ground in LEGAL_GROUNDS:
            assert ask(cases=[an_open_case()], ground=ground).ground is ground
            with pytest.raises(OnLegalHold):
                ask(cases=[an_open_case()], ground=ground, held={"EP-2026-0042"})
        else:
            with pytest.raises(PartInOpenCase):
                ask(cases=[an_open_case()], ground=ground)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        pytest.param({"erasure": "erasure-2"}, NoSuchErasure, id="unknown"),
        pytest.param({"actor": OFFICE}, NotForThisRole, id="not their role"),
        pytest.param({"state": asked(by=HEAD)}, AnotherPersonConfirms, id="who asked"),
        pytest.param({"state": asked(HEAD.person)}, AnotherPersonConfirms, id="oneself"),
        pytest.param({"cases": [an_open_case()]}, PartInOpenCase, id="opened meanwhile"),
        pytest.param(
            {"cases": [a_closed_case()], "held": {"EP-2026-0042"}}, OnLegalHold, id="held meanwhile"
        ),
        pytest.param(
            {"cases": [a_closed_case().model_copy(update={"named": (HEAD.person,)})]},
            ConflictOfInterest,
            id="whoever has a part in a case of theirs",
        ),
    ],
)
def test_a_confirmation_is_refused(changed: dict[str, Any], error: type[CaseError]) -> None:
    given: dict[str, Any] = {
        "state": asked(),
        "erasure": "erasure-1",
        "cases": [],
        "held": (),
        "actor": HEAD,
        "texts": 0,
        "files": 0,
    }
    with pytest.raises(error):
        confirm_erasure(**given | changed)


def test_whoever_waits_for_their_copy_has_it_before_they_are_erased() -> None:
    asked_for = AccessRequested(
        access="access-1",
        person=PARENT.person,
        received_on=date(2026, 9, 14),
        due_on=date(2026, 10, 14),
    )
    copy = AccessGiven(
        person=PARENT.person,
        answers=("access-1",),
        files=(GivenFile(format="pdf", digest="0" * 64),),
        staff_named=True,
    )
    owed, had = erasures_of(entries(asked_for)), erasures_of(entries(asked_for, copy))

    with pytest.raises(CopyStillOwed, match="Wednesday 14 October 2026"):
        ask(state=owed)
    assert ask(state=owed, ground=ErasureGround.UNLAWFUL).person == PARENT.person
    assert ask(state=had).person == PARENT.person
    request = ask(state=had)
    asked_since = erasures_of(entries(request, asked_for))
    with pytest.raises(CopyStillOwed):
        confirm_erasure(asked_since, request.erasure, [], (), HEAD, 0, 0)


def test_only_who_asked_or_who_may_confirm_refuses() -> None:
    assert refuse_erasure(asked(), "erasure-1", CHAIR, a_text()).person == PARENT.person
    with pytest.raises(NotForThisRole):
        refuse_erasure(asked(), "erasure-1", TEACHER, a_text())


def test_a_person_has_a_part_where_the_case_waits_for_them() -> None:
    case = an_open_case()
    for person in ("advocate", "parent", "teacher"):
        assert has_part(case, person)
    assert not has_part(case, "head")
    assert has_part(case.model_copy(update={"owner": "head"}), "head")


def test_who_has_another_case_or_works_for_the_school_stays() -> None:
    case = a_closed_case()
    roles = {
        PARENT.person: frozenset({Role.PARENT}),
        ADVOCATE.person: frozenset({Role.ADVOCATE}),
        TEACHER.person: frozenset({Role.STAFF}),
    }
    assert left_without_a_case(case, roles, {}) == ("advocate", "parent")
    assert left_without_a_case(case, roles, {"parent": {"EP-2026-0001"}}) == ("advocate",)
    both = roles | {ADVOCATE.person: frozenset({Role.ADVOCATE, Role.STAFF})}
    assert left_without_a_case(case, both, {}) == ("parent",)
    assert left_without_a_case(case, {}, {}) == ()


PEOPLE = st.sampled_from(["parent", "advocate", "teacher"])
IDS = st.sampled_from(["erasure-1", "erasure-2", "erasure-3"])
FACTS = st.one_of(
    st.builds(
        ErasureRequested,
        erasure=IDS,
        person=PEOPLE,
        ground=st.sampled_from(ErasureGround),
        reason=st.just(a_text()),
    ),
    st.builds(ErasureRefused, erasure=IDS, person=PEOPLE, reason=st.just(a_text())),
    st.builds(
        PersonErased, erasure=IDS, person=PEOPLE, requested_by=st.just("office"), texts=st.just(0)
    ),
    st.builds(
        CaseDisposed,
        reference=st.just("EP-2026-0001"),
        texts=st.just(0),
        people=st.lists(PEOPLE).map(tuple),
    ),
    st.builds(ErasureRepeated, people=st.lists(PEOPLE).map(tuple), references=st.just(())),
)


@given(st.lists(FACTS, max_size=12), st.data())
def test_whoever_is_gone_is_never_asked_for_again(facts: list[Any], data: st.DataObject) -> None:
    state = erasures_of(entries(*facts))

    assert not {one.person for one in state.pending.values()} & state.erased
    cut = data.draw(st.integers(0, len(facts)))
    assert erasures_of(entries(*facts[:cut])).erased <= state.erased  # nobody comes back


@given(st.sampled_from(Role), st.sampled_from(Role), st.booleans())
def test_two_different_people_each_in_their_role(first: Role, second: Role, same: bool) -> None:
    one = Actor(person="one", role=first)
    other = Actor(person="one" if same else "other", role=second)
    done = False
    try:
        request = ask(one, confirmers={"one", "other"})
        confirm_erasure(erasures_of(entries(request, by=one)), "erasure-1", [], (), other, 0, 0)
        done = True
    except CaseError:
        pass
    assert done == (not same and first in MAY_REQUEST and second in MAY_CONFIRM)
