"""The files that came with replies to a case, for those who may read what was written there."""

from collections.abc import Iterable
from typing import NamedTuple

from domain.access import may_read_text
from domain.actions import FileRef
from domain.calendar import SchoolCalendar
from domain.errors import near_names
from domain.events import Event
from domain.mentions import files_in
from domain.views import Viewed
from gateway.errors import BadRequest, NotAsRecorded
from gateway.reading import NO_LONGER_KEPT, WITHHELD, Reading, Seen, not_shown
from gateway.stores import Stores
from gateway.wording import day
from storage.people import PersonNotFound
from storage.texts import TextAltered, TextNotFound


class Attached(NamedTuple):
    """A file with the event that it came with, as one viewer may see it.

    `name` is what its owner called it; None where that is withheld or no longer kept, and then
    `called` says so.
    """

    file: FileRef
    event: Event
    name: str | None
    called: str
    sender: str
    day: str


async def attachments_of(stores: Stores, reading: Reading, reference: str) -> list[Attached]:
    """The files of a case, the oldest first; it is written down that the viewer looks.

    Raises what `Reading.case` does.
    """
    seen = await reading.case(reference, Viewed.ATTACHMENT)
    return await _attached(stores, seen, reference)


async def attachment_of(
    stores: Stores, reading: Reading, reference: str, file: str
) -> tuple[Attached, bytes]:
    """One file of a case, held against its commitment; it is written down that the viewer looks.

    Raises BadRequest where the case has no such file, or it is no longer kept; ActionRefused
    where the viewer may not read it, NotAsRecorded, and what `Reading.case` does.
    """
    seen = await reading.case(reference, Viewed.ATTACHMENT)
    found = {one.file.id: one for one in await _attached(stores, seen, reference)}
    if file not in found:
        near = near_names(file, found) or " No file came with a reply to it."
        raise BadRequest(f"{reference} has no file “{file}”.{near}")
    wanted = found[file]
    if wanted.called == WITHHELD:
        raise not_shown(seen.viewer, "This file is not yours to read.")
    try:
        return wanted, await stores.enclosures.read(wanted.file)
    except TextAltered as error:
        raise NotAsRecorded(file) from error
    except (TextNotFound, PersonNotFound) as error:
        raise BadRequest(f"The file {file} is no longer kept.") from error


async def _attached(stores: Stores, seen: Seen, reference: str) -> list[Attached]:
    case = seen.case
    calendar = await stores.shelf.calendar(case.calendar_digest)
    stored = await stores.record.events_of(case.school, reference)
    return await attached_to(stores, seen, [one.event for one in stored], calendar)


async def attached_to(
    stores: Stores, seen: Seen, events: Iterable[Event], calendar: SchoolCalendar
) -> list[Attached]:
    """The files that came with these events, as the viewer may see them. Whoever calls this has
    written down that they look."""
    found = []
    for event in events:
        for file in files_in(event.fact):
            name, called = await _name(stores, seen, event, file)
            found.append(
                Attached(
                    file=file,
                    event=event,
                    name=name,
                    called=called,
                    sender=await seen.name(event.actor.person, event.actor.role),
                    day=day(calendar.local_date(event.at)),
                )
            )
    return found


async def _name(stores: Stores, seen: Seen, event: Event, file: FileRef) -> tuple[str | None, str]:
    if not may_read_text(seen.sight, seen.ladder, seen.case, seen.viewer, event):
        return None, WITHHELD
    try:
        name = await stores.enclosures.name_of(file.id)
    except (TextNotFound, PersonNotFound):
        return None, NO_LONGER_KEPT
    return name, name or file.id
