"""What can have happened to a case: immutable facts, with ids and commitments but no texts."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from domain.acting import Actor
from domain.case_events import (
    Acknowledged,
    AdjustmentAgreed,
    AdjustmentRemoved,
    Assigned,
    CalendarAdopted,
    ConflictDeclared,
    GovernorReviewed,
    IncidentAdded,
    NotActedOn,
    NoteAdded,
    Opened,
    PanelAssigned,
    PolicyAdopted,
    ResponseRecorded,
    SawNames,
    Settled,
    StageChanged,
)
from domain.deadline_events import (
    Alert,
    AlertRule,
    DeadlineEnded,
    DeadlineMet,
    DeadlineMissed,
    DeadlineMoved,
    DeadlineReminded,
    DeadlineSet,
    NoticeSent,
)
from domain.family_events import (
    AccompanimentOffered,
    AdvocacyEnded,
    AdvocateAppointed,
    CodeAnswered,
    CodeShared,
    ConfidentialityReviewed,
    ConfidentialitySetAside,
    ReferralEnded,
    ReferralMade,
    ReferralSent,
    Signposted,
)
from domain.letter_events import LetterPrepared, LetterReturned, LetterSent
from domain.meeting_events import (
    Attendee,
    AttendeeLeftOut,
    MeetingCancelled,
    MeetingHeld,
    MeetingRecordKept,
    MeetingRescheduled,
    MeetingScheduled,
    MeetingStopped,
    RecordingAnswered,
    TimesOffered,
)
from domain.policy import Frozen
from domain.restriction_events import (
    RepresentationsClosed,
    RepresentationsSubmitted,
    Restriction,
    RestrictionConfirmed,
    RestrictionContinued,
    RestrictionLapsed,
    RestrictionLifted,
    RestrictionProposed,
    RestrictionVaried,
)

__all__ = (
    "AccompanimentOffered",
    "Acknowledged",
    "AdjustmentAgreed",
    "AdjustmentRemoved",
    "AdvocacyEnded",
    "AdvocateAppointed",
    "Alert",
    "AlertRule",
    "Assigned",
    "Attendee",
    "AttendeeLeftOut",
    "CalendarAdopted",
    "CodeAnswered",
    "CodeShared",
    "ConfidentialityReviewed",
    "ConfidentialitySetAside",
    "ConflictDeclared",
    "DeadlineEnded",
    "DeadlineMet",
    "DeadlineMissed",
    "DeadlineMoved",
    "DeadlineReminded",
    "DeadlineSet",
    "Event",
    "Fact",
    "GovernorReviewed",
    "IncidentAdded",
    "LetterPrepared",
    "LetterReturned",
    "LetterSent",
    "MeetingCancelled",
    "MeetingHeld",
    "MeetingRecordKept",
    "MeetingRescheduled",
    "MeetingScheduled",
    "MeetingStopped",
    "NotActedOn",
    "NoteAdded",
    "NoticeSent",
    "Opened",
    "PanelAssigned",
    "PolicyAdopted",
    "RecordingAnswered",
    "ReferralEnded",
    "ReferralMade",
    "ReferralSent",
    "RepresentationsClosed",
    "RepresentationsSubmitted",
    "ResponseRecorded",
    "Restriction",
    "RestrictionConfirmed",
    "RestrictionContinued",
    "RestrictionLapsed",
    "RestrictionLifted",
    "RestrictionProposed",
    "RestrictionVaried",
    "SawNames",
    "Settled",
    "Signposted",
    "StageChanged",
    "TimesOffered",
)

Fact = Annotated[
    Opened
    | StageChanged
    | IncidentAdded
    | Acknowledged
    | NoteAdded
    | ResponseRecorded
    | RepresentationsSubmitted
    | RepresentationsClosed
    | Assigned
    | ConflictDeclared
    | NotActedOn
    | AdvocateAppointed
    | AdvocacyEnded
    | AccompanimentOffered
    | ReferralMade
    | ReferralSent
    | ReferralEnded
    | ConfidentialitySetAside
    | ConfidentialityReviewed
    | CodeShared
    | CodeAnswered
    | Signposted
    | MeetingScheduled
    | MeetingRescheduled
    | AttendeeLeftOut
    | MeetingCancelled
    | TimesOffered
    | MeetingHeld
    | MeetingStopped
    | MeetingRecordKept
    | RecordingAnswered
    | RestrictionProposed
    | RestrictionConfirmed
    | RestrictionVaried
    | RestrictionContinued
    | RestrictionLifted
    | RestrictionLapsed
    | DeadlineSet
    | DeadlineReminded
    | DeadlineMet
    | DeadlineMissed
    | DeadlineMoved
    | DeadlineEnded
    | NoticeSent
    | LetterPrepared
    | LetterSent
    | LetterReturned
    | GovernorReviewed
    | PanelAssigned
    | SawNames
    | AdjustmentAgreed
    | AdjustmentRemoved
    | CalendarAdopted
    | PolicyAdopted
    | Settled,
    Field(discriminator="type"),
]
"""What an event states, told apart by `type` (subject, then past verb)."""


class Event(Frozen):
    """One entry of a case's record: identified by school, case reference and sequence (from 1)."""

    school: str
    reference: str
    sequence: int = Field(ge=1)
    at: AwareDatetime  # UTC
    actor: Actor
    action_id: str
    fact: Fact
