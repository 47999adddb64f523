"""The actions that add to the record without moving the case."""

from domain import actions as a
from domain.deadlines import move
from domain.draft import Draft, reason_of
from domain.errors import (
    AdjustmentStands,
    ConflictOfInterest,
    NotAllowedHere,
    NotAskedToSign,
    UnknownThing,
)
from domain.events import (
    Acknowledged,
    AdjustmentAgreed,
    AdjustmentRemoved,
    AdvocateAppointed,
    Assigned,
    CodeAnswered,
    CodeShared,
    ConflictDeclared,
    GovernorReviewed,
    IncidentAdded,
    NotActedOn,
    NoteAdded,
    PanelAssigned,
    SawNames,
    Signposted,
)
from domain.meeting_actions import invite_the_new_advocate
from domain.referral_actions import let_go_of_the_advocate
from domain.safeguards import fair_panel, reasons
from domain.vocabulary import DeadlineKind, DutyKind, DutyTrigger, Role, Stage


def add_incident(draft: Draft, action: a.AddIncident) -> None:
    """Another occurrence. The quiet period begins again; the stage does not change."""
    if action.occurred_on > draft.today:
        raise NotAllowedHere("What happened cannot lie in the future (occurred_on).")
    draft.add(
        IncidentAdded(
            occurred_on=action.occurred_on,
            severity=action.severity,
            clauses=action.clauses,
            text=action.text,
            attachments=action.attachments,
        )
    )
    for deadline in draft.case.deadlines:
        if deadline.kind is DeadlineKind.QUIET_PERIOD:
            draft.add(move(draft.calendar, deadline, "incident", counted_from=draft.today))


def acknowledge(draft: Draft, action: a.Acknowledge) -> None:
    """Tells whoever raised the concern that it was received."""
    if draft.case.acknowledged:
        raise NotAllowedHere("It was acknowledged already.")
    draft.add(Acknowledged())
    draft.meet(DutyKind.ACKNOWLEDGE)


def add_note(draft: Draft, action: a.AddNote) -> None:
    """Keeps a note on the record."""
    draft.add(NoteAdded(text=action.text))


def assign(draft: Draft, action: a.Assign) -> None:
    """Gives the case an owner, who has no part in it."""
    if action.to in draft.case.involved:
        raise ConflictOfInterest("That person has a part in this case.")
    draft.add(Assigned(to=action.to))


def declare_conflict(draft: Draft, action: a.DeclareConflict) -> None:
    """The actor says that they should not decide this case, and is kept from it."""
    if draft.actor.person in draft.case.conflicts:
        raise NotAllowedHere("You have declared this already.")
    draft.add(ConflictDeclared(person=draft.actor.person, reason=action.reason))


def decide_not_to_act(draft: Draft, action: a.DecideNotToAct) -> None:
    """A decision not to act is a decision: it has a reason and a clause, and answers the check
    that was waiting."""
    reason = reasons(draft.policy, draft.case, action)
    draft.add(NotActedOn(clauses=action.clauses, follow_up=action.follow_up, reason=reason))
    for deadline in draft.case.deadlines:
        if deadline.kind is DeadlineKind.FOLLOW_UP:
            draft.meet_deadline(deadline, reason)


def appoint_advocate(draft: Draft, action: a.AppointAdvocate) -> None:
    """The parent's choice of advocate, and the school's promises on it."""
    case = draft.case
    if action.advocate == case.advocate:
        raise NotAllowedHere("They are the advocate on this case already.")
    draft.add(AdvocateAppointed(advocate=action.advocate, replaces=case.advocate))
    if case.advocate is not None:
        let_go_of_the_advocate(draft, case.advocate)  # the new one is owed it all anew
    invite_the_new_advocate(draft, former=case.advocate)
    draft.owe(DutyTrigger.ADVOCATE_APPOINTED)


def share_code(draft: Draft, action: a.ShareCode) -> None:
    """Shares the code with the parent or the advocate."""
    case = draft.case
    match action.with_role:
        case Role.PARENT:
            person, kind = case.family, DutyKind.SHARE_CODE_WITH_PARENT
        case Role.ADVOCATE:
            person, kind = case.advocate, DutyKind.SHARE_CODE_WITH_ADVOCATE
        case _:
            raise NotAllowedHere("The code is shared with the parent or the advocate (with_role).")
    if person is None:
        raise UnknownThing(f"There is no {action.with_role.value} on this case.")
    draft.add(
        CodeShared(
            with_role=action.with_role,
            with_person=person,
            policy_version=draft.policy.version,
        )
    )
    draft.meet(kind)


def sign_code(draft: Draft, action: a.SignCode) -> None:
    """Signed, declined or no answer: a neutral fact (safeguard 11). Nothing follows from it."""
    if draft.policy.asks_to_sign is None:
        raise NotAskedToSign()
    person = action.by or draft.actor.person
    if person not in draft.case.parties:
        raise NotAskedToSign("Only the people whose case this is are asked.")
    outside = draft.actor.role in (Role.PARENT, Role.ADVOCATE)
    if outside and person != draft.actor.person:
        raise NotAskedToSign("Nobody signs for somebody else.")
    draft.add(
        CodeAnswered(
            person=person,
            answer=action.answer,
            policy_version=draft.policy.version,
            signed_as=action.signed_as,
        )
    )
    draft.meet(DutyKind.ASK_TO_SIGN)


def signpost(draft: Draft, action: a.Signpost) -> None:
    """Tells the family how to reach SENDIASS: free, impartial, and at arm's length."""
    to = action.to or draft.case.family
    if to is None:
        raise UnknownThing("There is no family on this case: say whom was told (to).")
    draft.add(Signposted(to=to))
    draft.meet(DutyKind.SIGNPOST)


def review_by_governor(draft: Draft, action: a.ReviewByGovernor) -> None:
    """A governor's findings on how the case was handled."""
    draft.add(GovernorReviewed(findings=action.findings))


def assign_panel(draft: Draft, action: a.AssignPanel) -> None:
    """Sets the panel that hears a complaint."""
    if draft.case.stage is not Stage.COMPLAINT_PANEL:
        raise NotAllowedHere("A panel is set once the case has come to the panel stage.")
    fair_panel(draft.ladder, draft.case, action)
    draft.add(PanelAssigned(members=action.members, independent=action.independent))


def see_names(draft: Draft, action: a.SeeNames) -> None:
    """Records that a governor was shown the names, so that they are kept off a later panel."""
    person = draft.actor.person
    if person in draft.case.names_seen:
        raise NotAllowedHere("You have seen the names in this case already.")
    draft.add(SawNames(person=person))


def agree_adjustment(draft: Draft, action: a.AgreeAdjustment) -> None:
    """A reasonable adjustment: it stands for the life of the case (Equality Act 2010)."""
    draft.add(
        AdjustmentAgreed(adjustment=draft.new_id("a"), person=action.person, text=action.text)
    )


def remove_adjustment(draft: Draft, action: a.RemoveAdjustment) -> None:
    """Only a recorded decision, with its reason, removes an adjustment."""
    known = [adjustment.id for adjustment in draft.case.adjustments]
    if action.adjustment not in known:
        raise UnknownThing.named("adjustment", action.adjustment, known)
    if action.reason is None:
        raise AdjustmentStands("Give the reason in a sentence or two.")
    draft.add(AdjustmentRemoved(adjustment=action.adjustment, reason=reason_of(action)))
