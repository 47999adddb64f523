"""What happens by the clock: Temporal Schedules, made or put right when a worker starts."""

from datetime import timedelta
from typing import NamedTuple

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError

from domain.contracts import CHECKPOINTS, RETENTION_SWEEP
from gateway.errors import ServiceUnreachable
from gateway.temporal import HOW_TO_START

TIME_ZONE = "Europe/London"
# A service that was off in the night makes up for it when it is back; one night, not a month.
CATCH_UP = timedelta(hours=20)


class Nightly(NamedTuple):
    """A workflow without input that runs each night at `hour`:`minute`, local time."""

    name: str
    workflow: str
    hour: int
    minute: int = 0

    @property
    def id(self) -> str:
        """The schedule's id in Temporal."""
        return f"evenhand/{self.name}"


SCHEDULES = (
    # Before the checkpoint, which then covers it. No local time between one and two: when the
    # clocks change there is none such, or two.
    Nightly("retention", RETENTION_SWEEP, hour=0, minute=30),
    Nightly("checkpoints", CHECKPOINTS, hour=2),
)
"""Every schedule of an installation."""


async def keep_schedules(client: Client, task_queue: str) -> None:
    """Makes each schedule that is missing, and brings the others to what this version says.

    One that somebody has paused stays paused. Raises ServiceUnreachable.
    """
    for nightly in SCHEDULES:
        wanted = schedule_of(nightly, task_queue)
        try:
            try:
                await client.create_schedule(nightly.id, wanted)
            except ScheduleAlreadyRunningError:
                await _update(client, nightly.id, wanted)
        except (RPCError, RuntimeError) as error:
            where = client.service_client.config.target_host
            raise ServiceUnreachable("Temporal", where, HOW_TO_START) from error


def schedule_of(nightly: Nightly, task_queue: str) -> Schedule:
    """The Temporal schedule that says so."""
    return Schedule(
        action=ScheduleActionStartWorkflow(
            nightly.workflow, id=f"{nightly.id}/night", task_queue=task_queue
        ),
        spec=ScheduleSpec(
            calendars=[
                ScheduleCalendarSpec(
                    hour=[ScheduleRange(nightly.hour)], minute=[ScheduleRange(nightly.minute)]
                )
            ],
            time_zone_name=TIME_ZONE,
        ),
        # Each run ends before the next night, but for one that somebody holds up.
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.BUFFER_ONE, catchup_window=CATCH_UP),
    )


async def _update(client: Client, schedule_id: str, wanted: Schedule) -> None:
    def updated(there: ScheduleUpdateInput) -> ScheduleUpdate:
        wanted.state = there.description.schedule.state
        return ScheduleUpdate(schedule=wanted)

    await client.get_schedule_handle(schedule_id).update(updated)
