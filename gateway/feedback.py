"""Feedback on a service: counted from its record, and passed on to the local authority."""

import contextlib
from datetime import date, datetime

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from domain.actions import Actor
from domain.contracts import FEEDBACK, FeedbackSent, FeedbackWanted
from domain.feedback import Feedback
from domain.period import days_period, term_period
from gateway.errors import ServiceUnreachable
from gateway.stores import Stores
from gateway.temporal import HOW_TO_START
from storage.feedback import count_feedback


async def feedback_of(
    stores: Stores,
    school: str,
    now: datetime,
    *,
    term: str | None = None,
    days: tuple[date, date] | None = None,
) -> Feedback:
    """What concerns about the service were about, in a term or on some days.

    Raises PeriodProblem, NoThemes, NotOnTheShelf.
    """
    calendar = await stores.shelf.calendar_of(school)
    period = days_period(calendar, now, *days) if days else term_period(calendar, now, term)
    return await count_feedback(stores.record, stores.shelf, school, period, now)


async def pass_on(
    client: Client, school: str, counted: Feedback, actor: Actor, *, task_queue: str
) -> FeedbackSent:
    """Sends the counts to the local authority's officers, and enters that on the register.

    The same period, counted at the same moment, is sent once. Raises ServiceUnreachable.
    """
    wanted = FeedbackWanted(school=school, counted=counted, actor=actor)
    id_ = feedback_workflow_id(school, counted)
    try:
        with contextlib.suppress(WorkflowAlreadyStartedError):
            await client.start_workflow(
                FEEDBACK,
                wanted,
                id=id_,
                task_queue=task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
            )
        handle = client.get_workflow_handle(id_, result_type=FeedbackSent)
        sent: FeedbackSent = await handle.result()
    except RPCError as error:
        where = client.service_client.config.target_host
        raise ServiceUnreachable("Temporal", where, HOW_TO_START) from error
    return sent


def feedback_workflow_id(school: str, counted: Feedback) -> str:
    """The workflow id of one sending: `feedback/<school>/<first>/<last>/<moment>`."""
    period = counted.period
    moment = f"{counted.made_at:%Y%m%dT%H%M%S}"
    return f"feedback/{school}/{period.first}/{period.last}/{moment}"
