"""Writes letters: drafts them, checks what a person made of them, and keeps the approved words."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from correspondence.correspondents import Happening
from correspondence.facts import FactsGatherer
from correspondence.reading import LETTER
from documents.letters import compose
from domain.actions import LetterToSend
from domain.letter_facts import LetterFacts, requirements_of
from domain.letter_rules import LetterDue
from domain.letter_templates import LetterTemplates, SchoolDetails
from domain.letters import Fault, LetterProblem, LetterText, refuse_to_send
from domain.vocabulary import Channel
from storage.people import People
from storage.texts import Texts


class Draft(NamedTuple):
    """A letter as it would go out: what it is, to whom, its facts and its words."""

    school: str
    due: LetterDue
    facts: LetterFacts
    text: LetterText


class LetterWriter:
    """Writes letters from a school's templates. `templates` gives those of one school by its id;
    it raises PolicyFileError where a file can't be used. `title` gives the school's own name."""

    def __init__(
        self,
        people: People,
        texts: Texts,
        templates: Callable[[str], LetterTemplates],
        title: Callable[[str], Awaitable[str]],
    ) -> None:
        self._people = people
        self._texts = texts
        self._gatherer = FactsGatherer(people, texts)
        self._templates = templates
        self._title = title

    def templates(self, school: str) -> LetterTemplates:
        """What the school's letters are made from."""
        return self._templates(school)

    async def details(self, school: str) -> SchoolDetails:
        """What letters say of a school: its name is its own, whatever the code is called after."""
        told = self._templates(school).school
        return told.model_copy(update={"name": told.name or await self._title(school)})

    async def draft(
        self, due: LetterDue, happening: Happening, fresh: dict[str, str] | None = None
    ) -> Draft:
        """The letter in the school's words. `fresh` holds texts (by id) that are not stored yet.

        Raises LetterProblem where it can't be sent as it is, and PersonNotFound.
        """
        school = happening.after.school
        templates = self._templates(school)
        details = await self.details(school)
        facts = await self._gatherer.gather(due, happening, details, fresh)
        return Draft(school, due, facts, compose(due.kind, facts, templates))

    def check(self, draft: Draft, edited: LetterText) -> None:
        """Refuses a letter from which something was edited away that it must hold.

        Raises LetterProblem (safeguard 14).
        """
        letter = self._templates(draft.school).letters[draft.due.kind]
        refuse_to_send(requirements_of(letter, draft.facts), edited)
        for line, was, now in (
            ("Letter", draft.text.kind, edited.kind),
            ("Reference", draft.text.reference, edited.reference),
            ("To", draft.text.addressee[0], edited.addressee[0]),
        ):
            # A letter that was edited for one case must not go out with another.
            if was != now:
                message = f"The line “{line}: {now}” must be “{line}: {was}” in this letter."
                raise LetterProblem([Fault(file=edited.kind, line=1, field=line, message=message)])

    async def put_away(self, draft: Draft, text: LetterText, happening: Happening) -> LetterToSend:
        """Keeps the approved words under the addressee's key; by post where they have no e-mail."""
        case, to = happening.after, draft.due.to
        assert to is not None, "somebody named the addressee before it was drafted"
        person = await self._people.person(to)
        ref = await self._texts.store(
            to, case.school, case.reference, LETTER, text.model_dump_json()
        )
        return LetterToSend(
            kind=draft.due.kind,
            to=to,
            channel=Channel.EMAIL if person.email and not draft.due.on_paper else Channel.POST,
            text=ref,
            edited=text != draft.text,
            about=draft.due.about,
        )
