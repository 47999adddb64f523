"""The words in which a person is told what is held about them, and what they may ask for."""

from domain.access_events import AccessGiven, AccessRequested
from domain.actions import PersonId
from domain.held import Right
from domain.mentions import Part, people_in
from domain.office_events import PersonAdded, PersonCorrected, RolesSet
from domain.register import (
    CaseDisposed,
    ErasureRefused,
    ErasureRepeated,
    ErasureRequested,
    PersonErased,
    RegisterEvent,
)
from domain.review_events import FindingAnswered, FindingRecorded, ReviewAssigned
from domain.subject_access import Ground
from domain.views import Viewed
from domain.vocabulary import Role, Track
from gateway.wording import day, spoken

PARTS = {
    Part.RESPONDENT: "You were asked to answer for what this case is about.",
    Part.FAMILY: "It concerns your child or your family.",
    Part.ADVOCATE: "You speak for the family.",
    Part.NAMED: "You were named when the concern was raised.",
    Part.RAISED_BY: "You raised the concern.",
    Part.OWNER: "The case was given to you to look after.",
    Part.PANEL: "You were set to sit on its panel.",
    Part.ACTED: "You did or wrote something in it.",
    Part.MENTIONED: "You are mentioned in it.",
}
TRACKS = {
    Track.PARENT_CONDUCT: "Conduct of a parent or carer",
    Track.ADVOCATE_CONDUCT: "Conduct of an advocate",
    Track.SCHOOL_CONCERN: "A concern about the school",
    Track.SERVICE_CONCERN: "A concern about a service",
}
GROUNDS = {
    Ground.LEGAL_ADVICE: (
        "What passed between the school and its legal advisers is withheld: the law lets such "
        "advice stay confidential."
    ),
    Ground.SAFEGUARDING: (
        "What this case holds is withheld. Data protection law lets a school withhold what could "
        "harm somebody if it were given, or what another procedure protects. You may ask the "
        "school to look at this decision again, and you may complain about it."
    ),
    Ground.ABOUT_SOMEBODY_ELSE: "This text is about somebody else, so it is left out.",
}
NO_LONGER_KEPT = "This text is no longer kept."
KINDS = {
    "narrative": "What was reported",
    "reason": "Reason",
    "text": "What was written",
    "findings": "A governor's findings",
    "answer": "Answer to the written side",
    "contact": "Contact that stays open",
    "meetings": "How meetings are attended",
    "collection": "How the child is brought and collected",
    "result": "What came of it",
    "reply": "What was written back",
    "letter": "A letter",
}
LOOKED_AT = {
    Viewed.CASE: "the case",
    Viewed.TIMELINE: "what happened in it",
    Viewed.TEXTS: "what happened and what was written",
    Viewed.ATTACHMENT: "a file that came with a reply",
    Viewed.EXPORT: "a copy of it",
    Viewed.REVIEW: "its place in a governors' review",
}
DESCRIBED = {
    Role.HEADTEACHER: "the headteacher",
    Role.CHAIR_OF_GOVERNORS: "the chair of governors",
    Role.SENIOR_LEADER: "a senior leader",
    Role.DATA_PROTECTION_OFFICER: "the data protection officer",
    Role.ADMINISTRATOR: "the school office",
    Role.CLERK: "the clerk to the governors",
    Role.GOVERNOR: "a governor",
    Role.STEERING_GROUP_CHAIR: "the chair of the steering group",
    Role.LINE_MANAGER: "a line manager of the service",
    Role.LOCAL_AUTHORITY_OFFICER: "an officer of the local authority",
    Role.SERVICE_STAFF: "a member of the service",
    Role.STAFF: "a member of staff",
    Role.ADVOCATE: "an advocate",
    Role.PARENT: "a parent",
}
"""What a person is called instead of their name: by the first of these roles that they hold."""


def described(roles: frozenset[Role], reader: frozenset[Role]) -> str:
    """What somebody with these roles is called; “another parent” where the reader is one too."""
    role = next((role for role in DESCRIBED if role in roles), None)
    if role is None:
        return "somebody"
    words = DESCRIBED[role]
    if role in reader and words.startswith(("a ", "an ")):
        return f"another {words.partition(' ')[2]}"
    return words


def register_words(event: RegisterEvent, reader: PersonId) -> str:
    """What an entry of the register says to the reader, whom it names or who made it."""
    fact = event.fact
    match fact:
        case FindingRecorded():
            return f"A governor looked back at how {fact.reference} was handled, and found"
        case FindingAnswered():
            return f"The school answered what a governor had found on {fact.reference}"
    if reader not in people_in(fact):
        return f"You made an entry in the school's register: {spoken(fact.type.replace(':', ' '))}"
    match fact:
        case AccessRequested():
            return (
                f"A copy of what is held about you was asked for on {day(fact.received_on)}; "
                f"it is due by {day(fact.due_on)}"
            )
        case AccessGiven():
            formats = ", ".join(f.format.upper() for f in fact.files if f.format != "file")
            count = sum(file.format == "file" for file in fact.files)
            files = f", with {count} file{'s' if count > 1 else ''}" if count else ""
            return f"A copy of what is held about you was made ({formats}{files})"
        case PersonAdded() | RolesSet():
            held = ", ".join(spoken(role) for role in fact.roles) or "none"
            return f"What you are to the school, and so what you may do here, was set: {held}"
        case PersonCorrected():
            what = {"name": "name", "email": "e-mail address"}
            return f"Your {' and '.join(what[one] for one in fact.details)} was put right"
        case ReviewAssigned():
            return f"You were asked to look back at how {fact.reference} was handled"
        case ErasureRequested():
            return "Somebody asked that what is held about you be erased"
        case ErasureRefused():
            return "It was decided not to erase what is held about you"
        case PersonErased() | CaseDisposed() | ErasureRepeated():
            return "What is held about somebody was erased"
    return spoken(fact.type.replace(":", " ")).capitalize()


HOW_TO_READ = (
    "This is everything that the school holds about you in Evenhand, the service in which it "
    "handles concerns. What it holds elsewhere (such as your child's school file) is not in here.",
    "Other people's names are left out, because they have a right to their privacy as you have to "
    "yours. Each is called by a letter and by what they are, the same everywhere: person A, "
    "person B. Your own name stays.",
    "Times are as the school's clock showed them.",
)
RIGHTS = (
    Right(
        title="If something is wrong or missing",
        text=(
            "Tell the school what is not right, in any words, and it must answer within a month. "
            "You may ask for a mistake to be corrected, for something missing to be added, for "
            "what is no longer needed to be erased, and that nothing is done with what you dispute "
            "while it is looked at. What happened stays on the record; a correction is written "
            "beside it."
        ),
    ),
    Right(
        title="If you do not agree with something",
        text=(
            "You may object to how the school uses what it holds about you. If a decision in here "
            "was unfair, you may complain under the school's complaints procedure; the school must "
            "give it to you if you ask. A complaint never counts against you or your child."
        ),
    ),
    Right(
        title="If you are not content with this copy",
        text=(
            "Ask the school first, or its data protection officer: somebody looks at it again. "
            "You may also complain to the Information Commissioner's Office (ICO), the regulator "
            "for data protection in the United Kingdom, which costs nothing, and you may go to "
            "court."
        ),
    ),
    Right(
        title="If you would like advice",
        text=(
            "Advice is free from your local SENDIASS, if your child has or may have special "
            "educational needs or a disability (the school or the council tells you how to reach "
            "it), and from Citizens Advice. Somebody you choose may help you or speak for you."
        ),
    ),
)
