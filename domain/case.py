"""A case as its events have made it: `evolve(case, event) -> case` alone changes one."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from pydantic import AwareDatetime

from domain import events as e
from domain.actions import Actor, PersonId, TextRef
from domain.calendar import Span
from domain.meetings import Availability, Meeting, availability_after, meetings_after
from domain.policy import Frozen
from domain.referrals import Disclosure, Referral
from domain.vocabulary import (
    Channel,
    CodeAnswer,
    DeadlineKind,
    LetterStatus,
    Occasion,
    Outcome,
    ResponseKind,
    RestrictionStatus,
    Role,
    Severity,
    Stage,
    Track,
)

REMEMBERED_ACTIONS = 500  # a retry older than this many actions is judged by the case's sequence
EXPIRING = frozenset(
    {
        DeadlineKind.REPRESENTATIONS,
        DeadlineKind.CONFIRMATION,
        DeadlineKind.REVIEW,
        DeadlineKind.QUIET_PERIOD,
        DeadlineKind.REOPENING,
    }
)
# A window or a quiet period ends by itself; only these are anybody's task, and can be overdue.
TASKS = (
    DeadlineKind.FOLLOW_UP,
    DeadlineKind.DUTY,
    DeadlineKind.LATE_REPRESENTATIONS,
    DeadlineKind.REVIEW_REQUEST,
    DeadlineKind.CHALLENGE,
)
OPEN_RESTRICTION = frozenset(
    {RestrictionStatus.PROPOSED, RestrictionStatus.INTERIM, RestrictionStatus.IN_FORCE}
)
ON_ITS_WAY = (e.LetterSent, e.NoticeSent)
"""What says that something went out which stood on the case before: nobody has to look again."""
_GRAVITY = list(Severity)


class Deadline(Frozen):
    """An open deadline. `level` counts who was told; `generation` rises each time it moves."""

    id: str
    kind: DeadlineKind
    about: str
    counted_from: date
    span: Span | None
    due_on: date
    due_at: AwareDatetime
    rules: tuple[e.AlertRule, ...]
    alerts: tuple[e.Alert, ...]
    blocks_closing: bool
    urgent: bool
    generation: int = 1
    level: int = 0
    owner: PersonId | None = None
    told: tuple[PersonId, ...] = ()  # so that each level tells somebody else
    not_for: tuple[PersonId, ...] = ()

    @property
    def announcements(self) -> int:
        """How many of its levels tell of what came in, before any tells of the due date."""
        return sum(rule.at_once for rule in self.rules)

    def occasion(self, level: int) -> Occasion | None:
        """Why a level tells somebody; None where the level itself says so: 0 is due, more is
        overdue."""
        if not self.announcements:
            return None
        rule = self.rules[level]
        if rule.for_information:
            return Occasion.FOR_INFORMATION
        if rule.at_once:
            return Occasion.INFORMED if rule.to else Occasion.ARRIVED
        return Occasion.DUE if level == self.announcements else Occasion.OVERDUE

    @property
    def next_at(self) -> datetime | None:
        """When the case's timer must next look at this deadline; None where it has said it all."""
        moments = [self.alerts[self.level].at] if self.level < len(self.alerts) else []
        if self.kind in EXPIRING:
            moments.append(self.due_at)
        return min(moments, default=None)


class RestrictionState(Frozen):
    """A restriction on a case, with who proposed it and how it stands."""

    id: str
    status: RestrictionStatus
    step: Stage
    terms: e.Restriction
    proposed_by: PersonId
    representations: tuple[TextRef, ...] = ()
    heard: bool = False  # the window closed, or representations came in
    effective_at: AwareDatetime | None = None  # None where it never took effect
    ended_at: AwareDatetime | None = None

    @property
    def took_effect(self) -> bool:
        """Whether it is, or ever was, more than a proposal."""
        in_effect = (RestrictionStatus.INTERIM, RestrictionStatus.IN_FORCE)
        return self.effective_at is not None or self.status in in_effect

    @property
    def open(self) -> bool:
        """Whether it is proposed or in effect."""
        return self.status in OPEN_RESTRICTION


class Letter(Frozen):
    """A letter on a case, and whether it is on its way."""

    id: str
    kind: str
    to: PersonId
    channel: Channel
    text: TextRef
    urgent: bool
    about: str | None
    prepared_at: AwareDatetime
    status: LetterStatus = LetterStatus.PREPARED
    message_id: str | None = None


class Adjustment(Frozen):
    """A reasonable adjustment agreed with a person, for the life of the case."""

    id: str
    person: PersonId
    text: TextRef


class Decided(Frozen):
    """A decision by the school: the sequence of its event, and who made it."""

    sequence: int
    by: Actor


class Case(Frozen):
    """Everything the rules need to know about one case, and no text or name."""

    school: str
    reference: str
    track: Track
    policy: str
    policy_version: str
    policy_digest: str
    calendar_digest: str
    sequence: int  # of the last event
    changed: int = 0  # the last event that is more than word of a letter or a reminder on its way
    stage: Stage
    rung: Stage
    stage_since: AwareDatetime
    opened_at: AwareDatetime
    received_at: AwareDatetime
    severity: Severity  # the gravest so far
    clauses: tuple[str, ...]  # those said to be breached, the newest incident's last
    raised_by: PersonId
    raised_by_role: Role
    raiser_let_go: bool = False  # they raised it as the family's advocate, and are that no longer
    respondent: PersonId | None
    family: PersonId | None
    advocate: PersonId | None
    named: tuple[PersonId, ...]
    owner: PersonId | None = None
    conflicts: tuple[PersonId, ...] = ()
    incidents: int = 1
    acknowledged: bool = False
    signposted: bool = False
    deadlines: tuple[Deadline, ...] = ()
    restrictions: tuple[RestrictionState, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    availability: tuple[Availability, ...] = ()
    letters: tuple[Letter, ...] = ()
    referrals: tuple[Referral, ...] = ()
    disclosures: tuple[Disclosure, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    answers_to_code: tuple[tuple[PersonId, CodeAnswer], ...] = ()
    panel: tuple[PersonId, ...] = ()
    names_seen: tuple[PersonId, ...] = ()
    results: tuple[str, ...] = ()  # follow-ups and duties that were met: a decision may rest on one
    decided: Decided | None = None  # the latest decision that a person made for the school
    asked_to_meet: bool = False  # and no meeting was offered or arranged since
    outcome: Outcome | None = None
    closed_at: AwareDatetime | None = None
    closed_from: Stage | None = None
    content_restricted: bool = False
    settled: bool = False
    recent_actions: tuple[str, ...] = ()

    @property
    def closed(self) -> bool:
        """Whether the case stands at `closed`."""
        return self.stage is Stage.CLOSED

    @property
    def raiser(self) -> PersonId:
        """Whose concern it is: whoever raised it, or the family whose advocate did and went."""
        return self.family if self.raiser_let_go and self.family else self.raised_by

    @property
    def parties(self) -> frozenset[PersonId]:
        """The people whose case this is: respondent, family, advocate and whose concern it is."""
        return frozenset(p for p in (self.respondent, self.family, self.advocate, self.raiser) if p)

    @property
    def involved(self) -> frozenset[PersonId]:
        """Everybody who may not decide: the parties, whoever raised it, the named, and declared
        conflicts."""
        return self.parties | {self.raised_by} | set(self.named) | set(self.conflicts)

    @property
    def open_restrictions(self) -> tuple[RestrictionState, ...]:
        """The restrictions that are proposed or in effect."""
        return tuple(r for r in self.restrictions if r.open)

    @property
    def blocking(self) -> tuple[Deadline, ...]:
        """The duties that must be met before the case closes."""
        return tuple(d for d in self.deadlines if d.blocks_closing)

    @property
    def next_at(self) -> datetime | None:
        """When the case's one timer must fire; None where nothing is waiting."""
        moments = [at for d in self.deadlines if (at := d.next_at) is not None]
        return min(moments, default=None)

    @property
    def letters_to_send(self) -> tuple[Letter, ...]:
        """The letters that are to go out by e-mail and have not yet."""
        return tuple(
            letter
            for letter in self.letters
            if letter.status is LetterStatus.PREPARED and letter.channel is Channel.EMAIL
        )

    def letter(self, letter_id: str) -> Letter | None:
        """The letter with this id, if there is one."""
        return next((letter for letter in self.letters if letter.id == letter_id), None)

    def referral(self, referral_id: str) -> Referral | None:
        """The referral with this id, if there is one."""
        return next((one for one in self.referrals if one.id == referral_id), None)

    def deadline(self, deadline_id: str) -> Deadline | None:
        """The open deadline with this id, if there is one."""
        return next((d for d in self.deadlines if d.id == deadline_id), None)

    def deadline_about(self, kind: DeadlineKind, about: str) -> Deadline | None:
        """The open deadline of this kind about this thing, if there is one."""
        return next((d for d in self.deadlines if d.kind is kind and d.about == about), None)

    def meeting(self, meeting_id: str | None) -> Meeting | None:
        """The meeting with this id, if there is one."""
        return next((meeting for meeting in self.meetings if meeting.id == meeting_id), None)

    def restriction(self, restriction_id: str) -> RestrictionState | None:
        """The restriction with this id, if there is one."""
        return next((r for r in self.restrictions if r.id == restriction_id), None)


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
