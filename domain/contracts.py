"""What crosses Temporal: names, ids and inputs shared by the gateway, workflows and activities."""

from datetime import date, datetime
from enum import StrEnum

from pydantic import AwareDatetime

from domain.actions import Action, Actor, LetterToSend, PersonId, RaiseConcern
from domain.calendar import SchoolCalendar
from domain.case import Case, Letter
from domain.errors import CaseError
from domain.events import Event
from domain.feedback import Feedback
from domain.meeting_plan import MeetingPlan
from domain.policy import Frozen, Policy
from domain.vocabulary import DeadlineKind, Occasion, Role, Rule, Stage

ESCALATION = "EscalationWorkflow"
FEEDBACK = "FeedbackWorkflow"
REFERRAL = "ReferralWorkflow"
RETENTION_SWEEP = "RetentionSweepWorkflow"
CHECKPOINTS = "CheckpointWorkflow"
ACT = "act"  # the update by which everybody acts on a case
MEETING = "MeetingWorkflow"
CARRY_OUT = "carry_out"  # the signal by which a case's own workflows do something to it
PLANNED = "planned"  # the signal that tells a meeting's workflow of a new date
OVER = "over"  # the signal that there is nothing left to remind anybody of
OPENED = "opened"  # the update that waits until the case is on the record
CURRENT = "current"  # the query for the case as the workflow holds it

RECORD_EVENTS = "record_events"
LOAD_RULES = "load_rules"
SEND_REMINDER = "send_reminder"
PROPOSE_DISPOSALS = "propose_disposals"
SEND_PROPOSAL = "send_proposal"
OVERWRITE_ERASED = "overwrite_erased"
LIST_SCHOOLS = "list_schools"
MAKE_CHECKPOINT = "make_checkpoint"
LIST_GOVERNORS = "list_governors"
SEND_CHECKPOINT = "send_checkpoint"
SEND_FEEDBACK = "send_feedback"
SEND_LETTER = "send_letter"
SEND_REFERRAL = "send_referral"
DRAFT_LETTERS = "draft_letters"
LOOK_AT_MEETING = "look_at_meeting"
DRAFT_MEETING_REMINDERS = "draft_meeting_reminders"

TASK_QUEUE = "evenhand"

SEARCH_SCHOOL = "EvenhandSchool"
SEARCH_TRACK = "EvenhandTrack"
SEARCH_STAGE = "EvenhandStage"
SEARCH_DUE = "EvenhandDue"


def case_workflow_id(school: str, reference: str) -> str:
    """The workflow id of a case: `case/<school>/<reference>`."""
    return f"case/{school}/{reference}"


def meeting_workflow_id(school: str, reference: str, meeting: str) -> str:
    """The workflow id of a meeting: `case/<school>/<reference>/meeting/<meeting>`."""
    return f"{case_workflow_id(school, reference)}/meeting/{meeting}"


def referral_workflow_id(school: str, reference: str, referral: str) -> str:
    """The workflow id of a referral: `case/<school>/<reference>/referral/<referral>`."""
    return f"{case_workflow_id(school, reference)}/referral/{referral}"


class EscalationInput(Frozen):
    """Starts a case's workflow, or carries it over a continue-as-new (then `case` is set)."""

    policy_digest: str
    calendar_digest: str
    opening: RaiseConcern
    opened_by: Actor
    case: Case | None = None


class Rules(Frozen):
    """The policy and the calendar that a case runs under, as loaded by their digests."""

    policy: Policy
    calendar: SchoolCalendar


class Act(Frozen):
    """The input of the update `act`."""

    action: Action
    actor: Actor


class Acted(Frozen):
    """What an action did: the case's stage and last sequence, and the events it recorded."""

    stage: Stage
    sequence: int
    events: tuple[Event, ...]
    already_done: bool = False  # the same action id had been carried out before


class RecordEvents(Frozen):
    """The input of the recording activity: consecutive events of one case, and the case after."""

    events: tuple[Event, ...]
    case: Case


class RulesWanted(Frozen):
    """The input of the activity that loads a case's rules."""

    policy_digest: str
    calendar_digest: str


class Reminder(Frozen):
    """The input of the notice activity: tell a holder of `tell` that a deadline is due.

    `words` is what the policy says is to be done; `not_to` are the people already told at an
    earlier level, and those with a part in the case. `message_id` is the same at each attempt.
    `occasion` says why they are told where the level alone does not; who is only informed of
    something is `owner`, or holds `tell`, and nobody is told in their place.
    """

    school: str
    reference: str
    deadline: str
    kind: DeadlineKind
    words: str
    level: int
    tell: Role
    due_on: date
    missed: bool
    owner: PersonId | None
    not_to: tuple[PersonId, ...]
    message_id: str
    occasion: Occasion | None = None


class Told(Frozen):
    """What the notice activity did; `person` is None where nobody could be told."""

    person: PersonId | None
    digest: str
    sent_at: AwareDatetime


class Sweep(Frozen):
    """The input of the activity that proposes: an id that is the same at each attempt, and when."""

    id: str
    at: AwareDatetime


class Proposed(Frozen):
    """What a sweep newly found at one school: cases to decide on, and holds to look at again."""

    school: str
    references: tuple[str, ...]
    holds: tuple[str, ...]
    message_id: str


class CheckpointMade(Frozen):
    """What the activity that makes a checkpoint found: its number, None where nothing is recorded.

    `new` tells whether anything had happened since the checkpoint before.
    """

    school: str
    number: int | None
    new: bool


class CheckpointFor(Frozen):
    """The input of the activity that sends a checkpoint: which one, and to whom."""

    school: str
    number: int
    person: PersonId


class Delivery(StrEnum):
    """How it went with a checkpoint for one governor."""

    SENT = "sent"
    ALREADY_SENT = "already_sent"  # the register had it
    UNDELIVERED = "undelivered"  # the mail server refused the address for good
    NO_ADDRESS = "no_address"  # there is none any more


class CheckpointNight(Frozen):
    """What the nightly workflow did for one school."""

    school: str
    number: int | None
    new: bool
    deliveries: tuple[Delivery, ...]


class ReferralInput(Frozen):
    """Starts a referral's workflow; it is not sent before `send_from`."""

    school: str
    reference: str
    referral: str
    send_from: AwareDatetime


class ReferralWanted(Frozen):
    """The input of the activity that sends a referral; what is shared stays behind."""

    school: str
    reference: str
    referral: str
    message_id: str


class ReferralTold(Frozen):
    """What became of a referral. Without a `digest` it is for the parent to take; `withdrawn`
    says that nothing is to be shared any more, and `perhaps_twice` what it says of a letter."""

    at: AwareDatetime
    message_id: str | None = None
    digest: str | None = None
    withdrawn: bool = False
    perhaps_twice: bool = False


class FeedbackWanted(Frozen):
    """The input of the workflow that passes feedback on: counts, and who asked for it."""

    school: str
    counted: Feedback
    actor: Actor


class FeedbackSent(Frozen):
    """To whom feedback went, and the hash (hex) of the table that was sent."""

    to: tuple[PersonId, ...]
    digest: str


class LetterJob(Frozen):
    """The input of the activity that sends a letter; its words and its address stay behind.

    `message_id` is the same at each attempt, so that a second copy can be recognised as one.
    """

    school: str
    reference: str
    letter: Letter
    message_id: str


class LetterOutcome(Frozen):
    """What became of a letter that was handed to the mail server.

    `refused` is the status code with which the address was refused for good; None where the
    letter was taken, and then `digest` (hex) is of what was handed over. `perhaps_twice` says that
    an attempt before this one was cut off where nobody can tell whether it arrived.
    """

    at: AwareDatetime
    digest: str | None = None
    refused: str | None = None
    perhaps_twice: bool = False


class LettersWanted(Frozen):
    """The input of the activity that words the letters about relief which came by itself."""

    case: Case
    events: tuple[Event, ...]


class LettersDrafted(Frozen):
    """Letters as they were worded and stored."""

    letters: tuple[LetterToSend, ...]


class MeetingInput(Frozen):
    """Starts a meeting's workflow."""

    school: str
    reference: str
    meeting: str
    plan: MeetingPlan


class MeetingWanted(Frozen):
    """The input of the activities that look a meeting up, as it stands after `sequence` changes."""

    school: str
    reference: str
    meeting: str
    sequence: int


class MeetingStanding(Frozen):
    """How a meeting stands on the record; not `coming` where it is over, or was moved since."""

    coming: bool
    held_on: date
    owner: PersonId | None = None
    not_to: tuple[PersonId, ...] = ()  # who has a part in the case


REFUSED = "refused"  # the error type under which a refusal crosses Temporal, with these details:


class Refusal(Frozen):
    """A CaseError as it crosses Temporal: the error's name, its rule, and what it told."""

    error: str
    rule: Rule
    sentence: str
    who_may: tuple[Role, ...] = ()
    not_before: AwareDatetime | None = None

    @classmethod
    def of(cls, error: CaseError) -> "Refusal":
        """What there is to tell of `error`."""
        moment = error.not_before if isinstance(error.not_before, datetime) else None
        return cls(
            error=type(error).__name__,
            rule=error.rule,
            sentence=error.sentence,
            who_may=error.who_may,
            not_before=moment,
        )
