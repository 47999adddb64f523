"""How the words of the record become words that one person may read."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from correspondence.reading import LETTER, as_read
from domain.actions import TextRef
from domain.calendar import SchoolCalendar
from domain.events import Event
from domain.held import HeldText
from domain.redaction import Redactor
from domain.register import RegisterEvent
from domain.retention import Retention
from domain.subject_access import Ground
from domain.views import AT_THE_MACHINE, View
from domain.vocabulary import Role
from gateway.held_words import GROUNDS, KINDS, NO_LONGER_KEPT
from gateway.second_look import SecondLook
from gateway.stores import Stores
from gateway.wording import acting, by_whom, day, moment, spoken
from storage.people import Person, PersonNotFound
from storage.texts import TextNotFound


@dataclass(frozen=True, kw_only=True)
class HeldReading:
    """What gathering works with: the reader, and how each text is read and redacted."""

    stores: Stores
    reader: Person
    redactor: Redactor
    second_look: SecondLook
    calendar: SchoolCalendar
    retention: Retention
    files: dict[str, bytes] = field(default_factory=dict)  # of the copy, by their names in it
    _told: dict[str, HeldText] = field(default_factory=dict)

    def day(self, when: datetime) -> str:
        """The school's date at a moment, in words."""
        return day(self.calendar.local_date(when))

    def time(self, when: datetime) -> str:
        """The time that the school's clock showed at a moment."""
        return moment(self.calendar, when).rpartition(", ")[2]

    def doer(self, event: Event | RegisterEvent) -> str:
        """Who did it: “by you”, “by the headteacher (person A)”, “by itself”."""
        if event.actor.person == self.reader.id:
            return "by you"
        if event.actor.role is Role.SYSTEM:
            return by_whom(event)
        return f"{by_whom(event)} ({self.redactor.short(event.actor.person)})"

    def viewer(self, view: View) -> str:
        """Who looked: “you”, “the headteacher (person A)”."""
        if view.person == self.reader.id:
            return "you"
        if view.person == AT_THE_MACHINE.person:
            return "the administrator at the machine"
        return f"{acting(view.role)} ({self.redactor.short(view.person)})"

    async def text(self, place: str, kind: str, ref: TextRef, ground: Ground | None) -> HeldText:
        """A text as the reader gets it; without its words where `ground` withholds it."""
        if ref.id not in self._told:
            self._told[ref.id] = await self._text(place, kind, ref, ground)
        return self._told[ref.id]

    async def _text(self, place: str, kind: str, ref: TextRef, ground: Ground | None) -> HeldText:
        called = KINDS.get(kind, spoken(kind).capitalize())
        place = f"{place}, {called.lower()}"
        if ground is not None:
            self.second_look.withheld.append((place, spoken(ground)))
            return HeldText(kind=called, text=None, left_out=GROUNDS[ground])
        words = await self.words(ref)
        if words is not None and kind == LETTER:
            words = as_read(words)
        if words is None:
            return HeldText(kind=called, text=None, left_out=NO_LONGER_KEPT)
        redacted = self.redactor.redact(words)
        self.second_look.add(place, words, redacted)
        return HeldText(kind=called, text=redacted.text)

    def put(self, identifier: str, ending: str, content: bytes) -> str:
        """Puts a file into the copy; returns its name there, which says nothing of anybody."""
        name = f"file-{hashlib.sha256(identifier.encode()).hexdigest()[:12]}{ending}"
        self.files[name] = content
        return name

    async def words(self, ref: TextRef) -> str | None:
        """What was written, names and all; None where it is no longer kept."""
        try:
            return await self.stores.texts.read(ref)
        except (TextNotFound, PersonNotFound):
            return None
