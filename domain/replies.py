"""What people send back: what the school owes on it, and to whom it goes."""

from domain import actions as a
from domain.calendar import Span
from domain.case import Case, Decided, RestrictionState
from domain.deadlines import alert_rules, set_deadline
from domain.draft import Draft
from domain.errors import UnknownThing, WindowClosed
from domain.events import AlertRule, RepresentationsSubmitted, ResponseRecorded
from domain.policy import DutyRule, Ladder, RestrictionRules
from domain.vocabulary import (
    ActionName,
    DeadlineKind,
    DutyTrigger,
    ResponseKind,
    RestrictionStatus,
    Role,
)


def record_response(draft: Draft, action: a.RecordResponse) -> None:
    """What the respondent or family sent back, and what the school owes on it."""
    decided = draft.case.decided
    draft.add(ResponseRecorded(kind=action.kind, text=action.text, attachments=action.attachments))
    if draft.case.settled:
        return  # the time to act on it is over
    if action.kind is ResponseKind.CHALLENGE and decided is not None:
        _challenge(draft, decided)
    elif not draft.case.closed:
        draft.owe(_owed_on(draft.ladder, action.kind))


def _owed_on(ladder: Ladder, kind: ResponseKind) -> DutyTrigger:
    promised = {duty.when for duty in ladder.duties}
    if kind is ResponseKind.CANNOT_ATTEND and DutyTrigger.CANNOT_ATTEND in promised:
        return DutyTrigger.CANNOT_ATTEND
    # A code that promises no other date still owes whoever asks for one an answer.
    return DutyTrigger.RESPONSE_RECEIVED


def _challenge(draft: Draft, decided: Decided) -> None:
    """Nobody judges a challenge to their own decision: it goes to the next role up.

    Whoever decided is told that it was challenged, and may not answer it.
    """
    about = f"event-{decided.sequence}"
    if draft.case.deadline_about(DeadlineKind.CHALLENGE, about):
        return
    owner, *above = _from_the_next_up(draft, decided.by.role)
    draft.add(
        set_deadline(
            draft.calendar,
            draft.new_id("d"),
            DeadlineKind.CHALLENGE,
            about,
            counted_from=draft.today,
            span=time_to_answer(draft.ladder),
            rules=(
                AlertRule(tell=owner, at_once=True),
                AlertRule(tell=decided.by.role, at_once=True, to=decided.by.person),
                AlertRule(tell=owner),
                *_told_later(draft, owner, above),
            ),
            not_for=(decided.by.person,),
        )
    )


def _from_the_next_up(draft: Draft, decider: Role) -> tuple[Role, ...]:
    """The roles above whoever decided, in the order in which this ladder's reminders rise.

    Where nobody is above them, the clerk sees to it, or the local authority, if the code has
    either; else another holder of the same role.
    """
    may = draft.ladder.roles_for(ActionName.COMPLETE_FOLLOW_UP)
    rises = tuple(role for role in _roles_that_answer(draft.ladder) if role in may)
    if decider not in rises:
        return (rises[-1:] if decider in _GOVERNING else rises) or (decider,)
    if higher := rises[rises.index(decider) + 1 :]:
        return higher
    return (_beside(draft, decider) or decider,)


def _beside(draft: Draft, *but: Role) -> Role | None:
    """Who sees to it that a challenge is answered where nobody is above."""
    may = draft.ladder.roles_for(ActionName.COMPLETE_FOLLOW_UP)
    return next((role for role in _BESIDE_ALL if role in may and role not in but), None)


_BESIDE_ALL = (Role.CLERK, Role.LOCAL_AUTHORITY_OFFICER)
_GOVERNING = frozenset({Role.GOVERNOR, *_BESIDE_ALL})


def _roles_that_answer(ladder: Ladder) -> tuple[Role, ...]:
    answer = answering(ladder)
    if answer is None:
        look = ladder.first_look
        return (look.owner, *(level.tell for level in look.overdue))
    return (answer.owner, *(level.tell for level in answer.overdue))


def _told_later(draft: Draft, owner: Role, above: list[Role]) -> tuple[AlertRule, ...]:
    """When each role above the owner is told that nobody has answered, as the ladder has it.

    Above the highest it is told to whoever stands beside them all: the one who should answer may
    have a part in the case, and a challenge never waits for somebody who may not answer it.
    """
    answer = answering(draft.ladder)
    overdue = answer.overdue if answer else draft.ladder.first_look.overdue
    later = tuple(AlertRule(tell=one.tell, after=one.after) for one in overdue if one.tell in above)
    beside = _beside(draft, owner)
    if later or beside is None:
        return later
    return (AlertRule(tell=beside, after=overdue[-1].after),)


def answering(ladder: Ladder) -> DutyRule | None:
    """The promise to answer what people send, if the code makes one."""
    found = (duty for duty in ladder.duties if duty.when is DutyTrigger.RESPONSE_RECEIVED)
    return next(found, None)


def time_to_answer(ladder: Ladder) -> Span:
    """How long the school has to answer what people send: as it promises, else as for a first
    look at a concern."""
    answer = answering(ladder)
    return answer.within if answer else ladder.first_look.within


def submit_representations(draft: Draft, action: a.SubmitRepresentations) -> None:
    """The respondent's written side. While a window is open it ends the wait; after it, it is
    kept and marked late, and whoever decides is told at once.

    Raises WindowClosed where nothing was ever restricted, and UnknownThing.
    """
    for restriction, late in _written_about(draft.case, action):
        draft.add(
            RepresentationsSubmitted(
                restriction=restriction.id,
                text=action.text,
                attachments=action.attachments,
                late=late,
            )
        )
        if late and restriction.open:
            _tell_who_decides(draft, restriction)
    if not draft.case.settled:
        draft.owe(DutyTrigger.RESPONSE_RECEIVED)


def _written_about(
    case: Case, action: a.SubmitRepresentations
) -> list[tuple[RestrictionState, bool]]:
    """The restrictions that a written side is about, and whether it comes late for each."""
    if not case.restrictions:
        raise WindowClosed()
    waiting = {d.about for d in case.deadlines if d.kind is DeadlineKind.REPRESENTATIONS}
    if action.restriction is not None:
        restriction = case.restriction(action.restriction)
        if restriction is None:
            known = (one.id for one in case.restrictions)
            raise UnknownThing.named("restriction", action.restriction, known)
        return [(restriction, restriction.id not in waiting)]
    if waiting:
        return [(one, False) for one in case.restrictions if one.id in waiting]
    return [(one, True) for one in case.open_restrictions or case.restrictions[-1:]]


def _tell_who_decides(draft: Draft, restriction: RestrictionState) -> None:
    """Before the decision, it must still answer them; after it, they ask for a review."""
    rules = draft.ladder.by_stage[restriction.step].restriction
    assert rules is not None
    if restriction.status is RestrictionStatus.IN_FORCE:
        _ask_for_review(draft, restriction, rules)
        return
    decision = draft.case.deadline_about(DeadlineKind.CONFIRMATION, restriction.id)
    if decision is None or draft.case.deadline_about(
        DeadlineKind.LATE_REPRESENTATIONS, restriction.id
    ):
        return
    draft.add(
        set_deadline(
            draft.calendar,
            draft.new_id("d"),
            DeadlineKind.LATE_REPRESENTATIONS,
            restriction.id,
            counted_from=draft.today,
            due_on=decision.due_on,
            rules=(AlertRule(tell=rules.confirmed_by[0], at_once=True),),
            not_for=(restriction.proposed_by,),
        )
    )


def _ask_for_review(draft: Draft, restriction: RestrictionState, rules: RestrictionRules) -> None:
    if draft.case.deadline_about(DeadlineKind.REVIEW_REQUEST, restriction.id):
        return
    reviewer = rules.reviewed_by[0]
    draft.add(
        set_deadline(
            draft.calendar,
            draft.new_id("d"),
            DeadlineKind.REVIEW_REQUEST,
            restriction.id,
            counted_from=draft.today,
            span=time_to_answer(draft.ladder),
            rules=(
                AlertRule(tell=reviewer, at_once=True),
                *alert_rules(reviewer, draft.ladder.alerts),
            ),
        )
    )


def answered(draft: Draft, restriction: RestrictionState) -> None:
    """A decision on the restriction answers what came in late about it."""
    for kind in (DeadlineKind.LATE_REPRESENTATIONS, DeadlineKind.REVIEW_REQUEST):
        if deadline := draft.case.deadline_about(kind, restriction.id):
            draft.meet_deadline(deadline)
