"""What a record says of limits, and of the side of whoever is limited."""

from datetime import date
from typing import Literal

from domain.acting import FileRef, PersonId, TextRef
from domain.policy import Frozen
from domain.vocabulary import DeadlineKind, Scope, Stage


class Restriction(Frozen):
    """The terms of a restriction: never open-ended, never without a way to keep in touch."""

    scopes: tuple[Scope, ...]
    starts_on: date
    review_on: date
    contact: TextRef
    contact_through: PersonId
    meetings: TextRef
    collection: TextRef | None = None


class RepresentationsSubmitted(Frozen):
    """The respondent's written side; `late` where the window was closed by then."""

    type: Literal["representations:submitted"] = "representations:submitted"
    restriction: str
    text: TextRef
    attachments: tuple[FileRef, ...] = ()
    late: bool = False


class RepresentationsClosed(Frozen):
    """The window closed; the respondent may have said nothing, which is a neutral fact."""

    type: Literal["representations:closed"] = "representations:closed"
    restriction: str
    received: int


class RestrictionProposed(Frozen):
    type: Literal["restriction:proposed"] = "restriction:proposed"
    restriction: str
    interim: bool
    terms: Restriction
    step: Stage


class RestrictionConfirmed(Frozen):
    type: Literal["restriction:confirmed"] = "restriction:confirmed"
    restriction: str
    terms: Restriction
    clauses: tuple[str, ...]
    follow_up: str | None
    reason: TextRef
    answer: TextRef | None


class RestrictionVaried(Frozen):
    type: Literal["restriction:varied"] = "restriction:varied"
    restriction: str
    terms: Restriction
    clauses: tuple[str, ...]
    follow_up: str | None
    reason: TextRef


class RestrictionContinued(Frozen):
    """A review decided that the restriction stands, until the next review."""

    type: Literal["restriction:continued"] = "restriction:continued"
    restriction: str
    terms: Restriction
    clauses: tuple[str, ...]
    follow_up: str | None
    reason: TextRef


class RestrictionLifted(Frozen):
    type: Literal["restriction:lifted"] = "restriction:lifted"
    restriction: str
    on_review: bool
    clauses: tuple[str, ...]
    follow_up: str | None
    reason: TextRef


class RestrictionLapsed(Frozen):
    """Nobody confirmed or renewed it in time, so it ended by itself."""

    type: Literal["restriction:lapsed"] = "restriction:lapsed"
    restriction: str
    missed: DeadlineKind
