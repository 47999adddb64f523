"""How a command ends: one place where errors become sentences and exit codes."""

import json
import sys
from enum import IntEnum
from typing import Any

from rich.console import Console


class Exit(IntEnum):
    """The exit codes of every command."""

    DONE = 0
    REFUSED = 1  # by a rule, or a check that failed
    BAD_USAGE = 2
    UNREACHABLE = 3
    OUR_FAULT = 4  # something is wrong with Evenhand itself


class BadUsage(Exception):
    """What was asked for can't be done as it was asked; the message says what to change."""


def told(error: BaseException) -> tuple[Exit, dict[str, Any]]:
    """The exit code for an error, and what there is to tell of it, by field."""
    from cli.embedded import EmbeddedProblem
    from domain.calendar import CalendarError
    from gateway.errors import (
        ActionRefused,
        BadRequest,
        RecordAlarm,
        ServiceUnreachable,
        StillWaiting,
    )
    from gateway.health import HealthPortTaken
    from settings import SettingsError
    from storage.database import DatabaseError, DatabaseUnreachable
    from storage.keys import KeyProblem
    from storage.people import PersonAlreadyThere, PersonNotFound
    from storage.policy_reading import PolicyFileError
    from storage.record import CaseNotFound
    from storage.shelf import NotOnTheShelf, PolicyVersionTaken
    from storage.term_files import TermFileError

    match error:
        case ActionRefused():
            refusal = error.refusal.model_dump(mode="json")
            return Exit.REFUSED, {"sentence": error.refusal.sentence, **refusal}
        case StillWaiting() | ServiceUnreachable():
            return Exit.UNREACHABLE, {"sentence": str(error)}
        case DatabaseUnreachable():
            return Exit.UNREACHABLE, {"sentence": str(error)}
        case DatabaseError():
            hint = " Run `evenhand migrate`, or `evenhand up`, which does it."
            return Exit.UNREACHABLE, {"sentence": f"{error}{hint}"}
        case PolicyFileError() | TermFileError():
            findings = [str(finding) for finding in error.findings]
            return Exit.REFUSED, {"sentence": "\n".join(findings), "findings": findings}
        case PersonNotFound():
            return Exit.BAD_USAGE, {"sentence": error.sentence}
        case RecordAlarm():
            return Exit.OUR_FAULT, {
                "sentence": f"The record holds something else in this place; nothing was "
                f"written. Run `evenhand audit verify`, and tell whoever keeps the service. {error}"
            }
        case (
            BadUsage()
            | BadRequest()
            | CaseNotFound()
            | NotOnTheShelf()
            | PolicyVersionTaken()
            | PersonAlreadyThere()
            | SettingsError()
            | KeyProblem()
            | EmbeddedProblem()
            | HealthPortTaken()
            | CalendarError()
            | FileNotFoundError()
        ):
            return Exit.BAD_USAGE, {"sentence": _plain(error)}
    raise error


def _plain(error: BaseException) -> str:
    if isinstance(error, FileNotFoundError) and error.filename:
        return f"There is no file {error.filename}."
    return str(error)


def tell(error: BaseException, *, as_json: bool) -> Exit:
    """Says on standard error what went wrong; returns the exit code."""
    code, facts = told(error)
    if as_json:
        print(json.dumps({"exit_code": int(code), **facts}, default=str), file=sys.stderr)
        return code
    out = Console(stderr=True, highlight=False, soft_wrap=True)
    heading = {Exit.REFUSED: "Refused", Exit.UNREACHABLE: "Not reachable"}.get(code, "Sorry")
    rule = str(facts.get("rule", "")).replace("_", " ")
    out.print(f"{heading}{f' ({rule})' if rule else ''}: {facts['sentence']}", markup=False)
    if when := facts.get("not_before"):
        out.print(f"From: {when}", markup=False)
    return code
