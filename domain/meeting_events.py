"""What a record says of meetings."""

from typing import Literal

from pydantic import AwareDatetime

from domain.acting import PersonId, TextRef
from domain.policy import Frozen
from domain.vocabulary import MeetingRole, StopReason


class Attendee(Frozen):
    """Somebody who is invited to a meeting, and in which capacity."""

    person: PersonId
    role: MeetingRole


class MeetingScheduled(Frozen):
    """`out_of_term_agreed` says why it lies outside the school's days or hours."""

    type: Literal["meeting:scheduled"] = "meeting:scheduled"
    meeting: str
    at: AwareDatetime
    minutes: int = 60
    place: TextRef | None = None
    purpose: TextRef | None = None
    online: TextRef | None = None
    attendees: tuple[Attendee, ...] = ()
    recording_wanted: bool = False
    out_of_term_agreed: TextRef | None = None


class MeetingRescheduled(Frozen):
    """The same meeting at another time; what is None or empty stays as it was."""

    type: Literal["meeting:rescheduled"] = "meeting:rescheduled"
    meeting: str
    was: AwareDatetime
    at: AwareDatetime
    reason: TextRef | None
    minutes: int | None = None
    place: TextRef | None = None
    online: TextRef | None = None
    also_invited: tuple[Attendee, ...] = ()
    out_of_term_agreed: TextRef | None = None


class AttendeeLeftOut(Frozen):
    """Somebody who was invited does not come after all: a restriction limits their part, or
    (without one) they are the parent's advocate no more."""

    type: Literal["meeting:attendee_left_out"] = "meeting:attendee_left_out"
    meeting: str
    person: PersonId
    restriction: str | None = None


class MeetingCancelled(Frozen):
    """It was called off; `reason` is None where its case ended by itself."""

    type: Literal["meeting:cancelled"] = "meeting:cancelled"
    meeting: str
    reason: TextRef | None


class TimesOffered(Frozen):
    """The times at which a person could come; `meeting` is None for one that is yet to be set."""

    type: Literal["meeting:times_offered"] = "meeting:times_offered"
    meeting: str | None
    person: PersonId
    times: tuple[AwareDatetime, ...]
    text: TextRef | None


class MeetingHeld(Frozen):
    type: Literal["meeting:held"] = "meeting:held"
    meeting: str
    recording_made: bool = False


class MeetingStopped(Frozen):
    type: Literal["meeting:stopped"] = "meeting:stopped"
    meeting: str
    ground: StopReason
    clauses: tuple[str, ...]
    reason: TextRef
    recording_made: bool = False


class MeetingRecordKept(Frozen):
    """What was discussed and decided, and who was there."""

    type: Literal["meeting:record_kept"] = "meeting:record_kept"
    meeting: str
    discussed: TextRef
    decided: TextRef
    attended: tuple[PersonId, ...]


class RecordingAnswered(Frozen):
    type: Literal["recording:answered"] = "recording:answered"
    meeting: str
    person: PersonId
    consents: bool
