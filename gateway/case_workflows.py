"""The workflows of a school's cases, as they are asked: started, acted on, and waited for."""

from datetime import timedelta
from typing import Any

from temporalio.client import (
    Client,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.actions import Action, Actor, RaiseConcern
from domain.contracts import (
    ACT,
    ESCALATION,
    OPENED,
    REFUSED,
    Act,
    Acted,
    EscalationInput,
    Refusal,
    case_workflow_id,
)
from domain.errors import CaseIsSettled
from domain.policy import Policy
from gateway.errors import ActionRefused, RecordAlarm, ServiceUnreachable, StillWaiting
from gateway.temporal import HOW_TO_START


class CaseWorkflows:
    """Asks the workflows of one school's cases; after `patience`, an action that was accepted is
    said to be waiting."""

    def __init__(
        self, client: Client, school: str, *, task_queue: str, patience: timedelta
    ) -> None:
        self._client = client
        self._school = school
        self._task_queue = task_queue
        self._patience = patience

    async def start(
        self, policy: Policy, calendar_digest: str, action: RaiseConcern, actor: Actor
    ) -> Acted:
        """Starts a case's workflow, and waits until the case is on the record.

        However often it is asked for, one is started. Raises ActionRefused, ServiceUnreachable,
        StillWaiting, or RecordAlarm.
        """
        start = EscalationInput(
            policy_digest=policy.digest,
            calendar_digest=calendar_digest,
            opening=action,
            opened_by=actor,
        )
        try:
            handle = await self._client.start_workflow(
                ESCALATION,
                start,
                id=case_workflow_id(self._school, action.reference),
                task_queue=self._task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            )
        except WorkflowAlreadyStartedError:
            # The reference is this action's own, so it is this action that was here before.
            handle = self._client.get_workflow_handle(
                case_workflow_id(self._school, action.reference)
            )
        except RPCError as error:
            raise self._unreachable(error) from error
        return await self._asked(handle, OPENED, None, f"opened-{action.id}", action.reference)

    async def update(self, reference: str, action: Action, actor: Actor) -> Acted:
        """Asks a case's workflow to carry out an action, and waits until it is on the record.

        Raises ActionRefused, ServiceUnreachable, StillWaiting, or RecordAlarm.
        """
        handle = self._client.get_workflow_handle(case_workflow_id(self._school, reference))
        return await self._asked(handle, ACT, Act(action=action, actor=actor), action.id, reference)

    async def _asked(
        self,
        handle: WorkflowHandle[Any, Any],
        update: str,
        argument: Act | None,
        update_id: str,
        reference: str,
    ) -> Acted:
        try:
            answer: Acted = await handle.execute_update(
                update,
                args=[argument] if argument else [],
                id=update_id,
                result_type=Acted,
                rpc_timeout=self._patience,
            )
        except WorkflowUpdateFailedError as error:
            raise _told(error) from error
        except WorkflowUpdateRPCTimeoutOrCancelledError as error:
            raise StillWaiting(reference, update_id) from error
        except RPCError as error:
            raise self._unreachable(error) from error
        return answer

    def _unreachable(self, error: RPCError) -> Exception:
        if error.status in (RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED):
            where = self._client.service_client.config.target_host
            return ServiceUnreachable("Temporal", where, HOW_TO_START)
        if error.status is RPCStatusCode.NOT_FOUND:
            return ActionRefused(Refusal.of(CaseIsSettled()))
        return error


def _told(error: WorkflowUpdateFailedError) -> Exception:
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type == REFUSED:
        return ActionRefused(Refusal.model_validate(cause.details[0]))
    deepest: BaseException = error
    while deepest.__cause__ is not None:
        deepest = deepest.__cause__
    return RecordAlarm(str(deepest))
