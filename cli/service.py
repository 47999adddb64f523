"""`evenhand up`, `worker`, `web`, `migrate`, `rehearse` and `health`: what runs, or plays."""

import asyncio
import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def mount(app: typer.Typer) -> None:
    """Adds these commands to the app."""
    for command in (up, rehearse, worker, web, migrate, health):
        app.command()(command)


def up(
    sample: Annotated[
        bool, typer.Option("--sample", help="With a sample school and cases at every stage.")
    ] = False,
) -> None:
    """Run the whole service on this machine, until Ctrl-C."""
    from cli.running import run_embedded

    asyncio.run(run_embedded(sample=sample))


def rehearse(
    policy: Annotated[Path, typer.Argument(help="The pack, such as policies/NAME.yaml.")],
    story: Annotated[Path | None, typer.Option(help="The pack's own story if not said.")] = None,
    start: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Start on another day.")
    ] = None,
    letters: Annotated[
        Path | None, typer.Option(help="Write the letters that go out to this folder.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Play a story through a code, and print what would happen and when."""
    from rehearsal.command import rehearse as play
    from settings import load_settings

    return play(
        load_settings(), policy, story, start.date() if start else None, letters, as_json=as_json
    )


def worker() -> None:
    """Run a worker in the foreground, until Ctrl-C (for a service of several machines)."""
    from gateway.logs import configure_logging, logs_as_json
    from settings import load_settings
    from worker import serve

    settings = load_settings()
    configure_logging(as_json=logs_as_json(settings), level=settings.log_level)
    asyncio.run(serve(settings))


def web() -> None:
    """Serve the pages in the foreground, until Ctrl-C (for a service of several machines)."""
    from gateway.logs import configure_logging, logs_as_json
    from settings import load_settings
    from web.serving import serve

    settings = load_settings()
    configure_logging(as_json=logs_as_json(settings), level=settings.log_level)
    asyncio.run(serve(settings))


def migrate(as_json: AsJson = False) -> None:
    """Bring the database to the tables of this version."""
    from settings import load_settings
    from storage.migrations import migrate as migrate_database

    settings = load_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    revision = asyncio.run(migrate_database(settings.database_url))
    said = f"The database has the tables of this version ({revision})."
    typer.echo(json.dumps({"revision": revision}) if as_json else said)


def health(
    school: Annotated[str | None, typer.Option(help="The school, if there are several.")] = None,
    as_json: AsJson = False,
) -> int:
    """Say how each part of the service is, and what to do where one is not well."""
    from cli.condition import examine

    return examine(school, as_json=as_json)
