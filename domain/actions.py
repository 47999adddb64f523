"""What a person asks to do to a case: one frozen input for each action.

Texts never travel here. `TextRef` names a text that is stored elsewhere, encrypted, and commits
to its content with a salted hash; people are named by their ids.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, TypeAdapter

from domain.calendar import SchoolCalendar, Span
from domain.policy import Frozen, Identifier, Policy
from domain.vocabulary import (
    ActionName,
    AdviceKind,
    Channel,
    CodeAnswer,
    MediaType,
    Outcome,
    Procedure,
    ReferralOutcome,
    ResponseKind,
    ReviewResult,
    Role,
    Scope,
    Severity,
    SharedItem,
    Stage,
    Track,
)

PersonId = Annotated[str, Field(min_length=1, max_length=64)]
Minutes = Annotated[int, Field(ge=5, le=480)]


class TextRef(Frozen):
    """A stored text: its id, and the salted SHA-256 (hex) that commits to what it says."""

    id: Annotated[str, Field(min_length=1, max_length=64)]
    commitment: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class FileRef(Frozen):
    """A stored file: its id, the salted SHA-256 (hex) that commits to what is in it, its type, and
    its size in bytes. What it was called is kept with the file itself."""

    id: Annotated[str, Field(min_length=1, max_length=64)]
    commitment: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    media_type: MediaType
    size: Annotated[int, Field(ge=1)]


class Actor(Frozen):
    """Who acts, and in which capacity."""

    person: PersonId
    role: Role


SYSTEM = Actor(person="system", role=Role.SYSTEM)


class LetterToSend(Frozen):
    """A letter that goes out with an action, in the words that the person who acts has approved.

    `kind` is the letter's id, such as `formal-reminder`; `edited` says that the words are not the
    draft's own. `about` is the meeting that it concerns; None: what the action is about.
    """

    kind: Identifier
    to: PersonId
    channel: Channel = Channel.EMAIL
    text: TextRef
    edited: bool = False
    about: str | None = None


class BaseAction(Frozen):
    """What every action carries.

    `id` is made by the client, so that a retry acts once. `seen` is the sequence number of the
    last event that the actor had seen, or None where they did not look; a newer case refuses,
    unless a letter or reminder went out since and nothing else happened.
    `letters` go out once the action is on the record.
    """

    id: Annotated[str, Field(min_length=1, max_length=64)]
    seen: int | None = None
    letters: tuple[LetterToSend, ...] = ()


class Decision(BaseAction):
    """An action that needs a reason, and a clause or a follow-up's result."""

    reason: TextRef | None = None
    clauses: tuple[Identifier, ...] = ()
    follow_up: str | None = None  # the id of a completed deadline whose result this rests on


class Move(Decision):
    """A decision that takes the case to a step."""


class RaiseConcern(BaseAction):
    """Opens a case."""

    name: Literal[ActionName.RAISE_CONCERN] = ActionName.RAISE_CONCERN
    school: Identifier
    reference: Annotated[str, Field(pattern=r"^[A-Z]{2,4}-\d{4}-\d{4,}$")]
    track: Track
    respondent: PersonId | None = None  # None: the school, or the service, itself
    family: PersonId | None = None  # the parent whose child this is about
    advocate: PersonId | None = None
    named: tuple[PersonId, ...] = ()  # anybody else whom the concern is about
    severity: Severity
    clauses: tuple[Identifier, ...] = ()
    narrative: TextRef | None = None
    occurred_on: date | None = None
    received_at: AwareDatetime | None = None  # None: now
    attachments: tuple[FileRef, ...] = ()  # evidence


class RemindInformally(Move):
    name: Literal[ActionName.REMIND_INFORMALLY] = ActionName.REMIND_INFORMALLY


class RemindFormally(Move):
    name: Literal[ActionName.REMIND_FORMALLY] = ActionName.REMIND_FORMALLY


class Warn(Move):
    name: Literal[ActionName.WARN] = ActionName.WARN


class RestrictAccess(Move):
    """Proposes a restriction; with `interim`, where the case is grave enough, it starts at once.

    `contact` says what contact stays permitted and `contact_through` whom it goes through;
    `meetings` how the family still takes part in statutory meetings, and `collection` (needed
    for the site) how the child is still brought and collected.
    """

    name: Literal[ActionName.RESTRICT_ACCESS] = ActionName.RESTRICT_ACCESS
    scopes: tuple[Scope, ...] = Field(min_length=1)
    interim: bool = False
    starts_on: date | None = None  # None: the day it is confirmed, or today if interim
    review_on: date | None = None
    contact: TextRef | None = None
    contact_through: PersonId | None = None
    meetings: TextRef | None = None
    collection: TextRef | None = None


def scopes_of(action: BaseAction) -> tuple[Scope, ...]:
    """What the action would restrict; () where it restricts nothing."""
    return action.scopes if isinstance(action, RestrictAccess) else ()


class SeekExternalAdvice(Move):
    name: Literal[ActionName.SEEK_EXTERNAL_ADVICE] = ActionName.SEEK_EXTERNAL_ADVICE
    kind: AdviceKind


class OfferResolutionMeeting(Move):
    name: Literal[ActionName.OFFER_RESOLUTION_MEETING] = ActionName.OFFER_RESOLUTION_MEETING


class OfferMediation(Move):
    name: Literal[ActionName.OFFER_MEDIATION] = ActionName.OFFER_MEDIATION
    agreed: bool = False  # both sides have agreed; mediation needs it


class TalkWithStaff(Move):
    name: Literal[ActionName.TALK_WITH_STAFF] = ActionName.TALK_WITH_STAFF


class RaiseInformally(Move):
    name: Literal[ActionName.RAISE_INFORMALLY] = ActionName.RAISE_INFORMALLY


class ComplainFormally(Move):
    name: Literal[ActionName.COMPLAIN_FORMALLY] = ActionName.COMPLAIN_FORMALLY


class RequestPanel(Move):
    name: Literal[ActionName.REQUEST_PANEL] = ActionName.REQUEST_PANEL


class TalkInformally(Move):
    name: Literal[ActionName.TALK_INFORMALLY] = ActionName.TALK_INFORMALLY


class ReferToLineManagement(Move):
    name: Literal[ActionName.REFER_TO_LINE_MANAGEMENT] = ActionName.REFER_TO_LINE_MANAGEMENT


class ReferToSteeringGroup(Move):
    name: Literal[ActionName.REFER_TO_STEERING_GROUP] = ActionName.REFER_TO_STEERING_GROUP


class ReferToLocalAuthority(Move):
    name: Literal[ActionName.REFER_TO_LOCAL_AUTHORITY] = ActionName.REFER_TO_LOCAL_AUTHORITY


class StepDown(Decision):
    name: Literal[ActionName.STEP_DOWN] = ActionName.STEP_DOWN
    to: Stage


class Lapse(Decision):
    """A person ends a quiet case early; at the end of its quiet period it lapses by itself."""

    name: Literal[ActionName.LAPSE] = ActionName.LAPSE


class Close(Decision):
    name: Literal[ActionName.CLOSE] = ActionName.CLOSE
    outcome: Outcome
    procedure: Procedure | None = None  # only with the outcome `transferred`


class Reopen(Decision):
    name: Literal[ActionName.REOPEN] = ActionName.REOPEN


class AddIncident(BaseAction):
    name: Literal[ActionName.ADD_INCIDENT] = ActionName.ADD_INCIDENT
    occurred_on: date
    severity: Severity
    clauses: tuple[Identifier, ...] = ()
    text: TextRef | None = None
    attachments: tuple[FileRef, ...] = ()


class Acknowledge(BaseAction):
    name: Literal[ActionName.ACKNOWLEDGE] = ActionName.ACKNOWLEDGE


class AddNote(BaseAction):
    name: Literal[ActionName.ADD_NOTE] = ActionName.ADD_NOTE
    text: TextRef


class RecordResponse(BaseAction):
    name: Literal[ActionName.RECORD_RESPONSE] = ActionName.RECORD_RESPONSE
    kind: ResponseKind = ResponseKind.REPLY
    text: TextRef
    attachments: tuple[FileRef, ...] = ()


class SubmitRepresentations(BaseAction):
    """The written side on `restriction`; None: on each whose window is open, or, where none is,
    on each that is proposed or in effect."""

    name: Literal[ActionName.SUBMIT_REPRESENTATIONS] = ActionName.SUBMIT_REPRESENTATIONS
    text: TextRef
    restriction: str | None = None
    attachments: tuple[FileRef, ...] = ()


class Assign(BaseAction):
    name: Literal[ActionName.ASSIGN] = ActionName.ASSIGN
    to: PersonId


class DeclareConflict(BaseAction):
    name: Literal[ActionName.DECLARE_CONFLICT] = ActionName.DECLARE_CONFLICT
    reason: TextRef | None = None


class DecideNotToAct(Decision):
    """Records that nothing is done about an incident for now, and why."""

    name: Literal[ActionName.DECIDE_NOT_TO_ACT] = ActionName.DECIDE_NOT_TO_ACT


class AppointAdvocate(BaseAction):
    name: Literal[ActionName.APPOINT_ADVOCATE] = ActionName.APPOINT_ADVOCATE
    advocate: PersonId


class ShareCode(BaseAction):
    name: Literal[ActionName.SHARE_CODE] = ActionName.SHARE_CODE
    with_role: Role  # parent or advocate


class SignCode(BaseAction):
    """Records what became of the invitation to sign; nothing follows from any answer.

    `signed_as` is the name that somebody typed under it, where they signed it on a page.
    """

    name: Literal[ActionName.SIGN_CODE] = ActionName.SIGN_CODE
    answer: CodeAnswer
    by: PersonId | None = None  # None: the actor
    signed_as: TextRef | None = None


class Signpost(BaseAction):
    name: Literal[ActionName.SIGNPOST] = ActionName.SIGNPOST
    to: PersonId | None = None  # None: the family on the case


class EndAdvocacy(BaseAction):
    """The parent has no advocate on this case any more."""

    name: Literal[ActionName.END_ADVOCACY] = ActionName.END_ADVOCACY


class OfferAccompaniment(BaseAction):
    """Another way for a parent not to be alone, while their advocate is limited."""

    name: Literal[ActionName.OFFER_ACCOMPANIMENT] = ActionName.OFFER_ACCOMPANIMENT
    how: TextRef


class ReferToSendiass(BaseAction):
    """Puts the parent in touch with SENDIASS, sharing what they agreed to and nothing else.

    Where the parent does this themselves, that is their consent; staff say when it was given
    (`consented_on`). `summary` is the text for SharedItem.SUMMARY.
    """

    name: Literal[ActionName.REFER_TO_SENDIASS] = ActionName.REFER_TO_SENDIASS
    shared: tuple[SharedItem, ...] = Field(min_length=1)
    consented_on: date | None = None
    summary: TextRef | None = None


class RecordReferralOutcome(BaseAction):
    name: Literal[ActionName.RECORD_REFERRAL_OUTCOME] = ActionName.RECORD_REFERRAL_OUTCOME
    referral: str
    outcome: ReferralOutcome
    note: TextRef | None = None


class WithdrawConsent(BaseAction):
    """The parent takes their consent back: from then on nothing is shared."""

    name: Literal[ActionName.WITHDRAW_CONSENT] = ActionName.WITHDRAW_CONSENT
    referral: str


class SetConfidentialityAside(Decision):
    """The safeguarding exception: something is told without consent, to protect somebody.

    `told` says whom, and `what` what was told.
    """

    name: Literal[ActionName.SET_CONFIDENTIALITY_ASIDE] = ActionName.SET_CONFIDENTIALITY_ASIDE
    told: TextRef
    what: TextRef


class ReviewConfidentiality(BaseAction):
    """A second person looks at a decision to set confidentiality aside."""

    name: Literal[ActionName.REVIEW_CONFIDENTIALITY] = ActionName.REVIEW_CONFIDENTIALITY
    disclosure: str
    agrees: bool
    reason: TextRef | None = None


class ScheduleMeeting(BaseAction):
    """Invites people to a meeting that begins `at` and lasts so many `minutes`.

    Where nobody is named, the family, their advocate and whoever deals with the case come; the
    family's advocate comes with them in any case, unless `without_advocate`. `online` says how to
    take part from elsewhere. `out_of_term_agreed` says how it was agreed to meet on a day or at
    an hour at which the school is closed.
    """

    name: Literal[ActionName.SCHEDULE_MEETING] = ActionName.SCHEDULE_MEETING
    at: AwareDatetime
    minutes: Minutes = 60
    place: TextRef | None = None
    purpose: TextRef | None = None
    online: TextRef | None = None
    attendees: tuple[PersonId, ...] = ()
    chair: PersonId | None = None
    note_taker: PersonId | None = None
    interpreter: PersonId | None = None
    mediator: PersonId | None = None
    without_advocate: bool = False
    recording_wanted: bool = False
    out_of_term_agreed: TextRef | None = None


class RescheduleMeeting(BaseAction):
    """Moves a meeting, or invites more people; what is left out stays as it was."""

    name: Literal[ActionName.RESCHEDULE_MEETING] = ActionName.RESCHEDULE_MEETING
    meeting: str
    at: AwareDatetime
    reason: TextRef | None = None
    minutes: Minutes | None = None
    place: TextRef | None = None
    online: TextRef | None = None
    also_invite: tuple[PersonId, ...] = ()
    out_of_term_agreed: TextRef | None = None


class CancelMeeting(BaseAction):
    """Calls off a meeting that is still to come."""

    name: Literal[ActionName.CANCEL_MEETING] = ActionName.CANCEL_MEETING
    meeting: str
    reason: TextRef | None = None


class OfferTimes(BaseAction):
    """Says at which times somebody could come, to a meeting or to one that is yet to be set.

    `by` is whose times they are, where somebody at the school writes them down; None: the actor.
    """

    name: Literal[ActionName.OFFER_TIMES] = ActionName.OFFER_TIMES
    meeting: str | None = None
    times: tuple[AwareDatetime, ...] = Field(min_length=1, max_length=20)
    text: TextRef | None = None
    by: PersonId | None = None


class HoldMeeting(BaseAction):
    """Says that a meeting took place; `recording_made`: it was recorded."""

    name: Literal[ActionName.HOLD_MEETING] = ActionName.HOLD_MEETING
    meeting: str
    recording_made: bool = False


class StopMeeting(Decision):
    name: Literal[ActionName.STOP_MEETING] = ActionName.STOP_MEETING
    meeting: str
    recording_made: bool = False


class RecordMeeting(BaseAction):
    """Keeps what was discussed and decided: one point a line. `attended`: None named, everybody."""

    name: Literal[ActionName.RECORD_MEETING] = ActionName.RECORD_MEETING
    meeting: str
    discussed: TextRef
    decided: TextRef
    attended: tuple[PersonId, ...] = ()


class ConsentToRecording(BaseAction):
    """One person's answer about being recorded; `by`: whose it is. None: the actor's own."""

    name: Literal[ActionName.CONSENT_TO_RECORDING] = ActionName.CONSENT_TO_RECORDING
    meeting: str
    consents: bool
    by: PersonId | None = None


class ConfirmRestriction(Decision):
    """`answer` answers the representations, where there were any."""

    name: Literal[ActionName.CONFIRM_RESTRICTION] = ActionName.CONFIRM_RESTRICTION
    restriction: str
    answer: TextRef | None = None
    review_on: date | None = None  # None: as proposed


class VaryRestriction(Decision):
    """Narrows a restriction, or changes the contact that stays permitted or its review."""

    name: Literal[ActionName.VARY_RESTRICTION] = ActionName.VARY_RESTRICTION
    restriction: str
    scopes: tuple[Scope, ...] | None = None
    review_on: date | None = None
    contact: TextRef | None = None
    contact_through: PersonId | None = None
    meetings: TextRef | None = None
    collection: TextRef | None = None


class ReviewRestriction(Decision):
    """`review_on` is the next review, needed unless the result is to lift."""

    name: Literal[ActionName.REVIEW_RESTRICTION] = ActionName.REVIEW_RESTRICTION
    restriction: str
    result: ReviewResult
    review_on: date | None = None
    scopes: tuple[Scope, ...] | None = None


class LiftRestriction(Decision):
    name: Literal[ActionName.LIFT_RESTRICTION] = ActionName.LIFT_RESTRICTION
    restriction: str


class CompleteFollowUp(BaseAction):
    """Something was looked at, or done. `result` is kept for the school.

    `reply` is what is written back about it, and goes out as a letter: to `reply_to`, or, where
    it answers a complaint, to whoever complained.
    """

    name: Literal[ActionName.COMPLETE_FOLLOW_UP] = ActionName.COMPLETE_FOLLOW_UP
    deadline: str
    result: TextRef | None = None
    reply: TextRef | None = None
    reply_to: PersonId | None = None


class ExtendFollowUp(BaseAction):
    name: Literal[ActionName.EXTEND_FOLLOW_UP] = ActionName.EXTEND_FOLLOW_UP
    deadline: str
    by: Span
    reason: TextRef | None = None


class TakeFollowUp(BaseAction):
    """Somebody takes an overdue follow-up on; the alerts stop, and it falls due again."""

    name: Literal[ActionName.TAKE_FOLLOW_UP] = ActionName.TAKE_FOLLOW_UP
    deadline: str


class ReviewByGovernor(BaseAction):
    name: Literal[ActionName.REVIEW_BY_GOVERNOR] = ActionName.REVIEW_BY_GOVERNOR
    findings: TextRef


class AssignPanel(BaseAction):
    """`seen_elsewhere` are those whom the read log or a governors' review shows to have seen the
    names; it is filled in by the gateway, not by whoever acts."""

    name: Literal[ActionName.ASSIGN_PANEL] = ActionName.ASSIGN_PANEL
    members: tuple[PersonId, ...]
    independent: PersonId  # the member who is independent of running the school
    seen_elsewhere: tuple[PersonId, ...] = ()


class SeeNames(BaseAction):
    """A governor is shown the names in a case, and is kept off its panel from then on."""

    name: Literal[ActionName.SEE_NAMES] = ActionName.SEE_NAMES


class AgreeAdjustment(BaseAction):
    name: Literal[ActionName.AGREE_ADJUSTMENT] = ActionName.AGREE_ADJUSTMENT
    person: PersonId
    text: TextRef


class RemoveAdjustment(BaseAction):
    name: Literal[ActionName.REMOVE_ADJUSTMENT] = ActionName.REMOVE_ADJUSTMENT
    adjustment: str
    reason: TextRef | None = None


class AdoptCalendar(BaseAction):
    """The school's calendar changed: open deadlines move with it."""

    name: Literal[ActionName.ADOPT_CALENDAR] = ActionName.ADOPT_CALENDAR
    calendar: SchoolCalendar


class AdoptPolicy(BaseAction):
    """Moves the case to another version of its policy."""

    name: Literal[ActionName.ADOPT_POLICY] = ActionName.ADOPT_POLICY
    policy: Policy
    reason: TextRef | None = None


class TimePassed(BaseAction):
    """The case's timer fired: whatever has fallen due by now is reminded of, or relieved."""

    name: Literal[ActionName.TIME_PASSED] = ActionName.TIME_PASSED


class RecordNotice(BaseAction):
    """A notice left the building: to whom, and the hash of what was sent."""

    name: Literal[ActionName.RECORD_NOTICE] = ActionName.RECORD_NOTICE
    deadline: str
    level: int
    told: PersonId | None  # None: nobody holds the role, or everyone who does is conflicted
    message_id: str
    digest: str
    sent_at: AwareDatetime


class RecordPosting(BaseAction):
    """Somebody has put a printed letter into the post."""

    name: Literal[ActionName.RECORD_POSTING] = ActionName.RECORD_POSTING
    letter: str
    posted_on: date


class PrepareLetters(BaseAction):
    """Relief came by itself, and its letters were worded: they go out as any others."""

    name: Literal[ActionName.PREPARE_LETTERS] = ActionName.PREPARE_LETTERS


class RecordLetter(BaseAction):
    """A letter was handed to the mail server, with the hash of what was handed over.

    `perhaps_twice`: the attempt before was cut off where nobody can tell whether it arrived.
    """

    name: Literal[ActionName.RECORD_LETTER] = ActionName.RECORD_LETTER
    letter: str
    message_id: str
    digest: str
    sent_at: AwareDatetime
    perhaps_twice: bool = False


class RecordReturn(BaseAction):
    """A letter did not arrive: the address refused it, or it came back.

    `status` is the enhanced status code (RFC 3463), such as 5.1.1, where there is one.
    """

    name: Literal[ActionName.RECORD_RETURN] = ActionName.RECORD_RETURN
    letter: str
    status: str
    returned_at: AwareDatetime


class RecordReferralSent(BaseAction):
    """A referral went to SENDIASS, or waits to be handed to the parent (no `digest`).

    `perhaps_twice`: as of a letter.
    """

    name: Literal[ActionName.RECORD_REFERRAL_SENT] = ActionName.RECORD_REFERRAL_SENT
    referral: str
    message_id: str | None
    digest: str | None
    sent_at: AwareDatetime
    perhaps_twice: bool = False


StageAction = (
    RemindInformally
    | RemindFormally
    | Warn
    | RestrictAccess
    | SeekExternalAdvice
    | OfferResolutionMeeting
    | OfferMediation
    | TalkWithStaff
    | RaiseInformally
    | ComplainFormally
    | RequestPanel
    | TalkInformally
    | ReferToLineManagement
    | ReferToSteeringGroup
    | ReferToLocalAuthority
    | StepDown
    | Lapse
    | Close
    | Reopen
)
Action = Annotated[
    RaiseConcern
    | StageAction
    | AddIncident
    | Acknowledge
    | AddNote
    | RecordResponse
    | SubmitRepresentations
    | Assign
    | DeclareConflict
    | DecideNotToAct
    | AppointAdvocate
    | ShareCode
    | SignCode
    | Signpost
    | EndAdvocacy
    | OfferAccompaniment
    | ReferToSendiass
    | RecordReferralOutcome
    | WithdrawConsent
    | SetConfidentialityAside
    | ReviewConfidentiality
    | ScheduleMeeting
    | RescheduleMeeting
    | CancelMeeting
    | OfferTimes
    | HoldMeeting
    | StopMeeting
    | RecordMeeting
    | ConsentToRecording
    | ConfirmRestriction
    | VaryRestriction
    | ReviewRestriction
    | LiftRestriction
    | CompleteFollowUp
    | ExtendFollowUp
    | TakeFollowUp
    | ReviewByGovernor
    | AssignPanel
    | SeeNames
    | AgreeAdjustment
    | RemoveAdjustment
    | AdoptCalendar
    | AdoptPolicy
    | RecordPosting
    | TimePassed
    | RecordNotice
    | PrepareLetters
    | RecordLetter
    | RecordReturn
    | RecordReferralSent,
    Field(discriminator="name"),
]
"""Any action, told apart by `name`."""

ACTION: TypeAdapter[Action] = TypeAdapter(Action)
"""Reads an action from its fields, or from JSON."""
