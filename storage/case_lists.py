"""Lists of cases, and of what is due on them, for one viewer: quick with ten thousand cases.

What a viewer may see of each is settled in SQL by their role and their part in it, as `sight_of`
settles it for one case; the states of the cases are not read.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true

from domain.case import TASKS
from domain.involvement import CONCERNED, KEPT_FROM_DECIDING, PARTIES, Involvement
from domain.vocabulary import DeadlineKind, Role, Severity, Stage, Track
from storage.database import Database
from storage.tables import CaseRow, DueItemRow, InvolvementRow, PolicyRow


class Sighted(NamedTuple):
    """Which cases of a school somebody may see.

    `ladders` are the tracks of each policy (by digest) on which their role handles or oversees
    cases; None: all. Their own cases they see whatever their role.
    """

    school: str
    person: str
    ladders: frozenset[tuple[str, Track]] | None


class CaseFilter(NamedTuple):
    """Which cases a list is to show. What is None or empty leaves nothing out.

    `owner` is a person's id, or "" for cases that nobody owns. `overdue_at` keeps those with a
    task that fell due by then. `people` are those of whom at least one has a part in the case;
    `reference` is a piece of the reference. `opened_from` and `opened_before` are moments.
    """

    track: Track | None = None
    stage: Stage | None = None
    severity: Severity | None = None
    owner: str | None = None
    is_open: bool | None = None
    overdue_at: datetime | None = None
    opened_from: datetime | None = None
    opened_before: datetime | None = None
    reference: str | None = None
    people: tuple[str, ...] = ()


class CaseEntry(NamedTuple):
    """One line of a list of cases. `due_on` is the day on which its next task falls due."""

    reference: str
    policy_digest: str
    track: Track
    stage: Stage
    severity: Severity
    opened_at: datetime
    closed_at: datetime | None
    due_on: date | None
    due_at: datetime | None
    owner: str | None


class DueEntry(NamedTuple):
    """Something that is due, with the case that it is due on."""

    reference: str
    policy_digest: str
    track: Track
    stage: Stage
    severity: Severity
    deadline: str
    kind: DeadlineKind
    about: str
    due_on: date
    due_at: datetime
    owner: str | None
    owner_role: Role | None


class DueFilter(NamedTuple):
    """Which open deadlines a list is to show: of these kinds, due after and by these moments.

    `mine` keeps what is for this person or role, and what is due on the cases that they own.
    """

    kinds: Collection[DeadlineKind]
    after: datetime | None = None
    until: datetime | None = None
    mine: tuple[str, Role] | None = None


class CaseLists:
    """The lists of every school's cases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def policies(self) -> list[str]:
        """The digest of every policy that was ever published here."""
        async with self._database.reading() as connection:
            return list(await connection.scalars(select(PolicyRow.digest)))

    async def cases(
        self, sighted: Sighted, wanted: CaseFilter, *, limit: int, offset: int = 0
    ) -> tuple[list[CaseEntry], int]:
        """A page of the cases that are wanted, the newest first, and how many there are in all."""
        which = [CaseRow.school == sighted.school, _visible(sighted), *_wanted(sighted, wanted)]
        return await self._newest_first(which, limit, offset)

    async def due(
        self, sighted: Sighted, wanted: DueFilter, *, limit: int
    ) -> tuple[list[DueEntry], int]:
        """What is due and wanted, the earliest first, and how much there is in all.

        Cases in which the viewer has a part are left out: what is due on them is for others.
        """
        items = [
            DueItemRow.school == sighted.school,
            DueItemRow.kind.in_([kind.value for kind in wanted.kinds]),
        ]
        if wanted.after is not None:
            items.append(DueItemRow.due_at > wanted.after)
        if wanted.until is not None:
            items.append(DueItemRow.due_at <= wanted.until)
        if wanted.mine is not None:
            items.append(_for(sighted.school, *wanted.mine))
        page = (
            select(
                DueItemRow.reference,
                CaseRow.policy_digest,
                CaseRow.track,
                CaseRow.stage,
                CaseRow.severity,
                DueItemRow.deadline,
                DueItemRow.kind,
                DueItemRow.about,
                DueItemRow.due_on,
                DueItemRow.due_at,
                DueItemRow.owner,
                DueItemRow.owner_role,
            )
            .where(
                *items,
                CaseRow.school == DueItemRow.school,
                CaseRow.reference == DueItemRow.reference,
                _handled(sighted),
            )
            .order_by(DueItemRow.due_at, DueItemRow.reference, DueItemRow.deadline)
            .limit(limit)
        )
        # The few cases that are left out are found once, and no case is looked up for each item.
        count = select(func.count()).select_from(DueItemRow).where(*items, _kept_in(sighted))
        async with self._database.reading() as connection:
            total = await connection.scalar(count)
            rows = (await connection.execute(page)).all()
        return [_due(row) for row in rows], total or 0

    async def new(self, sighted: Sighted, *, limit: int) -> tuple[list[CaseEntry], int]:
        """The cases about which nothing was decided yet and in which the viewer has no part, the
        newest first, and how many there are."""
        which = [
            CaseRow.school == sighted.school,
            CaseRow.stage == Stage.RAISED.value,
            _handled(sighted),
        ]
        return await self._newest_first(which, limit)

    async def _newest_first(
        self, which: Sequence[ColumnElement[bool]], limit: int, offset: int = 0
    ) -> tuple[list[CaseEntry], int]:
        page = (
            select(
                CaseRow.reference,
                CaseRow.policy_digest,
                CaseRow.track,
                CaseRow.stage,
                CaseRow.severity,
                CaseRow.opened_at,
                CaseRow.closed_at,
                _next_task(DueItemRow.due_on),
                _next_task(DueItemRow.due_at),
                _owner(),
            )
            .where(*which)
            .order_by(CaseRow.opened_at.desc(), CaseRow.reference.desc())
            .limit(limit)
            .offset(offset)
        )
        async with self._database.reading() as connection:
            total = await connection.scalar(select(func.count()).select_from(CaseRow).where(*which))
            rows = (await connection.execute(page)).all()
        return [_case(row) for row in rows], total or 0


def _has_part(person: str | Iterable[str], parts: Iterable[Involvement]) -> ColumnElement[bool]:
    people = [person] if isinstance(person, str) else list(person)
    return exists().where(
        InvolvementRow.school == CaseRow.school,
        InvolvementRow.reference == CaseRow.reference,
        InvolvementRow.person.in_(people),
        InvolvementRow.part.in_([part.value for part in parts]),
    )


def _by_role(sighted: Sighted) -> ColumnElement[bool]:
    if sighted.ladders is None:
        return true()
    by_track: dict[Track, list[str]] = {}
    for digest, track in sorted(sighted.ladders):
        by_track.setdefault(track, []).append(digest)
    climbs = [
        and_(CaseRow.track == track.value, CaseRow.policy_digest.in_(digests))
        for track, digests in by_track.items()
    ]
    return or_(*climbs) if climbs else false()


def _kept_in(sighted: Sighted) -> ColumnElement[bool]:
    """`_handled`, of items: their cases are neither another role's nor the viewer's own."""
    others = select(CaseRow.reference).where(CaseRow.school == sighted.school, ~_by_role(sighted))
    own = _cases_of(sighted.school, sighted.person, KEPT_FROM_DECIDING)
    kept = DueItemRow.reference.not_in(own)
    return kept if sighted.ladders is None else and_(kept, DueItemRow.reference.not_in(others))


def _cases_of(school: str, person: str, parts: Iterable[Involvement]) -> Select[Any]:
    return select(InvolvementRow.reference).where(
        InvolvementRow.school == school,
        InvolvementRow.person == person,
        InvolvementRow.part.in_([part.value for part in parts]),
    )


def _handled(sighted: Sighted) -> ColumnElement[bool]:
    own = _cases_of(sighted.school, sighted.person, KEPT_FROM_DECIDING)
    return and_(_by_role(sighted), CaseRow.reference.not_in(own))


def _visible(sighted: Sighted) -> ColumnElement[bool]:
    return or_(_has_part(sighted.person, PARTIES), _handled(sighted))


def _wanted(sighted: Sighted, wanted: CaseFilter) -> list[ColumnElement[bool]]:
    given: list[ColumnElement[bool]] = []
    if wanted.track is not None:
        given.append(CaseRow.track == wanted.track.value)
    if wanted.stage is not None:
        given.append(CaseRow.stage == wanted.stage.value)
    if wanted.severity is not None:
        given.append(CaseRow.severity == wanted.severity.value)
    if wanted.is_open is not None:
        closed = CaseRow.stage == Stage.CLOSED.value
        given.append(~closed if wanted.is_open else closed)
    if wanted.owner:
        given.append(_has_part(wanted.owner, [Involvement.OWNER]))
    elif wanted.owner == "":
        given.append(_owner().is_(None))
    if wanted.overdue_at is not None:
        given.append(exists().where(*_TASK, DueItemRow.due_at <= wanted.overdue_at))
    if wanted.opened_from is not None:
        given.append(CaseRow.opened_at >= wanted.opened_from)
    if wanted.opened_before is not None:
        given.append(CaseRow.opened_at < wanted.opened_before)
    if wanted.reference:
        given.append(CaseRow.reference.icontains(wanted.reference, autoescape=True))
    if wanted.people:
        given.append(_has_part(wanted.people, CONCERNED))
    return given


_TASK = (
    DueItemRow.school == CaseRow.school,
    DueItemRow.reference == CaseRow.reference,
    DueItemRow.kind.in_([kind.value for kind in TASKS]),
)


def _next_task(column: Any) -> Any:
    first: Select[Any] = select(column).where(*_TASK).order_by(DueItemRow.due_at).limit(1)
    return first.scalar_subquery()


def _owner() -> Any:
    owner = select(InvolvementRow.person).where(
        InvolvementRow.school == CaseRow.school,
        InvolvementRow.reference == CaseRow.reference,
        InvolvementRow.part == Involvement.OWNER.value,
    )
    return owner.limit(1).scalar_subquery()


def _for(school: str, person: str, role: Role) -> ColumnElement[bool]:
    theirs = and_(DueItemRow.owner.is_(None), DueItemRow.owner_role == role.value)
    owned = DueItemRow.reference.in_(_cases_of(school, person, [Involvement.OWNER]))
    return or_(DueItemRow.owner == person, theirs, owned)


def _case(row: Any) -> CaseEntry:
    reference, digest, track, stage, severity, *rest = row
    return CaseEntry(reference, digest, Track(track), Stage(stage), Severity(severity), *rest)


def _due(row: Any) -> DueEntry:
    reference, digest, track, stage, severity, deadline, kind, about, on, at, owner, role = row
    return DueEntry(
        reference,
        digest,
        Track(track),
        Stage(stage),
        Severity(severity),
        deadline,
        DeadlineKind(kind),
        about,
        on,
        at,
        owner,
        Role(role) if role else None,
    )
