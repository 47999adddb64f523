"""Meetings as one viewer may see them, in words and as a file for a calendar."""

from datetime import datetime
from typing import Any

from correspondence.invitations import entry_of
from documents.calendar_entry import Method, as_ics
from domain.actions import TextRef
from domain.calendar import SchoolCalendar
from domain.errors import near_names
from domain.events import Event
from domain.meetings import Meeting
from domain.spoken import hour, moment, spoken
from gateway.errors import BadRequest
from gateway.reading import NO_LONGER_KEPT, WITHHELD, Seen
from gateway.stores import Stores

LATEST = "latest"


def find_meeting(seen: Seen, given: str) -> Meeting:
    """The meeting with this id, or the one that was set last. Raises BadRequest, with near ids."""
    meetings = {meeting.id: meeting for meeting in seen.case.meetings}
    wanted = next(reversed(meetings), given) if given == LATEST else given
    if wanted not in meetings:
        near = near_names(given, meetings) or " No meeting was arranged on this case yet."
        raise BadRequest(f"There is no meeting “{given}”.{near}")
    return meetings[wanted]


def standing_of(meeting: Meeting, now: datetime) -> str:
    """How a meeting stands, in words."""
    if meeting.cancelled:
        return "called off"
    if meeting.held or meeting.stopped:
        what = "held" if meeting.held else "stopped"
        return f"{what}; its record is owed" if meeting.owes_record else f"{what}, with its record"
    return "to come" if meeting.ends_at > now else "over: nobody has said yet whether it was held"


def recording_of(meeting: Meeting) -> str:
    """What is known about recording it, in words."""
    if meeting.recording_made:
        return "recorded, as everybody had agreed"
    if meeting.may_be_recorded:
        return "may be recorded: everybody agreed"
    against = sum(not consents for _, consents in meeting.consents)
    wanted = "asked for; " if meeting.recording_wanted else ""
    return (
        f"{wanted}may not be recorded: not agreed {against}, not answered {len(meeting.unanswered)}"
    )


class MeetingsSeen:
    """The meetings of a case, through the eyes of one viewer."""

    def __init__(
        self, seen: Seen, calendar: SchoolCalendar, events: list[Event], now: datetime
    ) -> None:
        self._seen = seen
        self._calendar = calendar
        self._events = events
        self._now = now

    async def told(self, meeting: Meeting) -> dict[str, Any]:
        """One meeting, with its people as the viewer may know them; moments in UTC."""
        seen = self._seen
        return {
            "meeting": meeting.id,
            "at": meeting.at.isoformat(),
            "minutes": meeting.minutes,
            "when": f"{moment(self._calendar, meeting.at)} to "
            f"{hour(self._calendar, meeting.ends_at)}",
            "stands": standing_of(meeting, self._now),
            "place": await self._text(meeting.place),
            "purpose": await self._text(meeting.purpose),
            "online": await self._text(meeting.online),
            "attendees": [
                {
                    "person": await seen.name(one.person),
                    "as": spoken(one.role),
                    "recording": dict(meeting.consents).get(one.person),
                    "was_there": one.person in meeting.attended if meeting.attended else None,
                }
                for one in meeting.attendees
            ],
            "recording": recording_of(meeting),
            "discussed": await self._text(meeting.discussed),
            "decided": await self._text(meeting.decided),
            "changes": meeting.sequence,
        }

    async def times(self) -> list[dict[str, Any]]:
        """Who said when they can come, and to which meeting (null: to one that is yet to be)."""
        return [
            {
                "person": await self._seen.name(one.person),
                "meeting": one.meeting,
                "times": [at.isoformat() for at in one.times],
                "when": [moment(self._calendar, at) for at in one.times],
            }
            for one in self._seen.case.availability
        ]

    async def _text(self, ref: TextRef | None) -> str | None:
        if ref is None:
            return None
        for event in self._events:
            if ref in (getattr(event.fact, name) for name in type(event.fact).model_fields):
                return await self._seen.text(ref, event)
        return None

    async def calendar_file(self, stores: Stores, meeting: Meeting, sender: str) -> bytes:
        """The meeting as an iCalendar file, to keep in a calendar of one's own."""
        case = self._seen.case
        details = await stores.writer.details(case.school)
        entry = await entry_of(
            stores.people,
            stores.texts,
            case,
            meeting,
            school=details.name or case.school,
            sender=sender,
            method=Method.CANCEL if meeting.cancelled else Method.PUBLISH,
            stamp=self._now,
        )
        place = await self._text(meeting.place)
        shown = entry.place if place not in (None, WITHHELD, NO_LONGER_KEPT) else None
        return as_ics(entry.model_copy(update={"place": shown}))
