"""The story's time: the time-skipping server's, shifted by a constant."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio import activity
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner


class StoryClock:
    """Turns the server's time into the story's. `set` it whenever the server's time was asked."""

    def __init__(self, server_now: datetime, story_now: datetime) -> None:
        self.shift = story_now - server_now
        self._set_at = time.monotonic()
        self._server_now = server_now

    def set(self, server_now: datetime) -> None:
        """Notes what the server's time is now."""
        self._server_now = server_now
        self._set_at = time.monotonic()

    def now(self) -> datetime:
        """The story's time. In an activity, the time at which it was scheduled."""
        if activity.in_activity():
            return activity.info().current_attempt_scheduled_time + self.shift
        passed = timedelta(seconds=time.monotonic() - self._set_at)
        return (self._server_now + self.shift + passed).astimezone(UTC)


class ShiftedRunner(WorkflowRunner):
    """Runs workflows as another runner does, with their clock shifted.

    The time-skipping server starts at today and only goes forward, while a story has a date of its
    own. Timers are durations, so the timestamp of an activation is all that has to change.
    """

    def __init__(self, runner: WorkflowRunner, clock: StoryClock) -> None:
        self._runner = runner
        self._clock = clock

    def prepare_workflow(self, defn: Any) -> None:
        """As the other runner does."""
        self._runner.prepare_workflow(defn)

    def set_worker_level_failure_exception_types(self, types: Any) -> None:
        """As the other runner does."""
        self._runner.set_worker_level_failure_exception_types(types)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """The other runner's instance, which is told the story's time."""
        return _Shifted(self._runner.create_instance(det), self._clock)


class _Shifted(WorkflowInstance):
    def __init__(self, instance: WorkflowInstance, clock: StoryClock) -> None:
        self._instance = instance
        self._clock = clock

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        shifted = WorkflowActivation()
        shifted.CopyFrom(act)
        shifted.timestamp.FromDatetime(act.timestamp.ToDatetime(tzinfo=UTC) + self._clock.shift)
        return self._instance.activate(shifted)

    def get_serialization_context(self, command_info: Any) -> Any:
        return self._instance.get_serialization_context(command_info)

    def get_external_store_context(self, command_info: Any) -> Any:
        return self._instance.get_external_store_context(command_info)

    def get_info(self) -> Any:
        return self._instance.get_info()

    def get_thread_id(self) -> int | None:
        return self._instance.get_thread_id()
