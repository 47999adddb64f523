"""What each kind of event changes in a case: the fields of it that are new, by their names."""

from collections.abc import Callable
from typing import Any

from domain import events as e
from domain.acting import PersonId
from domain.case import Case, Deadline, Letter, RestrictionState
from domain.meetings import meetings_after
from domain.referrals import Disclosure, Referral
from domain.vocabulary import (
    DeadlineKind,
    Outcome,
    ResponseKind,
    RestrictionStatus,
    Role,
    Severity,
    Stage,
)

Change = Callable[[Case, e.Event, Any], dict[str, Any]]
"""What a kind of event changes: from the case before it, the event, and what it states, to the
fields that are new."""
_GRAVITY = list(Severity)


def opened(case: Case | None, event: e.Event, fact: e.Opened) -> Case:
    """The case that an event opens."""
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


def advocate_changed(case: Case, advocate: PersonId | None) -> dict[str, Any]:
    """Whoever acted for the family does so no more, also where they raised its concern."""
    raised_for_them = case.raised_by_role is Role.ADVOCATE and case.family is not None
    let_go = raised_for_them and advocate != case.raised_by
    if advocate is None and case.advocate != case.raised_by:
        let_go = case.raiser_let_go  # somebody else went
    return {"advocate": advocate, "raiser_let_go": let_go}


def stage_changed(case: Case, event: e.Event, fact: e.StageChanged) -> dict[str, Any]:
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


def incident(case: Case, _: e.Event, fact: e.IncidentAdded) -> dict[str, Any]:
    return {
        "incidents": case.incidents + 1,
        "severity": max(case.severity, fact.severity, key=_GRAVITY.index),
        "clauses": tuple(dict.fromkeys((*case.clauses, *fact.clauses))),
    }


def restriction_with(case: Case, restriction_id: str, **changed: Any) -> dict[str, Any]:
    return {
        "restrictions": tuple(
            r.model_copy(update=changed) if r.id == restriction_id else r for r in case.restrictions
        )
    }


def without_deadline(case: Case, deadline_id: str) -> dict[str, Any]:
    return {"deadlines": tuple(d for d in case.deadlines if d.id != deadline_id)}


def deadline_with(case: Case, deadline_id: str, **changed: Any) -> dict[str, Any]:
    return {
        "deadlines": tuple(
            d.model_copy(update=changed) if d.id == deadline_id else d for d in case.deadlines
        )
    }


def meetings_changed(case: Case, event: e.Event, _: Any) -> dict[str, Any]:
    return {"meetings": meetings_after(case.meetings, event)}


def restriction_proposed(case: Case, event: e.Event, fact: e.RestrictionProposed) -> dict[str, Any]:
    restriction = RestrictionState(
        id=fact.restriction,
        status=RestrictionStatus.INTERIM if fact.interim else RestrictionStatus.PROPOSED,
        step=fact.step,
        terms=fact.terms,
        proposed_by=event.actor.person,
        effective_at=event.at if fact.interim else None,
    )
    return {"restrictions": (*case.restrictions, restriction)}


def restriction_confirmed(
    case: Case, event: e.Event, fact: e.RestrictionConfirmed
) -> dict[str, Any]:
    was = case.restriction(fact.restriction)
    return restriction_with(
        case,
        fact.restriction,
        status=RestrictionStatus.IN_FORCE,
        terms=fact.terms,
        effective_at=(was.effective_at if was else None) or event.at,
    )


def restriction_ended(status: RestrictionStatus) -> Change:
    return lambda case, event, fact: restriction_with(
        case, fact.restriction, status=status, ended_at=event.at
    )


def heard(case: Case, _: e.Event, fact: e.RepresentationsSubmitted) -> dict[str, Any]:
    before = case.restriction(fact.restriction)
    texts = (*before.representations, fact.text) if before else (fact.text,)
    return restriction_with(case, fact.restriction, representations=texts, heard=True)


def window_closed(case: Case, _: e.Event, fact: e.RepresentationsClosed) -> dict[str, Any]:
    window = case.deadline_about(DeadlineKind.REPRESENTATIONS, fact.restriction)
    changed = restriction_with(case, fact.restriction, heard=True)
    return changed | (without_deadline(case, window.id) if window else {})


def deadline_set(case: Case, _: e.Event, fact: e.DeadlineSet) -> dict[str, Any]:
    fields = fact.model_dump(exclude={"type", "deadline", "rules", "alerts", "span"})
    deadline = Deadline(
        id=fact.deadline, span=fact.span, rules=fact.rules, alerts=fact.alerts, **fields
    )
    return {"deadlines": (*case.deadlines, deadline)}


def deadline_moved(case: Case, _: e.Event, fact: e.DeadlineMoved) -> dict[str, Any]:
    before = case.deadline(fact.deadline)
    return deadline_with(
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


def responded(case: Case, _: e.Event, fact: e.ResponseRecorded) -> dict[str, Any]:
    return {"asked_to_meet": True} if fact.kind is ResponseKind.REQUEST_TO_MEET else {}


def meeting_scheduled(case: Case, event: e.Event, fact: e.MeetingScheduled) -> dict[str, Any]:
    return meetings_changed(case, event, fact) | {"asked_to_meet": False}


def code_answered(case: Case, _: e.Event, fact: e.CodeAnswered) -> dict[str, Any]:
    others = tuple(answer for answer in case.answers_to_code if answer[0] != fact.person)
    return {"answers_to_code": (*others, (fact.person, fact.answer))}


def notified(case: Case, _: e.Event, fact: e.NoticeSent) -> dict[str, Any]:
    deadline = case.deadline(fact.deadline)
    # Whoever is told that something came in is told again when it falls due.
    if deadline is None or fact.told is None or fact.level < deadline.announcements:
        return {}
    return deadline_with(case, fact.deadline, told=(*deadline.told, fact.told))


def letter_prepared(case: Case, event: e.Event, fact: e.LetterPrepared) -> dict[str, Any]:
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


def letter_with(case: Case, letter_id: str, **changed: Any) -> dict[str, Any]:
    return {
        "letters": tuple(
            one.model_copy(update=changed) if one.id == letter_id else one for one in case.letters
        )
    }


def referred(case: Case, _: e.Event, fact: e.ReferralMade) -> dict[str, Any]:
    referral = Referral(
        id=fact.referral,
        consent_of=fact.consent_of,
        consented_on=fact.consented_on,
        shared=fact.shared,
        summary=fact.summary,
    )
    return {"referrals": (*case.referrals, referral)}


def referral_with(case: Case, referral_id: str, **changed: Any) -> dict[str, Any]:
    return {
        "referrals": tuple(
            one.model_copy(update=changed) if one.id == referral_id else one
            for one in case.referrals
        )
    }


def set_aside(case: Case, event: e.Event, fact: e.ConfidentialitySetAside) -> dict[str, Any]:
    disclosure = Disclosure(id=fact.disclosure, decided_by=event.actor.person)
    return {"disclosures": (*case.disclosures, disclosure)}


def looked_at(case: Case, _: e.Event, fact: e.ConfidentialityReviewed) -> dict[str, Any]:
    return {
        "disclosures": tuple(
            one.model_copy(update={"reviewed": True}) if one.id == fact.disclosure else one
            for one in case.disclosures
        )
    }


def panel_assigned(case: Case, _: e.Event, fact: e.PanelAssigned) -> dict[str, Any]:
    return {"panel": fact.members}
