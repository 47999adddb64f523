"""Referrals to SENDIASS with consent, what is told without it, and who stands beside a parent."""

from datetime import date

from domain import actions as a
from domain.acting import PersonId
from domain.calendar import Span
from domain.deadlines import follow_up_rules, set_deadline
from domain.draft import Draft, reason_of
from domain.errors import ConsentMissing, NotAllowedHere, SecondPersonNeeded, UnknownThing
from domain.events import (
    AccompanimentOffered,
    AdvocacyEnded,
    AlertRule,
    ConfidentialityReviewed,
    ConfidentialitySetAside,
    ReferralEnded,
    ReferralMade,
    ReferralSent,
)
from domain.meeting_actions import leave_out_the_former_advocate
from domain.referrals import Referral
from domain.safeguards import reasons
from domain.vocabulary import ActionName, DeadlineKind, DutyKind, ReferralOutcome, Role, SharedItem

REFERRAL = "referral-outcome"
"""The duty to ask what came of a referral."""
DISCLOSURE = "confidentiality-review"
"""The duty of a second person to look at what was told without consent."""


def refer(draft: Draft, action: a.ReferToSendiass) -> None:
    """Makes a referral, with the parent's own consent and what they agreed to share.

    Source: SENDIASS is confidential and at arm's length; Professional Standards, standard 4, 3rd
    point: information is shared as was agreed, subject to safeguarding.
    """
    family = draft.case.family
    if family is None:
        raise UnknownThing("There is no family on this case, so there is nobody to refer.")
    if any(one.open for one in draft.case.referrals):
        raise NotAllowedHere("A referral is under way: record what came of it first.")
    if (SharedItem.SUMMARY in action.shared) != (action.summary is not None):
        raise ConsentMissing(
            "The summary is the one text that is shared: write it if it was agreed (shared, "
            "summary), and leave it out if it was not."
        )
    draft.add(
        ReferralMade(
            referral=draft.new_id("f"),
            consent_of=family,
            consented_on=_consented_on(draft, action, family),
            shared=tuple(dict.fromkeys(action.shared)),
            summary=action.summary,
        )
    )
    _owe(draft, REFERRAL, draft.policy.referral_within)


def _consented_on(draft: Draft, action: a.ReferToSendiass, family: str) -> date:
    if draft.actor.person == family:
        return draft.today
    if draft.actor.role in (Role.PARENT, Role.ADVOCATE):
        raise ConsentMissing("Only the parent can agree to it; an advocate can ask them to.")
    if action.consented_on is None:
        raise ConsentMissing("Ask the parent, and say on which day they agreed (consented_on).")
    if action.consented_on > draft.today:
        raise ConsentMissing("The day on which the parent agreed can't lie in the future.")
    return action.consented_on


def record_sent(draft: Draft, action: a.RecordReferralSent) -> None:
    """A referral left the school, or is ready to be handed to the parent."""
    referral = _open(draft, action.referral)
    draft.add(
        ReferralSent(
            referral=referral.id,
            message_id=action.message_id,
            digest=action.digest,
            sent_at=action.sent_at,
            perhaps_twice=action.perhaps_twice,
        )
    )


def record_outcome(draft: Draft, action: a.RecordReferralOutcome) -> None:
    """What came of a referral; the duty to ask is met."""
    if action.outcome is ReferralOutcome.CONSENT_WITHDRAWN:
        raise NotAllowedHere("Consent is taken back by the action withdraw_consent.")
    referral = _open(draft, action.referral)
    draft.add(ReferralEnded(referral=referral.id, outcome=action.outcome, note=action.note))
    _met(draft, REFERRAL)


def withdraw_consent(draft: Draft, action: a.WithdrawConsent) -> None:
    """The parent takes their consent back: what has not gone yet does not go."""
    referral = _open(draft, action.referral)
    outside = draft.actor.role in (Role.PARENT, Role.ADVOCATE)
    if outside and draft.actor.person != referral.consent_of:
        raise ConsentMissing("Whoever gave their consent takes it back themselves.")
    draft.add(
        ReferralEnded(referral=referral.id, outcome=ReferralOutcome.CONSENT_WITHDRAWN, note=None)
    )
    draft.end_deadlines(DeadlineKind.DUTY, about=REFERRAL)


def set_aside(draft: Draft, action: a.SetConfidentialityAside) -> None:
    """Tells somebody without consent, in order to protect: a decision that a second person reviews.

    Source: Professional Standards, standard 4, 3rd point (subject to safeguarding).
    """
    reason = reasons(draft.policy, draft.case, action)
    draft.add(
        ConfidentialitySetAside(
            disclosure=draft.new_id("x"),
            clauses=action.clauses,
            follow_up=action.follow_up,
            reason=reason,
            told=action.told,
            what=action.what,
        )
    )
    draft.add(
        set_deadline(
            draft.calendar,
            draft.new_id("d"),
            DeadlineKind.DUTY,
            DISCLOSURE,
            counted_from=draft.today,
            span=draft.policy.disclosure_review_within,
            rules=_second_look(draft),
            # A case does not close before somebody has looked; of a closed one they look as well.
            blocks_closing=not draft.case.closed,
            not_for=(draft.actor.person,),
        )
    )


def _second_look(draft: Draft) -> tuple[AlertRule, ...]:
    """Who hears at once that something was told without consent: the data protection officer, to
    know of it, and whoever may look at it as a second person, who is reminded when it is due."""
    may = draft.ladder.roles_for(ActionName.REVIEW_CONFIDENTIALITY)
    others = tuple(role for role in may if role is not draft.actor.role)
    first, *next_up = (*others, draft.actor.role)
    return (
        AlertRule(tell=Role.DATA_PROTECTION_OFFICER, at_once=True, for_information=True),
        AlertRule(tell=first, at_once=True),
        AlertRule(tell=first),
        *(AlertRule(tell=role, after=draft.policy.disclosure_review_within) for role in next_up),
    )


def review(draft: Draft, action: a.ReviewConfidentiality) -> None:
    """A second person agrees, or does not and says why."""
    known = {one.id: one for one in draft.case.disclosures if not one.reviewed}
    disclosure = known.get(action.disclosure)
    if disclosure is None:
        raise UnknownThing.named("disclosure to review", action.disclosure, known)
    if disclosure.decided_by == draft.actor.person:
        raise SecondPersonNeeded("You decided this one.")
    reason = action.reason if action.agrees else reason_of(action)
    draft.add(
        ConfidentialityReviewed(disclosure=disclosure.id, agrees=action.agrees, reason=reason)
    )
    _met(draft, DISCLOSURE)


def end_advocacy(draft: Draft, action: a.EndAdvocacy) -> None:
    """The parent has no advocate any more; what was owed to the former one falls away."""
    case = draft.case
    if case.advocate is None:
        raise NotAllowedHere("There is no advocate on this case.")
    if case.advocate == case.respondent:
        raise NotAllowedHere(
            "This case is about the advocate, so they stay on it. Appoint another to act from now "
            "on, or close the case."
        )
    draft.add(AdvocacyEnded(advocate=case.advocate))
    let_go_of_the_advocate(draft, case.advocate)


def let_go_of_the_advocate(draft: Draft, former: PersonId) -> None:
    """Ends what was owed to an advocate who is one no more, and their place at meetings."""
    leave_out_the_former_advocate(draft, former)
    for deadline in draft.case.deadlines:
        duty = draft.duty_of(deadline)
        if duty and duty.kind in (DutyKind.SHARE_CODE_WITH_ADVOCATE, DutyKind.ASK_TO_SIGN):
            draft.end_deadlines(DeadlineKind.DUTY, about=deadline.about)


def offer_accompaniment(draft: Draft, action: a.OfferAccompaniment) -> None:
    """A parent whose advocate is limited is offered another way not to be alone."""
    family = draft.case.family
    if family is None:
        raise UnknownThing("There is no family on this case.")
    draft.add(AccompanimentOffered(to=family, how=action.how))
    draft.meet(DutyKind.OFFER_ACCOMPANIMENT)


def _open(draft: Draft, referral_id: str) -> Referral:
    known = {one.id: one for one in draft.case.referrals if one.open}
    if referral_id not in known:
        raise UnknownThing.named("referral that is under way", referral_id, known)
    return known[referral_id]


def _owe(draft: Draft, about: str, within: Span) -> None:
    if draft.case.deadline_about(DeadlineKind.DUTY, about):
        return
    draft.add(
        set_deadline(
            draft.calendar,
            draft.new_id("d"),
            DeadlineKind.DUTY,
            about,
            counted_from=draft.today,
            span=within,
            rules=follow_up_rules(draft.ladder.first_look),
        )
    )


def _met(draft: Draft, about: str) -> None:
    deadline = draft.case.deadline_about(DeadlineKind.DUTY, about)
    if deadline is not None:
        draft.meet_deadline(deadline)
