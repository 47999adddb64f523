"""A case as its page shows it: everything in words, through the eyes of whoever looks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain import events as e
from domain.access import may_read_text
from domain.actions import TextRef
from domain.calendar import SchoolCalendar
from domain.case import TASKS, Deadline, Letter, RestrictionState
from domain.choices import Choice
from domain.ladder_words import RAISED, asides, rungs
from domain.mentions import files_in
from domain.policy import Policy
from domain.vocabulary import Channel, LetterStatus, Stage
from gateway.due_words import answers, in_school_days, what_to_do
from gateway.meetings import MeetingsSeen
from gateway.reading import Seen
from gateway.replies import Attached, attached_to
from gateway.stores import Stores
from gateway.wording import day, moment, names_of_deadlines, sentence, spoken, stage_title
from storage.record import StoredEvent
from web.case_lines import DayOf, DueNow, Happened, LetterLine, Note, Rung, told_apart

_PEOPLE = (
    ("Who is asked to answer", "respondent"),
    ("The family", "family"),
    ("Their advocate", "advocate"),
    ("Who raised it", "raised_by"),
    ("Who owns the case", "owner"),
)


_TEXTS = {
    "narrative": "What happened",
    "reason": "Why",
    "text": "In words",
    "result": "Found",
    "answer": "Answer",
    "contact": "Contact that stays",
    "meetings": "Meetings",
    "collection": "Bringing and collecting",
    "discussed": "Discussed",
    "decided": "Decided",
}


class CaseView:
    """What one viewer is shown of a case. `now` is aware; `choices` are what they may do."""

    def __init__(
        self,
        stores: Stores,
        seen: Seen,
        stored: Sequence[StoredEvent],
        policy: Policy,
        calendar: SchoolCalendar,
        now: datetime,
        choices: Sequence[Choice] = (),
    ) -> None:
        self._stores = stores
        self._seen = seen
        self._stored = stored
        self._events = [one.event for one in stored]
        self._policy = policy
        self._calendar = calendar
        self._now = now
        self._today = calendar.local_date(now)
        self._choices = choices
        self._names = names_of_deadlines(self._events)

    @property
    def reference(self) -> str:
        """The case's reference."""
        return self._seen.case.reference

    @property
    def names_shown(self) -> bool:
        """Whether people are named."""
        return self._seen.names_shown

    @property
    def title(self) -> str:
        """What kind of case it is."""
        return f"{spoken(self._seen.case.track).capitalize()} case"

    def standing(self) -> dict[str, Any]:
        """Where the case stands, and what that means."""
        case, ladder = self._seen.case, self._seen.ladder
        step = ladder.by_stage.get(case.stage)
        held = ladder.by_stage.get(case.rung)
        return {
            "stage": RAISED if case.stage is Stage.RAISED else stage_title(ladder, case.stage),
            "closed": case.closed,
            "outcome": spoken(case.outcome) if case.outcome else "",
            "since": day(self._calendar.local_date(case.stage_since)),
            "opened": day(self._calendar.local_date(case.opened_at)),
            "severity": spoken(case.severity),
            "incidents": case.incidents,
            "next": step.next if step else "",
            "holds": held.title if held and case.rung is not case.stage else "",
            "transferred": case.content_restricted,
            "code": self._policy.title,
            "version": self._policy.version,
        }

    def ladder(self) -> tuple[list[Rung], list[Rung]]:
        """The rungs from the lowest up, and the ways out beside them."""
        case, ladder = self._seen.case, self._seen.ladder
        steps = [Stage.RAISED, *(step.id for step in rungs(ladder))]
        reached = steps.index(case.rung) if case.rung in steps else 0
        climbed = [
            Rung(
                RAISED if stage is Stage.RAISED else stage_title(ladder, stage),
                here=stage is case.stage,
                passed=place < reached,
                held=stage is case.rung and case.stage is not case.rung,
            )
            for place, stage in enumerate(steps)
        ]
        beside = [
            Rung(step.title, here=step.id is case.stage, passed=False, held=False)
            for step in asides(ladder)
        ]
        return climbed, beside

    async def titles(self) -> dict[Choice, str]:
        """What each choice that is allowed is called, so that none is mistaken for another."""
        return {
            one: await told_apart(self._stores, self._seen, self._calendar, one)
            for one in self._choices
            if one.allowed
        }

    async def adjustments(self) -> list[str]:
        """What was agreed with people: it stands at the head."""
        return [await self._seen.adjustment(one) for one in self._seen.case.adjustments]

    async def people(self) -> list[tuple[str, str]]:
        """Who has which part, by name where names are shown."""
        case = self._seen.case
        found = []
        for label, part in _PEOPLE:
            if person := getattr(case, part):
                role = case.raised_by_role if part == "raised_by" else None
                found.append((label, await self._seen.name(person, role)))
        if not case.owner:
            found.append(("Who owns the case", "Nobody yet"))
        if case.named:
            names = [await self._seen.name(one) for one in case.named]
            found.append(("Also named", ", ".join(names)))
        if case.panel:
            names = [await self._seen.name(one) for one in case.panel]
            found.append(("On the panel", ", ".join(names)))
        return found

    async def concern(self) -> dict[str, Any]:
        """What was reported: the day, the words, and the clauses of the code."""
        first = self._events[0]
        assert isinstance(first.fact, e.Opened), "a case begins with its opening"
        narrative = first.fact.narrative
        return {
            "occurred": day(first.fact.occurred_on),
            "narrative": await self._seen.text(narrative, first) if narrative else "",
            "clauses": [
                (clause.text, clause.place)
                for clause in self._policy.clauses
                if clause.id in self._seen.case.clauses
            ],
        }

    async def due(self) -> list[DueNow]:
        """What is due, the earliest first."""
        found = []
        for deadline in sorted(self._seen.case.deadlines, key=lambda one: one.due_at):
            mine = [
                one
                for one in self._choices
                if one.allowed and answers(one, self._seen.ladder, deadline)
            ]
            found.append(
                DueNow(
                    deadline=deadline.id,
                    what=what_to_do(self._seen.ladder, deadline.kind, deadline.about),
                    day=day(deadline.due_on),
                    when=in_school_days(self._calendar, self._today, deadline.due_on),
                    whose=await self._whose(deadline),
                    overdue=deadline.kind in TASKS and deadline.due_at < self._now,
                    a_task=deadline.kind in TASKS,
                    needed_to_close=deadline.blocks_closing,
                    choices=sorted(mine, key=lambda one: one.about == deadline.id),
                )
            )
        return found

    async def _whose(self, deadline: Deadline) -> str:
        if deadline.owner:
            return await self._seen.name(deadline.owner)
        if not deadline.rules:
            return ""
        role = deadline.rules[0].tell
        return "you" if role is self._seen.viewer.role else f"the {spoken(role)}"

    async def restrictions(self) -> list[dict[str, Any]]:
        """The restrictions that are proposed, in effect or ended, with their terms."""
        return [await self._restriction(one) for one in self._seen.case.restrictions]

    async def _restriction(self, one: RestrictionState) -> dict[str, Any]:
        terms = one.terms
        return {
            "id": one.id,
            "scopes": [spoken(scope) for scope in terms.scopes],
            "stands": spoken(one.status),
            "open": one.open,
            "starts": day(terms.starts_on),
            "review": day(terms.review_on),
            "contact": await self._words(terms.contact),
            "through": await self._seen.name(terms.contact_through),
            "meetings": await self._words(terms.meetings),
            "collection": await self._words(terms.collection),
            "heard": one.heard,
        }

    async def _words(self, ref: TextRef | None) -> str:
        if ref is None:
            return ""
        for event in self._events:
            if ref in _texts_below(event.fact):
                return await self._seen.text(ref, event)
        return ""

    async def letters(self) -> list[LetterLine]:
        """The letters, the newest first."""
        return [await self.letter(one) for one in reversed(self._seen.case.letters)]

    async def letter(self, one: Letter) -> LetterLine:
        """One letter as a line of the list."""
        known = self._stores.writer.templates(self._seen.case.school).letters
        title = known[one.kind].title if one.kind in known else spoken(one.kind)
        to_print = one.channel is Channel.POST and one.status is LetterStatus.PREPARED
        stands = {
            LetterStatus.PREPARED: "to be printed and posted" if to_print else "waits to go out",
            LetterStatus.SENT: "posted" if one.channel is Channel.POST else "sent by e-mail",
            LetterStatus.RETURNED: "did not arrive",
        }[one.status]
        return LetterLine(
            id=one.id,
            title=title,
            to=await self._seen.name(one.to),
            written=moment(self._calendar, one.prepared_at),
            stands=stands,
            to_print=to_print,
        )

    def letter_text(self, letter: str) -> TextRef | None:
        """The words of a letter that the viewer may read; None where there is no such letter."""
        for event in self._events:
            fact = event.fact
            if isinstance(fact, e.LetterPrepared) and fact.letter == letter:
                seen = self._seen
                may = may_read_text(seen.sight, seen.ladder, seen.case, seen.viewer, event)
                return fact.text if may else None
        return None

    def prepared_at(self, letter: str) -> datetime:
        """When a letter was written. Raises KeyError where there is no such letter."""
        found = self._seen.case.letter(letter)
        if found is None:
            raise KeyError(letter)
        return found.prepared_at

    async def meetings(self) -> list[dict[str, Any]]:
        """The meetings, the latest first."""
        telling = MeetingsSeen(self._seen, self._calendar, list(self._events), self._now)
        return [await telling.told(one) for one in reversed(self._seen.case.meetings)]

    async def notes(self) -> list[Note]:
        """The notes, the newest first."""
        return [
            Note(
                text=await self._seen.text(event.fact.text, event),
                who=await self._who(event),
                day=day(self._calendar.local_date(event.at)),
            )
            for event in reversed(self._events)
            if isinstance(event.fact, e.NoteAdded)
        ]

    @property
    def has_files(self) -> bool:
        """Whether files came with the concern or a reply: what they are called is looked at too."""
        return any(files_in(event.fact) for event in self._events)

    async def files(self) -> list[Attached]:
        """The files that came with the concern or a reply."""
        return await attached_to(self._stores, self._seen, self._events, self._calendar)

    async def timeline(self, latest: int | None = None) -> list[DayOf]:
        """What happened, the newest first; the `latest` few, or all of it."""
        days: list[DayOf] = []
        stored = list(reversed(self._stored))[:latest]
        for one in stored:
            on = day(self._calendar.local_date(one.event.at))
            if not days or days[-1].day != on:
                days.append(DayOf(on, []))
            days[-1].events.append(await self._happened(one))
        return days

    async def _happened(self, one: StoredEvent) -> Happened:
        event = one.event
        letter = event.fact.letter if isinstance(event.fact, e.LetterPrepared) else ""
        texts = {} if letter else await self._seen.texts_of(event)
        return Happened(
            at=moment(self._calendar, event.at).rpartition(", ")[2],
            what=sentence(self._seen.ladder, event, self._names),
            who=await self._who(event),
            texts=[
                (_TEXTS.get(kind, spoken(kind).capitalize()), text) for kind, text in texts.items()
            ],
            letter=letter,
            sequence=event.sequence,
            hash=one.hash,
        )

    async def _who(self, event: e.Event) -> str:
        actor = event.actor
        if actor.person == "system":
            return "by itself"
        name = await self._seen.name(actor.person, actor.role)
        return f"{name}, {spoken(actor.role)}" if self._seen.names_shown else name


def _texts_below(fact: Any) -> set[TextRef]:
    found: set[TextRef] = set()
    for name in type(fact).model_fields:
        value = getattr(fact, name)
        if isinstance(value, TextRef):
            found.add(value)
        elif isinstance(value, e.Restriction):
            found |= _texts_below(value)
    return found
