"""A meeting as a durable workflow: it reminds everybody beforehand, and asks afterwards."""

from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from domain.actions import SYSTEM, Action, PrepareLetters, RecordNotice
    from domain.contracts import (
        CARRY_OUT,
        MEETING,
        OVER,
        PLANNED,
        Act,
        MeetingInput,
        MeetingWanted,
        Reminder,
        case_workflow_id,
    )
    from domain.errors import EvenhandError
    from domain.meeting_plan import MeetingPlan
    from domain.vocabulary import DeadlineKind
    from workflows import ports

WORDS = "say whether the meeting was held, was stopped, or is to be on another day"


@workflow.defn(name=MEETING, failure_exception_types=[EvenhandError])
class MeetingWorkflow:
    """One meeting, from its invitation until somebody has said what became of it."""

    @workflow.init
    def __init__(self, start: MeetingInput) -> None:
        self._start = start
        self._plan = start.plan
        self._over = False
        self._reminded = False
        self._asked = 0
        self._told: tuple[str, ...] = ()

    @workflow.run
    async def run(self, start: MeetingInput) -> None:
        """Runs until the case says that the meeting is over."""
        while not self._over:
            plan, due = self._plan, self._next_at()
            if not await self._until(due, plan):
                continue  # it was moved, or is over
            if plan.remind_at is not None and not self._reminded:
                self._reminded = True
                await self._remind(plan)
            else:
                self._asked += 1
                await self._ask(plan, self._asked - 1)

    @workflow.signal(name=PLANNED)
    def planned(self, plan: MeetingPlan) -> None:
        """The meeting has changed: what was planned before is of no account any more."""
        if plan.sequence > self._plan.sequence:
            self._reminded = False
            self._asked = 0
            self._told = ()
        if plan.sequence >= self._plan.sequence:  # the same: the school's calendar has changed
            self._plan = plan

    @workflow.signal(name=OVER)
    def over(self) -> None:
        """It was held, stopped or called off, or its case is closed."""
        self._over = True

    def _next_at(self) -> datetime | None:
        if self._plan.remind_at is not None and not self._reminded:
            return self._plan.remind_at
        if self._asked < len(self._plan.ask):
            return self._plan.ask[self._asked].at
        return None

    async def _until(self, due: datetime | None, plan: MeetingPlan) -> bool:
        """Waits until `due`; False where the meeting was moved, or is over, before that."""
        wait = due - workflow.now() if due else None
        if wait is not None and wait.total_seconds() <= 0:
            return True
        try:
            await workflow.wait_condition(
                lambda: self._over or self._plan is not plan, timeout=wait
            )
        except TimeoutError:
            return True
        return False

    async def _remind(self, plan: MeetingPlan) -> None:
        drafted = await ports.draft_meeting_reminders(self._wanted(plan))
        if drafted.letters and self._plan is plan and not self._over:
            id_ = f"{self._start.meeting}-{plan.sequence}-reminders"
            await self._tell_the_case(PrepareLetters(id=id_, letters=drafted.letters))

    async def _ask(self, plan: MeetingPlan, level: int) -> None:
        start, alert = self._start, plan.ask[level]
        standing = await ports.look_at_meeting(self._wanted(plan))
        if not standing.coming or self._over or self._plan is not plan:
            return
        message_id = (
            f"{start.reference}.{start.meeting}.{plan.sequence}.{level}@{start.school}.evenhand"
        ).lower()
        told = await ports.send_reminder(
            Reminder(
                school=start.school,
                reference=start.reference,
                deadline=start.meeting,
                kind=DeadlineKind.FOLLOW_UP,
                words=WORDS,
                level=level,
                tell=alert.tell,
                due_on=standing.held_on,
                missed=False,
                owner=standing.owner if level == 0 else None,
                not_to=tuple(sorted({*standing.not_to, *self._told})),
                message_id=message_id,
            )
        )
        if told.person:
            self._told = (*self._told, told.person)
        await self._tell_the_case(
            RecordNotice(
                id=f"notice-{start.meeting}-{plan.sequence}-{level}",
                deadline=start.meeting,
                level=level,
                told=told.person,
                message_id=message_id,
                digest=told.digest,
                sent_at=told.sent_at,
            )
        )

    async def _tell_the_case(self, action: Action) -> None:
        """Only the case's own workflow writes to its record, so it is asked to."""
        case = workflow.get_external_workflow_handle(
            case_workflow_id(self._start.school, self._start.reference)
        )
        try:
            await case.signal(CARRY_OUT, Act(action=action, actor=SYSTEM))
        except ApplicationError:
            # The case is settled, and so there is nothing left to remind anybody of.
            workflow.logger.warning("meeting:case:missed")
            self._over = True

    def _wanted(self, plan: MeetingPlan) -> MeetingWanted:
        start = self._start
        return MeetingWanted(
            school=start.school,
            reference=start.reference,
            meeting=start.meeting,
            sequence=plan.sequence,
        )
