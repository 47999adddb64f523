"""The real worker for the server that skips time: without the nightly schedules, which that does
not have, and without a cache of workflows, so that another worker takes over at once."""

from functools import partial

from temporalio.worker import Worker

import worker
from gateway.leaving import leave


async def _no_schedules(*_: object) -> None:
    """Keeps none."""


if __name__ == "__main__":
    vars(worker)["keep_schedules"] = _no_schedules
    vars(worker)["Worker"] = partial(Worker, max_cached_workflows=0)
    leave(worker.main())
