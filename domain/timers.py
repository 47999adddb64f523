"""Follow-ups and time: what a person does about a deadline, and what the timer does by itself."""

from domain import actions as a
from domain.case import TASKS, Deadline
from domain.deadlines import fallen_due, move
from domain.draft import Draft, reason_of
from domain.errors import (
    ConflictOfInterest,
    NotAllowedHere,
    NotAuthorised,
    ReasonMissing,
    UnknownThing,
)
from domain.events import (
    CalendarAdopted,
    DeadlineMissed,
    DeadlineReminded,
    NoticeSent,
    RepresentationsClosed,
    RestrictionLapsed,
    Settled,
    StageChanged,
)
from domain.letter_rules import replied_to
from domain.moves import settle_deadlines
from domain.referral_actions import DISCLOSURE, REFERRAL
from domain.restricting import ABOUT_A_RESTRICTION, rules_of_restriction
from domain.spoken import spoken
from domain.vocabulary import ActionName, DeadlineKind, DutyKind, Outcome, Stage

MET_BY = {
    DutyKind.ACKNOWLEDGE: ActionName.ACKNOWLEDGE,
    DutyKind.SHARE_CODE_WITH_PARENT: ActionName.SHARE_CODE,
    DutyKind.SHARE_CODE_WITH_ADVOCATE: ActionName.SHARE_CODE,
    DutyKind.ASK_TO_SIGN: ActionName.SIGN_CODE,
    DutyKind.SIGNPOST: ActionName.SIGNPOST,
    DutyKind.OFFER_ACCOMPANIMENT: ActionName.OFFER_ACCOMPANIMENT,
    DutyKind.RESCHEDULE: ActionName.RESCHEDULE_MEETING,
    DutyKind.RECORD_MEETING: ActionName.RECORD_MEETING,
}
"""Duties that only their own action meets, so that the record says what was really done."""
MET_BY_ITSELF = {
    REFERRAL: ActionName.RECORD_REFERRAL_OUTCOME,
    DISCLOSURE: ActionName.REVIEW_CONFIDENTIALITY,
}
"""The same for duties that follow from an action and stand in no ladder."""
MET_BY_DECIDING = frozenset({DeadlineKind.LATE_REPRESENTATIONS, DeadlineKind.REVIEW_REQUEST})


def complete(draft: Draft, action: a.CompleteFollowUp) -> None:
    """Records that a follow-up or duty was done, and what came of it."""
    deadline = _task(draft, action.deadline)
    duty = draft.duty_of(deadline)
    # A code that was published before the action was known gives it to nobody.
    if duty and duty.kind in MET_BY and draft.ladder.roles_for(MET_BY[duty.kind]):
        raise NotAllowedHere(f"This duty is met by the action “{spoken(MET_BY[duty.kind])}”.")
    if deadline.about in MET_BY_ITSELF and deadline.kind is DeadlineKind.DUTY:
        raise NotAllowedHere(
            f"This duty is met by the action “{spoken(MET_BY_ITSELF[deadline.about])}”."
        )
    if deadline.kind in MET_BY_DECIDING:
        raise NotAllowedHere(
            f"The decision on restriction {deadline.about} answers this: confirm, review or lift "
            "it."
        )
    if deadline.kind is DeadlineKind.CHALLENGE:
        _may_answer(draft, deadline)
        if action.result is None:
            raise ReasonMissing("Write the answer to the challenge (result).")
    _goes_to_somebody(draft, deadline, action)
    draft.meet_deadline(deadline, action.result, action.reply)


def _goes_to_somebody(draft: Draft, deadline: Deadline, action: a.CompleteFollowUp) -> None:
    """A reply goes to one of the people whose case it is, and it is clear to whom."""
    if action.reply is None:
        if action.reply_to is not None:
            raise NotAllowedHere("Write what you reply to them (reply).")
        return
    to = replied_to(draft.ladder, draft.case, deadline, action.reply_to)
    if to is None:
        raise NotAllowedHere("Say to whom the reply goes (reply_to).")
    if to not in draft.case.parties:
        raise NotAllowedHere("A reply goes to the people whose case this is, and to nobody else.")


def _may_answer(draft: Draft, deadline: Deadline) -> None:
    """Somebody above whoever decided answers a challenge, and nobody who has a part in it."""
    if draft.actor.person in {*deadline.not_for, *draft.case.involved}:
        raise ConflictOfInterest("Whoever made a decision does not answer a challenge to it.")
    who_may = tuple(dict.fromkeys(rule.tell for rule in deadline.rules if rule.to is None))
    if draft.actor.role not in who_may:
        raise NotAuthorised("Answering a challenge to a decision.", who_may=who_may)


def extend(draft: Draft, action: a.ExtendFollowUp) -> None:
    """Gives a follow-up more time, with a reason. What is owed to a family is not extended."""
    deadline = _task(draft, action.deadline)
    if deadline.kind is not DeadlineKind.FOLLOW_UP:
        raise NotAllowedHere("This is owed to somebody: it can be met, and not extended.")
    reason = reason_of(action)
    if action.by.amount < 1:
        raise NotAllowedHere("Extend it by at least one day.")
    moved = move(
        draft.calendar,
        deadline,
        "extended",
        counted_from=max(draft.today, deadline.due_on),
        span=action.by,
    )
    draft.add(moved.model_copy(update={"reason": reason}))


def take(draft: Draft, action: a.TakeFollowUp) -> None:
    """Somebody takes it on: the alerts to others stop, and it falls due anew, for them first."""
    deadline = _task(draft, action.deadline)
    if deadline.kind is DeadlineKind.CHALLENGE:
        _may_answer(draft, deadline)
    grace = next((rule.after for rule in deadline.rules if rule.after), None)
    if deadline.level <= deadline.announcements or grace is None:
        draft.add(
            move(draft.calendar, deadline, "taken").model_copy(update={"owner": draft.actor.person})
        )
        return
    moved = move(draft.calendar, deadline, "taken", counted_from=draft.today, span=grace)
    draft.add(moved.model_copy(update={"owner": draft.actor.person}))


def _task(draft: Draft, deadline_id: str) -> Deadline:
    deadline = draft.open_deadline(deadline_id)
    if deadline.kind not in TASKS:
        raise NotAllowedHere(
            f"{deadline_id} is a {deadline.kind.value.replace('_', ' ')}: it ends by a decision, "
            "or by itself."
        )
    return deadline


def adopt_calendar(draft: Draft, action: a.AdoptCalendar) -> None:
    """The school's calendar changed: each open deadline that counts in days moves with it."""
    case, new = draft.case, action.calendar
    if new.digest == case.calendar_digest:
        raise NotAllowedHere("The case runs under this calendar already.")
    draft.add(CalendarAdopted(was=case.calendar_digest, calendar_digest=new.digest))
    for deadline in case.deadlines:
        moved = move(new, deadline, "calendar")
        if (moved.due_at, moved.alerts) != (deadline.due_at, deadline.alerts):
            draft.add(moved)


def time_passed(draft: Draft, action: a.TimePassed) -> None:
    """Reminds of what has fallen due, and gives relief. It never moves anybody up.

    Raises NotAllowedHere where nothing has fallen due: a stale timer has no effect.
    """
    due = fallen_due(draft.case, draft.now)
    if not due:
        raise NotAllowedHere("Nothing has fallen due.")
    for deadline in due:
        _remind(draft, deadline)
        if deadline.next_at is not None and deadline.due_at <= draft.now:
            _expire(draft, deadline)


def _remind(draft: Draft, deadline: Deadline) -> None:
    for level in range(deadline.level, len(deadline.alerts)):
        alert = deadline.alerts[level]
        if alert.at > draft.now or draft.case.deadline(deadline.id) is None:
            return
        draft.add(
            DeadlineReminded(
                deadline=deadline.id,
                generation=deadline.generation,
                level=level,
                tell=alert.tell,
                occasion=deadline.occasion(level),
            )
        )


def _expire(draft: Draft, deadline: Deadline) -> None:
    if draft.case.deadline(deadline.id) is None:
        return  # an earlier one in the same moment has ended it
    match deadline.kind:
        case DeadlineKind.REPRESENTATIONS:
            restriction = draft.open_restriction(deadline.about)
            received = len(restriction.representations)
            draft.add(RepresentationsClosed(restriction=restriction.id, received=received))
        case DeadlineKind.CONFIRMATION | DeadlineKind.REVIEW:
            _lapse_restriction(draft, deadline)
        case DeadlineKind.QUIET_PERIOD:
            _lapse_case(draft, deadline)
        case DeadlineKind.REOPENING:
            _settle(draft, deadline)
        case _:
            pass  # they stay open until somebody acts, however late


def _settle(draft: Draft, deadline: Deadline) -> None:
    if len(draft.case.deadlines) > 1:
        # After a transfer: what still protects somebody keeps the case from settling.
        draft.add(move(draft.calendar, deadline, "blocked", counted_from=draft.today))
        return
    draft.add(Settled())


def _lapse_restriction(draft: Draft, deadline: Deadline) -> None:
    restriction = draft.open_restriction(deadline.about)
    rules = rules_of_restriction(draft, restriction)
    draft.add(DeadlineMissed(deadline=deadline.id, tell=rules.missed_review_alerts))
    draft.add(RestrictionLapsed(restriction=restriction.id, missed=deadline.kind))
    draft.end_deadlines(*ABOUT_A_RESTRICTION, about=restriction.id)


def _lapse_case(draft: Draft, deadline: Deadline) -> None:
    case = draft.case
    if case.open_restrictions or case.blocking:
        draft.add(move(draft.calendar, deadline, "blocked", counted_from=draft.today))
        return
    draft.add(
        StageChanged(
            action=ActionName.LAPSE,
            source=case.stage,
            dest=Stage.CLOSED,
            rung=case.rung,
            outcome=Outcome.LAPSED,
        )
    )
    settle_deadlines(draft)


def record_notice(draft: Draft, action: a.RecordNotice) -> None:
    """A reminder was sent (or nobody could be told): what is known of it."""
    if action.level < 0:
        raise UnknownThing(f"There is no level {action.level}.")
    draft.add(
        NoticeSent(
            deadline=action.deadline,
            level=action.level,
            told=action.told,
            message_id=action.message_id,
            digest=action.digest,
            sent_at=action.sent_at,
        )
    )
