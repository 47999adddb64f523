"""How a command ends: one place where errors become sentences and exit codes."""

import json
import sys
import textwrap
import traceback
from enum import IntEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typer import TyperException


WIDTH = 100  # of a line of an error, in characters


class Exit(IntEnum):
    """The exit codes of every command."""

    DONE = 0
    REFUSED = 1  # by a rule; also a check that found something, or a record that does not hold
    BAD_USAGE = 2  # what was asked for can't be done as it was asked
    UNREACHABLE = 3  # a service is away
    OUR_FAULT = 4  # something is wrong with Evenhand itself
    INTERRUPTED = 130  # by Ctrl-C, as shells count it


_HEADINGS = {
    Exit.REFUSED: "Refused",
    Exit.BAD_USAGE: "Not possible like this",
    Exit.UNREACHABLE: "Not reachable",
    Exit.OUR_FAULT: "Something is wrong with Evenhand itself",
}


class BadUsage(Exception):
    """What was asked for can't be done as it was asked; the message says what to change."""


def told(error: BaseException) -> tuple[Exit, dict[str, Any]]:
    """The exit code for an error, and what there is to tell of it: a `sentence`, and facts."""
    from cli.embedded.problems import EmbeddedProblem, WillNotStart
    from documents.typesetting import TypesettingFailed
    from domain.calendar import CalendarError
    from domain.checkpoint import CheckpointError
    from domain.errors import CaseError
    from domain.feedback import NoThemes
    from domain.letter_editing import CannotReadLetter
    from domain.letters import LetterProblem
    from domain.period import PeriodProblem
    from domain.review import ReviewError, ReviewNotFound
    from domain.review_draw import DrawImpossible
    from gateway.account_errors import AccountRefused, NoAccount
    from gateway.bounces import NotABounce
    from gateway.bundle import BundleNotWritten, NothingToExport, RecordInDoubt
    from gateway.checkpoints import DoesNotHold
    from gateway.contacts import ContactsUnreadable, NotReady
    from gateway.errors import (
        ActionRefused,
        AttachmentRefused,
        BadRequest,
        NotAsRecorded,
        NothingHeld,
        RecordAlarm,
        ServiceUnreachable,
        StillWaiting,
    )
    from gateway.health import HealthPortTaken
    from settings import SettingsError
    from storage.accounts import AddressTaken
    from storage.checkpoint_errors import CheckpointNotFound, CheckpointRefused, NothingOnRecord
    from storage.database import DatabaseError, DatabaseUnreachable
    from storage.erased_list import ErasedListProblem
    from storage.keys import KeyProblem
    from storage.people import PersonAlreadyThere, PersonNotFound
    from storage.placing import LedgerError
    from storage.policy_reading import PolicyFileError
    from storage.record import CaseNotFound
    from storage.shelf import NotOnTheShelf, PolicyVersionTaken
    from storage.term_files import TermFileError
    from storage.tiles import TilesDoNotFit
    from storage.views import LookUnrecorded
    from web.problems import PagesNotBuilt, WebPortTaken

    match error:
        case ActionRefused():
            return Exit.REFUSED, error.refusal.model_dump(mode="json")
        case CaseError():
            return Exit.REFUSED, {"sentence": error.sentence, "rule": error.rule.value}
        case CheckpointRefused():
            last = error.last.model_dump(mode="json") if error.last else None
            return Exit.REFUSED, {"sentence": str(error), "last_checkpoint": last}
        case (
            CheckpointError() | NothingOnRecord() | DoesNotHold() | LedgerError() | TilesDoNotFit()
        ):
            return Exit.REFUSED, {"sentence": str(error)}
        case CheckpointNotFound():
            return Exit.BAD_USAGE, {"sentence": str(error), "near": list(error.near)}
        case NothingHeld() | ReviewError() | NotReady() | AccountRefused() | AddressTaken():
            return Exit.REFUSED, {"sentence": str(error)}
        case PolicyFileError() | TermFileError():
            findings = [str(finding) for finding in error.findings]
            return Exit.BAD_USAGE, {"sentence": "\n".join(findings), "findings": findings}
        case NotAsRecorded():
            return Exit.REFUSED, {"sentence": str(error)}
        case AttachmentRefused():
            return Exit.REFUSED, {"sentence": str(error), "findings": list(error.findings)}
        case LetterProblem():
            findings = [str(fault) for fault in error.faults]
            return Exit.REFUSED, {"sentence": "\n".join(findings), "findings": findings}
        case CannotReadLetter():
            findings = str(error).splitlines()
            return Exit.BAD_USAGE, {"sentence": str(error), "findings": findings}
        case StillWaiting():
            facts = {"reference": error.reference, "action_id": error.action_id}
            return Exit.UNREACHABLE, {"sentence": str(error), **facts}
        case ServiceUnreachable():
            return Exit.UNREACHABLE, {"sentence": str(error), "service": error.service}
        case DatabaseUnreachable():
            return Exit.UNREACHABLE, {"sentence": str(error), "service": "the database"}
        case DatabaseError():
            how = "`evenhand up` makes one here; `evenhand migrate` does it for a database apart."
            return Exit.UNREACHABLE, {"sentence": f"{error} {how}", "service": "the database"}
        case LookUnrecorded():
            return Exit.UNREACHABLE, {"sentence": str(error), "service": "the read log"}
        case WillNotStart():
            return Exit.UNREACHABLE, {"sentence": str(error), "service": f"the {error.name}"}
        case RecordInDoubt():
            return Exit.REFUSED, {"sentence": str(error)}
        case PersonNotFound():
            return Exit.BAD_USAGE, {"sentence": error.sentence}
        case RecordAlarm():
            return Exit.OUR_FAULT, {
                "sentence": "the record holds something else in this place, and nothing was "
                f"written. Run `evenhand audit verify`. {error}"
            }
        case TypesettingFailed():
            return Exit.OUR_FAULT, {"sentence": str(error)}
        case OSError() if error.filename:
            return Exit.BAD_USAGE, {"sentence": f"{error.filename}: {error.strerror}."}
        case (
            BadUsage()
            | BadRequest()
            | NotABounce()
            | NoAccount()
            | CaseNotFound()
            | ReviewNotFound()
            | DrawImpossible()
            | NotOnTheShelf()
            | NothingToExport()
            | ContactsUnreadable()
            | BundleNotWritten()
            | PolicyVersionTaken()
            | PersonAlreadyThere()
            | SettingsError()
            | KeyProblem()
            | ErasedListProblem()
            | EmbeddedProblem()
            | HealthPortTaken()
            | PagesNotBuilt()
            | WebPortTaken()
            | CalendarError()
            | PeriodProblem()
            | NoThemes()
        ):
            return Exit.BAD_USAGE, {"sentence": str(error)}
    return Exit.OUR_FAULT, {"sentence": _place(error)}


def tell(error: Exception, *, as_json: bool) -> Exit:
    """Says on standard error what went wrong; returns the exit code."""
    code, facts = told(error)
    return _say(code, facts, as_json=as_json)


def tell_usage(error: "TyperException", *, as_json: bool) -> Exit:
    """Says what is wrong with the words of a command; returns the exit code."""
    return _say(Exit.BAD_USAGE, {"sentence": error.format_message()}, as_json=as_json)


def _say(code: Exit, facts: dict[str, Any], *, as_json: bool) -> Exit:
    if as_json:
        print(json.dumps({"exit_code": int(code), **facts}), file=sys.stderr)
        return code
    rule = str(facts.get("rule", "")).replace("_", " ")
    heading = f"{_HEADINGS[code]}{f' ({rule})' if rule else ''}: "
    for line in f"{heading}{facts['sentence']}".splitlines():
        filled = textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False)
        print(filled, file=sys.stderr)
    return code


def _place(error: BaseException) -> str:
    # The text of an unknown error may quote what somebody typed, so its place is told instead.
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"
    return (
        f"{type(error).__name__} at {place}. What you asked for may not have been done: look "
        "before you repeat it."
    )
