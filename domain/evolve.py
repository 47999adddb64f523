"""What an event makes of a case: `evolve(case, event) -> case`."""

from collections.abc import Callable
from typing import Any

from domain import events as e
from domain.acting import PersonId
from domain.case import Adjustment, Case, Deadline, Decided, Letter, RestrictionState
from domain.meetings import availability_after, meetings_after
from domain.referrals import Disclosure, Referral
from domain.vocabulary import (
    DeadlineKind,
    LetterStatus,
    Outcome,
    ResponseKind,
    RestrictionStatus,
    Role,
    Severity,
    Stage,
)

REMEMBERED_ACTIONS = 500  # a retry older than this many actions is judged by the case's sequence


ON_ITS_WAY = (e.LetterSent, e.NoticeSent)
"""What says that something went out which stood on the case before: nobody has to look again."""


_GRAVITY = list(Severity)


_Change = Callable[[Case, e.Event, Any], dict[str, Any]]


def _opened(case: Case | None, event: e.Event, fact: e.Opened) -> Case:
    return Case(
        school=event.school,
        reference=event.reference,
        track=fact.track,
        policy=fact.policy,
        policy_version=fact.policy_version,
        policy_digest=fact.policy_digest,
        calendar_digest=fact.calendar_digest,
        sequence=event.sequence,
        changed=event.sequence,
        stage=Stage.RAISED,
        rung=Stage.RAISED,
        stage_since=event.at,
        opened_at=event.at,
        received_at=fact.received_at,
        severity=fact.severity,
        clauses=fact.clauses,
        raised_by=event.actor.person,
        raised_by_role=event.actor.role,
        respondent=fact.respondent,
        family=fact.family,
        advocate=fact.advocate,
        named=fact.named,
        recent_actions=(event.action_id,),
    )


def _advocate(case: Case, advocate: PersonId | None) -> dict[str, Any]:
    """Whoever acted for the family does so no more, also where they raised its concern."""
    raised_for_them = case.raised_by_role is Role.ADVOCATE and case.family is not None
    let_go = raised_for_them and advocate != case.raised_by
    if advocate is None and case.advocate != case.raised_by:
        let_go = case.raiser_let_go  # somebody else went
    return {"advocate": advocate, "raiser_let_go": let_go}


def _stage_changed(case: Case, event: e.Event, fact: e.StageChanged) -> dict[str, Any]:
    changed: dict[str, Any] = {
        "stage": fact.dest,
        "rung": fact.rung,
        "stage_since": event.at,
    }
    if fact.dest in (Stage.RESOLUTION_MEETING, Stage.MEDIATION):
        changed["asked_to_meet"] = False
    if fact.dest is Stage.CLOSED:
        changed |= {
            "outcome": fact.outcome,
            "closed_at": event.at,
            "closed_from": fact.source,
            "content_restricted": fact.outcome is Outcome.TRANSFERRED,
        }
    elif fact.source is Stage.CLOSED:
        changed |= {
            "outcome": None,
            "closed_at": None,
            "closed_from": None,
            "content_restricted": False,
        }
    return changed


def _incident(case: Case, _: e.Event, fact: e.IncidentAdded) -> dict[str, Any]:
    return {
        "incidents": case.incidents + 1,
        "severity": max(case.severity, fact.severity, key=_GRAVITY.index),
        "clauses": tuple(dict.fromkeys((*case.clauses, *fact.clauses))),
    }


def _restriction(case: Case, restriction_id: str, **changed: Any) -> dict[str, Any]:
    return {
        "restrictions": tuple(
            r.model_copy(update=changed) if r.id == restriction_id else r for r in case.restrictions
        )
    }


def _without(case: Case, deadline_id: str) -> dict[str, Any]:
    return {"deadlines": tuple(d for d in case.deadlines if d.id != deadline_id)}


def _deadline(case: Case, deadline_id: str, **changed: Any) -> dict[str, Any]:
    return {
        "deadlines": tuple(
            d.model_copy(update=changed) if d.id == deadline_id else d for d in case.deadlines
        )
    }


def _meetings(case: Case, event: e.Event, _: Any) -> dict[str, Any]:
    return {"meetings": meetings_after(case.meetings, event)}


def _proposed(case: Case, event: e.Event, fact: e.RestrictionProposed) -> dict[str, Any]:
    restriction = RestrictionState(
        id=fact.restriction,
        status=RestrictionStatus.INTERIM if fact.interim else RestrictionStatus.PROPOSED,
        step=fact.step,
        terms=fact.terms,
        proposed_by=event.actor.person,
        effective_at=event.at if fact.interim else None,
    )
    return {"restrictions": (*case.restrictions, restriction)}


def _confirmed(case: Case, event: e.Event, fact: e.RestrictionConfirmed) -> dict[str, Any]:
    was = case.restriction(fact.restriction)
    return _restriction(
        case,
        fact.restriction,
        status=RestrictionStatus.IN_FORCE,
        terms=fact.terms,
        effective_at=(was.effective_at if was else None) or event.at,
    )


def _ended(status: RestrictionStatus) -> _Change:
    return lambda case, event, fact: _restriction(
        case, fact.restriction, status=status, ended_at=event.at
    )


def _heard(case: Case, _: e.Event, fact: e.RepresentationsSubmitted) -> dict[str, Any]:
    before = case.restriction(fact.restriction)
    texts = (*before.representations, fact.text) if before else (fact.text,)
    return _restriction(case, fact.restriction, representations=texts, heard=True)


def _window_closed(case: Case, _: e.Event, fact: e.RepresentationsClosed) -> dict[str, Any]:
    window = case.deadline_about(DeadlineKind.REPRESENTATIONS, fact.restriction)
    changed = _restriction(case, fact.restriction, heard=True)
    return changed | (_without(case, window.id) if window else {})


def _set(case: Case, _: e.Event, fact: e.DeadlineSet) -> dict[str, Any]:
    fields = fact.model_dump(exclude={"type", "deadline", "rules", "alerts", "span"})
    deadline = Deadline(
        id=fact.deadline, span=fact.span, rules=fact.rules, alerts=fact.alerts, **fields
    )
    return {"deadlines": (*case.deadlines, deadline)}


def _moved(case: Case, _: e.Event, fact: e.DeadlineMoved) -> dict[str, Any]:
    before = case.deadline(fact.deadline)
    return _deadline(
        case,
        fact.deadline,
        generation=fact.generation,
        counted_from=fact.counted_from,
        span=fact.span,
        due_on=fact.due_on,
        due_at=fact.due_at,
        alerts=fact.alerts,
        # A changed calendar tells nobody twice; a deadline given anew starts at its due date again.
        level=_level_after_a_move(before, fact),
        owner=fact.owner or (before.owner if before else None),
    )


def _level_after_a_move(before: Deadline | None, fact: e.DeadlineMoved) -> int:
    if before is None:
        return 0
    return before.level if fact.why == "calendar" else before.announcements


def _responded(case: Case, _: e.Event, fact: e.ResponseRecorded) -> dict[str, Any]:
    return {"asked_to_meet": True} if fact.kind is ResponseKind.REQUEST_TO_MEET else {}


def _meeting_scheduled(case: Case, event: e.Event, fact: e.MeetingScheduled) -> dict[str, Any]:
    return _meetings(case, event, fact) | {"asked_to_meet": False}


def _answered(case: Case, _: e.Event, fact: e.CodeAnswered) -> dict[str, Any]:
    others = tuple(answer for answer in case.answers_to_code if answer[0] != fact.person)
    return {"answers_to_code": (*others, (fact.person, fact.answer))}


def _notified(case: Case, _: e.Event, fact: e.NoticeSent) -> dict[str, Any]:
    deadline = case.deadline(fact.deadline)
    # Whoever is told that something came in is told again when it falls due.
    if deadline is None or fact.told is None or fact.level < deadline.announcements:
        return {}
    return _deadline(case, fact.deadline, told=(*deadline.told, fact.told))


def _prepared(case: Case, event: e.Event, fact: e.LetterPrepared) -> dict[str, Any]:
    letter = Letter(
        id=fact.letter,
        kind=fact.kind,
        to=fact.to,
        channel=fact.channel,
        text=fact.text,
        urgent=fact.urgent,
        about=fact.about,
        prepared_at=event.at,
    )
    return {"letters": (*case.letters, letter)}


def _letter(case: Case, letter_id: str, **changed: Any) -> dict[str, Any]:
    return {
        "letters": tuple(
            one.model_copy(update=changed) if one.id == letter_id else one for one in case.letters
        )
    }


def _referred(case: Case, _: e.Event, fact: e.ReferralMade) -> dict[str, Any]:
    referral = Referral(
        id=fact.referral,
        consent_of=fact.consent_of,
        consented_on=fact.consented_on,
        shared=fact.shared,
        summary=fact.summary,
    )
    return {"referrals": (*case.referrals, referral)}


def _referral(case: Case, referral_id: str, **changed: Any) -> dict[str, Any]:
    return {
        "referrals": tuple(
            one.model_copy(update=changed) if one.id == referral_id else one
            for one in case.referrals
        )
    }


def _set_aside(case: Case, event: e.Event, fact: e.ConfidentialitySetAside) -> dict[str, Any]:
    disclosure = Disclosure(id=fact.disclosure, decided_by=event.actor.person)
    return {"disclosures": (*case.disclosures, disclosure)}


def _looked_at(case: Case, _: e.Event, fact: e.ConfidentialityReviewed) -> dict[str, Any]:
    return {
        "disclosures": tuple(
            one.model_copy(update={"reviewed": True}) if one.id == fact.disclosure else one
            for one in case.disclosures
        )
    }


def _panel(case: Case, _: e.Event, fact: e.PanelAssigned) -> dict[str, Any]:
    return {"panel": fact.members}


_CHANGES: dict[type, _Change] = {
    e.StageChanged: _stage_changed,
    e.IncidentAdded: _incident,
    e.Acknowledged: lambda case, event, fact: {"acknowledged": True},
    e.Assigned: lambda case, event, fact: {"owner": fact.to},
    e.ConflictDeclared: lambda case, event, fact: {"conflicts": (*case.conflicts, fact.person)},
    e.AdvocateAppointed: lambda case, event, fact: _advocate(case, fact.advocate),
    e.CodeAnswered: _answered,
    e.AdvocacyEnded: lambda case, event, fact: _advocate(case, None),
    e.ReferralMade: _referred,
    e.ReferralSent: lambda case, event, fact: _referral(case, fact.referral, sent=True),
    e.ReferralEnded: lambda case, event, fact: _referral(case, fact.referral, outcome=fact.outcome),
    e.ConfidentialitySetAside: _set_aside,
    e.ConfidentialityReviewed: _looked_at,
    e.Signposted: lambda case, event, fact: {"signposted": True},
    e.ResponseRecorded: _responded,
    e.MeetingScheduled: _meeting_scheduled,
    e.MeetingRescheduled: _meetings,
    e.AttendeeLeftOut: _meetings,
    e.MeetingCancelled: _meetings,
    e.MeetingHeld: _meetings,
    e.MeetingStopped: _meetings,
    e.MeetingRecordKept: _meetings,
    e.RecordingAnswered: _meetings,
    e.TimesOffered: lambda case, event, fact: {
        "availability": availability_after(case.availability, fact)
    },
    e.RestrictionProposed: _proposed,
    e.RepresentationsSubmitted: _heard,
    e.RepresentationsClosed: _window_closed,
    e.RestrictionConfirmed: _confirmed,
    e.RestrictionVaried: lambda case, event, fact: _restriction(
        case, fact.restriction, terms=fact.terms
    ),
    e.RestrictionContinued: lambda case, event, fact: _restriction(
        case, fact.restriction, terms=fact.terms
    ),
    e.RestrictionLifted: _ended(RestrictionStatus.LIFTED),
    e.RestrictionLapsed: _ended(RestrictionStatus.LAPSED),
    e.DeadlineSet: _set,
    e.DeadlineReminded: lambda case, event, fact: _deadline(
        case, fact.deadline, level=fact.level + 1
    ),
    e.DeadlineMet: lambda case, event, fact: (
        _without(case, fact.deadline) | {"results": (*case.results, fact.deadline)}
    ),
    e.DeadlineMissed: lambda case, event, fact: _without(case, fact.deadline),
    e.DeadlineEnded: lambda case, event, fact: _without(case, fact.deadline),
    e.DeadlineMoved: _moved,
    e.NoticeSent: _notified,
    e.LetterPrepared: _prepared,
    e.LetterSent: lambda case, event, fact: _letter(
        case, fact.letter, status=LetterStatus.SENT, message_id=fact.message_id
    ),
    e.LetterReturned: lambda case, event, fact: _letter(
        case, fact.letter, status=LetterStatus.RETURNED
    ),
    e.PanelAssigned: _panel,
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
        return _opened(case, event, fact)
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
