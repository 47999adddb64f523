"""Restrictions: proposed, heard, confirmed by another, reviewed, varied, lifted."""

from datetime import date

from domain import actions as a
from domain.case import RestrictionState
from domain.deadlines import decision_rules, move, set_deadline
from domain.draft import Draft
from domain.errors import NotAllowedHere, NotAuthorised, OpenEndedRestriction
from domain.events import (
    RepresentationsClosed,
    RestrictionConfirmed,
    RestrictionContinued,
    RestrictionLifted,
    RestrictionProposed,
    RestrictionVaried,
)
from domain.meeting_actions import leave_out_the_limited
from domain.policy import RestrictionRules, Step
from domain.replies import answered
from domain.safeguards import (
    emergency,
    no_open_ended_restriction,
    not_wider,
    reasons,
    terms_of,
    to_be_heard,
    two_pairs_of_eyes,
)
from domain.vocabulary import DeadlineKind, DutyTrigger, RestrictionStatus, ReviewResult, Scope

ABOUT_A_RESTRICTION = (
    DeadlineKind.REPRESENTATIONS,
    DeadlineKind.CONFIRMATION,
    DeadlineKind.REVIEW,
    DeadlineKind.LATE_REPRESENTATIONS,
    DeadlineKind.REVIEW_REQUEST,
)


def propose(draft: Draft, action: a.RestrictAccess, step: Step) -> None:
    """Proposes a restriction, or starts an interim one, and opens the window to be heard."""
    rules, calendar, today = rules_of(draft, step), draft.calendar, draft.today
    if any(set(r.terms.scopes) & set(action.scopes) for r in draft.case.open_restrictions):
        raise NotAllowedHere("A restriction on the same is open already: vary or review that one.")
    if action.interim:
        emergency(draft.case, rules)
    starts_on = today if action.interim else action.starts_on or today
    if starts_on < today:
        raise OpenEndedRestriction(f"It cannot start in the past ({starts_on}).")
    review_on = no_open_ended_restriction(calendar, rules, starts_on, action.review_on)
    restriction = draft.new_id("r")
    draft.add(
        RestrictionProposed(
            restriction=restriction,
            interim=action.interim,
            terms=terms_of(action, starts_on, review_on),
            step=step.id,
        )
    )
    draft.add(
        set_deadline(
            calendar,
            draft.new_id("d"),
            DeadlineKind.REPRESENTATIONS,
            restriction,
            counted_from=today,
            span=rules.representations,
        )
    )
    draft.add(
        set_deadline(
            calendar,
            draft.new_id("d"),
            DeadlineKind.CONFIRMATION,
            restriction,
            counted_from=today,
            span=rules.decide_within,
            rules=decision_rules(draft.ladder, rules, rules.confirmed_by[0]),
        )
    )
    if action.interim:
        draft.owe(DutyTrigger.RESTRICTION_IN_EFFECT)
        leave_out_the_limited(draft)


def confirm(draft: Draft, action: a.ConfirmRestriction) -> None:
    """Another authorised person confirms, once the respondent was heard."""
    restriction = draft.open_restriction(action.restriction)
    if restriction.status is RestrictionStatus.IN_FORCE:
        raise NotAllowedHere("It is confirmed already.")
    rules = rules_of_restriction(draft, restriction)
    two_pairs_of_eyes(draft, restriction, rules)
    to_be_heard(draft.case, restriction, action.answer)
    reason = reasons(draft.policy, draft.case, action)
    interim = restriction.status is RestrictionStatus.INTERIM
    # An interim restriction has run since it began, and its longest time runs from there.
    starts_on = restriction.terms.starts_on
    if not interim:
        starts_on = max(starts_on, draft.today)
    asked_for = action.review_on or restriction.terms.review_on
    review_on = no_open_ended_restriction(draft.calendar, rules, starts_on, asked_for)
    _not_in_the_past(draft, review_on, starts_on)
    terms = restriction.terms.model_copy(update={"starts_on": starts_on, "review_on": review_on})
    draft.add(
        RestrictionConfirmed(
            restriction=restriction.id,
            terms=terms,
            clauses=action.clauses,
            follow_up=action.follow_up,
            reason=reason,
            answer=action.answer,
        )
    )
    if draft.case.deadline_about(DeadlineKind.REPRESENTATIONS, restriction.id):
        received = len(restriction.representations)
        draft.add(RepresentationsClosed(restriction=restriction.id, received=received))
    answered(draft, restriction)
    draft.end_deadlines(*ABOUT_A_RESTRICTION, about=restriction.id)
    draft.add(
        set_deadline(
            draft.calendar,
            draft.new_id("d"),
            DeadlineKind.REVIEW,
            restriction.id,
            counted_from=draft.today,
            due_on=review_on,
            rules=decision_rules(draft.ladder, rules, rules.reviewed_by[0]),
        )
    )
    if not draft.case.signposted or not interim:
        draft.owe(DutyTrigger.RESTRICTION_IN_EFFECT)
    leave_out_the_limited(draft)


def vary(draft: Draft, action: a.VaryRestriction) -> None:
    """Narrows a restriction or changes its arrangements; the change has its own reason."""
    restriction = draft.open_restriction(action.restriction)
    rules = rules_of_restriction(draft, restriction)
    _reviewer(draft, rules)
    reason = reasons(draft.policy, draft.case, action)
    not_wider(restriction, action.scopes)
    changed = {
        name: value
        for name in ("scopes", "contact", "contact_through", "meetings", "collection")
        if (value := getattr(action, name)) is not None
    }
    if action.review_on is not None:
        if action.review_on > restriction.terms.review_on:
            raise OpenEndedRestriction("A variation may bring the review forward; a review renews.")
        _not_in_the_past(draft, action.review_on, restriction.terms.starts_on)
        changed["review_on"] = action.review_on
    if not changed:
        raise NotAllowedHere("Say what changes.")
    terms = restriction.terms.model_copy(update=changed)
    draft.add(
        RestrictionVaried(
            restriction=restriction.id,
            terms=terms,
            clauses=action.clauses,
            follow_up=action.follow_up,
            reason=reason,
        )
    )
    _plan_review(draft, restriction, terms.review_on)


def review(draft: Draft, action: a.ReviewRestriction) -> None:
    """Continues, varies or lifts a restriction in force, with reasons."""
    restriction = draft.open_restriction(action.restriction)
    if restriction.status is not RestrictionStatus.IN_FORCE:
        raise NotAllowedHere("It is not confirmed yet: confirm, vary or lift it.")
    rules = rules_of_restriction(draft, restriction)
    _reviewer(draft, rules)
    if action.result is ReviewResult.LIFT:
        _lift(draft, restriction, action, on_review=True)
        return
    reason = reasons(draft.policy, draft.case, action)
    scopes: tuple[Scope, ...] = restriction.terms.scopes
    if action.result is ReviewResult.VARY:
        not_wider(restriction, action.scopes)
        scopes = action.scopes or scopes
    review_on = no_open_ended_restriction(draft.calendar, rules, draft.today, action.review_on)
    terms = restriction.terms.model_copy(update={"scopes": scopes, "review_on": review_on})
    draft.add(
        RestrictionContinued(
            restriction=restriction.id,
            terms=terms,
            clauses=action.clauses,
            follow_up=action.follow_up,
            reason=reason,
        )
    )
    answered(draft, restriction)
    _plan_review(draft, restriction, review_on)
    leave_out_the_limited(draft)


def lift(draft: Draft, action: a.LiftRestriction) -> None:
    """Ends a restriction, or withdraws a proposed one: relief, at any time."""
    _lift(draft, draft.open_restriction(action.restriction), action, on_review=False)


def _lift(
    draft: Draft, restriction: RestrictionState, action: a.Decision, *, on_review: bool
) -> None:
    reason = reasons(draft.policy, draft.case, action)
    draft.add(
        RestrictionLifted(
            restriction=restriction.id,
            on_review=on_review,
            clauses=action.clauses,
            follow_up=action.follow_up,
            reason=reason,
        )
    )
    answered(draft, restriction)
    draft.end_deadlines(*ABOUT_A_RESTRICTION, about=restriction.id)


def _plan_review(draft: Draft, restriction: RestrictionState, review_on: date) -> None:
    deadline = draft.case.deadline_about(DeadlineKind.REVIEW, restriction.id)
    if deadline and deadline.due_on != review_on:
        draft.add(
            move(draft.calendar, deadline, "review", counted_from=draft.today, due_on=review_on)
        )


def _reviewer(draft: Draft, rules: RestrictionRules) -> None:
    if draft.actor.role not in rules.reviewed_by:
        raise NotAuthorised("Reviewing a restriction.", who_may=rules.reviewed_by)


def _not_in_the_past(draft: Draft, review_on: date, starts_on: date) -> None:
    if review_on <= (earliest := max(draft.today, starts_on)):
        raise OpenEndedRestriction(f"The review on {review_on} must be after {earliest}.")


def rules_of(draft: Draft, step: Step) -> RestrictionRules:
    """The step's rules for restricting. Raises NotAllowedHere where it restricts nobody."""
    if step.restriction is None:
        raise NotAllowedHere(f"“{step.title}” restricts nobody.")
    return step.restriction


def rules_of_restriction(draft: Draft, restriction: RestrictionState) -> RestrictionRules:
    """The rules under which an open restriction stands."""
    return rules_of(draft, draft.ladder.by_stage[restriction.step])
