"""Referrals to SENDIASS, and what is told without consent: as a case knows them."""

from datetime import date

from domain.acting import PersonId, TextRef
from domain.policy import Frozen
from domain.vocabulary import ReferralOutcome, SharedItem


class Referral(Frozen):
    """A referral: what the parent agreed to share, whether it went, and what came of it."""

    id: str
    consent_of: PersonId
    consented_on: date
    shared: tuple[SharedItem, ...]
    summary: TextRef | None
    sent: bool = False
    outcome: ReferralOutcome | None = None

    @property
    def open(self) -> bool:
        """Whether something is still to come of it."""
        return self.outcome is None


class Disclosure(Frozen):
    """Something that was told without consent, and whether a second person has looked at it."""

    id: str
    decided_by: PersonId
    reviewed: bool = False
