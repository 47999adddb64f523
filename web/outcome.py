"""How a request ends that could not be done: one place where errors become sentences."""

from collections.abc import Sequence
from typing import NamedTuple

from domain.calendar import CalendarError
from domain.checkpoint import CheckpointError
from domain.errors import CaseError
from domain.feedback import NoThemes
from domain.letter_editing import CannotReadLetter
from domain.letters import LetterProblem
from domain.period import PeriodProblem
from domain.review import ReviewError, ReviewNotFound
from domain.review_draw import DrawImpossible
from domain.vocabulary import Role
from gateway.account_errors import (
    AccountLocked,
    AccountRefused,
    CodeRefused,
    NoAccount,
    NotKnownHere,
    PasswordRefused,
    SignInRefused,
    TooManyAttempts,
)
from gateway.account_mail import MAIL_SERVER
from gateway.bundle import BundleNotWritten, NothingToExport, RecordInDoubt
from gateway.checkpoints import DoesNotHold
from gateway.errors import (
    ActionRefused,
    AttachmentRefused,
    BadRequest,
    NotAsRecorded,
    RecordAlarm,
    ServiceUnreachable,
    StillWaiting,
)
from gateway.openid import OpenIdRefused
from gateway.wording import acting, spoken
from storage.accounts import AddressTaken
from storage.checkpoint_errors import CheckpointNotFound, CheckpointRefused, NothingOnRecord
from storage.database import DatabaseError
from storage.people import PersonIsErased, PersonNotFound
from storage.policy_reading import PolicyFileError
from storage.record import CaseNotFound
from storage.shelf import NotOnTheShelf, PolicyVersionTaken
from storage.term_files import TermFileError
from storage.views import LookUnrecorded
from web.rates import TooOften
from web.security import FormExpired, TooLarge
from web.viewer import INSIDE, NoSuchCase, NotForYou
from web.words import listed, size

NOTHING_LOST = (
    "Nothing was lost, and nothing was done twice: what you typed is still here. "
    "Send it again in a minute."
)


class Told(NamedTuple):
    """What to say: the status, a heading, and sentences that say what to do."""

    status: int
    heading: str
    sentences: Sequence[str]
    retry_after: int | None = None  # seconds
    kept: Sequence[str] = ()  # what was typed at length, to be shown once more


def told(error: BaseException) -> Told | None:
    """What there is to say of an error; None where it has no words of its own."""
    match error:
        case ActionRefused():
            refusal = error.refusal
            said = _refused(refusal.sentence, refusal.who_may)
            return Told(409, f"This is not possible now ({spoken(refusal.rule)})", said)
        case CaseError():
            said = _refused(error.sentence, error.who_may)
            return Told(409, f"This is not possible now ({spoken(error.rule)})", said)
        case StillWaiting():
            return Told(
                202,
                "What you did is on its way",
                [
                    f"What you did to {error.reference} was accepted, and will be on the record "
                    "as soon as the service answers again. You need not repeat it. If you do, it "
                    "counts once."
                ],
            )
        case ServiceUnreachable() if error.service == MAIL_SERVER:
            return Told(
                503,
                "The mail server is away for the moment",
                [
                    "Nothing was sent. Send it again in a minute; if it stays so, tell your "
                    "administrator."
                ],
            )
        case ServiceUnreachable():
            return Told(
                503,
                "The service is away for the moment",
                ["The service that acts on cases does not answer just now.", NOTHING_LOST],
            )
        case DatabaseError():
            return Told(
                503,
                "The record is away for the moment",
                ["The record can't be reached just now.", NOTHING_LOST],
            )
        case LookUnrecorded():
            return Told(
                503,
                "This can't be shown just now",
                [
                    "Who opens a case is written down before it is shown, and that was not "
                    "possible. Nothing was shown. Try again in a minute; if it stays so, tell "
                    "your administrator."
                ],
            )
        case AttachmentRefused() | PolicyFileError() | TermFileError():
            return Told(422, "A file can't be taken", [str(one) for one in error.findings])
        case LetterProblem():
            return Told(422, "The letter can't go out like this", [f.message for f in error.faults])
        case BadRequest():
            return Told(422, "Something is missing or not right", error.problems)
        case CannotReadLetter() | CalendarError() | PeriodProblem() | NoThemes() | DrawImpossible():
            return Told(422, "Something is missing or not right", str(error).splitlines())
        case NothingToExport():
            return Told(
                409,
                "There is nothing to put into a bundle",
                [
                    "No checkpoint covers any of what you asked for. One is made every night at "
                    "two: ask again tomorrow, or for more than this."
                ],
            )
        case RecordInDoubt() | DoesNotHold() | CheckpointError():
            return Told(
                409,
                "The record does not hold",
                ["Nothing was made of it. Verify the record, which says what is at fault."],
            )
        case BundleNotWritten():
            return Told(500, "The file can't be written", [str(error)])
        case ReviewError() | CheckpointRefused() | NothingOnRecord() | PolicyVersionTaken():
            return Told(409, "This is not possible now", [str(error)])
        case PersonIsErased():
            return Told(
                409,
                "This person's data was erased",
                ["Nothing can be kept about this person any more."],
            )
        case TooManyAttempts():
            wait = max(1, error.minutes) * 60
            return Told(429, "There were too many attempts", [str(error)], wait)
        case (
            SignInRefused()
            | CodeRefused()
            | PasswordRefused()
            | AccountLocked()
            | NotKnownHere()
            | OpenIdRefused()
        ):
            return Told(422, "You are not signed in", [str(error)])
        case AccountRefused() | AddressTaken() | NoAccount():
            return Told(409, "This is not possible now", [str(error)])
        case NoSuchCase() | CaseNotFound() | ReviewNotFound() | NotOnTheShelf() | PersonNotFound():
            return Told(404, "There is no such page", NOT_FOUND)
        case CheckpointNotFound():
            return Told(404, "There is no such checkpoint", ["The list of checkpoints shows all."])
        case NotForYou():
            return Told(403, "This page is for somebody else", [_who_may(error)])
        case FormExpired():
            return Told(
                403,
                "This form is too old to be used",
                [
                    "You may have been signed out after a while without a sign of you, or have "
                    "signed in anew. Nothing was done. Sign in if you are asked to, open the page "
                    "again, and send it again."
                ],
                kept=error.kept,
            )
        case TooLarge():
            return Told(
                413,
                "This is too large",
                [
                    f"No more than {size(error.limit)} can be sent at once. Nothing was done. Go "
                    "back and send less: several smaller files can go one after the other."
                ],
            )
        case TooOften():
            return Told(429, "That was too fast", [str(error)], error.seconds)
        case NotAsRecorded():
            return Told(
                409,
                "This file is not as it was received",
                [
                    "It was changed since, or its key was, so it is not given out. Tell your "
                    "administrator: the record says what it was."
                ],
            )
        case RecordAlarm():
            return Told(
                500,
                "The record holds something else in this place",
                ["Nothing was written. Tell your administrator, who should verify the record."],
            )
    return None


NOT_FOUND = (
    "The address may be mistyped, or the page may have moved. If you came by a link, it may be "
    "used up or out of date.",
    "A case is shown to those who have a part in it alone.",
)


def _who_may(error: NotForYou) -> str:
    if fitting := [spoken(role) for role in error.held if role in error.who_may]:
        return (
            f"You can open it as {listed(fitting, 'or')}: change your role at the top of the page, "
            "then come back."
        )
    if error.who_may >= INSIDE:
        whom = "people who work for the school, or govern it"
    else:
        whom = listed([acting(role) for role in Role if role in error.who_may], "or")
    return f"It can be opened by {whom}. If that is you, ask your administrator for the role."


def _refused(sentence: str, who_may: Sequence[Role]) -> list[str]:
    if not who_may:
        return [sentence]
    return [sentence, f"It is for {listed([acting(role) for role in who_may], 'or')}."]
