"""Opening a case, taking it from step to step, and ending it."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from domain.acting import BaseAction, Decision, FileRef, Move, PersonId, TextRef
from domain.policy import Identifier
from domain.vocabulary import (
    ActionName,
    AdviceKind,
    Outcome,
    Procedure,
    Scope,
    Severity,
    Stage,
    Track,
)


class RaiseConcern(BaseAction):
    """Opens a case."""

    name: Literal[ActionName.RAISE_CONCERN] = ActionName.RAISE_CONCERN
    school: Identifier
    reference: Annotated[str, Field(pattern=r"^[A-Z]{2,4}-\d{4}-\d{4,}$")]
    track: Track
    respondent: PersonId | None = None  # None: the school, or the service, itself
    family: PersonId | None = None  # the parent whose child this is about
    advocate: PersonId | None = None
    named: tuple[PersonId, ...] = ()  # anybody else whom the concern is about
    severity: Severity
    clauses: tuple[Identifier, ...] = ()
    narrative: TextRef | None = None
    occurred_on: date | None = None
    received_at: AwareDatetime | None = None  # None: now
    attachments: tuple[FileRef, ...] = ()  # evidence


class RemindInformally(Move):
    name: Literal[ActionName.REMIND_INFORMALLY] = ActionName.REMIND_INFORMALLY


class RemindFormally(Move):
    name: Literal[ActionName.REMIND_FORMALLY] = ActionName.REMIND_FORMALLY


class Warn(Move):
    name: Literal[ActionName.WARN] = ActionName.WARN


class RestrictAccess(Move):
    """Proposes a restriction; with `interim`, where the case is grave enough, it starts at once.

    `contact` says what contact stays permitted and `contact_through` whom it goes through;
    `meetings` how the family still takes part in statutory meetings, and `collection` (needed
    for the site) how the child is still brought and collected.
    """

    name: Literal[ActionName.RESTRICT_ACCESS] = ActionName.RESTRICT_ACCESS
    scopes: tuple[Scope, ...] = Field(min_length=1)
    interim: bool = False
    starts_on: date | None = None  # None: the day it is confirmed, or today if interim
    review_on: date | None = None
    contact: TextRef | None = None
    contact_through: PersonId | None = None
    meetings: TextRef | None = None
    collection: TextRef | None = None


def scopes_of(action: BaseAction) -> tuple[Scope, ...]:
    """What the action would restrict; () where it restricts nothing."""
    return action.scopes if isinstance(action, RestrictAccess) else ()


class SeekExternalAdvice(Move):
    name: Literal[ActionName.SEEK_EXTERNAL_ADVICE] = ActionName.SEEK_EXTERNAL_ADVICE
    kind: AdviceKind


class OfferResolutionMeeting(Move):
    name: Literal[ActionName.OFFER_RESOLUTION_MEETING] = ActionName.OFFER_RESOLUTION_MEETING


class OfferMediation(Move):
    name: Literal[ActionName.OFFER_MEDIATION] = ActionName.OFFER_MEDIATION
    agreed: bool = False  # both sides have agreed; mediation needs it


class TalkWithStaff(Move):
    name: Literal[ActionName.TALK_WITH_STAFF] = ActionName.TALK_WITH_STAFF


class RaiseInformally(Move):
    name: Literal[ActionName.RAISE_INFORMALLY] = ActionName.RAISE_INFORMALLY


class ComplainFormally(Move):
    name: Literal[ActionName.COMPLAIN_FORMALLY] = ActionName.COMPLAIN_FORMALLY


class RequestPanel(Move):
    name: Literal[ActionName.REQUEST_PANEL] = ActionName.REQUEST_PANEL


class TalkInformally(Move):
    name: Literal[ActionName.TALK_INFORMALLY] = ActionName.TALK_INFORMALLY


class ReferToLineManagement(Move):
    name: Literal[ActionName.REFER_TO_LINE_MANAGEMENT] = ActionName.REFER_TO_LINE_MANAGEMENT


class ReferToSteeringGroup(Move):
    name: Literal[ActionName.REFER_TO_STEERING_GROUP] = ActionName.REFER_TO_STEERING_GROUP


class ReferToLocalAuthority(Move):
    name: Literal[ActionName.REFER_TO_LOCAL_AUTHORITY] = ActionName.REFER_TO_LOCAL_AUTHORITY


class StepDown(Decision):
    name: Literal[ActionName.STEP_DOWN] = ActionName.STEP_DOWN
    to: Stage


class Lapse(Decision):
    """A person ends a quiet case early; at the end of its quiet period it lapses by itself."""

    name: Literal[ActionName.LAPSE] = ActionName.LAPSE


class Close(Decision):
    name: Literal[ActionName.CLOSE] = ActionName.CLOSE
    outcome: Outcome
    procedure: Procedure | None = None  # only with the outcome `transferred`


class Reopen(Decision):
    name: Literal[ActionName.REOPEN] = ActionName.REOPEN


class DecideNotToAct(Decision):
    """Records that nothing is done about an incident for now, and why."""

    name: Literal[ActionName.DECIDE_NOT_TO_ACT] = ActionName.DECIDE_NOT_TO_ACT


StageAction = (
    RemindInformally
    | RemindFormally
    | Warn
    | RestrictAccess
    | SeekExternalAdvice
    | OfferResolutionMeeting
    | OfferMediation
    | TalkWithStaff
    | RaiseInformally
    | ComplainFormally
    | RequestPanel
    | TalkInformally
    | ReferToLineManagement
    | ReferToSteeringGroup
    | ReferToLocalAuthority
    | StepDown
    | Lapse
    | Close
    | Reopen
)
