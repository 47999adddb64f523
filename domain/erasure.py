"""Erasing a person: asked for by one, confirmed by another, and never past a legal hold."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from pydantic import AwareDatetime

from domain.access import OUTSIDE
from domain.acting import Actor, PersonId, TextRef
from domain.case import Case
from domain.errors import (
    AlreadyErased,
    AnotherPersonConfirms,
    ConflictOfInterest,
    CopyStillOwed,
    ErasureAskedFor,
    NobodyToConfirm,
    NoSuchErasure,
    OnLegalHold,
    PartInOpenCase,
    near_names,
)
from domain.holds import require_role
from domain.policy import Frozen
from domain.register import (
    CaseDisposed,
    ErasureRefused,
    ErasureRepeated,
    ErasureRequested,
    PersonErased,
    RegisterEvent,
    RegisterFact,
)
from domain.spoken import day
from domain.subject_access import requests_of
from domain.vocabulary import ErasureGround, Role

MAY_REQUEST = (
    Role.HEADTEACHER,
    Role.CHAIR_OF_GOVERNORS,
    Role.CLERK,
    Role.ADMINISTRATOR,
    Role.DATA_PROTECTION_OFFICER,
)
MAY_CONFIRM = (Role.HEADTEACHER, Role.CHAIR_OF_GOVERNORS, Role.DATA_PROTECTION_OFFICER)
LEGAL_GROUNDS = frozenset({ErasureGround.UNLAWFUL, ErasureGround.LEGAL_OBLIGATION})
"""The grounds on which neither an open case nor a copy that is owed is a reason to wait."""


class PendingErasure(Frozen):
    """An erasure that waits for a second person."""

    erasure: str
    person: PersonId
    ground: ErasureGround
    reason: TextRef
    requested_by: Actor
    requested_at: AwareDatetime


class Erasures(NamedTuple):
    """What a register says of erasures: those that wait, by their ids, and who is gone.

    `owed_a_copy` are the people who asked what is held about them, and were not answered yet, each
    with the day by which that is due.
    """

    pending: dict[str, PendingErasure]
    erased: frozenset[PersonId]
    owed_a_copy: Mapping[PersonId, date] = MappingProxyType({})


def erasures_of(entries: Iterable[RegisterEvent]) -> Erasures:
    """What these entries of one register add up to."""
    entries = list(entries)
    pending: dict[str, PendingErasure] = {}
    erased: set[PersonId] = set()
    for entry in entries:
        fact = entry.fact
        match fact:
            case ErasureRequested():
                pending[fact.erasure] = PendingErasure(
                    erasure=fact.erasure,
                    person=fact.person,
                    ground=fact.ground,
                    reason=fact.reason,
                    requested_by=entry.actor,
                    requested_at=entry.at,
                )
            case ErasureRefused():
                pending.pop(fact.erasure, None)
            case PersonErased():
                pending.pop(fact.erasure, None)
        erased |= people_gone(fact)
    waiting = {key: one for key, one in pending.items() if one.person not in erased}
    owed = {one.person: one.due_on for one in requests_of(entries) if one.given_at is None}
    return Erasures(waiting, frozenset(erased), owed)


def people_gone(fact: RegisterFact) -> frozenset[PersonId]:
    """The people whose data was destroyed with what the fact states."""
    match fact:
        case PersonErased():
            return frozenset({fact.person})
        case CaseDisposed() | ErasureRepeated():
            return frozenset(fact.people)
    return frozenset()


def has_part(case: Case, person: PersonId) -> bool:
    """Whether the case is about the person, was raised by them, or is waiting for them."""
    at_work = {deadline.owner for deadline in case.deadlines}
    at_work |= {one.terms.contact_through for one in case.open_restrictions}
    return person in case.parties | {*case.named, *case.panel, case.owner} | at_work


def why_not_erased(
    state: Erasures,
    person: PersonId,
    cases: Iterable[Case],
    held: Collection[str],
    ground: ErasureGround | None = None,
) -> OnLegalHold | PartInOpenCase | CopyStillOwed | None:
    """What stands against erasing a person; None where nothing does.

    `cases` are those in which the person has a part or whose texts or files are under their key;
    `held` the references of cases on hold. Without a ground none goes before an open case, nor
    before a copy that is owed: what somebody asked to see is not erased to keep it from them (Data
    Protection Act 2018, section 173).
    """
    cases = list(cases)
    if kept := sorted(case.reference for case in cases if case.reference in held):
        return OnLegalHold(f"On hold: {', '.join(kept)}.")
    open_ones = sorted(c.reference for c in cases if not c.closed and has_part(c, person))
    if ground in LEGAL_GROUNDS:
        return None
    if open_ones:
        return PartInOpenCase(f"Open: {', '.join(open_ones)}.")
    if person in state.owed_a_copy:
        return CopyStillOwed(f"It is due on {day(state.owed_a_copy[person])}.")
    return None


def request_erasure(
    state: Erasures,
    erasure: str,
    person: PersonId,
    cases: Iterable[Case],
    held: Collection[str],
    actor: Actor,
    ground: ErasureGround,
    reason: TextRef,
    confirmers: Collection[PersonId],
) -> ErasureRequested:
    """Asks that a person be erased. Raises a CaseError.

    `confirmers` are the people at the school whose roles may confirm it.
    """
    require_role(actor, MAY_REQUEST, "Asking for an erasure.")
    if person in state.erased:
        raise AlreadyErased()
    if waiting := [one.erasure for one in state.pending.values() if one.person == person]:
        raise ErasureAskedFor(f"It is {waiting[0]}: confirm or refuse that one.")
    if actor.person == person:
        raise AnotherPersonConfirms("Ask a colleague to ask for it.")
    if against := why_not_erased(state, person, cases, held, ground):
        raise against
    if not set(confirmers) - {actor.person, person}:
        raise NobodyToConfirm(who_may=MAY_CONFIRM)
    return ErasureRequested(erasure=erasure, person=person, ground=ground, reason=reason)


def pending_erasure(state: Erasures, erasure: str) -> PendingErasure:
    """The erasure that waits under this id. Raises NoSuchErasure, with near ids."""
    if erasure not in state.pending:
        near = near_names(erasure, state.pending)
        raise NoSuchErasure(f"None waits under “{erasure}”.{near}")
    return state.pending[erasure]


def confirm_erasure(
    state: Erasures,
    erasure: str,
    cases: Sequence[Case],
    held: Collection[str],
    actor: Actor,
    texts: int,
    files: int,
) -> PersonErased:
    """Confirms an erasure that another person asked for. Raises a CaseError.

    Everything is judged anew, since a case may have been opened or put on hold meanwhile. Whoever
    confirms has no part in the person's cases, so that nobody destroys what speaks against them.
    """
    asked = pending_erasure(state, erasure)
    require_role(actor, MAY_CONFIRM, "Confirming an erasure.")
    if actor.person in (asked.requested_by.person, asked.person):
        raise AnotherPersonConfirms(who_may=MAY_CONFIRM)
    if any(actor.person in case.involved for case in cases):
        raise ConflictOfInterest("You have a part in one of this person's cases.")
    if against := why_not_erased(state, asked.person, cases, held, asked.ground):
        raise against
    return PersonErased(
        erasure=erasure,
        person=asked.person,
        requested_by=asked.requested_by.person,
        texts=texts,
        files=files,
    )


def refuse_erasure(state: Erasures, erasure: str, actor: Actor, reason: TextRef) -> ErasureRefused:
    """Refuses an erasure, or takes one's own request back. Raises a CaseError."""
    asked = pending_erasure(state, erasure)
    if actor.person != asked.requested_by.person:
        require_role(actor, MAY_CONFIRM, "Refusing an erasure.")
    return ErasureRefused(erasure=erasure, person=asked.person, reason=reason)


def left_without_a_case(
    leaving: Case,
    roles: Mapping[PersonId, frozenset[Role]],
    elsewhere: Mapping[PersonId, Collection[str]],
) -> tuple[PersonId, ...]:
    """Those from outside the school with a part in `leaving`, and in no other case.

    `roles` are those that each person of the case holds, and `elsewhere` the references of the
    other cases in which each has a part, or that hold texts or files under their key. Whoever
    works for the school, or is not in `roles`, stays.
    """
    concerned = leaving.parties | set(leaving.named)
    return tuple(
        sorted(
            person
            for person in concerned
            if person in roles and roles[person] <= OUTSIDE and not elsewhere.get(person)
        )
    )
