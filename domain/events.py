"""What can have happened to a case: immutable facts, with ids and commitments but no texts."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from domain.actions import Actor, FileRef, PersonId, TextRef
from domain.calendar import Span
from domain.policy import Frozen
from domain.vocabulary import (
    ActionName,
    AdviceKind,
    Channel,
    CodeAnswer,
    DeadlineKind,
    MeetingRole,
    Occasion,
    Outcome,
    Procedure,
    ReferralOutcome,
    ResponseKind,
    Role,
    Scope,
    Severity,
    SharedItem,
    Stage,
    StopReason,
    Track,
)


class AlertRule(Frozen):
    """Whom a deadline's reminder tells, and how long before or after the due date.

    With neither `before` nor `after`, on the due date itself; `at_once`, on the day from which it
    counts. `before` is in school days. `to` names the one person whom it is for, and nobody else;
    `for_information`, that whoever holds the role need only know.
    """

    tell: Role
    before: Span | None = None
    after: Span | None = None
    at_once: bool = False
    to: PersonId | None = None
    for_information: bool = Field(default=False, exclude_if=lambda only: not only)


class Alert(Frozen):
    """The moment at which a reminder goes out, and to whom."""

    at: AwareDatetime
    tell: Role


class Restriction(Frozen):
    """The terms of a restriction: never open-ended, never without a way to keep in touch."""

    scopes: tuple[Scope, ...]
    starts_on: date
    review_on: date
    contact: TextRef
    contact_through: PersonId
    meetings: TextRef
    collection: TextRef | None = None


class Opened(Frozen):
    type: Literal["case:opened"] = "case:opened"
    track: Track
    policy: str
    policy_version: str
    policy_digest: str
    calendar_digest: str
    respondent: PersonId | None
    family: PersonId | None
    advocate: PersonId | None
    named: tuple[PersonId, ...]
    severity: Severity
    clauses: tuple[str, ...]
    narrative: TextRef | None
    occurred_on: date
    received_at: AwareDatetime
    # Left out where there is none: events from before it read, and hash, as they did.
    attachments: tuple[FileRef, ...] = Field(default=(), exclude_if=lambda files: not files)


class StageChanged(Frozen):
    """Every transition: the only event that changes a stage."""

    type: Literal["stage:changed"] = "stage:changed"
    action: ActionName
    source: Stage
    dest: Stage
    rung: Stage  # the rung the case holds from now on: a step aside keeps the rung before it
    clauses: tuple[str, ...] = ()
    follow_up: str | None = None
    reason: TextRef | None = None  # None only where a quiet period ended by itself
    skipped: tuple[Stage, ...] = ()
    advice: AdviceKind | None = None
    outcome: Outcome | None = None
    procedure: Procedure | None = None


class IncidentAdded(Frozen):
    type: Literal["incident:added"] = "incident:added"
    occurred_on: date
    severity: Severity
    clauses: tuple[str, ...]
    text: TextRef | None
    attachments: tuple[FileRef, ...] = ()


class Acknowledged(Frozen):
    type: Literal["concern:acknowledged"] = "concern:acknowledged"


class NoteAdded(Frozen):
    type: Literal["note:added"] = "note:added"
    text: TextRef


class ResponseRecorded(Frozen):
    type: Literal["response:recorded"] = "response:recorded"
    kind: ResponseKind
    text: TextRef
    attachments: tuple[FileRef, ...] = ()


class RepresentationsSubmitted(Frozen):
    """The respondent's written side; `late` where the window was closed by then."""

    type: Literal["representations:submitted"] = "representations:submitted"
    restriction: str
    text: TextRef
    attachments: tuple[FileRef, ...] = ()
    late: bool = False


class RepresentationsClosed(Frozen):
    """The window closed; the respondent may have said nothing, which is a neutral fact."""

    type: Literal["representations:closed"] = "representations:closed"
    restriction: str
    received: int


class Assigned(Frozen):
    type: Literal["case:assigned"] = "case:assigned"
    to: PersonId


class ConflictDeclared(Frozen):
    type: Literal["conflict:declared"] = "conflict:declared"
    person: PersonId
    reason: TextRef | None


class NotActedOn(Frozen):
    """A decision not to act, with its reason."""

    type: Literal["decision:not_to_act"] = "decision:not_to_act"
    clauses: tuple[str, ...]
    follow_up: str | None
    reason: TextRef


class AdvocateAppointed(Frozen):
    type: Literal["advocate:appointed"] = "advocate:appointed"
    advocate: PersonId
    replaces: PersonId | None


class AdvocacyEnded(Frozen):
    """The parent has no advocate on this case any more."""

    type: Literal["advocacy:ended"] = "advocacy:ended"
    advocate: PersonId


class AccompanimentOffered(Frozen):
    """A parent whose advocate is limited was offered another way not to be alone."""

    type: Literal["accompaniment:offered"] = "accompaniment:offered"
    to: PersonId
    how: TextRef


class ReferralMade(Frozen):
    """SENDIASS is told what the parent agreed to share, and nothing else."""

    type: Literal["referral:made"] = "referral:made"
    referral: str
    consent_of: PersonId
    consented_on: date
    shared: tuple[SharedItem, ...]
    summary: TextRef | None


class ReferralSent(Frozen):
    """It went by e-mail; or, without a `digest`, it is for the parent to take there."""

    type: Literal["referral:sent"] = "referral:sent"
    referral: str
    message_id: str | None
    digest: str | None
    sent_at: AwareDatetime
    # Left out where it is false, as in what was recorded before there was such a field.
    perhaps_twice: bool = Field(default=False, exclude_if=lambda twice: not twice)


class ReferralEnded(Frozen):
    type: Literal["referral:ended"] = "referral:ended"
    referral: str
    outcome: ReferralOutcome
    note: TextRef | None = None


class ConfidentialitySetAside(Frozen):
    """Something was told without consent in order to protect somebody: a decision, with reasons."""

    type: Literal["confidentiality:set_aside"] = "confidentiality:set_aside"
    disclosure: str
    clauses: tuple[str, ...]
    follow_up: str | None
    reason: TextRef
    told: TextRef
    what: TextRef


class ConfidentialityReviewed(Frozen):
    """A second person has looked at that decision."""

    type: Literal["confidentiality:reviewed"] = "confidentiality:reviewed"
    disclosure: str
    agrees: bool
    reason: TextRef | None


class CodeShared(Frozen):
    type: Literal["code:shared"] = "code:shared"
    with_role: Role
    with_person: PersonId
    policy_version: str


class CodeAnswered(Frozen):
    type: Literal["code:answered"] = "code:answered"
    person: PersonId
    answer: CodeAnswer
    policy_version: str
    # Left out where nobody typed it: what was recorded before keeps its bytes.
    signed_as: TextRef | None = Field(default=None, exclude_if=lambda text: text is None)


class Signposted(Frozen):
    type: Literal["family:signposted"] = "family:signposted"
    to: PersonId


class Attendee(Frozen):
    """Somebody who is invited to a meeting, and in which capacity."""

    person: PersonId
    role: MeetingRole


class MeetingScheduled(Frozen):
    """`out_of_term_agreed` says why it lies outside the school's days or hours."""

    type: Literal["meeting:scheduled"] = "meeting:scheduled"
    meeting: str
    at: AwareDatetime
    minutes: int = 60
    place: TextRef | None = None
    purpose: TextRef | None = None
    online: TextRef | None = None
    attendees: tuple[Attendee, ...] = ()
    recording_wanted: bool = False
    out_of_term_agreed: TextRef | None = None


class MeetingRescheduled(Frozen):
    """The same meeting at another time; what is None or empty stays as it was."""

    type: Literal["meeting:rescheduled"] = "meeting:rescheduled"
    meeting: str
    was: AwareDatetime
    at: AwareDatetime
    reason: TextRef | None
    minutes: int | None = None
    place: TextRef | None = None
    online: TextRef | None = None
    also_invited: tuple[Attendee, ...] = ()
    out_of_term_agreed: TextRef | None = None


class AttendeeLeftOut(Frozen):
    """Somebody who was invited does not come after all: a restriction limits their part, or
    (without one) they are the parent's advocate no more."""

    type: Literal["meeting:attendee_left_out"] = "meeting:attendee_left_out"
    meeting: str
    person: PersonId
    restriction: str | None = None


class MeetingCancelled(Frozen):
    """It was called off; `reason` is None where its case ended by itself."""

    type: Literal["meeting:cancelled"] = "meeting:cancelled"
    meeting: str
    reason: TextRef | None


class TimesOffered(Frozen):
    """The times at which a person could come; `meeting` is None for one that is yet to be set."""

    type: Literal["meeting:times_offered"] = "meeting:times_offered"
    meeting: str | None
    person: PersonId
    times: tuple[AwareDatetime, ...]
    text: TextRef | None


class MeetingHeld(Frozen):
    type: Literal["meeting:held"] = "meeting:held"
    meeting: str
    recording_made: bool = False


class MeetingStopped(Frozen):
    type: Literal["meeting:stopped"] = "meeting:stopped"
    meeting: str
    ground: StopReason
    clauses: tuple[str, ...]
    reason: TextRef
    recording_made: bool = False


class MeetingRecordKept(Frozen):
    """What was discussed and decided, and who was there."""

    type: Literal["meeting:record_kept"] = "meeting:record_kept"
    meeting: str
    discussed: TextRef
    decided: TextRef
    attended: tuple[PersonId, ...]


class RecordingAnswered(Frozen):
    type: Literal["recording:answered"] = "recording:answered"
    meeting: str
    person: PersonId
    consents: bool


class RestrictionProposed(Frozen):
    type: Literal["restriction:proposed"] = "restriction:proposed"
    restriction: str
    interim: bool
    terms: Restriction
    step: Stage


class RestrictionConfirmed(Frozen):
    type: Literal["restriction:confirmed"] = "restriction:confirmed"
    restriction: str
    terms: Restriction
    clauses: tuple[str, ...]
    follow_up: str | None
    reason: TextRef
    answer: TextRef | None


class RestrictionVaried(Frozen):
    type: Literal["restriction:varied"] = "restriction:varied"
    restriction: str
    terms: Restriction
    clauses: tuple[str, ...]
    follow_up: str | None
    reason: TextRef


class RestrictionContinued(Frozen):
    """A review decided that the restriction stands, until the next review."""

    type: Literal["restriction:continued"] = "restriction:continued"
    restriction: str
    terms: Restriction
    clauses: tuple[str, ...]
    follow_up: str | None
    reason: TextRef


class RestrictionLifted(Frozen):
    type: Literal["restriction:lifted"] = "restriction:lifted"
    restriction: str
    on_review: bool
    clauses: tuple[str, ...]
    follow_up: str | None
    reason: TextRef


class RestrictionLapsed(Frozen):
    """Nobody confirmed or renewed it in time, so it ended by itself."""

    type: Literal["restriction:lapsed"] = "restriction:lapsed"
    restriction: str
    missed: DeadlineKind


class DeadlineSet(Frozen):
    """The moments are fixed here; a change of calendar moves them in a later event.

    `not_for` are people who may not see to it, because it is about what they decided.
    """

    type: Literal["deadline:set"] = "deadline:set"
    deadline: str
    kind: DeadlineKind
    # The follow-up's, duty's or restriction's id; the stage for a quiet period; the decision's
    # event for a challenge.
    about: str
    counted_from: date
    span: Span | None  # None: the date was given, as a restriction's review is
    due_on: date
    due_at: AwareDatetime
    rules: tuple[AlertRule, ...]
    alerts: tuple[Alert, ...]
    blocks_closing: bool = False
    urgent: bool = False
    not_for: tuple[PersonId, ...] = ()


class DeadlineReminded(Frozen):
    """A reminder is due: level 0 tells the owner, each later level the next role up.

    `occasion` is said where the first levels tell of what came in, and not of the due date.
    """

    type: Literal["deadline:reminded"] = "deadline:reminded"
    deadline: str
    generation: int
    level: int
    tell: Role
    occasion: Occasion | None = None


class DeadlineMet(Frozen):
    type: Literal["deadline:met"] = "deadline:met"
    deadline: str
    on_time: bool
    result: TextRef | None = None
    reply: TextRef | None = Field(default=None, exclude_if=lambda text: text is None)


class DeadlineMissed(Frozen):
    """A window or review ended with nothing decided; `tell` is alerted."""

    type: Literal["deadline:missed"] = "deadline:missed"
    deadline: str
    tell: Role


class DeadlineMoved(Frozen):
    """A person extended it or took it on, something restarted it, or the calendar changed."""

    type: Literal["deadline:moved"] = "deadline:moved"
    deadline: str
    generation: int
    why: Literal["extended", "taken", "calendar", "review", "incident", "blocked"]
    was: AwareDatetime
    counted_from: date
    span: Span | None
    due_on: date
    due_at: AwareDatetime
    alerts: tuple[Alert, ...]
    owner: PersonId | None = None
    reason: TextRef | None = None


class DeadlineEnded(Frozen):
    """It no longer matters: the case moved on or closed."""

    type: Literal["deadline:ended"] = "deadline:ended"
    deadline: str


class NoticeSent(Frozen):
    type: Literal["notice:sent"] = "notice:sent"
    deadline: str
    level: int
    told: PersonId | None
    message_id: str
    digest: str
    sent_at: AwareDatetime


class LetterPrepared(Frozen):
    """A letter was approved, and goes out as soon as the hour allows it.

    `about` is the restriction or meeting that it concerns, where it concerns one.
    """

    type: Literal["letter:prepared"] = "letter:prepared"
    letter: str
    kind: str
    to: PersonId
    channel: Channel
    text: TextRef
    edited: bool
    urgent: bool
    about: str | None = None


class LetterSent(Frozen):
    """A letter left the school; `digest` is the SHA-256 (hex) of what was really sent."""

    type: Literal["letter:sent"] = "letter:sent"
    letter: str
    channel: Channel
    message_id: str | None
    digest: str | None  # None for one that somebody printed and posted
    sent_at: AwareDatetime
    perhaps_twice: bool = False


class LetterReturned(Frozen):
    """A letter did not reach its addressee, with the mail's own status code."""

    type: Literal["letter:returned"] = "letter:returned"
    letter: str
    status: str
    returned_at: AwareDatetime


class GovernorReviewed(Frozen):
    type: Literal["governor:reviewed"] = "governor:reviewed"
    findings: TextRef


class PanelAssigned(Frozen):
    type: Literal["panel:assigned"] = "panel:assigned"
    members: tuple[PersonId, ...]
    independent: PersonId


class SawNames(Frozen):
    type: Literal["names:seen"] = "names:seen"
    person: PersonId


class AdjustmentAgreed(Frozen):
    type: Literal["adjustment:agreed"] = "adjustment:agreed"
    adjustment: str
    person: PersonId
    text: TextRef


class AdjustmentRemoved(Frozen):
    type: Literal["adjustment:removed"] = "adjustment:removed"
    adjustment: str
    reason: TextRef


class CalendarAdopted(Frozen):
    type: Literal["calendar:adopted"] = "calendar:adopted"
    was: str
    calendar_digest: str


class PolicyAdopted(Frozen):
    type: Literal["policy:adopted"] = "policy:adopted"
    was: str
    policy: str
    policy_version: str
    policy_digest: str
    reason: TextRef


class Settled(Frozen):
    """The time in which the case could be reopened is over."""

    type: Literal["case:settled"] = "case:settled"


Fact = Annotated[
    Opened
    | StageChanged
    | IncidentAdded
    | Acknowledged
    | NoteAdded
    | ResponseRecorded
    | RepresentationsSubmitted
    | RepresentationsClosed
    | Assigned
    | ConflictDeclared
    | NotActedOn
    | AdvocateAppointed
    | AdvocacyEnded
    | AccompanimentOffered
    | ReferralMade
    | ReferralSent
    | ReferralEnded
    | ConfidentialitySetAside
    | ConfidentialityReviewed
    | CodeShared
    | CodeAnswered
    | Signposted
    | MeetingScheduled
    | MeetingRescheduled
    | AttendeeLeftOut
    | MeetingCancelled
    | TimesOffered
    | MeetingHeld
    | MeetingStopped
    | MeetingRecordKept
    | RecordingAnswered
    | RestrictionProposed
    | RestrictionConfirmed
    | RestrictionVaried
    | RestrictionContinued
    | RestrictionLifted
    | RestrictionLapsed
    | DeadlineSet
    | DeadlineReminded
    | DeadlineMet
    | DeadlineMissed
    | DeadlineMoved
    | DeadlineEnded
    | NoticeSent
    | LetterPrepared
    | LetterSent
    | LetterReturned
    | GovernorReviewed
    | PanelAssigned
    | SawNames
    | AdjustmentAgreed
    | AdjustmentRemoved
    | CalendarAdopted
    | PolicyAdopted
    | Settled,
    Field(discriminator="type"),
]
"""What an event states, told apart by `type` (subject, then past verb)."""


class Event(Frozen):
    """One entry of a case's record: identified by school, case reference and sequence (from 1)."""

    school: str
    reference: str
    sequence: int = Field(ge=1)
    at: AwareDatetime  # UTC
    actor: Actor
    action_id: str
    fact: Fact
