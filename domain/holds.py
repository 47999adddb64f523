"""Legal holds: while one is on a case, nothing about it is removed."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from pydantic import AwareDatetime

from domain.acting import Actor, PersonId, TextRef
from domain.case import Case
from domain.errors import (
    AlreadyDisposed,
    ConflictOfInterest,
    DayInThePast,
    NotForThisRole,
    NotOnHold,
    OnLegalHold,
)
from domain.policy import Frozen
from domain.register import HoldLifted, HoldPlaced, HoldReminded, RegisterEvent
from domain.vocabulary import Role

# Whoever learns of a claim may keep what there is; to let it go again is a decision.
MAY_PLACE = (
    Role.SENIOR_LEADER,
    Role.HEADTEACHER,
    Role.CHAIR_OF_GOVERNORS,
    Role.CLERK,
    Role.ADMINISTRATOR,
    Role.DATA_PROTECTION_OFFICER,
)
MAY_LIFT = (Role.HEADTEACHER, Role.CHAIR_OF_GOVERNORS, Role.DATA_PROTECTION_OFFICER)
REMINDED_EVERY = timedelta(days=30)


class Hold(Frozen):
    """A hold that is in place."""

    reference: str
    placed_by: PersonId
    placed_at: AwareDatetime
    reason: TextRef
    review_on: date | None
    reminded_at: AwareDatetime | None = None


def holds_of(entries: Iterable[RegisterEvent]) -> dict[str, Hold]:
    """The holds in place after these entries of one register, by the case's reference."""
    holds: dict[str, Hold] = {}
    for entry in entries:
        fact = entry.fact
        match fact:
            case HoldPlaced():
                holds[fact.reference] = Hold(
                    reference=fact.reference,
                    placed_by=entry.actor.person,
                    placed_at=entry.at,
                    reason=fact.reason,
                    review_on=fact.review_on,
                )
            case HoldLifted():
                holds.pop(fact.reference, None)
            case HoldReminded() if fact.reference in holds:
                hold = holds[fact.reference]
                holds[fact.reference] = hold.model_copy(update={"reminded_at": entry.at})
    return holds


def place_hold(
    case: Case,
    held: Mapping[str, Hold],
    disposed: Iterable[str],
    actor: Actor,
    reason: TextRef,
    review_on: date | None,
    today: date,
) -> HoldPlaced:
    """Keeps everything about a case. Raises a CaseError."""
    require_role(actor, MAY_PLACE, "Placing a legal hold.")
    if case.reference in held:
        raise OnLegalHold(f"{case.reference} is on hold already; lift that hold first.")
    if case.reference in disposed:
        raise AlreadyDisposed("There is nothing left to keep.")
    if review_on is not None and review_on <= today:
        raise DayInThePast(f"The hold would be looked at again on {review_on}.")
    return HoldPlaced(reference=case.reference, reason=reason, review_on=review_on)


def lift_hold(case: Case, held: Mapping[str, Hold], actor: Actor, reason: TextRef) -> HoldLifted:
    """Ends a hold, by somebody with no part in the case. Raises a CaseError."""
    require_role(actor, MAY_LIFT, "Lifting a legal hold.")
    if case.reference not in held:
        raise NotOnHold()
    if actor.person in case.involved:
        raise ConflictOfInterest()
    return HoldLifted(reference=case.reference, reason=reason)


def holds_to_review(held: Mapping[str, Hold], now: datetime, today: date) -> tuple[str, ...]:
    """The held cases whose review day came, and of which nobody was reminded lately."""
    return tuple(
        sorted(
            hold.reference
            for hold in held.values()
            if hold.review_on is not None
            and hold.review_on <= today
            and (hold.reminded_at is None or now - hold.reminded_at >= REMINDED_EVERY)
        )
    )


def require_role(actor: Actor, roles: tuple[Role, ...], what: str) -> None:
    """Refuses an actor whose role is not among `roles`. Raises NotForThisRole."""
    if actor.role not in roles:
        raise NotForThisRole(what, who_may=roles)
