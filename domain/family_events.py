"""What a record says of advocates, the code, SENDIASS, and what was told without consent."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, Field

from domain.acting import PersonId, TextRef
from domain.policy import Frozen
from domain.vocabulary import CodeAnswer, ReferralOutcome, Role, SharedItem


class AdvocateAppointed(Frozen):
    type: Literal["advocate:appointed"] = "advocate:appointed"
    advocate: PersonId
    replaces: PersonId | None


class AdvocacyEnded(Frozen):
    """The parent has no advocate on this case any more."""

    type: Literal["advocacy:ended"] = "advocacy:ended"
    advocate: PersonId


class AccompanimentOffered(Frozen):
    """A parent whose advocate is limited was offered another way not to be alone."""

    type: Literal["accompaniment:offered"] = "accompaniment:offered"
    to: PersonId
    how: TextRef


class ReferralMade(Frozen):
    """SENDIASS is told what the parent agreed to share, and nothing else."""

    type: Literal["referral:made"] = "referral:made"
    referral: str
    consent_of: PersonId
    consented_on: date
    shared: tuple[SharedItem, ...]
    summary: TextRef | None


class ReferralSent(Frozen):
    """It went by e-mail; or, without a `digest`, it is for the parent to take there."""

    type: Literal["referral:sent"] = "referral:sent"
    referral: str
    message_id: str | None
    digest: str | None
    sent_at: AwareDatetime
    # Left out where it is false, as in what was recorded before there was such a field.
    perhaps_twice: bool = Field(default=False, exclude_if=lambda twice: not twice)


class ReferralEnded(Frozen):
    type: Literal["referral:ended"] = "referral:ended"
    referral: str
    outcome: ReferralOutcome
    note: TextRef | None = None


class ConfidentialitySetAside(Frozen):
    """Something was told without consent in order to protect somebody: a decision, with reasons."""

    type: Literal["confidentiality:set_aside"] = "confidentiality:set_aside"
    disclosure: str
    clauses: tuple[str, ...]
    follow_up: str | None
    reason: TextRef
    told: TextRef
    what: TextRef


class ConfidentialityReviewed(Frozen):
    """A second person has looked at that decision."""

    type: Literal["confidentiality:reviewed"] = "confidentiality:reviewed"
    disclosure: str
    agrees: bool
    reason: TextRef | None


class CodeShared(Frozen):
    type: Literal["code:shared"] = "code:shared"
    with_role: Role
    with_person: PersonId
    policy_version: str


class CodeAnswered(Frozen):
    type: Literal["code:answered"] = "code:answered"
    person: PersonId
    answer: CodeAnswer
    policy_version: str
    # Left out where nobody typed it: what was recorded before keeps its bytes.
    signed_as: TextRef | None = Field(default=None, exclude_if=lambda text: text is None)


class Signposted(Frozen):
    type: Literal["family:signposted"] = "family:signposted"
    to: PersonId
