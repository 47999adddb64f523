"""A referral as a durable workflow: sent when the school is open, and kept until it has ended."""

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from domain.actions import SYSTEM, RecordReferralSent
    from domain.contracts import (
        CARRY_OUT,
        OVER,
        REFERRAL,
        Act,
        ReferralInput,
        ReferralTold,
        ReferralWanted,
        case_workflow_id,
    )
    from workflows import ports


@workflow.defn(name=REFERRAL)
class ReferralWorkflow:
    """One referral to SENDIASS, from the parent's consent until something came of it."""

    def __init__(self) -> None:
        self._over = False

    @workflow.run
    async def run(self, start: ReferralInput) -> None:
        """Sends it, tells the case, and waits until its outcome is known or consent is taken
        back. Whoever is owed a word about it is reminded by the case itself."""
        await self._until_the_school_is_open(start)
        if not self._over:
            told = await ports.send_referral(self._wanted(start))
            if not told.withdrawn:
                await self._tell_the_case(start, told)
        await workflow.wait_condition(lambda: self._over)

    @workflow.signal(name=OVER)
    def over(self) -> None:
        """Something came of it, consent was taken back, or its case is settled."""
        self._over = True

    async def _until_the_school_is_open(self, start: ReferralInput) -> None:
        wait = start.send_from - workflow.now()
        if wait.total_seconds() > 0:
            try:
                await workflow.wait_condition(lambda: self._over, timeout=wait)
            except TimeoutError:
                return

    @staticmethod
    def _wanted(start: ReferralInput) -> ReferralWanted:
        message_id = f"{start.reference}.{start.referral}@{start.school}.evenhand".lower()
        return ReferralWanted(
            school=start.school,
            reference=start.reference,
            referral=start.referral,
            message_id=message_id,
        )

    async def _tell_the_case(self, start: ReferralInput, told: ReferralTold) -> None:
        """Only the case's own workflow writes to its record, so it is asked to."""
        sent = RecordReferralSent(
            id=f"referral-{start.referral}-sent",
            referral=start.referral,
            message_id=told.message_id,
            digest=told.digest,
            sent_at=told.at,
            perhaps_twice=told.perhaps_twice,
        )
        case = workflow.get_external_workflow_handle(
            case_workflow_id(start.school, start.reference)
        )
        try:
            await case.signal(CARRY_OUT, Act(action=sent, actor=SYSTEM))
        except ApplicationError:
            workflow.logger.warning("referral:case:missed")
            self._over = True
