"""What crosses Temporal: names, ids and inputs shared by the gateway, workflows and activities."""

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime

from domain.actions import Action, Actor, PersonId, RaiseConcern
from domain.calendar import SchoolCalendar
from domain.case import Case
from domain.events import Event
from domain.policy import Frozen, Policy
from domain.vocabulary import Role, Stage

ESCALATION = "EscalationWorkflow"
ACT = "act"  # the update by which everybody acts on a case
OPENED = "opened"  # the update that waits until the case is on the record
CURRENT = "current"  # the query for the case as the workflow holds it

SEARCH_SCHOOL = "EvenhandSchool"
SEARCH_TRACK = "EvenhandTrack"
SEARCH_STAGE = "EvenhandStage"
SEARCH_DUE = "EvenhandDue"


def case_workflow_id(school: str, reference: str) -> str:
    """The workflow id of a case: `case/<school>/<reference>`."""
    return f"case/{school}/{reference}"


class EscalationInput(Frozen):
    """Starts a case's workflow, or carries it over a continue-as-new (then `case` is set)."""

    policy_digest: str
    calendar_digest: str
    opening: RaiseConcern
    opened_by: Actor
    case: Case | None = None


class Rules(Frozen):
    """The policy and the calendar that a case runs under, as loaded by their digests."""

    policy: Policy
    calendar: SchoolCalendar


class Act(Frozen):
    """The input of the update `act`."""

    action: Action
    actor: Actor


class Acted(Frozen):
    """What an action did: the case's stage and last sequence, and the events it recorded."""

    stage: Stage
    sequence: int
    events: tuple[Event, ...]
    already_done: bool = False  # the same action id had been carried out before


class RecordEvents(Frozen):
    """The input of the recording activity: consecutive events of one case, and the case after."""

    events: tuple[Event, ...]
    case: Case


class Reminder(Frozen):
    """The input of the notice activity: tell a holder of `tell` that a deadline is due.

    `not_to` are people already told at an earlier level, or conflicted.
    """

    school: str
    reference: str
    deadline: str
    kind: str
    about: str
    level: int
    tell: Role
    due_at: AwareDatetime
    owner: PersonId | None
    not_to: tuple[PersonId, ...]
    message_id: str


class Told(Frozen):
    """What the notice activity did; `person` is None where nobody could be told."""

    person: PersonId | None
    digest: str
    sent_at: datetime


Refusal = Literal["refused"]  # the ApplicationError type under which a CaseError crosses Temporal
