"""Every night: a checkpoint of each school's record, sent to its governors."""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CHECKPOINTS, CheckpointFor, CheckpointNight
    from workflows import ports


@workflow.defn(name=CHECKPOINTS)
class CheckpointWorkflow:
    """One night. What goes wrong at one school, or with one governor, keeps nobody else waiting."""

    @workflow.run
    async def run(self) -> list[CheckpointNight]:
        """What was done for each school. Fails at the end where something failed on the way."""
        schools = await ports.list_schools()
        nights = await asyncio.gather(*map(self._of, schools), return_exceptions=True)
        done, failed = [], []
        for school, night in zip(schools, nights, strict=True):
            if isinstance(night, CheckpointNight):
                done.append(night)
            elif isinstance(night, ActivityError):
                failed.append(school)
            else:
                raise night
        if failed:
            raise ApplicationError(
                f"Not done for: {', '.join(failed)}.", done, type="CheckpointsIncomplete"
            )
        return done

    async def _of(self, school: str) -> CheckpointNight:
        made = await ports.make_checkpoint(school)
        if made.number is None:
            return CheckpointNight(school=school, number=None, new=False, deliveries=())
        governors = await ports.list_governors(school)
        sent = await asyncio.gather(
            *(
                ports.send_checkpoint(
                    CheckpointFor(school=school, number=made.number, person=governor)
                )
                for governor in governors
            ),
            return_exceptions=True,
        )
        for outcome in sent:
            if isinstance(outcome, BaseException):
                raise outcome
        return CheckpointNight(
            school=school,
            number=made.number,
            new=made.new,
            deliveries=tuple(one for one in sent if not isinstance(one, BaseException)),
        )
