"""The termly report: tables from what was counted, with small numbers withheld and no names."""

from collections.abc import Iterable
from datetime import datetime

from pydantic import AwareDatetime

from domain.period import Period
from domain.policy import Frozen, Policy
from domain.report_flows import flows_of
from domain.report_sheet import Sheet
from domain.report_tables import KeyFigure, Mark, ReportTable, Row, spoken
from domain.statistics import Counts, Figure, median, percentile
from domain.suppression import SMALLEST_SHOWN, withheld
from domain.vocabulary import Stage

FEWEST_FOR_A_PERCENTILE = 10  # below that, the 90th percentile is the longest stay itself


class TermReport(Frozen):
    """A school's report on a period. The same counts give the same report."""

    school: str
    period: Period
    made_at: AwareDatetime
    empty: bool
    key_figures: tuple[KeyFigure, ...]
    tables: tuple[ReportTable, ...]
    notes: tuple[str, ...]

    @property
    def title(self) -> str:
        """What the document is called."""
        return f"{self.school}: report on concerns, {self.period.name}"


def term_report(
    school: str, period: Period, made_at: datetime, counts: Counts, policies: Iterable[Policy]
) -> TermReport:
    """The report of a school (by its title) on a period, from everything that was counted.

    `policies` are those that its cases ran under: what their ladders lack can't be counted.
    """
    possible = _possible(policies)
    flows = flows_of(counts, possible)
    sheet = Sheet(flows, withheld(flows))
    tables = (
        sheet.cases(),
        sheet.stages(),
        _times(counts),
        sheet.follow_ups(),
        sheet.duties(),
        sheet.restrictions_now(),
        sheet.restrictions_in_term(),
        sheet.outcomes(),
        sheet.repeats(counts),
    )
    return TermReport(
        school=school,
        period=period,
        made_at=made_at,
        empty=not counts,
        key_figures=sheet.key_figures(),
        tables=tuple(table for table in tables if table.rows),
        notes=_notes(counts),
    )


def _possible(policies: Iterable[Policy]) -> frozenset[tuple[str, str]]:
    """The stages and outcomes that the ladders of each track have."""
    found: set[tuple[str, str]] = set()
    for policy in policies:
        for ladder in policy.ladders:
            found |= {(stage, ladder.track) for stage in (Stage.RAISED, *ladder.by_stage)}
            found |= {(outcome, ladder.track) for outcome in ladder.outcomes}
    return frozenset(found)


def _times(counts: Counts) -> ReportTable:
    rows = []
    for stage in Stage:
        lengths = {int(key[2]): n for key, n in counts.items() if key[:2] == (Figure.STAY, stage)}
        times = sum(lengths.values())
        if not times:
            continue
        cells = (
            median(lengths) if times >= SMALLEST_SHOWN else Mark.WITHHELD,
            percentile(lengths, 0.9) if times >= FEWEST_FOR_A_PERCENTILE else Mark.WITHHELD,
        )
        rows.append(Row(label=spoken(stage), cells=cells))
    return ReportTable(
        id="times",
        title="Time at each step, in school days",
        # How often a case left a step is not told: with the number of cases opened it would give
        # the number that still stand there.
        says="Counted when a case left a step during the period. Half of them took no longer than "
        "the median, which is given where there were at least "
        f"{SMALLEST_SHOWN}, and nine in ten no longer than the 90th percentile, where there were "
        f"at least {FEWEST_FOR_A_PERCENTILE}: below that it would be the longest of them.",
        row_heading="Step",
        columns=("Median", "90th percentile"),
        rows=tuple(rows),
    )


def _notes(counts: Counts) -> tuple[str, ...]:
    notes = [
        f"{Mark.WITHHELD} means that a number is withheld so that nobody can be recognised: it is "
        f"from 1 to {SMALLEST_SHOWN - 1}, or such a number could be worked out from it.",
        f"{Mark.NOT_APPLICABLE} means that there is no such step or outcome on that track.",
    ]
    if any(key[0] == Figure.STAY_NOT_COUNTED for key in counts):
        notes.append(
            "Some times at a step began before the school's calendar does, and are left out of "
            "the median and the percentile. A calendar that keeps the terms of past years "
            "avoids this."
        )
    return tuple(notes)
