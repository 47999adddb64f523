"""Arranging a meeting, holding it, and keeping its record."""

from typing import Literal

from pydantic import AwareDatetime, Field

from domain.acting import BaseAction, Decision, Minutes, PersonId, TextRef
from domain.vocabulary import ActionName


class ScheduleMeeting(BaseAction):
    """Invites people to a meeting that begins `at` and lasts so many `minutes`.

    Where nobody is named, the family, their advocate and whoever deals with the case come; the
    family's advocate comes with them in any case, unless `without_advocate`. `online` says how to
    take part from elsewhere. `out_of_term_agreed` says how it was agreed to meet on a day or at
    an hour at which the school is closed.
    """

    name: Literal[ActionName.SCHEDULE_MEETING] = ActionName.SCHEDULE_MEETING
    at: AwareDatetime
    minutes: Minutes = 60
    place: TextRef | None = None
    purpose: TextRef | None = None
    online: TextRef | None = None
    attendees: tuple[PersonId, ...] = ()
    chair: PersonId | None = None
    note_taker: PersonId | None = None
    interpreter: PersonId | None = None
    mediator: PersonId | None = None
    without_advocate: bool = False
    recording_wanted: bool = False
    out_of_term_agreed: TextRef | None = None


class RescheduleMeeting(BaseAction):
    """Moves a meeting, or invites more people; what is left out stays as it was."""

    name: Literal[ActionName.RESCHEDULE_MEETING] = ActionName.RESCHEDULE_MEETING
    meeting: str
    at: AwareDatetime
    reason: TextRef | None = None
    minutes: Minutes | None = None
    place: TextRef | None = None
    online: TextRef | None = None
    also_invite: tuple[PersonId, ...] = ()
    out_of_term_agreed: TextRef | None = None


class CancelMeeting(BaseAction):
    """Calls off a meeting that is still to come."""

    name: Literal[ActionName.CANCEL_MEETING] = ActionName.CANCEL_MEETING
    meeting: str
    reason: TextRef | None = None


class OfferTimes(BaseAction):
    """Says at which times somebody could come, to a meeting or to one that is yet to be set.

    `by` is whose times they are, where somebody at the school writes them down; None: the actor.
    """

    name: Literal[ActionName.OFFER_TIMES] = ActionName.OFFER_TIMES
    meeting: str | None = None
    times: tuple[AwareDatetime, ...] = Field(min_length=1, max_length=20)
    text: TextRef | None = None
    by: PersonId | None = None


class HoldMeeting(BaseAction):
    """Says that a meeting took place; `recording_made`: it was recorded."""

    name: Literal[ActionName.HOLD_MEETING] = ActionName.HOLD_MEETING
    meeting: str
    recording_made: bool = False


class StopMeeting(Decision):
    name: Literal[ActionName.STOP_MEETING] = ActionName.STOP_MEETING
    meeting: str
    recording_made: bool = False


class RecordMeeting(BaseAction):
    """Keeps what was discussed and decided: one point a line. `attended`: None named, everybody."""

    name: Literal[ActionName.RECORD_MEETING] = ActionName.RECORD_MEETING
    meeting: str
    discussed: TextRef
    decided: TextRef
    attended: tuple[PersonId, ...] = ()


class ConsentToRecording(BaseAction):
    """One person's answer about being recorded; `by`: whose it is. None: the actor's own."""

    name: Literal[ActionName.CONSENT_TO_RECORDING] = ActionName.CONSENT_TO_RECORDING
    meeting: str
    consents: bool
    by: PersonId | None = None
