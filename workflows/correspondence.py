"""The letters of a case: each goes out as soon as the hour allows, once, and is put on record."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.actions import SYSTEM, Action, Actor, PrepareLetters, RecordLetter, RecordReturn
    from domain.calendar import CalendarDoesNotCover, SchoolCalendar
    from domain.case import Case, Letter
    from domain.contracts import LetterJob, LetterOutcome, LettersWanted
    from domain.errors import CaseError
    from domain.events import Event, RestrictionLapsed, StageChanged
    from domain.letter_rules import goes_out_at
    from domain.sending import send_from
    from domain.vocabulary import ActionName
    from workflows import ports

CarryOut = Callable[[Action, Actor], Awaitable[None]]


class Correspondence:
    """Sends what the case has prepared. `carry_out` does an action to the case, in its turn."""

    def __init__(
        self,
        case: Callable[[], Case],
        calendar: Callable[[], SchoolCalendar],
        carry_out: CarryOut,
    ) -> None:
        self._case = case
        self._calendar = calendar
        self._carry_out = carry_out
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._drafting: set[asyncio.Task[None]] = set()
        self._handing_over = False

    @property
    def under_way(self) -> bool:
        """Whether anything is being worded or sent at this moment."""
        return bool(self._tasks or self._drafting)

    def send(self) -> None:
        """Sees to every letter that waits to go out and is not seen to yet."""
        for letter in self._case().letters_to_send:
            if letter.id not in self._tasks and not self._handing_over:
                self._tasks[letter.id] = asyncio.create_task(self._see_to(letter))

    def tell_of_relief(self, events: tuple[Event, ...]) -> None:
        """Has the letters written that tell of what ended by itself, where anything did."""
        relief = tuple(event for event in events if _is_relief(event))
        # A case that was under way before there were letters goes on without them.
        if relief and workflow.patched("letters-of-relief"):
            task = asyncio.create_task(self._draft(relief))
            self._drafting.add(task)
            task.add_done_callback(self._drafting.discard)

    def hand_over(self) -> None:
        """Lets go of the letters that wait for the school to open: the next run sends them."""
        self._handing_over = True

    async def _draft(self, relief: tuple[Event, ...]) -> None:
        drafted = await ports.draft_letters(LettersWanted(case=self._case(), events=relief))
        if drafted.letters:
            id_ = f"letters-{relief[0].sequence}"
            await self._carry_out(PrepareLetters(id=id_, letters=drafted.letters), SYSTEM)
            self.send()

    async def _see_to(self, letter: Letter) -> None:
        try:
            await self._send(letter)
        finally:
            del self._tasks[letter.id]

    async def _send(self, letter: Letter) -> None:
        if not await self._school_is_open(letter):
            return
        case = self._case()
        message_id = f"{case.reference}.{letter.id}@{case.school}.evenhand".lower()
        job = LetterJob(
            school=case.school, reference=case.reference, letter=letter, message_id=message_id
        )
        outcome = await ports.send_letter(job)
        try:
            await self._carry_out(_told(letter, message_id, outcome), SYSTEM)
        except CaseError as error:
            # It came back before we were told that it went: the record has that already.
            workflow.logger.warning("letter:outcome:refused", extra={"error": type(error).__name__})

    async def _school_is_open(self, letter: Letter) -> bool:
        """Waits for the hour at which the letter may go; False where the next run is to send it."""
        try:
            start = self._goes_at(letter)
        except CalendarDoesNotCover:
            return True  # past the calendar's end, a letter late is worse than one odd
        if start > workflow.now():
            try:
                await workflow.wait_condition(
                    lambda: self._handing_over, timeout=start - workflow.now()
                )
            except TimeoutError:
                return True
        return not self._handing_over

    def _goes_at(self, letter: Letter) -> datetime:
        # A case that sent letters before they left the holidays out goes on as it began.
        if not workflow.patched("letters-on-school-days"):
            return send_from(self._calendar(), workflow.now(), urgent=letter.urgent)
        track = self._case().track
        return goes_out_at(self._calendar(), track, workflow.now(), urgent=letter.urgent)


def _told(letter: Letter, message_id: str, outcome: LetterOutcome) -> Action:
    if outcome.refused is not None:
        return RecordReturn(
            id=f"letter-{letter.id}-returned",
            letter=letter.id,
            status=outcome.refused,
            returned_at=outcome.at,
        )
    return RecordLetter(
        id=f"letter-{letter.id}-sent",
        letter=letter.id,
        message_id=message_id,
        digest=outcome.digest or "",
        sent_at=outcome.at,
        perhaps_twice=outcome.perhaps_twice,
    )


def _is_relief(event: Event) -> bool:
    fact = event.fact
    if isinstance(fact, StageChanged):
        return fact.action is ActionName.LAPSE
    return isinstance(fact, RestrictionLapsed)
