"""What happens in the sample school's cases, told as the actions that its people take."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from domain.vocabulary import ActionName

OPENING = 0  # the number of the action that opens a case


class Turn(NamedTuple):
    """What one person does. Dates may be spans from today, as in a story."""

    who: str
    action: ActionName
    fields: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class SampleCase:
    """One case: who raised which concern under which code, and what was done since."""

    policy: str
    raised_by: str
    concern: Mapping[str, Any]
    turns: tuple[Turn, ...]

    def action_id(self, number: int) -> str:
        """The id of an action (OPENING, then the turns from 1), the same on every run."""
        return f"sample-{number}-{self.policy}"[:64]


def _turn(who: str, action: ActionName, **fields: Any) -> Turn:
    return Turn(who, action, fields)


_LEADER, _HEAD = "senior_leader", "headteacher"

SAMPLE_CASES = (
    # A formal reminder was given, and its follow-up is waiting.
    SampleCase(
        policy="eleanor-palmer-advocates",
        raised_by="staff",
        concern={
            "track": "advocate_conduct",
            "respondent": "Idris Bello",
            "family": "Hana Novak",
            "advocate": "Idris Bello",
            "severity": "moderate",
            "clauses": ["ep.expect.speech"],
            "narrative": "Mr Bello spoke over me for most of the review meeting.",
        },
        turns=(
            _turn(_LEADER, ActionName.ACKNOWLEDGE),
            _turn(_HEAD, ActionName.SHARE_CODE, with_role="advocate"),
            _turn(
                _HEAD,
                ActionName.REMIND_INFORMALLY,
                clauses=["ep.expect.speech"],
                reason="A quiet word first: he cares about this child, and so do we.",
            ),
            _turn("Idris Bello", ActionName.SIGN_CODE, answer="signed"),
            _turn(
                _HEAD,
                ActionName.REMIND_FORMALLY,
                clauses=["ep.expect.speech", "ep.expect.respect"],
                reason="The same happened again two days after we had talked.",
            ),
        ),
    ),
    # A restriction is proposed, and waits until the advocate was heard.
    SampleCase(
        policy="thomas-coram-families-and-advocates",
        raised_by="staff",
        concern={
            "track": "advocate_conduct",
            "respondent": "Joan Pritchard",
            "family": "Tomasz Wierzbicki",
            "advocate": "Joan Pritchard",
            "severity": "serious",
            "clauses": ["tc.expect.no-abuse"],
            "narrative": "Ms Pritchard shouted at the office staff until they locked the door.",
        },
        turns=(
            _turn(_LEADER, ActionName.ACKNOWLEDGE),
            _turn(
                _HEAD,
                ActionName.WARN,
                clauses=["tc.expect.no-abuse"],
                reason="This was grave enough to warn at once: the staff were frightened.",
            ),
            _turn(
                "staff",
                ActionName.ADD_INCIDENT,
                occurred_on="0 calendar days",
                severity="serious",
                clauses=["tc.expect.no-abuse"],
                text="She telephoned and shouted at the same colleague again.",
            ),
            _turn(
                _LEADER,
                ActionName.RESTRICT_ACCESS,
                clauses=["tc.remedy.restriction", "tc.expect.no-abuse"],
                reason="The warning has not been enough, and the staff need to feel safe.",
                scopes=["engagement", "meetings"],
                review_on="20 school days",
                contact="In writing, to the headteacher, who answers within three school days.",
                contact_through="Cara Lindqvist",
                meetings="The family comes to every review, with another supporter if they wish.",
            ),
        ),
    ),
    # Both sides have agreed to meet; the meeting is arranged.
    SampleCase(
        policy="fleet-families-and-advocates",
        raised_by="staff",
        concern={
            "track": "advocate_conduct",
            "respondent": "Joan Pritchard",
            "family": "Hana Novak",
            "advocate": "Joan Pritchard",
            "severity": "minor",
            "clauses": ["fl.expect.confidentiality"],
            "narrative": "Another family's worries were mentioned at the school gate.",
        },
        turns=(
            _turn(_LEADER, ActionName.ACKNOWLEDGE),
            _turn(
                _LEADER,
                ActionName.REMIND_INFORMALLY,
                clauses=["fl.expect.confidentiality"],
                reason="She may not know that somebody overheard.",
            ),
            _turn(
                _LEADER,
                ActionName.OFFER_RESOLUTION_MEETING,
                clauses=["fl.remedy.meeting"],
                reason="She would like to explain, and so would we.",
            ),
            _turn(_LEADER, ActionName.SCHEDULE_MEETING, at="5 school days at 10:00"),
        ),
    ),
    # A parent was reminded and then warned, and an adjustment was agreed with him.
    SampleCase(
        policy="parents-and-carers",
        raised_by="staff",
        concern={
            "track": "parent_conduct",
            "respondent": "Tomasz Wierzbicki",
            "family": "Tomasz Wierzbicki",
            "severity": "moderate",
            "clauses": ["pc.parents.writing-politely"],
            "narrative": "Eleven e-mails in one evening, several of them insulting.",
        },
        turns=(
            _turn(_LEADER, ActionName.ACKNOWLEDGE),
            _turn(
                _LEADER,
                ActionName.AGREE_ADJUSTMENT,
                person="Tomasz Wierzbicki",
                text="Letters go out in Polish as well as in English.",
            ),
            _turn(
                _LEADER,
                ActionName.REMIND_INFORMALLY,
                clauses=["pc.parents.writing-politely"],
                reason="He is worried about his daughter, and we want to hear him calmly.",
            ),
            _turn(
                _LEADER,
                ActionName.REMIND_FORMALLY,
                clauses=["pc.parents.writing-politely", "pc.parents.few-and-short"],
                reason="The e-mails went on through the week.",
            ),
            _turn(
                _HEAD,
                ActionName.WARN,
                clauses=["pc.parents.courtesy"],
                reason="He insulted the class teacher by name in front of her pupils.",
            ),
        ),
    ),
    # A parent's concern about the service has gone to line management.
    SampleCase(
        policy="parent-partnership-standards",
        raised_by="Hana Novak",
        concern={
            "track": "service_concern",
            "family": "Hana Novak",
            "severity": "moderate",
            "clauses": ["pp.trust.commitments"],
            "narrative": "Three promised telephone calls about the tribunal never came.",
        },
        turns=(
            _turn("service_staff", ActionName.ACKNOWLEDGE),
            _turn(
                "Hana Novak",
                ActionName.TALK_INFORMALLY,
                clauses=["pp.trust.commitments"],
                reason="I would like to understand what went wrong.",
            ),
            _turn(
                "Hana Novak",
                ActionName.REFER_TO_LINE_MANAGEMENT,
                clauses=["pp.trust.communication"],
                reason="We talked, and the next call did not come either.",
            ),
        ),
    ),
)
