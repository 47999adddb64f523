"""Advocates, the code, SENDIASS, and what is told without consent."""

from datetime import date
from typing import Literal

from pydantic import Field

from domain.acting import BaseAction, Decision, PersonId, TextRef
from domain.vocabulary import ActionName, CodeAnswer, ReferralOutcome, Role, SharedItem


class AppointAdvocate(BaseAction):
    name: Literal[ActionName.APPOINT_ADVOCATE] = ActionName.APPOINT_ADVOCATE
    advocate: PersonId


class ShareCode(BaseAction):
    name: Literal[ActionName.SHARE_CODE] = ActionName.SHARE_CODE
    with_role: Role  # parent or advocate


class SignCode(BaseAction):
    """Records what became of the invitation to sign; nothing follows from any answer.

    `signed_as` is the name that somebody typed under it, where they signed it on a page.
    """

    name: Literal[ActionName.SIGN_CODE] = ActionName.SIGN_CODE
    answer: CodeAnswer
    by: PersonId | None = None  # None: the actor
    signed_as: TextRef | None = None


class Signpost(BaseAction):
    name: Literal[ActionName.SIGNPOST] = ActionName.SIGNPOST
    to: PersonId | None = None  # None: the family on the case


class EndAdvocacy(BaseAction):
    """The parent has no advocate on this case any more."""

    name: Literal[ActionName.END_ADVOCACY] = ActionName.END_ADVOCACY


class OfferAccompaniment(BaseAction):
    """Another way for a parent not to be alone, while their advocate is limited."""

    name: Literal[ActionName.OFFER_ACCOMPANIMENT] = ActionName.OFFER_ACCOMPANIMENT
    how: TextRef


class ReferToSendiass(BaseAction):
    """Puts the parent in touch with SENDIASS, sharing what they agreed to and nothing else.

    Where the parent does this themselves, that is their consent; staff say when it was given
    (`consented_on`). `summary` is the text for SharedItem.SUMMARY.
    """

    name: Literal[ActionName.REFER_TO_SENDIASS] = ActionName.REFER_TO_SENDIASS
    shared: tuple[SharedItem, ...] = Field(min_length=1)
    consented_on: date | None = None
    summary: TextRef | None = None


class RecordReferralOutcome(BaseAction):
    name: Literal[ActionName.RECORD_REFERRAL_OUTCOME] = ActionName.RECORD_REFERRAL_OUTCOME
    referral: str
    outcome: ReferralOutcome
    note: TextRef | None = None


class WithdrawConsent(BaseAction):
    """The parent takes their consent back: from then on nothing is shared."""

    name: Literal[ActionName.WITHDRAW_CONSENT] = ActionName.WITHDRAW_CONSENT
    referral: str


class SetConfidentialityAside(Decision):
    """The safeguarding exception: something is told without consent, to protect somebody.

    `told` says whom, and `what` what was told.
    """

    name: Literal[ActionName.SET_CONFIDENTIALITY_ASIDE] = ActionName.SET_CONFIDENTIALITY_ASIDE
    told: TextRef
    what: TextRef


class ReviewConfidentiality(BaseAction):
    """A second person looks at a decision to set confidentiality aside."""

    name: Literal[ActionName.REVIEW_CONFIDENTIALITY] = ActionName.REVIEW_CONFIDENTIALITY
    disclosure: str
    agrees: bool
    reason: TextRef | None = None
