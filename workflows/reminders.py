"""From what fell due to the reminders that go out: pure, so that it can be read and tested."""

from domain.case import Case
from domain.contracts import Reminder
from domain.events import DeadlineMissed, DeadlineReminded, Event
from domain.letter_actions import RETURNED_LETTER
from domain.policy import Ladder
from domain.referral_actions import DISCLOSURE, REFERRAL
from domain.vocabulary import DeadlineKind, Occasion


def reminders_for(ladder: Ladder, before: Case, after: Case, event: Event) -> Reminder | None:
    """The reminder that an event calls for; None for an event that calls for none.

    `before` is the case before the events it belongs to, in which the deadline is still open.
    """
    fact = event.fact
    if not isinstance(fact, DeadlineReminded | DeadlineMissed):
        return None
    deadline = before.deadline(fact.deadline)
    if deadline is None:
        return None
    missed = isinstance(fact, DeadlineMissed)
    level = len(deadline.alerts) if isinstance(fact, DeadlineMissed) else fact.level
    occasion = None if isinstance(fact, DeadlineMissed) else fact.occasion
    only = deadline.rules[level].to if occasion is Occasion.INFORMED else None
    if only is None and occasion is not Occasion.FOR_INFORMATION:
        owner = deadline.owner or (after.owner if level == 0 and not occasion else None)
    else:
        owner = only
    told = after.involved | {*deadline.told, *deadline.not_for}
    return Reminder(
        school=after.school,
        reference=after.reference,
        deadline=deadline.id,
        kind=deadline.kind,
        words=_words(ladder, deadline.kind, deadline.about),
        level=level,
        tell=fact.tell,
        due_on=deadline.due_on,
        missed=missed,
        owner=owner,
        not_to=tuple(sorted(told - {only})),
        message_id=(
            f"{after.reference}.{deadline.id}.{deadline.generation}.{level}@{after.school}.evenhand"
        ).lower(),
        occasion=occasion,
    )


_OF_NO_LADDER = {
    RETURNED_LETTER: "find another way to somebody whom a letter did not reach",
    REFERRAL: "ask what came of the referral to SENDIASS",
    DISCLOSURE: "look at what was told without consent, as a second person",
}


def _words(ladder: Ladder, kind: DeadlineKind, about: str) -> str:
    match kind:
        case DeadlineKind.FOLLOW_UP:
            checks = {check.id: check.check for check in ladder.follow_ups}
            return checks.get(about, about)
        case DeadlineKind.DUTY:
            kinds = {duty.id: duty.kind.value.replace("_", " ") for duty in ladder.duties}
            return kinds.get(about) or _OF_NO_LADDER.get(about, about)
        case DeadlineKind.CONFIRMATION:
            return "decide on the restriction that was proposed"
        case DeadlineKind.REVIEW:
            return "review the restriction"
        case DeadlineKind.LATE_REPRESENTATIONS:
            return "read the written side that came late, and answer it in the decision"
        case DeadlineKind.REVIEW_REQUEST:
            return "look at the restriction again: a written side came after the decision"
        case DeadlineKind.CHALLENGE:
            return "answer the challenge to a decision on this case"
        case _:
            return kind.value.replace("_", " ")
