"""Lays the numbers of a termly report out in tables, and says of each whether it is shown."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from domain.report_flows import ALL, Id
from domain.report_tables import DUTIES, TRACKS, KeyFigure, Mark, ReportTable, Row, spoken
from domain.statistics import Counts, Figure, Happened, Kept, Standing
from domain.suppression import SMALLEST_SHOWN, Flow
from domain.vocabulary import Outcome, Stage, Track


class Sheet:
    """Reads cells, and says of each whether it is shown."""

    def __init__(self, flows: Mapping[Id, Flow], hidden: frozenset[Id]) -> None:
        self._flows = flows
        self._hidden = hidden
        self._tracks = self._there(Track, "track")
        self._steps = self._there(Stage, "step")

    def cell(self, *id_: str) -> int | Mark:
        """The number, or what stands in its place."""
        if id_ not in self._flows:
            return Mark.NOT_APPLICABLE
        return Mark.WITHHELD if id_ in self._hidden else self._flows[id_].value

    def cases(self) -> ReportTable:
        """How many cases there were, by track."""
        figures = (
            Figure.OPEN_AT_START,
            Figure.OPENED,
            Figure.REOPENED,
            Figure.CLOSED,
            Figure.STANDS,
        )
        return ReportTable(
            id="cases",
            title="Cases",
            says="A case that was closed twice, because it was reopened, counts as closed twice.",
            row_heading="Track",
            columns=("Open at the start", "Opened", "Reopened", "Closed", "Open at the end"),
            rows=self._by_track(figures),
        )

    def stages(self) -> ReportTable:
        """Where the open cases stand, by track."""
        return self._grid(
            "stages",
            "Where cases stand at the end",
            "Open cases, by the step of the ladder that they stand at.",
            Figure.STANDS,
            "Step",
            Stage,
        )

    def outcomes(self) -> ReportTable:
        """How cases ended, by track."""
        return self._grid(
            "outcomes",
            "How cases ended",
            "Every closing of a case, by its outcome.",
            Figure.CLOSED,
            "Outcome",
            Outcome,
        )

    def follow_ups(self) -> ReportTable:
        """Whether somebody looked again when they should have, by track."""
        kept = (Kept.ON_TIME, Kept.LATE, Kept.MOVED_ON, Kept.MISSED)
        return ReportTable(
            id="follow-ups",
            title="Follow-ups",
            says="Each step sets a day on which somebody looks at the case again. A follow-up "
            "also ends when the case moves to another step first.",
            row_heading="Track",
            columns=("Done on time", "Done late", "Case moved on", "Overdue at the end", ALL),
            rows=self._kept(Figure.FOLLOW_UP, kept, TRACKS),
        )

    def duties(self) -> ReportTable:
        """What the school owed, and whether it kept its promises."""
        return ReportTable(
            id="duties",
            title="What the school owed",
            says="Duties that were met, or fell due and were not. Missed: not met by the end of "
            "the period, or no longer possible. One that is met afterwards is late in the next "
            "report.",
            row_heading="Duty",
            columns=("Met on time", "Met late", "Missed", ALL),
            rows=self._kept(Figure.DUTY, (Kept.ON_TIME, Kept.LATE, Kept.MISSED), DUTIES),
        )

    def restrictions_now(self) -> ReportTable:
        """The open restrictions, and whether their review is past."""
        standings = (Standing.PROPOSED, Standing.IN_EFFECT, Standing.PAST_REVIEW)
        rows = [
            Row(
                label=spoken(step),
                cells=(
                    *(self.cell(Figure.RESTRICTION_STANDS, step, one) for one in standings),
                    self.cell(Figure.RESTRICTION_STANDS, step, ALL),
                ),
            )
            for step in self._steps
        ]
        totals = tuple(self.cell(Figure.RESTRICTION_STANDS, ALL, one) for one in (*standings, ALL))
        return ReportTable(
            id="restrictions-open",
            title="Restrictions open at the end",
            says="A restriction ends at its review unless it is renewed with reasons, so that none "
            "should stand past its review.",
            row_heading="Restriction",
            columns=("Proposed", "In effect", "In effect, past its review", ALL),
            rows=(*rows, Row(label=ALL, cells=totals, total=True)) if rows else (),
        )

    def restrictions_in_term(self) -> ReportTable:
        """What happened to restrictions."""
        figures: dict[str, tuple[str, ...]] = {
            "Open at the start": (Figure.RESTRICTIONS_AT_START,),
            "Proposed": (Figure.RESTRICTION, Happened.PROPOSED),
            "Confirmed": (Figure.RESTRICTION, Happened.CONFIRMED),
            "Continued at a review": (Figure.RESTRICTION, Happened.CONTINUED),
            "Varied": (Figure.RESTRICTION, Happened.VARIED),
            "Lifted": (Figure.RESTRICTION, Happened.LIFTED),
            "Lapsed, because nobody renewed it": (Figure.RESTRICTION, Happened.NOT_RENEWED),
            "Lapsed, because nobody confirmed it": (Figure.RESTRICTION, Happened.NOT_CONFIRMED),
            "Open at the end": (Figure.RESTRICTION_STANDS, ALL),
        }
        columns = (*self._steps, ALL)
        rows = [
            Row(label=label, cells=tuple(self.cell(id_[0], step, *id_[1:]) for step in columns))
            for label, id_ in figures.items()
        ]
        return ReportTable(
            id="restrictions-changed",
            title="What happened to restrictions",
            says="A restriction that nobody confirms or renews in time lapses by itself.",
            row_heading="What happened",
            columns=(*(spoken(step) for step in self._steps), ALL),
            rows=tuple(rows) if self._steps else (),
        )

    def repeats(self, counts: Counts) -> ReportTable:
        """Whether the concerns were the first about somebody."""
        again = counts[Figure.FURTHER_INCIDENT,]
        shown: int | Mark = Mark.WITHHELD if 0 < again < SMALLEST_SHOWN else again
        rows = (
            Row(label="First concern", cells=(self.cell(Figure.FIRST_CONCERN),)),
            Row(label="Repeat concern", cells=(self.cell(Figure.REPEAT_CONCERN),)),
            Row(label="All opened", cells=(self.cell(Figure.OPENED, ALL),), total=True),
            Row(label="Open cases in which something happened again", cells=(shown,)),
        )
        return ReportTable(
            id="repeats",
            title="Repeat concerns",
            says="A repeat concern is about somebody about whom there was one before on the same "
            "track; if it is about the school or a service, it was raised by the same person.",
            row_heading="Concern",
            columns=("Cases",),
            rows=rows if self._tracks else (),
        )

    def key_figures(self) -> tuple[KeyFigure, ...]:
        """The few numbers to look at first."""
        lines: dict[str, tuple[str, ...]] = {
            "Cases opened": (Figure.OPENED, ALL),
            "Cases closed": (Figure.CLOSED, ALL),
            "Cases open at the end": (Figure.STANDS, ALL),
            "Follow-ups overdue at the end": (Figure.FOLLOW_UP, ALL, Kept.MISSED),
            "Duties met on time": (Figure.DUTY, ALL, Kept.ON_TIME),
            "Duties met late": (Figure.DUTY, ALL, Kept.LATE),
            "Duties missed": (Figure.DUTY, ALL, Kept.MISSED),
            "Restrictions open at the end": (Figure.RESTRICTION_STANDS, ALL, ALL),
            "Restrictions past their review": (
                Figure.RESTRICTION_STANDS,
                ALL,
                Standing.PAST_REVIEW,
            ),
        }
        return tuple(
            KeyFigure(label=label, value=self.cell(*id_) if id_ in self._flows else 0)
            for label, id_ in lines.items()
        )

    def _there(self, words: type[StrEnum], kind: str) -> tuple[str, ...]:
        return tuple(word for word in words if ("there", kind, word) in self._flows)

    def _by_track(self, figures: tuple[Figure, ...]) -> tuple[Row, ...]:
        rows = [
            Row(label=TRACKS[Track(track)], cells=tuple(self.cell(f, track) for f in figures))
            for track in self._tracks
        ]
        total = Row(label=ALL, cells=tuple(self.cell(f, ALL) for f in figures), total=True)
        return (*rows, total) if rows else ()

    def _grid(
        self, id_: str, title: str, says: str, figure: Figure, heading: str, words: type[StrEnum]
    ) -> ReportTable:
        there = [word for word in words if (figure, ALL, word) in self._flows]
        rows = [
            Row(
                label=spoken(word),
                cells=(
                    *(self.cell(figure, track, word) for track in self._tracks),
                    self.cell(figure, ALL, word),
                ),
            )
            for word in there
        ]
        total = tuple(self.cell(figure, track) for track in (*self._tracks, ALL))
        return ReportTable(
            id=id_,
            title=title,
            says=says,
            row_heading=heading,
            columns=(*(TRACKS[Track(track)] for track in self._tracks), ALL),
            rows=(*rows, Row(label=ALL, cells=total, total=True)) if rows else (),
        )

    def _kept(
        self, figure: Figure, kept: tuple[Kept, ...], labels: Mapping[Any, str]
    ) -> tuple[Row, ...]:
        columns = (*kept, ALL)
        rows = [
            Row(label=label, cells=tuple(self.cell(figure, word, one) for one in columns))
            for word, label in labels.items()
            if (figure, word, ALL) in self._flows
        ]
        total = tuple(self.cell(figure, ALL, one) for one in columns)
        return (*rows, Row(label=ALL, cells=total, total=True)) if rows else ()
