"""Plays a story through the real workflow code, and tells what happened as it happens."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from domain.actions import Actor
from domain.calendar import CalendarDoesNotCover, CalendarError, SchoolCalendar
from domain.contracts import Refusal
from domain.events import Event, StageChanged
from domain.letters import LetterProblem
from domain.policy import Ladder, Policy
from domain.vocabulary import ActionName, Rule, Stage, Track
from gateway.attachments import LIMITS, read_attachments
from gateway.errors import ActionRefused, AttachmentRefused, BadRequest
from gateway.letters import Sending
from gateway.wording import by_whom, names_of_deadlines, sentence
from rehearsal.fields import filled_in
from rehearsal.story import StoryFile, StoryStep
from rehearsal.world import OPENS, SCHOOL, World, a_world, holder
from storage.people import PersonNotFound
from storage.record import StoredEvent


class Told(BaseModel):
    """One event of the rehearsal. `school_day` counts from the story's start, where known."""

    model_config = ConfigDict(frozen=True)

    case: str
    reference: str
    sequence: int
    at: datetime
    date: date
    school_day: int | None
    type: str
    words: str
    by: str
    hash: str
    stage: Stage | None = None


class ToldRefusal(BaseModel):
    """A step that a rule refused, as the story expected."""

    model_config = ConfigDict(frozen=True)

    case: str
    date: date
    action: ActionName
    role: str
    rule: Rule
    sentence: str


class Rehearsed(BaseModel):
    """What a rehearsal came to."""

    policy: str
    version: str
    events: list[Told] = []
    stages_reached: dict[Track, list[Stage]] = {}
    refusals: list[ToldRefusal] = []
    reminders: int = 0
    letters: int = 0
    verified: bool = False


class UnmetExpectation(Exception):
    """The story expected one thing, and another happened; `so_far` is what was played."""

    so_far: Rehearsed

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"{place}: {message}")


@dataclass(kw_only=True)
class Audience:
    """Who is told as the story goes on."""

    event: Callable[[Told], None] = lambda told: None
    refusal: Callable[[ToldRefusal], None] = lambda told: None
    note: Callable[[str], None] = lambda words: None


@dataclass(kw_only=True)
class _Playing:
    """A story under way: its cases by their names in the story, and what was told of each."""

    world: World
    file: StoryFile
    policy: Policy
    calendar: SchoolCalendar
    audience: Audience
    result: Rehearsed
    now: datetime
    references: dict[str, str] = field(default_factory=dict)
    ladders: dict[str, Ladder] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)
    names: dict[str, dict[str, str]] = field(default_factory=dict)

    async def step(self, number: int) -> None:
        """Plays one step, with the time before it. Raises UnmetExpectation."""
        step = self.file.story.steps[number]
        place = f"{self.file.path}:{self.file.lines[number]}: step {number + 1}"
        try:
            await self._wait(step)
        except CalendarError as error:
            raise UnmetExpectation(place, str(error)) from None
        if step.note:
            self.audience.note(step.note)
        if step.action is not None:
            await self._act(step, step.action, place)
        await self._tell()
        if step.reaches is not None:
            await self._check_stage(step, place)

    async def _wait(self, step: StoryStep) -> None:
        if step.after is None and step.hour is None:
            return
        today = self.calendar.local_date(self.now)
        day = self.calendar.add(today, step.after) if step.after else today
        moment = self.calendar.instant(day, step.time_of_day or OPENS)
        self.now = max(self.now, moment)
        await self.world.until(self.now)
        await self._tell()

    async def _act(self, step: StoryStep, action: ActionName, place: str) -> None:
        assert step.who is not None
        person, role = holder(self.file.story, step.who)
        actor = Actor(person=self.world.people[person], role=role)
        try:
            await self._carry_out(step, action, actor)
        except ActionRefused as error:
            if step.safeguard is None:
                raise UnmetExpectation(
                    place, f"{action.value} was refused ({error.refusal.rule.value}): {error}"
                ) from None
            self._refused(step, action, role.value, error.refusal, place)
            return
        except (AttachmentRefused, BadRequest, LetterProblem, PersonNotFound) as error:
            words = error.sentence if isinstance(error, PersonNotFound) else str(error)
            raise UnmetExpectation(place, f"{action.value}: {words}") from None
        if step.safeguard is not None:
            raise UnmetExpectation(
                place,
                f"{action.value} was to be refused by {step.safeguard.value}, and was allowed.",
            )

    async def _carry_out(self, step: StoryStep, action: ActionName, actor: Actor) -> None:
        cases = self.world.cases
        if action is ActionName.RAISE_CONCERN:
            fields = self._fields(step, action, None, [])
            opened = await cases.open(self.policy.policy, fields, actor)
            self.references[step.case] = opened.reference
            self.ladders[step.case] = self.policy.by_track[Track(fields["track"])]
            self.told[step.case] = 0
            return
        if step.case not in self.references:
            raise BadRequest(f"The case “{step.case}” was not raised yet.")
        reference = self.references[step.case]
        case = await cases.show(reference)
        events = [stored.event for stored in await cases.timeline(reference)]
        fields = self._fields(step, action, case, events)
        letters = Sending.NONE if step.letters else Sending.AS_DRAFTED
        files = read_attachments(self.file.beside(step.attachments), LIMITS)
        await cases.act(reference, action.value, fields, actor, letters=letters, attachments=files)

    def _fields(
        self, step: StoryStep, action: ActionName, case: Any, events: list[Event]
    ) -> dict[str, Any]:
        return filled_in(
            action, step.fields, calendar=self.calendar, now=self.now, case=case, events=events
        )

    def _refused(
        self, step: StoryStep, action: ActionName, role: str, refusal: Refusal, place: str
    ) -> None:
        if refusal.rule is not step.safeguard:
            wanted = step.safeguard.value if step.safeguard else "nothing"
            raise UnmetExpectation(
                place,
                f"{action.value} was to be refused by {wanted}, and was refused by "
                f"{refusal.rule.value}: {refusal.sentence}",
            )
        told = ToldRefusal(
            case=step.case,
            date=self.calendar.local_date(self.now),
            action=action,
            role=role,
            rule=refusal.rule,
            sentence=refusal.sentence,
        )
        self.result.refusals.append(told)
        self.audience.refusal(told)

    async def _tell(self) -> None:
        fresh: list[tuple[str, StoredEvent]] = []
        for name, reference in self.references.items():
            stored = await self.world.stores.record.events_of(
                SCHOOL, reference, after=self.told[name]
            )
            fresh += [(name, one) for one in stored]
            names = self.names.setdefault(name, {})
            names |= names_of_deadlines(one.event for one in stored)
            self.told[name] += len(stored)
        for name, stored_event in sorted(fresh, key=lambda one: one[1].event.at):
            told = self._as_told(name, stored_event)
            self.result.events.append(told)
            self.audience.event(told)

    def _as_told(self, name: str, stored: StoredEvent) -> Told:
        event, ladder = stored.event, self.ladders[name]
        day = self.calendar.local_date(event.at)
        stage = event.fact.dest if isinstance(event.fact, StageChanged) else None
        if event.sequence == 1:
            stage = Stage.RAISED
        reached = self.result.stages_reached.setdefault(ladder.track, [])
        if stage is not None and stage not in reached:
            reached.append(stage)
        self.result.reminders += event.fact.type == "notice:sent"
        return Told(
            case=name,
            reference=event.reference,
            sequence=event.sequence,
            at=event.at,
            date=day,
            school_day=self._school_day(day),
            type=event.fact.type,
            words=sentence(ladder, event, self.names[name]),
            by=by_whom(event),
            hash=stored.hash,
            stage=stage,
        )

    def _school_day(self, day: date) -> int | None:
        try:
            return self.calendar.school_days_between(self.file.story.start, day)
        except CalendarDoesNotCover:
            return None

    async def _check_stage(self, step: StoryStep, place: str) -> None:
        case = await self.world.cases.show(self.references[step.case])
        if case.stage is not step.reaches:
            wanted = step.reaches.value if step.reaches else ""
            raise UnmetExpectation(
                place, f"the case was to stand at {wanted}, and stands at {case.stage.value}."
            )


async def play(
    file: StoryFile,
    policy: Policy,
    calendar: SchoolCalendar,
    audience: Audience,
    *,
    letters: Path | None = None,
    at_the_end: Callable[[World], Awaitable[None]] | None = None,
) -> Rehearsed:
    """Plays the story to its end and verifies the trail.

    `letters` is the school's own folder of letters, if it has one. `at_the_end` looks at the
    story's world before it is gone, also where the story did not come to its end.
    Raises UnmetExpectation, with what was played until then and whether its trail verifies.
    """
    result = Rehearsed(policy=policy.policy, version=policy.version)
    async with a_world(file.story, policy, calendar, letters) as world:
        playing = _Playing(
            world=world,
            file=file,
            policy=policy,
            calendar=calendar,
            audience=audience,
            result=result,
            now=calendar.instant(file.story.start, OPENS),
        )
        try:
            for number in range(len(file.story.steps)):
                await playing.step(number)
        except UnmetExpectation as unmet:
            unmet.so_far = result
            raise
        finally:
            result.verified = (await world.stores.record.verify(SCHOOL)).holds
            result.letters = len(world.post.letters)
            if at_the_end is not None:
                await at_the_end(world)
    return result
