"""`evenhand audit`: verify the record, and export what others can verify."""

import json
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cli import checkpoints
from cli.audit_words import facts_of, many, sentences_of
from cli.desk import Desk, at_the_desk
from cli.files import require_files
from cli.options import AsJson
from cli.outcome import WIDTH, BadUsage, Exit
from domain.checkpoint import NotACheckpoint, SignedCheckpoint, read
from domain.register import REGISTER
from domain.views import Viewed
from gateway.bundle import Exported
from gateway.bundle import export as export_bundle
from gateway.checkpoints import Evidence
from settings import load_settings
from storage.database import shown
from storage.segments import ProgressFile
from storage.verification import Verification
from storage.verification import verify as verify_record

app = typer.Typer()
checkpoints.mount(app)
PROGRESS = "verification.json"


@app.callback()
def audit() -> None:
    """Verify the record."""


@app.command()
def verify(
    school: Annotated[str | None, typer.Option(help="Only this school.")] = None,
    case: Annotated[str | None, typer.Option(help="Only this case.")] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(help="A checkpoint that you hold: is all of it still there?")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a verification that was interrupted.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Verify every event, the ledger over them and every checkpoint, and say what was found."""
    if case is not None and (checkpoint is not None or resume):
        raise BadUsage("--checkpoint and --resume are for the whole record: leave out --case.")
    held = _held(checkpoint) if checkpoint is not None else None
    settings = load_settings()
    remembered = ProgressFile(settings.data_dir / PROGRESS, shown(settings.database_url))

    async def work(desk: Desk) -> Verification:
        where = await desk.school(school) if school or case else None
        if case is not None and where is not None:
            await desk.stores.record.case_state(where, case)
        with _bar("Verifying", quiet=as_json) as told:
            return await verify_record(
                desk.stores.database,
                where,
                case,
                told,
                remembered=remembered if case is None else None,
                resume=resume,
                held=held,
            )

    try:
        found = at_the_desk(work)
    except KeyboardInterrupt:
        typer.echo(_interrupted(remembered), err=True)
        return Exit.INTERRUPTED
    if as_json:
        typer.echo(json.dumps(facts_of(found)))
    else:
        for sentence in sentences_of(found, one_case=case is not None):
            typer.echo(textwrap.fill(sentence, WIDTH, subsequent_indent="  "))
    return Exit.DONE if found.holds else Exit.REFUSED


@app.command()
def export(
    out: Annotated[Path, typer.Option(help="The file to write, such as EP-2026-0001.zip.")],
    case: Annotated[str | None, typer.Option(help="This case.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Everything that happened from this day on."),
    ] = None,
    school: Annotated[str | None, typer.Option(help="The school, if there are several.")] = None,
    checkpoint: Annotated[
        bool, typer.Option(help="Make a checkpoint first, so that the newest events are in it.")
    ] = True,
    as_json: AsJson = False,
) -> int:
    """Write a bundle that an outsider can verify with nothing but Python."""
    if (case is None) == (since is None):
        raise BadUsage("Say what to export: either --case REFERENCE or --since YYYY-MM-DD.")
    moment = since.replace(tzinfo=ZoneInfo("Europe/London")) if since is not None else None

    async def work(desk: Desk) -> Exported:
        where = await desk.school(school)
        if case is not None:
            await desk.stores.record.case_state(where, case)
        reading = await desk.reading(where, None, None)
        await reading.look(case or REGISTER, Viewed.EXPORT, names=False)
        if checkpoint:
            await Evidence(desk.stores, desk.settings, where).make()
        with _bar("Exporting", quiet=as_json) as told:
            return await export_bundle(
                desk.stores.database, where, out, case=case, since=moment, progress=told
            )

    made = at_the_desk(work)
    if as_json:
        typer.echo(json.dumps({**made._asdict(), "path": str(made.path)}))
        return Exit.DONE
    typer.echo(
        f"{made.path}: {many(made.events, 'event')} of {many(made.cases, 'case')}, with their "
        f"proofs up to checkpoint {made.checkpoint}. Its README.txt says how to check it: "
        f"python3 verify.py {made.path.name}"
    )
    if made.uncovered:
        typer.echo(
            f"Not in the bundle, since no checkpoint covers it yet: "
            f"{many(made.uncovered, 'newer event')}. Export again without --no-checkpoint."
        )
    return Exit.DONE


def _held(path: Path) -> SignedCheckpoint:
    require_files([path])
    try:
        return read(path.read_text(encoding="utf-8"))
    except (NotACheckpoint, UnicodeDecodeError) as error:
        raise BadUsage(f"{path} can't be used as a checkpoint. {error}") from error


def _interrupted(remembered: ProgressFile) -> str:
    proved, _ = remembered.load()
    events = sum(one.events for one in proved)
    return (
        f"Interrupted. {events} events were proved so far, and nothing was said of the rest. Go on "
        "with `evenhand audit verify --resume`."
    )


@contextmanager
def _bar(word: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    with Progress(
        TextColumn(word),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("events"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=quiet or not sys.stderr.isatty(),
    ) as bar:
        task = bar.add_task(word, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
