"""A workflow that writes one log line."""

from temporalio import workflow


@workflow.defn
class LoggingWorkflow:
    """Logs an id, and a narrative that must not be logged."""

    @workflow.run
    async def run(self, narrative: str) -> None:
        workflow.logger.info("case:follow_up:due", extra={"deadline": "d3", "narrative": narrative})
