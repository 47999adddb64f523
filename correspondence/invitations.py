"""From a meeting on a case to the entry for one person's calendar."""

from datetime import datetime

from documents.calendar_entry import Address, Entry, Method
from domain.actions import PersonId
from domain.case import Case, Letter
from domain.letter_rules import CANCELLED, INVITATION, LEFT_OUT
from domain.letters import one_line
from domain.meetings import Meeting
from domain.vocabulary import MeetingRole
from storage.people import People, PersonNotFound
from storage.texts import TextNotFound, Texts

_METHODS = {
    INVITATION: Method.REQUEST,
    CANCELLED: Method.CANCEL,
    LEFT_OUT: Method.CANCEL,
}
DESCRIPTION = "Please read the letter with this reference: it says how to take part and to answer."


def uid_of(case: Case, meeting: Meeting) -> str:
    """What every calendar knows the meeting by, for its whole life."""
    return f"{case.reference}.{meeting.id}@{case.school}.evenhand".lower()


def method_of(letter: Letter) -> Method | None:
    """What a letter asks of its reader's calendar; None for a letter that asks nothing of it."""
    return _METHODS.get(letter.kind)


async def entry_of(
    people: People,
    texts: Texts,
    case: Case,
    meeting: Meeting,
    *,
    school: str,
    sender: str,
    method: Method,
    stamp: datetime,
    to: PersonId | None = None,
) -> Entry:
    """The calendar entry of a meeting, as the case has it; for the one person `to`, if any.

    `school` is its name, and `sender` the address from which it invites. Raises PersonNotFound.
    """
    place = None
    if meeting.place:
        try:
            place = one_line(await texts.read(meeting.place))
        except (TextNotFound, PersonNotFound):
            place = None  # whose key it was under is erased
    attendee = await _attendee(people, to)
    roles = {one.person: one.role for one in meeting.attendees}
    return Entry(
        uid=uid_of(case, meeting),
        # Whoever is left out of a meeting that goes on is told by a later change of their entry.
        sequence=meeting.sequence + (to in meeting.left_out),
        stamp=stamp,
        starts=meeting.at,
        ends=meeting.ends_at,
        summary=f"Meeting with {school} ({case.reference})",
        place=place,
        description=DESCRIPTION,
        organiser=Address(name=school, email=sender),
        attendee=attendee,
        chairs=to is not None and roles.get(to) is MeetingRole.CHAIR,
        method=method,
    )


async def _attendee(people: People, to: PersonId | None) -> Address | None:
    if to is None:
        return None
    person = await people.person(to)
    return Address(name=person.name, email=person.email) if person.email else None
