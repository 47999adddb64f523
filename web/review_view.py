"""Governors' reviews as the pages show them: what is left to do, and a case's timeline."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from domain.calendar import SchoolCalendar
from domain.review import MAY_ANSWER, MAY_DRAW, MAY_REVIEW, STAFF, CaseInReview, Review
from domain.review_events import Checked, Checklist
from domain.vocabulary import Role
from gateway.reading import Seen
from gateway.review_words import QUESTIONS
from gateway.wording import names_of_deadlines, sentence, spoken
from storage.people import People, Person, PersonNotFound
from storage.record import StoredEvent
from web.viewer import Viewer

ANSWERS = [
    {"value": Checked.YES.value, "text": "Yes"},
    {"value": Checked.PARTLY.value, "text": "Partly"},
    {"value": Checked.NO.value, "text": "No"},
    {"value": Checked.NOT_APPLICABLE.value, "text": "Not applicable"},
]
"""What may be answered to each question of the checklist, as a form offers it."""


class ToDo(NamedTuple):
    """What is left for the viewer: cases to look at, findings to answer, cases to give to somebody;
    each with the review that it is of."""

    look: list[tuple[Review, CaseInReview]]
    answer: list[tuple[Review, CaseInReview]]
    assign: list[tuple[Review, int]]


class Happened(NamedTuple):
    """One event of a timeline: what happened, by whom, and what was written, by its name."""

    words: str
    by: str
    texts: dict[str, str]


class Asked(NamedTuple):
    """One question of the checklist: what the record says to it, and what was found."""

    id: str
    question: str
    facts: list[str]
    found: str | None


def to_do(reviews: Iterable[Review], viewer: Viewer) -> ToDo:
    """What is left for the viewer, in the role that they act in."""
    open_ones = [review for review in reviews if review.closed is None]
    pairs = [(review, case) for review in open_ones for case in review.cases.values()]
    waiting = [
        (review, sum(not case.assigned and not case.finding for case in review.cases.values()))
        for review in open_ones
    ]
    role = viewer.actor.role
    return ToDo(
        look=[pair for pair in pairs if may_find(*pair, viewer)],
        answer=[
            (review, case)
            for review, case in pairs
            if role in MAY_ANSWER and case.calls_for_an_answer and case.answer is None
        ],
        assign=[pair for pair in waiting if role in MAY_DRAW and pair[1]],
    )


def may_find(review: Review, case: CaseInReview, viewer: Viewer) -> bool:
    """Whether the viewer may record a finding on the case now."""
    actor = viewer.actor
    theirs = case.assigned == actor.person and actor.role in MAY_REVIEW
    return theirs and review.closed is None and case.finding is None


def may_answer(review: Review, case: CaseInReview, viewer: Viewer) -> bool:
    """Whether the viewer may answer the finding on the case now."""
    found = case.finding is not None and case.answer is None
    return found and review.closed is None and viewer.actor.role in MAY_ANSWER


def asked(facts: dict[str, list[str]], checklist: Checklist | None) -> list[Asked]:
    """The five questions, with what the record says to each."""
    return [
        Asked(
            id_,
            question,
            facts[id_],
            spoken(getattr(checklist, id_)) if checklist is not None else None,
        )
        for id_, question in QUESTIONS.items()
    ]


async def timeline(
    seen: Seen, stored: list[StoredEvent], calendar: SchoolCalendar
) -> list[tuple[date, list[Happened]]]:
    """What happened, by day; with what was written where the viewer sees the names."""
    names = names_of_deadlines(one.event for one in stored)
    days: list[tuple[date, list[Happened]]] = []
    for one in stored:
        event = one.event
        today = calendar.local_date(event.at)
        if not days or days[-1][0] != today:
            days.append((today, []))
        actor = event.actor
        by = "by itself" if actor.role is Role.SYSTEM else await seen.name(actor.person, actor.role)
        texts = await seen.texts_of(event) if seen.names_shown else {}
        days[-1][1].append(Happened(sentence(seen.ladder, event, names), by, texts))
    return days


async def governors(people: People, school: str) -> list[Person]:
    """Those to whom a case of a review may be given, in the order of their names."""
    return sorted(
        (
            person
            for person in await people.everybody(school)
            if person.roles & set(MAY_REVIEW) and not person.roles & STAFF
        ),
        key=lambda person: person.name,
    )


async def names_of(people: People, ids: Iterable[str | None]) -> dict[str, str]:
    """The names of governors by their ids."""
    names = {}
    for id_ in {one for one in ids if one}:
        try:
            names[id_] = (await people.person(id_)).name
        except PersonNotFound:
            names[id_] = "somebody who is not known any more"
    return names
