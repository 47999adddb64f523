"""A case as its events have made it, and its parts. `domain.evolve` alone changes one."""

from datetime import date, datetime

from pydantic import AwareDatetime

from domain import events as e
from domain.acting import Actor, PersonId, TextRef
from domain.calendar import Span
from domain.meetings import Availability, Meeting
from domain.policy import Frozen
from domain.referrals import Disclosure, Referral
from domain.vocabulary import (
    Channel,
    CodeAnswer,
    DeadlineKind,
    LetterStatus,
    Occasion,
    Outcome,
    RestrictionStatus,
    Role,
    Severity,
    Stage,
    Track,
)

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
