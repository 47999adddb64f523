"""A supervisor in a process of its own, as `evenhand up` runs it, with a stand-in for the worker.

`python -m tests.support.embedded DATA_DIR` with the settings in the environment.
"""

import asyncio
import json
import sys

from cli.embedded import EmbeddedProblem, Supervisor
from gateway.logs import configure_logging
from settings import Settings, load_settings, temporal_connection
from tests.support import readiness_worker


def stand_in(settings: Settings) -> list[str]:
    """The command of the worker's stand-in for these settings."""
    told = settings.data_dir / "worker-was-told"
    return [sys.executable, readiness_worker.__file__, str(settings.metrics_port), str(told)]


async def serve() -> None:
    """Run until told to stop; write the children's process ids when ready."""
    settings = load_settings()

    async def migrate() -> None:
        (settings.data_dir / "migrated").write_text("yes")

    def ready() -> None:
        pids = {child.name: child.pid for child in (supervisor.temporal, supervisor.worker)}
        print(json.dumps(pids), flush=True)

    supervisor = Supervisor(
        settings,
        migrate=migrate,
        on_ready=ready,
        temporal_address=temporal_connection()["target_host"],
        worker_command=stand_in(settings),
    )
    await supervisor.run()


if __name__ == "__main__":
    configure_logging(as_json=True)
    try:
        asyncio.run(serve())
    except EmbeddedProblem as problem:
        print(problem, file=sys.stderr)
        sys.exit(1)
