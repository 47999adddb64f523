"""Recorded histories replay with today's code: a change that breaks one needs a version gate."""

import gzip
import json
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from domain.contracts import ESCALATION, EscalationInput
from storage.payload_codec import encrypted_converter
from tests.workflows.conftest import KEYRING
from worker import WORKFLOWS, sandbox
from workflows.escalation import EscalationWorkflow

HISTORIES = sorted((Path(__file__).parents[1] / "histories").glob("*.json.gz"))


def history_in(path: Path) -> WorkflowHistory:
    told = json.loads(gzip.decompress(path.read_bytes()))
    return WorkflowHistory.from_json(told["workflow_id"], told["history"])


def types_in(history: WorkflowHistory) -> str:
    return history.events[0].workflow_execution_started_event_attributes.workflow_type.name


def test_every_workflow_type_has_a_recorded_history() -> None:
    names = {workflow._Definition.must_from_class(one).name for one in WORKFLOWS}

    assert {types_in(history_in(path)) for path in HISTORIES} == names


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.name.partition(".")[0])
async def test_a_history_replays(path: Path) -> None:
    replayer = Replayer(
        workflows=WORKFLOWS,
        workflow_runner=sandbox(),
        data_converter=encrypted_converter(KEYRING),
    )

    await replayer.replay_workflow(history_in(path))


@workflow.defn(name=ESCALATION)
class Changed(EscalationWorkflow):
    """The workflow as a careless change would leave it: it waits before it begins."""

    @workflow.init
    def __init__(self, start: EscalationInput) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: EscalationInput) -> str:
        await workflow.sleep(1)
        return await super().run(start)


async def test_a_replay_notices_a_change() -> None:
    replayer = Replayer(
        workflows=[Changed],
        workflow_runner=UnsandboxedWorkflowRunner(),
        data_converter=encrypted_converter(KEYRING),
    )

    with pytest.raises(workflow.NondeterminismError):
        await replayer.replay_workflow(history_in(HISTORIES[0].with_name("whole-ladder.json.gz")))


def test_histories_tell_nothing_in_clear() -> None:
    for path in HISTORIES:
        raw = gzip.decompress(path.read_bytes()).decode()
        for word in ("Idris", "Hana", "Spoke over", "explain what happened", "ep.expect.speech"):
            assert word not in raw
