"""What a register says of a school's office: its people and their roles, its codes and calendar.

Who held which role when is what governors need to check who could do what. Names and addresses
stand under each person's own key and never here.
"""

from typing import Annotated, Literal

from pydantic import Field

from domain.acting import PersonId
from domain.policy import Frozen
from domain.vocabulary import Role

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Detail = Literal["name", "email"]


class PersonAdded(Frozen):
    """Somebody became known to the school, and holds these roles from now on."""

    type: Literal["person:added"] = "person:added"
    person: PersonId
    roles: tuple[Role, ...]


class PersonCorrected(Frozen):
    """The name or the e-mail address of a person was put right; not what it was, nor what it is."""

    type: Literal["person:corrected"] = "person:corrected"
    person: PersonId
    details: tuple[Detail, ...] = Field(min_length=1)


class RolesSet(Frozen):
    """From now on a person holds `roles`; before, they held `was`."""

    type: Literal["roles:set"] = "roles:set"
    person: PersonId
    was: tuple[Role, ...]
    roles: tuple[Role, ...]


class CodeAdopted(Frozen):
    """New cases are opened under this version of a code; `was` is the digest of the one before."""

    type: Literal["code:adopted"] = "code:adopted"
    policy: str
    version: str
    digest: Digest
    was: Digest | None = None


class SchoolCalendarAdopted(Frozen):
    """The school goes by other term dates; each open case says for itself what moved."""

    type: Literal["school_calendar:adopted"] = "school_calendar:adopted"
    digest: Digest
    was: Digest
