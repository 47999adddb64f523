"""Meetings over real SMTP: invitations that calendars read, reminders, and what is asked after."""

from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from icalendar import Calendar
from temporalio.client import WorkflowExecutionStatus

from domain.calendar import Clock, Span
from domain.contracts import meeting_workflow_id
from domain.meetings import Meeting
from domain.vocabulary import LetterStatus
from gateway.errors import ActionRefused
from gateway.letters import Sending
from tests.support.school import CALENDAR, POLICY, SCHOOL
from tests.workflows.conftest import QUEUE, Running

NARRATIVE = "Spoke over the class teacher"
ASKED = "whether the meeting was held"
PLACE = "The library, by the main entrance"


@pytest.fixture
async def meeting_school(running: Running) -> Running:
    """A school whose door looks at the same clock as its cases."""
    moment = [await running.environment.get_current_time()]
    wait = running.pass_time

    async def pass_time(until: datetime) -> None:
        await wait(until)
        moment[0] = await running.environment.get_current_time()

    running.pass_time = pass_time  # type: ignore[method-assign]
    running.cases = running.school.cases(
        running.client, QUEUE, now=lambda: moment[0], patience=timedelta(seconds=20)
    )
    return running


async def on_a_school_day(running: Running, days: int, hour: int = 10) -> datetime:
    """So many school days from now, at this hour."""
    now = await running.environment.get_current_time()
    day = CALENDAR.add(CALENDAR.local_date(now), Span(amount=days, clock=Clock.SCHOOL_DAYS))
    return CALENDAR.opening(day) + timedelta(hours=hour - 9, minutes=30)


async def a_case(running: Running) -> str:
    # At the school's opening, so that letters go at once.
    await running.pass_time(await on_a_school_day(running, 1, hour=9))
    opened = await running.cases.open(
        POLICY, running.school.concern(), running.school.actor("asha")
    )
    return opened.reference


async def act(running: Running, reference: str, who: str, action: str, **fields: Any) -> None:
    await running.cases.act(
        reference, action, fields, running.school.actor(who), letters=Sending.AS_DRAFTED
    )


async def invited(running: Running, reference: str, days: int = 5, **fields: Any) -> Meeting:
    """A meeting that the senior leader arranges, with its invitations sent."""
    when = await on_a_school_day(running, days)
    await act(running, reference, "ben", "schedule_meeting", at=when, place=PLACE, **fields)
    await until_sent(running, reference)
    return (await running.cases.show(reference)).meetings[-1]


async def until_sent(running: Running, reference: str) -> None:
    for _ in range(60):
        case = await running.held(reference)
        if not case.letters_to_send:
            return
        now = await running.environment.get_current_time()
        await running.pass_time(now + timedelta(minutes=1))
    raise AssertionError("a letter is still waiting")


def to(running: Running, who: str, subject: str) -> list[EmailMessage]:
    """The messages to somebody with this in their subject."""
    return [
        one
        for one in running.outbox.messages
        if f"{who}@" in one["To"] and subject in one["Subject"]
    ]


def calendar_in(message: EmailMessage) -> Calendar:
    """The calendar entry that mail programs find; the file beside it is the same."""
    (part,) = [one for one in message.walk() if one.get_content_type() == "text/calendar"]
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    (file,) = [one for one in message.iter_attachments() if one.get_filename() == "meeting.ics"]
    assert file.get_payload(decode=True) == content
    calendar = Calendar.from_ical(content)
    assert part.get_param("method") == calendar["METHOD"]
    return calendar


def event_in(message: EmailMessage) -> Any:
    (event,) = calendar_in(message).walk("VEVENT")
    return event


def plain(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


async def status(running: Running, reference: str, meeting: str) -> WorkflowExecutionStatus | None:
    workflow = meeting_workflow_id(SCHOOL, reference, meeting)
    return (await running.client.get_workflow_handle(workflow).describe()).status


async def ended(running: Running, reference: str, meeting: str) -> None:
    """Waits until the meeting's workflow has ended."""
    workflow = meeting_workflow_id(SCHOOL, reference, meeting)
    await running.client.get_workflow_handle(workflow).result()


async def test_everybody_gets_an_invitation_for_their_own_calendar(
    meeting_school: Running,
) -> None:
    running = meeting_school
    reference = await a_case(running)

    meeting = await invited(running, reference, purpose="To hear how things look to you.")

    for who in ("hana", "idris", "ben"):
        (message,) = to(running, who, "An invitation to a meeting")
        event = event_in(message)
        assert event["UID"] == f"{reference}.{meeting.id}@{SCHOOL}.evenhand".lower()
        assert event["SEQUENCE"] == 0
        assert event.decoded("DTSTART") == meeting.at
        assert event.decoded("DTEND") == meeting.ends_at
        assert event["LOCATION"] == PLACE
        assert event["ATTENDEE"] == f"mailto:{who}@rowan-hill.example"
        assert event["ORGANIZER"] == "mailto:evenhand@rowan-hill.example"
        assert "To hear how things look to you." in plain(message)
        assert "These people are invited: - Hana Novak, parent" in plain(message)
        entry = event.to_ical().decode().replace("\r\n ", "")
        assert NARRATIVE not in entry
        assert "how things look" not in entry
        for other in {"hana", "idris", "ben"} - {who}:
            assert f"{other}@" not in entry
    (asked,) = to(running, "idris", "Would you sign our code?")
    assert not [part for part in asked.walk() if part.get_content_type() == "text/calendar"]


async def test_a_moved_meeting_changes_the_same_entry_and_one_called_off_takes_it_out(
    meeting_school: Running,
) -> None:
    running = meeting_school
    reference = await a_case(running)
    meeting = await invited(running, reference)
    cannot = {"kind": "cannot_attend", "text": "I am away that day."}
    await act(running, reference, "idris", "record_response", **cannot)
    later = await on_a_school_day(running, 7)
    await act(running, reference, "idris", "offer_times", meeting=meeting.id, times=[later])

    await act(
        running,
        reference,
        "ben",
        "reschedule_meeting",
        meeting=meeting.id,
        at=later,
        reason="So that Mr Bello can come.",
    )
    await until_sent(running, reference)

    (moved,) = to(running, "idris", "Our meeting has a new date")
    before = event_in(to(running, "idris", "An invitation to a meeting")[0])
    after = event_in(moved)
    assert (after["UID"], after["SEQUENCE"]) == (before["UID"], 1)
    assert after.decoded("DTSTART") == later
    assert "So that Mr Bello can come." in plain(moved)
    case = await running.cases.show(reference)
    assert not [d for d in case.deadlines if d.about == "reschedule"]
    assert case.availability[0].times == (later,)

    why = "Mr Okafor is unwell."
    await act(running, reference, "ben", "cancel_meeting", meeting=meeting.id, reason=why)
    await until_sent(running, reference)

    (off,) = to(running, "hana", "Our meeting is off")
    calendar = calendar_in(off)
    (event,) = calendar.walk("VEVENT")
    assert (calendar["METHOD"], event["STATUS"]) == ("CANCEL", "CANCELLED")
    assert (event["UID"], event["SEQUENCE"]) == (before["UID"], 2)
    assert why in plain(off)
    await ended(running, reference, meeting.id)


async def test_people_are_reminded_the_school_day_before_and_asked_what_they_have_not_answered(
    meeting_school: Running,
) -> None:
    running = meeting_school
    reference = await a_case(running)
    meeting = await invited(running, reference, recording_wanted=True)
    consent = {"meeting": meeting.id, "consents": True}
    await act(running, reference, "hana", "consent_to_recording", **consent)

    day_before = CALENDAR.nearest_school_days(CALENDAR.local_date(meeting.at))[0]
    await running.pass_time(CALENDAR.opening(day_before) - timedelta(minutes=1))
    assert not to(running, "idris", "A reminder of our meeting")
    await running.pass_time(CALENDAR.opening(day_before) + timedelta(minutes=5))
    await until_sent(running, reference)

    (hana,) = to(running, "hana", "A reminder of our meeting")
    (idris,) = to(running, "idris", "A reminder of our meeting")
    assert "As things stand, the meeting will not be recorded" in plain(hana)
    assert "we have not heard yet whether you agree" in plain(idris)
    assert "asked you to sign our code" in plain(idris)
    assert "asked you to sign" not in plain(hana)
    assert not [one for one in idris.walk() if one.get_content_type() == "text/calendar"]
    sent = [one for one in (await running.cases.show(reference)).letters if one.about == meeting.id]
    assert {one.status for one in sent} == {LetterStatus.SENT}

    await running.pass_time(meeting.at)
    held = {"meeting": meeting.id, "recording_made": True}
    with pytest.raises(ActionRefused, match="everybody who is invited agreed"):
        await act(running, reference, "ben", "hold_meeting", **held)


async def test_after_a_meeting_its_keeper_is_asked_and_then_the_next_until_somebody_says(
    meeting_school: Running,
) -> None:
    running = meeting_school
    reference = await a_case(running)
    meeting = await invited(running, reference)

    await running.pass_time(meeting.ends_at + timedelta(minutes=5))
    asked_of = [m["To"] for m in to(running, "", "a follow-up is due") if ASKED in plain(m)]
    assert asked_of == ["ben@rowan-hill.example"]
    await running.pass_time(meeting.ends_at + timedelta(days=5))
    assert [m for m in to(running, "cara", "overdue") if ASKED in plain(m)]
    notices = [e.fact for e in await running.events(reference) if e.fact.type == "notice:sent"]
    asked = [one for one in notices if one.deadline == meeting.id]
    assert [one.level for one in asked][:2] == [0, 1]
    assert len({one.told for one in asked}) == len(asked)

    await act(running, reference, "ben", "hold_meeting", meeting=meeting.id)
    await ended(running, reference, meeting.id)
    count = len(running.outbox.messages)
    said = {"discussed": "- The support.\n- How we speak.", "decided": "We meet again in May."}
    await act(running, reference, "ben", "record_meeting", meeting=meeting.id, **said)
    await until_sent(running, reference)

    records = [m for m in running.outbox.messages[count:] if "The record of our" in m["Subject"]]
    assert {m["To"].partition("@")[0] for m in records} == {"hana", "idris", "ben"}
    for record in records:
        assert "- The support. - How we speak." in plain(record)
        assert "We meet again in May." in plain(record)
    assert (await running.school.stores.record.verify(SCHOOL)).holds


async def test_a_stopped_meeting_is_recorded_with_its_ground(meeting_school: Running) -> None:
    running = meeting_school
    reference = await a_case(running)
    meeting = await invited(running, reference)
    await running.pass_time(meeting.at + timedelta(minutes=10))
    why = {"reason": "He went on shouting.", "clauses": ["ep.expect.stopping"]}
    await act(running, reference, "ben", "stop_meeting", meeting=meeting.id, **why)
    await ended(running, reference, meeting.id)

    said = {"discussed": "The first point.", "decided": "To try again."}
    await act(running, reference, "ben", "record_meeting", meeting=meeting.id, **said)
    await until_sent(running, reference)

    (record,) = to(running, "hana", "The record of our meeting")
    assert "The meeting was stopped before its end. He went on shouting." in plain(record)
    assert "breach of terms" in plain(record)


async def test_when_the_case_closes_everybody_hears_that_the_meeting_is_off(
    meeting_school: Running,
) -> None:
    running = meeting_school
    reference = await a_case(running)
    meeting = await invited(running, reference)
    why = {"reason": "It was a misunderstanding.", "clauses": ["ep.expect.speech"]}

    await act(running, reference, "cara", "close", outcome="unfounded", **why)
    await until_sent(running, reference)
    await ended(running, reference, meeting.id)

    (off,) = to(running, "hana", "Our meeting is off")
    assert calendar_in(off)["METHOD"] == "CANCEL"
    # Why the case was closed is for those whom it is about.
    assert "misunderstanding" not in plain(off)
