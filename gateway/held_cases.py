"""One case as it is told to one person who has a part in it."""

from collections.abc import Iterable, Sequence

from correspondence.reading import LETTER
from domain import events as e
from domain.actions import PersonId, TextRef
from domain.calendar import Clock, Span
from domain.case import Case
from domain.evolve import evolve
from domain.held import HeldCase, HeldDue, HeldEvent, HeldNotice, HeldRestriction, HeldText
from domain.mentions import CONCERNED, Part, concerns, files_in, parts_in, texts_in
from domain.policy import Policy
from domain.retention import span_of
from domain.subject_access import Ground, withheld_in
from domain.vocabulary import Role
from gateway.held_files import FileGathering
from gateway.held_reading import HeldReading
from gateway.held_words import GROUNDS, LOOKED_AT, PARTS, TRACKS
from gateway.wording import day, names_of_deadlines, sentence, spoken, stage_title
from storage.mentions import Mentions

_TERMS = frozenset({"contact", "meetings", "collection"})  # of a restriction: the family's too

# Nobody does these: they follow from what was done, or from the time.
_FOLLOWS = (
    e.DeadlineSet,
    e.DeadlineEnded,
    e.DeadlineReminded,
    e.DeadlineMissed,
    e.NoticeSent,
    e.RepresentationsClosed,
)

_WHY_KEPT = (
    "The school keeps a case that long so that it can answer for how it was handled; then somebody "
    "looks at it and decides whether it is still needed."
)


class CaseGathering:
    """What one case holds about the reader. `include` puts in what would be withheld."""

    def __init__(self, reading: HeldReading, events: Sequence[e.Event], *, include: bool) -> None:
        self._reading = reading
        self._reader = reading.reader.id
        self._events = events
        self._case = _case_of(events)
        self._include = include
        self._withheld = withheld_in(events)
        self._whose: dict[str, PersonId] = {}
        self.parts = parts_in(self._reader, events)

    @property
    def withholds(self) -> bool:
        """Whether something is withheld that a person may decide to include."""
        return self._withheld.content is not None or bool(self._withheld.texts)

    async def gather(self) -> HeldCase:
        """The case, in words and redacted."""
        case, reading = self._case, self._reading
        policy = await reading.stores.shelf.policy(case.policy_digest)
        if self._include and self.withholds:
            reading.second_look.included.append(case.reference)
        if self._withheld.content is not None and not self._include:
            reading.second_look.withheld.append((case.reference, spoken(self._withheld.content)))
            return HeldCase(
                **self._heading(policy),
                stands="What it holds is withheld.",
                withheld=(GROUNDS[self._withheld.content],),
                kept=_kept(reading, policy, case),
            )
        cited = [ref.id for event in self._events for _, ref in texts_in(event.fact)]
        mentions = Mentions(reading.stores.database)
        self._whose = await mentions.whose_texts(cited)
        files = [file.id for event in self._events for file in files_in(event.fact)]
        self._files = FileGathering(
            reading,
            case,
            self.parts,
            {} if self._include else self._withheld.texts,
            await mentions.whose_files(files),
        )
        ladder = policy.by_track[case.track]
        step = ladder.by_stage.get(case.stage)
        due = names_of_deadlines(self._events)
        told = [one for one in self._events if self._whole or concerns(self._reader, one)]
        # First, so that letters are given out in the order in which things happened.
        happened = tuple([await self._event(policy, one, due) for one in told])
        outcome = f": {spoken(case.outcome)}" if case.outcome else ""
        return HeldCase(
            **self._heading(policy),
            stands=(
                f"{stage_title(ladder, case.stage)}{outcome}, since "
                f"{reading.day(case.stage_since)}."
            ),
            withheld=self._sentences(),
            clauses=_clauses(policy, case.clauses) if self._whole else (),
            adjustments=await self._adjustments(),
            restrictions=await self._restrictions(),
            representations=await self._representations(),
            notices=self._notices(due),
            next=self._next(policy, due),
            what_happens_next=step.next if step and self._whole else None,
            kept=_kept(reading, policy, case),
            looked=await self._looked(),
            events=happened,
        )

    @property
    def _whole(self) -> bool:
        """Whether the whole case is about the reader, and not only what they did in it."""
        outside = self._case.raised_by_role in (Role.PARENT, Role.ADVOCATE)
        return bool(CONCERNED & set(self.parts)) or (Part.RAISED_BY in self.parts and outside)

    def _heading(self, policy: Policy) -> dict[str, object]:
        case, reading = self._case, self._reading
        return {
            "reference": case.reference,
            "code": policy.title,
            "about": f"{TRACKS[case.track]}.",
            "parts": tuple(PARTS[part] for part in self.parts),
            "opened": reading.day(case.opened_at),
            "closed": reading.day(case.closed_at) if case.closed_at else None,
        }

    def _sentences(self) -> tuple[str, ...]:
        if self._include:
            return ()
        return tuple(GROUNDS[one] for one in dict.fromkeys(self._withheld.texts.values()))

    async def _event(self, policy: Policy, event: e.Event, due: dict[str, str]) -> HeldEvent:
        reading = self._reading
        clauses: tuple[str, ...] = getattr(event.fact, "clauses", ())
        return HeldEvent(
            at=event.at,
            day=reading.day(event.at),
            time=reading.time(event.at),
            what=sentence(policy.by_track[self._case.track], event, due),
            by=None if isinstance(event.fact, _FOLLOWS) else reading.doer(event),
            clauses=_clauses(policy, clauses),
            texts=tuple([await self._text(event, kind, ref) for kind, ref in texts_in(event.fact)]),
            files=await self._files.of(event),
        )

    async def _text(self, event: e.Event, kind: str, ref: TextRef) -> HeldText:
        ground = None if self._include else self._withheld.texts.get(ref.id)
        if ground is None and not await self._about_reader(event, kind, ref):
            ground = Ground.ABOUT_SOMEBODY_ELSE
        place = f"{self._case.reference}, event {event.sequence}"
        if isinstance(event.fact, e.LetterPrepared):
            kind = LETTER
        return await self._reading.text(place, kind, ref, ground)

    async def _about_reader(self, event: e.Event, kind: str, ref: TextRef) -> bool:
        """Whether a text is the reader's to read: about them, or written by them."""
        fact, parts = event.fact, set(self.parts)
        if event.actor.person == self._reader:
            return True
        if isinstance(fact, e.AdjustmentAgreed | e.ConflictDeclared):
            return fact.person == self._reader
        if isinstance(fact, e.LetterPrepared):
            return fact.to == self._reader
        if isinstance(fact, e.AdjustmentRemoved):
            return fact.adjustment in self._own_adjustments
        if self._whose.get(ref.id) == self._reader:
            return True
        if isinstance(fact, e.Opened | e.IncidentAdded) and Part.NAMED in parts:
            return True
        if kind in _TERMS and Part.FAMILY in parts:
            return True
        words = await self._reading.words(ref)
        return words is not None and self._reading.redactor.names_reader(words)

    @property
    def _own_adjustments(self) -> dict[str, e.Event]:
        return {
            event.fact.adjustment: event
            for event in self._events
            if isinstance(event.fact, e.AdjustmentAgreed) and event.fact.person == self._reader
        }

    async def _adjustments(self) -> tuple[HeldText, ...]:
        standing = {one.id for one in self._case.adjustments}
        found = []
        for identifier, event in self._own_adjustments.items():
            assert isinstance(event.fact, e.AdjustmentAgreed)
            text = await self._text(event, "text", event.fact.text)
            stands = "It stands" if identifier in standing else "It was removed later"
            called = f"Agreed on {self._reading.day(event.at)}. {stands}"
            found.append(text.model_copy(update={"kind": called}))
        return tuple(found)

    async def _restrictions(self) -> tuple[HeldRestriction, ...]:
        if not {Part.RESPONDENT, Part.FAMILY} & set(self.parts):
            return ()
        found = []
        for restriction in self._case.restrictions:
            terms = restriction.terms
            last = next(
                one
                for one in reversed(self._events)
                if getattr(one.fact, "terms", None) == terms
                and getattr(one.fact, "restriction", None) == restriction.id
            )
            texts = [await self._text(last, kind, ref) for kind, ref in texts_in(terms)]
            found.append(
                HeldRestriction(
                    limits=", ".join(spoken(scope) for scope in terms.scopes),
                    stands=spoken(restriction.status),
                    starts=day(terms.starts_on),
                    review=day(terms.review_on),
                    texts=tuple(texts),
                )
            )
        return tuple(found)

    async def _representations(self) -> tuple[HeldText, ...]:
        if Part.RESPONDENT not in self.parts:
            return ()
        found = []
        for event in self._events:
            if isinstance(event.fact, e.RepresentationsSubmitted):
                text = await self._text(event, "text", event.fact.text)
                called = f"Received on {self._reading.day(event.at)}"
                found.append(text.model_copy(update={"kind": called}))
        return tuple(found)

    async def _looked(self) -> tuple[str, ...]:
        """Who has looked at the case: for those whose case it is."""
        if not self._whole:
            return ()
        reading = self._reading
        views = await reading.stores.views.of_case(self._case.school, self._case.reference)
        return tuple(
            f"{reading.day(view.at)}, {reading.time(view.at)}: {reading.viewer(view)} opened "
            f"{LOOKED_AT[view.what]}{'' if view.names else ', without names'}."
            for view in views
        )

    def _notices(self, due: dict[str, str]) -> tuple[HeldNotice, ...]:
        return tuple(
            HeldNotice(
                day=self._reading.day(event.fact.sent_at),
                about=due.get(event.fact.deadline, event.fact.deadline),
                digest=event.fact.digest,
            )
            for event in self._events
            if isinstance(event.fact, e.NoticeSent) and event.fact.told == self._reader
        )

    def _next(self, policy: Policy, due: dict[str, str]) -> tuple[HeldDue, ...]:
        theirs = [d for d in self._case.deadlines if self._whole or d.owner == self._reader]
        ladder = policy.by_track[self._case.track]
        checks = {one.id: f"the school asks itself: {one.check}" for one in ladder.follow_ups}
        owed = {one.id: f"the school has to: {spoken(one.kind)}" for one in ladder.duties}
        said = checks | owed
        return tuple(
            HeldDue(on=one.due_on, day=day(one.due_on), what=said.get(one.about, due[one.id]))
            for one in sorted(theirs, key=lambda one: (one.due_at, one.id))
        )


def _case_of(events: Iterable[e.Event]) -> Case:
    case: Case | None = None
    for event in events:
        case = evolve(case, event)
    assert case is not None
    return case


def _clauses(policy: Policy, ids: Iterable[str]) -> tuple[str, ...]:
    known = {clause.id: clause for clause in policy.clauses}
    return tuple(f"{known[one].text} ({one})" if one in known else one for one in ids)


def _kept(reading: HeldReading, policy: Policy, case: Case) -> str:
    """How long the case is kept, and why."""
    state, calendar = reading.retention, reading.calendar
    if case.reference in state.disposed:
        destroyed = reading.day(state.disposed[case.reference])
        return (
            f"What was written in it was destroyed on {destroyed}, "
            "when the time for which it was kept was over. What happened stays, without names."
        )
    long = _long(span_of(policy, case))
    if case.closed_at is None:
        words = f"It is kept while it is open, and for {long} after it closes."
    else:
        until = calendar.add(calendar.local_date(case.closed_at), span_of(policy, case))
        words = f"It is kept until {day(until)}, {long} after it closed."
        longer = state.kept_until.get(case.reference, until)
        if longer > until:
            words = f"Somebody decided that it is kept for longer, until {day(longer)}."
    if case.reference in state.holds:
        words += " For now nothing of it is removed at all: it may be needed for a legal claim."
    return f"{words} {_WHY_KEPT}"


def _long(span: Span) -> str:
    if span.clock is Clock.CALENDAR_MONTHS and span.amount % 12 == 0:
        years = span.amount // 12
        return f"{years} year{'s' if years > 1 else ''}"
    return str(span)
