"""Runs the embedded service, with a sample school if that is asked for."""

import asyncio
import contextlib
from pathlib import Path

from cli.desk import a_desk
from cli.embedded import Supervisor
from cli.sample import furnish, give_a_letterhead, open_cases
from gateway.front_door import front_door
from gateway.logs import configure_logging
from gateway.stores import audit_keys_of, keyring_of, master_key_of
from settings import LogFormat, Settings, load_settings, temporal_connection
from storage.migrations import migrate
from storage.policy_files import load_policies

LOG = "up.log"
_NAMED = 5  # sample cases: one for each code


async def run_embedded(*, sample: bool) -> None:
    """Runs until SIGINT or SIGTERM. Prints one line when people can act.

    Raises EmbeddedProblem where it can't start; an error in making the sample school stops the
    service and is raised.
    """
    settings = load_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if sample and settings.letters_dir is None:
        give_a_letterhead(settings.data_dir / "letters")
        settings = load_settings()  # with that folder, as every other process reads it
    with contextlib.ExitStack() as stack:
        _log_apart(settings, stack)
        master_key_of(settings)
        keyring_of(settings)
        audit_keys_of(settings)
        made: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        tasks: set[asyncio.Task[None]] = set()

        def ready() -> None:
            task = asyncio.create_task(_welcome(settings, supervisor, made, sample=sample))
            tasks.add(task)

        connection = temporal_connection()
        supervisor = Supervisor(
            settings,
            migrate=lambda: _prepare(settings, sample=sample),
            on_ready=ready,
            temporal_address=connection.get("target_host", "127.0.0.1:7233"),
            temporal_namespace=connection.get("namespace", "default"),
        )
        await supervisor.run()
        for task in tasks:
            task.cancel()
        if made.done() and (error := made.exception()):
            raise error


def _log_apart(settings: Settings, stack: contextlib.ExitStack) -> None:
    """The service's lines go to a file, so that the terminal keeps to what people need."""
    if settings.log_format is LogFormat.JSON:
        configure_logging(as_json=True, level=settings.log_level)
        return
    stream = stack.enter_context((settings.data_dir / LOG).open("a", encoding="utf-8"))
    configure_logging(as_json=False, level=settings.log_level, stream=stream)


async def _prepare(settings: Settings, *, sample: bool) -> None:
    await migrate(settings.database_url)
    async with a_desk(settings) as desk:
        for policy in load_policies(settings.policies_dir):
            await desk.stores.shelf.publish_policy(policy)
        if sample:
            await furnish(desk)


async def _welcome(
    settings: Settings, supervisor: Supervisor, made: asyncio.Future[None], *, sample: bool
) -> None:
    try:
        opened: list[str] = []
        if sample:
            async with a_desk(settings) as desk:
                opened = await open_cases(desk)
        where = _shown(settings.data_dir)
        cases = f" Sample cases: {_some(opened)}." if opened else ""
        print(
            f"Evenhand is ready: open {settings.pages_address} (Temporal at "
            f"{supervisor.temporal_address}, data in {where}).{cases} Stop with Ctrl-C.",
            flush=True,
        )
        await _show_the_way_in(settings, sample=sample)
        made.set_result(None)
    except Exception as error:  # whatever it is, the service stops and the command says it
        made.set_exception(error)
        supervisor.stop()


async def _show_the_way_in(settings: Settings, *, sample: bool) -> None:
    """Prints a link for the first administrator, as long as none can sign in."""
    async with a_desk(settings) as desk:
        first = await front_door(settings, desk.stores).first_start.link()
    if first is None:
        return
    if first.name is None:
        print(f"Set your school up, with this link that works once: {first.address}", flush=True)
        return
    print(
        f"Sign in for the first time as {first.name}, the administrator, with this link that works "
        f"once: {first.address}",
        flush=True,
    )
    if sample:
        print(
            'Links for the others: evenhand account invite "Cara Lindqvist" --print, and for '
            'families: evenhand account link TC-2026-0001 "Tomasz Wierzbicki" --print',
            flush=True,
        )


def _some(references: list[str]) -> str:
    shown, more = references[:_NAMED], len(references) - _NAMED
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def _shown(folder: Path) -> str:
    with contextlib.suppress(ValueError):
        return str(folder.relative_to(Path.cwd()))
    return str(folder)
