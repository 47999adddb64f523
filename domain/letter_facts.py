"""What the words of a letter may speak of. A letter's template knows these fields and no others.

Everything is in the words that a reader sees: dates as people write them, roles and scopes spoken
out. What a letter has no use for is None, and a template that uses it then is refused.
"""

from pydantic import computed_field

from domain.letters import Letter, Line, Part, Prose, Requirement, Requirements
from domain.policy import Frozen, Policy
from domain.vocabulary import ActionName, AdviceKind, Outcome, ReviewResult, Role, Scope, Track

SCOPES = {
    Scope.STAFF_IN_PERSON: "meeting or speaking with our staff in person",
    Scope.STAFF_IN_WRITING: "writing to our staff, by letter, e-mail or message",
    Scope.SITE: "coming onto our site",
    Scope.ENGAGEMENT: "dealing with us on behalf of a family",
    Scope.MEETINGS: "taking part in meetings with us",
}
"""Each scope as it follows “This limits”."""

ADVISERS = {
    AdviceKind.LOCAL_AUTHORITY: "the local authority",
    AdviceKind.POLICE: "the police",
    AdviceKind.LEGAL: "our legal advisers",
}
"""Each outside adviser as a letter names them."""


CONCERNS = {
    Track.PARENT_CONDUCT: "how a parent or carer has dealt with us",
    Track.ADVOCATE_CONDUCT: "how an advocate, who speaks for a family, has dealt with us",
    Track.SCHOOL_CONCERN: "something that a family is unhappy about at our school",
    Track.SERVICE_CONCERN: "something that a family is unhappy about in our service",
}
"""What each kind of concern is about, as it follows “We have a concern about”: it names nobody."""

YOU = "you"
"""Whose words a reason is, where they are the recipient's own."""


class Reachable(Frozen):
    """Whoever can be reached, and how."""

    name: Line
    telephone: Line | None = None
    email: Line | None = None
    website: Line | None = None

    @computed_field
    def ways(self) -> str | None:
        """How, as it follows “can be reached”: by telephone on …, or by e-mail to …."""
        ways = (
            ("by telephone on ", self.telephone),
            ("by e-mail to ", self.email),
            ("at ", self.website),
        )
        known = [f"{how}{where}" for how, where in ways if where]
        return ", or ".join(known) or None


class SchoolFacts(Reachable):
    """The school, or the service, that writes."""

    noun: Line = "school"  # what it calls itself: “school”, or “service”
    address: tuple[Line, ...] = ()


class RecipientFacts(Frozen):
    """Who the letter is to."""

    name: Line
    greeting: Line  # as it follows “Dear”, such as Ms Novak
    role: Role | None = None  # None: somebody outside, such as the police
    answers: bool = False  # it is they who are asked to answer; False for whoever raised a concern
    is_contact: bool = False  # it is they whom everybody else is to talk to, as who arranged it
    address: tuple[Line, ...] = ()


class CodeFacts(Frozen):
    """The code of conduct that the case is under."""

    title: Line
    version: Line | None = None
    read_at: Line | None = None  # where it can be read, such as a web address


class StepFacts(Frozen):
    """The step that the case has come to."""

    title: Line
    next: Prose  # what happens next, in the policy's words
    agreed: bool = False  # it is taken only once both sides have agreed to it
    then: Line | None = None  # the title of the rung above it, where there is one


class ClauseFacts(Frozen):
    """A clause that the decision cites."""

    id: Line
    text: Line  # a whole sentence, paraphrased
    place: Line  # where it stands in the code, such as “The school will, 2nd point”


class RestrictionFacts(Frozen):
    """A limit on somebody: what it limits, what stays open, and for how long."""

    whom: Line  # the name of the person whom it limits
    scopes: tuple[Line, ...]  # see SCOPES
    starts_on: Line
    review_on: Line  # it ends on this day unless it is renewed
    contact: Prose  # what contact stays permitted
    contact_through: Line  # through whom: a name, or a role
    meetings: Prose  # how the family still takes part in statutory meetings
    collection: Prose | None = None  # how the child is still brought and collected
    at_once: bool = False  # it began before the person had been heard
    ended_on: Line | None = None  # when it ended, or was withdrawn; None while it stands
    lapsed: bool = False  # it ended by itself: nobody confirmed or renewed it in time
    unconfirmed: bool = False  # it began at once, and lapsed because nobody confirmed it in time
    proposed_only: bool = False  # it was proposed, and never came into effect
    others: tuple[Line, ...] = ()  # what other limits on the same person limit besides


class MeetingFacts(Frozen):
    """A meeting: to come, or one that was held."""

    when: Line
    where: Line
    purpose: Line | None = None
    attendees: tuple[Line, ...] = ()  # each a name with a role
    joining: Prose | None = None  # how to take part from elsewhere
    was: Line | None = None  # the date before, where it was moved
    recording_needs: Line | None = None  # what recording needs by the code, such as prior consent
    recording_wanted: bool = False  # somebody would like it recorded, and everybody is asked
    recording_answered: bool = False  # the recipient has said whether they agree to it
    recording_agreed: bool = False  # everybody who is invited agreed to it beforehand
    recording_made: bool = False  # it was recorded
    ask_to_sign: bool = False  # the recipient is asked to sign the code beforehand
    may_stop: Line | None = None  # on what ground the code lets it be stopped
    stopped: Prose | None = None  # why it was stopped before its end
    discussed: tuple[Line, ...] = ()
    decided: tuple[Line, ...] = ()


class ContactFacts(Reachable):
    """Whom the recipient can talk to."""

    role: Line


class ComplaintsFacts(Frozen):
    """How one complains about what the letter tells."""

    how: Prose  # whole sentences: to whom, and how
    read_at: Line | None = None  # where the procedure can be read


class AdviceFacts(Frozen):
    """The advice that is asked for outside."""

    kind: AdviceKind
    adviser: Line  # see ADVISERS
    question: Prose | None = None  # what is asked


class ReferralFacts(Frozen):
    """What SENDIASS is told of a parent who agreed to it."""

    consented_on: Line
    sent: bool  # the school sends it; False: there is no address, and the parent takes it there
    words: Prose  # what it is told, and nothing else


class SignatoryFacts(Frozen):
    """Who signs."""

    name: Line
    role: Line


class LetterFacts(Frozen):
    """Everything that a letter's words may use."""

    school: SchoolFacts
    recipient: RecipientFacts
    reference: Line  # such as EP-2026-0042
    dated: Line  # such as 15 September 2026
    code: CodeFacts
    contact: ContactFacts
    complaints: ComplaintsFacts
    signatory: SignatoryFacts
    signpost: Reachable | None = None  # SENDIASS; None where the code does not signpost to it
    adjustments: tuple[Line, ...] = ()  # agreed with the recipient: they stand at the head
    respondent: Line | None = None  # the name of who is asked to answer
    family: Line | None = None  # the parent's name
    advocate: Line | None = None  # the advocate's name
    step: StepFacts | None = None
    clauses: tuple[ClauseFacts, ...] = ()
    concern_about: Line | None = None  # see CONCERNS
    so_far: Line | None = None  # the step that the case held before; None: it was raised, no more
    happened: Prose | None = None  # what happened, as it is told to this recipient
    reason: Prose | None = None
    reason_from: Line | None = None  # whose words it is: YOU, or a name; None for the school's own
    received_on: Line | None = None  # when the concern was received
    answer: Prose | None = None  # the answer to the representations that were made, or to a letter
    offered: Prose | None = None  # how somebody can be beside the family
    referral: ReferralFacts | None = None
    answer_by: Line | None = None  # the last day of the window to answer
    decide_by: Line | None = None  # by when a proposed limit is confirmed, or falls away
    follow_up_on: Line | None = None  # when we look at the matter again
    quiet_until: Line | None = None  # when the matter closes if nothing further happens
    restriction: RestrictionFacts | None = None
    changes: Prose | None = None  # what a variation or a review changes
    review: ReviewResult | None = None
    meeting: MeetingFacts | None = None
    advice: AdviceFacts | None = None
    mediator: Line | None = None
    outcome: Outcome | None = None
    procedure: Line | None = None  # the procedure that a matter was transferred to
    reopen_until: Line | None = None  # until when a closed case may be reopened


BEYOND = "Beyond the document: "


def clause_facts(policy: Policy, clause_id: str) -> ClauseFacts:
    """A clause as a letter cites it. Raises StopIteration where there is none of that id."""
    clause = policy.clause(clause_id)
    place = clause.place
    if place.startswith(BEYOND):
        # What the school added to its code is said to be that.
        place = f"Added to the code, from {place.removeprefix(BEYOND)}"
    return ClauseFacts(id=clause.id, text=clause.text, place=place)


def requirements_of(letter: Letter, facts: LetterFacts) -> Requirements:
    """What this letter must hold, given these facts (safeguard 14).

    The SENDIASS paragraph is required where the code signposts to it; dates that decide
    something must stand in the part that speaks of them.
    """
    signposts = letter.goes_with is ActionName.SIGNPOST  # a signpost always says where to
    return Requirements(
        parts=tuple(
            Requirement(part=part, says=_says(part, facts))
            for part in letter.parts
            if part is not Part.INDEPENDENT_ADVICE or facts.signpost or signposts
        ),
        adjustments=facts.adjustments,
    )


def _says(part: Part, facts: LetterFacts) -> tuple[str, ...]:
    said: list[str | None] = []
    match part:
        case Part.DURATION_AND_REVIEW if facts.restriction:
            said = [facts.restriction.starts_on, facts.restriction.review_on]
        case Part.HOW_TO_ANSWER:
            said = [facts.answer_by]
        case Part.INDEPENDENT_ADVICE if facts.signpost:
            said = [facts.signpost.name]
        case Part.MEETING if facts.meeting:
            said = [facts.meeting.when, facts.meeting.where]
        case Part.STILL_OPEN if facts.restriction and not facts.restriction.ended_on:
            said = [facts.restriction.contact_through]
    return tuple(words for words in said if words)
