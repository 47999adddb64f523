"""Gathers what is held about one person, for that person to read."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from domain.actions import PersonId
from domain.held import Held, HeldEvent
from domain.mentions import concerns, texts_in
from domain.redaction import Known, Redactor
from domain.register import REGISTER, RegisterEvent
from domain.retention import retention_of
from domain.review_events import FindingAnswered, FindingRecorded
from domain.subject_access import STAFF, AccessRequest, Ground, waiting
from gateway.held_account import how_they_sign_in
from gateway.held_cases import CaseGathering
from gateway.held_reading import HeldReading
from gateway.held_words import HOW_TO_READ, RIGHTS, described, register_words
from gateway.second_look import SecondLook
from gateway.stores import Stores
from gateway.wording import day, spoken
from storage.mentions import Mentions
from storage.people import Person


class Choices(NamedTuple):
    """What a person at the school decides about a copy.

    `staff_named` shows those who act for the school as their work by name. `redact` are words to
    take out besides the names that are known; `include` the cases whose withheld content goes in.
    """

    staff_named: bool = False
    redact: tuple[str, ...] = ()
    include: tuple[str, ...] = ()


class Gathered(NamedTuple):
    """A person's copy; what the school reads first; what could be included, by reference; and the
    files that go with the copy, by their names in it."""

    held: Held
    second_look: SecondLook
    withheld: frozenset[str]
    files: Mapping[str, bytes]


async def gather(
    stores: Stores,
    reader: Person,
    choices: Choices,
    entries: Sequence[RegisterEvent],
    requests: Sequence[AccessRequest],
    now: datetime,
) -> Gathered:
    """Everything held about `reader`, as it stands at `now`. `entries` are the register's."""
    school = await stores.shelf.school(reader.school)
    calendar = await stores.shelf.calendar(school.calendar_digest)
    everybody = await stores.people.everybody(reader.school)
    reading = HeldReading(
        stores=stores,
        reader=reader,
        redactor=_redactor(reader, everybody, choices),
        second_look=SecondLook(),
        calendar=calendar,
        retention=retention_of(entries),
    )
    cases = []
    withheld = set()
    mentions = Mentions(stores.database)
    for reference in await mentions.cases_of(reader.school, reader.id):
        events = [one.event for one in await stores.record.events_of(reader.school, reference)]
        gathering = CaseGathering(reading, events, include=reference in choices.include)
        if gathering.parts:
            cases.append(await gathering.gather())
            if gathering.withholds:
                withheld.add(reference)
    theirs = {case.reference for case in cases} - (withheld - set(choices.include))
    register = [
        await _entry(reading, one)
        for one in entries
        if concerns(reader.id, one) or _found_on(one, theirs)
    ]
    added = calendar.local_date(await mentions.added_at(reader.id))
    names = {person.id: person.name for person in everybody}
    held = Held(
        school=school.title,
        made_at=now.replace(microsecond=0),
        made=day(calendar.local_date(now)),
        name=reader.name,
        address=reader.email,
        roles=tuple(spoken(role) for role in sorted(reader.roles)),
        added=day(added),
        account=await how_they_sign_in(stores, reader.id, calendar),
        request=_request(waiting(requests, reader.id)),
        how_to_read=HOW_TO_READ,
        people=tuple(reading.redactor.label(person) for _, person in reading.redactor.lettered),
        cases=tuple(sorted(cases, key=lambda case: case.reference)),
        entries=tuple(register),
        rights=RIGHTS,
    )
    _tell_the_school(reading, names)
    return Gathered(held, reading.second_look, frozenset(withheld), reading.files)


def _redactor(reader: Person, everybody: Sequence[Person], choices: Choices) -> Redactor:
    def known(person: Person) -> Known:
        words = described(person.roles, reader.roles)
        return Known(person.id, person.name, person.email, words)

    # Somebody who is also a parent here is not named: which of the two they were, no word says.
    shown = [p.id for p in everybody if choices.staff_named and p.roles and p.roles <= STAFF]
    return Redactor(
        known(reader),
        [known(person) for person in everybody if not person.erased],  # who have no name left
        shown=[person for person in shown if person != reader.id],
        also=choices.redact,
    )


def _found_on(entry: RegisterEvent, references: Collection[str]) -> bool:
    """Whether an entry holds what a governors' review found, or was answered, on such a case."""
    fact = entry.fact
    return isinstance(fact, FindingRecorded | FindingAnswered) and fact.reference in references


async def _entry(reading: HeldReading, entry: RegisterEvent) -> HeldEvent:
    cited = list(texts_in(entry.fact))
    whose = await Mentions(reading.stores.database).whose_texts([ref.id for _, ref in cited])
    texts = []
    for kind, ref in cited:
        theirs = reading.reader.id in (whose.get(ref.id), entry.actor.person)
        ground = None if theirs else Ground.ABOUT_SOMEBODY_ELSE
        texts.append(await reading.text(f"{REGISTER} {entry.sequence}", kind, ref, ground))
    return HeldEvent(
        at=entry.at,
        day=reading.day(entry.at),
        time=reading.time(entry.at),
        what=register_words(entry, reading.reader.id),
        by=reading.doer(entry),
        texts=tuple(texts),
    )


def _request(requests: Sequence[AccessRequest]) -> str | None:
    if not requests:
        return None
    return " ".join(
        f"You asked for this on {day(one.received_on)}; the school had until {day(one.due_on)}."
        for one in requests
    )


def _tell_the_school(reading: HeldReading, names: dict[PersonId, str]) -> None:
    look, redactor = reading.second_look, reading.redactor
    look.letters += [
        f"person {letter}: {names.get(person, person)}" for letter, person in redactor.lettered
    ]
    look.notes += [
        f"The name “{names[person]}” is too short, or too much like an everyday word, to be found "
        "by itself in small letters."
        for person in redactor.not_searched
    ]
