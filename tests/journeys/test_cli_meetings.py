"""Meetings at the command line: arranged, looked at, taken into a calendar; and what is refused."""

from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from tests.support.up import Prompt, Up

WHEN = "at=6 school days at 10:00"


@pytest.fixture(autouse=True)
def _running(service: Up) -> None:
    """Every test here talks to the service."""


@pytest.fixture
def reference(prompt: Prompt) -> str:
    said = prompt(
        *("case", "open", "--policy", "eleanor-palmer-advocates", "--track", "advocate_conduct"),
        *("--as", "Asha Karim", "respondent=Idris Bello", "family=Hana Novak", "severity=minor"),
        *("narrative=He spoke over me.", "clauses=ep.expect.speech"),
    )
    return said.split()[0]


def act(prompt: Prompt, reference: str, action: str, *fields: str, code: int = 0) -> str:
    return prompt("case", "act", reference, action, "--as", "Ben Okafor", *fields, code=code)


def test_a_meeting_is_arranged_and_looked_at(
    prompt: Prompt, reference: str, tmp_path: Path
) -> None:
    assert "No meeting was arranged" in prompt("meeting", "list", reference)
    said = act(
        *(prompt, reference, "schedule_meeting", WHEN, "minutes=45", "place=The library."),
        *("attendees=Hana Novak, Asha Karim", "chair=Cara Lindqvist", "recording_wanted=true"),
    )
    assert said.count("was written (meeting invitation)") == 4  # the advocate comes with her
    times = "times=7 school days at 15:00, 8 school days at 10:00"
    prompt("case", "act", reference, "offer_times", "--as", "Idris Bello", "meeting=latest", times)
    answer = ("meeting=latest", "consents=true")
    prompt("case", "act", reference, "consent_to_recording", "--as", "Hana Novak", *answer)

    listed = prompt("meeting", "list", reference)
    assert "10.00am to 10.45am" in listed
    assert "10.00am" in prompt("case", "show", reference)
    assert "Idris Bello can come (for m" in listed
    shown = prompt("meeting", "show", reference)
    assert "Cara Lindqvist, chair" in shown
    assert "Hana Novak, family (agreed to recording)" in shown
    assert "asked for; may not be recorded: not agreed 0, not answered 3" in shown
    told = prompt.json("meeting", "show", reference, "latest")
    assert isinstance(told, dict)
    assert (told["minutes"], told["place"], told["stands"]) == (45, "The library.", "to come")
    everything = prompt.json("meeting", "list", reference)
    assert isinstance(everything, dict)
    assert len(everything["times_offered"][0]["times"]) == 2

    file = tmp_path / "meeting.ics"
    prompt("meeting", "calendar", reference, "latest", "--out", str(file))
    event: Any
    (event,) = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    assert event["LOCATION"] == "The library."
    assert event["UID"].startswith(f"{reference.lower()}.{told['meeting']}@")


@pytest.mark.parametrize(
    ("fields", "code", "said"),
    [
        pytest.param(("at=2026-09-01 10:00",), 1, "a time to come", id="in the past"),
        pytest.param(("at=2027-12-29 10:00",), 1, "in the school holidays", id="holidays"),
        pytest.param(("at=6 school days at 21:00",), 1, "outside the school's hours", id="night"),
        pytest.param((WHEN, "attendees=Nobody Known"), 2, "Nobody Known", id="a stranger"),
        pytest.param((WHEN, "minutes=2"), 2, "minutes", id="two minutes"),
        pytest.param(("at=6 school days at 25:00",), 2, "write a moment", id="no such hour"),
    ],
)
def test_what_can_not_be_is_refused_and_nothing_is_kept(
    prompt: Prompt, reference: str, fields: tuple[str, ...], code: int, said: str
) -> None:
    assert said in act(prompt, reference, "schedule_meeting", *fields, code=code)
    assert "No meeting was arranged" in prompt("meeting", "list", reference)


def test_a_meeting_that_there_is_not_is_told_with_those_that_there_are(
    prompt: Prompt, reference: str
) -> None:
    assert "No meeting was arranged" in prompt("meeting", "show", reference, "m9", code=2)
    act(prompt, reference, "schedule_meeting", WHEN)
    meeting = prompt.json("meeting", "show", reference)["meeting"]  # type: ignore[index]

    assert f"Did you mean {meeting}?" in prompt("meeting", "show", reference, "m", code=2)
    assert str(meeting) in act(prompt, reference, "cancel_meeting", "meeting=m", "reason=x", code=1)
    again = act(prompt, reference, "schedule_meeting", WHEN, code=1)
    assert f"The meeting {meeting} of this case is at that time" in again


def test_answers_are_of_those_who_are_invited_and_nothing_is_held_beforehand(
    prompt: Prompt, reference: str
) -> None:
    act(prompt, reference, "schedule_meeting", WHEN)
    mine = ("meeting=latest", "consents=true", "by=Gil Navarro")

    refused = act(prompt, reference, "consent_to_recording", *mine, code=1)
    early = act(prompt, reference, "hold_meeting", "meeting=latest", code=1)

    assert "Only those who are invited" in refused
    assert "is to begin on" in early


def test_closing_tells_of_two_meetings_in_letters_that_can_be_edited(
    prompt: Prompt, reference: str, tmp_path: Path
) -> None:
    act(prompt, reference, "schedule_meeting", WHEN)
    act(prompt, reference, "schedule_meeting", "at=6 school days at 14:00")
    folder = tmp_path / "drafts"
    close = (reference, "close", "--as", "headteacher", "outcome=unfounded")
    why = ("reason=It was a misunderstanding.", "clauses=ep.expect.speech")

    prompt("case", "draft", *close, *why, "--out", str(folder))
    off = [file for file in folder.iterdir() if file.name.startswith("meeting-cancelled")]
    said = prompt("case", "act", *close, *why, "--letters", str(folder))

    assert len(off) == 6
    assert said.count("(meeting cancelled)") == 6
    assert said.count("was called off") == 2
