"""What a letter may say of a limit: whom it limits, for how long, and what became of it."""

from collections.abc import Awaitable, Callable, Iterable

from correspondence.meeting_facts import ABOUT_MEETINGS
from domain import events as e
from domain.actions import PersonId, TextRef
from domain.calendar import SchoolCalendar
from domain.case import Case, RestrictionState
from domain.letter_facts import SCOPES, RestrictionFacts
from domain.letter_rules import ACCOMPANIMENT, SIGNPOST, LetterDue
from domain.spoken import day
from domain.vocabulary import RestrictionStatus, ReviewResult
from storage.people import Person

SOMEBODY = "somebody who is no longer known to us"
_BESIDE_A_LIMIT = frozenset({SIGNPOST, ACCOMPANIMENT})
"""The letters to a family that say that its advocate is, or was, limited."""


def limit_of(case: Case, due: LetterDue, facts: Iterable[e.Fact]) -> RestrictionState | None:
    """The limit that a letter tells of, if it tells of one.

    A limit is told to the person whom it limits, in the letters that are about it. A family hears
    of its advocate's once it has taken effect, since it is signposted because of it. Nobody else
    hears of a limit, nor of the days that are set for it.
    """
    if due.kind in _BESIDE_A_LIMIT:
        found = [one for one in case.restrictions if one.took_effect]
        return next((one for one in reversed(found) if one.open), found[-1] if found else None)
    if due.to is None or due.on_paper or due.to != case.respondent or due.kind in ABOUT_MEETINGS:
        return None
    ids = (due.about, *(getattr(fact, "restriction", None) for fact in facts))
    return next((one for id_ in ids if id_ and (one := case.restriction(id_))), None)


def review_of(before: Case | None, facts: Iterable[e.Fact]) -> ReviewResult | None:
    """What a review came to, where one is among these facts."""
    for fact in facts:
        if isinstance(fact, e.RestrictionContinued):
            was = before.restriction(fact.restriction) if before else None
            narrower = was is not None and set(fact.terms.scopes) < set(was.terms.scopes)
            return ReviewResult.VARY if narrower else ReviewResult.CONTINUE
        if isinstance(fact, e.RestrictionLifted) and fact.on_review:
            return ReviewResult.LIFT
    return None


class LimitWords:
    """Words a limit. `before` is the case before what the letter tells of; None where it opens.

    `read` gives a text, and `person` somebody's name.
    """

    def __init__(
        self,
        case: Case,
        before: Case | None,
        calendar: SchoolCalendar,
        *,
        read: Callable[[TextRef], Awaitable[str | None]],
        person: Callable[[PersonId], Awaitable[Person]],
    ) -> None:
        self._case = case
        self._before = before
        self._calendar = calendar
        self._read = read
        self._person = person

    async def facts(self, found: RestrictionState) -> RestrictionFacts:
        """The facts of a limit for one letter."""
        terms, was = found.terms, self._was(found)
        through = await self._person(terms.contact_through)
        lapsed = found.status is RestrictionStatus.LAPSED
        ended_on = self._calendar.local_date(found.ended_at) if found.ended_at else None
        return RestrictionFacts(
            whom=await self._whom(),
            scopes=tuple(SCOPES[scope] for scope in terms.scopes),
            starts_on=day(terms.starts_on),
            review_on=day(terms.review_on),
            contact=await self._read(terms.contact) or SOMEBODY,
            contact_through=through.name,
            meetings=await self._read(terms.meetings) or SOMEBODY,
            collection=await self._read(terms.collection) if terms.collection else None,
            at_once=was is not None and was.status is RestrictionStatus.INTERIM,
            ended_on=day(ended_on) if ended_on else None,
            lapsed=lapsed,
            unconfirmed=lapsed and was is not None and was.status is RestrictionStatus.INTERIM,
            proposed_only=was is not None
            and was.status is RestrictionStatus.PROPOSED
            and not found.open,
            others=self._others(found),
        )

    async def _whom(self) -> str:
        respondent = self._case.respondent
        return (await self._person(respondent)).name if respondent else SOMEBODY

    def _others(self, found: RestrictionState) -> tuple[str, ...]:
        """What is limited besides, by another limit that stands."""
        standing = (
            scope
            for one in self._case.open_restrictions
            if one.id != found.id and one.status is not RestrictionStatus.PROPOSED
            for scope in one.terms.scopes
        )
        return tuple(SCOPES[scope] for scope in dict.fromkeys(standing))

    def changes(self, found: RestrictionState) -> str | None:
        """What is different from before, in sentences; None where nothing is."""
        was = self._was(found)
        if was is None or was.terms == found.terms:
            return None
        old, new = was.terms, found.terms
        said = []
        if gone := [SCOPES[s] for s in old.scopes if s not in new.scopes]:
            said.append(f"It no longer limits {' or '.join(gone)}.")
        if new.review_on != old.review_on:
            said.append(f"The day on which it is looked at is now {day(new.review_on)}.")
        if (old.contact, old.contact_through) != (new.contact, new.contact_through):
            said.append("How you can reach us is new; it is set out below.")
        if (old.meetings, old.collection) != (new.meetings, new.collection):
            said.append("How you take part in meetings, or bring and collect, is new; see below.")
        return " ".join(said) or None

    def _was(self, found: RestrictionState) -> RestrictionState | None:
        return self._before.restriction(found.id) if self._before else None
