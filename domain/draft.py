"""A decision in the making: the events so far, and the case as they would leave it."""

from datetime import date, datetime
from typing import Protocol

from domain.acting import Actor, BaseAction, TextRef
from domain.calendar import SchoolCalendar
from domain.case import Case, Deadline, RestrictionState
from domain.deadlines import duty_deadline
from domain.errors import ReasonMissing, UnknownThing
from domain.events import DeadlineEnded, DeadlineMet, Event, Fact
from domain.evolve import evolve
from domain.policy import DutyRule, Ladder, Policy
from domain.vocabulary import DeadlineKind, DutyKind, DutyTrigger


class Draft:
    """Collects the events of one action; each `add` evolves the case that the next one sees."""

    def __init__(
        self,
        policy: Policy,
        ladder: Ladder,
        calendar: SchoolCalendar,
        case: Case | None,
        action: BaseAction,
        actor: Actor,
        now: datetime,
        *,
        place: tuple[str, str],
    ) -> None:
        self.policy = policy
        self.ladder = ladder
        self.calendar = calendar
        self.action = action
        self.actor = actor
        self.now = now
        self.today: date = calendar.local_date(now)
        self.events: list[Event] = []
        self._case = case
        self._place = place

    @property
    def case(self) -> Case:
        """The case as it would be after the events so far."""
        if self._case is None:
            raise ValueError("the case is not open yet")
        return self._case

    def add(self, fact: Fact) -> None:
        """Appends what happened, at the next sequence number."""
        event = Event(
            school=self._place[0],
            reference=self._place[1],
            sequence=self._next_sequence,
            at=self.now,
            actor=self.actor,
            action_id=self.action.id,
            fact=fact,
        )
        self._case = evolve(self._case, event)
        self.events.append(event)

    @property
    def _next_sequence(self) -> int:
        return (self._case.sequence if self._case else 0) + 1

    def new_id(self, prefix: str) -> str:
        """An id for the thing that the next event creates: the prefix and its sequence."""
        return f"{prefix}{self._next_sequence}"

    def end_deadlines(self, *kinds: DeadlineKind, about: str | None = None) -> None:
        """Ends the open deadlines of these kinds (about this thing alone, if it is given)."""
        for deadline in self.case.deadlines:
            if deadline.kind in kinds and about in (None, deadline.about):
                self.add(DeadlineEnded(deadline=deadline.id))

    def owe(self, when: DutyTrigger, *, from_day: date | None = None) -> None:
        """Sets each duty that `when` makes fall due, unless the same duty is open already."""
        for duty in self.ladder.duties:
            if duty.when is when and not self.case.deadline_about(DeadlineKind.DUTY, duty.id):
                start = from_day or self.today
                self.add(duty_deadline(self.calendar, self.new_id("d"), duty, start))

    def duty_of(self, deadline: Deadline) -> DutyRule | None:
        """The rule behind an open duty; None for another deadline, or a duty no longer in force."""
        if deadline.kind is not DeadlineKind.DUTY:
            return None
        return next((d for d in self.ladder.duties if d.id == deadline.about), None)

    def meet(self, *kinds: DutyKind, result: TextRef | None = None) -> None:
        """Marks each open duty of these kinds as met."""
        for deadline in self.case.deadlines:
            duty = self.duty_of(deadline)
            if duty and duty.kind in kinds:
                self.meet_deadline(deadline, result)

    def meet_deadline(
        self, deadline: Deadline, result: TextRef | None = None, reply: TextRef | None = None
    ) -> None:
        """Marks one open deadline as met, now."""
        on_time = self.now <= deadline.due_at
        self.add(DeadlineMet(deadline=deadline.id, on_time=on_time, result=result, reply=reply))

    def open_deadline(self, deadline_id: str) -> Deadline:
        """The open deadline with this id. Raises UnknownThing, with those that are open."""
        deadline = self.case.deadline(deadline_id)
        if deadline is None:
            known = (d.id for d in self.case.deadlines)
            raise UnknownThing.named("open follow-up or duty", deadline_id, known)
        return deadline

    def open_restriction(self, restriction_id: str) -> RestrictionState:
        """The open restriction with this id. Raises UnknownThing, with those that are open."""
        restriction = self.case.restriction(restriction_id)
        if restriction is None or not restriction.open:
            known = (r.id for r in self.case.open_restrictions)
            raise UnknownThing.named("open restriction", restriction_id, known)
        return restriction


class Reasoned(Protocol):
    """An action that carries a reason."""

    @property
    def reason(self) -> TextRef | None: ...


def reason_of(action: Reasoned) -> TextRef:
    """The action's reason. Raises ReasonMissing where there is none."""
    if action.reason is None:
        raise ReasonMissing("Give the reason in a sentence or two.")
    return action.reason
