"""The nightly sweep: what has been kept long enough is proposed, and a person is told."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import RETENTION_SWEEP, Sweep
    from workflows import ports


@workflow.defn(name=RETENTION_SWEEP)
class RetentionSweepWorkflow:
    """One sweep over every school. It proposes and reminds; only people remove anything."""

    @workflow.run
    async def run(self) -> int:
        """Sweeps; returns how many cases were newly proposed."""
        info = workflow.info()
        sweep = Sweep(id=f"{info.workflow_id}/{info.run_id}", at=workflow.now())
        proposed = await ports.propose_disposals(sweep)
        for school in proposed:
            await ports.send_proposal(school)
        await ports.overwrite_erased()
        return sum(len(school.references) for school in proposed)
