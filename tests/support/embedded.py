"""A supervisor in a process of its own, as `evenhand up` runs it, with stand-ins for
the worker and the pages.

`python -m tests.support.embedded DATA_DIR` with the settings in the environment.
"""

import asyncio
import json
import sys

from cli.embedded import EmbeddedProblem, Supervisor
from gateway.logs import configure_logging
from settings import Settings, load_settings, temporal_connection
from tests.support import readiness_worker


def stand_in(settings: Settings, name: str, port: int) -> list[str]:
    """The command of a part's stand-in, which leaves word when it is asked to stop."""
    told = settings.data_dir / f"{name}-was-told"
    return [sys.executable, readiness_worker.__file__, str(port), str(told)]


async def serve() -> None:
    """Run until told to stop; write the children's process ids when ready."""
    settings = load_settings()

    async def migrate() -> None:
        (settings.data_dir / "migrated").write_text("yes")

    def ready() -> None:
        children = (supervisor.temporal, supervisor.worker, supervisor.web)
        pids = {child.name: child.pid for child in children}
        print(json.dumps(pids), flush=True)

    supervisor = Supervisor(
        settings,
        migrate=migrate,
        on_ready=ready,
        temporal_address=temporal_connection()["target_host"],
        worker_command=stand_in(settings, "worker", settings.metrics_port),
        web_command=stand_in(settings, "web", settings.web_port),
    )
    await supervisor.run()


if __name__ == "__main__":
    configure_logging(as_json=True)
    try:
        asyncio.run(serve())
    except EmbeddedProblem as problem:
        print(problem, file=sys.stderr)
        sys.exit(1)
