"""How long a case is kept; proposed by a sweep, decided by a person, stopped by a hold."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.actions import Actor
from domain.case import Case
from domain.errors import (
    AlreadyDisposed,
    CaseError,
    ConflictOfInterest,
    DayInThePast,
    NotDueYet,
    NotForThisRole,
    NotOnHold,
    NotProposed,
    NotSettled,
    OnLegalHold,
)
from domain.holds import MAY_LIFT, holds_of, holds_to_review, lift_hold, place_hold
from domain.policy import Policy
from domain.policy_check import check_policy
from domain.register import (
    CaseDisposed,
    CaseKept,
    DisposalProposed,
    ErasureRepeated,
    HoldLifted,
    HoldPlaced,
    HoldReminded,
    RegisterEvent,
)
from domain.retention import due_on, keep_longer, may_dispose, retention_of, to_propose
from domain.vocabulary import Role
from storage.letter_files import load_letters
from tests.rules.building import (
    CALENDAR,
    CHAIR,
    ELEANOR_PALMER,
    HEAD,
    OFFICE,
    TEACHER,
    a_text,
    span,
    under_restriction,
)
from tests.rules.test_erasure import a_closed_case, an_open_case, entries

REF = "EP-2026-0042"
CLOSED_ON = date(2026, 9, 14)
DUE = date(2032, 9, 14)  # six years later
PROPOSED = DisposalProposed(references=(REF,))
PLACED = HoldPlaced(reference=REF, reason=a_text())
GONE = CaseDisposed(reference=REF, texts=1, people=())
NOTHING = retention_of([])


def a_settled_case(**changed: Any) -> Case:
    return a_closed_case().model_copy(update={"settled": True, **changed})


def with_longer(words: str | None) -> Policy:
    longer = span(words) if words else None
    return ELEANOR_PALMER.model_copy(update={"retention_after_restriction": longer})


def test_a_case_is_kept_for_as_long_as_its_code_says_once_it_is_settled() -> None:
    assert due_on(ELEANOR_PALMER, CALENDAR, a_settled_case(), NOTHING) == DUE
    assert due_on(ELEANOR_PALMER, CALENDAR, a_closed_case(), NOTHING) is None
    assert due_on(ELEANOR_PALMER, CALENDAR, an_open_case(), NOTHING) is None


def test_a_case_with_a_restriction_is_kept_longer_where_the_code_says_so() -> None:
    restricted = a_settled_case(restrictions=under_restriction().case.restrictions)

    assert due_on(with_longer(None), CALENDAR, restricted, NOTHING) == DUE
    assert due_on(with_longer("120 calendar months"), CALENDAR, restricted, NOTHING) == date(
        2036, 9, 14
    )
    assert due_on(with_longer("120 calendar months"), CALENDAR, a_settled_case(), NOTHING) == DUE


def test_a_code_that_says_nothing_of_it_keeps_its_digest() -> None:
    document = ELEANOR_PALMER.model_dump(mode="json")

    assert "retention_after_restriction" not in document
    assert Policy.model_validate(document).digest == ELEANOR_PALMER.digest
    longer = Policy.model_validate(
        document | {"retention_after_restriction": span("7 calendar days")}
    )
    assert longer.digest != ELEANOR_PALMER.digest
    assert Policy.model_validate_json(longer.model_dump_json()).digest == longer.digest


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        pytest.param({"retention": "6 school days"}, "retention", "term dates", id="school days"),
        pytest.param(
            {"retention_after_restriction": "12 calendar months"},
            "retention_after_restriction",
            "shorter than retention",
            id="shorter",
        ),
    ],
)
def test_a_code_whose_retention_can_not_be_counted_is_not_sound(
    changed: dict[str, str], field: str, said: str
) -> None:
    spans = {name: span(words) for name, words in changed.items()}

    [problem] = check_policy(ELEANOR_PALMER.model_copy(update=spans), load_letters())

    assert problem.field == field
    assert said in problem.message


def test_a_decision_to_keep_moves_the_day_and_takes_the_proposal_back() -> None:
    kept = CaseKept(reference=REF, until=date(2040, 1, 1), reason=a_text())
    state = retention_of(entries(PROPOSED, kept))

    assert due_on(ELEANOR_PALMER, CALENDAR, a_settled_case(), state) == date(2040, 1, 1)
    assert state.proposed == {}


def test_what_is_gone_is_never_due_again() -> None:
    for fact in (GONE, ErasureRepeated(people=(), references=(REF,))):
        state = retention_of(entries(PROPOSED, fact))
        assert due_on(ELEANOR_PALMER, CALENDAR, a_settled_case(), state) is None


def dispose(*facts: Any, case: Case | None = None, by: Actor = HEAD, today: date = DUE) -> None:
    state = retention_of(entries(*facts))
    found = case or a_settled_case()
    may_dispose(found, due_on(ELEANOR_PALMER, CALENDAR, found, state), state, by, today)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        pytest.param({"by": TEACHER}, NotForThisRole, id="not their role"),
        pytest.param({"facts": (PROPOSED, PLACED)}, OnLegalHold, id="on hold"),
        pytest.param({"case": a_closed_case()}, NotSettled, id="may still be reopened"),
        pytest.param({"case": an_open_case()}, NotSettled, id="open"),
        pytest.param({"today": DUE - timedelta(days=1)}, NotDueYet, id="a day too early"),
        pytest.param({"facts": ()}, NotProposed, id="not proposed"),
        pytest.param({"facts": (PROPOSED, GONE)}, AlreadyDisposed, id="twice"),
        pytest.param(
            {"case": a_settled_case(named=(HEAD.person,))}, ConflictOfInterest, id="named in it"
        ),
    ],
)
def test_a_disposal_is_refused(given: dict[str, Any], error: type[CaseError]) -> None:
    dispose(PROPOSED)  # all else as here, it is allowed
    facts = given.get("facts", (PROPOSED,))
    changed = {name: value for name, value in given.items() if name != "facts"}
    with pytest.raises(error):
        dispose(*facts, **changed)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        pytest.param({"actor": TEACHER}, NotForThisRole, id="not their role"),
        pytest.param({"until": DUE}, DayInThePast, id="no later than the code says"),
        pytest.param({"today": date(2041, 1, 1)}, DayInThePast, id="in the past"),
        pytest.param({"due": None}, NotSettled, id="its time has not begun"),
        pytest.param({"state": retention_of(entries(GONE))}, AlreadyDisposed, id="gone"),
    ],
)
def test_keeping_longer_is_refused(changed: dict[str, Any], error: type[CaseError]) -> None:
    given: dict[str, Any] = {
        "case": a_settled_case(),
        "due": DUE,
        "state": NOTHING,
        "actor": OFFICE,
        "until": date(2040, 1, 1),
        "reason": a_text(),
        "today": DUE,
    }
    assert keep_longer(**given).until == date(2040, 1, 1)
    with pytest.raises(error):
        keep_longer(**given | changed)


def test_a_hold_is_placed_once_and_lifted_by_somebody_with_no_part() -> None:
    case = an_open_case()
    placed = place_hold(case, {}, (), OFFICE, a_text(), None, CLOSED_ON)
    held = holds_of(entries(placed))

    with pytest.raises(OnLegalHold):
        place_hold(case, held, (), OFFICE, a_text(), None, CLOSED_ON)
    with pytest.raises(AlreadyDisposed):
        place_hold(case, {}, (REF,), OFFICE, a_text(), None, CLOSED_ON)
    with pytest.raises(DayInThePast):
        place_hold(case, {}, (), OFFICE, a_text(), CLOSED_ON, CLOSED_ON)
    with pytest.raises(NotForThisRole) as refused:
        lift_hold(case, held, OFFICE, a_text())
    assert refused.value.who_may == MAY_LIFT
    with pytest.raises(NotOnHold):
        lift_hold(case, {}, CHAIR, a_text())
    with pytest.raises(ConflictOfInterest):
        lift_hold(case.model_copy(update={"named": ("chair",)}), held, CHAIR, a_text())
    assert holds_of(entries(placed, lift_hold(case, held, CHAIR, a_text()))) == {}


def test_a_review_day_is_reminded_of_and_again_a_month_later() -> None:
    placed = PLACED.model_copy(update={"review_on": date(2027, 1, 11)})
    reminded = HoldReminded(reference=REF)
    then = datetime(2027, 1, 11, 2, 0, tzinfo=UTC)

    def to_review(now: datetime, *facts: RegisterEvent) -> tuple[str, ...]:
        return holds_to_review(holds_of(facts), now, now.date())

    [first] = entries(placed)
    again = RegisterEvent(
        **first.model_dump(exclude={"fact", "at", "sequence"}), at=then, sequence=2, fact=reminded
    )
    assert to_review(then - timedelta(days=1), first) == ()
    assert to_review(then, first) == (REF,)
    assert to_review(then + timedelta(days=29), first, again) == ()
    assert to_review(then + timedelta(days=30), first, again) == (REF,)
    assert to_review(then, *entries(PLACED)) == ()


REFERENCES = st.sampled_from(["EP-2026-0001", "EP-2026-0002", "EP-2026-0003"])
FACTS = st.one_of(
    st.builds(HoldPlaced, reference=REFERENCES, reason=st.just(a_text())),
    st.builds(HoldLifted, reference=REFERENCES, reason=st.just(a_text())),
    st.builds(DisposalProposed, references=st.lists(REFERENCES, unique=True).map(tuple)),
    st.builds(
        CaseKept,
        reference=REFERENCES,
        until=st.dates(date(2030, 1, 1), date(2040, 1, 1)),
        reason=st.just(a_text()),
    ),
    st.builds(CaseDisposed, reference=REFERENCES, texts=st.just(1), people=st.just(())),
)
DAYS = st.dates(date(2030, 1, 1), date(2045, 1, 1))


@given(st.lists(FACTS, max_size=15), st.dictionaries(REFERENCES, DAYS), DAYS, st.sampled_from(Role))
def test_a_held_case_is_never_proposed_nor_disposed_of(
    facts: list[Any], due: dict[str, date], today: date, role: Role
) -> None:
    state = retention_of(entries(*facts))
    proposed = to_propose(due.items(), state, today)

    assert not set(proposed) & (state.holds.keys() | state.proposed.keys())
    assert all(due[reference] <= today for reference in proposed)
    after = retention_of(entries(*facts, DisposalProposed(references=proposed)))
    assert to_propose(due.items(), after, today) == ()  # a second sweep finds nothing new
    for reference, day in due.items():
        case = a_settled_case(reference=reference)
        try:
            may_dispose(case, day, after, Actor(person="somebody", role=role), today)
        except CaseError:
            continue
        assert reference in after.proposed
        assert reference not in after.holds
        assert reference not in after.disposed
        assert day <= today
