"""The closed sets of words that policies, events, the API and the pages share."""

from enum import StrEnum


class Track(StrEnum):
    """Who is asked to answer, and so which ladder a case climbs."""

    PARENT_CONDUCT = "parent_conduct"
    ADVOCATE_CONDUCT = "advocate_conduct"
    SCHOOL_CONCERN = "school_concern"
    SERVICE_CONCERN = "service_concern"


class Stage(StrEnum):
    """The step a case stands at. Each policy's ladder uses some of them."""

    RAISED = "raised"  # reported; the respondent has not been told
    INFORMAL_REMINDER = "informal_reminder"  # a quiet word about the code; no letter on file
    FORMAL_REMINDER = "formal_reminder"
    WARNING = "warning"
    STAFF_RESTRICTION = "staff_restriction"  # access to staff, in person or in writing
    SITE_RESTRICTION = "site_restriction"
    ENGAGEMENT_RESTRICTION = "engagement_restriction"  # dealings with an advocate, and meetings
    EXTERNAL_ADVICE = "external_advice"
    RESOLUTION_MEETING = "resolution_meeting"
    MEDIATION = "mediation"
    STAFF_CONVERSATION = "staff_conversation"
    INFORMAL_CONCERN = "informal_concern"
    COMPLAINT = "complaint"  # stage 1 of the complaints policy
    COMPLAINT_PANEL = "complaint_panel"  # stage 2: the governors' panel
    INFORMAL_CONVERSATION = "informal_conversation"
    LINE_MANAGEMENT = "line_management"
    STEERING_GROUP = "steering_group"
    LOCAL_AUTHORITY = "local_authority"
    CLOSED = "closed"


class Severity(StrEnum):
    """How grave what happened is, as the person who raised or handles the case judges it."""

    MINOR = "minor"
    MODERATE = "moderate"
    SERIOUS = "serious"
    SAFETY = "safety"  # an immediate threat to somebody's safety


class Role(StrEnum):
    """In which capacity a person acts. Nobody acts without one."""

    STAFF = "staff"
    SENIOR_LEADER = "senior_leader"
    HEADTEACHER = "headteacher"
    GOVERNOR = "governor"
    CHAIR_OF_GOVERNORS = "chair_of_governors"
    CLERK = "clerk"
    ADMINISTRATOR = "administrator"
    DATA_PROTECTION_OFFICER = "data_protection_officer"
    PARENT = "parent"
    ADVOCATE = "advocate"
    SERVICE_STAFF = "service_staff"
    LINE_MANAGER = "line_manager"
    STEERING_GROUP_CHAIR = "steering_group_chair"
    LOCAL_AUTHORITY_OFFICER = "local_authority_officer"
    SYSTEM = "system"  # a timer: it reminds, records relief, and does nothing else


class ActionName(StrEnum):
    """What a person (or, for the last few, the system) does to a case."""

    RAISE_CONCERN = "raise_concern"
    # to another stage
    REMIND_INFORMALLY = "remind_informally"
    REMIND_FORMALLY = "remind_formally"
    WARN = "warn"
    RESTRICT_ACCESS = "restrict_access"
    SEEK_EXTERNAL_ADVICE = "seek_external_advice"
    OFFER_RESOLUTION_MEETING = "offer_resolution_meeting"
    OFFER_MEDIATION = "offer_mediation"
    TALK_WITH_STAFF = "talk_with_staff"
    RAISE_INFORMALLY = "raise_informally"
    COMPLAIN_FORMALLY = "complain_formally"
    REQUEST_PANEL = "request_panel"
    TALK_INFORMALLY = "talk_informally"
    REFER_TO_LINE_MANAGEMENT = "refer_to_line_management"
    REFER_TO_STEERING_GROUP = "refer_to_steering_group"
    REFER_TO_LOCAL_AUTHORITY = "refer_to_local_authority"
    STEP_DOWN = "step_down"
    LAPSE = "lapse"
    CLOSE = "close"
    REOPEN = "reopen"
    # at the same stage
    ADD_INCIDENT = "add_incident"
    ACKNOWLEDGE = "acknowledge"
    ADD_NOTE = "add_note"
    RECORD_RESPONSE = "record_response"
    SUBMIT_REPRESENTATIONS = "submit_representations"
    ASSIGN = "assign"
    DECLARE_CONFLICT = "declare_conflict"
    DECIDE_NOT_TO_ACT = "decide_not_to_act"
    APPOINT_ADVOCATE = "appoint_advocate"
    SHARE_CODE = "share_code"
    SIGN_CODE = "sign_code"
    SIGNPOST = "signpost"
    END_ADVOCACY = "end_advocacy"
    OFFER_ACCOMPANIMENT = "offer_accompaniment"
    REFER_TO_SENDIASS = "refer_to_sendiass"
    RECORD_REFERRAL_OUTCOME = "record_referral_outcome"
    WITHDRAW_CONSENT = "withdraw_consent"
    SET_CONFIDENTIALITY_ASIDE = "set_confidentiality_aside"
    REVIEW_CONFIDENTIALITY = "review_confidentiality"
    SCHEDULE_MEETING = "schedule_meeting"
    RESCHEDULE_MEETING = "reschedule_meeting"
    HOLD_MEETING = "hold_meeting"
    STOP_MEETING = "stop_meeting"
    CANCEL_MEETING = "cancel_meeting"
    RECORD_MEETING = "record_meeting"
    OFFER_TIMES = "offer_times"
    CONSENT_TO_RECORDING = "consent_to_recording"
    CONFIRM_RESTRICTION = "confirm_restriction"
    VARY_RESTRICTION = "vary_restriction"
    REVIEW_RESTRICTION = "review_restriction"
    LIFT_RESTRICTION = "lift_restriction"
    COMPLETE_FOLLOW_UP = "complete_follow_up"
    EXTEND_FOLLOW_UP = "extend_follow_up"
    TAKE_FOLLOW_UP = "take_follow_up"
    REVIEW_BY_GOVERNOR = "review_by_governor"
    ASSIGN_PANEL = "assign_panel"
    SEE_NAMES = "see_names"
    AGREE_ADJUSTMENT = "agree_adjustment"
    REMOVE_ADJUSTMENT = "remove_adjustment"
    ADOPT_CALENDAR = "adopt_calendar"
    ADOPT_POLICY = "adopt_policy"
    RECORD_POSTING = "record_posting"
    # by the system alone
    TIME_PASSED = "time_passed"
    RECORD_NOTICE = "record_notice"
    PREPARE_LETTERS = "prepare_letters"
    RECORD_LETTER = "record_letter"
    RECORD_RETURN = "record_return"
    RECORD_REFERRAL_SENT = "record_referral_sent"


class Scope(StrEnum):
    """What a restriction limits."""

    STAFF_IN_PERSON = "staff_in_person"
    STAFF_IN_WRITING = "staff_in_writing"
    SITE = "site"
    ENGAGEMENT = "engagement"
    MEETINGS = "meetings"


class RestrictionStatus(StrEnum):
    """Where a restriction stands. Only `interim` and `in_force` limit anybody."""

    PROPOSED = "proposed"
    INTERIM = "interim"  # in effect at once for safety, and not yet confirmed
    IN_FORCE = "in_force"
    LIFTED = "lifted"
    LAPSED = "lapsed"


class AdviceKind(StrEnum):
    """Whom the school asks for external advice."""

    LOCAL_AUTHORITY = "local_authority"
    POLICE = "police"
    LEGAL = "legal"


class Channel(StrEnum):
    """How a letter reaches its addressee."""

    EMAIL = "email"
    POST = "post"  # it is printed, and somebody says when it was posted


class SharedItem(StrEnum):
    """What a parent may agree to share with SENDIASS. Nothing else of a case goes there."""

    NAME = "name"
    CONTACT = "contact"  # the e-mail address at which the parent can be reached
    SUMMARY = "summary"  # what it is about, in words written for this


class ReferralOutcome(StrEnum):
    """What came of a referral to SENDIASS."""

    ADVICE_GIVEN = "advice_given"
    INDEPENDENT_SUPPORTER = "independent_supporter"
    MEDIATION_ARRANGED = "mediation_arranged"
    DECLINED = "declined"  # by the parent or by the service
    NO_ANSWER = "no_answer"
    CONSENT_WITHDRAWN = "consent_withdrawn"


class Security(StrEnum):
    """How the conversation with the mail server is protected."""

    NONE = "none"  # for one on this machine
    STARTTLS = "starttls"
    TLS = "tls"


class MediaType(StrEnum):
    """The types of file that may come with a reply, by their media types (RFC 6838)."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"
    HEIC = "image/heic"
    TEXT = "text/plain"
    WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    OPEN_DOCUMENT = "application/vnd.oasis.opendocument.text"
    EMAIL = "message/rfc822"


class LetterStatus(StrEnum):
    """Where a letter stands."""

    PREPARED = "prepared"  # worded and approved, and not on its way yet
    SENT = "sent"
    RETURNED = "returned"  # refused, or it came back: the addressee was not reached


class Outcome(StrEnum):
    """How a case ended."""

    RESOLVED = "resolved"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    UNFOUNDED = "unfounded"
    NO_FURTHER_ACTION = "no_further_action"
    TRANSFERRED = "transferred"


class Procedure(StrEnum):
    """Where a matter that is not for this ladder goes instead."""

    CHILD_PROTECTION = "child_protection"  # to the designated safeguarding lead
    ADMISSIONS = "admissions"
    EXCLUSIONS = "exclusions"
    SEN_ASSESSMENT = "sen_assessment"
    STAFF_GRIEVANCE = "staff_grievance"


class CodeAnswer(StrEnum):
    """What became of the invitation to sign the code. All three are neutral facts."""

    SIGNED = "signed"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"


class ResponseKind(StrEnum):
    """What a respondent or family sent back."""

    REPLY = "reply"
    REQUEST_TO_MEET = "request_to_meet"
    CANNOT_ATTEND = "cannot_attend"
    CHALLENGE = "challenge"


class ReviewResult(StrEnum):
    """What a review of a restriction decided."""

    CONTINUE = "continue"
    VARY = "vary"
    LIFT = "lift"


class DeadlineKind(StrEnum):
    """What a deadline on a case is for."""

    FOLLOW_UP = "follow_up"
    DUTY = "duty"
    REPRESENTATIONS = "representations"  # the window in which the respondent is heard
    CONFIRMATION = "confirmation"  # an unconfirmed restriction lapses at its end
    REVIEW = "review"  # a restriction that is not renewed lapses at its end
    QUIET_PERIOD = "quiet_period"  # a case lapses at its end
    REOPENING = "reopening"  # a closed case may be reopened until its end
    LATE_REPRESENTATIONS = "late_representations"  # the decision still answers them
    REVIEW_REQUEST = "review_request"  # they came after the decision, which is looked at again
    CHALLENGE = "challenge"  # of a decision, answered by somebody above whoever made it


class Occasion(StrEnum):
    """Why somebody is told about a deadline that begins with something that came in."""

    ARRIVED = "arrived"  # it came in just now, and is for them to see to
    INFORMED = "informed"  # it concerns what they decided, and is for somebody else to see to
    FOR_INFORMATION = "for_information"  # they should know of it; it is for somebody else to see to
    DUE = "due"
    OVERDUE = "overdue"


class DutyKind(StrEnum):
    """What the school owes."""

    ACKNOWLEDGE = "acknowledge"
    SHARE_CODE_WITH_PARENT = "share_code_with_parent"
    SHARE_CODE_WITH_ADVOCATE = "share_code_with_advocate"
    ASK_TO_SIGN = "ask_to_sign"
    SIGNPOST = "signpost"
    OFFER_ACCOMPANIMENT = "offer_accompaniment"
    SHARE_INFORMATION = "share_information"
    RECORD_MEETING = "record_meeting"
    RESCHEDULE = "reschedule"
    RESPOND = "respond"


class DutyTrigger(StrEnum):
    """What makes a duty fall due."""

    CASE_OPENED = "case_opened"
    ADVOCATE_APPOINTED = "advocate_appointed"
    RESTRICTION_IN_EFFECT = "restriction_in_effect"
    MEETING_SCHEDULED = "meeting_scheduled"
    MEETING_HELD = "meeting_held"
    CANNOT_ATTEND = "cannot_attend"
    RESPONSE_RECEIVED = "response_received"


class StopReason(StrEnum):
    """On what ground a policy lets a meeting be stopped on the spot."""

    BREACH_OF_TERMS = "breach_of_terms"
    VERBAL_ABUSE = "verbal_abuse"


class ErasureGround(StrEnum):
    """Why a person's data is destroyed: the grounds of UK GDPR, article 17(1)."""

    NO_LONGER_NEEDED = "no_longer_needed"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    OBJECTION = "objection"
    UNLAWFUL = "unlawful"  # it should never have been kept
    LEGAL_OBLIGATION = "legal_obligation"  # a court or a law requires it


class MeetingRole(StrEnum):
    """In which capacity somebody is at a meeting."""

    CHAIR = "chair"
    NOTE_TAKER = "note_taker"
    FAMILY = "family"
    ADVOCATE = "advocate"
    INTERPRETER = "interpreter"
    MEDIATOR = "mediator"
    PARTICIPANT = "participant"


class Rule(StrEnum):
    """The rule or safeguard that refuses an action; the name a story's `expect: refused` uses."""

    LADDER = "ladder"
    AUTHORITY = "authority"
    ONE_RUNG_AT_A_TIME = "one_rung_at_a_time"
    TWO_PAIRS_OF_EYES = "two_pairs_of_eyes"
    TO_BE_HEARD = "to_be_heard"
    NO_OPEN_ENDED_RESTRICTION = "no_open_ended_restriction"
    SIGNPOSTING = "signposting"
    CONSENT = "consent"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    REASONS = "reasons"
    TIMERS_REMIND = "timers_remind"
    PROMISES = "promises"
    SIGNING_IS_ASKED = "signing_is_asked"
    OUT_OF_THE_LADDER = "out_of_the_ladder"
    ADJUSTMENTS = "adjustments"
    RESTRICTION_STANDS = "restriction_stands"
    CASE_CHANGED = "case_changed"
    UNKNOWN_THING = "unknown_thing"
    CALENDAR = "calendar"
    ERASURE = "erasure"
    LEGAL_HOLD = "legal_hold"
    RETENTION = "retention"
