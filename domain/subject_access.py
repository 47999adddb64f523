"""Subject access: who may answer a request, by when, and what is withheld unless a person decides.

Sources: UK GDPR, article 15, and article 12(3) for the time; Data Protection Act 2018, schedule 2,
paragraph 19 (advice between a school and its lawyers) and schedule 3 (serious harm; child abuse
data); ICO, guidance on the right of access.
"""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from domain import events as e
from domain.access_events import AccessGiven, AccessRequested
from domain.acting import Actor, PersonId
from domain.calendar import Clock, SchoolCalendar, Span
from domain.errors import NotAuthorised, OwnCopy
from domain.mentions import texts_in
from domain.register import RegisterEvent
from domain.vocabulary import AdviceKind, Procedure, Role

TIME_TO_ANSWER = Span(amount=1, clock=Clock.CALENDAR_MONTHS)
"""It runs through weekends and holidays. Where the last day is none of work the law allows until
the next; the earlier day is the one that a school plans for."""

MAY_GIVE = (Role.DATA_PROTECTION_OFFICER, Role.ADMINISTRATOR, Role.HEADTEACHER)
# A request is made to anybody at the school, in any words; whoever hears it writes it down.
MAY_RECORD = (
    *MAY_GIVE,
    Role.STAFF,
    Role.SENIOR_LEADER,
    Role.CHAIR_OF_GOVERNORS,
    Role.CLERK,
)
STAFF = frozenset(
    {
        Role.STAFF,
        Role.SENIOR_LEADER,
        Role.HEADTEACHER,
        Role.CLERK,
        Role.ADMINISTRATOR,
        Role.DATA_PROTECTION_OFFICER,
        Role.SERVICE_STAFF,
        Role.LINE_MANAGER,
        Role.LOCAL_AUTHORITY_OFFICER,
    }
)
"""Those who act for a school, a service or an authority as their work."""


class AccessRequest(NamedTuple):
    """A request as the register has it. `given_at` is when it was answered."""

    access: str
    person: PersonId
    received_on: date
    due_on: date
    given_at: datetime | None


class Ground(StrEnum):
    """Why something is left out of a person's copy."""

    LEGAL_ADVICE = "legal_advice"
    SAFEGUARDING = "safeguarding"
    ABOUT_SOMEBODY_ELSE = "about_somebody_else"


class Withheld(NamedTuple):
    """What of a case is withheld: all of its content, or single texts by their ids."""

    content: Ground | None
    texts: dict[str, Ground]


def may_record_request(actor: Actor) -> None:
    """Refuses somebody from outside the school. Raises NotAuthorised."""
    if actor.role not in MAY_RECORD:
        raise NotAuthorised("Recording a request for a copy.", who_may=MAY_RECORD)


def may_give(actor: Actor, person: PersonId, *, others_may: bool) -> None:
    """Refuses who may not make a person's copy. Raises NotAuthorised or OwnCopy.

    `others_may` says whether somebody else at the school holds a role that may. Nobody decides
    what they themselves are given, unless there is nobody else to do it.
    """
    if actor.role not in MAY_GIVE:
        raise NotAuthorised("Making a copy of what is held about a person.", who_may=MAY_GIVE)
    if actor.person == person and others_may:
        raise OwnCopy()


def requested(
    calendar: SchoolCalendar, access: str, person: PersonId, received_on: date
) -> AccessRequested:
    """The request of a person, received on a day, with the day by which it is answered."""
    return AccessRequested(
        access=access,
        person=person,
        received_on=received_on,
        due_on=calendar.add(received_on, TIME_TO_ANSWER),
    )


def requests_of(entries: Iterable[RegisterEvent]) -> list[AccessRequest]:
    """The requests in a school's register, in the order in which they were recorded."""
    found: dict[str, AccessRequest] = {}
    for entry in entries:
        fact = entry.fact
        if isinstance(fact, AccessRequested):
            found[fact.access] = AccessRequest(
                fact.access, fact.person, fact.received_on, fact.due_on, None
            )
        elif isinstance(fact, AccessGiven):
            for access in fact.answers:
                found[access] = found[access]._replace(given_at=entry.at)
    return list(found.values())


def waiting(requests: Iterable[AccessRequest], person: PersonId) -> list[AccessRequest]:
    """The requests of a person that were not answered yet."""
    return [one for one in requests if one.person == person and one.given_at is None]


def withheld_in(events: Iterable[e.Event]) -> Withheld:
    """What is withheld of a case with these events, unless somebody decides to include it.

    A case that went to child protection is withheld with all its content. Of one on which the
    school took legal advice, whatever staff wrote to say why and what came of it is.
    """
    texts: dict[str, Ground] = {}
    content: Ground | None = None
    taking_legal_advice = False
    for event in events:
        fact = event.fact
        if isinstance(fact, e.StageChanged):
            taking_legal_advice = fact.advice is AdviceKind.LEGAL
            if fact.procedure is Procedure.CHILD_PROTECTION:
                content = Ground.SAFEGUARDING
        if taking_legal_advice and event.actor.role in STAFF | {Role.CHAIR_OF_GOVERNORS}:
            texts |= {ref.id: Ground.LEGAL_ADVICE for _, ref in texts_in(fact)}
    return Withheld(content, texts)
