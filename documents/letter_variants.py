"""The ways in which a letter can occur, as made-up facts that one specimen shows."""

from typing import Any

from documents.specimen_story import (
    ADVOCATE,
    ANSWER,
    CHANGES,
    DISCUSSED,
    FAMILY,
    OFFERED,
    OFFICE,
    REFERRED,
    Who,
)
from domain.letter_facts import (
    ADVISERS,
    SCOPES,
    YOU,
    AdviceFacts,
    MeetingFacts,
    RecipientFacts,
    RestrictionFacts,
    StepFacts,
)
from domain.letters import Letter
from domain.policy import Ladder, Policy, Step
from domain.vocabulary import AdviceKind, Outcome, ReviewResult, Role, Scope

_ENDED = "Friday 2 October 2026"


def variants(
    policy: Policy, ladder: Ladder, step: Step, letter: Letter
) -> list[tuple[str, dict[str, Any]]]:
    """Each way in which the letter can occur at this step: its label, and the facts that differ."""
    match letter.id:
        case "referral":
            kinds = step.advice or (AdviceKind.LOCAL_AUTHORITY,)
            return [(kind.value, _adviser(kind)) for kind in kinds]
        case "restriction":
            return [
                ("heard", {"answer": ANSWER}),
                ("not heard", {}),
                ("begun at once", {"answer": ANSWER, "restriction": _at_once(ladder, step)}),
            ]
        case "variation":
            return [("", _narrower(ladder, step))]
        case "review-result":
            results: dict[ReviewResult, dict[str, Any]] = {
                ReviewResult.CONTINUE: {},
                ReviewResult.VARY: _narrower(ladder, step),
                ReviewResult.LIFT: {},
            }
            return [(result.value, {"review": result, **more}) for result, more in results.items()]
        case "lifting":
            made_up = limit(ladder, step).model_copy(update={"ended_on": _ENDED})
            ways: dict[str, dict[str, Any]] = {
                "lifted": {},
                "lapsed": {"lapsed": True},
                "never confirmed": {"lapsed": True, "unconfirmed": True},
                "withdrawn": {"proposed_only": True},
                "proposal lapsed": {"lapsed": True, "proposed_only": True},
                "another stands": {"others": (SCOPES[Scope.SITE],)},
            }
            by_itself = {"reason": None}
            return [
                (
                    label,
                    {"restriction": made_up.model_copy(update=how)}
                    | (by_itself if "lapsed" in how else {}),
                )
                for label, how in ways.items()
            ]
        case "mediation":
            next_step = StepFacts(title=step.title, next=step.next, agreed=not step.by_agreement)
            return [("", {}), ("offered" if step.by_agreement else "agreed", {"step": next_step})]
        case "concern-taken-up":
            return [("", {}), ("at once", {"so_far": None})]
        case "conversation" | "complaint" | "complaint-panel":
            own = {"reason": "I would like to know why.", "reason_from": YOU}
            return [("", {}), ("in their words", own)]
        case "signpost":
            return [("", {"restriction": None}), *_beside_a_limit(ladder)]
        case "closure":
            told = {Outcome.TRANSFERRED: {"procedure": "admissions"}}
            return [
                (outcome.value, {"outcome": outcome, **told.get(outcome, {})})
                for outcome in ladder.outcomes
            ]
        case "meeting-invitation":
            return [
                ("", {}),
                ("moved", {"meeting": meeting(policy, was="Tuesday 22 September 2026")}),
                ("to be recorded", {"meeting": meeting(policy, recording_wanted=True)}),
                ("arranged by the recipient", {"recipient": _organiser(), "signpost": None}),
                *_signing(policy),
            ]
        case "meeting-reminder":
            return [
                ("", {}),
                ("to be recorded", {"meeting": meeting(policy, recording_wanted=True)}),
                *_signing(policy),
            ]
        case "accompaniment":
            offer = {"offered": OFFERED}
            return [(label, offer | how) for label, how in _beside_a_limit(ladder)[:1]] or [
                ("", offer | {"restriction": None})
            ]
        case "referral-made":
            taken = REFERRED.model_copy(update={"sent": False})
            return [("sent", {"referral": REFERRED}), ("to take there", {"referral": taken})]
        case "complaint-answer" | "reply":
            return [("", {"answer": ANSWER})]
        case "meeting-cancelled":
            return [("", {}), ("the matter has ended", {"reason": None})]
        case "meeting-record":
            stopped = "Voices were raised, and we thought it better to go on another day."
            return [
                ("", {"meeting": meeting(policy, **DISCUSSED)}),
                ("stopped", {"meeting": meeting(policy, stopped=stopped, **DISCUSSED)}),
                ("recorded", {"meeting": meeting(policy, recording_made=True, **DISCUSSED)}),
            ]
    return [("", {})]


def _at_once(ladder: Ladder, step: Step) -> RestrictionFacts:
    return limit(ladder, step, at_once=True).model_copy(update={"at_once": True})


def _beside_a_limit(ladder: Ladder) -> list[tuple[str, dict[str, Any]]]:
    """What a family is told beside a limit on its advocate: while it stands, and once it ended."""
    limits = [step for step in ladder.steps if step.restriction]
    if not limits or ladder.respondent is not Role.ADVOCATE:
        return []
    made_up = limit(ladder, limits[0])
    ended = made_up.model_copy(update={"ended_on": _ENDED})
    return [("beside a limit", {"restriction": made_up}), ("it has ended", {"restriction": ended})]


def _organiser() -> RecipientFacts:
    here = OFFICE.contact
    return RecipientFacts(
        name=here.name, greeting=here.name, role=Role.SENIOR_LEADER, is_contact=True
    )


def _narrower(ladder: Ladder, step: Step) -> dict[str, Any]:
    made_up = limit(ladder, step)
    return {
        "changes": CHANGES,
        "restriction": made_up.model_copy(update={"scopes": made_up.scopes[:1]}),
    }


def limit(ladder: Ladder, step: Step, *, at_once: bool = False) -> RestrictionFacts:
    """A made-up limit of the kind that the step sets."""
    scopes = step.restriction.scopes if step.restriction else ()
    return RestrictionFacts(
        whom=(ADVOCATE if ladder.respondent is Role.ADVOCATE else FAMILY).name,
        scopes=tuple(SCOPES[scope] for scope in scopes),
        starts_on="Tuesday 15 September 2026" if at_once else "Wednesday 30 September 2026",
        review_on="Friday 6 November 2026",
        contact="You can write to our office at any time, and telephone it on school days.",
        contact_through="Priya Shah, the school business manager",
        meetings="Annual reviews and other meetings about the child's support go on as planned, by "
        "video if need be.",
        collection="Another adult whom you name to us brings and collects your child."
        if Scope.SITE in scopes
        else None,
    )


def meeting(policy: Policy, **more: Any) -> MeetingFacts:
    """A made-up meeting, as the code has it."""
    return MeetingFacts(
        recording_needs=policy.recording.needs if policy.recording else None,
        may_stop=policy.stop_meeting.value.replace("_", " ") if policy.stop_meeting else None,
        when="Thursday 24 September 2026, 4.00pm to 5.00pm",
        where="The library, by the main entrance",
        purpose="We would like to hear how things look to you, and to agree what each of us does.",
        attendees=(
            f"{FAMILY.name}, parent",
            f"{ADVOCATE.name}, advocate",
            f"{OFFICE.contact.name}, {OFFICE.contact.role}",
        ),
        joining="We send you a link on the day before, if you would rather join by video.",
        **more,
    )


def _signing(policy: Policy) -> list[tuple[str, dict[str, Any]]]:
    if policy.asks_to_sign is None:
        return []
    return [("asked to sign", {"meeting": meeting(policy, ask_to_sign=True)})]


def _adviser(kind: AdviceKind) -> dict[str, Any]:
    to: Who = {
        AdviceKind.LOCAL_AUTHORITY: OFFICE.adviser,
        AdviceKind.POLICE: Who("Sample Constabulary, Schools Liaison", "colleague"),
        AdviceKind.LEGAL: Who("Sample and Partners, Solicitors", "colleague"),
    }[kind]
    return {
        "advice": AdviceFacts(kind=kind, adviser=ADVISERS[kind]),
        "recipient": RecipientFacts(name=to.name, greeting=to.greeting, address=to.address),
    }
