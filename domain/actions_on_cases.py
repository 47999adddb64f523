"""What is done to a case without moving it: notes, replies, owners, follow-ups, adjustments."""

from datetime import date
from typing import Literal

from domain.acting import BaseAction, FileRef, PersonId, TextRef
from domain.calendar import SchoolCalendar, Span
from domain.policy import Identifier, Policy
from domain.vocabulary import ActionName, ResponseKind, Severity


class AddIncident(BaseAction):
    name: Literal[ActionName.ADD_INCIDENT] = ActionName.ADD_INCIDENT
    occurred_on: date
    severity: Severity
    clauses: tuple[Identifier, ...] = ()
    text: TextRef | None = None
    attachments: tuple[FileRef, ...] = ()


class Acknowledge(BaseAction):
    name: Literal[ActionName.ACKNOWLEDGE] = ActionName.ACKNOWLEDGE


class AddNote(BaseAction):
    name: Literal[ActionName.ADD_NOTE] = ActionName.ADD_NOTE
    text: TextRef


class RecordResponse(BaseAction):
    name: Literal[ActionName.RECORD_RESPONSE] = ActionName.RECORD_RESPONSE
    kind: ResponseKind = ResponseKind.REPLY
    text: TextRef
    attachments: tuple[FileRef, ...] = ()


class Assign(BaseAction):
    name: Literal[ActionName.ASSIGN] = ActionName.ASSIGN
    to: PersonId


class DeclareConflict(BaseAction):
    name: Literal[ActionName.DECLARE_CONFLICT] = ActionName.DECLARE_CONFLICT
    reason: TextRef | None = None


class CompleteFollowUp(BaseAction):
    """Something was looked at, or done. `result` is kept for the school.

    `reply` is what is written back about it, and goes out as a letter: to `reply_to`, or, where
    it answers a complaint, to whoever complained.
    """

    name: Literal[ActionName.COMPLETE_FOLLOW_UP] = ActionName.COMPLETE_FOLLOW_UP
    deadline: str
    result: TextRef | None = None
    reply: TextRef | None = None
    reply_to: PersonId | None = None


class ExtendFollowUp(BaseAction):
    name: Literal[ActionName.EXTEND_FOLLOW_UP] = ActionName.EXTEND_FOLLOW_UP
    deadline: str
    by: Span
    reason: TextRef | None = None


class TakeFollowUp(BaseAction):
    """Somebody takes an overdue follow-up on; the alerts stop, and it falls due again."""

    name: Literal[ActionName.TAKE_FOLLOW_UP] = ActionName.TAKE_FOLLOW_UP
    deadline: str


class ReviewByGovernor(BaseAction):
    name: Literal[ActionName.REVIEW_BY_GOVERNOR] = ActionName.REVIEW_BY_GOVERNOR
    findings: TextRef


class AssignPanel(BaseAction):
    """`seen_elsewhere` are those whom the read log or a governors' review shows to have seen the
    names; it is filled in by the gateway, not by whoever acts."""

    name: Literal[ActionName.ASSIGN_PANEL] = ActionName.ASSIGN_PANEL
    members: tuple[PersonId, ...]
    independent: PersonId  # the member who is independent of running the school
    seen_elsewhere: tuple[PersonId, ...] = ()


class SeeNames(BaseAction):
    """A governor is shown the names in a case, and is kept off its panel from then on."""

    name: Literal[ActionName.SEE_NAMES] = ActionName.SEE_NAMES


class AgreeAdjustment(BaseAction):
    name: Literal[ActionName.AGREE_ADJUSTMENT] = ActionName.AGREE_ADJUSTMENT
    person: PersonId
    text: TextRef


class RemoveAdjustment(BaseAction):
    name: Literal[ActionName.REMOVE_ADJUSTMENT] = ActionName.REMOVE_ADJUSTMENT
    adjustment: str
    reason: TextRef | None = None


class AdoptCalendar(BaseAction):
    """The school's calendar changed: open deadlines move with it."""

    name: Literal[ActionName.ADOPT_CALENDAR] = ActionName.ADOPT_CALENDAR
    calendar: SchoolCalendar


class AdoptPolicy(BaseAction):
    """Moves the case to another version of its policy."""

    name: Literal[ActionName.ADOPT_POLICY] = ActionName.ADOPT_POLICY
    policy: Policy
    reason: TextRef | None = None
