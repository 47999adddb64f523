"""Domain errors: each docstring is the sentence that staff read; the facts are fields."""

from collections.abc import Iterable
from datetime import date, datetime
from difflib import get_close_matches
from typing import ClassVar

from domain.vocabulary import Role, Rule


class EvenhandError(Exception):
    """Something went wrong."""


class CaseError(EvenhandError):
    """The action was refused, and the case is as it was.

    `rule` names the rule that refused, `detail` the facts of this refusal, `who_may` the roles
    that are allowed to (empty where a role would not help), and `not_before` the moment from
    which the action is allowed (None where waiting would not help).
    """

    rule: ClassVar[Rule] = Rule.LADDER

    def __init__(
        self,
        detail: str = "",
        *,
        who_may: Iterable[Role] = (),
        not_before: datetime | date | None = None,
    ) -> None:
        self.detail = detail
        self.who_may = tuple(who_may)
        self.not_before = not_before
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        """The whole refusal in words: the rule, then the facts."""
        parts = [" ".join((type(self).__doc__ or "").split())]
        if self.detail:
            parts.append(self.detail)
        if self.who_may:
            parts.append(
                "Who may: " + ", ".join(r.value.replace("_", " ") for r in self.who_may) + "."
            )
        return " ".join(parts)


class NotAllowedHere(CaseError):
    """This can't be done to the case as it stands."""


class CaseIsClosed(CaseError):
    """The case is closed. Reopen it first, with a reason."""


class CaseIsSettled(CaseError):
    """This case is settled: the time to act on it or reopen it is over."""


class CaseIsOpen(CaseError):
    """The case is open, so there is nothing to reopen."""


class NotAuthorised(CaseError):
    """The policy does not give this role the authority to do this."""

    rule = Rule.AUTHORITY


class SkippedRung(CaseError):
    """The ladder is climbed one rung at a time. Skipping one needs a severity and a role that
    the policy names."""

    rule = Rule.ONE_RUNG_AT_A_TIME


class SecondPersonNeeded(CaseError):
    """A restriction is proposed by one person and confirmed by another."""

    rule = Rule.TWO_PAIRS_OF_EYES


class NotYetHeard(CaseError):
    """The respondent has not been heard: wait for their representations, or for the window to
    close."""

    rule = Rule.TO_BE_HEARD


class AnswerMissing(CaseError):
    """Representations were made, so the decision must answer them."""

    rule = Rule.TO_BE_HEARD


class WindowClosed(CaseError):
    """Nothing is or was restricted on this case, so there is nothing to give a written side on.
    Record it as a response instead."""

    rule = Rule.TO_BE_HEARD


class OpenEndedRestriction(CaseError):
    """A restriction says what it limits, what contact stays permitted and through whom, and ends
    at a review date within the policy's limit."""

    rule = Rule.NO_OPEN_ENDED_RESTRICTION


class RestrictionStillOpen(CaseError):
    """A case does not close while a restriction is proposed or in effect. Lift it first."""

    rule = Rule.NO_OPEN_ENDED_RESTRICTION


class SignpostOutstanding(CaseError):
    """The parent must be told how to reach SENDIASS before this case can close."""

    rule = Rule.SIGNPOSTING


class ConsentMissing(CaseError):
    """Nothing of a case is shared outside without the parent's consent."""

    rule = Rule.CONSENT


class ConflictOfInterest(CaseError):
    """Nobody decides, confirms or reviews a case in which they are named, which they raised, or
    in which they declared a conflict. Ask a colleague."""

    rule = Rule.CONFLICT_OF_INTEREST


class OwnCopy(CaseError):
    """Nobody makes the copy of what is held about themselves while a colleague can do it."""

    rule = Rule.CONFLICT_OF_INTEREST


class NamesSeen(CaseError):
    """A governor who has seen the names in a case does not sit on its panel, and a panel has at
    least three members, one of them independent of the school."""

    rule = Rule.CONFLICT_OF_INTEREST


class ReasonMissing(CaseError):
    """Every decision gives a reason and cites at least one clause of the code, or the result of
    a follow-up."""

    rule = Rule.REASONS


class TimersDoNotDecide(CaseError):
    """Only a person moves a case. A timer reminds, and relief alone may come by itself."""

    rule = Rule.TIMERS_REMIND


class PromiseOutstanding(CaseError):
    """The school has not yet kept a promise that must be kept before the case closes."""

    rule = Rule.PROMISES


class NotAskedToSign(CaseError):
    """This code is not one that people are asked to sign."""

    rule = Rule.SIGNING_IS_ASKED


class ProcedureMissing(CaseError):
    """A transfer names the procedure that the matter goes to; no other outcome does."""

    rule = Rule.OUT_OF_THE_LADDER


class AdjustmentStands(CaseError):
    """An agreed adjustment stands for the life of the case until a recorded decision removes it."""

    rule = Rule.ADJUSTMENTS


class NotConsented(CaseError):
    """A meeting is recorded only if everybody who is invited agreed to it beforehand."""

    rule = Rule.CONSENT


class LimitStands(CaseError):
    """Somebody whose part in meetings is limited is not invited to one. Vary the limit first."""

    rule = Rule.RESTRICTION_STANDS


class OutOfSchoolTime(CaseError):
    """A meeting begins on a school day, in the school's hours, unless another time was agreed."""

    rule = Rule.CALENDAR


class CaseChanged(CaseError):
    """Somebody acted on this case while you were looking at it. Look again before you act."""

    rule = Rule.CASE_CHANGED


class CalendarFallsShort(CaseError):
    """The school's calendar does not reach the day this would fall due. Add the next year's term
    dates first."""

    rule = Rule.CALENDAR


class UnknownThing(CaseError):
    """There is no such thing on this case or in this policy."""

    rule = Rule.UNKNOWN_THING

    @classmethod
    def named(cls, kind: str, given: str, known: Iterable[str]) -> "UnknownThing":
        """The error for `given`, a `kind` that is not among `known`, with the nearest names."""
        return cls(f"There is no {kind} “{given}”.{near_names(given, known)}")


class NotForThisRole(CaseError):
    """This role does not have the authority to do this."""

    rule = Rule.AUTHORITY


class LastAdministrator(CaseError):
    """A school keeps one administrator at least: without any, nobody could let anybody in. Make
    somebody else an administrator first."""

    rule = Rule.AUTHORITY


class AnotherPersonConfirms(CaseError):
    """An erasure is asked for by one person and confirmed by another, and neither of them is the
    person whose data it is."""

    rule = Rule.TWO_PAIRS_OF_EYES


class NobodyToConfirm(CaseError):
    """Nobody else at this school may confirm an erasure. Give somebody the role first."""

    rule = Rule.TWO_PAIRS_OF_EYES


class AlreadyErased(CaseError):
    """This person's data was destroyed already."""

    rule = Rule.ERASURE


class ErasureAskedFor(CaseError):
    """An erasure of this person is waiting for a second person already."""

    rule = Rule.ERASURE


class NoSuchErasure(CaseError):
    """There is no such erasure waiting."""

    rule = Rule.ERASURE


class PartInOpenCase(CaseError):
    """This person has a part in an open case. Close it first, or hand that part to somebody else;
    only a legal ground (unlawful, legal obligation) goes before it."""

    rule = Rule.ERASURE


class CopyStillOwed(CaseError):
    """This person asked for a copy of what is held about them, and has not had it yet. Give them
    that first (`evenhand person export`); only a legal ground (unlawful, legal obligation) goes
    before it."""

    rule = Rule.ERASURE


class OnLegalHold(CaseError):
    """A legal hold keeps everything about a case until it is lifted."""

    rule = Rule.LEGAL_HOLD


class NotOnHold(CaseError):
    """There is no legal hold on this case."""

    rule = Rule.LEGAL_HOLD


class NotSettled(CaseError):
    """The case is open, or may still be reopened, so it is kept."""

    rule = Rule.RETENTION


class NotDueYet(CaseError):
    """The time for which this case is kept is not over."""

    rule = Rule.RETENTION


class NotProposed(CaseError):
    """It was not yet proposed that this case goes: the nightly sweep does so, or `evenhand
    retention sweep` now."""

    rule = Rule.RETENTION


class AlreadyDisposed(CaseError):
    """The texts of this case were destroyed already."""

    rule = Rule.RETENTION


class DayInThePast(CaseError):
    """This needs a day in the future."""

    rule = Rule.RETENTION


def near_names(given: str, known: Iterable[str]) -> str:
    """A sentence (with a leading space) that offers the names nearest to `given`, or ''."""
    names = sorted(set(known))
    near = get_close_matches(given, names, n=3, cutoff=0.5) or names[:5]
    return f" Did you mean {', '.join(near)}?" if near else ""
