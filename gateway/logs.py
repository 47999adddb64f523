"""Log lines that carry ids, counts and names of things, and nothing about people.

Whatever is logged passes through `without_personal_data`: a field that is not on the list, or does
not look like an id, is withheld, and an exception is told by its type and place, never by its text.
Libraries' own lines go the same way.
"""

import logging
import re
import sys
import traceback
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import structlog
import temporalio.activity
import temporalio.workflow
from structlog.typing import EventDict, Processor, WrappedLogger

from settings import LogFormat, Settings

LOGGED = frozenset(
    """
    action action_id activity_id activity_type address attempt calendar_digest case child codes
    count deadline digest due_at due_on duration error exit_code file generation kind letter level
    line logger message_id method metrics_port namespace number pid place policy policy_digest port
    ready reference role route rule run_id school seconds sequence signal stage status step
    task_queue timestamp track type update_id variable version withheld workflow_id workflow_type
    """.split()
)
"""The fields that a line may have besides its name; add one only if it can't hold a person."""

EVENT_WITHHELD = "log:message:withheld"

_EVENT = re.compile(r"[a-z0-9_]+(?:[:.-][a-z0-9_]+)*")
# One word, as ids are; an e-mail address or a name with a space is none.
_ID = re.compile(r"[\w.,:;/+=#~-]{0,200}")
_CASE = re.compile(r"case/(?P<school>[^/]+)/(?P<case>[^/]+)")
# Their messages name workflows, types and ports, and may quote data only after a colon.
_TRUSTED = ("temporalio", "alembic")
_FRAMES = 12

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def configure_logging(*, as_json: bool, level: str = "info", stream: TextIO | None = None) -> None:
    """Send the lines of structlog and of the standard library to `stream` (standard error).

    `as_json` writes one JSON object a line, else a line for people. May be called again.
    """
    output = stream if stream is not None else sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _from_temporal,
        without_personal_data,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=output.isatty(), pad_event_to=30)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(output)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_library_line, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # Its lines tell of each step of a migration, which the command that migrates says in one.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # What the SDK would append to its messages comes as fields instead.
    temporalio.workflow.logger.workflow_info_on_message = False
    temporalio.activity.logger.activity_info_on_message = False


def logs_as_json(settings: Settings) -> bool:
    """Whether log lines are JSON: as the settings say, else readable at a terminal."""
    if settings.log_format is LogFormat.AUTO:
        return not sys.stderr.isatty()
    return settings.log_format is LogFormat.JSON


def bound_to_case(reference: str, workflow_id: str) -> AbstractContextManager[None]:
    """Within the block, each line of this task carries the case's reference and workflow id."""
    return structlog.contextvars.bound_contextvars(case=reference, workflow_id=workflow_id)


def without_personal_data(logger: WrappedLogger, method: str, event_dict: EventDict) -> EventDict:
    """The line with only listed fields that look like ids; `withheld` names the others."""
    kept: EventDict = {}
    withheld: list[str] = []
    for key, value in event_dict.items():
        if key == "event":
            kept[key] = _event(value, told=bool(event_dict.get("_told")))
        elif key in ("_record", "_from_structlog"):
            kept[key] = value
        elif key in ("exc_info", "_told"):
            continue
        elif key in LOGGED and (plain := _plain(value)) is not None:
            kept[key] = plain
        elif value is not None:
            withheld.append(key)
    raised = _exception(event_dict.get("exc_info"))
    if raised is not None:
        kept["error"], kept["place"] = _told_without_text(raised)
    if withheld:
        kept["withheld"] = ",".join(sorted(withheld))
    return kept


def _event(value: object, *, told: bool) -> str:
    # A line that was written for people may have people in it; ours are `subject:object:verb`.
    return value if isinstance(value, str) and (told or _EVENT.fullmatch(value)) else EVENT_WITHHELD


def _plain(value: object) -> str | int | float | bool | None:
    """The value if it can be an id, a number or a date, else None."""
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Path):
        value = str(value)
    # str() of a string enum's member is its value.
    return str(value) if isinstance(value, str) and _ID.fullmatch(value) else None


def _exception(raised: object) -> BaseException | None:
    if isinstance(raised, BaseException):
        return raised
    if isinstance(raised, tuple):
        return raised[1] if isinstance(raised[1], BaseException) else None
    return sys.exception() if raised else None


def _told_without_text(error: BaseException) -> tuple[str, str]:
    """The types of an error and its causes, and where the first of the causes was raised."""
    types: list[str] = []
    last = error
    following: BaseException | None = error
    while following is not None and len(types) < 5:
        last = following
        types.append(f"{type(last).__module__}.{type(last).__qualname__}")
        following = last.__cause__ or (None if last.__suppress_context__ else last.__context__)
    frames = traceback.extract_tb(last.__traceback__)[-_FRAMES:]
    place = " < ".join(
        f"{Path(frame.filename).name}:{frame.lineno}:{frame.name}" for frame in reversed(frames)
    )
    return " < ".join(types), place


def _library_line(logger: WrappedLogger, method: str, event_dict: EventDict) -> EventDict:
    """A standard library record as one of ours: its ids as fields, its message if it is safe."""
    record: logging.LogRecord = event_dict["_record"]
    _add(event_dict, record.__dict__)
    if record.exc_info:
        event_dict["exc_info"] = record.exc_info
    if record.name.partition(".")[0] in _TRUSTED:
        message = record.getMessage()
        if not _EVENT.fullmatch(message):
            message = message.splitlines()[0].partition(": ")[0] if message else EVENT_WITHHELD
        event_dict["event"] = message
        event_dict["_told"] = True
    elif not (isinstance(record.msg, str) and _EVENT.fullmatch(record.msg)):
        event_dict["event"] = EVENT_WITHHELD
        event_dict["place"] = f"{record.module}:{record.lineno}"
    return event_dict


def _from_temporal(logger: WrappedLogger, method: str, event_dict: EventDict) -> EventDict:
    """Add the workflow, activity and case that the line belongs to."""
    record = event_dict.get("_record")
    if isinstance(record, logging.LogRecord):
        for name in ("temporal_workflow", "temporal_activity"):
            _add(event_dict, getattr(record, name, None) or {})
        core = getattr(record, "temporal_log", None)
        if core is not None:
            _add(event_dict, core.fields)
    if temporalio.activity.in_activity():
        about = temporalio.activity.info()
        found = {
            "workflow_id": about.workflow_id,
            "run_id": about.workflow_run_id,
            "activity_type": about.activity_type,
            "attempt": about.attempt,
        }
        _add(event_dict, found)
    named = _CASE.fullmatch(str(event_dict.get("workflow_id", "")))
    if named is not None:
        _add(event_dict, named.groupdict())
    return event_dict


def _add(event_dict: EventDict, fields: Mapping[str, Any]) -> None:
    for key in _listed(fields):
        event_dict.setdefault(key, fields[key])


def _listed(fields: Iterable[str]) -> list[str]:
    return [key for key in fields if key in LOGGED]
