"""The sample school: its people, its codes, and live cases at every stage of their ladders.

Everything goes the way that people's own actions go, so a sample case is as real as any other.
"""

from datetime import UTC, datetime
from pathlib import Path

from cli.desk import Desk
from cli.outcome import BadUsage
from cli.sample_cases import OPENING, SAMPLE_CASES, SampleCase
from documents.specimen_story import SAMPLE
from domain.calendar import SchoolCalendar
from domain.case import Case
from domain.vocabulary import Role, Rule
from gateway.cases import Cases
from gateway.errors import ActionRefused
from gateway.wording import day
from rehearsal.fields import filled_in
from storage.letter_files import SCHOOLS, write_details
from storage.policy_files import load_policies
from storage.record import CaseNotFound
from storage.term_files import load_calendar

SCHOOL = "rowan-hill"
TITLE = "Rowan Hill Primary School"
TERMS = "sample.yaml"
PEOPLE = (
    ("Asha Karim", (Role.STAFF,)),
    ("Ben Okafor", (Role.SENIOR_LEADER,)),
    ("Cara Lindqvist", (Role.HEADTEACHER,)),
    ("Dafydd Rees", (Role.CHAIR_OF_GOVERNORS,)),
    ("Elif Demir", (Role.GOVERNOR,)),
    ("Farah Siddiqui", (Role.CLERK,)),
    ("Gil Navarro", (Role.ADMINISTRATOR,)),
    ("Mei-Ling Zhou", (Role.DATA_PROTECTION_OFFICER,)),
    ("Hana Novak", (Role.PARENT,)),
    ("Tomasz Wierzbicki", (Role.PARENT,)),
    ("Idris Bello", (Role.ADVOCATE,)),
    ("Joan Pritchard", (Role.ADVOCATE,)),
    ("Kwame Mensah", (Role.SERVICE_STAFF,)),
    ("Leila Haddad", (Role.LINE_MANAGER,)),
    ("Niamh Gallagher", (Role.STEERING_GROUP_CHAIR,)),
    ("Owen Tadros", (Role.LOCAL_AUTHORITY_OFFICER,)),
    ("Rosa Duarte", (Role.PARENT,)),
    ("Samir Aziz", (Role.PARENT,)),
)


def give_a_letterhead(folder: Path) -> None:
    """Makes a folder of letters in which the sample school has a made-up letterhead."""
    write_details(folder / SCHOOLS / SCHOOL, SAMPLE)


async def furnish(desk: Desk) -> None:
    """Adds the sample school, its people and its codes, where they are not there yet.

    Raises BadUsage where today is not in its calendar.
    """
    shelf = desk.stores.shelf
    if SCHOOL not in {school.id for school in await shelf.schools()}:
        calendar = load_calendar(desk.settings.terms_dir / TERMS)
        _require_today(desk, calendar)
        await shelf.set_school(SCHOOL, TITLE, await shelf.publish_calendar(calendar))
    adopted = {policy.policy for policy in await shelf.current_policies(SCHOOL)}
    for policy in load_policies(desk.settings.policies_dir):
        if policy.policy not in adopted:
            await shelf.adopt_policy(SCHOOL, await shelf.publish_policy(policy))
    there = await desk.stores.people.everybody(SCHOOL)
    known = {word for person in there for word in (person.id, person.name)}
    for number, (name, roles) in enumerate(PEOPLE, start=1):
        # By its number, so that whoever was erased is not added anew.
        id_ = f"person-sample-{number:02d}"
        if not known & {id_, name}:
            await desk.stores.people.add_person(SCHOOL, name, _address(name), roles, person=id_)


async def open_cases(desk: Desk) -> list[str]:
    """Opens the sample cases that are not there yet, and takes each to where it shows something.

    What an earlier run left half done is finished, unless people have acted on the case since.
    Returns the references of the cases that were opened. Raises BadUsage where the calendar is too
    short.
    """
    calendar = await desk.stores.shelf.calendar_of(SCHOOL)
    adopted = {policy.policy for policy in await desk.stores.shelf.current_policies(SCHOOL)}
    there = {sample.name: await _case_of(desk, sample) for sample in SAMPLE_CASES}
    unfinished = [
        sample
        for sample in SAMPLE_CASES
        if sample.policy in adopted and _left_to_do(sample, there[sample.name])
    ]
    if not unfinished:
        return []
    _require_today(desk, calendar)
    cases = await desk.cases(SCHOOL)
    opened = []
    for sample in unfinished:
        case = there[sample.name]
        try:
            reference = case.reference if case else await _open(desk, cases, sample)
            await _play(desk, cases, calendar, sample, reference)
        except ActionRefused as refused:
            if refused.refusal.rule is Rule.CALENDAR:
                raise BadUsage(f"{refused} {_how_to_extend(desk)}") from refused
            raise
        if case is None:
            opened.append(reference)
    return opened


async def _open(desk: Desk, cases: Cases, sample: SampleCase) -> str:
    actor = await desk.actor(SCHOOL, sample.raised_by, None)
    opened = await cases.open(
        sample.policy, sample.concern, actor, action_id=sample.action_id(OPENING)
    )
    return opened.reference


async def _play(
    desk: Desk, cases: Cases, calendar: SchoolCalendar, sample: SampleCase, reference: str
) -> None:
    for number, turn in enumerate(sample.turns, start=OPENING + 1):
        case = await cases.show(reference)
        if sample.action_id(number) in case.recent_actions:
            continue
        fields = filled_in(
            turn.action,
            turn.fields,
            calendar=calendar,
            now=datetime.now(UTC),
            case=case,
            events=[stored.event for stored in await cases.timeline(reference)],
        )
        actor = await desk.actor(SCHOOL, turn.who, None)
        await cases.act(reference, turn.action, fields, actor, action_id=sample.action_id(number))


async def _case_of(desk: Desk, sample: SampleCase) -> Case | None:
    """The case that was opened as this one, if it was."""
    reference = await desk.stores.references.given(SCHOOL, sample.action_id(OPENING))
    if reference is None:
        return None
    try:
        return await desk.stores.record.case_state(SCHOOL, reference)
    except CaseNotFound:
        return None  # it was stopped between the reference and the case


def _left_to_do(sample: SampleCase, case: Case | None) -> bool:
    if case is None:
        return True
    ours = {sample.action_id(number) for number in range(OPENING, len(sample.turns) + 1)}
    # Where anybody else has acted, the case is theirs now.
    return set(case.recent_actions) < ours


def _require_today(desk: Desk, calendar: SchoolCalendar) -> None:
    today = calendar.local_date(datetime.now(UTC))
    first, last = calendar.coverage
    if not first <= today <= last:
        raise BadUsage(
            f"The sample school's calendar runs from {day(first)} to {day(last)}, and today is "
            f"{day(today)}. {_how_to_extend(desk)}"
        )


def _how_to_extend(desk: Desk) -> str:
    terms = desk.settings.terms_dir / TERMS
    return (
        f"Add the terms that are missing to {terms}, and start again; where the sample school is "
        f"there already, publish them first: evenhand school calendar {terms} --as administrator."
    )


def _address(name: str) -> str:
    return f"{name.casefold().replace(' ', '.')}@rowan-hill.example"
