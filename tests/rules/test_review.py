"""A governors' review: who may do what in it, and what the record says beside it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.actions import Actor
from domain.errors import ConflictOfInterest, NotAuthorised
from domain.register import RegisterEvent, RegisterFact
from domain.review import (
    Review,
    ReviewError,
    ReviewNotFound,
    answer,
    assign,
    assigned_to,
    close,
    ever_assigned,
    find,
    next_review_id,
    review_named,
    reviews_of,
    tally,
)
from domain.review_draw import draw
from domain.review_events import Checked, Checklist
from domain.review_facts import decided_in, life_of, what_the_record_says
from domain.vocabulary import Outcome, Role, Severity, Stage
from tests.rules.building import (
    CALENDAR,
    CHAIR,
    CLERK,
    DEPUTY,
    GOVERNOR,
    HEAD,
    PARENT,
    TEACHER,
    Story,
    a_text,
    in_force,
    under_restriction,
)

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
OTHER = Actor(person="other-governor", role=Role.GOVERNOR)
ALL_WELL = Checklist(**dict.fromkeys(Checklist.model_fields, Checked.YES))
LATE = ALL_WELL.model_copy(update={"timely": Checked.PARTLY})
JUST_GOVERNOR = frozenset({Role.GOVERNOR})


class Term:
    """A review of one story's case, and the register that it is made of."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.case = story.case
        self.reference = story.case.reference
        self.decided = decided_in(story.events)
        self.entries: list[RegisterEvent] = []
        life = life_of(self.reference, story.events, CALENDAR.local_date)
        first, last = date(2026, 9, 2), date(2026, 12, 18)
        self.put(
            draw("GR-2026-1", [life], first, last, Decimal(1), "a seed", seed_given=False), CHAIR
        )

    def put(self, fact: RegisterFact, actor: Actor) -> None:
        sequence = len(self.entries) + 1
        self.entries.append(
            RegisterEvent(
                school=self.case.school,
                sequence=sequence,
                at=NOW,
                actor=actor,
                action_id=f"action-{sequence}",
                fact=fact,
            )
        )

    @property
    def review(self) -> Review:
        return review_named(self.entries, "GR-2026-1")

    def assign(self, to: Actor = GOVERNOR, held: frozenset[Role] = JUST_GOVERNOR) -> None:
        self.put(assign(self.review, self.case, self.decided, to.person, held), CHAIR)

    def find(self, by: Actor = GOVERNOR, checklist: Checklist = ALL_WELL) -> None:
        found = find(self.review, self.case, self.decided, by, checklist, a_text("findings"))
        self.put(found, by)

    def answer(self, by: Actor = HEAD) -> None:
        self.put(answer(self.review, self.reference, by, a_text("answer")), by)

    def close(self, by: Actor = CHAIR, **reason: Any) -> None:
        self.put(close(self.review, by, reason.get("reason")), by)


@pytest.fixture
def term() -> Term:
    return Term(Story())


def test_a_review_goes_from_draw_to_close(term: Term) -> None:
    assert term.review.outstanding == (term.reference,)
    assert next_review_id(term.entries, 2026) == "GR-2026-2"
    assert next_review_id(term.entries, 2027) == "GR-2027-1"

    term.assign()
    assert assigned_to(term.entries, GOVERNOR.person) == {term.reference}
    term.find(checklist=LATE)
    assert term.review.outstanding == (term.reference,)  # the school has not answered yet
    term.answer()
    answered = term.review
    assert answered.outstanding == ()
    assert tally(answered)["timely"][Checked.PARTLY] == 1
    term.close()

    assert term.review.closed is not None
    assert assigned_to(term.entries, GOVERNOR.person) == frozenset()  # it was theirs meanwhile
    assert ever_assigned(term.entries, term.reference) == {GOVERNOR.person}


def test_a_case_goes_to_another_governor_until_there_is_a_finding(term: Term) -> None:
    term.assign()
    with pytest.raises(ReviewError, match="assigned to that governor already"):
        term.assign()
    term.assign(OTHER)

    with pytest.raises(NotAuthorised, match="assigned to another governor"):
        term.find()
    term.find(OTHER)
    with pytest.raises(ReviewError, match="recorded already"):
        term.assign()


@pytest.mark.parametrize(
    "held",
    [
        pytest.param({Role.STAFF}, id="no governor"),
        pytest.param({Role.PARENT}, id="a parent"),
        pytest.param({Role.GOVERNOR, Role.STAFF}, id="a governor who teaches here"),
        pytest.param({Role.GOVERNOR, Role.HEADTEACHER}, id="the head"),
        pytest.param({Role.GOVERNOR, Role.CLERK}, id="the clerk"),
    ],
)
def test_who_works_for_the_school_does_not_review_it(term: Term, held: set[Role]) -> None:
    with pytest.raises(NotAuthorised):
        term.assign(held=frozenset(held))


@pytest.mark.parametrize(
    "concern",
    [
        pytest.param({"named": (GOVERNOR.person,)}, id="is named"),
        pytest.param({"respondent": GOVERNOR.person}, id="is the respondent"),
        pytest.param({"family": GOVERNOR.person}, id="it is their child"),
        pytest.param(
            {"by": Actor(person=GOVERNOR.person, role=Role.STAFF)}, id="raised the concern"
        ),
    ],
)
def test_a_governor_with_a_part_in_the_case_does_not_review_it(concern: dict[str, Any]) -> None:
    with pytest.raises(ConflictOfInterest):
        Term(Story(**concern)).assign()


def test_who_decided_in_the_case_does_not_review_it() -> None:
    story = under_restriction()
    story.wait("6 school days")
    story.do("confirm_restriction", CHAIR, restriction=story.restriction.id)

    with pytest.raises(ConflictOfInterest, match="decided something"):
        Term(story).assign(CHAIR, frozenset({Role.CHAIR_OF_GOVERNORS}))


def test_a_conflict_that_is_declared_meanwhile_stops_the_finding(term: Term) -> None:
    term.assign()
    term.story.do("declare_conflict", GOVERNOR)
    term.case = term.story.case

    with pytest.raises(ConflictOfInterest):
        term.find()


Turn = tuple[str, Actor]
ASSIGN, FIND, ANSWER, CLOSE = (
    ("assign", GOVERNOR),
    ("find", GOVERNOR),
    ("answer", HEAD),
    (
        "close",
        CHAIR,
    ),
)
REFUSED: dict[str, tuple[type[Exception], tuple[Turn, ...], Turn]] = {
    "finding before it is assigned": (ReviewError, (), FIND),
    "finding twice": (ReviewError, (ASSIGN, FIND), FIND),
    "finding by the head": (NotAuthorised, (ASSIGN,), ("find", HEAD)),
    "answer before the finding": (ReviewError, (ASSIGN,), ANSWER),
    "answer twice": (ReviewError, (ASSIGN, FIND, ANSWER), ANSWER),
    "answer by a governor": (NotAuthorised, (ASSIGN, FIND), ("answer", OTHER)),
    "answer by the deputy": (NotAuthorised, (ASSIGN, FIND), ("answer", DEPUTY)),
    "closing with something outstanding": (ReviewError, (), CLOSE),
    "closing by the head": (NotAuthorised, (ASSIGN, FIND), ("close", HEAD)),
    "closing by the clerk": (NotAuthorised, (ASSIGN, FIND), ("close", CLERK)),
    "closing twice": (ReviewError, (ASSIGN, FIND, CLOSE), CLOSE),
    "assigning once it is closed": (ReviewError, (ASSIGN, FIND, CLOSE), ("assign", OTHER)),
    "an answer once it is closed": (ReviewError, (ASSIGN, FIND, CLOSE), ANSWER),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_out_of_turn_is_refused(term: Term, what: str) -> None:
    error, before, refused = REFUSED[what]
    for name, actor in before:
        getattr(term, name)(actor)
    entries = list(term.entries)

    with pytest.raises(error):
        getattr(term, refused[0])(refused[1])
    assert term.entries == entries


def test_closing_with_a_reason_says_what_was_outstanding(term: Term) -> None:
    term.close(reason=a_text("reason"))

    assert term.review.closed is not None
    assert term.review.closed.outstanding == (term.reference,)


def test_an_unknown_review_or_case_is_answered_with_near_ones(term: Term) -> None:
    with pytest.raises(ReviewNotFound, match="Did you mean GR-2026-1"):
        review_named(term.entries, "GR-2026-11")
    term.assign()
    with pytest.raises(ReviewNotFound, match=f"Did you mean {term.reference}"):
        answer(term.review, "EP-2026-0043", HEAD, a_text())
    assert reviews_of([]) == {}


def test_a_life_is_told_in_days_and_forgets_no_restriction() -> None:
    story = in_force()
    story.do("lift_restriction", HEAD, restriction=story.restriction.id)
    lifted = CALENDAR.local_date(story.now)
    story.do("signpost", DEPUTY, to=PARENT.person)
    story.do("close", HEAD, outcome=Outcome.RESOLVED)
    story.wait("1 school day")
    story.do("reopen", CHAIR)
    reopened = CALENDAR.local_date(story.now)

    life = life_of(story.case.reference, story.events, CALENDAR.local_date)

    assert life.open == ((date(2026, 9, 14), lifted), (reopened, None))
    assert life.restricted == ((date(2026, 9, 14), lifted),)
    assert life.advised == ()


def test_advice_is_remembered_by_its_day() -> None:
    story = Story(severity=Severity.SAFETY)
    story.do("seek_external_advice", HEAD, kind="police")

    life = life_of(story.case.reference, story.events, CALENDAR.local_date)

    assert life.advised == (date(2026, 9, 14),)


def test_the_record_says_who_was_heard_and_that_they_were_signposted() -> None:
    story = under_restriction()
    story.do("submit_representations", DEPUTY, text=a_text("their side"))
    story.do("confirm_restriction", HEAD, restriction=story.restriction.id, answer=a_text("answer"))
    story.do("signpost", DEPUTY, to=PARENT.person)

    says = what_the_record_says(story.ladder, story.events, story.now)

    assert says.heard == ((story.restriction.id, 1, True, True, True, True),)
    assert says.signposted == (True, 1, True)
    assert says.proportionate.skipped == ()
    assert says.proportionate.steps[-1] is Stage.ENGAGEMENT_RESTRICTION
    assert says.recorded.decisions == says.recorded.with_reason > 3
    assert says.timely.late == says.timely.overdue == ()


def test_a_meeting_that_was_stopped_counts_among_those_that_are_written_up() -> None:
    story = Story()
    in_a_week = story.now + timedelta(days=7)
    for hours in (0, 2):
        story.do("schedule_meeting", DEPUTY, at=in_a_week + timedelta(hours=hours))
    held, stopped = (meeting.id for meeting in story.case.meetings)
    story.wait("5 school days")
    story.do("hold_meeting", DEPUTY, meeting=held)
    story.do("stop_meeting", DEPUTY, meeting=stopped)
    said = {"discussed": a_text("said"), "decided": a_text("agreed")}
    story.do("record_meeting", DEPUTY, meeting=stopped, **said)

    found = what_the_record_says(story.ladder, story.events, story.now).recorded

    assert (found.meetings_held, found.meetings_written_up) == (2, 1)


def test_the_record_says_what_was_skipped_late_and_left_undone() -> None:
    story = Story(severity=Severity.SAFETY)
    story.do("restrict_access", HEAD, interim=True)
    story.wait("6 school days")
    story.do("acknowledge", TEACHER)
    story.wait("20 school days")

    says = what_the_record_says(story.ladder, story.events, story.now)

    assert says.proportionate.severity is Severity.SAFETY
    assert says.proportionate.interim == (story.restriction.id,)
    assert all(with_reason for _, with_reason in says.proportionate.skipped)
    assert says.proportionate.skipped
    assert "acknowledge" in says.timely.late
    assert says.timely.missed  # nobody confirmed it, so it lapsed
    assert says.signposted == (True, 0, False)
    [heard] = says.heard
    assert (heard.confirmed, heard.heard_first) == (False, False)
    assert "after-engagement-restriction" in says.timely.overdue


def test_what_happened_after_the_moment_is_not_counted() -> None:
    story = Story()
    before = story.now
    story.wait("6 school days")
    story.do("acknowledge", TEACHER)

    says = what_the_record_says(story.ladder, story.events, before)

    assert says.timely == ((), (), (), (), ())
