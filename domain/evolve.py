"""What an event makes of a case: `evolve(case, event) -> case`."""

from domain import changes
from domain import events as e
from domain.case import Adjustment, Case, Decided
from domain.meetings import availability_after
from domain.vocabulary import LetterStatus, RestrictionStatus, Role

REMEMBERED_ACTIONS = 500  # a retry older than this many actions is judged by the case's sequence
ON_ITS_WAY = (e.LetterSent, e.NoticeSent)
"""What says that something went out which stood on the case before: nobody has to look again."""

_CHANGES: dict[type, changes.Change] = {
    e.StageChanged: changes.stage_changed,
    e.IncidentAdded: changes.incident,
    e.Acknowledged: lambda case, event, fact: {"acknowledged": True},
    e.Assigned: lambda case, event, fact: {"owner": fact.to},
    e.ConflictDeclared: lambda case, event, fact: {"conflicts": (*case.conflicts, fact.person)},
    e.AdvocateAppointed: lambda case, event, fact: changes.advocate_changed(case, fact.advocate),
    e.CodeAnswered: changes.code_answered,
    e.AdvocacyEnded: lambda case, event, fact: changes.advocate_changed(case, None),
    e.ReferralMade: changes.referred,
    e.ReferralSent: lambda case, event, fact: changes.referral_with(case, fact.referral, sent=True),
    e.ReferralEnded: lambda case, event, fact: changes.referral_with(
        case, fact.referral, outcome=fact.outcome
    ),
    e.ConfidentialitySetAside: changes.set_aside,
    e.ConfidentialityReviewed: changes.looked_at,
    e.Signposted: lambda case, event, fact: {"signposted": True},
    e.ResponseRecorded: changes.responded,
    e.MeetingScheduled: changes.meeting_scheduled,
    e.MeetingRescheduled: changes.meetings_changed,
    e.AttendeeLeftOut: changes.meetings_changed,
    e.MeetingCancelled: changes.meetings_changed,
    e.MeetingHeld: changes.meetings_changed,
    e.MeetingStopped: changes.meetings_changed,
    e.MeetingRecordKept: changes.meetings_changed,
    e.RecordingAnswered: changes.meetings_changed,
    e.TimesOffered: lambda case, event, fact: {
        "availability": availability_after(case.availability, fact)
    },
    e.RestrictionProposed: changes.restriction_proposed,
    e.RepresentationsSubmitted: changes.heard,
    e.RepresentationsClosed: changes.window_closed,
    e.RestrictionConfirmed: changes.restriction_confirmed,
    e.RestrictionVaried: lambda case, event, fact: changes.restriction_with(
        case, fact.restriction, terms=fact.terms
    ),
    e.RestrictionContinued: lambda case, event, fact: changes.restriction_with(
        case, fact.restriction, terms=fact.terms
    ),
    e.RestrictionLifted: changes.restriction_ended(RestrictionStatus.LIFTED),
    e.RestrictionLapsed: changes.restriction_ended(RestrictionStatus.LAPSED),
    e.DeadlineSet: changes.deadline_set,
    e.DeadlineReminded: lambda case, event, fact: changes.deadline_with(
        case, fact.deadline, level=fact.level + 1
    ),
    e.DeadlineMet: lambda case, event, fact: (
        changes.without_deadline(case, fact.deadline) | {"results": (*case.results, fact.deadline)}
    ),
    e.DeadlineMissed: lambda case, event, fact: changes.without_deadline(case, fact.deadline),
    e.DeadlineEnded: lambda case, event, fact: changes.without_deadline(case, fact.deadline),
    e.DeadlineMoved: changes.deadline_moved,
    e.NoticeSent: changes.notified,
    e.LetterPrepared: changes.letter_prepared,
    e.LetterSent: lambda case, event, fact: changes.letter_with(
        case, fact.letter, status=LetterStatus.SENT, message_id=fact.message_id
    ),
    e.LetterReturned: lambda case, event, fact: changes.letter_with(
        case, fact.letter, status=LetterStatus.RETURNED
    ),
    e.PanelAssigned: changes.panel_assigned,
    e.SawNames: lambda case, event, fact: {"names_seen": (*case.names_seen, fact.person)},
    e.AdjustmentAgreed: lambda case, event, fact: {
        "adjustments": (
            *case.adjustments,
            Adjustment(id=fact.adjustment, person=fact.person, text=fact.text),
        )
    },
    e.AdjustmentRemoved: lambda case, event, fact: {
        "adjustments": tuple(a for a in case.adjustments if a.id != fact.adjustment)
    },
    e.CalendarAdopted: lambda case, event, fact: {"calendar_digest": fact.calendar_digest},
    e.PolicyAdopted: lambda case, event, fact: {
        "policy": fact.policy,
        "policy_version": fact.policy_version,
        "policy_digest": fact.policy_digest,
    },
    e.Settled: lambda case, event, fact: {"settled": True, "deadlines": ()},
}

_DECISIONS = (
    e.StageChanged,
    e.NotActedOn,
    e.RestrictionConfirmed,
    e.RestrictionVaried,
    e.RestrictionContinued,
    e.RestrictionLifted,
    e.AdjustmentRemoved,
)
_NOT_FOR_THE_SCHOOL = frozenset({Role.PARENT, Role.ADVOCATE, Role.SYSTEM})


def evolve(case: Case | None, event: e.Event) -> Case:
    """The case after `event`. A case's first event is `case:opened`; `case` is None before it.

    Raises ValueError where the event does not follow the case: that is a fault in the record.
    """
    fact = event.fact
    if isinstance(fact, e.Opened):
        if case is not None or event.sequence != 1:
            raise ValueError(f"{event.reference}: a case is opened once, by its first event")
        return changes.opened(case, event, fact)
    if case is None or event.sequence != case.sequence + 1:
        raise ValueError(
            f"{event.reference}: event {event.sequence} does not follow "
            f"{case.sequence if case else 0}"
        )
    change = _CHANGES.get(type(fact))
    changed = change(case, event, fact) if change else {}
    if isinstance(fact, _DECISIONS) and event.actor.role not in _NOT_FOR_THE_SCHOOL:
        changed = changed | {"decided": Decided(sequence=event.sequence, by=event.actor)}
    if case.recent_actions[-1] != event.action_id:
        recent = (*case.recent_actions, event.action_id)[-REMEMBERED_ACTIONS:]
        changed = changed | {"recent_actions": recent}
    if not isinstance(fact, ON_ITS_WAY):
        changed = changed | {"changed": event.sequence}
    return case.model_copy(update={"sequence": event.sequence, **changed})
