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
    """One case: who raised which concern under which code, and what was done since.

    `name` is its own among the sample cases.
    """

    name: str
    policy: str
    raised_by: str
    concern: Mapping[str, Any]
    turns: tuple[Turn, ...]

    def action_id(self, number: int) -> str:
        """The id of an action (OPENING, then the turns from 1), the same on every run."""
        return f"sample-{number}-{self.name}"


def _turn(who: str, action: ActionName, **fields: Any) -> Turn:
    return Turn(who, action, fields)


_LEADER, _HEAD = "senior_leader", "headteacher"


def _conduct(
    name: str, parent: str, severity: str, clause: str, said: str, *turns: Turn
) -> SampleCase:
    """A case about a parent, under the code for parents and carers."""
    return SampleCase(
        name=name,
        policy="parents-and-carers",
        raised_by="staff",
        concern={
            "track": "parent_conduct",
            "respondent": parent,
            "family": parent,
            "severity": severity,
            "clauses": [clause],
            "narrative": said,
        },
        turns=turns,
    )


def _about_us(
    name: str, policy: str, parent: str, clause: str, said: str, *turns: Turn
) -> SampleCase:
    """A parent's own concern, about the school or the service."""
    service = policy == "parent-partnership-standards"
    return SampleCase(
        name=name,
        policy=policy,
        raised_by=parent,
        concern={
            "track": "service_concern" if service else "school_concern",
            "family": parent,
            "severity": "moderate",
            "clauses": [clause],
            "narrative": said,
        },
        turns=turns,
    )


_ROSA, _SAMIR = "Rosa Duarte", "Samir Aziz"
_PARENTS, _SERVICE = "parents-and-carers", "parent-partnership-standards"
_TALKED = _turn(
    _SAMIR,
    ActionName.TALK_WITH_STAFF,
    clauses=["pc.concern.right-person"],
    reason="I would like to hear it from his teacher first.",
)
_TO_A_LEADER = _turn(
    _SAMIR,
    ActionName.RAISE_INFORMALLY,
    clauses=["pc.concern.informally"],
    reason="His teacher was kind, and had not been on duty.",
)
_COMPLAINED = _turn(
    _SAMIR,
    ActionName.COMPLAIN_FORMALLY,
    clauses=["pc.concern.complaints"],
    reason="I was promised an answer by now.",
)
_SPOKEN = _turn(
    _ROSA,
    ActionName.TALK_INFORMALLY,
    clauses=["pp.trust.communication"],
    reason="I would like to understand what went wrong.",
)
_TO_LINE_MANAGEMENT = _turn(
    _ROSA,
    ActionName.REFER_TO_LINE_MANAGEMENT,
    clauses=["pp.trust.communication"],
    reason="We talked, and nothing has changed.",
)
_TO_THE_STEERING_GROUP = _turn(
    _ROSA,
    ActionName.REFER_TO_STEERING_GROUP,
    clauses=["pp.trust.communication"],
    reason="I do not think that my question was answered.",
)
_QUIET_WORD = _turn(
    _LEADER,
    ActionName.REMIND_INFORMALLY,
    clauses=["pc.parents.working-hours"],
    reason="Please write in the day, when somebody can answer you.",
)

# The rest of the ladders, so that there is a case at each stage.
_MORE = (
    _conduct(
        *("raised", _ROSA, "minor", "pc.parents.working-hours"),
        "Four e-mails to a teacher's own address, after midnight.",
    ),
    _conduct(
        *("quiet-word", _SAMIR, "minor", "pc.parents.working-hours"),
        "She was telephoned at home on a Sunday evening.",
        _turn(_LEADER, ActionName.ACKNOWLEDGE),
        _QUIET_WORD,
    ),
    _conduct(
        *("mediation", _ROSA, "moderate", "pc.parents.writing-politely"),
        "An unkind letter about the class teacher, to other parents.",
        _turn(_LEADER, ActionName.ACKNOWLEDGE),
        _QUIET_WORD,
        _turn(
            _HEAD,
            ActionName.OFFER_MEDIATION,
            agreed="true",
            clauses=["pc.concern.peaceful"],
            reason="You would like somebody in between, and so would we.",
        ),
    ),
    _conduct(
        *("advice", _SAMIR, "safety", "pc.parents.everybody"),
        "He pushed past a colleague at the gate, and she fell.",
        _turn(
            _HEAD,
            ActionName.SEEK_EXTERNAL_ADVICE,
            kind="police",
            clauses=["pc.remedy.advice"],
            reason="Somebody was hurt.",
        ),
    ),
    _conduct(
        *("limit-on-writing", _ROSA, "serious", "pc.parents.writing-politely"),
        "Messages to three teachers that two of them are afraid to open.",
        _turn(
            _HEAD,
            ActionName.WARN,
            clauses=["pc.parents.writing-politely"],
            reason="What you wrote has frightened our staff.",
        ),
        _turn(
            _LEADER,
            ActionName.RESTRICT_ACCESS,
            scopes=["staff_in_writing"],
            clauses=["pc.remedy.staff"],
            reason="The warning has not been enough.",
            review_on="20 school days",
            contact="By e-mail to the office, which answers within two school days.",
            contact_through="Ben Okafor",
            meetings="Every parents' evening goes on, with a leader beside the teacher.",
        ),
    ),
    _conduct(
        *("limit-in-force", _SAMIR, "safety", "pc.parents.everybody"),
        "He threatened a member of staff on the playground.",
        _turn(
            _HEAD,
            ActionName.RESTRICT_ACCESS,
            interim="true",
            scopes=["site"],
            clauses=["pc.remedy.site"],
            reason="Nobody is to be frightened while we hear you.",
            review_on="15 school days",
            contact="By e-mail to the office, and we ring you at noon every week.",
            contact_through="Ben Okafor",
            meetings="Reviews go on by video call.",
            collection="The child's aunt collects at the side gate.",
        ),
        _turn(
            _SAMIR, ActionName.SUBMIT_REPRESENTATIONS, text="I was upset, and I am sorry for it."
        ),
        _turn(
            "chair_of_governors",
            ActionName.CONFIRM_RESTRICTION,
            restriction="latest",
            clauses=["pc.remedy.site"],
            reason="For fifteen school days from the day it began.",
            answer="We have read what you wrote, and we look at it again before it ends.",
        ),
    ),
    _conduct(
        *("closed", _ROSA, "minor", "pc.parents.courtesy"),
        "A loud word in the corridor.",
        _turn(_LEADER, ActionName.ACKNOWLEDGE),
        _turn(
            _HEAD,
            ActionName.CLOSE,
            outcome="resolved",
            clauses=["pc.parents.courtesy"],
            reason="They spoke, and all is well.",
        ),
    ),
    _about_us(
        *("staff-conversation", _PARENTS, _SAMIR, "pc.school.reply-time"),
        "Nobody has answered my letter of three weeks ago.",
        _TALKED,
    ),
    _about_us(
        *("informal-concern", _PARENTS, _SAMIR, "pc.school.courtesy"),
        "My son has come home with bruises, and nobody can tell me why.",
        *(_TALKED, _TO_A_LEADER),
    ),
    _about_us(
        *("complaint", _PARENTS, _SAMIR, "pc.school.courtesy"),
        "My son was left alone at the end of a trip.",
        *(_TALKED, _TO_A_LEADER, _COMPLAINED),
    ),
    _about_us(
        *("panel", _PARENTS, _SAMIR, "pc.school.courtesy"),
        "My son was taken out of class for a week, and I was not told.",
        *(_TALKED, _TO_A_LEADER, _COMPLAINED),
        _turn(
            _SAMIR,
            ActionName.REQUEST_PANEL,
            clauses=["pc.concern.complaints"],
            reason="I would like the governors to look at it.",
        ),
    ),
    _about_us(
        *("service-conversation", _SERVICE, _ROSA, "pp.trust.commitments"),
        "A letter that was promised never came.",
        _SPOKEN,
    ),
    _about_us(
        *("service-steering-group", _SERVICE, _ROSA, "pp.trust.commitments"),
        "I was given the wrong date for the hearing.",
        *(_SPOKEN, _TO_LINE_MANAGEMENT, _TO_THE_STEERING_GROUP),
    ),
    _about_us(
        *("service-local-authority", _SERVICE, _ROSA, "pp.trust.commitments"),
        "My papers were sent to another family.",
        *(_SPOKEN, _TO_LINE_MANAGEMENT, _TO_THE_STEERING_GROUP),
        _turn(
            _ROSA,
            ActionName.REFER_TO_LOCAL_AUTHORITY,
            clauses=["pp.trust.communication"],
            reason="I would like somebody from outside the service to look at it.",
        ),
    ),
)

SAMPLE_CASES = (
    # A formal reminder was given, and its follow-up is waiting.
    SampleCase(
        name="reminded-twice",
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
        name="limit-proposed",
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
        name="meeting-arranged",
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
        name="warned",
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
        name="service-line-management",
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
    *_MORE,
)
