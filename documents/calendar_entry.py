"""A meeting as an entry for somebody's calendar: iCalendar (RFC 5545), as mail carries it (5546).

Times are in UTC, which every calendar shows in its reader's own time, and which needs no time zone
to be described. The same entry gives the same bytes.
"""

from datetime import UTC
from enum import StrEnum

from icalendar import Calendar, Event, vCalAddress
from pydantic import AwareDatetime

from domain.letters import Line
from domain.policy import Frozen

PRODUCT = "-//Evenhand//Meetings//EN"


class Method(StrEnum):
    """What the entry is sent for (RFC 5546, 3.2)."""

    REQUEST = "REQUEST"  # an invitation, or a change to one
    CANCEL = "CANCEL"
    PUBLISH = "PUBLISH"  # to keep, with nobody asked to answer


class Address(Frozen):
    """Somebody's name and e-mail address."""

    name: Line
    email: Line


class Entry(Frozen):
    """A meeting as one person's calendar has it: nobody else's address, and nothing of the case
    but its reference.

    `uid` stays the same for the life of the meeting; `sequence` rises with each change.
    """

    uid: Line
    sequence: int
    stamp: AwareDatetime
    starts: AwareDatetime
    ends: AwareDatetime
    summary: Line
    place: Line | None = None
    description: Line
    organiser: Address
    attendee: Address | None = None
    chairs: bool = False
    method: Method = Method.REQUEST


def as_ics(entry: Entry) -> bytes:
    """The entry as an iCalendar object, with one VEVENT."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", entry.method.value)
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.stamp.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", entry.starts.astimezone(UTC))
    event.add("dtend", entry.ends.astimezone(UTC))
    event.add("summary", entry.summary)
    event.add("description", entry.description)
    if entry.place:
        event.add("location", entry.place)
    cancelled = entry.method is Method.CANCEL
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("organizer", _address(entry.organiser))
    if entry.attendee:
        event.add("attendee", _invited(entry, entry.attendee))
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def _address(person: Address) -> vCalAddress:
    address = vCalAddress(f"mailto:{person.email}")
    # A quotation mark can't stand in a parameter (RFC 5545, 3.2), and not every calendar knows the
    # way around that (RFC 6868).
    address.params["CN"] = person.name.replace('"', "’")
    return address


def _invited(entry: Entry, person: Address) -> vCalAddress:
    address = _address(person)
    address.params["CUTYPE"] = "INDIVIDUAL"
    address.params["ROLE"] = "CHAIR" if entry.chairs else "REQ-PARTICIPANT"
    if entry.method is Method.REQUEST:
        address.params["PARTSTAT"] = "NEEDS-ACTION"
        address.params["RSVP"] = "TRUE"
    return address
