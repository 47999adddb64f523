"""Specimens of letters: a code's own words and clauses, with people and a story that are made up.

They show a school what its letters look like, and prove its templates before any letter is sent.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from documents.letter_variants import limit, meeting, variants
from documents.specimen_story import (
    ADVOCATE,
    FAMILY,
    HAPPENED,
    OFFICE,
    REASONS,
    SAMPLE,
    SERVICE,
)
from domain.calendar import Clock
from domain.letter_facts import (
    ADVISERS,
    CONCERNS,
    AdviceFacts,
    ContactFacts,
    LetterFacts,
    Reachable,
    RecipientFacts,
    SignatoryFacts,
    StepFacts,
    clause_facts,
)
from domain.letter_rules import clauses_owed
from domain.letter_templates import LetterTemplates, SchoolDetails, standing_facts
from domain.letters import Addressee, Letter
from domain.policy import Ladder, Policy, Step
from domain.vocabulary import (
    ActionName,
    AdviceKind,
    DutyKind,
    Role,
    Stage,
    Track,
)

_FAMILIES = (Role.PARENT, Role.ADVOCATE)


DATED = date(2026, 9, 15)


class Specimen(NamedTuple):
    """One letter that can occur: where and to whom, in a few words, and its facts."""

    label: str
    track: Track
    facts: LetterFacts


def with_sample_details(templates: LetterTemplates) -> LetterTemplates:
    """The templates with a made-up letterhead, where the school has not said anything of itself."""
    told = templates.school != SchoolDetails()
    return templates if told else templates.model_copy(update={"school": SAMPLE})


def specimens(policy: Policy, letter: Letter, details: SchoolDetails) -> Iterator[Specimen]:
    """Every way in which this letter can occur under this policy; none where it can't."""
    for ladder in policy.ladders:
        steps = _steps(policy, ladder, letter)
        for step in steps:
            for role in _recipients(ladder, letter):
                for label, variant in variants(policy, ladder, step, letter):
                    words = [
                        ladder.track.value,
                        step.id.value if letter.goes_with is None or len(steps) > 1 else "",
                    ]
                    label = " ".join(one for one in (*words, role or "", label) if one)
                    base = _facts(policy, ladder, step, letter, role, details)
                    yield Specimen(label, ladder.track, LetterFacts(**(base | variant)))


def _steps(policy: Policy, ladder: Ladder, letter: Letter) -> list[Step]:
    """The steps with which the letter goes out, or one to stand for all."""
    action = letter.goes_with
    if action is None:
        return [step for step in ladder.steps if step.letter == letter.id]
    limits = [step for step in ladder.steps if step.restriction]
    match action:
        case ActionName.RESTRICT_ACCESS:
            return limits
        case _ if letter.id in ("restriction", "variation", "review-result", "lifting"):
            return limits
        case ActionName.SEEK_EXTERNAL_ADVICE:
            return list(ladder.steps_of(action))
        case ActionName.SIGN_CODE if policy.asks_to_sign is None:
            return []
        case ActionName.PREPARE_LETTERS:
            return list(ladder.steps[:1])  # it goes out by itself, on every ladder
        case ActionName.COMPLETE_FOLLOW_UP if letter.id == "complaint-answer":
            return [step for step in ladder.steps if step.id is Stage.COMPLAINT]
        case ActionName.LAPSE:
            return [step for step in ladder.steps if step.quiet_period][:1]
    return list(ladder.steps[:1]) if ladder.roles_for(action) else []


def _recipients(ladder: Ladder, letter: Letter) -> list[Role | None]:
    raiser = ladder.raised_by[0]
    roles: list[Role | None] = []
    for addressee in letter.to:
        match addressee:
            case Addressee.RESPONDENT:
                roles.append(ladder.respondent or raiser)
            case Addressee.WRITER:
                roles += [ladder.respondent or raiser, raiser]
            case Addressee.RAISER:
                roles.append(raiser)
            case Addressee.FAMILY:
                roles.append(Role.PARENT)
            case Addressee.ADVOCATE:
                roles.append(Role.ADVOCATE)
            case Addressee.ATTENDEES if letter.id == "meeting-left-out":
                roles.append(Role.ADVOCATE)
            case Addressee.ATTENDEES:
                roles += [Role.PARENT, Role.ADVOCATE]
            case Addressee.ADVISER:
                roles.append(None)
    return list(dict.fromkeys(roles))


def _facts(
    policy: Policy,
    ladder: Ladder,
    step: Step,
    letter: Letter,
    role: Role | None,
    details: SchoolDetails,
) -> dict[str, Any]:
    standing = standing_facts(policy, details)
    service = ladder.track is Track.SERVICE_CONCERN
    here = SERVICE if service else OFFICE
    names = {Role.PARENT: FAMILY, Role.ADVOCATE: ADVOCATE}
    to = names.get(role, here.raiser) if role else here.adviser
    signpost = standing.signpost if role in _FAMILIES else None
    if letter.goes_with is ActionName.SIGNPOST:
        signpost = signpost or details.sendiass or Reachable(name="SENDIASS")
    respondent = names[ladder.respondent].name if ladder.respondent else None
    return {
        **standing._asdict(),
        "signpost": signpost,
        "recipient": RecipientFacts(
            name=to.name,
            greeting=to.greeting,
            role=role,
            answers=role is not None and role is ladder.respondent,
            address=to.address,
        ),
        "reference": f"{policy.reference_prefix}-2026-0042",
        "dated": f"{DATED.day} {DATED:%B %Y}",
        "contact": ContactFacts(
            name=here.contact.name,
            role=here.contact.role,
            telephone=here.contact.telephone,
        ),
        "signatory": SignatoryFacts(name=here.signatory.name, role=here.signatory.role),
        "respondent": respondent,
        "family": FAMILY.name,
        "advocate": ADVOCATE.name if ladder.track is not Track.PARENT_CONDUCT else None,
        "step": StepFacts(
            title=step.title,
            next=step.next,
            agreed=step.by_agreement,
            then=ladder.steps[-1].title,
        ),
        "concern_about": CONCERNS[ladder.track],
        "so_far": ladder.steps[0].title,
        "clauses": tuple(clause_facts(policy, one) for one in _clauses(policy, ladder, letter)),
        "happened": HAPPENED[ladder.track],
        "reason": REASONS.get(letter.id),
        "received_on": "Monday 14 September 2026",
        "answer_by": "Tuesday 22 September 2026" if letter.id in _HEARD else None,
        "decide_by": "Tuesday 29 September 2026" if letter.id in _HEARD else None,
        "follow_up_on": "Wednesday 14 October 2026",
        "quiet_until": _quiet_until(step),
        "restriction": limit(ladder, step, at_once=letter.id == "interim-restriction")
        if step.restriction
        else None,
        "meeting": meeting(policy),
        "advice": AdviceFacts(
            kind=AdviceKind.LOCAL_AUTHORITY,
            adviser=ADVISERS[AdviceKind.LOCAL_AUTHORITY],
        ),
        "reopen_until": "Tuesday 15 December 2026",
    }


def _quiet_until(step: Step) -> str | None:
    if step.quiet_period is None:
        return None
    amount, clock = step.quiet_period.amount, step.quiet_period.clock
    if clock is Clock.CALENDAR_MONTHS:
        year, month = divmod(DATED.year * 12 + DATED.month - 1 + amount, 12)
        day = date(year, month + 1, DATED.day)
    else:
        day = DATED + timedelta(days=amount * (7 if clock is Clock.CALENDAR_WEEKS else 1))
    return f"{day:%A} {day.day} {day:%B %Y}"


_OWES = (Role.HEADTEACHER, Role.SENIOR_LEADER, Role.STAFF, Role.SERVICE_STAFF)
_HEARD = ("intention-to-restrict", "interim-restriction")


def _clauses(policy: Policy, ladder: Ladder, letter: Letter) -> list[str]:
    owed = clauses_owed(ladder, letter.id)
    if owed is not None:
        return list(owed)
    if letter.id == "meeting-record":
        kept = (duty.clause for duty in ladder.duties if duty.kind is DutyKind.RECORD_MEETING)
        return list(kept)[:1]
    if letter.id in ("meeting-cancelled", "meeting-left-out"):
        return []
    if letter.id in ("meeting-invitation", "meeting-reminder") and policy.recording:
        return [policy.recording.clause]
    bound = (ladder.respondent,) if ladder.respondent else _OWES
    clauses = [clause.id for clause in policy.clauses if clause.binds in bound]
    return (clauses or [policy.clauses[0].id])[:2]
