"""A school's register: what happens beside its cases, as one chain of events for each school.

A person is erased, a case is put on hold, governors draw the cases that they will review: such
facts belong to no one case, and are kept just as a case's events are, under a reference of their
own.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from domain.access_events import AccessGiven, AccessRequested
from domain.acting import Actor, PersonId, TextRef
from domain.office_events import (
    CodeAdopted,
    PersonAdded,
    PersonCorrected,
    RolesSet,
    SchoolCalendarAdopted,
)
from domain.policy import Frozen
from domain.review_events import (
    FindingAnswered,
    FindingRecorded,
    ReviewAssigned,
    ReviewClosed,
    ReviewDrawn,
)
from domain.views import ViewsSealed
from domain.vocabulary import ErasureGround

REGISTER: Literal["REGISTER"] = "REGISTER"
"""The reference under which the register's events stand; no case has it."""


class HoldPlaced(Frozen):
    """A legal hold: nothing about the case is removed until it is lifted."""

    type: Literal["hold:placed"] = "hold:placed"
    reference: str
    reason: TextRef
    review_on: date | None = None  # the day on which somebody is asked whether it is still needed


class HoldLifted(Frozen):
    type: Literal["hold:lifted"] = "hold:lifted"
    reference: str
    reason: TextRef


class HoldReminded(Frozen):
    """The day came on which a hold is to be looked at again."""

    type: Literal["hold:reminded"] = "hold:reminded"
    reference: str


class ErasureRequested(Frozen):
    """Somebody asked that a person's data be destroyed; another person must confirm it."""

    type: Literal["erasure:requested"] = "erasure:requested"
    erasure: str
    person: PersonId
    ground: ErasureGround
    reason: TextRef


class ErasureRefused(Frozen):
    """The second person did not agree, or the first thought again; nothing was destroyed."""

    type: Literal["erasure:refused"] = "erasure:refused"
    erasure: str
    person: PersonId
    reason: TextRef


class PersonErased(Frozen):
    """The person's key, and with it every name, text, file and salt under it, was destroyed."""

    type: Literal["person:erased"] = "person:erased"
    erasure: str
    person: PersonId
    requested_by: PersonId
    texts: int
    files: int = 0


class DisposalProposed(Frozen):
    """The time for which these cases are kept is over; a person decides what becomes of them."""

    type: Literal["disposal:proposed"] = "disposal:proposed"
    references: tuple[str, ...]


class CaseKept(Frozen):
    """Somebody decided that the case is kept until a later day, and why."""

    type: Literal["case:kept"] = "case:kept"
    reference: str
    until: date
    reason: TextRef


class CaseDisposed(Frozen):
    """The case's texts and files were destroyed, and the keys of `people`, who had no other
    case."""

    type: Literal["case:disposed"] = "case:disposed"
    reference: str
    texts: int
    people: tuple[PersonId, ...]
    files: int = 0


class ErasureRepeated(Frozen):
    """An older copy of the database was restored, and what had been destroyed was so again."""

    type: Literal["erasure:repeated"] = "erasure:repeated"
    people: tuple[PersonId, ...]
    references: tuple[str, ...]


class AuditKeyAdopted(Frozen):
    """From here on this key signs the school's checkpoints; `label` is its id among the keys."""

    type: Literal["audit_key:adopted"] = "audit_key:adopted"
    key: str  # the public key, as NAME+HASH+KEY
    label: str


class CheckpointSent(Frozen):
    """A checkpoint was handed to the mail server for a governor; `digest` is of the whole note."""

    type: Literal["checkpoint:sent"] = "checkpoint:sent"
    number: int = Field(ge=1)
    digest: str
    person: PersonId
    message_id: str


class CheckpointUndelivered(Frozen):
    """The mail server refused a governor's address for good."""

    type: Literal["checkpoint:undelivered"] = "checkpoint:undelivered"
    number: int = Field(ge=1)
    digest: str
    person: PersonId
    message_id: str


class FeedbackPassedOn(Frozen):
    """The themes of feedback on a service went to the local authority, as counts.

    `digest` is the SHA-256 (hex) of the table that was sent.
    """

    type: Literal["feedback:passed_on"] = "feedback:passed_on"
    first: date
    last: date
    to: tuple[PersonId, ...]
    digest: str


RegisterFact = Annotated[
    HoldPlaced
    | HoldLifted
    | HoldReminded
    | ErasureRequested
    | ErasureRefused
    | PersonErased
    | AccessRequested
    | AccessGiven
    | DisposalProposed
    | CaseKept
    | CaseDisposed
    | ErasureRepeated
    | ReviewDrawn
    | ReviewAssigned
    | FindingRecorded
    | FindingAnswered
    | ReviewClosed
    | ViewsSealed
    | AuditKeyAdopted
    | CheckpointSent
    | CheckpointUndelivered
    | FeedbackPassedOn
    | PersonAdded
    | PersonCorrected
    | RolesSet
    | CodeAdopted
    | SchoolCalendarAdopted,
    Field(discriminator="type"),
]
"""What an event of the register states, told apart by `type` (subject, then past verb)."""


class RegisterEvent(Frozen):
    """One entry of a school's register, identified by school and sequence (from 1)."""

    school: str
    reference: Literal["REGISTER"] = REGISTER
    sequence: int = Field(ge=1)
    at: AwareDatetime  # UTC
    actor: Actor
    action_id: str
    fact: RegisterFact
