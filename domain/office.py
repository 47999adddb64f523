"""Who may keep a school's list of people, its codes and its calendar, and what nobody may do."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from domain.acting import Actor, PersonId
from domain.errors import LastAdministrator, NotForThisRole
from domain.holds import require_role
from domain.office_events import (
    CodeAdopted,
    Detail,
    PersonAdded,
    PersonCorrected,
    RolesSet,
    SchoolCalendarAdopted,
)
from domain.policy import Policy
from domain.register import PersonErased, RegisterEvent
from domain.vocabulary import Role

MAY_KEEP = (Role.ADMINISTRATOR,)
"""Who adds people, corrects what is known of them, and says what they may do."""
MAY_ADOPT = (Role.ADMINISTRATOR, Role.HEADTEACHER, Role.LINE_MANAGER)
"""Who puts a version of a code, or changed term dates, into force for the school."""
GIVEN = tuple(role for role in Role if role is not Role.SYSTEM)
"""The roles that a person can hold."""


class RolesHeld(NamedTuple):
    """Which roles somebody held from a moment on, and who said so."""

    since: datetime
    roles: tuple[Role, ...]
    by: Actor


def add_people(
    actor: Actor, people: Iterable[tuple[PersonId, Iterable[Role]]]
) -> list[PersonAdded]:
    """The entries by which people become known, in order. Raises a CaseError."""
    require_role(actor, MAY_KEEP, "Adding people.")
    return [PersonAdded(person=person, roles=_in_order(roles)) for person, roles in people]


def correct_person(
    actor: Actor, person: PersonId, details: tuple[Detail, ...]
) -> PersonCorrected | None:
    """The entry that says which details of a person were put right; None where nothing was.

    Raises a CaseError.
    """
    require_role(actor, MAY_KEEP, "Correcting what is known of a person.")
    return PersonCorrected(person=person, details=details) if details else None


def set_roles(
    actor: Actor, person: PersonId, roles: Iterable[Role], held: Mapping[PersonId, frozenset[Role]]
) -> RolesSet | None:
    """The entry that says what a person may do from now on; None where nothing changes.

    `held` is what everybody at the school holds now. The last administrator stays one: without
    any, nobody could let anybody in. Raises a CaseError.
    """
    require_role(actor, MAY_KEEP, "Saying who holds which role.")
    wanted, was = frozenset(roles), held[person]
    if Role.SYSTEM in wanted:
        raise NotForThisRole("A timer is no person: nobody holds the role system.")
    if Role.ADMINISTRATOR in was - wanted and not [
        other for other, theirs in held.items() if other != person and Role.ADMINISTRATOR in theirs
    ]:
        raise LastAdministrator()
    if wanted == was:
        return None
    return RolesSet(person=person, was=_in_order(was), roles=_in_order(wanted))


def left_without(
    person: PersonId, roles: Iterable[Role], held: Mapping[PersonId, frozenset[Role]]
) -> tuple[Role, ...]:
    """The roles that nobody would hold any more if `person` held only `roles`.

    Nobody is then reminded, and nobody can decide, where a code names one of them.
    """
    lost = held[person] - frozenset(roles)
    elsewhere = {role for other, theirs in held.items() if other != person for role in theirs}
    return _in_order(lost - elsewhere)


def adopt_code(actor: Actor, policy: Policy, was: str | None) -> CodeAdopted | None:
    """The entry by which new cases go by a version; None where they do so already.

    `was` is the digest of the version that they went by. Raises a CaseError.
    """
    require_role(actor, MAY_ADOPT, "Adopting a version of a code.")
    if was == policy.digest:
        return None
    return CodeAdopted(policy=policy.policy, version=policy.version, digest=policy.digest, was=was)


def adopt_calendar(actor: Actor, digest: str, was: str) -> SchoolCalendarAdopted | None:
    """The entry by which the school goes by other term dates; None where it does so already.

    Raises a CaseError.
    """
    require_role(actor, MAY_ADOPT, "Changing the school's term dates.")
    return SchoolCalendarAdopted(digest=digest, was=was) if digest != was else None


def history_of(person: PersonId, entries: Iterable[RegisterEvent]) -> tuple[RolesHeld, ...]:
    """What the register says of the roles that a person held, the earliest first."""
    held = []
    for entry in entries:
        match entry.fact:
            case PersonAdded() | RolesSet() if entry.fact.person == person:
                held.append(RolesHeld(entry.at, entry.fact.roles, entry.actor))
            case PersonErased() if entry.fact.person == person:
                held.append(RolesHeld(entry.at, (), entry.actor))
    return tuple(held)


def _in_order(roles: Iterable[Role]) -> tuple[Role, ...]:
    order = list(Role)
    return tuple(sorted(set(roles), key=order.index))
