"""The activities that workflows call, as typed functions with their time limits and retries."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from domain.contracts import (
        DRAFT_LETTERS,
        DRAFT_MEETING_REMINDERS,
        LIST_GOVERNORS,
        LIST_SCHOOLS,
        LOAD_RULES,
        LOOK_AT_MEETING,
        MAKE_CHECKPOINT,
        OVERWRITE_ERASED,
        PROPOSE_DISPOSALS,
        RECORD_EVENTS,
        SEND_CHECKPOINT,
        SEND_FEEDBACK,
        SEND_LETTER,
        SEND_PROPOSAL,
        SEND_REFERRAL,
        SEND_REMINDER,
        CheckpointFor,
        CheckpointMade,
        Delivery,
        FeedbackSent,
        FeedbackWanted,
        LetterJob,
        LetterOutcome,
        LettersDrafted,
        LettersWanted,
        MeetingStanding,
        MeetingWanted,
        Proposed,
        RecordEvents,
        ReferralTold,
        ReferralWanted,
        Reminder,
        Rules,
        RulesWanted,
        Sweep,
        Told,
    )

# A database or a mail server that is away comes back: what was accepted waits for it.
_UNTIL_IT_WORKS = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=2,
    maximum_interval=timedelta(seconds=10),
)
_PATIENTLY = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2,
    maximum_interval=timedelta(minutes=5),
)

UNTIL_THE_NEXT_NIGHT = timedelta(hours=20)  # then the next checkpoint says more than this one


async def record_events(batch: RecordEvents) -> str:
    """Puts events on the record; returns the hash (hex) of the last.

    An ordinary activity, not a local one: the update is durably accepted before its event is
    recorded, so that a killed worker can't leave an event that the workflow does not know of.
    """
    head: str = await workflow.execute_activity(
        RECORD_EVENTS,
        batch,
        result_type=str,
        start_to_close_timeout=timedelta(seconds=10),
        retry_policy=_UNTIL_IT_WORKS,
    )
    return head


async def load_rules(wanted: RulesWanted) -> Rules:
    """The policy and the calendar with these digests."""
    rules: Rules = await workflow.execute_activity(
        LOAD_RULES,
        wanted,
        result_type=Rules,
        start_to_close_timeout=timedelta(seconds=10),
        retry_policy=_UNTIL_IT_WORKS,
    )
    return rules


async def send_reminder(reminder: Reminder) -> Told:
    """Tells somebody that a deadline is due."""
    told: Told = await workflow.execute_activity(
        SEND_REMINDER,
        reminder,
        result_type=Told,
        start_to_close_timeout=timedelta(seconds=60),
        retry_policy=_PATIENTLY,
    )
    return told


async def propose_disposals(sweep: Sweep) -> tuple[Proposed, ...]:
    """Enters, at every school, which cases have been kept long enough; what is new, by school."""
    proposed: list[Proposed] = await workflow.execute_activity(
        PROPOSE_DISPOSALS,
        sweep,
        result_type=list[Proposed],
        start_to_close_timeout=timedelta(minutes=10),
        retry_policy=_PATIENTLY,
    )
    return tuple(proposed)


async def send_proposal(proposed: Proposed) -> Told:
    """Tells the person who decides what was proposed."""
    told: Told = await workflow.execute_activity(
        SEND_PROPOSAL,
        proposed,
        result_type=Told,
        start_to_close_timeout=timedelta(seconds=60),
        retry_policy=_PATIENTLY,
    )
    return told


async def overwrite_erased() -> bool:
    """Overwrites in the database's files what was erased lately; whether that is done."""
    done: bool = await workflow.execute_activity(
        OVERWRITE_ERASED,
        result_type=bool,
        start_to_close_timeout=timedelta(minutes=10),
        retry_policy=_PATIENTLY,
    )
    return done


async def list_schools() -> list[str]:
    """The id of every school."""
    schools: list[str] = await workflow.execute_activity(
        LIST_SCHOOLS,
        result_type=list[str],
        start_to_close_timeout=timedelta(seconds=10),
        schedule_to_close_timeout=UNTIL_THE_NEXT_NIGHT,
        retry_policy=_UNTIL_IT_WORKS,
    )
    return schools


async def make_checkpoint(school: str) -> CheckpointMade:
    """Makes a checkpoint of a school's record; a first one over many events takes a while."""
    made: CheckpointMade = await workflow.execute_activity(
        MAKE_CHECKPOINT,
        school,
        result_type=CheckpointMade,
        start_to_close_timeout=timedelta(hours=2),
        heartbeat_timeout=timedelta(minutes=10),
        schedule_to_close_timeout=UNTIL_THE_NEXT_NIGHT,
        retry_policy=_PATIENTLY,
    )
    return made


async def list_governors(school: str) -> list[str]:
    """The ids of the governors who can be written to."""
    people: list[str] = await workflow.execute_activity(
        LIST_GOVERNORS,
        school,
        result_type=list[str],
        start_to_close_timeout=timedelta(seconds=10),
        schedule_to_close_timeout=UNTIL_THE_NEXT_NIGHT,
        retry_policy=_UNTIL_IT_WORKS,
    )
    return people


async def send_checkpoint(wanted: CheckpointFor) -> Delivery:
    """Sends a checkpoint to one governor, unless the register says that it was."""
    delivery: Delivery = await workflow.execute_activity(
        SEND_CHECKPOINT,
        wanted,
        result_type=Delivery,
        start_to_close_timeout=timedelta(seconds=60),
        schedule_to_close_timeout=UNTIL_THE_NEXT_NIGHT,
        retry_policy=_PATIENTLY,
    )
    return delivery


async def send_letter(job: LetterJob) -> LetterOutcome:
    """Hands a letter to the mail server; a server that is away is tried again."""
    outcome: LetterOutcome = await workflow.execute_activity(
        SEND_LETTER,
        job,
        result_type=LetterOutcome,
        start_to_close_timeout=timedelta(seconds=60),
        retry_policy=_PATIENTLY,
    )
    return outcome


async def draft_letters(wanted: LettersWanted) -> LettersDrafted:
    """Words the letters that tell people of relief."""
    drafted: LettersDrafted = await workflow.execute_activity(
        DRAFT_LETTERS,
        wanted,
        result_type=LettersDrafted,
        start_to_close_timeout=timedelta(seconds=60),
        retry_policy=_PATIENTLY,
    )
    return drafted


async def draft_meeting_reminders(wanted: MeetingWanted) -> LettersDrafted:
    """Words the letters that remind of a meeting; none where it was moved or is over."""
    drafted: LettersDrafted = await workflow.execute_activity(
        DRAFT_MEETING_REMINDERS,
        wanted,
        result_type=LettersDrafted,
        start_to_close_timeout=timedelta(seconds=60),
        retry_policy=_PATIENTLY,
    )
    return drafted


async def look_at_meeting(wanted: MeetingWanted) -> MeetingStanding:
    """How a meeting stands on the record now."""
    standing: MeetingStanding = await workflow.execute_activity(
        LOOK_AT_MEETING,
        wanted,
        result_type=MeetingStanding,
        start_to_close_timeout=timedelta(seconds=10),
        retry_policy=_UNTIL_IT_WORKS,
    )
    return standing


async def send_feedback(wanted: FeedbackWanted) -> FeedbackSent:
    """Sends feedback to the local authority, and enters to whom."""
    sent: FeedbackSent = await workflow.execute_activity(
        SEND_FEEDBACK,
        wanted,
        result_type=FeedbackSent,
        start_to_close_timeout=timedelta(seconds=60),
        retry_policy=_PATIENTLY,
    )
    return sent


async def send_referral(wanted: ReferralWanted) -> ReferralTold:
    """Sends a referral to SENDIASS; a server that is away is tried again."""
    told: ReferralTold = await workflow.execute_activity(
        SEND_REFERRAL,
        wanted,
        result_type=ReferralTold,
        start_to_close_timeout=timedelta(seconds=60),
        retry_policy=_PATIENTLY,
    )
    return told
