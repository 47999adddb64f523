"""A code told as facts in plain words, so that two versions of it can be laid side by side.

Each function takes a part of a policy and gives its facts by what they are about. Whatever a
policy can say is told by one of them: a version never differs from another without a word of it.
"""

from collections.abc import Iterable
from datetime import date

from domain.difference import NONE, Facts, Named
from domain.ladder_words import HEADINGS, HOW_GRAVE, listed
from domain.policy import (
    Clause,
    DutyRule,
    FollowUp,
    Ladder,
    Overdue,
    Policy,
    RestrictionRules,
    Skip,
    Step,
    Theme,
)
from domain.spoken import day, spoken
from domain.vocabulary import ActionName, Role, Stage


def of_the_code(policy: Policy) -> Facts:
    """What the code is, whose it is, and from when it counts."""
    source = policy.source
    return {
        "Id": policy.policy,
        "Title": policy.title,
        "Version": policy.version,
        "In force from": day(policy.effective_from),
        "In force until": _day_or(policy.effective_until, "no end is set"),
        "School or service": policy.school,
        "References begin with": policy.reference_prefix,
        "Source": f"{source.title}, published by {source.published_by} ({source.document})",
        "Guidance beside the source": _lines(policy.sources_beyond),
    }


def of_clauses(policy: Policy) -> Named:
    """Every clause, by its id."""
    return {clause.id: _of_clause(clause) for clause in policy.clauses}


def _of_clause(clause: Clause) -> Facts:
    return {
        "Words": clause.text,
        "Binds": spoken(clause.binds) if clause.binds else "everyone, or the code itself",
        "Place in the source": clause.place,
    }


def of_keeping(policy: Policy) -> Facts:
    """How long a case is kept once it is over."""
    longer = policy.retention_after_restriction
    return {
        "A case is kept after it closed for": str(policy.retention),
        "Where somebody was restricted, for": str(longer) if longer else "the same time",
    }


def of_meetings_and_signing(policy: Policy) -> Facts:
    """What the code says of meetings, of recording them, and of signing it."""
    stop, recording = policy.stop_meeting, policy.recording
    return {
        "Who is asked to sign the code": spoken(policy.asks_to_sign or "nobody"),
        "A meeting may be stopped for": spoken(stop) if stop else NONE,
        "Clause on stopping a meeting": policy.stop_meeting_clause or NONE,
        "Recording a meeting needs": recording.needs if recording else NONE,
        "Clause on recording": recording.clause if recording else NONE,
    }


def of_letters_and_referrals(policy: Policy) -> Facts:
    """When letters wait, what happens to those that come back, and referrals to SENDIASS."""
    return {
        "Families are told of SENDIASS": "yes" if policy.sendiass else "no",
        "Letters that don't wait for the school to be open": _words(policy.urgent_letters),
        "Another way is found after a letter came back within": str(policy.returned_letter_within),
        "Asked what came of a referral after": str(policy.referral_within),
        "What was told without consent is looked at within": str(policy.disclosure_review_within),
    }


def of_roles(policy: Policy) -> Facts:
    """Each role in the school's own words."""
    return {spoken(role).capitalize(): words for role, words in policy.roles.items()}


def of_themes(policy: Policy) -> Named:
    """What feedback may be about, by the theme's id."""
    return {theme.id: _of_theme(theme) for theme in policy.themes}


def _of_theme(theme: Theme) -> Facts:
    return {"Title": theme.title, "Clauses": _words(theme.clauses)}


def of_ladders(policy: Policy) -> Named:
    """Which ladders there are, each with the names of its steps."""
    return {
        ladder_name(ladder): {
            "From the first step to the last": _words(map(_step_name, ladder.steps))
        }
        for ladder in policy.ladders
    }


def of_ladder(ladder: Ladder) -> Facts:
    """Who answers, who may raise a concern, and what holds for the ladder as a whole."""
    return {
        "Who is asked to answer": (
            spoken(ladder.respondent) if ladder.respondent else "the school, or service, itself"
        ),
        "Who may raise a concern": listed(ladder.raised_by),
        "Whoever raised it takes it up themselves": "yes" if ladder.raiser_moves else "no",
        **_of_follow_up(ladder.first_look, "A new concern is looked at"),
        "Who may ask the police at any step": _roles(ladder.police_from_any_stage),
        "Skipping a step": _lines(_skip(ladder, skip) for skip in ladder.skips),
        "How a case can end": _words(spoken(outcome) for outcome in ladder.outcomes),
        "A closed case may be reopened for": str(ladder.reopen_within),
        "Who is told of windows and reviews that nobody saw to": _overdue(ladder.alerts),
        "Members of a panel": str(ladder.panel_size or NONE),
    }


def of_steps(ladder: Ladder) -> Named:
    """Every step, by its title and stage."""
    return {_step_name(step): _of_step(ladder, step) for step in ladder.steps}


def _step_name(step: Step) -> str:
    return spoken(step.id).capitalize()


def _of_step(ladder: Ladder, step: Step) -> Facts:
    facts = {
        "Title": step.title,
        "What is done": spoken(step.action),
        "Who may": listed(step.roles),
        "May follow": _words(_title(ladder, stage) for stage in step.follows),
        "Beside the ladder": "yes" if step.aside else "no",
        "Only if both sides agree": "yes" if step.by_agreement else "no",
        "Whom advice is asked of": _words(spoken(kind) for kind in step.advice),
        "Place in the source": step.place,
        "Letter": step.letter,
        **_of_follow_up(step.follow_up, "Looked at again"),
        "Lapses after so long without anything further": str(step.quiet_period or NONE),
        "What the family is told happens next": step.next,
        "Restricts": "yes" if step.restriction else "nobody",
    }
    return facts | (_of_restriction(step.restriction) if step.restriction else {})


def _of_restriction(rules: RestrictionRules) -> Facts:
    return {
        "May limit": _words(spoken(scope) for scope in rules.scopes),
        "Time to be heard": str(rules.representations),
        "Decided within, or it lapses": str(rules.decide_within),
        "Reviewed within, or it lapses": str(rules.review_within),
        "Reminded before the review": str(rules.remind_before_review),
        "May take effect at once if it is": _words(
            HOW_GRAVE[severity] for severity in rules.interim_severities
        ),
        "Who else confirms it": listed(rules.confirmed_by),
        "Who reviews it": listed(rules.reviewed_by),
        "Who is told of a missed review": spoken(rules.missed_review_alerts),
    }


def of_authority(ladder: Ladder) -> Facts:
    """Who may do what beside the steps."""
    return {
        spoken(action).capitalize(): _roles(ladder.authority.get(action, ()))
        for action in ActionName
        if action in ladder.authority
    }


def of_duties(ladder: Ladder) -> Named:
    """What is owed meanwhile, by the duty's id."""
    return {duty.id: _of_duty(duty) for duty in ladder.duties}


def _of_duty(duty: DutyRule) -> Facts:
    return {
        "What is owed": spoken(duty.kind),
        "Falls due after": spoken(duty.when),
        "Within": str(duty.within),
        "Whose it is": spoken(duty.owner),
        "Clause": duty.clause,
        "If nobody has acted": _overdue(duty.overdue),
        "Keeps the case from closing": "yes" if duty.blocks_closing else "no",
        "A reminder waits for office hours": "no" if duty.urgent else "yes",
    }


def ladder_name(ladder: Ladder) -> str:
    """What a ladder is called, wherever two versions are compared."""
    return HEADINGS[ladder.track]


def _of_follow_up(follow_up: FollowUp, when: str) -> Facts:
    return {
        f"{when} within": str(follow_up.within),
        f"{when} by": spoken(follow_up.owner),
        f"{when}: what is checked": follow_up.check,
        f"{when}: if nobody has acted": _overdue(follow_up.overdue),
        f"{when}: name of the check": follow_up.id,
    }


def _skip(ladder: Ladder, skip: Skip) -> str:
    grave = " or ".join(HOW_GRAVE[severity] for severity in skip.severities)
    to = " or ".join(_title(ladder, stage) for stage in skip.to)
    return f"to {to}, if it is {grave}, by {listed(skip.roles)}"


def _title(ladder: Ladder, stage: Stage) -> str:
    step = ladder.by_stage.get(stage)
    return f"“{step.title}”" if step else spoken(stage)


def _overdue(levels: Iterable[Overdue]) -> str:
    return "; ".join(f"the {spoken(one.tell)} after {one.after} more" for one in levels)


def _roles(roles: tuple[Role, ...]) -> str:
    return listed(roles) if roles else "nobody"


def _words(words: Iterable[str]) -> str:
    return ", ".join(words) or NONE


def _lines(lines: Iterable[str]) -> str:
    return "; ".join(lines) or NONE


def _day_or(when: date | None, otherwise: str) -> str:
    return day(when) if when else otherwise
