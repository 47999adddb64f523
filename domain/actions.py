"""What a person asks to do to a case: one frozen input for each action."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from domain.acting import (
    SYSTEM,
    Actor,
    BaseAction,
    Decision,
    FileRef,
    LetterToSend,
    Minutes,
    Move,
    PersonId,
    TextRef,
)
from domain.actions_for_families import (
    AppointAdvocate,
    EndAdvocacy,
    OfferAccompaniment,
    RecordReferralOutcome,
    ReferToSendiass,
    ReviewConfidentiality,
    SetConfidentialityAside,
    ShareCode,
    SignCode,
    Signpost,
    WithdrawConsent,
)
from domain.actions_of_record import (
    PrepareLetters,
    RecordLetter,
    RecordNotice,
    RecordPosting,
    RecordReferralSent,
    RecordReturn,
    TimePassed,
)
from domain.actions_on_cases import (
    Acknowledge,
    AddIncident,
    AddNote,
    AdoptCalendar,
    AdoptPolicy,
    AgreeAdjustment,
    Assign,
    AssignPanel,
    CompleteFollowUp,
    DeclareConflict,
    ExtendFollowUp,
    RecordResponse,
    RemoveAdjustment,
    ReviewByGovernor,
    SeeNames,
    TakeFollowUp,
)
from domain.actions_on_meetings import (
    CancelMeeting,
    ConsentToRecording,
    HoldMeeting,
    OfferTimes,
    RecordMeeting,
    RescheduleMeeting,
    ScheduleMeeting,
    StopMeeting,
)
from domain.actions_on_restrictions import (
    ConfirmRestriction,
    LiftRestriction,
    ReviewRestriction,
    SubmitRepresentations,
    VaryRestriction,
)
from domain.actions_on_steps import (
    Close,
    ComplainFormally,
    DecideNotToAct,
    Lapse,
    OfferMediation,
    OfferResolutionMeeting,
    RaiseConcern,
    RaiseInformally,
    ReferToLineManagement,
    ReferToLocalAuthority,
    ReferToSteeringGroup,
    RemindFormally,
    RemindInformally,
    Reopen,
    RequestPanel,
    RestrictAccess,
    SeekExternalAdvice,
    StageAction,
    StepDown,
    TalkInformally,
    TalkWithStaff,
    Warn,
    scopes_of,
)

__all__ = (
    "ACTION",
    "SYSTEM",
    "Acknowledge",
    "Action",
    "Actor",
    "AddIncident",
    "AddNote",
    "AdoptCalendar",
    "AdoptPolicy",
    "AgreeAdjustment",
    "AppointAdvocate",
    "Assign",
    "AssignPanel",
    "BaseAction",
    "CancelMeeting",
    "Close",
    "ComplainFormally",
    "CompleteFollowUp",
    "ConfirmRestriction",
    "ConsentToRecording",
    "DecideNotToAct",
    "Decision",
    "DeclareConflict",
    "EndAdvocacy",
    "ExtendFollowUp",
    "FileRef",
    "HoldMeeting",
    "Lapse",
    "LetterToSend",
    "LiftRestriction",
    "Minutes",
    "Move",
    "OfferAccompaniment",
    "OfferMediation",
    "OfferResolutionMeeting",
    "OfferTimes",
    "PersonId",
    "PrepareLetters",
    "RaiseConcern",
    "RaiseInformally",
    "RecordLetter",
    "RecordMeeting",
    "RecordNotice",
    "RecordPosting",
    "RecordReferralOutcome",
    "RecordReferralSent",
    "RecordResponse",
    "RecordReturn",
    "ReferToLineManagement",
    "ReferToLocalAuthority",
    "ReferToSendiass",
    "ReferToSteeringGroup",
    "RemindFormally",
    "RemindInformally",
    "RemoveAdjustment",
    "Reopen",
    "RequestPanel",
    "RescheduleMeeting",
    "RestrictAccess",
    "ReviewByGovernor",
    "ReviewConfidentiality",
    "ReviewRestriction",
    "ScheduleMeeting",
    "SeeNames",
    "SeekExternalAdvice",
    "SetConfidentialityAside",
    "ShareCode",
    "SignCode",
    "Signpost",
    "StageAction",
    "StepDown",
    "StopMeeting",
    "SubmitRepresentations",
    "TakeFollowUp",
    "TalkInformally",
    "TalkWithStaff",
    "TextRef",
    "TimePassed",
    "VaryRestriction",
    "Warn",
    "WithdrawConsent",
    "scopes_of",
)

Action = Annotated[
    RaiseConcern
    | StageAction
    | AddIncident
    | Acknowledge
    | AddNote
    | RecordResponse
    | SubmitRepresentations
    | Assign
    | DeclareConflict
    | DecideNotToAct
    | AppointAdvocate
    | ShareCode
    | SignCode
    | Signpost
    | EndAdvocacy
    | OfferAccompaniment
    | ReferToSendiass
    | RecordReferralOutcome
    | WithdrawConsent
    | SetConfidentialityAside
    | ReviewConfidentiality
    | ScheduleMeeting
    | RescheduleMeeting
    | CancelMeeting
    | OfferTimes
    | HoldMeeting
    | StopMeeting
    | RecordMeeting
    | ConsentToRecording
    | ConfirmRestriction
    | VaryRestriction
    | ReviewRestriction
    | LiftRestriction
    | CompleteFollowUp
    | ExtendFollowUp
    | TakeFollowUp
    | ReviewByGovernor
    | AssignPanel
    | SeeNames
    | AgreeAdjustment
    | RemoveAdjustment
    | AdoptCalendar
    | AdoptPolicy
    | RecordPosting
    | TimePassed
    | RecordNotice
    | PrepareLetters
    | RecordLetter
    | RecordReturn
    | RecordReferralSent,
    Field(discriminator="name"),
]
"""Any action, told apart by `name`."""


ACTION: TypeAdapter[Action] = TypeAdapter(Action)
"""Reads an action from its fields, or from JSON."""
