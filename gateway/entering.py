"""Entering a decision on a school's register, with what it destroys, or not at all."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection

from domain.actions import Actor, TextRef
from domain.contracts import Refusal
from domain.errors import CaseError
from domain.register import RegisterEvent, RegisterFact
from gateway.errors import ActionRefused, BadRequest
from gateway.stores import Stores
from storage.erased_list import Erased, ErasedList, ErasedListProblem
from storage.registrar import append_entries, entries_in, entries_of_action, hold_register

REASON = "reason"

Decide = Callable[[Connection, list[RegisterEvent]], RegisterFact]
"""Judges an action by the register as the transaction sees it, does its part, and states it."""


async def enter(
    stores: Stores,
    school: str,
    decide: Decide,
    actor: Actor,
    at: datetime,
    *,
    action_id: str | None,
    texts: Sequence[TextRef] = (),
) -> RegisterEvent:
    """The entry that `decide` leads to, made in the transaction in which it decided.

    An action id that the register has seen does nothing, and gives the entry made then. `texts`
    were stored for the entry; those that it does not cite are discarded. Raises ActionRefused.
    """
    id_ = action_id or str(uuid4())

    def work(connection: Connection) -> RegisterEvent:
        hold_register(connection, school)
        if before := entries_of_action(connection, school, id_):
            return before[0]
        fact = decide(connection, entries_in(connection, school))
        return append_entries(connection, school, [fact], actor, id_, at)[0]

    try:
        entry = await stores.database.transact(work)
    except CaseError as error:
        for text in texts:
            await stores.texts.discard(text)
        raise ActionRefused(Refusal.of(error)) from error
    cited = entry.model_dump_json()
    for text in texts:
        if text.id not in cited:
            await stores.texts.discard(text)
    return entry


def written(reason: str) -> str:
    """The reason as it is kept. Raises BadRequest where there is none."""
    if not reason.strip():
        raise BadRequest("“reason” is empty: write a sentence or two.")
    return reason.strip()


async def leave_no_trace(
    stores: Stores, erased_list: ErasedList, gone: Iterable[Erased]
) -> tuple[bool, bool]:
    """After the commit: remembers what is gone outside the database, and overwrites it there.

    Whether it is on the list, and whether it is overwritten; what is not yet, the next start of
    the service or the nightly sweep does.
    """
    try:
        erased_list.add(gone)
        listed = True
    except ErasedListProblem:
        listed = False
    return listed, await stores.database.overwrite()
