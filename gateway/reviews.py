"""Governors' reviews: drawing cases, looking at them, recording what was found and answered."""

import contextlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from domain import review as rules
from domain.actions import Actor, TextRef
from domain.calendar import SchoolCalendar
from domain.case import Case
from domain.contracts import Refusal
from domain.errors import CaseError, near_names
from domain.period import term_period
from domain.register import REGISTER, RegisterEvent, RegisterFact
from domain.review import REVIEW_TYPES, Review, ReviewNotFound
from domain.review_draw import CaseLife, DrawChecked, DrawImpossible, check_draw, draw
from domain.review_events import Checked, Checklist, ReviewDrawn
from domain.review_facts import LIFE_TYPES, decided_in, life_of
from domain.vocabulary import Role
from gateway.entering import REASON, enter, written
from gateway.errors import ActionRefused, BadRequest
from gateway.persons import about
from gateway.stores import Stores
from storage.people import PersonIsErased

SEED_BYTES = 16


class Period(NamedTuple):
    """The days that a review is about, both of them included."""

    first_day: date
    last_day: date


class Reviews:
    """One school's reviews. `now` gives the present moment, aware, in UTC."""

    def __init__(
        self,
        stores: Stores,
        school: str,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._stores = stores
        self._school = school
        self._now = now

    async def period(
        self, term: str | None, first_day: date | None, last_day: date | None
    ) -> Period:
        """The days given, or those of a term with the holiday before it, as in the termly report.

        A term that is not over yet is reviewed as far as it has come. Raises BadRequest or
        PeriodProblem.
        """
        if term is None:
            if first_day is None or last_day is None:
                raise BadRequest("Say which term (--term), or from when to when (--from, --to).")
            return Period(first_day, last_day)
        if first_day is not None or last_day is not None:
            raise BadRequest("Give a term, or the first and the last day: not both.")
        calendar, now = await self.calendar(), self._now()
        asked = term_period(calendar, now, term)
        return Period(asked.first, min(asked.last, calendar.local_date(now)))

    async def calendar(self) -> SchoolCalendar:
        """The school's calendar as it stands."""
        return await self._stores.shelf.calendar_of(self._school)

    async def draw(
        self,
        period: Period,
        share: Decimal,
        seed: str | None,
        actor: Actor,
        action_id: str | None = None,
    ) -> Review:
        """Draws the cases of a new review, and puts the draw on the register.

        Without a seed, one of 16 random bytes is made. Raises ActionRefused or DrawImpossible.
        """
        may(actor, rules.MAY_DRAW, "Drawing a review")
        now = self._now()
        calendar = await self.calendar()
        today = calendar.local_date(now)
        if period.last_day > today:
            raise DrawImpossible(
                f"The period ends on {period.last_day}, which is still to come: what happens until "
                f"then could not be looked at. End it on {today} at the latest."
            )
        lives = await self._lives(now, calendar)
        made = seed if seed is not None else secrets.token_hex(SEED_BYTES)

        def decide(entries: list[RegisterEvent]) -> RegisterFact:
            name = rules.next_review_id(entries, today.year)
            return draw(name, lives, *period, share, made, seed_given=seed is not None)

        entry = await self._enter(decide, actor, action_id)
        assert isinstance(entry.fact, ReviewDrawn)
        return (await self.all())[entry.fact.review]

    async def check(self, review: str) -> DrawChecked:
        """Draws again from the record, and says whether it comes out the same.

        Raises ReviewNotFound.
        """
        found = await self.named(review)
        lives = await self._lives(found.drawn_at, await self.calendar())
        return check_draw(found.drawn, lives)

    async def all(self) -> dict[str, Review]:
        """Every review of the school by its id, the oldest first."""
        return rules.reviews_of(await self._entries())

    async def named(self, review: str) -> Review:
        """The review with this id. Raises ReviewNotFound, with near ones."""
        return rules.review_named(await self._entries(), review)

    async def assign(
        self,
        review: str,
        reference: str,
        to: str,
        actor: Actor,
        action_id: str | None = None,
    ) -> Review:
        """Gives a case of the review to the governor with the id `to`.

        Raises ReviewNotFound, ReviewError or ActionRefused.
        """
        may(actor, rules.MAY_DRAW, "Assigning a case of a review")
        case, decided = await self._case(review, reference)
        person = await self._stores.people.person(to)

        def decide(entries: list[RegisterEvent]) -> RegisterFact:
            found = rules.review_named(entries, review)
            return rules.assign(found, case, decided, to, person.roles)

        await self._enter(decide, actor, action_id)
        return await self.named(review)

    async def find(
        self,
        review: str,
        reference: str,
        fields: Mapping[str, Any],
        actor: Actor,
        action_id: str | None = None,
    ) -> Review:
        """Records what the assigned governor found: the five answers, and `findings` in words.

        Raises BadRequest, ReviewNotFound, ReviewError or ActionRefused.
        """
        checklist, words = _checklist(fields)
        case, decided = await self._case(review, reference)

        text = await self._put_away(case, "findings", words, actor)

        def decide(entries: list[RegisterEvent]) -> RegisterFact:
            found = rules.review_named(entries, review)
            return rules.find(found, case, decided, actor, checklist, text)

        await self._enter(decide, actor, action_id, text)
        return await self.named(review)

    async def answer(
        self,
        review: str,
        reference: str,
        words: str,
        actor: Actor,
        action_id: str | None = None,
    ) -> Review:
        """Records the school's answer to a finding.

        Raises BadRequest, ReviewNotFound, ReviewError or ActionRefused.
        """
        if not words.strip():
            raise BadRequest("“answer” is empty: write a sentence or two.")
        case, _ = await self._case(review, reference)

        text = await self._put_away(case, "answer", words.strip(), actor)

        def decide(entries: list[RegisterEvent]) -> RegisterFact:
            return rules.answer(rules.review_named(entries, review), reference, actor, text)

        await self._enter(decide, actor, action_id, text)
        return await self.named(review)

    async def close(
        self, review: str, reason: str | None, actor: Actor, action_id: str | None = None
    ) -> Review:
        """Ends a review; `reason` is needed where something is outstanding.

        Raises BadRequest, ReviewNotFound, ReviewError or ActionRefused.
        """
        text = None
        if reason is not None:
            text = await self._put_away(None, REASON, written(reason), actor)

        def decide(entries: list[RegisterEvent]) -> RegisterFact:
            return rules.close(rules.review_named(entries, review), actor, text)

        await self._enter(decide, actor, action_id, *([text] if text else []))
        return await self.named(review)

    async def _entries(self) -> list[RegisterEvent]:
        stored = await self._stores.registrar.entries(self._school, about=REVIEW_TYPES)
        return [one.event for one in stored]

    async def _case(self, review: str, reference: str) -> tuple[Case, frozenset[str]]:
        rules.case_of(await self.named(review), reference)
        case = await self._stores.record.case_state(self._school, reference)
        stored = await self._stores.record.events_of(self._school, reference)
        return case, decided_in(one.event for one in stored)

    async def _lives(self, until: datetime, calendar: SchoolCalendar) -> list[CaseLife]:
        """Every case's life, from what was on the record at `until`."""
        lives = await self._stores.record.events_by_case(self._school, LIFE_TYPES, until)
        return [life_of(case, events, calendar.local_date) for case, events in lives]

    async def _put_away(self, case: Case | None, kind: str, words: str, actor: Actor) -> TextRef:
        """Stores a text on a case, under the key of the person whom the case is about, so that it
        goes with them; one on a whole review is under the writer's own."""
        keepers = about(case, actor) if case else (actor.person,)
        where = case.reference if case else REGISTER
        for person in keepers[:-1]:
            with contextlib.suppress(PersonIsErased):
                return await self._stores.texts.store(person, self._school, where, kind, words)
        return await self._stores.texts.store(keepers[-1], self._school, where, kind, words)

    async def _enter(
        self,
        decide: Callable[[list[RegisterEvent]], RegisterFact],
        actor: Actor,
        action_id: str | None,
        *texts: TextRef,
    ) -> RegisterEvent:
        """Enters a decision; nothing is kept of what is refused."""
        try:
            return await enter(
                self._stores,
                self._school,
                lambda _, entries: decide(entries),
                actor,
                self._now(),
                action_id=action_id,
                texts=texts,
            )
        except (rules.ReviewError, ReviewNotFound):
            for text in texts:
                await self._stores.texts.discard(text)
            raise


def may(actor: Actor, roles: Sequence[Role], what: str) -> None:
    """Refuses an actor in another role. Raises ActionRefused."""
    try:
        rules.may(actor, roles, what)
    except CaseError as error:
        raise ActionRefused(Refusal.of(error)) from error


def _checklist(fields: Mapping[str, Any]) -> tuple[Checklist, str]:
    """The five answers and the findings in words. Raises BadRequest, a sentence for each fault."""
    questions = list(Checklist.model_fields)
    known = [*questions, "findings"]
    options = [one.value for one in Checked]
    problems = [
        f"“{field}” is not a field of a finding.{near_names(field, known)}"
        for field in fields
        if field not in known
    ]
    problems += [f"“{question}” is missing." for question in questions if question not in fields]
    given = {
        question: str(fields[question]).strip().replace("-", "_").replace(" ", "_")
        for question in questions
        if question in fields
    }
    problems += [
        f"“{fields[question]}” is not one of the answers to {question}: {', '.join(options)}."
        for question, answered in given.items()
        if answered not in options
    ]
    words = str(fields.get("findings") or "").strip()
    if not words:
        problems.append("“findings” is missing: write a sentence or two.")
    if problems:
        raise BadRequest(*problems)
    return Checklist.model_validate(given), words
