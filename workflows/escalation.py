"""A case as a durable workflow: it waits, reminds, and lets people decide."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributeUpdate
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from domain.actions import (
        SYSTEM,
        Action,
        Actor,
        AdoptCalendar,
        AdoptPolicy,
        RecordNotice,
        TimePassed,
    )
    from domain.calendar import CalendarDoesNotCover
    from domain.case import Case
    from domain.contracts import (
        ACT,
        CARRY_OUT,
        CURRENT,
        ESCALATION,
        OPENED,
        REFUSED,
        SEARCH_DUE,
        SEARCH_SCHOOL,
        SEARCH_STAGE,
        SEARCH_TRACK,
        Act,
        Acted,
        EscalationInput,
        RecordEvents,
        Refusal,
        Reminder,
        Rules,
        RulesWanted,
    )
    from domain.decide import decide
    from domain.errors import CaseError, EvenhandError
    from domain.events import Event
    from domain.evolve import evolve
    from domain.sending import send_from
    from workflows import ports
    from workflows.correspondence import Correspondence
    from workflows.meetings_of_a_case import MeetingsOfACase
    from workflows.referrals_of_a_case import ReferralsOfACase
    from workflows.reminders import reminders_for

_SCHOOL = SearchAttributeKey.for_keyword(SEARCH_SCHOOL)
_TRACK = SearchAttributeKey.for_keyword(SEARCH_TRACK)
_STAGE = SearchAttributeKey.for_keyword(SEARCH_STAGE)
_DUE = SearchAttributeKey.for_datetime(SEARCH_DUE)


@workflow.defn(name=ESCALATION, failure_exception_types=[EvenhandError])
class EscalationWorkflow:
    """One case, from the concern until it can no longer be reopened."""

    @workflow.init
    def __init__(self, start: EscalationInput) -> None:
        self._start = start
        self._case: Case | None = start.case
        self._rules: Rules | None = None
        self._refused: ApplicationError | None = None
        # Each decision is made on the case that the one before it left, and recorded in order.
        self._one_at_a_time = asyncio.Lock()
        self._reminding: set[asyncio.Task[None]] = set()
        self._letters = Correspondence(
            lambda: self.case, lambda: self.rules.calendar, self._by_itself
        )
        self._meetings = MeetingsOfACase(lambda: self.case, lambda: self.rules)
        self._referrals = ReferralsOfACase(lambda: self.case, lambda: self.rules)
        self._shown: tuple[str, datetime | None] | None = None

    @workflow.run
    async def run(self, start: EscalationInput) -> str:
        """Runs the case; returns its reference once the time for reopening it is over."""
        self._rules = await ports.load_rules(
            RulesWanted(policy_digest=start.policy_digest, calendar_digest=start.calendar_digest)
        )
        if self._case is None:
            await self._open()
        self._show()
        self._letters.send()
        while not self.case.settled:
            await self._until_something_is_due()
            await self._time_passed()
            if workflow.info().is_continue_as_new_suggested():
                await self._hand_over()
        await workflow.wait_condition(self._all_done)
        return self.case.reference

    @property
    def case(self) -> Case:
        """The case, once it is open."""
        if self._case is None:
            raise ApplicationError("The case is not open yet; try again in a moment.")
        return self._case

    @property
    def rules(self) -> Rules:
        """The policy and calendar that the case runs under, once they are loaded."""
        if self._rules is None:
            raise ApplicationError("The case is not open yet; try again in a moment.")
        return self._rules

    # What people do

    @workflow.update(name=ACT)
    async def act(self, request: Act) -> Acted:
        """Carries an action out and records it, or refuses it with the rule that does."""
        await workflow.wait_condition(lambda: self._case is not None and self._rules is not None)
        async with self._one_at_a_time:
            try:
                return await self._carry_out(request.action, request.actor)
            except CaseError as error:
                raise _refusal(error) from error

    @act.validator
    def _may_act(self, request: Act) -> None:
        # While the case is being opened or handed over nothing can be judged; `act` judges again.
        if self._case is None or self._rules is None:
            return
        try:
            self._decide(request.action, request.actor)
        except CaseError as error:
            raise _refusal(error) from error

    @workflow.signal(name=CARRY_OUT)
    async def carry_out(self, request: Act) -> None:
        """Does what one of the case's own workflows asks for, as the system."""
        await workflow.wait_condition(lambda: self._case is not None and self._rules is not None)
        try:
            await self._by_itself(request.action, SYSTEM)
        except CaseError as error:
            # Such as a reminder of a meeting that was called off at that moment.
            workflow.logger.warning("case:request:refused", extra={"error": type(error).__name__})

    @workflow.update(name=OPENED)
    async def opened(self) -> Acted:
        """Waits until the case is on the record."""
        await workflow.wait_condition(lambda: self._case is not None or self._refused is not None)
        if self._refused:
            raise self._refused
        return Acted(stage=self.case.stage, sequence=self.case.sequence, events=())

    @workflow.query(name=CURRENT)
    def current(self) -> Case:
        """The case as it stands."""
        return self.case

    # What the case does by itself

    async def _open(self) -> None:
        try:
            async with self._one_at_a_time:
                await self._carry_out(self._start.opening, self._start.opened_by)
        except CaseError as error:
            # The gateway asks `decide` before it starts a case, so this is a race at most.
            self._refused = _refusal(error)
            await workflow.wait_condition(workflow.all_handlers_finished)
            raise self._refused from error

    async def _until_something_is_due(self) -> None:
        planned = self.case.next_at
        wait = planned - workflow.now() if planned else None
        if wait is not None and wait <= timedelta(0):
            return
        try:
            await workflow.wait_condition(
                lambda: (
                    self.case.next_at != planned or workflow.info().is_continue_as_new_suggested()
                ),
                timeout=wait,
                timeout_summary=f"next due {planned:%Y-%m-%d}" if planned else None,
            )
        except TimeoutError:
            return

    async def _time_passed(self) -> None:
        stuck: CaseError | None = None
        async with self._one_at_a_time:
            due = self.case.next_at
            if due is None or due > workflow.now():
                return  # the timer is stale: what it was set for has moved or is done
            before = self.case
            try:
                done = await self._carry_out(TimePassed(id=f"timer-{before.sequence}"), SYSTEM)
            except CaseError as error:
                stuck = error
        if stuck:
            await self._until_somebody_helps(before, stuck)
            return
        self._letters.tell_of_relief(done.events)
        ladder = self.rules.policy.by_track[before.track]
        reminders = [
            reminder
            for event in done.events
            if (reminder := reminders_for(ladder, before, self.case, event))
        ]
        if reminders:
            urgent = any(d.urgent for d in before.deadlines if d.id == reminders[0].deadline)
            task = asyncio.create_task(self._remind(reminders, urgent=urgent))
            self._reminding.add(task)
            task.add_done_callback(self._reminding.discard)

    async def _until_somebody_helps(self, before: Case, error: CaseError) -> None:
        # Such as a calendar that ends too soon. A timer that can't act must neither end the case
        # nor spin: it says so, and tries again once somebody has done something.
        workflow.logger.warning("case:timer:stuck", extra={"error": type(error).__name__})
        await workflow.wait_condition(lambda: self.case.sequence != before.sequence)

    async def _remind(self, reminders: list[Reminder], *, urgent: bool) -> None:
        try:
            start = send_from(self.rules.calendar, workflow.now(), urgent=urgent)
        except CalendarDoesNotCover:
            start = workflow.now()  # past the calendar's end, a reminder late is worse than one odd
        if start > workflow.now():
            await workflow.sleep(start - workflow.now())
        told_in_this_round: dict[str, tuple[str, ...]] = {}
        for reminder in reminders:
            told_before = told_in_this_round.get(reminder.deadline, ())
            told = await ports.send_reminder(
                reminder.model_copy(update={"not_to": (*reminder.not_to, *told_before)})
            )
            if told.person:
                told_in_this_round[reminder.deadline] = (*told_before, told.person)
            notice = RecordNotice(
                id=f"notice-{reminder.message_id.partition('@')[0]}",
                deadline=reminder.deadline,
                level=reminder.level,
                told=told.person,
                message_id=reminder.message_id,
                digest=told.digest,
                sent_at=told.sent_at,
            )
            await self._by_itself(notice, SYSTEM)

    async def _by_itself(self, action: Action, actor: Actor) -> None:
        async with self._one_at_a_time:
            await self._carry_out(action, actor)

    def _decide(self, action: Action, actor: Actor) -> list[Event]:
        rules = self.rules
        return decide(rules.policy, rules.calendar, self._case, action, actor, workflow.now())

    async def _carry_out(self, action: Action, actor: Actor) -> Acted:
        events = self._decide(action, actor)
        if not events:
            case = self.case
            return Acted(stage=case.stage, sequence=case.sequence, events=(), already_done=True)
        after = self._case
        for event in events:
            after = evolve(after, event)
        assert after is not None
        await ports.record_events(RecordEvents(events=tuple(events), case=after))
        self._case = after
        self._adopt(action)
        self._show()
        self._letters.send()
        self._meetings.tell_of(tuple(events))
        self._referrals.tell_of(tuple(events))
        return Acted(stage=after.stage, sequence=after.sequence, events=tuple(events))

    def _adopt(self, action: Action) -> None:
        if isinstance(action, AdoptCalendar):
            self._rules = self.rules.model_copy(update={"calendar": action.calendar})
        elif isinstance(action, AdoptPolicy):
            self._rules = self.rules.model_copy(update={"policy": action.policy})

    def _show(self) -> None:
        case = self.case
        due = min((d.due_at for d in case.deadlines), default=None)
        if self._shown == (case.stage.value, due):
            return
        changes: list[SearchAttributeUpdate[Any]] = [_STAGE.value_set(case.stage.value)]
        if self._shown is None:
            changes += [_SCHOOL.value_set(case.school), _TRACK.value_set(case.track.value)]
        changes.append(_DUE.value_set(due) if due else _DUE.value_unset())
        workflow.upsert_search_attributes(changes)
        self._shown = (case.stage.value, due)

    def _all_done(self) -> bool:
        parts = (self._letters, self._meetings, self._referrals)
        busy = self._reminding or any(one.under_way for one in parts)
        return workflow.all_handlers_finished() and not busy

    async def _hand_over(self) -> None:
        self._letters.hand_over()
        await workflow.wait_condition(self._all_done)
        # The digests that the case holds: a later release may write the same policy otherwise.
        case = self.case
        start = self._start.model_copy(
            update={
                "case": case,
                "policy_digest": case.policy_digest,
                "calendar_digest": case.calendar_digest,
            }
        )
        workflow.continue_as_new(start)


def _refusal(error: CaseError) -> ApplicationError:
    refusal = Refusal.of(error)
    return ApplicationError(error.sentence, refusal, type=REFUSED, non_retryable=True)
