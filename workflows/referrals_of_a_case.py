"""The referrals of a case: each has a workflow of its own, which is told when it is over."""

import asyncio
from collections.abc import Awaitable, Callable

from temporalio import workflow
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from domain.calendar import CalendarDoesNotCover
    from domain.case import Case
    from domain.contracts import (
        OVER,
        REFERRAL,
        ReferralInput,
        Rules,
        referral_workflow_id,
    )
    from domain.events import Event, ReferralEnded, ReferralMade, Settled
    from domain.sending import send_from


class ReferralsOfACase:
    """Starts a workflow for each referral that is made, and tells it when it is over."""

    def __init__(self, case: Callable[[], Case], rules: Callable[[], Rules]) -> None:
        self._case = case
        self._rules = rules
        self._tasks: set[asyncio.Task[None]] = set()
        # A referral's workflow is told of things in the order in which they happened.
        self._one_at_a_time = asyncio.Lock()

    @property
    def under_way(self) -> bool:
        """Whether some referral is still to be told of something."""
        return bool(self._tasks)

    def tell_of(self, events: tuple[Event, ...]) -> None:
        """Sees to what these events, which are on the record, mean for referrals."""
        for event in events:
            match event.fact:
                case ReferralMade(referral=referral):
                    self._do(self._begin, referral)
                case ReferralEnded(referral=referral):
                    self._do(self._end, referral)
                case Settled():
                    for one in self._case().referrals:
                        if one.open:
                            self._do(self._end, one.id)

    def _do(self, what: Callable[[str], Awaitable[None]], referral: str) -> None:
        task = asyncio.create_task(self._in_turn(what, referral))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _in_turn(self, what: Callable[[str], Awaitable[None]], referral: str) -> None:
        async with self._one_at_a_time:
            await what(referral)

    async def _begin(self, referral: str) -> None:
        case = self._case()
        try:
            start = send_from(self._rules().calendar, workflow.now(), urgent=False)
        except CalendarDoesNotCover:
            start = workflow.now()  # past the calendar's end, one late is worse than one odd
        try:
            await workflow.start_child_workflow(
                REFERRAL,
                ReferralInput(
                    school=case.school,
                    reference=case.reference,
                    referral=referral,
                    send_from=start,
                ),
                id=referral_workflow_id(case.school, case.reference, referral),
                # It outlives each run of the case's workflow, and ends when it is told to.
                parent_close_policy=ParentClosePolicy.ABANDON,
            )
        except WorkflowAlreadyStartedError:
            workflow.logger.warning("referral:workflow:found")

    async def _end(self, referral: str) -> None:
        case = self._case()
        handle = workflow.get_external_workflow_handle(
            referral_workflow_id(case.school, case.reference, referral)
        )
        try:
            await handle.signal(OVER)
        except ApplicationError:
            workflow.logger.warning("referral:workflow:gone")
