"""Nothing about people is logged, whoever logs it and however."""

import io
import json
import logging
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import pytest
import structlog
import temporalio.workflow
from pydantic import BaseModel
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment
from temporalio.worker import Worker

from gateway.logs import EVENT_WITHHELD, bound_to_case, configure_logging
from tests.support.logging_workflow import LoggingWorkflow

NAME = "Wilhelmina Featherstonehaugh"


class Lines(io.StringIO):
    @property
    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]

    @property
    def last(self) -> dict[str, Any]:
        return self.all[-1]

    def named(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.all if line["event"] == event]


@pytest.fixture
def lines() -> Iterator[Lines]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    workflow_message = temporalio.workflow.logger.workflow_info_on_message
    stream = Lines()
    configure_logging(as_json=True, level="info", stream=stream)
    yield stream
    root.handlers = handlers
    root.setLevel(level)
    temporalio.workflow.logger.workflow_info_on_message = workflow_message
    structlog.reset_defaults()


def log() -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("evenhand.tests")
    return logger


def test_a_line_has_its_ids(lines: Lines) -> None:
    class Stage(StrEnum):
        WARNING = "warning"

    log().info("case:warning:sent", reference="EP-2026-0042", stage=Stage.WARNING, sequence=7)

    assert lines.last["event"] == "case:warning:sent"
    assert lines.last["reference"] == "EP-2026-0042"
    assert lines.last["stage"] == "warning"
    assert lines.last["sequence"] == 7
    assert lines.last["level"] == "info"
    assert "withheld" not in lines.last


def test_every_line_within_a_case_says_which(lines: Lines) -> None:
    with bound_to_case("EP-2026-0042", "case/ep/EP-2026-0042"):
        log().info("case:letter:sent")
        within = lines.last
        logging.getLogger("somebody").warning("case:letter:delayed")
        library = lines.last
    log().info("worker:tick:done")

    for line in (within, library):
        assert line["case"] == "EP-2026-0042"
        assert line["school"] == "ep"
        assert line["workflow_id"] == "case/ep/EP-2026-0042"
    assert "case" not in lines.last


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"name": "Wilhelmina"}, id="a field that is not listed"),
        pytest.param({"reference": NAME}, id="a name in a listed field"),
        pytest.param({"reference": "wilhelmina@family.example"}, id="an address in a listed field"),
        pytest.param({"stage": {"person": NAME}}, id="a structure in a listed field"),
        pytest.param({"stage": "x" * 500}, id="a text without spaces"),
    ],
)
def test_a_field_that_could_be_personal_is_withheld(lines: Lines, fields: dict[str, Any]) -> None:
    log().info("case:note:added", **fields)

    assert lines.last["withheld"] == next(iter(fields))
    assert "ilhelmina" not in lines.getvalue()
    assert "xxx" not in lines.getvalue()


def test_a_message_written_as_prose_is_withheld(lines: Lines) -> None:
    log().info(f"opened a case about {NAME}")

    assert lines.last["event"] == EVENT_WITHHELD
    assert NAME not in lines.getvalue()


def test_a_validation_error_does_not_quote_its_input(lines: Lines) -> None:
    class Person(BaseModel):
        age: int

    try:
        try:
            Person.model_validate({"age": NAME})
        except ValueError as error:
            raise RuntimeError(f"no such person: {NAME}") from error
    except RuntimeError:
        log().exception("person:details:refused")

    assert NAME not in lines.getvalue()
    assert lines.last["error"].startswith("builtins.RuntimeError < pydantic_core.")
    assert "test_logs.py" in lines.last["place"]


def test_a_library_that_quotes_what_it_was_given(lines: Lines) -> None:
    logging.getLogger("asyncio").error(f"Task exception was never retrieved: {NAME}")
    logging.getLogger("mail.log").warning("%s sent %r", "peer", f"to {NAME}")

    assert NAME not in lines.getvalue()
    assert lines.last["event"] == EVENT_WITHHELD
    assert lines.last["place"].startswith("test_logs:")


def test_a_migration_is_quiet_about_its_steps(lines: Lines) -> None:
    logging.getLogger("alembic.runtime.migration").info("Running %s -> %s", "r0001", "r0002")
    assert lines.getvalue() == ""

    logging.getLogger("alembic.runtime.migration").warning("schema:revision:unknown")
    assert lines.last["event"] == "schema:revision:unknown"


def test_temporals_own_lines_are_kept_up_to_the_colon(lines: Lines) -> None:
    logging.getLogger("temporalio.activity").warning(
        f"Completing as failure during heartbeat: {NAME}",
        extra={"temporal_activity": {"workflow_id": "case/ep/EP-2026-0042", "attempt": 3}},
    )

    assert lines.last["event"] == "Completing as failure during heartbeat"
    assert lines.last["case"] == "EP-2026-0042"
    assert lines.last["attempt"] == 3
    assert NAME not in lines.getvalue()


async def test_a_workflows_line_says_which_case(
    lines: Lines, time_skipping: WorkflowEnvironment
) -> None:
    client = time_skipping.client
    async with Worker(client, task_queue="logs", workflows=[LoggingWorkflow]):
        await client.execute_workflow(
            LoggingWorkflow.run, NAME, id="case/ep/EP-2026-0042", task_queue="logs"
        )

    (line,) = lines.named("case:follow_up:due")
    assert line["case"] == "EP-2026-0042"
    assert line["workflow_type"] == "LoggingWorkflow"
    assert line["deadline"] == "d3"
    assert NAME not in lines.getvalue()


async def test_an_activitys_line_says_which_case(lines: Lines) -> None:
    async def record() -> None:
        log().info("case:events:recorded", count=2)

    environment = ActivityEnvironment()
    environment.info = ActivityEnvironment.default_info()
    await environment.run(record)

    assert lines.last["workflow_id"] == environment.info.workflow_id
    assert lines.last["activity_type"] == environment.info.activity_type


def test_a_person_reads_a_plain_line() -> None:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    stream = io.StringIO()
    configure_logging(as_json=False, stream=stream)
    try:
        log().info("case:warning:sent", reference="EP-2026-0042", name=NAME)
    finally:
        root.handlers = handlers
        root.setLevel(level)
        structlog.reset_defaults()

    assert "case:warning:sent" in stream.getvalue()
    assert "reference=EP-2026-0042" in stream.getvalue()
    assert NAME not in stream.getvalue()


def test_configuring_twice_does_not_write_twice(lines: Lines) -> None:
    configure_logging(as_json=True, stream=lines)

    log().info("case:warning:sent")

    assert len(lines.getvalue().splitlines()) == 1
