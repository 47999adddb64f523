"""The worker: registers everything, decides nothing."""

import asyncio
import signal
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from prometheus_client import CollectorRegistry
from temporalio.client import Client
from temporalio.worker import Worker, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.checkpoints import NightlyCheckpoints
from activities.feedback import FeedbackPost
from activities.govuk_notify import GovukNotify
from activities.handing_over import HandingOver, Messenger
from activities.letters import Letters
from activities.meetings import Meetings
from activities.notices import Notices
from activities.records import Records
from activities.referrals import Referrals
from activities.retention import RetentionSweeps
from activities.rules import RulesLoader
from correspondence.mail_server import MailServer, mail_server_of
from gateway.errors import ServiceUnreachable
from gateway.health import HealthPortTaken, health_server
from gateway.leaving import leave
from gateway.logs import configure_logging, logs_as_json
from gateway.restored import erase_again
from gateway.schedules import keep_schedules
from gateway.stores import Stores, audit_keys_of, keyring_of, master_key_of, open_stores
from gateway.telemetry import Metrics, temporal_runtime
from gateway.temporal import connect
from settings import Settings, SettingsError, load_settings, temporal_connection
from storage.database import DatabaseError
from storage.erased_list import ErasedList, ErasedListProblem
from storage.keys import KeyProblem
from storage.signing_keys import SigningKeys
from workflows.checkpoint import CheckpointWorkflow
from workflows.escalation import EscalationWorkflow
from workflows.feedback import FeedbackWorkflow
from workflows.meeting import MeetingWorkflow
from workflows.referral import ReferralWorkflow
from workflows.retention import RetentionSweepWorkflow

GRACE = timedelta(seconds=20)  # for what is under way when the worker is asked to stop
# Pure, and the same for every workflow: loading them anew for each would only cost time.
PASSED_THROUGH = ("domain", "workflows", "transitions", "pydantic", "rfc8785", "structlog")

WORKFLOWS = (
    EscalationWorkflow,
    FeedbackWorkflow,
    MeetingWorkflow,
    ReferralWorkflow,
    CheckpointWorkflow,
    RetentionSweepWorkflow,
)

log = structlog.get_logger(__name__)


def sandbox() -> WorkflowRunner:
    """The sandbox that workflows run in, with the pure modules passed through."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    return SandboxedWorkflowRunner(restrictions=restrictions)


def build_worker(
    client: Client,
    stores: Stores,
    mail: MailServer,
    *,
    task_queue: str,
    metrics: Metrics,
    audit_keys: Callable[[], SigningKeys],
    messenger: Messenger | None = None,
    runner: WorkflowRunner | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Worker:
    """A worker with every workflow and activity.

    `audit_keys` reads the keys that sign checkpoints; `now` gives the moment at which mail is sent
    and checkpoints are made.
    """
    records = Records(stores.recorder, on_conflict=metrics.record_conflicted)
    rules = RulesLoader(stores.shelf)
    notices = Notices(stores.people, mail, now=now, on_sent=metrics.reminder_sent)
    sweeps = RetentionSweeps(stores.database, stores.shelf, stores.people, mail, now=now)
    nightly = NightlyCheckpoints(
        stores.checkpoints,
        stores.registrar,
        stores.people,
        stores.shelf,
        mail,
        audit_keys,
        now=now,
        on_made=metrics.checkpoint_made,
        on_refused=metrics.checkpoint_refused,
        on_sent=metrics.checkpoint_sent,
    )
    referrals = Referrals(
        stores.people,
        stores.texts,
        stores.record,
        stores.shelf,
        stores.writer,
        HandingOver(stores.deliveries, stores.enclosures, mail, now=now),
        now=now,
    )
    feedback = FeedbackPost(stores.people, stores.registrar, mail, now=now)
    letters = Letters(
        stores.people,
        stores.texts,
        stores.record,
        stores.shelf,
        stores.writer,
        HandingOver(stores.deliveries, stores.enclosures, messenger or mail, now=now),
        now=now,
        on_sent=metrics.letter_sent,
    )
    meetings = Meetings(stores.people, stores.record, stores.shelf, stores.writer, now=now)
    return Worker(
        client,
        task_queue=task_queue,
        workflows=WORKFLOWS,
        activities=[
            records.record_events,
            rules.load_rules,
            notices.send_reminder,
            sweeps.propose_disposals,
            sweeps.send_proposal,
            sweeps.overwrite_erased,
            nightly.list_schools,
            nightly.make_checkpoint,
            nightly.list_governors,
            nightly.send_checkpoint,
            feedback.send_feedback,
            referrals.send_referral,
            letters.send_letter,
            letters.draft_letters,
            meetings.look_at_meeting,
            meetings.draft_meeting_reminders,
        ],
        workflow_runner=runner or sandbox(),
        graceful_shutdown_timeout=GRACE,
    )


def letter_messenger(settings: Settings) -> Messenger:
    """Who takes letters over: GOV.UK Notify where the school has a key, else the mail server."""
    if settings.notify_key is None or settings.notify_template is None:
        return mail_server_of(settings)
    return GovukNotify(
        settings.notify_key.get_secret_value(),
        settings.notify_template,
        settings.mail_from,
        settings.notify_url,
    )


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Runs a worker until `stop` is set, then lets what is under way finish.

    Raises ServiceUnreachable, DatabaseError, KeyProblem, ErasedListProblem or HealthPortTaken.
    """
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    waiting_for = {"database", "temporal", "worker"}
    async with AsyncExitStack() as stack:
        stack.enter_context(
            health_server(
                settings.metrics_host, settings.metrics_port, registry, lambda: waiting_for
            )
        )
        stores = open_stores(
            settings.database_url,
            master_key_of(settings),
            metrics.events_recorded,
            views_waiting=settings.views_waiting,
            letters=settings.letters_dir,
        )
        stack.push_async_callback(stores.close)
        await stores.database.check()
        # A backup may have been restored since: nobody comes back from it.
        await erase_again(stores, ErasedList(settings.erased_file), datetime.now(UTC))
        waiting_for.discard("database")
        runtime = temporal_runtime(
            metrics_address=f"{settings.metrics_host}:{settings.sdk_metrics_port}"
        )
        client = await connect(temporal_connection(), keyring_of(settings), runtime)
        await keep_schedules(client, settings.task_queue)
        waiting_for.discard("temporal")
        worker = build_worker(
            client,
            stores,
            mail_server_of(settings),
            messenger=letter_messenger(settings),
            task_queue=settings.task_queue,
            metrics=metrics,
            audit_keys=partial(audit_keys_of, settings),
        )
        audit_keys_of(settings)  # made at the first start, and looked at before it is needed
        async with worker:
            waiting_for.discard("worker")
            log.info("worker:ready", task_queue=settings.task_queue)
            await stop.wait()
            waiting_for.add("worker")
            log.info("worker:stopping")
    log.info("worker:stopped")


async def serve(settings: Settings) -> None:
    """Runs a worker until the process is told to stop (SIGTERM or SIGINT)."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_number, stop.set)
    await run(settings, stop)


def main() -> int:
    """The process's entry point. Exit codes: 0 stopped, 2 bad settings, 3 a service is away."""
    try:
        settings = load_settings()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    configure_logging(as_json=logs_as_json(settings), level=settings.log_level)
    try:
        asyncio.run(serve(settings))
    except (ServiceUnreachable, DatabaseError) as error:
        print(error, file=sys.stderr)
        return 3
    except (KeyProblem, ErasedListProblem, HealthPortTaken) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    leave(main())
