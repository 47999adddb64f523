"""What somebody may do in a case of their own, in plain words: taken from what the rules allow."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from domain.case import Case
from domain.choices import Choice
from domain.vocabulary import ActionName, Outcome, ResponseKind


class Group(StrEnum):
    """What belongs together on a page, by its heading."""

    WRITE = "Write to us"
    MEET = "Meet us"
    HELP = "Get somebody to help you"
    FURTHER = "Take your concern further, or take it back"


class Doing(NamedTuple):
    """One thing to do: the end of its page's address, what it is called, and what it is for."""

    path: str
    title: str
    hint: str
    group: Group


class Step(NamedTuple):
    """A step of their own concern that somebody asks for, in words: the page that asks for it."""

    action: ActionName
    title: str
    question: str
    button: str


STEPS: Mapping[str, Step] = {
    step.action.value.replace("_", "-"): step
    for step in (
        Step(
            ActionName.TALK_WITH_STAFF,
            "Ask to talk with the right member of staff",
            "What would you like to talk about?",
            "Ask to talk",
        ),
        Step(
            ActionName.RAISE_INFORMALLY,
            "Ask the headteacher or a senior leader to look at it",
            "What has not been put right yet?",
            "Ask them to look at it",
        ),
        Step(
            ActionName.COMPLAIN_FORMALLY,
            "Make a formal complaint",
            "What is your complaint, and what would put it right?",
            "Make the complaint",
        ),
        Step(
            ActionName.REQUEST_PANEL,
            "Ask for a panel of governors",
            "Why are you not content with the answer?",
            "Ask for a panel",
        ),
        Step(
            ActionName.OFFER_RESOLUTION_MEETING,
            "Ask for a meeting to put things right",
            "What should the meeting be about?",
            "Ask for the meeting",
        ),
        Step(
            ActionName.OFFER_MEDIATION,
            "Ask for mediation",
            "What should the mediator help with?",
            "Ask for mediation",
        ),
        Step(
            ActionName.TALK_INFORMALLY,
            "Ask to talk about it",
            "What would you like to talk about?",
            "Ask to talk",
        ),
        Step(
            ActionName.REFER_TO_LINE_MANAGEMENT,
            "Ask the manager of the service to look at it",
            "What has not been put right yet?",
            "Ask the manager",
        ),
        Step(
            ActionName.REFER_TO_STEERING_GROUP,
            "Ask the steering group to look at it",
            "Why are you not content with the answer?",
            "Ask the steering group",
        ),
        Step(
            ActionName.REFER_TO_LOCAL_AUTHORITY,
            "Ask the local authority to look at it",
            "Why are you not content with the answer?",
            "Ask the local authority",
        ),
    )
}
"""The steps that somebody may ask for on their own concern, by the end of their page's address."""

_WHAT_A_STEP_IS = {
    ActionName.TALK_WITH_STAFF: "Most worries are put right by talking.",
    ActionName.RAISE_INFORMALLY: "If talking did not put it right.",
    ActionName.COMPLAIN_FORMALLY: "In writing. You get an answer in writing, with reasons.",
    ActionName.REQUEST_PANEL: "Three people who had no part in it look at your complaint again.",
    ActionName.OFFER_RESOLUTION_MEETING: "Everybody sits down together. Your concern stays open.",
    ActionName.OFFER_MEDIATION: "Somebody who takes neither side helps you to talk.",
    ActionName.TALK_INFORMALLY: "Most worries are put right by talking.",
    ActionName.REFER_TO_LINE_MANAGEMENT: "If talking did not put it right.",
    ActionName.REFER_TO_STEERING_GROUP: "If the manager's answer did not put it right.",
    ActionName.REFER_TO_LOCAL_AUTHORITY: "If the steering group's answer did not put it right.",
}
SIDE = Doing(
    "your-side",
    "Tell us your side",
    "We want to hear you before we decide. You can send files too.",
    Group.WRITE,
)
CODE = Doing(
    "code",
    "Read our code, and say if you will sign it",
    "It is up to you. Nothing happens if you do not sign.",
    Group.WRITE,
)
_RESPONSES = {
    ResponseKind.REPLY.value: Doing(
        "answer",
        "Send us a message",
        "Answer a letter, or tell us something. You can send files too.",
        Group.WRITE,
    ),
    ResponseKind.CHALLENGE.value: Doing(
        "disagree",
        "Say that you disagree with a decision",
        "Somebody other than the person who decided will answer you.",
        Group.WRITE,
    ),
    ResponseKind.REQUEST_TO_MEET.value: Doing(
        "meet", "Ask for a meeting", "Tell us what it is about and when you can come.", Group.MEET
    ),
}
_TIMES = Doing(
    "times", "Tell us when you can come", "So that we find a time that suits you.", Group.MEET
)
_ADVOCATE = Doing(
    "advocate",
    "Name somebody to speak for you",
    "A friend, a relative or somebody from a charity can help you and come with you.",
    Group.HELP,
)
_OTHER_ADVOCATE = _ADVOCATE._replace(title="Name somebody else to speak for you")
_NO_ADVOCATE = Doing(
    "no-advocate",
    "Tell us that nobody speaks for you any more",
    "We then write and talk to you alone.",
    Group.HELP,
)
_TAKE_BACK = Doing(
    "take-back", "Take your concern back", "You can raise it again later.", Group.FURTHER
)


def doings(case: Case, choices: Iterable[Choice], *, sendiass: str | None) -> tuple[Doing, ...]:
    """What the rules allow its reader to do, in the order of a page; each once.

    `choices` are those of the reader, as `Reading.choices` gives them. What is asked about one
    meeting is not among them: it stands with the meeting. `sendiass` is what the service is called
    that gives free advice; None where the case is about that service itself.
    """
    found = (_doing(case, choice, sendiass) for choice in choices if choice.allowed)
    once = dict.fromkeys(one for one in found if one is not None)
    order = list(Group)
    return tuple(sorted(once, key=lambda one: order.index(one.group)))


def _doing(case: Case, choice: Choice, sendiass: str | None) -> Doing | None:
    path = choice.action.value.replace("_", "-")
    if path in STEPS:
        step = STEPS[path]
        return Doing(f"further/{path}", step.title, _WHAT_A_STEP_IS[step.action], Group.FURTHER)
    match choice.action:
        case ActionName.SUBMIT_REPRESENTATIONS:
            return SIDE
        case ActionName.SIGN_CODE:
            return CODE
        case ActionName.RECORD_RESPONSE:
            nothing_decided = case.decided is None
            if choice.about == ResponseKind.CHALLENGE and nothing_decided:
                return None
            return _RESPONSES.get(choice.about or "")
        case ActionName.OFFER_TIMES:
            return _TIMES
        case ActionName.APPOINT_ADVOCATE:
            return _OTHER_ADVOCATE if case.advocate else _ADVOCATE
        case ActionName.END_ADVOCACY:
            return _NO_ADVOCATE
        case ActionName.CLOSE if choice.about == Outcome.WITHDRAWN:
            return _TAKE_BACK
        case ActionName.REFER_TO_SENDIASS if sendiass:
            return Doing(
                "advice",
                f"Ask us to put you in touch with {sendiass}",
                "They give free advice, and are not part of the school.",
                Group.HELP,
            )
        case ActionName.WITHDRAW_CONSENT:
            return Doing(
                "stop-sharing",
                f"Stop us from telling {sendiass or 'others'} about you",
                "What has not gone yet does not go.",
                Group.HELP,
            )
    return None
