"""`evenhand case hold` and `case release`: legal holds, and how long a case is kept."""

from typing import Annotated

import typer

from cli.desk import Desk, at_the_desk
from cli.fields import a_day, named_fields
from cli.options import ActionId, InRole, Reference, School, Who
from domain.calendar import SchoolCalendar
from domain.case import Case
from gateway.retention import Keeping
from gateway.wording import day

Given = Annotated[list[str] | None, typer.Argument(metavar="[FIELD=VALUE]...")]


def hold(
    reference: Reference,
    fields: Given = None,
    *,
    as_: Who,
    role: InRole = None,
    id_: ActionId = None,
    school: School = None,
) -> None:
    """Keep everything about a case, whatever its age: reason=… and, if you like, review_on=…"""
    given = named_fields(fields or [], ("reason", "review_on"), required=("reason",))
    review_on = a_day("review_on", given["review_on"]) if "review_on" in given else None

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        actor = await desk.actor(where, as_, role)
        keeping = Keeping(desk.stores, desk.erased_list, where)
        await keeping.hold(reference, given["reason"], review_on, actor, action_id=id_)
        asked = f" You are asked about it again on {day(review_on)}." if review_on else ""
        typer.echo(f"{reference} is on hold: nothing about it is removed.{asked}")

    at_the_desk(work)


def release(
    reference: Reference,
    fields: Given = None,
    *,
    as_: Who,
    role: InRole = None,
    id_: ActionId = None,
    school: School = None,
) -> None:
    """Lift a legal hold: reason=…"""
    given = named_fields(fields or [], ("reason",), required=("reason",))

    async def work(desk: Desk) -> None:
        where = await desk.school(school)
        actor = await desk.actor(where, as_, role)
        keeping = Keeping(desk.stores, desk.erased_list, where)
        await keeping.release(reference, given["reason"], actor, action_id=id_)
        typer.echo(f"{reference} is no longer on hold.")

    at_the_desk(work)


async def keeping_of(desk: Desk, case: Case, calendar: SchoolCalendar) -> list[str]:
    """What there is to say of how long a case is kept, a line each."""
    state = await desk.stores.disposals.state(case.school)
    lines = []
    if held := state.holds.get(case.reference):
        since = day(calendar.local_date(held.placed_at))
        lines.append(f"On legal hold since {since}: nothing about it is removed.")
    if gone := state.disposed.get(case.reference):
        lines.append(f"Its texts were removed on {day(calendar.local_date(gone))}.")
    elif until := await desk.stores.disposals.due_on(case, state):
        lines.append(f"Kept until {day(until)}; then a person decides what becomes of it.")
    return lines
