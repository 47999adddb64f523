"""What has happened so far in a case, for the parent or advocate whose case it is."""

from collections.abc import Callable
from typing import Any

from domain import events as e
from domain.actions import TextRef
from domain.events import Event
from domain.policy import Ladder
from domain.vocabulary import ActionName, Outcome, Stage
from gateway.family_gathering import Gathering, shown, title_of
from gateway.family_parts import Happened
from gateway.family_words import ENDED, Standpoint

_LIMITS: dict[type, str] = {
    e.RestrictionConfirmed: "We decided on the limit",
    e.RestrictionVaried: "We changed the limit",
    e.RestrictionContinued: "We looked at the limit again, and it goes on",
    e.RestrictionLifted: "We ended the limit",
    e.RestrictionLapsed: "The limit ended by itself",
}


async def happened(gathering: Gathering, ladder: Ladder) -> tuple[Happened, ...]:
    """What the reader did, and what was done for or put to them, the newest first; each once."""
    letters = {letter.id: letter.subject for letter in await gathering.letters()}
    found: dict[tuple[str, str], Happened] = {}
    for event in reversed(gathering.events):
        words = _words(gathering, ladder, event, letters)
        if words and (event.action_id, words) not in found:
            found[event.action_id, words] = Happened(
                on=gathering.at(event.at),
                words=words,
                why=await _why(gathering, event),
                letter=event.fact.letter if isinstance(event.fact, e.LetterPrepared) else None,
            )
    return tuple(found.values())


async def _why(gathering: Gathering, event: Event) -> str | None:
    fact = event.fact
    if isinstance(fact, e.StageChanged) and fact.outcome is Outcome.TRANSFERRED:
        return None  # whoever deals with it there decides what is said
    if isinstance(fact, e.RestrictionProposed):
        event = _step_of(gathering, event)  # the reason stands with the step that it came with
    reason = getattr(event.fact, "reason", None)
    if not isinstance(reason, TextRef):
        return None
    return shown(await gathering.seen.text(reason, event))


def _step_of(gathering: Gathering, proposed: Event) -> Event:
    of_the_same_act = (
        one
        for one in gathering.events
        if one.action_id == proposed.action_id and isinstance(one.fact, e.StageChanged)
    )
    return next(of_the_same_act, proposed)


def _words(
    gathering: Gathering, ladder: Ladder, event: Event, letters: dict[str, str]
) -> str | None:
    fact, own = event.fact, event.actor.person == gathering.person
    if isinstance(fact, e.StageChanged):
        return _moved(ladder, fact, own=own)
    if own and (title := title_of(fact)):
        return title
    if isinstance(fact, e.Opened):
        if gathering.standpoint is Standpoint.CONCERN:
            return "A concern was raised for you"
        return "Something was reported to us"
    if isinstance(fact, e.RestrictionProposed):
        return "A limit began at once" if fact.interim else "We said that we think of a limit"
    if type(fact) in _LIMITS:
        return _LIMITS[type(fact)]
    if isinstance(fact, e.LetterPrepared):
        return f"We wrote to you: {letters[fact.letter]}" if fact.letter in letters else None
    tell = _FOR_THE_READER.get(type(fact))
    return tell(gathering, fact) if tell else None


def _moved(ladder: Ladder, fact: e.StageChanged, *, own: bool) -> str | None:
    match fact.action:
        case ActionName.CLOSE if fact.outcome is Outcome.TRANSFERRED:
            return "It went to be dealt with in another way"
        case ActionName.CLOSE if own:
            return "You took your concern back"
        case ActionName.CLOSE:
            return f"It was closed. {ENDED[fact.outcome or Outcome.RESOLVED]}"
        case ActionName.LAPSE:
            return "It ended, because nothing further happened"
        case ActionName.REOPEN:
            return "It was opened again"
    step = ladder.by_stage.get(fact.dest)
    if fact.dest is Stage.RAISED or step is None:
        return "It went back to the beginning"
    if step.restriction and fact.action is ActionName.RESTRICT_ACCESS:
        return None  # what is said of the limit itself says it
    if fact.action is ActionName.STEP_DOWN:
        return f"It went back to: {step.title}"
    return f"You took it further: {step.title}" if own else step.title


def _of_a_meeting(words: str) -> Callable[[Gathering, Any], str | None]:
    def tell(gathering: Gathering, fact: Any) -> str | None:
        meeting = gathering.case.meeting(fact.meeting)
        there = meeting and gathering.person in (*meeting.people, *meeting.attended)
        return words if there else None

    return tell


def _to(field: str, words: str) -> Callable[[Gathering, Any], str | None]:
    return lambda gathering, fact: words if getattr(fact, field) == gathering.person else None


def _acknowledged(gathering: Gathering, _: Any) -> str | None:
    concern = gathering.standpoint is Standpoint.CONCERN
    return "We told you that we have your concern" if concern else None


def _appointed(gathering: Gathering, fact: Any) -> str | None:
    if fact.advocate == gathering.person:
        return "You were named to speak for the parent"
    family = gathering.person == gathering.case.family
    return "Somebody was named to speak for you" if family else None


_FOR_THE_READER: dict[type, Callable[[Gathering, Any], str | None]] = {
    e.Acknowledged: _acknowledged,
    e.AdvocateAppointed: _appointed,
    e.CodeShared: _to("with_person", "We gave you our code"),
    e.Signposted: _to("to", "We told you where to get free advice"),
    e.AccompanimentOffered: _to("to", "We offered you another way to have somebody beside you"),
    e.AdjustmentAgreed: _to("person", "We agreed something with you that helps you"),
    e.MeetingScheduled: _of_a_meeting("We arranged a meeting"),
    e.MeetingRescheduled: _of_a_meeting("We moved the meeting"),
    e.MeetingCancelled: _of_a_meeting("We called the meeting off"),
    e.MeetingHeld: _of_a_meeting("We met"),
    e.MeetingStopped: _of_a_meeting("The meeting was stopped"),
    e.MeetingRecordKept: _of_a_meeting("We wrote up the meeting"),
}
