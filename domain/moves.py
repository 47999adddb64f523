"""The actions that open a case, and take it from one stage to another."""

from datetime import date

from domain import actions as a
from domain import restricting
from domain.acting import TextRef
from domain.case import Case
from domain.deadlines import follow_up_deadline, set_deadline
from domain.draft import Draft, reason_of
from domain.errors import (
    NotAllowedHere,
    NotAuthorised,
    ProcedureMissing,
    TimersDoNotDecide,
    UnknownThing,
)
from domain.events import Opened, PolicyAdopted, StageChanged
from domain.ladder import destinations
from domain.meeting_actions import call_off_the_rest
from domain.policy import Step
from domain.safeguards import (
    by_agreement,
    known_clauses,
    nothing_left_open,
    one_rung_at_a_time,
    reasons,
)
from domain.vocabulary import (
    ActionName,
    DeadlineKind,
    DutyTrigger,
    Outcome,
    Role,
    Stage,
)

OF_A_STEP = (DeadlineKind.FOLLOW_UP, DeadlineKind.QUIET_PERIOD)


def raise_concern(draft: Draft, action: a.RaiseConcern) -> None:
    """Opens the case, and starts what the school owes whoever raised it.

    Safeguard 9 is in what this does not look at: no other case, and no restriction.
    """
    ladder, actor = draft.ladder, draft.actor
    if actor.role is Role.SYSTEM:
        raise TimersDoNotDecide()
    if actor.role not in ladder.raised_by:
        raise NotAuthorised("Raising this kind of concern.", who_may=ladder.raised_by)
    known_clauses(draft.policy, action.clauses)
    respondent, family, advocate = action.respondent, action.family, action.advocate
    if ladder.respondent is not None and respondent is None:
        raise UnknownThing(
            f"Say whom the concern is about (respondent): a {ladder.respondent.value}."
        )
    if ladder.respondent is Role.ADVOCATE:
        advocate = advocate or respondent
        if family is None:
            raise UnknownThing("Say which parent the advocate acts for (family).")
    elif ladder.respondent is Role.PARENT:
        family = family or respondent
    elif ladder.respondent is None and actor.role is Role.PARENT:
        family = family or actor.person
    received = action.received_at or draft.now
    if received > draft.now:
        raise NotAllowedHere("A concern cannot have been received in the future.")
    occurred = action.occurred_on or draft.calendar.local_date(received)
    if occurred > draft.today:
        raise NotAllowedHere("What happened cannot lie in the future (occurred_on).")
    draft.add(
        Opened(
            track=ladder.track,
            policy=draft.policy.policy,
            policy_version=draft.policy.version,
            policy_digest=draft.policy.digest,
            calendar_digest=draft.calendar.digest,
            respondent=respondent,
            family=family,
            advocate=advocate,
            named=action.named,
            severity=action.severity,
            clauses=action.clauses,
            narrative=action.narrative,
            occurred_on=occurred,
            received_at=received,
            attachments=action.attachments,
        )
    )
    received_on = draft.calendar.local_date(received)
    draft.owe(DutyTrigger.CASE_OPENED, from_day=received_on)
    _arrive(draft, None, from_day=received_on)


def climb(draft: Draft, action: a.Action, step: Step) -> None:
    """Takes the case to a step, and sets what the policy follows it up with."""
    assert isinstance(action, a.Move)
    skipped = one_rung_at_a_time(draft, action, step)
    by_agreement(step, action)
    reason = reasons(draft.policy, draft.case, action)
    if isinstance(action, a.SeekExternalAdvice) and action.kind not in step.advice:
        raise UnknownThing.named("kind of advice at this step", action.kind, step.advice)
    case = draft.case
    draft.add(
        StageChanged(
            action=action.name,
            source=case.stage,
            dest=step.id,
            rung=case.rung if step.aside else step.id,
            clauses=action.clauses,
            follow_up=action.follow_up,
            reason=reason,
            skipped=skipped,
            advice=action.kind if isinstance(action, a.SeekExternalAdvice) else None,
        )
    )
    _arrive(draft, step)
    if isinstance(action, a.RestrictAccess):
        restricting.propose(draft, action, step)


def _arrive(draft: Draft, step: Step | None, *, from_day: date | None = None) -> None:
    """What a stage brings with it: its follow-up, and the quiet period after which it lapses.

    `step` is None at `raised`, where somebody must still take a first look.
    """
    follow_up = step.follow_up if step else draft.ladder.first_look
    start = from_day or draft.today
    draft.end_deadlines(*OF_A_STEP)
    draft.add(follow_up_deadline(draft.calendar, draft.new_id("d"), follow_up, start))
    if step and step.quiet_period:
        draft.add(
            set_deadline(
                draft.calendar,
                draft.new_id("d"),
                DeadlineKind.QUIET_PERIOD,
                step.id.value,
                counted_from=draft.today,
                span=step.quiet_period,
            )
        )


def step_down(draft: Draft, action: a.StepDown) -> None:
    """Relief by a person: back to a lower rung, with a reason."""
    case, ladder = draft.case, draft.ladder
    lower = destinations(ladder, ActionName.STEP_DOWN.value, case.rung)
    if case.stage is not case.rung:
        lower = (*lower, case.rung)  # from a step aside, back to the rung the case holds
    if action.to not in lower:
        names = ", ".join(stage.value for stage in lower) or "nowhere"
        raise NotAllowedHere(f"From here a case steps down to: {names}.")
    rungs = [step.id for step in ladder.steps if not step.aside]
    kept = rungs[: rungs.index(action.to) + 1] if action.to in rungs else []
    if lifts := [r for r in case.open_restrictions if r.step not in kept]:
        raise NotAllowedHere(f"Lift the restriction {lifts[0].id} first.")
    reason = reasons(draft.policy, case, action)
    draft.add(
        StageChanged(
            action=action.name,
            source=case.stage,
            dest=action.to,
            rung=action.to,
            clauses=action.clauses,
            follow_up=action.follow_up,
            reason=reason,
        )
    )
    _arrive(draft, ladder.by_stage.get(action.to))


def lapse(draft: Draft, action: a.Lapse) -> None:
    """A person ends a quiet case before its quiet period is over."""
    if draft.case.stage is Stage.RAISED:
        raise NotAllowedHere("Nothing was done on this case yet: close it, with its outcome.")
    nothing_left_open(draft)
    reasons(draft.policy, draft.case, action)
    _close(draft, action, Outcome.LAPSED)


def close(draft: Draft, action: a.Close) -> None:
    """Ends the case. A transfer (safeguard 12) waits for nothing, and restricts its content."""
    ladder, case = draft.ladder, draft.case
    if action.outcome not in ladder.outcomes:
        raise UnknownThing.named("outcome on this ladder", action.outcome, ladder.outcomes)
    if action.outcome is Outcome.LAPSED:
        raise NotAllowedHere("Use the action lapse for this.")
    transferred = action.outcome is Outcome.TRANSFERRED
    if transferred != (action.procedure is not None):
        raise ProcedureMissing("Give the procedure with the outcome transferred, and only then.")
    outside = draft.actor.role in (Role.PARENT, Role.ADVOCATE)
    if action.outcome is Outcome.WITHDRAWN and outside and draft.actor.person != case.raiser:
        raise NotAuthorised("Only the person who raised a concern withdraws it.")
    if not transferred:
        nothing_left_open(draft)
    reasons(draft.policy, case, action)
    _close(draft, action, action.outcome)


def _close(draft: Draft, action: a.Decision, outcome: Outcome) -> None:
    draft.add(
        StageChanged(
            action=ActionName.LAPSE if isinstance(action, a.Lapse) else ActionName.CLOSE,
            source=draft.case.stage,
            dest=Stage.CLOSED,
            rung=draft.case.rung,
            clauses=action.clauses,
            follow_up=action.follow_up,
            reason=reason_of(action),
            outcome=outcome,
            procedure=action.procedure if isinstance(action, a.Close) else None,
        )
    )
    settle_deadlines(draft, reason_of(action))


def settle_deadlines(draft: Draft, reason: TextRef | None = None) -> None:
    """After closing: ends what no longer matters, and starts the time for reopening.

    A duty that blocks closing, or a restriction's window, outlives only a transfer, which waits
    for nothing: these protect somebody whatever becomes of the case. So does the answer to a
    challenge, which nobody gets out of by closing the case.
    """
    protecting = {*restricting.ABOUT_A_RESTRICTION, DeadlineKind.CHALLENGE}
    for deadline in draft.case.deadlines:
        if deadline.kind not in protecting and not deadline.blocks_closing:
            draft.end_deadlines(deadline.kind, about=deadline.about)
    call_off_the_rest(draft, reason)
    draft.add(
        set_deadline(
            draft.calendar,
            draft.new_id("d"),
            DeadlineKind.REOPENING,
            "reopening",
            counted_from=draft.today,
            span=draft.ladder.reopen_within,
        )
    )


def reopen(draft: Draft, action: a.Reopen) -> None:
    """Takes a closed case back to where it stood, within the policy's time."""
    case = draft.case
    if case.settled or not case.deadline_about(DeadlineKind.REOPENING, "reopening"):
        raise NotAllowedHere("The time in which this case could be reopened is over.")
    stage = case.closed_from or case.rung
    reason = reasons(draft.policy, case, action)
    draft.end_deadlines(DeadlineKind.REOPENING)
    draft.add(
        StageChanged(
            action=action.name,
            source=Stage.CLOSED,
            dest=stage,
            rung=case.rung,
            clauses=action.clauses,
            follow_up=action.follow_up,
            reason=reason,
        )
    )
    _arrive(draft, draft.ladder.by_stage.get(stage))


def adopt_policy(draft: Draft, action: a.AdoptPolicy) -> None:
    """Moves the case to another version of its code: explicit, reasoned, and audited."""
    new, case = action.policy, draft.case
    if new.policy != case.policy or case.track not in new.by_track:
        raise NotAllowedHere(f"{new.policy} has no {case.track.value} ladder for this case.")
    if new.digest == case.policy_digest:
        raise NotAllowedHere("The case runs under this version already.")
    if missing := _stages_held(case) - {Stage.RAISED, *new.by_track[case.track].by_stage}:
        gone = ", ".join(sorted(stage.value for stage in missing))
        raise NotAllowedHere(f"The new version has no step {gone}, which this case stands at.")
    for restriction in case.open_restrictions:
        if new.by_track[case.track].by_stage[restriction.step].restriction is None:
            raise NotAllowedHere(
                f"In the new version {restriction.step.value} restricts nobody: lift the "
                f"restriction {restriction.id} first."
            )
    draft.add(
        PolicyAdopted(
            was=case.policy_digest,
            policy=new.policy,
            policy_version=new.version,
            policy_digest=new.digest,
            reason=reason_of(action),
        )
    )


def _stages_held(case: Case) -> set[Stage]:
    return {case.stage, case.rung, *(r.step for r in case.open_restrictions)}
