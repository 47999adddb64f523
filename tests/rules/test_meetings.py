"""Meetings: when they may be, who may come, what is recorded, and what is owed afterwards."""

from datetime import date, datetime, time, timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from domain.actions import SYSTEM, LetterToSend
from domain.errors import (
    CalendarFallsShort,
    CaseIsClosed,
    LimitStands,
    NotAllowedHere,
    NotAuthorised,
    NotConsented,
    OutOfSchoolTime,
    ReasonMissing,
    UnknownThing,
)
from domain.events import MeetingCancelled, MeetingRescheduled, MeetingScheduled
from domain.letter_rules import letters_due, letters_of_relief, reminders_of
from domain.letters import Addressee
from domain.meeting_actions import on_a_school_day
from domain.meeting_plan import plan_of
from domain.meetings import Meeting
from domain.policy import Ladder, Policy
from domain.vocabulary import (
    DeadlineKind,
    DutyKind,
    MeetingRole,
    ResponseKind,
    Role,
    Scope,
    Severity,
    Stage,
    Track,
)
from storage.letter_files import load_templates
from tests.rules.building import (
    ADVOCATE,
    CALENDAR,
    CLERK,
    DEPUTY,
    ELEANOR_PALMER,
    FLEET,
    HEAD,
    MONDAY,
    OFFICE,
    PACKS,
    PARENT,
    PARENTS,
    TEACHER,
    Story,
    a_text,
    altered,
    in_force,
    span,
    under_restriction,
)

LETTERS = load_templates(None, school="rowan-hill").letters
IN_A_WEEK = MONDAY + timedelta(days=7)
# Any minute of the school year, terms and holidays, days and nights.
MOMENTS = st.integers(1, 280 * 24 * 60).map(lambda minutes: MONDAY + timedelta(minutes=minutes))
LADDERS = [(policy, ladder) for policy in PACKS.values() for ladder in policy.ladders]


def with_a_meeting(policy: Policy = ELEANOR_PALMER, **fields: Any) -> Story:
    """A case with a meeting in a week."""
    story = Story(policy)
    story.do("schedule_meeting", DEPUTY, **{"at": IN_A_WEEK} | fields)
    return story


def the(story: Story) -> Meeting:
    return story.case.meetings[-1]


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    return CALENDAR.instant(day, time(hour, minute))


# When


@pytest.mark.parametrize(
    ("day", "why"),
    [
        pytest.param(date(2026, 9, 19), "a Saturday", id="weekend"),
        pytest.param(date(2026, 10, 27), "in half-term", id="half-term"),
        pytest.param(date(2026, 12, 25), "a bank holiday (Christmas Day)", id="bank holiday"),
        pytest.param(date(2026, 12, 30), "in the school holidays", id="holidays"),
        pytest.param(date(2026, 11, 2), "an INSET day", id="INSET"),
    ],
)
def test_a_meeting_on_a_closed_day_is_refused_with_its_reason(day: date, why: str) -> None:
    story = Story()

    error = story.refused(OutOfSchoolTime, "schedule_meeting", DEPUTY, at=at(day))

    assert why in error.sentence
    near = CALENDAR.nearest_school_days(day)
    assert len(near) == 2
    for one in near:
        assert f"{one:%A} {one.day} {one:%B %Y}" in error.sentence


@pytest.mark.parametrize(("hour", "minute"), [(8, 29), (16, 30), (19, 0)])
def test_a_meeting_out_of_hours_is_refused_with_the_hours(hour: int, minute: int) -> None:
    story = Story()

    error = story.refused(
        OutOfSchoolTime, "schedule_meeting", DEPUTY, at=at(date(2026, 9, 21), hour, minute)
    )

    assert "08:30 to 16:30" in error.sentence


def test_another_time_may_be_agreed_and_the_record_says_how() -> None:
    story = Story()
    agreed = a_text("she works in the day")

    story.do("schedule_meeting", DEPUTY, at=at(date(2026, 9, 19), 19), out_of_term_agreed=agreed)

    fact = next(f for f in story.facts if isinstance(f, MeetingScheduled))
    assert fact.out_of_term_agreed == agreed
    story.refused(
        OutOfSchoolTime,
        "reschedule_meeting",
        DEPUTY,
        meeting=the(story).id,
        at=at(date(2026, 9, 20)),
    )
    story.refused(NotAllowedHere, "schedule_meeting", DEPUTY, at=MONDAY, out_of_term_agreed=agreed)


def test_past_the_calendar_the_next_years_dates_are_asked_for() -> None:
    story = Story()

    story.refused(CalendarFallsShort, "schedule_meeting", DEPUTY, at=at(date(2030, 9, 10)))


@given(MOMENTS)
def test_exactly_the_open_moments_are_taken(moment: datetime) -> None:
    if CALENDAR.quiet(moment):
        with pytest.raises(OutOfSchoolTime, match=str(CALENDAR.local_date(moment).year)):
            on_a_school_day(CALENDAR, MONDAY, moment)
    else:
        on_a_school_day(CALENDAR, MONDAY, moment)


def test_one_case_has_one_meeting_at_a_time() -> None:
    story = with_a_meeting(minutes=90)
    half_past = IN_A_WEEK + timedelta(minutes=60)

    error = story.refused(NotAllowedHere, "schedule_meeting", DEPUTY, at=half_past)
    story.do("schedule_meeting", DEPUTY, at=IN_A_WEEK + timedelta(minutes=90))

    assert story.case.meetings[0].id in error.sentence
    story.refused(
        NotAllowedHere,
        "reschedule_meeting",
        DEPUTY,
        meeting=the(story).id,
        at=IN_A_WEEK + timedelta(minutes=30),
    )
    # A meeting may overlap with where it itself was.
    story.do(
        "reschedule_meeting",
        DEPUTY,
        meeting=the(story).id,
        at=IN_A_WEEK + timedelta(minutes=120),
    )


# Who


def test_the_family_comes_with_their_advocate_and_whoever_deals_with_it() -> None:
    meeting = the(with_a_meeting())

    assert {(one.person, one.role) for one in meeting.attendees} == {
        (PARENT.person, MeetingRole.FAMILY),
        (ADVOCATE.person, MeetingRole.ADVOCATE),
        (DEPUTY.person, MeetingRole.PARTICIPANT),
    }


def test_the_office_arranges_meetings_that_it_does_not_come_to() -> None:
    story = Story()
    story.do("assign", HEAD, to=DEPUTY.person)
    story.do("schedule_meeting", OFFICE, at=IN_A_WEEK)

    assert OFFICE.person not in the(story).people
    assert DEPUTY.person in the(story).people


def test_a_parents_advocate_comes_unless_the_parent_comes_without() -> None:
    story = Story()
    invited = {"attendees": (PARENT.person, TEACHER.person)}
    story.do("schedule_meeting", DEPUTY, at=IN_A_WEEK, chair=HEAD.person, **invited)
    assert the(story).people == (PARENT.person, TEACHER.person, HEAD.person, ADVOCATE.person)
    assert the(story).attendees[2].role is MeetingRole.CHAIR

    later = IN_A_WEEK + timedelta(days=1)
    story.do("schedule_meeting", DEPUTY, at=later, without_advocate=True, **invited)
    assert ADVOCATE.person not in the(story).people
    story.refused(
        NotAllowedHere,
        "schedule_meeting",
        DEPUTY,
        at=later + timedelta(days=1),
        chair=HEAD.person,
        note_taker=HEAD.person,
    )


def test_somebody_whose_part_in_meetings_is_limited_is_not_invited() -> None:
    story = in_force()
    limit = story.restriction.id
    when = CALENDAR.instant(
        CALENDAR.add(CALENDAR.local_date(story.now), span("5 school days")), time(10)
    )

    error = story.refused(
        LimitStands, "schedule_meeting", DEPUTY, at=when, attendees=(ADVOCATE.person,)
    )
    assert limit in error.sentence
    story.do("schedule_meeting", DEPUTY, at=when)
    assert ADVOCATE.person not in the(story).people
    assert PARENT.person in the(story).people
    story.refused(
        LimitStands,
        "reschedule_meeting",
        DEPUTY,
        meeting=the(story).id,
        at=when,
        also_invite=(ADVOCATE.person,),
    )

    story.do("vary_restriction", HEAD, restriction=limit, scopes=(Scope.ENGAGEMENT,))
    story.do(
        "reschedule_meeting",
        DEPUTY,
        meeting=the(story).id,
        at=when,
        also_invite=(ADVOCATE.person,),
    )
    assert the(story).attendees[-1].role is MeetingRole.ADVOCATE


def test_whoever_is_limited_later_is_left_out_of_the_meetings_to_come() -> None:
    story = under_restriction()
    today = CALENDAR.local_date(story.now)
    during, after = CALENDAR.add(today, span("10 school days")), story.restriction.terms.review_on
    story.do("schedule_meeting", DEPUTY, at=at(during), recording_wanted=True)
    story.do("schedule_meeting", DEPUTY, at=at(CALENDAR.add(after, span("1 school day"))))
    assert all(ADVOCATE.person in meeting.people for meeting in story.case.meetings)
    story.wait("6 school days")

    story.do("confirm_restriction", HEAD, restriction=story.restriction.id)

    first, second = story.case.meetings
    assert first.people == (PARENT.person, DEPUTY.person)
    assert first.unanswered == first.people
    assert first.sequence == 0
    # By then the limit has ended, unless somebody renews it.
    assert ADVOCATE.person in second.people
    story.wait_until(at(after))
    later = CALENDAR.add(after, span("20 school days"))
    fields = {"result": "continue", "review_on": later}
    story.do("review_restriction", HEAD, restriction=story.restriction.id, **fields)
    assert story.case.meetings[1].people == (PARENT.person, DEPUTY.person)


# Moving and calling off


def test_a_moved_meeting_stays_the_same_entry_with_the_next_number() -> None:
    story = with_a_meeting(place=a_text("library"))
    first = the(story)
    story.do("record_response", ADVOCATE, kind=ResponseKind.CANNOT_ATTEND, text=a_text())
    assert "reschedule" in story.duties()

    later = IN_A_WEEK + timedelta(days=2)
    story.do("reschedule_meeting", DEPUTY, meeting=first.id, at=later, minutes=30)

    moved = the(story)
    assert "reschedule" not in story.duties()
    assert (moved.id, moved.sequence, moved.at, moved.minutes) == (first.id, 1, later, 30)
    assert moved.place == first.place
    story.refused(NotAllowedHere, "reschedule_meeting", DEPUTY, meeting=first.id, at=later)


def test_a_meeting_that_is_called_off_leaves_the_promise_of_another_date() -> None:
    story = with_a_meeting()
    story.do("record_response", ADVOCATE, kind=ResponseKind.CANNOT_ATTEND, text=a_text())
    story.refused(ReasonMissing, "cancel_meeting", DEPUTY, meeting=the(story).id, reason=None)
    story.do("cancel_meeting", DEPUTY, meeting=the(story).id)

    assert the(story).sequence == 1
    assert "reschedule" in story.duties()
    story.refused(UnknownThing, "hold_meeting", DEPUTY, meeting=the(story).id)

    story.do("schedule_meeting", DEPUTY, at=IN_A_WEEK)
    assert "reschedule" not in story.duties()


def test_when_a_case_ends_its_meetings_are_off() -> None:
    story = with_a_meeting()
    story.do("acknowledge", DEPUTY)

    events = story.do("close", HEAD, outcome="resolved")

    (off,) = [e.fact for e in events if isinstance(e.fact, MeetingCancelled)]
    assert off.meeting == the(story).id
    action = story.action("close", outcome="resolved")
    due = letters_due(LETTERS, story.policy, story.case, action)
    told = {one.to for one in due if one.kind == "meeting-cancelled"}
    assert told == set(the(story).people)
    assert {one.about for one in due if one.kind == "meeting-cancelled"} == {the(story).id}


def test_people_hear_that_a_meeting_is_off_also_when_a_case_lapses_by_itself() -> None:
    story = Story().climb_to(Stage.INFORMAL_REMINDER)
    quiet = story.deadline(DeadlineKind.QUIET_PERIOD)
    after = CALENDAR.add(quiet.due_on, span("5 school days"))
    story.do("schedule_meeting", DEPUTY, at=at(after))

    events = story.wait_until(quiet.due_at + timedelta(minutes=1))

    due = letters_of_relief(story.case, tuple(events))
    assert {one.to for one in due if one.kind == "meeting-cancelled"} == set(the(story).people)


# When people can come


def test_an_advocate_says_when_they_can_come() -> None:
    story = with_a_meeting()
    times = (IN_A_WEEK + timedelta(days=3), IN_A_WEEK + timedelta(days=2))

    story.do("offer_times", ADVOCATE, meeting=the(story).id, times=times)
    story.do("offer_times", DEPUTY, times=times[:1], by=PARENT.person)

    first, second = story.case.availability
    assert (first.person, first.times) == (ADVOCATE.person, times[::-1])
    assert (second.person, second.meeting) == (PARENT.person, None)
    story.do("offer_times", ADVOCATE, meeting=the(story).id, times=times[:1])
    assert [one.times for one in story.case.availability if one.meeting] == [times[:1]]


def test_times_are_to_come_and_are_ones_own() -> None:
    story = with_a_meeting()

    story.refused(NotAllowedHere, "offer_times", ADVOCATE, times=(MONDAY,))
    story.refused(NotAuthorised, "offer_times", ADVOCATE, times=(IN_A_WEEK,), by=PARENT.person)
    story.refused(UnknownThing, "offer_times", ADVOCATE, times=(IN_A_WEEK,), meeting="m99")


# Recording, and signing


def test_a_meeting_is_recorded_only_if_everybody_agreed() -> None:
    story = with_a_meeting(recording_wanted=True)
    meeting = the(story).id
    assert the(story).unanswered == the(story).people

    for person in (PARENT, DEPUTY):
        story.do("consent_to_recording", person, meeting=meeting, consents=True)
    story.wait_until(IN_A_WEEK)
    error = story.refused(
        NotConsented, "hold_meeting", DEPUTY, meeting=meeting, recording_made=True
    )
    assert "not answered: 1" in error.sentence
    story.do("consent_to_recording", ADVOCATE, meeting=meeting, consents=False)
    story.refused(NotConsented, "stop_meeting", DEPUTY, meeting=meeting, recording_made=True)
    story.do("consent_to_recording", ADVOCATE, meeting=meeting, consents=True)
    story.do("hold_meeting", DEPUTY, meeting=meeting, recording_made=True)

    assert the(story).recording_made


def test_whoever_is_invited_later_is_asked_too() -> None:
    story = with_a_meeting(recording_wanted=True)
    meeting = the(story).id
    for person in (PARENT, DEPUTY, ADVOCATE):
        story.do("consent_to_recording", person, meeting=meeting, consents=True)
    assert the(story).may_be_recorded

    story.do(
        "reschedule_meeting", DEPUTY, meeting=meeting, at=IN_A_WEEK, also_invite=(TEACHER.person,)
    )

    assert not the(story).may_be_recorded
    assert the(story).unanswered == (TEACHER.person,)


def test_only_those_who_are_invited_are_asked_about_recording() -> None:
    story = with_a_meeting()

    story.refused(
        NotAllowedHere, "consent_to_recording", CLERK, meeting=the(story).id, consents=True
    )
    story.do("consent_to_recording", CLERK, meeting=the(story).id, consents=True, by=PARENT.person)
    story.refused(
        NotAuthorised,
        "consent_to_recording",
        ADVOCATE,
        meeting=the(story).id,
        consents=True,
        by=PARENT.person,
    )


@pytest.mark.parametrize(("policy", "asked"), [(ELEANOR_PALMER, True), (FLEET, False)])
def test_an_advocate_is_asked_to_sign_beforehand_and_comes_in_any_case(
    policy: Policy, asked: bool
) -> None:
    story = with_a_meeting(policy)
    action = story.action("schedule_meeting", at=IN_A_WEEK)
    due = letters_due(LETTERS, policy, story.case, action)
    requests = [one.to for one in due if one.kind == "sign-request"]
    assert requests == ([ADVOCATE.person] if asked else [])
    if asked:
        story.do("sign_code", ADVOCATE, answer="declined")
        due = letters_due(LETTERS, policy, story.case, action)
        assert not [one for one in due if one.kind == "sign-request"]

    story.wait_until(IN_A_WEEK)
    story.do("hold_meeting", DEPUTY, meeting=the(story).id)
    assert the(story).held


# What follows


def said() -> dict[str, Any]:
    return {"discussed": a_text("said"), "decided": a_text("agreed")}


def test_the_record_of_each_meeting_is_owed_until_it_is_kept() -> None:
    story = with_a_meeting()
    story.do("schedule_meeting", DEPUTY, at=IN_A_WEEK + timedelta(hours=2))
    first, second = (meeting.id for meeting in story.case.meetings)
    story.refused(NotAllowedHere, "record_meeting", DEPUTY, meeting=first, **said())
    story.wait("5 school days")
    story.do("hold_meeting", DEPUTY, meeting=first)
    story.do("stop_meeting", DEPUTY, meeting=second)

    story.do("record_meeting", DEPUTY, meeting=second, attended=(PARENT.person,), **said())
    assert "record-meeting" in story.duties()
    story.do("record_meeting", DEPUTY, meeting=first, **said())

    assert "record-meeting" not in story.duties()
    assert story.case.meetings[1].attended == (PARENT.person,)
    assert story.case.meetings[0].attended == story.case.meetings[0].people
    story.refused(NotAllowedHere, "record_meeting", DEPUTY, meeting=first, **said())
    story.refused(UnknownThing, "record_meeting", DEPUTY, meeting="m99", **said())


def test_a_record_is_kept_after_closing_too() -> None:
    story = with_a_meeting()
    story.wait_until(IN_A_WEEK)
    story.do("hold_meeting", DEPUTY, meeting=the(story).id)
    story.do("close", HEAD, outcome="resolved")

    story.do("record_meeting", DEPUTY, meeting=the(story).id, **said())
    story.refused(CaseIsClosed, "schedule_meeting", DEPUTY, at=IN_A_WEEK)

    assert "record-meeting" not in story.duties()


def test_a_code_that_knows_no_such_action_lets_its_duty_be_done_as_before() -> None:
    old = ELEANOR_PALMER.by_track[Track.ADVOCATE_CONDUCT].model_dump()["authority"]
    authority = {name: roles for name, roles in old.items() if name != "record_meeting"}
    story = Story(altered(ELEANOR_PALMER, Track.ADVOCATE_CONDUCT, authority=authority))
    story.do("schedule_meeting", DEPUTY, at=IN_A_WEEK)
    story.wait_until(IN_A_WEEK)
    story.do("hold_meeting", DEPUTY, meeting=the(story).id)

    duty = story.deadline(DeadlineKind.DUTY, "record-meeting")
    story.do("complete_follow_up", DEPUTY, deadline=duty.id)

    assert "record-meeting" not in story.duties()


# Letters


def test_the_record_goes_to_whoever_was_there_and_to_nobody_else() -> None:
    story = with_a_meeting(attendees=(PARENT.person, "interpreter"), interpreter="interpreter")
    story.wait_until(IN_A_WEEK)
    story.do("hold_meeting", DEPUTY, meeting=the(story).id)
    there = (PARENT.person, "interpreter")
    action = story.action("record_meeting", meeting=the(story).id, attended=there, **said())
    story.apply(story.decide(action, DEPUTY))

    due = letters_due(LETTERS, story.policy, story.case, action)

    assert [(one.kind, one.addressee, one.to) for one in due] == [
        ("meeting-record", Addressee.ATTENDEES, person) for person in there
    ]


def test_an_interpreter_may_be_written_to_about_the_meeting_and_a_stranger_not() -> None:
    story = Story()
    invited = {"attendees": (PARENT.person,), "interpreter": "interpreter"}

    def letter(to: str) -> LetterToSend:
        return LetterToSend(kind="meeting-invitation", to=to, text=a_text("words"))

    story.refused(
        NotAllowedHere,
        "schedule_meeting",
        DEPUTY,
        at=IN_A_WEEK,
        letters=(letter("stranger"),),
        **invited,
    )
    story.do("schedule_meeting", DEPUTY, at=IN_A_WEEK, letters=(letter("interpreter"),), **invited)

    assert story.case.letters[0].about == the(story).id
    story.refused(
        NotAllowedHere, "add_note", DEPUTY, text=a_text(), letters=(letter("interpreter"),)
    )


def test_nobody_is_reminded_of_a_meeting_that_is_off() -> None:
    story = with_a_meeting()
    meeting = the(story)
    reminders = reminders_of(story.case, meeting)
    assert [one.to for one in reminders] == list(meeting.people)
    letters = tuple(
        LetterToSend(kind=one.kind, to=one.to or "", text=a_text("words"), about=one.about)
        for one in reminders
    )
    story.do("prepare_letters", SYSTEM, letters=letters)
    story.do("cancel_meeting", DEPUTY, meeting=meeting.id)

    story.refused(NotAllowedHere, "prepare_letters", SYSTEM, letters=letters)


# Reminders


def test_people_are_reminded_on_the_school_day_before() -> None:
    story = Story()
    # Half-term lies before this Tuesday, and an INSET day too.
    story.do("schedule_meeting", DEPUTY, at=at(date(2026, 11, 3)))

    plan = plan_of(story.ladder, CALENDAR, the(story), story.now)

    assert plan.remind_at == CALENDAR.opening(date(2026, 10, 23))
    assert plan.ask[0].at == CALENDAR.instant(date(2026, 11, 3), time(11))


def test_whoever_was_invited_today_is_not_reminded_of_it_today() -> None:
    story = Story()
    tomorrow = MONDAY + timedelta(days=1)
    story.do("schedule_meeting", DEPUTY, at=tomorrow)

    assert plan_of(story.ladder, CALENDAR, the(story), story.now).remind_at is None


@pytest.mark.parametrize(("policy", "ladder"), LADDERS)
@given(MOMENTS)
def test_questions_come_after_the_meeting_when_the_school_is_open_to_one_role_after_another(
    policy: Policy, ladder: Ladder, moment: datetime
) -> None:
    meeting = Meeting(id="m5", at=moment)

    plan = plan_of(ladder, CALENDAR, meeting, MONDAY)

    moments = [alert.at for alert in plan.ask]
    assert moments == sorted(moments)
    assert all(one >= meeting.ends_at and not CALENDAR.quiet(one) for one in moments)
    duty = next(duty for duty in ladder.duties if duty.kind is DutyKind.RECORD_MEETING)
    assert [alert.tell for alert in plan.ask] == [duty.owner, *(o.tell for o in duty.overdue)]
    if plan.remind_at is not None:
        assert MONDAY < plan.remind_at < meeting.at


def test_every_code_lets_families_say_when_they_can_come() -> None:
    for policy, ladder in LADDERS:
        roles = ladder.authority
        assert {Role.PARENT, Role.ADVOCATE} <= set(roles["offer_times"]), policy.policy  # type: ignore[index]
        assert roles["cancel_meeting"] == roles["schedule_meeting"]  # type: ignore[index]
        assert set(roles["record_meeting"]) == set(roles["hold_meeting"])  # type: ignore[index]


def test_moving_a_meeting_tells_what_it_was() -> None:
    story = with_a_meeting()
    story.do("reschedule_meeting", DEPUTY, meeting=the(story).id, at=IN_A_WEEK + timedelta(days=1))

    moved = next(f for f in story.facts if isinstance(f, MeetingRescheduled))

    assert moved.was == IN_A_WEEK


def test_a_meeting_with_a_parent_alone_needs_no_advocate() -> None:
    story = Story(PARENTS, Track.PARENT_CONDUCT, severity=Severity.MINOR)
    story.do("schedule_meeting", HEAD, at=IN_A_WEEK)

    assert the(story).people == (PARENT.person, HEAD.person)
