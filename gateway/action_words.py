"""What each action is called, what it does, and what its fields ask, in plain words.

A step of the ladder is called what the school's own code calls it; here stands what it does.
"""

from typing import NamedTuple

from domain.vocabulary import ActionName


class ActionWords(NamedTuple):
    """An action in words: a heading, what it does, and what the button says that does it."""

    heading: str
    does: str
    button: str


_STEP = (
    "The case moves to this step. A letter says why, what the code says and what happens next, and "
    "somebody is asked to look again later."
)
_ASIDE = (
    "This stands beside the ladder: the case keeps its rung, and nothing else happens meanwhile."
)

ACTIONS: dict[ActionName, ActionWords] = {
    # Steps of the ladder
    ActionName.REMIND_INFORMALLY: ActionWords("Have a quiet word", _STEP, "Record the quiet word"),
    ActionName.REMIND_FORMALLY: ActionWords("Send a reminder", _STEP, "Send the reminder"),
    ActionName.WARN: ActionWords("Send a warning", _STEP, "Send the warning"),
    ActionName.RESTRICT_ACCESS: ActionWords(
        "Propose a restriction",
        "You propose a restriction. The person is told and can send their side in writing; a "
        "second person decides after that. If nobody decides in time, it lapses.",
        "Propose the restriction",
    ),
    ActionName.SEEK_EXTERNAL_ADVICE: ActionWords("Ask for advice", _ASIDE, "Ask for advice"),
    ActionName.OFFER_RESOLUTION_MEETING: ActionWords(
        "Offer a meeting", _ASIDE, "Offer the meeting"
    ),
    ActionName.OFFER_MEDIATION: ActionWords("Offer mediation", _ASIDE, "Offer mediation"),
    ActionName.TALK_WITH_STAFF: ActionWords("Talk with staff", _STEP, "Record the conversation"),
    ActionName.RAISE_INFORMALLY: ActionWords("Raise it informally", _STEP, "Take it to a leader"),
    ActionName.COMPLAIN_FORMALLY: ActionWords("Make a complaint", _STEP, "Make it a complaint"),
    ActionName.REQUEST_PANEL: ActionWords("Ask for a panel", _STEP, "Ask for a panel"),
    ActionName.TALK_INFORMALLY: ActionWords("Talk informally", _STEP, "Record the conversation"),
    ActionName.REFER_TO_LINE_MANAGEMENT: ActionWords(
        "Refer to line management", _STEP, "Refer to line management"
    ),
    ActionName.REFER_TO_STEERING_GROUP: ActionWords(
        "Refer to the steering group", _STEP, "Refer to the steering group"
    ),
    ActionName.REFER_TO_LOCAL_AUTHORITY: ActionWords(
        "Refer to the local authority", _STEP, "Refer to the local authority"
    ),
    # Towards the end
    ActionName.STEP_DOWN: ActionWords(
        "Step down",
        "The case goes back to a lower step, because things have become easier. The person is "
        "told.",
        "Step down",
    ),
    ActionName.LAPSE: ActionWords(
        "Let the case lapse",
        "The case ends now instead of at the end of its quiet period. What is due on it falls "
        "away.",
        "Let the case lapse",
    ),
    ActionName.CLOSE: ActionWords(
        "Close the case",
        "The case ends. What is due on it falls away, meetings to come are called off, and it can "
        "be reopened for a time.",
        "Close the case",
    ),
    ActionName.REOPEN: ActionWords(
        "Reopen the case", "The case goes back to where it stood.", "Reopen the case"
    ),
    ActionName.DECIDE_NOT_TO_ACT: ActionWords(
        "Decide not to act",
        "Nothing is done for now, and the record says why. The check that was waiting is answered.",
        "Record the decision",
    ),
    # Keeping the record
    ActionName.ADD_INCIDENT: ActionWords(
        "Add an incident",
        "What happened is added to the case. The quiet period begins again; the step stays.",
        "Add the incident",
    ),
    ActionName.ACKNOWLEDGE: ActionWords(
        "Acknowledge the concern",
        "Whoever raised the concern is told that it was received and who is dealing with it.",
        "Acknowledge it",
    ),
    ActionName.ADD_NOTE: ActionWords(
        "Add a note",
        "The note is kept on the record for those who handle the case. Nobody is told.",
        "Keep the note",
    ),
    ActionName.RECORD_RESPONSE: ActionWords(
        "Record a response",
        "What came back is kept on the record, and whoever has to see to it is told.",
        "Record it",
    ),
    ActionName.SUBMIT_REPRESENTATIONS: ActionWords(
        "Record a written side",
        "The person's own side is kept on the record. The decision has to answer it.",
        "Record their side",
    ),
    ActionName.ASSIGN: ActionWords(
        "Give the case an owner",
        "This person owns the case from now on: reminders go to them first.",
        "Give it to them",
    ),
    ActionName.DECLARE_CONFLICT: ActionWords(
        "Declare a conflict of interest",
        "You are kept from this case from now on, and do not see it any more. Somebody else "
        "decides.",
        "Declare it",
    ),
    # Families and their advocates
    ActionName.APPOINT_ADVOCATE: ActionWords(
        "Name an advocate",
        "This person speaks for the parent from now on, and is given a copy of the code.",
        "Name the advocate",
    ),
    ActionName.SHARE_CODE: ActionWords(
        "Share the code", "They are given a copy of the code.", "Share the code"
    ),
    ActionName.SIGN_CODE: ActionWords(
        "Record the answer about signing",
        "Signing is asked and never forced. Whatever the answer is, nothing follows from it.",
        "Record the answer",
    ),
    ActionName.SIGNPOST: ActionWords(
        "Signpost the family to SENDIASS",
        "The family is told how to reach SENDIASS for free and impartial advice.",
        "Tell the family",
    ),
    ActionName.END_ADVOCACY: ActionWords(
        "Record that there is no advocate any more",
        "The parent speaks for themselves from now on; what was owed to the advocate falls away.",
        "Record it",
    ),
    ActionName.OFFER_ACCOMPANIMENT: ActionWords(
        "Offer another way not to be alone",
        "The parent is offered somebody else beside them while their advocate is limited.",
        "Record the offer",
    ),
    ActionName.REFER_TO_SENDIASS: ActionWords(
        "Refer the family to SENDIASS",
        "SENDIASS is told what the parent agreed to share, and nothing else.",
        "Refer them",
    ),
    ActionName.RECORD_REFERRAL_OUTCOME: ActionWords(
        "Record what came of the referral",
        "The record says what came of it, and nobody is asked to find out any more.",
        "Record it",
    ),
    ActionName.WITHDRAW_CONSENT: ActionWords(
        "Take consent back",
        "From now on nothing is shared with SENDIASS on this case.",
        "Take consent back",
    ),
    ActionName.SET_CONFIDENTIALITY_ASIDE: ActionWords(
        "Set confidentiality aside",
        "You tell somebody without consent, in order to protect a person. A second person looks at "
        "this decision at once.",
        "Record the decision",
    ),
    ActionName.REVIEW_CONFIDENTIALITY: ActionWords(
        "Look at what was told without consent",
        "You say, as a second person, whether you agree with what was told.",
        "Record your view",
    ),
    ActionName.AGREE_ADJUSTMENT: ActionWords(
        "Agree an adjustment",
        "It stands at the head of the case and of every letter to this person from now on.",
        "Agree it",
    ),
    ActionName.REMOVE_ADJUSTMENT: ActionWords(
        "Remove an adjustment",
        "It no longer stands on the case and its letters. The record says why.",
        "Remove it",
    ),
    # Meetings
    ActionName.SCHEDULE_MEETING: ActionWords(
        "Arrange a meeting",
        "Everybody who is invited gets a letter with an entry for their calendar, and a reminder "
        "before the day.",
        "Send the invitations",
    ),
    ActionName.RESCHEDULE_MEETING: ActionWords(
        "Move the meeting", "Everybody who is invited is told of the new date.", "Move the meeting"
    ),
    ActionName.CANCEL_MEETING: ActionWords(
        "Call the meeting off",
        "Everybody who was invited is told that it is off, and why.",
        "Call it off",
    ),
    ActionName.OFFER_TIMES: ActionWords(
        "Say which times suit", "The times are kept until a meeting is arranged.", "Keep the times"
    ),
    ActionName.HOLD_MEETING: ActionWords(
        "Record that the meeting was held",
        "Somebody has to keep its record from now on: what was discussed, and what was decided.",
        "Record it",
    ),
    ActionName.STOP_MEETING: ActionWords(
        "Record that the meeting was stopped",
        "The record says on what ground it was stopped. Its record is owed all the same.",
        "Record it",
    ),
    ActionName.RECORD_MEETING: ActionWords(
        "Keep the record of the meeting",
        "Everybody who was there gets a copy of what was discussed and decided.",
        "Keep the record",
    ),
    ActionName.CONSENT_TO_RECORDING: ActionWords(
        "Record an answer about being recorded",
        "A meeting is recorded only if everybody who is invited agrees beforehand.",
        "Record the answer",
    ),
    # Restrictions
    ActionName.CONFIRM_RESTRICTION: ActionWords(
        "Confirm the restriction",
        "The restriction takes effect, until its review. The person gets the decision in writing.",
        "Confirm it",
    ),
    ActionName.VARY_RESTRICTION: ActionWords(
        "Change the restriction",
        "The restriction goes on in other terms, never wider. The person is told.",
        "Change it",
    ),
    ActionName.REVIEW_RESTRICTION: ActionWords(
        "Review the restriction",
        "You decide whether it goes on, goes on narrower, or ends. The person is told.",
        "Record the review",
    ),
    ActionName.LIFT_RESTRICTION: ActionWords(
        "Lift the restriction", "The restriction ends now. The person is told.", "Lift it"
    ),
    # Follow-ups and duties
    ActionName.COMPLETE_FOLLOW_UP: ActionWords(
        "Record as done",
        "It is no longer due, and nobody is reminded of it any more.",
        "Record as done",
    ),
    ActionName.EXTEND_FOLLOW_UP: ActionWords(
        "Give more time", "It falls due later, and the record says why.", "Give more time"
    ),
    ActionName.TAKE_FOLLOW_UP: ActionWords(
        "Take it on", "You see to it from now on. It falls due anew, for you.", "Take it on"
    ),
    # Governors, and the post
    ActionName.REVIEW_BY_GOVERNOR: ActionWords(
        "Record a governor's findings",
        "What you found is kept on the record of the case.",
        "Record the findings",
    ),
    ActionName.ASSIGN_PANEL: ActionWords(
        "Set the panel",
        "These people hear the complaint. Nobody who has seen the names in the case may sit.",
        "Set the panel",
    ),
    ActionName.SEE_NAMES: ActionWords(
        "See the names",
        "You are shown the names in this case, and are kept off a panel about it from then on.",
        "Show me the names",
    ),
    ActionName.RECORD_POSTING: ActionWords(
        "Record that a letter was posted",
        "The record says on which day the printed letter went into the post.",
        "Record it",
    ),
}

NOT_ON_A_FORM = frozenset(
    {
        ActionName.RAISE_CONCERN,  # has pages of its own: it opens a case
        ActionName.ADOPT_CALENDAR,  # need a calendar or a policy, which are chosen elsewhere
        ActionName.ADOPT_POLICY,
    }
)
"""What people do on other pages than a case's."""
