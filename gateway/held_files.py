"""The files of a case as they are given to one person: those from them, and their letters."""

import hashlib
from collections.abc import Mapping

from domain import events as e
from domain.actions import FileRef, PersonId
from domain.case import Case
from domain.held import HeldFile
from domain.mentions import Part, files_in
from gateway.attachments import in_words
from gateway.held_reading import HeldReading
from gateway.sniffing import CALLED, ENDINGS
from gateway.wording import spoken
from storage.people import PersonNotFound
from storage.texts import TextNotFound

FROM_SOMEBODY_ELSE = "It is from somebody else, so it is left out."
TO_BE_READ_FIRST = (
    "It was sent in by somebody else and may name other people, whom no program can take out of a "
    "file. Ask the school: somebody reads it, and gives you what you may have of it."
)
GONE = "It is no longer kept."
LEGAL = "It is withheld with the words that it came with."


class FileGathering:
    """The files of one case for its reader. `withheld` are the texts that are withheld from them;
    `whose` says under whose key each file is kept."""

    def __init__(
        self,
        reading: HeldReading,
        case: Case,
        parts: tuple[Part, ...],
        withheld: Mapping[str, object],
        whose: Mapping[str, PersonId],
    ) -> None:
        self._reading = reading
        self._reader = reading.reader.id
        self._case = case
        self._parts = parts
        self._withheld = withheld
        self._whose = whose

    async def of(self, event: e.Event) -> tuple[HeldFile, ...]:
        """The files that came with an event; of a letter, the message as it was sent."""
        if isinstance(event.fact, e.LetterSent):
            return await self._letter(event.fact)
        return tuple([await self._file(event, file) for file in files_in(event.fact)])

    async def _file(self, event: e.Event, file: FileRef) -> HeldFile:
        what = f"{CALLED[file.media_type]}, {in_words(file.size)}"
        place = f"{self._case.reference}, event {event.sequence}, file {file.id}"
        if why := self._left_out(event, file):
            self._reading.second_look.withheld.append((place, why))
            return HeldFile(what=what, left_out=why)
        try:
            content = await self._reading.stores.enclosures.read(file)
            called = await self._reading.stores.enclosures.name_of(file.id)
        except (TextNotFound, PersonNotFound):
            return HeldFile(what=what, left_out=GONE)
        return HeldFile(
            what=what,
            called=self._redacted(place, called),
            put_as=self._reading.put(file.id, ENDINGS[file.media_type], content),
            digest=hashlib.sha256(content).hexdigest(),
        )

    def _redacted(self, place: str, called: str | None) -> str | None:
        if called is None:
            return None
        redacted = self._reading.redactor.redact(called)
        self._reading.second_look.add(f"{place}, what it is called", called, redacted)
        return redacted.text

    def _left_out(self, event: e.Event, file: FileRef) -> str | None:
        text = getattr(event.fact, "text", None)
        if text is not None and text.id in self._withheld:
            return LEGAL
        side = isinstance(event.fact, e.RepresentationsSubmitted)
        if event.actor.person == self._reader or (side and Part.RESPONDENT in self._parts):
            return None
        mine = self._whose.get(file.id) == self._reader
        return TO_BE_READ_FIRST if mine else FROM_SOMEBODY_ELSE

    async def _letter(self, fact: e.LetterSent) -> tuple[HeldFile, ...]:
        letter = self._case.letter(fact.letter)
        if letter is None or letter.to != self._reader or fact.message_id is None:
            return ()
        kept_as = f"sent-{fact.message_id}"
        try:
            content = await self._reading.stores.enclosures.as_kept(kept_as)
        except (TextNotFound, PersonNotFound):
            return ()
        return (
            HeldFile(
                what=f"the message to you as it was sent ({spoken(letter.kind)}), "
                f"{in_words(len(content))}",
                put_as=self._reading.put(kept_as, ".eml", content),
                digest=hashlib.sha256(content).hexdigest(),
            ),
        )
