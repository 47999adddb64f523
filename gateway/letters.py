"""The letters that go with an action: drafted to be read and edited, then sent with it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from correspondence.correspondents import Happening
from correspondence.writer import Draft, LetterWriter
from domain.actions import Action, Actor, LetterToSend
from domain.calendar import SchoolCalendar
from domain.case import Case
from domain.decide import decide
from domain.evolve import evolve
from domain.letter_rules import LetterDue, letters_due
from domain.letters import Addressee, LetterText
from domain.policy import Policy
from domain.vocabulary import AdviceKind, Role
from gateway.errors import BadRequest
from storage.people import People


class Sending(Enum):
    """What becomes of an action's letters, where nobody hands in edited ones."""

    NONE = "none"  # nothing is written
    AS_DRAFTED = "as_drafted"


class Approved(NamedTuple):
    """A letter as the person who acts has read, and perhaps edited, it.

    `about` is the meeting that it concerns, where the draft names one.
    """

    kind: str
    to: str
    text: LetterText
    about: str | None = None


LettersChosen = Sending | Sequence[Approved]
"""What is to be sent with an action: nothing, the drafts, or just these letters."""


class ActionLetters:
    """Drafts an action's letters, and makes those that were approved part of it."""

    def __init__(self, writer: LetterWriter, people: People) -> None:
        self._writer = writer
        self._people = people

    async def drafts(
        self, happening: Happening, action: Action, fresh: Mapping[str, str]
    ) -> list[Draft]:
        """The letters that go with an action, as they would be sent.

        `fresh` holds the texts (by id) that were typed with the action. Raises LetterProblem
        where the school's templates lack something, and PersonNotFound.
        """
        templates = self._writer.templates(happening.after.school)
        due = letters_due(
            templates.letters, happening.policy, happening.after, action, happening.before
        )
        named = [await self._named(one, action, happening) for one in due]
        return [await self._writer.draft(one, happening, dict(fresh)) for one in named]

    async def approve(
        self,
        happening: Happening,
        action: Action,
        fresh: Mapping[str, str],
        chosen: LettersChosen,
    ) -> tuple[LetterToSend, ...]:
        """Keeps the chosen letters' words, and returns the letters as the action carries them.

        Everything is checked before the first is kept. Raises LetterProblem where one lacks what
        it must hold, and BadRequest where one does not go with this action.
        """
        if chosen is Sending.NONE:
            return ()
        drafts = await self.drafts(happening, action, fresh)
        pairs = [(draft, draft.text) for draft in drafts]
        if not isinstance(chosen, Sending):
            pairs = [(_draft_of(one, drafts), one.text) for one in chosen]
        for draft, text in pairs:
            self._writer.check(draft, text)
        return tuple([await self._writer.put_away(draft, text, happening) for draft, text in pairs])

    async def _named(self, due: LetterDue, action: Action, happening: Happening) -> LetterDue:
        if due.addressee is not Addressee.ADVISER:
            return due
        if getattr(action, "kind", None) is AdviceKind.LOCAL_AUTHORITY:
            school = happening.after.school
            officers = await self._people.holders_of(school, Role.LOCAL_AUTHORITY_OFFICER)
            if officers:
                return due._replace(to=officers[0])
        asks = happening.actor
        assert asks is not None, "advice is sought by a person"
        return due._replace(to=asks.person, on_paper=True)


def happening(
    policy: Policy,
    calendar: SchoolCalendar,
    case: Case,
    action: Action,
    actor: Actor,
    at: datetime,
) -> Happening:
    """What an action would do to a case at `at` (aware). Raises a CaseError where it is refused."""
    events = decide(policy, calendar, case, action, actor, at)
    after = case
    for event in events:
        after = evolve(after, event)
    return Happening(
        policy=policy,
        calendar=calendar,
        before=case,
        after=after,
        events=tuple(events),
        actor=actor,
        at=at,
    )


def _draft_of(approved: Approved, drafts: Sequence[Draft]) -> Draft:
    for draft in drafts:
        same = (draft.due.kind, draft.due.to) == (approved.kind, approved.to)
        if same and approved.about in (None, draft.due.about):
            return draft
    there = ", ".join(f"{draft.due.kind} to {draft.due.to}" for draft in drafts) or "none"
    raise BadRequest(
        f"The letter {approved.kind} to {approved.to} does not go with this action. "
        f"Letters that do: {there}."
    )
