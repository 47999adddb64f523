"""The stories that ship, each played once for all the tests that look at it."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from functools import cache

from domain.case import Case, Letter
from domain.events import Event
from domain.evolve import evolve
from domain.letter_templates import LetterTemplates
from domain.letters import LetterText
from domain.policy import Policy
from domain.vocabulary import Role
from rehearsal.play import Audience, Rehearsed, play
from rehearsal.story import load_story
from rehearsal.world import SCHOOL, World
from settings import HERE
from storage.policy_files import load_policy
from storage.term_files import load_calendar

CALENDAR = load_calendar(HERE / "terms" / "sample.yaml")
PACKS = sorted(path.stem for path in (HERE / "policies").glob("*.yaml"))


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A letter that reached somebody, and the case as it was when it was written."""

    letter: Letter
    case: Case
    message: EmailMessage
    name: str  # of the person to whom the record says it went
    email: str | None

    @property
    def at(self) -> datetime:
        """When it went out."""
        return parsedate_to_datetime(self.message["Date"])

    @property
    def plain(self) -> str:
        """Its words."""
        body = self.message.get_body(("plain",))
        assert body is not None
        words: str = body.get_content()
        return words.replace("\r\n", "\n")

    def attached(self, subtype: str) -> list[tuple[str, bytes]]:
        """The files of a kind that came with it, by name."""
        found = []
        for one in self.message.iter_attachments():
            if one.get_content_subtype() == subtype:
                content = one.get_content()
                kept = content if isinstance(content, bytes) else str(content).encode()
                found.append((one.get_filename() or "", kept))
        return found

    def __str__(self) -> str:
        return f"{self.case.reference} {self.letter.id} {self.letter.kind} to {self.name}"


@dataclass(kw_only=True)
class Played:
    """A story that was played: what it came to, its events and its letters."""

    policy: Policy
    result: Rehearsed
    events: dict[str, list[Event]] = field(default_factory=dict)
    letters: list[Sent] = field(default_factory=list)
    texts: dict[str, LetterText] = field(default_factory=dict)  # by the id of what was approved
    roles: dict[str, frozenset[Role]] = field(default_factory=dict)  # of each person, by id
    templates: LetterTemplates

    def of_kind(self, kind: str) -> list[Sent]:
        """The letters of a kind, in the order in which they went out."""
        return [one for one in self.letters if one.letter.kind == kind]


@cache
def played(pack: str) -> Played:
    """The pack's own story, from its first step to its last."""
    return asyncio.run(_played(pack))


async def _played(pack: str) -> Played:
    policy = load_policy(HERE / "policies" / f"{pack}.yaml")
    seen: list[Played] = []

    async def look(world: World) -> None:
        seen.append(
            Played(
                policy=policy,
                result=Rehearsed(policy=policy.policy, version=policy.version),
                templates=world.stores.writer.templates(SCHOOL),
            )
        )
        await _gather(world, seen[0])

    story = load_story(HERE / "stories" / f"{pack}.yaml")
    result = await play(story, policy, CALENDAR, Audience(), at_the_end=look)
    seen[0].result = result
    return seen[0]


async def _gather(world: World, into: Played) -> None:
    written: dict[str, tuple[Case, Letter]] = {}
    for line in await world.stores.record.cases(SCHOOL):
        stored = await world.stores.record.events_of(SCHOOL, line.reference)
        into.events[line.reference] = [one.event for one in stored]
        after: Case | None = None
        for event in into.events[line.reference]:
            after = evolve(after, event)
            for letter in after.letters:
                id_ = f"<{line.reference}.{letter.id}@{SCHOOL}.evenhand>".lower()
                written.setdefault(id_, (after, letter))
    for message in world.post.letters:
        found, letter = written[str(message["Message-ID"])]
        person = await world.stores.people.person(letter.to)
        words = await world.stores.texts.read(letter.text)
        into.texts[letter.text.id] = LetterText.model_validate_json(words)
        into.roles[letter.to] = person.roles
        into.letters.append(
            Sent(letter=letter, case=found, message=message, name=person.name, email=person.email)
        )
