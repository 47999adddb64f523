"""What can have happened in a governors' review: entries of the school's register."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from domain.acting import PersonId, TextRef
from domain.policy import Frozen

ALGORITHM: Literal["sha256-order/1"] = "sha256-order/1"
"""How the share of the rest is drawn; another way of drawing would get another name."""


class Checked(StrEnum):
    """A governor's answer to one question of the checklist."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    NOT_APPLICABLE = "not_applicable"


class Checklist(Frozen):
    """The five questions that a governor answers about how a case was handled."""

    proportionate: Checked
    timely: Checked
    heard: Checked
    signposted: Checked
    recorded: Checked


class ReviewDrawn(Frozen):
    """The cases of a governors' review, and all that is needed to draw them again.

    `population` and its digest are those of the cases of the period, in the order of their
    references. `always` are those with a restriction or external advice; `chosen` is the share
    drawn from the rest.
    """

    type: Literal["review:drawn"] = "review:drawn"
    review: str
    first_day: date
    last_day: date
    share: Annotated[Decimal, Field(ge=0, le=1)]
    algorithm: Literal["sha256-order/1"] = ALGORITHM
    seed: Annotated[str, Field(min_length=1, max_length=200)]
    seed_given: bool
    population: int
    population_digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    always: tuple[str, ...]
    chosen: tuple[str, ...]


class ReviewAssigned(Frozen):
    """A governor is asked to look at one case of a review, and may see its names from now on."""

    type: Literal["review:assigned"] = "review:assigned"
    review: str
    reference: str
    to: PersonId


class FindingRecorded(Frozen):
    """What the governor found."""

    type: Literal["finding:recorded"] = "finding:recorded"
    review: str
    reference: str
    checklist: Checklist
    findings: TextRef


class FindingAnswered(Frozen):
    """The school's answer to a finding."""

    type: Literal["finding:answered"] = "finding:answered"
    review: str
    reference: str
    answer: TextRef


class ReviewClosed(Frozen):
    """The review is over; `reason` says why, where something was still outstanding."""

    type: Literal["review:closed"] = "review:closed"
    review: str
    outstanding: tuple[str, ...] = ()  # references without a finding, or without an answer to one
    reason: TextRef | None = None
