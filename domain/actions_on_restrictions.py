"""Being heard on a limit, and deciding on it."""

from datetime import date
from typing import Literal

from domain.acting import BaseAction, Decision, FileRef, PersonId, TextRef
from domain.vocabulary import ActionName, ReviewResult, Scope


class SubmitRepresentations(BaseAction):
    """The written side on `restriction`; None: on each whose window is open, or, where none is,
    on each that is proposed or in effect."""

    name: Literal[ActionName.SUBMIT_REPRESENTATIONS] = ActionName.SUBMIT_REPRESENTATIONS
    text: TextRef
    restriction: str | None = None
    attachments: tuple[FileRef, ...] = ()


class ConfirmRestriction(Decision):
    """`answer` answers the representations, where there were any."""

    name: Literal[ActionName.CONFIRM_RESTRICTION] = ActionName.CONFIRM_RESTRICTION
    restriction: str
    answer: TextRef | None = None
    review_on: date | None = None  # None: as proposed


class VaryRestriction(Decision):
    """Narrows a restriction, or changes the contact that stays permitted or its review."""

    name: Literal[ActionName.VARY_RESTRICTION] = ActionName.VARY_RESTRICTION
    restriction: str
    scopes: tuple[Scope, ...] | None = None
    review_on: date | None = None
    contact: TextRef | None = None
    contact_through: PersonId | None = None
    meetings: TextRef | None = None
    collection: TextRef | None = None


class ReviewRestriction(Decision):
    """`review_on` is the next review, needed unless the result is to lift."""

    name: Literal[ActionName.REVIEW_RESTRICTION] = ActionName.REVIEW_RESTRICTION
    restriction: str
    result: ReviewResult
    review_on: date | None = None
    scopes: tuple[Scope, ...] | None = None


class LiftRestriction(Decision):
    name: Literal[ActionName.LIFT_RESTRICTION] = ActionName.LIFT_RESTRICTION
    restriction: str
