"""Dividing the record into parts that can be verified one by one, and remembering which were."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError
from sqlalchemy import Connection, text

from domain.policy import Frozen
from storage.fast_walk import heads_of
from storage.raw_reading import RawAccess, Segment, open_source

EVENTS_OF_A_SEGMENT = 20_000
_ENDS = text("""
    SELECT reference, sequence FROM cases WHERE school = :school
    UNION ALL SELECT 'REGISTER', sequence FROM registers WHERE school = :school
    ORDER BY reference
""")
_TABLES = ("events", "cases", "registers", "ledger", "checkpoints")


class Planned(NamedTuple):
    """A segment, and how many events it should have."""

    segment: Segment
    events: int


def schools_of(connection: Connection) -> list[str]:
    """Every school that has anything on record, in order."""
    found: set[str] = set()
    for table in _TABLES:
        last = ""
        step = text(f"SELECT min(school) FROM {table} WHERE school > :last")
        while (school := connection.scalar(step, {"last": last})) is not None:
            found.add(school)
            last = school
    return sorted(found)


class Proved(Frozen):
    """A segment that held, as it stood then: `heads` (hex) says where its chains ended."""

    school: str
    after: str | None
    to: str | None
    heads: str
    cases: int
    events: int
    entered: int

    @property
    def segment(self) -> Segment:
        """Which chains it was."""
        return Segment(self.school, self.after, self.to)


def plan(connection: Connection, school: str, before: Sequence[Proved] = ()) -> list[Planned]:
    """All chains of a school, known or not, in segments of about as many events each.

    What was proved `before` keeps its segments, unless they grew a good deal.
    """
    kept = {bound for one in before for bound in (one.after, one.to) if one.school == school}
    limit = EVENTS_OF_A_SEGMENT * (2 if kept else 1)
    planned: list[Planned] = []
    after: str | None = None
    events = 0
    rows = connection.execution_options(yield_per=1000).execute(_ENDS, {"school": school})
    for reference, sequence in rows:
        events += sequence
        if reference in kept or events >= limit:
            planned.append(Planned(Segment(school, after, reference), events))
            after, events = reference, 0
    planned.append(Planned(Segment(school, after, None), events))
    return planned


class _State(Frozen):
    database: str
    proved: tuple[Proved, ...]


class ProgressFile:
    """Remembers on disk which segments were proved, so that a verification can go on later."""

    def __init__(self, path: Path, database: str) -> None:
        self._path = path
        self._database = database

    def load(self) -> tuple[list[Proved], str | None]:
        """What was proved before, and a sentence where it can't be used."""
        try:
            state = _State.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return [], "There is no verification to go on with; this one starts at the beginning."
        except (OSError, ValidationError, ValueError):
            return [], f"{self._path} can't be read; this verification starts at the beginning."
        if state.database != self._database:
            return [], (
                f"{self._path} is of another database ({state.database}); this verification starts "
                "at the beginning."
            )
        return list(state.proved), None

    def save(self, proved: Sequence[Proved]) -> bool:
        """Keeps what was proved, all or nothing; whether it could."""
        state = _State(database=self._database, proved=tuple(proved))
        draft = self._path.with_name(f".{self._path.name}.draft")
        try:
            draft.write_text(state.model_dump_json(), encoding="utf-8")
            draft.replace(self._path)
        except OSError:
            return False
        return True

    def forget(self) -> None:
        """The verification is complete."""
        self._path.unlink(missing_ok=True)


def still_the_same(access: RawAccess, proved: Sequence[Proved]) -> list[bool]:
    """For each segment, whether its chains still end where they did when it was proved."""
    source = open_source(access)
    try:
        return [heads_of(source.ends(one.segment)).hex() == one.heads for one in proved]
    finally:
        source.close()
