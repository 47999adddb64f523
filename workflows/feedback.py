"""Passing feedback on to the local authority: counted once, sent to each officer, and entered."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import FEEDBACK, FeedbackSent, FeedbackWanted
    from workflows import ports


@workflow.defn(name=FEEDBACK)
class FeedbackWorkflow:
    """One sending of one period's counts."""

    @workflow.run
    async def run(self, wanted: FeedbackWanted) -> FeedbackSent:
        """Sends and enters it; returns to whom it went."""
        return await ports.send_feedback(wanted)
