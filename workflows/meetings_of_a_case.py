"""The meetings of a case: each has a workflow of its own, which is told of what becomes of it."""

import asyncio
from collections.abc import Callable

from temporalio import workflow
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from domain.case import Case
    from domain.contracts import (
        MEETING,
        OVER,
        PLANNED,
        MeetingInput,
        Rules,
        meeting_workflow_id,
    )
    from domain.events import (
        CalendarAdopted,
        Event,
        MeetingCancelled,
        MeetingHeld,
        MeetingRescheduled,
        MeetingScheduled,
        MeetingStopped,
        StageChanged,
    )
    from domain.meeting_plan import MeetingPlan, plan_of
    from domain.vocabulary import Stage


class MeetingsOfACase:
    """Starts a workflow for each meeting that is set, and tells it when it is moved or over."""

    def __init__(self, case: Callable[[], Case], rules: Callable[[], Rules]) -> None:
        self._case = case
        self._rules = rules
        self._tasks: set[asyncio.Task[None]] = set()
        # One meeting's workflow is told of things in the order in which they happened.
        self._one_at_a_time = asyncio.Lock()

    @property
    def under_way(self) -> bool:
        """Whether some meeting is still to be told of something."""
        return bool(self._tasks)

    def tell_of(self, events: tuple[Event, ...]) -> None:
        """Sees to what these events, which are on the record, mean for meetings."""
        for event in events:
            match event.fact:
                case MeetingScheduled(meeting=meeting):
                    self._see_to(meeting, begins=True)
                case (
                    MeetingRescheduled(meeting=meeting)
                    | MeetingHeld(meeting=meeting)
                    | MeetingStopped(meeting=meeting)
                    | MeetingCancelled(meeting=meeting)
                ):
                    self._see_to(meeting)
                case StageChanged(dest=Stage.CLOSED) | CalendarAdopted():
                    for one in self._case().meetings:
                        if one.coming:
                            self._see_to(one.id)

    def _see_to(self, meeting: str, *, begins: bool = False) -> None:
        # A case that was under way before meetings had workflows goes on without them.
        if not workflow.patched("meetings"):
            return
        task = asyncio.create_task(self._tell(meeting, self._plan(meeting), begins=begins))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _plan(self, meeting_id: str) -> MeetingPlan | None:
        """When to remind of it, as it stands now; None where there is nothing left to."""
        case, rules = self._case(), self._rules()
        meeting = case.meeting(meeting_id)
        if meeting is None or not meeting.coming or case.closed:
            return None
        ladder = rules.policy.by_track[case.track]
        return plan_of(ladder, rules.calendar, meeting, workflow.now())

    async def _tell(self, meeting: str, plan: MeetingPlan | None, *, begins: bool) -> None:
        async with self._one_at_a_time:
            if begins and plan is not None:
                await self._begin(meeting, plan)
                return
            case = self._case()
            handle = workflow.get_external_workflow_handle(
                meeting_workflow_id(case.school, case.reference, meeting)
            )
            try:
                if plan is None:
                    await handle.signal(OVER)
                else:
                    await handle.signal(PLANNED, plan)
            except ApplicationError:
                # It is not there any more: what is over needs no word, and the rest begins anew.
                if plan is not None:
                    await self._begin(meeting, plan)

    async def _begin(self, meeting: str, plan: MeetingPlan) -> None:
        case = self._case()
        start = MeetingInput(
            school=case.school, reference=case.reference, meeting=meeting, plan=plan
        )
        try:
            await workflow.start_child_workflow(
                MEETING,
                start,
                id=meeting_workflow_id(case.school, case.reference, meeting),
                # It outlives each run of the case's workflow, and ends when it is told to.
                parent_close_policy=ParentClosePolicy.ABANDON,
            )
        except WorkflowAlreadyStartedError:
            workflow.logger.warning("meeting:workflow:found")
