"""A code of conduct as data: validated, frozen, and identified by the digest of its content."""

import hashlib
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Self

import rfc8785
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from transitions import Machine

from domain.calendar import Clock, Span
from domain.ladder import build_machine
from domain.vocabulary import (
    ActionName,
    AdviceKind,
    DutyKind,
    DutyTrigger,
    Outcome,
    Role,
    Scope,
    Severity,
    Stage,
    StopReason,
    Track,
)

IDENTIFIER = r"^[a-z0-9]+([-_.][a-z0-9]+)*$"
Identifier = Annotated[str, StringConstraints(pattern=IDENTIFIER, max_length=80)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


URGENT_LETTERS: tuple[str, ...] = ("interim-restriction",)
"""The letters that don't wait for the school to be open, unless a policy says otherwise."""
RETURNED_LETTER_WITHIN = Span(amount=2, clock=Clock.SCHOOL_DAYS)
"""The time in which another way is found to somebody whom a letter did not reach."""


REFERRAL_WITHIN = Span(amount=10, clock=Clock.SCHOOL_DAYS)
"""The time after which somebody asks what came of a referral to SENDIASS."""
DISCLOSURE_REVIEW_WITHIN = Span(amount=1, clock=Clock.SCHOOL_DAYS)
"""The time in which a second person looks at what was told without consent."""


class Frozen(BaseModel):
    """A value: it cannot be changed, and it refuses a field it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Frozen):
    """The published document that a policy paraphrases."""

    document: Words  # the file's name among the source documents
    title: Words
    published_by: Words


class Clause(Frozen):
    """One expectation, duty or remedy in a code, paraphrased, with its place in the source."""

    id: Identifier
    binds: Role | None = None  # who is bound; None: everyone, or the code itself
    text: Words
    place: Words  # such as "The school will, 2nd point"


class Overdue(Frozen):
    """Who is told next when nobody has acted: `after` counts from the due date."""

    after: Span
    tell: Role


class FollowUp(Frozen):
    """A timed check that the policy sets on a step."""

    id: Identifier
    check: Words
    within: Span
    owner: Role
    overdue: tuple[Overdue, ...] = Field(min_length=1)


class DutyRule(Frozen):
    """Something the school owes, what makes it fall due, and by when."""

    id: Identifier
    kind: DutyKind
    when: DutyTrigger
    within: Span
    owner: Role
    clause: Identifier
    overdue: tuple[Overdue, ...] = Field(min_length=1)
    blocks_closing: bool = False
    urgent: bool = False  # True: a reminder about it does not wait for office hours


class RestrictionRules(Frozen):
    """The safeguards on a step that restricts somebody.

    `representations` is the window to be heard; `decide_within` the time in which a proposed or
    interim restriction must be confirmed, or it lapses; `review_within` the longest time that
    it may stand before a review renews it.
    """

    scopes: tuple[Scope, ...] = Field(min_length=1)
    representations: Span
    decide_within: Span
    review_within: Span
    remind_before_review: Span
    interim_severities: tuple[Severity, ...] = (Severity.SAFETY,)
    confirmed_by: tuple[Role, ...] = Field(min_length=1)
    reviewed_by: tuple[Role, ...] = Field(min_length=1)
    missed_review_alerts: Role = Role.CHAIR_OF_GOVERNORS

    @model_validator(mode="after")
    def _reminder_is_in_school_days(self) -> Self:
        if self.remind_before_review.clock is not Clock.SCHOOL_DAYS:
            raise ValueError(
                f"remind_before_review is given in school days, not “{self.remind_before_review}”."
            )
        return self


class Step(Frozen):
    """A rung of the ladder, or (with `aside`) a way out beside it that keeps one's rung.

    `follows` lists the stages from which the step may be taken without skipping a rung.
    """

    id: Stage
    title: Words
    action: ActionName
    aside: bool = False
    follows: tuple[Stage, ...] = Field(min_length=1)
    roles: tuple[Role, ...] = Field(min_length=1)
    place: Words  # where the source names this step, or the guidance that it comes from
    letter: Identifier
    follow_up: FollowUp
    quiet_period: Span | None = None
    restriction: RestrictionRules | None = None
    advice: tuple[AdviceKind, ...] = ()
    by_agreement: bool = False
    next: Words  # what the family is told happens next


class Skip(Frozen):
    """Who may skip a rung, and how grave it must be."""

    severities: tuple[Severity, ...] = Field(min_length=1)
    roles: tuple[Role, ...] = Field(min_length=1)
    to: tuple[Stage, ...] = Field(min_length=1)


class _WithDerived(Frozen):
    """A value that keeps what follows from it once it was worked out."""

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy. What followed from the original is worked out anew, or a changed policy would
        go by the digest of the one that it was copied from."""
        copied = super().model_copy(update=update, deep=deep)
        for name in set(copied.__dict__) - set(type(self).model_fields):
            del copied.__dict__[name]
        return copied


class Ladder(_WithDerived):
    """The steps of one track, who may do what on it, and what the school owes meanwhile."""

    track: Track
    respondent: Role | None = None  # None: the school, or the service, itself
    raised_by: tuple[Role, ...] = Field(min_length=1)
    raiser_moves: bool = False  # True: the person who raised the concern takes it up themselves
    first_look: FollowUp  # while a concern is raised and nobody has done anything about it
    steps: tuple[Step, ...] = Field(min_length=1)
    skips: tuple[Skip, ...] = ()
    police_from_any_stage: tuple[Role, ...] = ()
    authority: dict[ActionName, tuple[Role, ...]]
    outcomes: tuple[Outcome, ...] = Field(min_length=1)
    duties: tuple[DutyRule, ...] = ()
    alerts: tuple[Overdue, ...] = Field(min_length=1)  # for windows and reviews
    reopen_within: Span
    panel_size: int | None = None

    @cached_property
    def by_stage(self) -> dict[Stage, Step]:
        """Each step, found by its stage."""
        return {step.id: step for step in self.steps}

    @cached_property
    def machine(self) -> Machine:
        """The state machine of this ladder, built once and shared by all its cases."""
        return build_machine(self)

    @cached_property
    def follow_ups(self) -> tuple[FollowUp, ...]:
        """Every timed check on this ladder: the first look, then each step's."""
        return (self.first_look, *(step.follow_up for step in self.steps))

    def steps_of(self, action: ActionName) -> tuple[Step, ...]:
        """The steps that `action` leads to, in the ladder's order."""
        return tuple(step for step in self.steps if step.action is action)

    def step_to(self, action: ActionName, scopes: tuple[Scope, ...] = ()) -> Step | None:
        """The step that `action` leads to, restricting all of `scopes`; None where none does."""
        wanted = set(scopes)
        for step in self.steps_of(action):
            if not wanted or (step.restriction and wanted <= set(step.restriction.scopes)):
                return step
        return None

    def roles_for(self, action: ActionName) -> tuple[Role, ...]:
        """The roles that may do `action` somewhere on this ladder."""
        if steps := self.steps_of(action):
            return tuple(dict.fromkeys(role for step in steps for role in step.roles))
        if action is ActionName.RAISE_CONCERN:
            return self.raised_by
        return self.authority.get(action, ())


class Theme(Frozen):
    """What feedback on a service may be about, and the clauses that speak of it."""

    id: Identifier
    title: Words
    clauses: tuple[Identifier, ...] = Field(min_length=1)


class Recording(Frozen):
    """What the code says of recording meetings and conversations."""

    needs: Words  # such as "prior consent" or "agreement"
    clause: Identifier


class Policy(_WithDerived):
    """A whole code in its machine-readable, versioned form."""

    policy: Identifier
    title: Words
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+(\.\d+)?$")]
    effective_from: date
    effective_until: date | None = None
    school: Words
    reference_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,4}$")]
    source: Source
    sources_beyond: tuple[Words, ...] = ()  # guidance that defaults in this pack come from
    roles: dict[Role, Words]  # each role that this policy uses, in the school's own words
    clauses: tuple[Clause, ...] = Field(min_length=1)
    asks_to_sign: Role | None = None  # who is invited to sign the code; None: nobody
    stop_meeting: StopReason | None = None
    stop_meeting_clause: Identifier | None = None
    recording: Recording | None = None
    sendiass: bool = False  # True: the code signposts families to SENDIASS
    retention: Span = Span(amount=72, clock=Clock.CALENDAR_MONTHS)
    # Left out of the digest where it is not said: packs from before it keep theirs.
    retention_after_restriction: Span | None = Field(
        default=None, exclude_if=lambda span: span is None
    )
    urgent_letters: tuple[Identifier, ...] = Field(
        default=URGENT_LETTERS, exclude_if=lambda letters: letters == URGENT_LETTERS
    )
    returned_letter_within: Span = Field(
        default=RETURNED_LETTER_WITHIN, exclude_if=lambda span: span == RETURNED_LETTER_WITHIN
    )
    referral_within: Span = Field(
        default=REFERRAL_WITHIN, exclude_if=lambda span: span == REFERRAL_WITHIN
    )
    disclosure_review_within: Span = Field(
        default=DISCLOSURE_REVIEW_WITHIN,
        exclude_if=lambda span: span == DISCLOSURE_REVIEW_WITHIN,
    )
    themes: tuple[Theme, ...] = Field(default=(), exclude_if=lambda themes: not themes)
    ladders: tuple[Ladder, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _dates_run_forward(self) -> Self:
        if self.effective_until and self.effective_until < self.effective_from:
            raise ValueError(
                f"effective_until ({self.effective_until}) is before effective_from "
                f"({self.effective_from}); swap them or correct one."
            )
        return self

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of the canonical JSON (RFC 8785) of the whole policy."""
        return hashlib.sha256(rfc8785.dumps(self.model_dump(mode="json"))).hexdigest()

    @cached_property
    def by_track(self) -> dict[Track, Ladder]:
        """Each ladder, found by its track."""
        return {ladder.track: ladder for ladder in self.ladders}

    @cached_property
    def clause_ids(self) -> frozenset[str]:
        """The ids of every clause."""
        return frozenset(clause.id for clause in self.clauses)

    def clause(self, clause_id: str) -> Clause:
        """The clause with this id. Raises KeyError where there is none."""
        return next(c for c in self.clauses if c.id == clause_id)
