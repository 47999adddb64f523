"""What each field of an action asks, and what kind of answer it takes."""

from enum import StrEnum
from typing import NamedTuple

from domain.vocabulary import ActionName


class FieldKind(StrEnum):
    """How a field is answered."""

    TEXT = "text"  # a few sentences
    DATE = "date"
    MOMENT = "moment"  # a date and a time of day
    MOMENTS = "moments"
    CHOICE = "choice"  # one of a few
    CHOICES = "choices"  # some of a few
    PERSON = "person"
    PEOPLE = "people"
    CLAUSES = "clauses"
    DURATION = "duration"  # a number, and the days it counts in
    NUMBER = "number"
    YES_NO = "yes_no"
    THING = "thing"  # the restriction, deadline, meeting or letter that it is about


class FieldWords(NamedTuple):
    """A field in words. `hint` says what helps to answer it."""

    kind: FieldKind
    label: str
    hint: str = ""


_K = FieldKind
_EVERYWHERE: dict[str, FieldWords] = {
    "reason": FieldWords(
        _K.TEXT,
        "Why are you doing this?",
        "A sentence or two in plain words. It stands in the letter, so write it to the person.",
    ),
    "clauses": FieldWords(
        _K.CLAUSES,
        "Which parts of the code does this rest on?",
        "Choose at least one.",
    ),
    "follow_up": FieldWords(
        _K.CHOICE,
        "Does it rest on the result of a follow-up?",
        "Only if what somebody found out is the reason for this.",
    ),
    "text": FieldWords(_K.TEXT, "What do you want to write down?"),
    "occurred_on": FieldWords(_K.DATE, "When did it happen?", "For example, 27 3 2026"),
    "severity": FieldWords(_K.CHOICE, "How serious is it?"),
    "meeting": FieldWords(_K.THING, "Which meeting?"),
    "restriction": FieldWords(_K.THING, "Which restriction?"),
    "deadline": FieldWords(_K.THING, "What is it about?"),
    "referral": FieldWords(_K.THING, "Which referral?"),
    "disclosure": FieldWords(_K.THING, "Which decision?"),
    "adjustment": FieldWords(_K.THING, "Which adjustment?"),
    "letter": FieldWords(_K.THING, "Which letter?"),
    # Restrictions
    "scopes": FieldWords(_K.CHOICES, "What is to be limited?"),
    "interim": FieldWords(
        _K.YES_NO,
        "Does it start at once?",
        "Only where somebody's safety is at stake now. It must be decided on all the same.",
    ),
    "starts_on": FieldWords(
        _K.DATE, "When does it start?", "Leave this empty for the day on which it is confirmed."
    ),
    "review_on": FieldWords(_K.DATE, "When is it reviewed?"),
    "contact": FieldWords(
        _K.TEXT,
        "How can the person still reach the school?",
        "For example: in writing to the headteacher, who answers within three school days.",
    ),
    "contact_through": FieldWords(_K.PERSON, "Through whom?"),
    "meetings": FieldWords(
        _K.TEXT,
        "How does the family still take part in meetings about the child?",
        "The law gives them a part in some meetings, whatever else is limited.",
    ),
    "collection": FieldWords(
        _K.TEXT,
        "How is the child still brought and collected?",
        "Needed where somebody may not come onto the site.",
    ),
    "result": FieldWords(_K.TEXT, "What did you find, or what was done?"),
    "reply": FieldWords(
        _K.TEXT,
        "What do you write back to them?",
        "It goes out as a letter. Leave this empty where nobody is to be written to.",
    ),
    "reply_to": FieldWords(
        _K.PERSON, "To whom?", "Leave this empty for the answer to a complaint, or without a reply."
    ),
    "answer": FieldWords(
        _K.TEXT,
        "What do you answer to what the person said?",
        "If they sent their side, the decision has to answer it.",
    ),
    # Meetings
    "at": FieldWords(_K.MOMENT, "When is it?", "On a school day, in school hours."),
    "minutes": FieldWords(_K.NUMBER, "How many minutes does it last?"),
    "place": FieldWords(_K.TEXT, "Where is it?"),
    "purpose": FieldWords(_K.TEXT, "What is it for?", "It stands in the invitation."),
    "online": FieldWords(
        _K.TEXT, "How can somebody take part from elsewhere?", "For example, a link."
    ),
    "attendees": FieldWords(
        _K.PEOPLE,
        "Who is invited?",
        "If you choose nobody, the family, their advocate and whoever deals with the case come.",
    ),
    "chair": FieldWords(_K.PERSON, "Who chairs it?"),
    "note_taker": FieldWords(_K.PERSON, "Who takes notes?"),
    "interpreter": FieldWords(_K.PERSON, "Is there an interpreter?"),
    "mediator": FieldWords(_K.PERSON, "Is there a mediator?"),
    "without_advocate": FieldWords(
        _K.YES_NO,
        "Is the family's advocate left out?",
        "Only where the family wants it so. Their advocate comes with them otherwise.",
    ),
    "recording_wanted": FieldWords(
        _K.YES_NO, "Does somebody want to record it?", "Everybody is asked first."
    ),
    "out_of_term_agreed": FieldWords(
        _K.TEXT, "If it is outside school hours, how was that agreed?"
    ),
    "also_invite": FieldWords(_K.PEOPLE, "Who else is invited?"),
    "times": FieldWords(_K.MOMENTS, "Which times would suit?"),
    "recording_made": FieldWords(
        _K.YES_NO, "Was it recorded?", "Only where everybody had agreed beforehand."
    ),
    "discussed": FieldWords(_K.TEXT, "What was discussed?", "One point on each line."),
    "decided": FieldWords(_K.TEXT, "What was decided?", "One point on each line."),
    "attended": FieldWords(
        _K.PEOPLE, "Who was there?", "If you choose nobody, everybody who was invited."
    ),
    "consents": FieldWords(_K.YES_NO, "Do they agree to being recorded?"),
    # People
    "person": FieldWords(_K.PERSON, "With whom is it agreed?"),
    "to": FieldWords(_K.PERSON, "Who?"),
    "by": FieldWords(_K.PERSON, "Whose answer is it?"),
    "advocate": FieldWords(_K.PERSON, "Who speaks for the parent?"),
    "with_role": FieldWords(_K.CHOICE, "With whom?"),
    "members": FieldWords(_K.PEOPLE, "Who sits on the panel?"),
    "independent": FieldWords(
        _K.PERSON, "Which of them is independent of the school?", "One has to be."
    ),
    # Kinds and ends
    "kind": FieldWords(_K.CHOICE, "What kind?"),
    "agreed": FieldWords(_K.YES_NO, "Have both sides agreed?", "Mediation needs both."),
    "outcome": FieldWords(_K.CHOICE, "How does it end?"),
    "procedure": FieldWords(
        _K.CHOICE,
        "Which procedure does it go to?",
        "Only if the matter is transferred to a procedure of its own.",
    ),
    # Confidences
    "how": FieldWords(
        _K.TEXT, "What is offered?", "For example, another supporter, or a meeting by video."
    ),
    "shared": FieldWords(_K.CHOICES, "What did the parent agree to share?"),
    "consented_on": FieldWords(_K.DATE, "On which day did the parent agree?"),
    "summary": FieldWords(
        _K.TEXT, "What is shared about the matter?", "The parent has agreed to these very words."
    ),
    "note": FieldWords(_K.TEXT, "Is there anything to add?"),
    "told": FieldWords(_K.TEXT, "Who is told?"),
    "what": FieldWords(_K.TEXT, "What are they told?"),
    "agrees": FieldWords(_K.YES_NO, "Do you agree with what was told?"),
    "findings": FieldWords(_K.TEXT, "What did you find?"),
    "signed_as": FieldWords(_K.TEXT, "Which name did they sign with?"),
    "posted_on": FieldWords(_K.DATE, "On which day was it posted?"),
}
_HERE: dict[tuple[ActionName, str], FieldWords] = {
    (ActionName.STEP_DOWN, "to"): FieldWords(_K.CHOICE, "To which step?"),
    (ActionName.ASSIGN, "to"): FieldWords(_K.PERSON, "Who owns the case from now on?"),
    (ActionName.SIGNPOST, "to"): FieldWords(
        _K.PERSON, "Who was told?", "Leave this empty for the family on the case."
    ),
    (ActionName.EXTEND_FOLLOW_UP, "by"): FieldWords(_K.DURATION, "How much more time?"),
    (ActionName.SIGN_CODE, "answer"): FieldWords(_K.CHOICE, "What was the answer?"),
    (ActionName.SIGN_CODE, "by"): FieldWords(_K.PERSON, "Whose answer is it?"),
    (ActionName.OFFER_TIMES, "by"): FieldWords(_K.PERSON, "Who could come then?"),
    (ActionName.OFFER_TIMES, "text"): FieldWords(_K.TEXT, "Is there anything to add?"),
    (ActionName.OFFER_TIMES, "meeting"): FieldWords(
        _K.CHOICE, "For which meeting?", "Leave this for a meeting that is yet to be arranged."
    ),
    (ActionName.ADD_NOTE, "text"): FieldWords(
        _K.TEXT, "What do you want to note?", "Somebody it speaks of may ask to read it one day."
    ),
    (ActionName.ADD_INCIDENT, "text"): FieldWords(
        _K.TEXT, "What happened?", "Say what was seen and heard, before what you think of it."
    ),
    (ActionName.ADD_INCIDENT, "clauses"): FieldWords(
        _K.CLAUSES, "Which parts of the code does it touch?"
    ),
    (ActionName.RECORD_RESPONSE, "text"): FieldWords(
        _K.TEXT, "What did they say or write?", "In their own words as far as you can."
    ),
    (ActionName.SUBMIT_REPRESENTATIONS, "text"): FieldWords(
        _K.TEXT, "What is their side?", "In their own words."
    ),
    (ActionName.AGREE_ADJUSTMENT, "text"): FieldWords(
        _K.TEXT, "What was agreed?", "For example: letters in large print, or an interpreter."
    ),
    (ActionName.REVIEW_RESTRICTION, "result"): FieldWords(_K.CHOICE, "What do you decide?"),
    (ActionName.REVIEW_RESTRICTION, "review_on"): FieldWords(
        _K.DATE, "When is it reviewed next?", "Not needed if it is lifted."
    ),
    (ActionName.REVIEW_RESTRICTION, "scopes"): FieldWords(
        _K.CHOICES, "What stays limited?", "Only if you make it narrower."
    ),
    (ActionName.VARY_RESTRICTION, "scopes"): FieldWords(
        _K.CHOICES, "What stays limited?", "Leave all of it unticked if this stays as it is."
    ),
    (ActionName.CONFIRM_RESTRICTION, "review_on"): FieldWords(
        _K.DATE, "When is it reviewed?", "Leave this empty to keep the day that was proposed."
    ),
    (ActionName.RESCHEDULE_MEETING, "at"): FieldWords(
        _K.MOMENT, "When is it now?", "On a school day, in school hours."
    ),
    (ActionName.RESCHEDULE_MEETING, "reason"): FieldWords(
        _K.TEXT, "Why is it moved?", "It stands in the letter."
    ),
    (ActionName.CANCEL_MEETING, "reason"): FieldWords(
        _K.TEXT, "Why is it called off?", "It stands in the letter."
    ),
    (ActionName.EXTEND_FOLLOW_UP, "reason"): FieldWords(_K.TEXT, "Why is more time needed?"),
    (ActionName.REMOVE_ADJUSTMENT, "reason"): FieldWords(_K.TEXT, "Why is it removed?"),
    (ActionName.DECLARE_CONFLICT, "reason"): FieldWords(
        _K.TEXT, "What is the conflict?", "You need not say more than you wish."
    ),
    (ActionName.REVIEW_CONFIDENTIALITY, "reason"): FieldWords(
        _K.TEXT, "Why?", "Needed if you do not agree."
    ),
    (ActionName.STOP_MEETING, "reason"): FieldWords(
        _K.TEXT, "What happened, and why was it stopped?"
    ),
    (ActionName.RECORD_REFERRAL_OUTCOME, "outcome"): FieldWords(_K.CHOICE, "What came of it?"),
}


def words_of(action: ActionName, field: str) -> FieldWords:
    """What a field of an action asks. Raises KeyError where nobody has put it into words."""
    return _HERE.get((action, field)) or _EVERYWHERE[field]
