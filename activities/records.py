"""Putting events on the record."""

from collections.abc import Callable

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain.contracts import RECORD_EVENTS, RecordEvents
from storage.recorder import BadBatch, RecordConflict, Recorder, RecordError, RecordGap

log = structlog.get_logger(__name__)


class Records:
    """Records events; the recorder makes a repeated attempt harmless."""

    def __init__(self, recorder: Recorder, on_conflict: Callable[[], None] = lambda: None) -> None:
        self._recorder = recorder
        self._on_conflict = on_conflict

    @activity.defn(name=RECORD_EVENTS)
    async def record_events(self, batch: RecordEvents) -> str:
        """The hash (hex) of the last event recorded.

        A database that is away is tried again by the workflow. Another content under the same
        identity is an alarm that no retry can mend, so it is not retried.
        """
        try:
            return await self._recorder.record(batch)
        except RecordConflict as error:
            self._on_conflict()
            log.error("record:event:conflicted", sequence=error.sequence)
            raise _alarm(error) from error
        except (RecordGap, BadBatch) as error:
            log.error("record:batch:refused", sequence=error.sequence)
            raise _alarm(error) from error


def _alarm(error: RecordError) -> ApplicationError:
    return ApplicationError(str(error), type=type(error).__name__, non_retryable=True)
