"""Verifying the record in constant memory: the chains, the ledger over them, the checkpoints.

Long records are walked quickly and by every core (`fast_walk`, `tree_walk`); a chain that the quick
walk can't vouch for is looked at again with care (`careful_walk`), which says what is wrong.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection

from domain.audit import Fault
from domain.checkpoint import PublicKey, SignedCheckpoint
from domain.register import REGISTER
from domain.views import VIEWS
from storage.careful_walk import look
from storage.database import Database
from storage.evidence import (
    Evidence,
    Held,
    Signed,
    against_held,
    evidence_of,
    known_keys,
    signed_checkpoints,
)
from storage.fast_walk import Walked, walk
from storage.placing import size_of
from storage.segments import Planned, ProgressFile, Proved, plan, schools_of, still_the_same
from storage.tree_walk import PART, Part, joined_roots, work_out
from storage.views import verify_views
from storage.workers import in_order, workers

Progress = Callable[[int, int], None]


class SchoolFault(NamedTuple):
    """A fault, and the school in whose record it is."""

    school: str
    fault: Fault


class ReadLog(NamedTuple):
    """How many looks a school's read log holds, and how many of them are not sealed yet."""

    school: str
    views: int
    unsealed: int


class Verification(NamedTuple):
    """What a verification covered, and the first fault of each case that has one.

    `covered` events are in the ledger; `earlier` ones were proved by a verification that this one
    went on with, and not read again. `notices` are sentences about how it went.
    """

    cases: int
    events: int
    faults: tuple[SchoolFault, ...]
    covered: int = 0
    earlier: int = 0
    evidence: tuple[Evidence, ...] = ()
    held: Held | None = None
    notices: tuple[str, ...] = ()
    read_logs: tuple[ReadLog, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing was found that does not hold."""
        return (
            not self.faults
            and all(one.problem is None for one in self.evidence)
            and (self.held is None or self.held.holds)
        )


@dataclass(kw_only=True)
class _Task:
    """A verification under way."""

    database: Database
    progress: Progress
    pool: Executor = field(init=False)
    total: int = 0
    done: int = 0
    cases: int = 0
    events: int = 0
    covered: int = 0
    earlier: int = 0
    faults: list[SchoolFault] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    read_logs: list[ReadLog] = field(default_factory=list)

    def told(self, done: int) -> None:
        """So much more was read."""
        self.done += done
        self.progress(self.done, max(self.done, self.total))

    async def look(self, school: str, references: Sequence[str]) -> tuple[int, int]:
        """Looks at chains with care; how many events they had, and how many the ledger covers."""
        events = covered = 0
        async with self.database.reading() as connection:
            for reference in references:
                there, entered, fault = await connection.run_sync(look, school, reference)
                events += there
                covered += entered
                if fault is not None:
                    # A reference that was tampered with may be of any type, on SQLite.
                    named = fault._replace(reference=str(fault.reference))
                    self.faults.append(SchoolFault(school, named))
        return events, covered


async def verify(
    database: Database,
    school: str | None = None,
    reference: str | None = None,
    progress: Progress = lambda done, total: None,
    *,
    remembered: ProgressFile | None = None,
    resume: bool = False,
    held: SignedCheckpoint | None = None,
) -> Verification:
    """Verifies everything of a school (None: of all schools), or one case of it.

    Besides the chains it holds against them: the columns that repeat them, the lists of cases and
    registers, which remember where each chain ended, the ledger, the tree over it against every
    checkpoint, and the read log against its seals. One case is held against the ledger, and not the
    ledger against the checkpoints.

    `progress` is told now and then how much is done, and of how much. What is proved is kept in
    `remembered`, and with `resume` not read again. `held` is a checkpoint of the one school that is
    verified, kept elsewhere.
    """
    task = _Task(database=database, progress=progress)
    if reference is not None and school is not None:
        task.events, task.covered = await task.look(school, [reference])
        task.cases = int(reference != REGISTER)
        task.told(task.events)
        return Verification(task.cases, task.events, tuple(task.faults), task.covered)
    proved = await _remembered(task, remembered) if resume and remembered else []
    async with database.reading() as connection:
        schools = [school] if school else await connection.run_sync(schools_of)
        planned = [one for each in schools for one in await connection.run_sync(plan, each, proved)]
        sizes = {each: await connection.run_sync(size_of, each) for each in schools}
    task.total = sum(one.events for one in planned) + sum(sizes.values())
    evidence = []
    shown = _foreign(held, schools)
    tasks = len(planned) + sum(size // PART for size in sizes.values())
    with database.plainly(), workers(tasks) as task.pool:
        await _chains(task, planned, proved, remembered)
        for each in schools:
            found, against = await _evidence(task, each, sizes[each], held)
            shown = shown or against
            if found.entries or found.checkpoints or found.problem:
                evidence.append(found)
            await _read_log(task, each)
    if remembered is not None:
        remembered.forget()
    return Verification(
        task.cases,
        task.events,
        tuple(task.faults),
        task.covered,
        task.earlier,
        tuple(evidence),
        shown,
        tuple(task.notices),
        tuple(task.read_logs),
    )


async def _read_log(task: _Task, school: str) -> None:
    """Holds who looked against the seals of the register."""
    async with task.database.reading() as connection:
        checked = await connection.run_sync(verify_views, school)
    if checked.fault is not None:
        task.faults.append(SchoolFault(school, Fault(VIEWS, *checked.fault)))
    if checked.views:
        task.read_logs.append(ReadLog(school, checked.views, checked.unsealed))


def _foreign(held: SignedCheckpoint | None, schools: Sequence[str]) -> Held | None:
    if held is None or held.checkpoint.school in schools:
        return None
    return Held(
        held,
        False,
        f"The checkpoint that you hold is of {held.checkpoint.school}, of which nothing is on the "
        "record that was verified.",
    )


async def _remembered(task: _Task, remembered: ProgressFile) -> list[Proved]:
    proved, sentence = remembered.load()
    if sentence is not None:
        task.notices.append(sentence)
    if not proved:
        return []
    # The bare driver's source has a loop of its own, so it needs a thread without one.
    same = await asyncio.to_thread(still_the_same, task.database.raw_access, proved)
    kept = [one for one, unchanged in zip(proved, same, strict=True) if unchanged]
    if len(kept) < len(proved):
        changed = sum(one.events for one in proved) - sum(one.events for one in kept)
        task.notices.append(
            f"The record went on, or was changed, since then: {changed} of the events that were "
            "proved are looked at again."
        )
    return kept


async def _chains(
    task: _Task,
    planned: Sequence[Planned],
    proved: Sequence[Proved],
    remembered: ProgressFile | None,
) -> None:
    before = {one.segment: one for one in proved}
    ready = [before[one.segment] for one in planned if one.segment in before]
    for one in ready:
        task.cases += one.cases
        task.events += one.events
        task.covered += one.entered
        task.earlier += one.events
        task.told(one.events)
    left = [one for one in planned if one.segment not in before]
    access = task.database.raw_access
    work = in_order(task.pool, walk, [(access, one.segment) for one in left])
    following = iter(left)
    async for walked in work:
        segment = next(following).segment
        await _take(task, segment.school, walked)
        if remembered is not None and not walked.doubtful:
            ready.append(
                Proved(
                    school=segment.school,
                    after=segment.after,
                    to=segment.to,
                    heads=walked.heads.hex(),
                    cases=walked.cases,
                    events=walked.events,
                    entered=walked.entered,
                )
            )
            if not remembered.save(ready):
                task.notices.append(
                    "How far this verification got could not be written down, so it can't be gone "
                    "on with if it is stopped."
                )
                remembered = None


async def _take(task: _Task, school: str, walked: Walked) -> None:
    task.cases += walked.cases
    task.events += walked.events
    task.covered += walked.entered
    if walked.doubtful:
        _, covered = await task.look(school, walked.doubtful)
        task.covered += covered
    task.told(walked.events)


async def _evidence(
    task: _Task, school: str, size: int, held: SignedCheckpoint | None
) -> tuple[Evidence, Held | None]:
    """What a school's checkpoints prove, and how it stands beside one that is held elsewhere."""

    def signed_and_keys(connection: Connection) -> tuple[Signed, list[PublicKey], int]:
        keys = known_keys(connection, school)
        return signed_checkpoints(connection, school, keys), keys, size_of(connection, school)

    async with task.database.reading() as connection:
        signed, keys, now = await connection.run_sync(signed_and_keys)
    # A checkpoint that was made while the chains were walked covers more than was planned for.
    size = max(size, now)
    parts, roots = await _tree(task, school, size, signed, held)
    against = None
    if held is not None and held.checkpoint.school == school:
        against = against_held(held, keys, signed, sum(part.entries for part in parts), roots)
    return evidence_of(school, signed, parts, roots), against


async def _tree(
    task: _Task, school: str, size: int, signed: Signed, held: SignedCheckpoint | None
) -> tuple[list[Part], dict[int, bytes]]:
    wanted = {one.checkpoint.size for one in signed.checkpoints}
    if held is not None:
        wanted.add(held.checkpoint.size)
    parts: list[Part] = []
    starts = range(0, max(size, 1), PART)
    sizes = [
        [first + PART, *sorted(one for one in wanted if first <= one < first + PART)]
        for first in starts
    ]
    access = task.database.raw_access
    tasks = [(access, school, first, some) for first, some in zip(starts, sizes, strict=True)]
    async for part in in_order(task.pool, work_out, tasks):
        parts.append(part)
        task.told(part.entries)
    return parts, joined_roots(parts)
