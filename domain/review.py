"""A governors' review: cases drawn for a period, looked at by governors, answered by the school.

All of it follows from the school's register.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from domain.acting import Actor, TextRef
from domain.case import Case
from domain.errors import ConflictOfInterest, EvenhandError, NotAuthorised, near_names
from domain.register import RegisterEvent
from domain.review_events import (
    Checked,
    Checklist,
    FindingAnswered,
    FindingRecorded,
    ReviewAssigned,
    ReviewClosed,
    ReviewDrawn,
)
from domain.vocabulary import Role

REVIEW_TYPES = frozenset(
    kind.model_fields["type"].default
    for kind in (ReviewDrawn, ReviewAssigned, FindingRecorded, FindingAnswered, ReviewClosed)
)
"""The types of the register's entries that reviews are made of."""

MAY_DRAW = (Role.CHAIR_OF_GOVERNORS, Role.CLERK, Role.STEERING_GROUP_CHAIR)
MAY_REVIEW = (Role.GOVERNOR, Role.CHAIR_OF_GOVERNORS, Role.STEERING_GROUP_CHAIR)
MAY_ANSWER = (Role.HEADTEACHER, Role.LINE_MANAGER)
MAY_CLOSE = (Role.CHAIR_OF_GOVERNORS, Role.STEERING_GROUP_CHAIR)
MAY_SEE = tuple(dict.fromkeys((*MAY_DRAW, *MAY_REVIEW, *MAY_ANSWER)))
STAFF = frozenset(
    {
        Role.STAFF,
        Role.SENIOR_LEADER,
        Role.HEADTEACHER,
        Role.CLERK,
        Role.ADMINISTRATOR,
        Role.SERVICE_STAFF,
        Role.LINE_MANAGER,
    }
)


class ReviewError(EvenhandError):
    """This can't be done in the review as it stands."""


class ReviewNotFound(EvenhandError):
    """There is no such review, or no such case in it. `near` are those most like it."""

    def __init__(self, kind: str, given: str, known: Iterable[str], where: str = "") -> None:
        self.given = given
        super().__init__(f"There is no {kind} “{given}”{where}.{near_names(given, known)}")


class CaseInReview(NamedTuple):
    """One case of a review, and how far it has come."""

    reference: str
    always: bool  # it is looked at whatever the draw: there was a restriction or external advice
    assigned: str | None = None
    finding: FindingRecorded | None = None
    found_at: datetime | None = None
    found_by: str | None = None
    answer: FindingAnswered | None = None
    answered_at: datetime | None = None

    @property
    def calls_for_an_answer(self) -> bool:
        """Whether the governor found something that was not as it should be."""
        asked = (Checked.NO, Checked.PARTLY)
        return self.finding is not None and any(
            answer in asked for answer in dict(self.finding.checklist).values()
        )

    @property
    def outstanding(self) -> bool:
        """Whether the finding, or an answer that it calls for, is still to come."""
        return self.finding is None or (self.calls_for_an_answer and self.answer is None)


class Review(NamedTuple):
    """A governors' review as the register tells it."""

    drawn: ReviewDrawn
    drawn_at: datetime
    drawn_by: Actor
    cases: dict[str, CaseInReview]
    closed: ReviewClosed | None = None
    closed_at: datetime | None = None

    @property
    def id(self) -> str:
        """Such as GR-2026-1."""
        return self.drawn.review

    @property
    def outstanding(self) -> tuple[str, ...]:
        """The cases without a finding, or without an answer that a finding calls for."""
        return tuple(one.reference for one in self.cases.values() if one.outstanding)


# What the register tells


def reviews_of(entries: Iterable[RegisterEvent]) -> dict[str, Review]:
    """Every review of a school, by its id, the oldest first."""
    reviews: dict[str, Review] = {}
    for entry in entries:
        fact = entry.fact
        if isinstance(fact, ReviewDrawn):
            always = {reference: CaseInReview(reference, True) for reference in fact.always}
            chosen = {reference: CaseInReview(reference, False) for reference in fact.chosen}
            reviews[fact.review] = Review(fact, entry.at, entry.actor, always | chosen)
        elif isinstance(fact, ReviewClosed):
            reviews[fact.review] = reviews[fact.review]._replace(closed=fact, closed_at=entry.at)
        elif isinstance(fact, ReviewAssigned | FindingRecorded | FindingAnswered):
            cases = reviews[fact.review].cases
            cases[fact.reference] = _after(cases[fact.reference], entry)
    return reviews


def _after(case: CaseInReview, entry: RegisterEvent) -> CaseInReview:
    fact = entry.fact
    if isinstance(fact, ReviewAssigned):
        return case._replace(assigned=fact.to)
    if isinstance(fact, FindingRecorded):
        return case._replace(finding=fact, found_at=entry.at, found_by=entry.actor.person)
    if isinstance(fact, FindingAnswered):
        return case._replace(answer=fact, answered_at=entry.at)
    return case


def assigned_to(entries: Iterable[RegisterEvent], person: str) -> frozenset[str]:
    """The cases that open reviews have given to this person to look at."""
    return frozenset(
        case.reference
        for review in reviews_of(entries).values()
        if review.closed is None
        for case in review.cases.values()
        if case.assigned == person
    )


def ever_assigned(entries: Iterable[RegisterEvent], reference: str) -> frozenset[str]:
    """Everybody to whom any review gave this case, who may have seen its names."""
    facts = (entry.fact for entry in entries)
    return frozenset(
        fact.to
        for fact in facts
        if isinstance(fact, ReviewAssigned) and fact.reference == reference
    )


def next_review_id(entries: Iterable[RegisterEvent], year: int) -> str:
    """The id of the next review that is drawn in `year`: GR-2026-1, GR-2026-2, …"""
    prefix = f"GR-{year}-"
    taken = [one for one in reviews_of(entries) if one.startswith(prefix)]
    return f"{prefix}{len(taken) + 1}"


def review_named(entries: Iterable[RegisterEvent], given: str) -> Review:
    """The review with this id. Raises ReviewNotFound, with near ones."""
    reviews = reviews_of(entries)
    if given not in reviews:
        raise ReviewNotFound("review", given, reviews)
    return reviews[given]


def case_of(review: Review, reference: str) -> CaseInReview:
    """A case of the review. Raises ReviewNotFound, with near ones."""
    if reference not in review.cases:
        raise ReviewNotFound("case", reference, review.cases, f" in {review.id}")
    return review.cases[reference]


# What people do to a review


def may(actor: Actor, roles: Collection[Role], what: str) -> None:
    """Refuses an actor in another role. Raises NotAuthorised."""
    if actor.role not in roles:
        raise NotAuthorised(f"{what} is not for the {_words(actor.role)}.", who_may=roles)


def assign(
    review: Review, case: Case, decided: Collection[str], to: str, held: Collection[Role]
) -> ReviewAssigned:
    """Gives a case of the review to a governor with no part in it.

    `decided` are those who decided anything in the case; `held` the roles that the governor
    holds. Raises ReviewError, ReviewNotFound, NotAuthorised or ConflictOfInterest.
    """
    _still_open(review)
    current = case_of(review, case.reference)
    if current.finding is not None:
        raise ReviewError(f"The finding on {case.reference} is recorded already.")
    if current.assigned == to:
        raise ReviewError(f"{case.reference} is assigned to that governor already.")
    if not set(held) & set(MAY_REVIEW):
        raise NotAuthorised("A case is reviewed by a governor.", who_may=MAY_REVIEW)
    if own := set(held) & STAFF:
        words = ", ".join(sorted(_words(role) for role in own))
        raise NotAuthorised(f"Those who work for the school do not review it: they are {words}.")
    _no_stake(case, decided, to)
    return ReviewAssigned(review=review.id, reference=case.reference, to=to)


def find(
    review: Review,
    case: Case,
    decided: Collection[str],
    actor: Actor,
    checklist: Checklist,
    findings: TextRef,
) -> FindingRecorded:
    """Records what the assigned governor found.

    Raises ReviewError, ReviewNotFound, NotAuthorised or ConflictOfInterest.
    """
    _still_open(review)
    current = case_of(review, case.reference)
    may(actor, MAY_REVIEW, "Recording a finding")
    if current.assigned is None:
        raise ReviewError(f"{case.reference} is not assigned to a governor yet.")
    if current.assigned != actor.person:
        raise NotAuthorised(f"{case.reference} is assigned to another governor.")
    if current.finding is not None:
        raise ReviewError(
            f"The finding on {case.reference} is recorded already, and a finding is not changed."
        )
    # A conflict may have been declared since it was assigned.
    _no_stake(case, decided, actor.person)
    return FindingRecorded(
        review=review.id, reference=case.reference, checklist=checklist, findings=findings
    )


def answer(review: Review, reference: str, actor: Actor, words: TextRef) -> FindingAnswered:
    """Records the school's answer to a finding.

    Raises ReviewError, ReviewNotFound or NotAuthorised.
    """
    _still_open(review)
    current = case_of(review, reference)
    may(actor, MAY_ANSWER, "The school's answer")
    if current.finding is None:
        raise ReviewError(f"There is no finding on {reference} yet that could be answered.")
    if current.answer is not None:
        raise ReviewError(f"The finding on {reference} is answered already.")
    return FindingAnswered(review=review.id, reference=reference, answer=words)


def close(review: Review, actor: Actor, reason: TextRef | None) -> ReviewClosed:
    """Ends a review. Where something is outstanding, it needs a reason.

    Raises ReviewError or NotAuthorised.
    """
    _still_open(review)
    may(actor, MAY_CLOSE, "Closing a review")
    outstanding = review.outstanding
    if outstanding and reason is None:
        raise ReviewError(
            f"Without a finding, or without the school's answer: {', '.join(outstanding)}. Wait "
            "for them, or give the reason for closing without (reason)."
        )
    return ReviewClosed(review=review.id, outstanding=outstanding, reason=reason)


def tally(review: Review) -> Mapping[str, Mapping[Checked, int]]:
    """For each question of the checklist, how many findings gave each answer."""
    findings = [one.finding.checklist for one in review.cases.values() if one.finding]
    return {
        question: {
            answered: sum(getattr(one, question) is answered for one in findings)
            for answered in Checked
        }
        for question in Checklist.model_fields
    }


def _still_open(review: Review) -> None:
    if review.closed is not None:
        raise ReviewError(f"The review {review.id} is closed.")


def _no_stake(case: Case, decided: Collection[str], person: str) -> None:
    if person in case.involved:
        raise ConflictOfInterest("They have a part in this case.")
    if person in decided:
        raise ConflictOfInterest("They decided something in this case themselves.")


def _words(role: Role) -> str:
    return role.value.replace("_", " ")
