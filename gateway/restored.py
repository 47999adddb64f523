"""After a backup was restored: what had been erased before is erased again."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple
from uuid import uuid4

import structlog
from sqlalchemy import Connection

from domain.actions import SYSTEM
from domain.erasure import erasures_of
from domain.register import ErasureRepeated
from domain.retention import retention_of
from gateway.entering import leave_no_trace
from gateway.stores import Stores
from storage.erased_list import Erased, ErasedList
from storage.erasing import erase_person, held_of_case, known_cases, remove_held, still_there
from storage.registrar import append_entries, entries_in, hold_register

log = structlog.get_logger(__name__)


class Repeated(NamedTuple):
    """What was destroyed again: ids of people, and references of cases."""

    people: tuple[str, ...] = ()
    references: tuple[str, ...] = ()


async def erase_again(stores: Stores, erased_list: ErasedList, now: datetime) -> Repeated:
    """Makes the database and the list of what was erased agree, both ways.

    What the list knows and the database still holds came back with an older copy: it is destroyed,
    and entered on the register. What the registers know is put on the list. Does nothing where
    they agree. Raises ErasedListProblem, DatabaseError.
    """
    listed = erased_list.read()
    repeated = Repeated()
    by_school = sorted(listed, key=lambda one: one.school)
    for school, erased in groupby(by_school, key=lambda one: one.school):
        people, references = await _again(stores, school, list(erased), now)
        repeated = Repeated(repeated.people + people, repeated.references + references)
    recorded = await _recorded(stores)
    if repeated.people or repeated.references:
        log.warning("erasure:backup:repeated", count=len(repeated.people + repeated.references))
        _, overwritten = await leave_no_trace(stores, erased_list, recorded)
        if not overwritten:
            log.warning("erasure:traces:left")
    else:
        erased_list.add(recorded)
    return repeated


async def _again(stores: Stores, school: str, erased: Sequence[Erased], now: datetime) -> Repeated:
    listed_people = sorted(one.id for one in erased if one.kind == "person")
    listed_cases = sorted(one.id for one in erased if one.kind == "case")

    def work(connection: Connection) -> Repeated:
        hold_register(connection, school)
        disposed = retention_of(entries_in(connection, school)).disposed
        people = still_there(connection, school, listed_people)
        references = []
        for reference in known_cases(connection, school, listed_cases):
            held = held_of_case(connection, school, reference)
            remove_held(connection, held)
            if held or reference not in disposed:
                references.append(reference)
        for person in people:
            erase_person(connection, person, now)
        if people or references:
            fact = ErasureRepeated(people=tuple(people), references=tuple(references))
            append_entries(connection, school, [fact], SYSTEM, str(uuid4()), now)
        return Repeated(tuple(people), tuple(references))

    return await stores.database.transact(work)


async def _recorded(stores: Stores) -> list[Erased]:
    found: list[Erased] = []
    for school in await stores.shelf.schools():
        async with stores.database.reading() as connection:
            entries = await connection.run_sync(entries_in, school.id)
        found += (Erased("person", school.id, one) for one in erasures_of(entries).erased)
        found += (Erased("case", school.id, one) for one in retention_of(entries).disposed)
    return found
