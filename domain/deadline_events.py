"""What a record says of deadlines: set, told of, met, missed and moved."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, Field

from domain.acting import PersonId, TextRef
from domain.calendar import Span
from domain.policy import Frozen
from domain.vocabulary import DeadlineKind, Occasion, Role


class AlertRule(Frozen):
    """Whom a deadline's reminder tells, and how long before or after the due date.

    With neither `before` nor `after`, on the due date itself; `at_once`, on the day from which it
    counts. `before` is in school days. `to` names the one person whom it is for, and nobody else;
    `for_information`, that whoever holds the role need only know.
    """

    tell: Role
    before: Span | None = None
    after: Span | None = None
    at_once: bool = False
    to: PersonId | None = None
    for_information: bool = Field(default=False, exclude_if=lambda only: not only)


class Alert(Frozen):
    """The moment at which a reminder goes out, and to whom."""

    at: AwareDatetime
    tell: Role


class DeadlineSet(Frozen):
    """The moments are fixed here; a change of calendar moves them in a later event.

    `not_for` are people who may not see to it, because it is about what they decided.
    """

    type: Literal["deadline:set"] = "deadline:set"
    deadline: str
    kind: DeadlineKind
    # The follow-up's, duty's or restriction's id; the stage for a quiet period; the decision's
    # event for a challenge.
    about: str
    counted_from: date
    span: Span | None  # None: the date was given, as a restriction's review is
    due_on: date
    due_at: AwareDatetime
    rules: tuple[AlertRule, ...]
    alerts: tuple[Alert, ...]
    blocks_closing: bool = False
    urgent: bool = False
    not_for: tuple[PersonId, ...] = ()


class DeadlineReminded(Frozen):
    """A reminder is due: level 0 tells the owner, each later level the next role up.

    `occasion` is said where the first levels tell of what came in, and not of the due date.
    """

    type: Literal["deadline:reminded"] = "deadline:reminded"
    deadline: str
    generation: int
    level: int
    tell: Role
    occasion: Occasion | None = None


class DeadlineMet(Frozen):
    type: Literal["deadline:met"] = "deadline:met"
    deadline: str
    on_time: bool
    result: TextRef | None = None
    reply: TextRef | None = Field(default=None, exclude_if=lambda text: text is None)


class DeadlineMissed(Frozen):
    """A window or review ended with nothing decided; `tell` is alerted."""

    type: Literal["deadline:missed"] = "deadline:missed"
    deadline: str
    tell: Role


class DeadlineMoved(Frozen):
    """A person extended it or took it on, something restarted it, or the calendar changed."""

    type: Literal["deadline:moved"] = "deadline:moved"
    deadline: str
    generation: int
    why: Literal["extended", "taken", "calendar", "review", "incident", "blocked"]
    was: AwareDatetime
    counted_from: date
    span: Span | None
    due_on: date
    due_at: AwareDatetime
    alerts: tuple[Alert, ...]
    owner: PersonId | None = None
    reason: TextRef | None = None


class DeadlineEnded(Frozen):
    """It no longer matters: the case moved on or closed."""

    type: Literal["deadline:ended"] = "deadline:ended"
    deadline: str


class NoticeSent(Frozen):
    type: Literal["notice:sent"] = "notice:sent"
    deadline: str
    level: int
    told: PersonId | None
    message_id: str
    digest: str
    sent_at: AwareDatetime
