"""What a record says of a case and its steps: opened, moved, written to, handed on, settled."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, Field

from domain.acting import FileRef, PersonId, TextRef
from domain.policy import Frozen
from domain.vocabulary import (
    ActionName,
    AdviceKind,
    Outcome,
    Procedure,
    ResponseKind,
    Severity,
    Stage,
    Track,
)


class Opened(Frozen):
    type: Literal["case:opened"] = "case:opened"
    track: Track
    policy: str
    policy_version: str
    policy_digest: str
    calendar_digest: str
    respondent: PersonId | None
    family: PersonId | None
    advocate: PersonId | None
    named: tuple[PersonId, ...]
    severity: Severity
    clauses: tuple[str, ...]
    narrative: TextRef | None
    occurred_on: date
    received_at: AwareDatetime
    # Left out where there is none: events from before it read, and hash, as they did.
    attachments: tuple[FileRef, ...] = Field(default=(), exclude_if=lambda files: not files)


class StageChanged(Frozen):
    """Every transition: the only event that changes a stage."""

    type: Literal["stage:changed"] = "stage:changed"
    action: ActionName
    source: Stage
    dest: Stage
    rung: Stage  # the rung the case holds from now on: a step aside keeps the rung before it
    clauses: tuple[str, ...] = ()
    follow_up: str | None = None
    reason: TextRef | None = None  # None only where a quiet period ended by itself
    skipped: tuple[Stage, ...] = ()
    advice: AdviceKind | None = None
    outcome: Outcome | None = None
    procedure: Procedure | None = None


class IncidentAdded(Frozen):
    type: Literal["incident:added"] = "incident:added"
    occurred_on: date
    severity: Severity
    clauses: tuple[str, ...]
    text: TextRef | None
    attachments: tuple[FileRef, ...] = ()


class Acknowledged(Frozen):
    type: Literal["concern:acknowledged"] = "concern:acknowledged"


class NoteAdded(Frozen):
    type: Literal["note:added"] = "note:added"
    text: TextRef


class ResponseRecorded(Frozen):
    type: Literal["response:recorded"] = "response:recorded"
    kind: ResponseKind
    text: TextRef
    attachments: tuple[FileRef, ...] = ()


class Assigned(Frozen):
    type: Literal["case:assigned"] = "case:assigned"
    to: PersonId


class ConflictDeclared(Frozen):
    type: Literal["conflict:declared"] = "conflict:declared"
    person: PersonId
    reason: TextRef | None


class NotActedOn(Frozen):
    """A decision not to act, with its reason."""

    type: Literal["decision:not_to_act"] = "decision:not_to_act"
    clauses: tuple[str, ...]
    follow_up: str | None
    reason: TextRef


class GovernorReviewed(Frozen):
    type: Literal["governor:reviewed"] = "governor:reviewed"
    findings: TextRef


class PanelAssigned(Frozen):
    type: Literal["panel:assigned"] = "panel:assigned"
    members: tuple[PersonId, ...]
    independent: PersonId


class SawNames(Frozen):
    type: Literal["names:seen"] = "names:seen"
    person: PersonId


class AdjustmentAgreed(Frozen):
    type: Literal["adjustment:agreed"] = "adjustment:agreed"
    adjustment: str
    person: PersonId
    text: TextRef


class AdjustmentRemoved(Frozen):
    type: Literal["adjustment:removed"] = "adjustment:removed"
    adjustment: str
    reason: TextRef


class CalendarAdopted(Frozen):
    type: Literal["calendar:adopted"] = "calendar:adopted"
    was: str
    calendar_digest: str


class PolicyAdopted(Frozen):
    type: Literal["policy:adopted"] = "policy:adopted"
    was: str
    policy: str
    policy_version: str
    policy_digest: str
    reason: TextRef


class Settled(Frozen):
    """The time in which the case could be reopened is over."""

    type: Literal["case:settled"] = "case:settled"
