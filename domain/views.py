"""The read log: who looked at what and when, chained in batches that the register seals.

A view is written before what it is about is shown, with ids alone. Its batch is sealed later by an
entry of the register: from then on no view can be changed, removed or slipped in unnoticed.
"""

import hashlib
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple

import rfc8785
from pydantic import AwareDatetime, Field

from domain.acting import Actor, PersonId
from domain.policy import Frozen
from domain.vocabulary import Role

VIEWS: Literal["VIEWS"] = "VIEWS"
"""The name by which a fault in the read log is told, where a case's would have its reference."""

AT_THE_MACHINE = Actor(person="at-the-machine", role=Role.ADMINISTRATOR)
"""Who looks where nobody is named: whoever sits at the school's own machine, as administrator."""


class Viewed(StrEnum):
    """What somebody looked at."""

    CASE = "case"
    TIMELINE = "timeline"
    TEXTS = "timeline_with_texts"
    ATTACHMENT = "attachment"  # a file that came with a reply, or what such files are called
    EXPORT = "export"
    REVIEW = "review"  # a case's place in a governors' review, with its findings and answer


class View(Frozen):
    """One line of the read log, identified by school and position (from 1).

    `id` is made by whoever looked, so that a line that waited is entered once. `names` says
    whether the names in the case were shown.
    """

    type: Literal["viewed"] = "viewed"
    school: str
    position: int = Field(ge=1)
    id: Annotated[str, Field(min_length=1, max_length=64)]
    at: AwareDatetime  # UTC
    person: PersonId
    role: Role
    what: Viewed
    reference: str
    names: bool


class ViewsSealed(Frozen):
    """A batch of the read log is complete: `digest` fixes it and every batch before it."""

    type: Literal["views:sealed"] = "views:sealed"
    batch: int = Field(ge=1)
    first: int = Field(ge=1)
    last: int = Field(ge=1)
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ViewsFault(NamedTuple):
    """The first view at which a read log no longer holds, and how."""

    position: int
    problem: str


class ViewsChecked(NamedTuple):
    """What a check of a read log found: its views, those not sealed yet, and the first fault."""

    views: int
    unsealed: int
    fault: ViewsFault | None


def views_genesis(school: str) -> bytes:
    """The hash before a school's first view."""
    return hashlib.sha256(f"evenhand/views/{school}".encode()).digest()


def chain_views(before: bytes, views: Iterable[View]) -> bytes:
    """The hash after `views`: for each, SHA-256(hash before ‖ its canonical JSON, RFC 8785)."""
    for view in views:
        line = rfc8785.dumps(view.model_dump(mode="json", warnings=False))
        before = hashlib.sha256(before + line).digest()
    return before


def check_views(school: str, views: Iterable[View], seals: Sequence[ViewsSealed]) -> ViewsChecked:
    """Holds a school's views, in order from the first, against the seals of the register.

    A change inside a batch is found where the batch is sealed, so that the fault names the
    batch. Views after the last seal are only counted: nothing fixes them yet.
    """
    digest = views_genesis(school)
    expected, sealed, count = 1, 0, 0
    fault: ViewsFault | None = _seals(seals)
    for view in views:
        count += 1
        if fault is not None:
            continue
        if view.position != expected:
            fault = ViewsFault(expected, f"view {expected} is missing")
            continue
        digest = chain_views(digest, (view,))
        if sealed < len(seals) and expected == seals[sealed].last:
            seal = seals[sealed]
            if digest.hex() != seal.digest:
                fault = ViewsFault(
                    seal.first,
                    f"the views {seal.first} to {seal.last} do not match their seal, "
                    f"batch {seal.batch}",
                )
            sealed += 1
        expected += 1
    if fault is None and sealed < len(seals):
        missing = f"the end is missing: views up to {seals[-1].last} were sealed"
        fault = ViewsFault(expected, missing)
    last = seals[-1].last if seals else 0
    return ViewsChecked(count, max(0, count - last), fault)


def _seals(seals: Sequence[ViewsSealed]) -> ViewsFault | None:
    """Whether each batch begins where the one before it ended."""
    batch, last = 0, 0
    for seal in seals:
        if (seal.batch, seal.first) != (batch + 1, last + 1) or seal.last < seal.first:
            return ViewsFault(last + 1, f"the seal of batch {batch + 1} is missing")
        batch, last = seal.batch, seal.last
    return None
