"""What a register says of subject access: that somebody asked, and what they were given."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from domain.acting import PersonId, TextRef
from domain.policy import Frozen

AccessId = Annotated[str, Field(min_length=1, max_length=64)]


class AccessRequested(Frozen):
    """A person asked for what is held about them; the school answers by `due_on`."""

    type: Literal["access:requested"] = "access:requested"
    access: AccessId
    person: PersonId
    received_on: date
    due_on: date


class GivenFile(Frozen):
    """One file of a copy: its format (`file` for one that came with a reply, or a letter as it was
    sent), and the SHA-256 (hex) of its bytes."""

    format: Literal["pdf", "html", "json", "zip", "file"]
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class AccessGiven(Frozen):
    """A copy was made for a person. `answers` are the recorded requests that had waited for it.

    `staff_named` says whether staff stand in it by name. `included` are the cases of which it
    holds what would be withheld, and `reason` says why.
    """

    type: Literal["access:given"] = "access:given"
    person: PersonId
    answers: tuple[AccessId, ...]
    files: tuple[GivenFile, ...] = Field(min_length=1)
    staff_named: bool
    included: tuple[str, ...] = ()
    reason: TextRef | None = None
