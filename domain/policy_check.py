"""Proves that a policy can be run: its words known, its ladders sound, its safeguards whole.

Pydantic has judged the form of each field; what is judged here is how they hang together.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from domain.calendar import Span
from domain.errors import near_names
from domain.ladder_check import check_ladder
from domain.letters import IN_WORDS, Letter, Part
from domain.policy import Ladder, Policy
from domain.policy_problem import Problem
from domain.retention import WITHOUT_TERM_DATES
from domain.safeguard_check import check_safeguards
from domain.vocabulary import ActionName, DutyKind, Role

__all__ = ["Problem", "check_policy"]

TOLD_OF_A_LIMIT = (Part.DECISION, Part.DURATION_AND_REVIEW, Part.STILL_OPEN, Part.HOW_TO_ANSWER)
"""What the letter of a step that limits somebody must hold, besides its reason."""


def check_policy(policy: Policy, letters: Mapping[str, Letter]) -> list[Problem]:
    """Everything that is wrong with a policy; `letters` are the letters that exist, by their ids.

    An empty list proves that each ladder's machine was walked and the policy can be run.
    """
    problems = [
        *_clauses(policy),
        *_meetings_and_signing(policy),
        *_retention(policy),
        *_repeated("themes", (theme.id for theme in policy.themes), "theme"),
        *_repeated("ladders", (ladder.track.value for ladder in policy.ladders), "track"),
    ]
    for ladder in policy.ladders:
        field = f"ladders.{ladder.track.value}"
        problems += check_ladder(ladder, field)
        problems += check_safeguards(ladder, field)
        problems += _letters(ladder, field, letters)
        duties = (duty.id for duty in ladder.duties)
        problems += _repeated(f"{field}.duties", duties, "duty")
        follow_ups = (follow_up.id for follow_up in ladder.follow_ups)
        problems += _repeated(f"{field}.steps", follow_ups, "follow-up")
    return problems + list(_roles(policy))


def _clauses(policy: Policy) -> Iterator[Problem]:
    yield from _repeated("clauses", (clause.id for clause in policy.clauses), "clause")
    cited = {
        f"ladders.{ladder.track.value}.duties.{duty.id}.clause": duty.clause
        for ladder in policy.ladders
        for duty in ladder.duties
    }
    if policy.stop_meeting_clause:
        cited["stop_meeting_clause"] = policy.stop_meeting_clause
    if policy.recording:
        cited["recording.clause"] = policy.recording.clause
    cited |= {
        f"themes.{theme.id}.clauses.{number}": clause
        for theme in policy.themes
        for number, clause in enumerate(theme.clauses)
    }
    for field, clause in cited.items():
        if clause not in policy.clause_ids:
            near = near_names(clause, policy.clause_ids)
            yield Problem(field=field, message=f"There is no clause “{clause}”.{near}")


def _retention(policy: Policy) -> Iterator[Problem]:
    for field in ("retention", "retention_after_restriction"):
        span: Span | None = getattr(policy, field)
        if span is not None and span.clock not in WITHOUT_TERM_DATES:
            message = f"Nobody knows the term dates of “{span}” ahead: count in calendar months."
            yield Problem(field=field, message=message)
    longer = policy.retention_after_restriction
    same_clock = longer is not None and longer.clock is policy.retention.clock
    if longer is not None and same_clock and longer.amount < policy.retention.amount:
        message = f"This is shorter than retention, which is {policy.retention}."
        yield Problem(field="retention_after_restriction", message=message)


def _repeated(field: str, ids: Iterable[str], kind: str) -> Iterator[Problem]:
    for name, times in Counter(ids).items():
        if times > 1:
            yield Problem(
                field=f"{field}.{name}",
                message=f"The {kind} “{name}” stands here {times} times: keep one, or rename it.",
            )


def _meetings_and_signing(policy: Policy) -> Iterator[Problem]:
    if (policy.stop_meeting is None) != (policy.stop_meeting_clause is None):
        yield Problem(
            field="stop_meeting",
            message="Give stop_meeting and stop_meeting_clause together, or neither.",
        )
    for ladder in policy.ladders:
        field = f"ladders.{ladder.track.value}.authority"
        if policy.stop_meeting is None and ladder.roles_for(ActionName.STOP_MEETING):
            yield Problem(
                field=f"{field}.stop_meeting",
                message="This code gives no ground to stop a meeting: leave the roles empty, [].",
            )
        if policy.asks_to_sign is None:
            if ladder.roles_for(ActionName.SIGN_CODE):
                yield Problem(
                    field=f"{field}.sign_code",
                    message="This code asks nobody to sign it: leave the roles empty, [].",
                )
            for duty in ladder.duties:
                if duty.kind is DutyKind.ASK_TO_SIGN:
                    yield Problem(
                        field=f"ladders.{ladder.track.value}.duties.{duty.id}",
                        message="This code asks nobody to sign it (asks_to_sign): drop the duty.",
                    )


def _letters(ladder: Ladder, field: str, letters: Mapping[str, Letter]) -> Iterator[Problem]:
    for step in ladder.steps:
        here = f"{field}.steps.{step.id.value}.letter"
        letter = letters.get(step.letter)
        if letter is None:
            near = near_names(step.letter, letters)
            yield Problem(field=here, message=f"There is no letter “{step.letter}”.{near}")
        elif letter.goes_with:
            message = f"“{step.letter}” goes with {letter.goes_with.value}, and not with a step."
            yield Problem(field=here, message=message)
        elif step.restriction:
            for part in TOLD_OF_A_LIMIT:
                if part not in letter.parts:
                    message = (
                        f"It limits somebody, and “{step.letter}” does not say {IN_WORDS[part]}."
                    )
                    yield Problem(field=here, message=message)


def _roles(policy: Policy) -> Iterator[Problem]:
    for field, role in _roles_used(policy):
        if role is Role.SYSTEM:
            yield Problem(field=field, message="A timer reminds; it is never given authority.")
        elif role not in policy.roles:
            yield Problem(
                field=field,
                message=f"The role {role.value} is not explained under roles: add it there.",
            )


def _roles_used(policy: Policy) -> Iterator[tuple[str, Role]]:
    """Each role that the policy names, with the field that names it."""
    for clause in policy.clauses:
        if clause.binds:
            yield f"clauses.{clause.id}.binds", clause.binds
    if policy.asks_to_sign:
        yield "asks_to_sign", policy.asks_to_sign
    if Role.SYSTEM in policy.roles:
        yield "roles.system", Role.SYSTEM
    for ladder in policy.ladders:
        for field, roles in _roles_of(ladder):
            for role in roles:
                yield f"ladders.{ladder.track.value}.{field}", role


def _roles_of(ladder: Ladder) -> Iterator[tuple[str, tuple[Role, ...]]]:
    if ladder.respondent:
        yield "respondent", (ladder.respondent,)
    yield "raised_by", ladder.raised_by
    yield "first_look.owner", (ladder.first_look.owner,)
    yield "first_look.overdue", tuple(level.tell for level in ladder.first_look.overdue)
    for step in ladder.steps:
        here = f"steps.{step.id.value}"
        yield f"{here}.roles", step.roles
        yield f"{here}.follow_up.owner", (step.follow_up.owner,)
        yield f"{here}.follow_up.overdue", tuple(level.tell for level in step.follow_up.overdue)
        if rules := step.restriction:
            yield f"{here}.restriction.confirmed_by", rules.confirmed_by
            yield f"{here}.restriction.reviewed_by", rules.reviewed_by
            yield f"{here}.restriction.missed_review_alerts", (rules.missed_review_alerts,)
    for duty in ladder.duties:
        yield f"duties.{duty.id}.owner", (duty.owner,)
        yield f"duties.{duty.id}.overdue", tuple(level.tell for level in duty.overdue)
    for number, skip in enumerate(ladder.skips):
        yield f"skips[{number}].roles", skip.roles
    yield "police_from_any_stage", ladder.police_from_any_stage
    yield "alerts", tuple(level.tell for level in ladder.alerts)
    for action, roles in ladder.authority.items():
        yield f"authority.{action.value}", roles
