"""One function for each safeguard. Each raises the error that tells what it protects."""

from datetime import date

from domain.actions import (
    AssignPanel,
    Decision,
    OfferMediation,
    RestrictAccess,
    SeekExternalAdvice,
    TextRef,
)
from domain.calendar import SchoolCalendar
from domain.case import Case, RestrictionState
from domain.draft import Draft
from domain.errors import (
    AnswerMissing,
    ConflictOfInterest,
    NamesSeen,
    NotAllowedHere,
    NotAuthorised,
    NotYetHeard,
    OpenEndedRestriction,
    PromiseOutstanding,
    ReasonMissing,
    RestrictionStillOpen,
    SecondPersonNeeded,
    SignpostOutstanding,
    SkippedRung,
    UnknownThing,
)
from domain.events import Restriction
from domain.ladder import SKIP, destinations, skipped_rungs
from domain.policy import Ladder, Policy, RestrictionRules, Step
from domain.vocabulary import AdviceKind, DeadlineKind, DutyKind, Role, Scope, Stage


def one_rung_at_a_time(draft: Draft, action: Decision, step: Step) -> tuple[Stage, ...]:
    """Safeguard 1. The rungs that this move skips: () for the next rung or a step aside.

    Raises SkippedRung where the severity or the role is not one that the policy names, and
    NotAllowedHere where the ladder does not lead there at all.
    """
    case, ladder, role = draft.case, draft.ladder, draft.actor.role
    trigger = step.action.value
    for stage in dict.fromkeys((case.stage, case.rung)):
        if step.id in destinations(ladder, trigger, stage) and role in step.roles:
            return ()
    to_police = isinstance(action, SeekExternalAdvice) and action.kind is AdviceKind.POLICE
    if to_police and role in ladder.police_from_any_stage:
        return ()
    if step.id not in destinations(ladder, SKIP + trigger, case.rung):
        raise NotAllowedHere(_where_next(ladder, case, step))
    over = skipped_rungs(ladder, case.rung, step)
    if not any(
        step.id in skip.to and case.severity in skip.severities and role in skip.roles
        for skip in ladder.skips
    ):
        raise SkippedRung(_what_skips(ladder, step, over), who_may=_who_skips(ladder, case, step))
    return over


def _where_next(ladder: Ladder, case: Case, step: Step) -> str:
    nexts = [s.title for s in ladder.steps if {case.stage, case.rung} & set(s.follows)]
    now = ladder.by_stage[case.rung].title if case.rung in ladder.by_stage else "Raised"
    if nexts:
        return f"From “{now}” the ladder leads to: {', '.join(nexts)}; not to “{step.title}”."
    return f"From “{now}” the ladder does not lead to “{step.title}”."


def _what_skips(ladder: Ladder, step: Step, over: tuple[Stage, ...]) -> str:
    titles = ", ".join(ladder.by_stage[stage].title for stage in over)
    grave = sorted({s.value for k in ladder.skips if step.id in k.to for s in k.severities})
    return f"Before “{step.title}” come: {titles}. Severity that may skip: {', '.join(grave)}."


def _who_skips(ladder: Ladder, case: Case, step: Step) -> tuple[Role, ...]:
    skips = (s for s in ladder.skips if step.id in s.to and case.severity in s.severities)
    return tuple(dict.fromkeys(role for skip in skips for role in skip.roles))


def by_agreement(step: Step, action: Decision) -> None:
    """A step that needs both sides' agreement is not taken without it. Raises NotAllowedHere."""
    if step.by_agreement and not (isinstance(action, OfferMediation) and action.agreed):
        raise NotAllowedHere(
            f"“{step.title}” is by agreement: ask both sides, and say that they agreed."
        )


def reasons(policy: Policy, case: Case, action: Decision) -> TextRef:
    """Safeguard 7. The reason, where the decision cites a known clause or a follow-up's result.

    Raises ReasonMissing or UnknownThing.
    """
    known_clauses(policy, action.clauses)
    if action.follow_up is not None and action.follow_up not in case.results:
        raise UnknownThing.named("completed follow-up", action.follow_up, case.results)
    if action.reason is None:
        raise ReasonMissing("Give the reason in a sentence or two.")
    if not action.clauses and action.follow_up is None:
        raise ReasonMissing("Cite at least one clause, or the follow-up that this rests on.")
    return action.reason


def known_clauses(policy: Policy, clauses: tuple[str, ...]) -> None:
    """Refuses a clause that the code does not have. Raises UnknownThing, with near names."""
    for clause in clauses:
        if clause not in policy.clause_ids:
            raise UnknownThing.named("clause", clause, policy.clause_ids)


def emergency(case: Case, rules: RestrictionRules) -> None:
    """Safeguard 2: only a severity that the policy names lets a restriction start at once.

    Raises SecondPersonNeeded, with those severities.
    """
    if case.severity not in rules.interim_severities:
        named = ", ".join(s.value for s in rules.interim_severities)
        raise SecondPersonNeeded(
            f"Only severity {named} lets one person start a restriction at once; this case is "
            f"{case.severity.value}. Propose it instead."
        )


def two_pairs_of_eyes(draft: Draft, restriction: RestrictionState, rules: RestrictionRules) -> None:
    """Safeguard 2: another authorised person confirms. Raises SecondPersonNeeded or
    NotAuthorised."""
    if draft.actor.person == restriction.proposed_by:
        raise SecondPersonNeeded("You proposed this one.", who_may=rules.confirmed_by)
    if draft.actor.role not in rules.confirmed_by:
        raise NotAuthorised("Confirming a restriction.", who_may=rules.confirmed_by)


def to_be_heard(case: Case, restriction: RestrictionState, answer: TextRef | None) -> None:
    """Safeguard 3: no decision before the respondent was heard or the window closed, and the
    decision answers what they said. Raises NotYetHeard or AnswerMissing."""
    if not restriction.heard:
        window = case.deadline_about(DeadlineKind.REPRESENTATIONS, restriction.id)
        raise NotYetHeard(
            f"The window closes on {_day(window.due_on)}." if window else "",
            not_before=window.due_at if window else None,
        )
    if restriction.representations and answer is None:
        raise AnswerMissing("Write the answer to what they said.")


def _day(when: date) -> str:
    return f"{when:%A} {when.day} {when:%B %Y}"


def terms_of(action: RestrictAccess, starts_on: date, review_on: date) -> Restriction:
    """Safeguard 4: the whole of a restriction's terms. Raises OpenEndedRestriction with what is
    missing."""
    lacking = [
        label
        for label, given in (
            ("what contact stays permitted (contact)", action.contact),
            ("whom contact goes through (contact_through)", action.contact_through),
            ("how the family still takes part in statutory meetings (meetings)", action.meetings),
            (
                "how the child is still brought and collected (collection)",
                action.collection or Scope.SITE not in action.scopes,
            ),
        )
        if not given
    ]
    if lacking or not (action.contact and action.contact_through and action.meetings):
        raise OpenEndedRestriction(f"Say {'; '.join(lacking)}.")
    return Restriction(
        scopes=action.scopes,
        starts_on=starts_on,
        review_on=review_on,
        contact=action.contact,
        contact_through=action.contact_through,
        meetings=action.meetings,
        collection=action.collection,
    )


def no_open_ended_restriction(
    calendar: SchoolCalendar, rules: RestrictionRules, starts_on: date, review_on: date | None
) -> date:
    """Safeguard 4: the review date, which is after the start and within the policy's limit.

    Raises OpenEndedRestriction with the last day that is allowed.
    """
    latest = calendar.add(starts_on, rules.review_within)
    if review_on is None:
        raise OpenEndedRestriction(f"Give a review date (review_on), {latest} at the latest.")
    if not starts_on < review_on <= latest:
        raise OpenEndedRestriction(
            f"The review on {review_on} must be after {starts_on} and no later than {latest} "
            f"({rules.review_within})."
        )
    return review_on


def not_wider(restriction: RestrictionState, scopes: tuple[Scope, ...] | None) -> None:
    """A variation narrows. To widen, the respondent must be heard again. Raises NotYetHeard."""
    wider = set(scopes or ()) - set(restriction.terms.scopes)
    if wider:
        raise NotYetHeard(
            f"This would also limit {', '.join(sorted(s.value for s in wider))}: propose that as a "
            "new restriction, so that they can be heard on it."
        )
    if scopes == ():
        raise OpenEndedRestriction("A restriction that limits nothing is lifted instead.")


def nothing_left_open(draft: Draft) -> None:
    """Safeguards 4, 5 and 10: what must be done before a case closes.

    Raises RestrictionStillOpen, SignpostOutstanding or PromiseOutstanding.
    """
    case = draft.case
    if case.open_restrictions:
        raise RestrictionStillOpen(
            "Open: " + ", ".join(f"{r.id} ({r.status.value})" for r in case.open_restrictions) + "."
        )
    for deadline in case.blocking:
        duty = draft.duty_of(deadline)
        if duty and duty.kind is DutyKind.SIGNPOST:
            raise SignpostOutstanding()
        raise PromiseOutstanding(f"Outstanding: {deadline.about}, due on {deadline.due_on}.")
    if waiting := [one.id for one in case.disclosures if not one.reviewed]:
        raise PromiseOutstanding(
            f"A second person has not yet looked at what was told without consent: "
            f"{', '.join(waiting)} (review_confidentiality)."
        )


def fair_panel(ladder: Ladder, case: Case, action: AssignPanel) -> None:
    """Safeguard 6, and SI 2014/3283 schedule part 7 para 33: at least three members with no part
    in the case, who have not seen its names, one of them independent of the school.

    Raises NamesSeen or ConflictOfInterest.
    """
    size = ladder.panel_size or 3
    members = set(action.members)
    if len(members) < size or len(members) != len(action.members):
        raise NamesSeen(f"This panel needs {size} different members.")
    if action.independent not in members:
        raise NamesSeen("Say which member is independent of the school (independent).")
    if members & case.involved:
        raise ConflictOfInterest("A member of the panel has a part in this case.")
    # Who sits on the panel already was shown the names for that.
    elsewhere = set(action.seen_elsewhere) - set(case.panel)
    if members & (set(case.names_seen) | elsewhere):
        raise NamesSeen("A member has already seen the names.")
