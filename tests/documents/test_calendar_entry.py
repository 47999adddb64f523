"""A meeting's calendar entry: read back with a library, and held to the two RFCs' own words."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar, Event

from documents.calendar_entry import Address, Entry, Method, as_ics

STARTS = datetime(2026, 9, 24, 15, 0, tzinfo=UTC)
SCHOOL = Address(name="Rowan Hill Primary School", email="office@rowan-hill.example")
IDRIS = Address(name='Idris "Id" Bello; advocate, of Łódź', email="idris@rowan-hill.example")


def an_entry(**changed: object) -> Entry:
    fields: dict[str, object] = {
        "uid": "ep-2026-0042.m5@rowan-hill.evenhand",
        "sequence": 0,
        "stamp": datetime(2026, 9, 15, 8, 30, 12, 345678, tzinfo=UTC),
        "starts": STARTS,
        "ends": STARTS + timedelta(minutes=60),
        "summary": "Meeting with Rowan Hill Primary School (EP-2026-0042)",
        "place": "The library; by the main entrance, up the stairs on the left – ring twice " * 3,
        "description": "Please read the letter.",
        "organiser": SCHOOL,
        "attendee": IDRIS,
    }
    return Entry.model_validate(fields | changed)


def event_in(content: bytes) -> Any:
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert isinstance(event, Event)
    return event


def test_an_invitation_says_when_where_and_who_and_nothing_else() -> None:
    content = as_ics(an_entry())
    calendar = Calendar.from_ical(content)
    event = event_in(content)

    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", "REQUEST")
    assert calendar["PRODID"]
    assert event["UID"] == "ep-2026-0042.m5@rowan-hill.evenhand"
    assert event["SEQUENCE"] == 0
    assert event.decoded("DTSTART") == STARTS
    assert event.decoded("DTEND") == STARTS + timedelta(minutes=60)
    assert event.decoded("DTSTAMP") == datetime(2026, 9, 15, 8, 30, 12, tzinfo=UTC)
    assert event["STATUS"] == "CONFIRMED"
    assert event["ORGANIZER"] == "mailto:office@rowan-hill.example"
    attendee: Any = event["ATTENDEE"]
    assert attendee == "mailto:idris@rowan-hill.example"
    assert attendee.params["RSVP"] == "TRUE"
    assert attendee.params["PARTSTAT"] == "NEEDS-ACTION"
    assert attendee.params["CN"] == "Idris ’Id’ Bello; advocate, of Łódź"
    assert str(event["LOCATION"]).strip() == an_entry().place


def test_the_same_entry_gives_the_same_bytes() -> None:
    assert as_ics(an_entry()) == as_ics(an_entry())


def test_a_change_keeps_the_entry_and_raises_its_number() -> None:
    moved = event_in(as_ics(an_entry(sequence=1, starts=STARTS + timedelta(days=2))))

    assert moved["UID"] == event_in(as_ics(an_entry()))["UID"]
    assert moved["SEQUENCE"] == 1


def test_calling_it_off_says_so_twice_and_asks_for_no_answer() -> None:
    content = as_ics(an_entry(sequence=2, method=Method.CANCEL))

    assert Calendar.from_ical(content)["METHOD"] == "CANCEL"
    event = event_in(content)
    assert event["STATUS"] == "CANCELLED"
    assert "RSVP" not in event["ATTENDEE"].params


def test_one_that_is_kept_in_a_file_asks_nobody() -> None:
    event = event_in(as_ics(an_entry(method=Method.PUBLISH, attendee=None)))

    assert "ATTENDEE" not in event
    assert "ORGANIZER" in event  # RFC 5546, 3.2.1: a published event has one


@pytest.mark.parametrize("method", list(Method))
def test_every_line_is_as_rfc_5545_has_it(method: Method) -> None:
    content = as_ics(an_entry(method=method))

    assert content.endswith(b"END:VCALENDAR\r\n")
    lines = content.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(len(line) for line in lines) <= 75
    unfolded = re.sub(b"\r\n[ \t]", b"", content).decode()
    names = [re.split("[;:]", line)[0] for line in unfolded.splitlines()]
    for once in ("UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "ORGANIZER", "METHOD", "STATUS"):
        assert names.count(once) == 1
    assert re.search(r"\r\nDTSTART:\d{8}T\d{6}Z\r\n", unfolded)
    assert re.search(r"\r\nDTEND:\d{8}T\d{6}Z\r\n", unfolded)
    assert names[:2] == ["BEGIN", "VERSION"]
