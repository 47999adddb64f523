"""The long work that governors ask the pages for: verifying the record, bundles, reports."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime, time
from functools import partial
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from domain.access import Sight
from domain.checkpoint import ORIGIN, SignedCheckpoint, read
from domain.register import REGISTER
from domain.term_report import TermReport
from domain.views import Viewed
from gateway.bundle import Exported
from gateway.bundle import export as export_bundle
from gateway.checkpoints import Evidence
from gateway.finding import sighted
from gateway.long_tasks import LongTask
from gateway.reading import Reading, not_shown
from gateway.report import report_on_term
from gateway.stores import Stores
from settings import Settings
from storage.case_lists import CaseFilter
from storage.checkpoint_errors import CheckpointRefused
from storage.database import shown
from storage.segments import ProgressFile
from storage.verification import Verification
from storage.verification import verify as verify_record

if TYPE_CHECKING:
    from documents.report.charts import Chart  # it loads what draws

_SCHOOL_TIME = ZoneInfo("Europe/London")


class Bundle(NamedTuple):
    """A bundle that was made, and why no newer checkpoint could be made before it (None: one was,
    or the newest covers everything)."""

    exported: Exported
    no_checkpoint: str | None


class MadeReport(NamedTuple):
    """A termly report with its plots, by the id of the table that stands behind each."""

    report: TermReport
    charts: "dict[str, Chart]"


def progress_file(settings: Settings, school: str) -> ProgressFile:
    """Where it is remembered how far a verification asked for at the pages came."""
    path = settings.data_dir / f"verification-{quote(school, safe='')}.json"
    return ProgressFile(path, shown(settings.database_url))


def can_go_on(settings: Settings, school: str) -> bool:
    """Whether something is remembered that a verification could go on with."""
    proved, _ = progress_file(settings, school).load()
    return bool(proved)


def verification(
    stores: Stores,
    settings: Settings,
    school: str,
    held: SignedCheckpoint | None,
    *,
    resume: bool,
) -> Callable[[LongTask], Awaitable[Verification]]:
    """The work of verifying a school's whole record, against a checkpoint held elsewhere, too."""

    async def work(task: LongTask) -> Verification:
        return await verify_record(
            stores.database,
            school,
            progress=task.told,
            remembered=progress_file(settings, school),
            resume=resume,
            held=held,
        )

    return work


async def require_may_export(
    stores: Stores, school: str, reading: Reading, case: str | None
) -> None:
    """Refuses whoever may not see the case, or (None) each of the school's cases.

    A bundle names nobody, but it tells what happened and when. Raises CaseNotFound, ActionRefused.
    """
    if case is not None:
        if (await reading.peek(case)).sight is Sight.OWN:
            raise not_shown(reading.viewer, "A bundle of your own case is for others to make.")
        return
    theirs = await sighted(stores, school, reading.viewer)
    _, visible = await stores.lists.cases(theirs, CaseFilter(), limit=1)
    everything = await stores.record.cases(school)
    part_in, _ = await stores.lists.cases(
        theirs, CaseFilter(people=(reading.viewer.person,)), limit=len(everything)
    )
    sights = await reading.sights([one.reference for one in part_in])
    if visible < len(everything) or Sight.OWN in sights.values():
        raise not_shown(
            reading.viewer,
            "There are cases on the record that are not yours to see, as you have a part in one of "
            "them or your role has none. So a bundle of everything is for somebody else who "
            "oversees the record to make.",
        )


def bundle(
    stores: Stores,
    settings: Settings,
    school: str,
    reading: Reading,
    *,
    case: str | None = None,
    since: date | None = None,
) -> Callable[[LongTask], Awaitable[Bundle]]:
    """The work of exporting one case, or everything since the beginning of a day.

    It notes the look first, then makes a checkpoint, so that the newest events are in. It fails
    with LookUnrecorded, and with what `export` and `Evidence.make` raise.
    """
    what = case or f"since-{since}"
    moment = datetime.combine(since, time(0), _SCHOOL_TIME) if since else None

    async def work(task: LongTask) -> Bundle:
        await reading.look(case or REGISTER, Viewed.EXPORT, names=False)
        not_made = await _make_checkpoint(stores, settings, school)
        exported = await export_bundle(
            stores.database,
            school,
            task.folder / f"{school}-{what}.zip",
            case=case,
            since=moment,
            progress=task.told,
        )
        return Bundle(exported, not_made)

    return work


def term_report(
    stores: Stores, school: str, now: datetime, term: str
) -> Callable[[LongTask], Awaitable[MadeReport]]:
    """The work of counting a term's report, and of drawing its plots."""

    async def work(task: LongTask) -> MadeReport:
        report = await report_on_term(stores, school, now, term=term, progress=task.told)
        # Loading what draws takes a second, and other pages need not wait for it.
        return MadeReport(report, await asyncio.to_thread(partial(_drawn, report)))

    return work


def pasted(words: str) -> SignedCheckpoint:
    """The checkpoint in what somebody pasted: the note itself, or the message that it came in.

    Raises NotACheckpoint.
    """
    unquoted = [line.removeprefix(">").strip() for line in words.splitlines()]
    begins = next((n for n, line in enumerate(unquoted) if line.startswith(ORIGIN)), None)
    if begins is None:
        return read(words)
    lines = unquoted[begins:]
    ends = [number for number, line in enumerate(lines) if line.startswith(f"— {ORIGIN}")]
    return read("\n".join(lines[: ends[-1] + 1] if ends else lines))


def report_file(school: str, report: TermReport, ending: str) -> str:
    """What a report's file is called."""
    period = report.period
    return f"{school}-report-{period.first}-to-{period.last}.{ending}"


def _drawn(report: TermReport) -> "dict[str, Chart]":
    from documents.report.charts import charts_of

    return charts_of(report)


async def _make_checkpoint(stores: Stores, settings: Settings, school: str) -> str | None:
    """Makes a checkpoint; or why there is none, where the ones before still serve."""
    if not settings.audit_keys and not settings.audit_keys_file.exists():
        # Reading them would make a new key, which only whoever signs each night should do.
        return "The keys that sign checkpoints are not on the machine that serves the pages."
    try:
        await Evidence(stores, settings, school).make()
    except CheckpointRefused as error:
        return str(error)
    return None
