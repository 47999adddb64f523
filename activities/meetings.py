"""Meetings as the record has them: who is reminded of one, and how it stands."""

from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from temporalio import activity

from correspondence.correspondents import Happening
from correspondence.writer import LetterWriter
from domain.actions import LetterToSend
from domain.case import Case
from domain.contracts import (
    DRAFT_MEETING_REMINDERS,
    LOOK_AT_MEETING,
    LettersDrafted,
    MeetingStanding,
    MeetingWanted,
)
from domain.letter_rules import reminders_of
from domain.meetings import Meeting
from storage.people import People, PersonNotFound
from storage.record import Record
from storage.shelf import Shelf

log = structlog.get_logger(__name__)


class Meetings:
    """Looks meetings up, and words what reminds of them. `now` is aware, in UTC."""

    def __init__(
        self,
        people: People,
        record: Record,
        shelf: Shelf,
        writer: LetterWriter,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._people = people
        self._record = record
        self._shelf = shelf
        self._writer = writer
        self._now = now

    @activity.defn(name=LOOK_AT_MEETING)
    async def look_at_meeting(self, wanted: MeetingWanted) -> MeetingStanding:
        """How the meeting stands, and whom to ask about it."""
        case, meeting = await self._look(wanted)
        calendar = await self._shelf.calendar(case.calendar_digest)
        return MeetingStanding(
            coming=_still(case, meeting, wanted),
            held_on=calendar.local_date(meeting.at),
            owner=case.owner,
            not_to=tuple(sorted(case.involved)),
        )

    @activity.defn(name=DRAFT_MEETING_REMINDERS)
    async def draft_meeting_reminders(self, wanted: MeetingWanted) -> LettersDrafted:
        """A letter to everybody who is invited and has an e-mail address: by post, a reminder on
        the day before would come too late."""
        case, meeting = await self._look(wanted)
        if not _still(case, meeting, wanted):
            return LettersDrafted(letters=())
        happening = Happening(
            policy=await self._shelf.policy(case.policy_digest),
            calendar=await self._shelf.calendar(case.calendar_digest),
            before=case,
            after=case,
            events=(),
            actor=None,
            at=self._now(),
        )
        letters: list[LetterToSend] = []
        for due in reminders_of(case, meeting):
            try:
                if (await self._people.person(due.to or "")).email is None:
                    log.warning("meeting:reminder:skipped", person=due.to)
                    continue
                draft = await self._writer.draft(due, happening)
                letters.append(await self._writer.put_away(draft, draft.text, happening))
            except PersonNotFound:
                log.warning("letter:addressee:missing", kind=due.kind)
        return LettersDrafted(letters=tuple(letters))

    async def _look(self, wanted: MeetingWanted) -> tuple[Case, Meeting]:
        case = await self._record.case_state(wanted.school, wanted.reference)
        meeting = case.meeting(wanted.meeting)
        assert meeting is not None, "a meeting is on the record before it has a workflow"
        return case, meeting


def _still(case: Case, meeting: Meeting, wanted: MeetingWanted) -> bool:
    return meeting.coming and meeting.sequence == wanted.sequence and not case.closed
