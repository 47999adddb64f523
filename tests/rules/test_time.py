"""Timers remind, people decide; relief alone comes by itself."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.actions import SYSTEM, Actor, TimePassed
from domain.calendar import SchoolCalendar
from domain.calendar_entries import Closure, ClosureKind
from domain.decide import decide
from domain.errors import (
    CalendarFallsShort,
    NotAllowedHere,
    ReasonMissing,
    TimersDoNotDecide,
    UnknownThing,
)
from domain.events import (
    CalendarAdopted,
    DeadlineEnded,
    DeadlineMet,
    DeadlineMoved,
    DeadlineReminded,
    NoticeSent,
    StageChanged,
)
from domain.vocabulary import DeadlineKind, Outcome, Role, Rule, Severity, Stage, Track
from tests.rules.building import (
    CALENDAR,
    CHAIR,
    DEPUTY,
    ELEANOR_PALMER,
    FLEET,
    HEAD,
    OFFICE,
    PARENT,
    TEACHER,
    Story,
    a_text,
    altered,
    in_force,
    span,
    under_restriction,
)


def told(story: Story, deadline: str) -> list[tuple[datetime, Role]]:
    """When each reminder of a deadline went out, and to whom."""
    return [
        (event.at, event.fact.tell)
        for event in story.events
        if isinstance(event.fact, DeadlineReminded) and event.fact.deadline == deadline
    ]


# Follow-ups


def test_an_overdue_follow_up_tells_a_different_role_at_each_level_at_the_schools_opening() -> None:
    story = Story().climb_to(Stage.INFORMAL_REMINDER)
    check = story.deadline(DeadlineKind.FOLLOW_UP)

    story.wait("25 school days")

    assert check.due_on == date(2026, 9, 28)
    assert told(story, check.id) == [
        (datetime(2026, 9, 28, 7, 30, tzinfo=UTC), Role.SENIOR_LEADER),
        (datetime(2026, 10, 1, 7, 30, tzinfo=UTC), Role.HEADTEACHER),
        (datetime(2026, 10, 8, 7, 30, tzinfo=UTC), Role.CHAIR_OF_GOVERNORS),
    ]
    assert story.case.deadline(check.id) is not None  # it waits for somebody, however late


def test_a_reminder_never_goes_out_on_a_closed_day() -> None:
    story = Story(now=datetime(2026, 10, 12, 9, tzinfo=UTC)).climb_to(Stage.INFORMAL_REMINDER)
    check = story.deadline(DeadlineKind.FOLLOW_UP)

    story.wait("12 school days")

    # Ten school days from 12 October, past half-term and the INSET day on 2 November.
    assert check.due_on == date(2026, 11, 3)
    assert story.case.next_at is not None
    assert all(CALENDAR.is_school_day(CALENDAR.local_date(at)) for at, _ in told(story, check.id))
    assert told(story, check.id)[0][0] == datetime(2026, 11, 3, 8, 30, tzinfo=UTC)


def test_levels_that_fell_due_while_no_timer_could_fire_are_told_in_order() -> None:
    story = Story().climb_to(Stage.INFORMAL_REMINDER)
    check = story.deadline(DeadlineKind.FOLLOW_UP)
    story.now += timedelta(days=24)

    story.tick()

    assert [role for _, role in told(story, check.id)] == [
        Role.SENIOR_LEADER,
        Role.HEADTEACHER,
        Role.CHAIR_OF_GOVERNORS,
    ]
    levels = [
        f.level for f in story.facts if isinstance(f, DeadlineReminded) if f.deadline == check.id
    ]
    assert levels == [0, 1, 2]


def test_taking_an_overdue_follow_up_stops_the_alerts_and_it_falls_due_for_them_first() -> None:
    story = Story().climb_to(Stage.INFORMAL_REMINDER)
    check = story.deadline(DeadlineKind.FOLLOW_UP)
    story.wait("11 school days")
    assert len(told(story, check.id)) == 1

    story.do("take_follow_up", TEACHER, deadline=check.id)

    taken = story.deadline(DeadlineKind.FOLLOW_UP)
    assert (taken.owner, taken.level, taken.generation) == (TEACHER.person, 0, 2)
    assert taken.due_on == date(2026, 10, 2)  # three school days: the first level's grace
    assert taken.counted_from == date(2026, 9, 29)
    story.wait("3 school days")
    assert [role for _, role in told(story, check.id)][1:] == [Role.SENIOR_LEADER]


def test_a_follow_up_taken_before_it_is_due_keeps_its_date() -> None:
    story = Story().climb_to(Stage.INFORMAL_REMINDER)
    check = story.deadline(DeadlineKind.FOLLOW_UP)

    story.do("take_follow_up", DEPUTY, deadline=check.id)

    taken = story.deadline(DeadlineKind.FOLLOW_UP)
    assert (taken.owner, taken.due_on, taken.alerts) == (DEPUTY.person, check.due_on, check.alerts)


def test_completing_a_follow_up_keeps_its_result_and_whether_it_was_on_time() -> None:
    story = Story().climb_to(Stage.INFORMAL_REMINDER)
    check = story.deadline(DeadlineKind.FOLLOW_UP)
    story.wait_until(check.due_at)

    story.do("complete_follow_up", DEPUTY, deadline=check.id, result=a_text("better"))

    met = next(f for f in story.facts if isinstance(f, DeadlineMet))
    assert (met.on_time, met.result) == (True, a_text("better"))
    assert story.case.results == (check.id,)
    assert story.case.stage is Stage.INFORMAL_REMINDER
    story.refused(UnknownThing, "complete_follow_up", DEPUTY, deadline=check.id)


def test_what_is_done_after_its_due_date_was_late() -> None:
    story = Story().climb_to(Stage.INFORMAL_REMINDER)
    check = story.deadline(DeadlineKind.FOLLOW_UP)
    story.wait_until(check.due_at + timedelta(seconds=1))

    story.do("complete_follow_up", DEPUTY, deadline=check.id)

    assert not next(f for f in story.facts if isinstance(f, DeadlineMet)).on_time


def test_a_follow_up_is_given_more_time_with_a_reason() -> None:
    story = Story().climb_to(Stage.INFORMAL_REMINDER)
    check = story.deadline(DeadlineKind.FOLLOW_UP)
    given = {"deadline": check.id, "by": "2 school days"}

    story.refused(ReasonMissing, "extend_follow_up", DEPUTY, **given, reason=None)
    story.refused(NotAllowedHere, "extend_follow_up", DEPUTY, deadline=check.id, by="0 school days")
    story.do("extend_follow_up", DEPUTY, **given)

    moved = next(f for f in story.facts if isinstance(f, DeadlineMoved))
    assert (moved.why, moved.reason) == ("extended", a_text("reason"))
    assert moved.was == check.due_at
    assert moved.due_on == date(2026, 9, 30)  # two school days after it would have been due


def test_an_overdue_follow_up_is_extended_from_today_and_starts_at_its_owner_again() -> None:
    story = Story().climb_to(Stage.INFORMAL_REMINDER)
    check = story.deadline(DeadlineKind.FOLLOW_UP)
    story.wait("14 school days")

    story.do("extend_follow_up", DEPUTY, deadline=check.id, by="1 school day")

    moved = story.deadline(DeadlineKind.FOLLOW_UP)
    assert (moved.due_on, moved.level) == (date(2026, 10, 5), 0)


def test_what_is_owed_to_a_family_is_not_extended() -> None:
    story = Story()
    duty = story.deadline(DeadlineKind.DUTY, "acknowledge")

    error = story.refused(
        NotAllowedHere, "extend_follow_up", DEPUTY, deadline=duty.id, by="1 school day"
    )

    assert "can be met, and not extended" in error.detail


@pytest.mark.parametrize("kind", [DeadlineKind.QUIET_PERIOD, DeadlineKind.REPRESENTATIONS])
@pytest.mark.parametrize("name", ["complete_follow_up", "take_follow_up", "extend_follow_up"])
def test_a_window_ends_by_a_decision_or_by_itself(kind: DeadlineKind, name: str) -> None:
    story = under_restriction()
    fields = {"by": "1 school day"} if name == "extend_follow_up" else {}

    error = story.refused(NotAllowedHere, name, DEPUTY, deadline=story.deadline(kind).id, **fields)

    assert f"is a {kind.value.replace('_', ' ')}" in error.detail


def test_a_step_ends_the_follow_up_of_the_one_before() -> None:
    story = Story().climb_to(Stage.INFORMAL_REMINDER)
    before = [d.id for d in story.case.deadlines if d.kind is not DeadlineKind.DUTY]

    story.do("remind_formally", DEPUTY)

    ended = {f.deadline for f in story.facts if isinstance(f, DeadlineEnded)}
    assert ended >= set(before)
    assert story.deadline(DeadlineKind.FOLLOW_UP).about == "after-formal-reminder"


# Quiet periods


def test_a_quiet_case_lapses_by_itself_at_the_end_of_its_quiet_period() -> None:
    story = Story().climb_to(Stage.INFORMAL_REMINDER)
    quiet = story.deadline(DeadlineKind.QUIET_PERIOD)
    assert quiet.due_on == date(2026, 10, 26)  # six weeks

    story.wait_until(quiet.due_at - timedelta(seconds=1))
    assert not story.case.closed
    story.wait_until(quiet.due_at)

    change = [e for e in story.events if isinstance(e.fact, StageChanged)][-1]
    assert isinstance(change.fact, StageChanged)
    assert (change.actor, change.fact.outcome) == (SYSTEM, Outcome.LAPSED)
    assert (change.fact.source, change.fact.rung) == (
        Stage.INFORMAL_REMINDER,
        Stage.INFORMAL_REMINDER,
    )
    assert story.case.closed_from is Stage.INFORMAL_REMINDER
    assert [d.kind for d in story.case.deadlines] == [DeadlineKind.REOPENING]


def test_another_incident_starts_the_quiet_period_again() -> None:
    story = Story().climb_to(Stage.INFORMAL_REMINDER)
    story.wait("20 school days")

    story.do("add_incident", TEACHER, occurred_on="2026-10-09", severity=Severity.MINOR)

    quiet = story.deadline(DeadlineKind.QUIET_PERIOD)
    assert (quiet.counted_from, quiet.due_on) == (date(2026, 10, 12), date(2026, 11, 23))
    assert story.case.stage is Stage.INFORMAL_REMINDER


def test_a_case_does_not_lapse_while_the_family_is_owed_the_way_to_sendiass() -> None:
    story = in_force()
    story.do("lift_restriction", HEAD, restriction=story.restriction.id)
    quiet = story.deadline(DeadlineKind.QUIET_PERIOD)

    story.wait_until(quiet.due_at)

    assert not story.case.closed
    moved = [f for f in story.facts if isinstance(f, DeadlineMoved)][-1]
    assert (moved.why, moved.counted_from) == ("blocked", quiet.due_on)
    story.do("signpost", OFFICE)
    story.wait("6 calendar months")
    assert story.case.outcome is Outcome.LAPSED


def test_a_case_does_not_lapse_under_an_open_restriction() -> None:
    steps = ELEANOR_PALMER.by_track[Track.ADVOCATE_CONDUCT].model_dump()["steps"]
    for step in steps:
        step["quiet_period"] = "8 school days"
    story = under_restriction(policy=altered(ELEANOR_PALMER, Track.ADVOCATE_CONDUCT, steps=steps))

    story.wait("9 school days")

    assert not story.case.closed
    assert story.restriction.open
    moved = [f for f in story.facts if isinstance(f, DeadlineMoved)]
    assert [f.why for f in moved] == ["blocked"]


def test_a_person_ends_a_quiet_case_early_with_a_reason() -> None:
    story = Story()
    story.refused(NotAllowedHere, "lapse", DEPUTY)
    story.climb_to(Stage.INFORMAL_REMINDER)

    story.refused(ReasonMissing, "lapse", DEPUTY, reason=None)
    story.do("lapse", DEPUTY)

    assert (story.case.outcome, story.case.closed_from) == (
        Outcome.LAPSED,
        Stage.INFORMAL_REMINDER,
    )


def test_a_familys_concern_never_lapses() -> None:
    story = Story(FLEET, Track.SCHOOL_CONCERN, by=PARENT).climb_to(Stage.COMPLAINT)

    story.wait("12 calendar months")

    assert story.case.stage is Stage.COMPLAINT


# The timer itself


def test_a_timer_that_fires_early_has_no_effect() -> None:
    story = Story()

    with pytest.raises(NotAllowedHere, match="Nothing has fallen due"):
        story.tick()


def test_the_system_does_nothing_but_remind_and_record() -> None:
    story = under_restriction()

    attempts: list[tuple[str, dict[str, Any]]] = [
        ("restrict_access", {}),
        ("confirm_restriction", {"restriction": story.restriction.id}),
        ("lift_restriction", {"restriction": story.restriction.id}),
        ("lapse", {}),
        ("close", {"outcome": "resolved"}),
        ("step_down", {"to": "warning"}),
        ("complete_follow_up", {"deadline": story.deadline(DeadlineKind.FOLLOW_UP).id}),
        ("add_note", {"text": a_text()}),
        ("signpost", {}),
        ("acknowledge", {}),
    ]
    for name, fields in attempts:
        error = story.refused(TimersDoNotDecide, name, SYSTEM, **fields)
        assert error.rule is Rule.TIMERS_REMIND


def test_the_system_raises_no_concern() -> None:
    with pytest.raises(TimersDoNotDecide):
        Story(by=SYSTEM)


@pytest.mark.parametrize("actor", [HEAD, CHAIR, PARENT])
def test_a_person_is_not_the_timer(actor: Actor) -> None:
    story = Story()
    story.now += timedelta(days=30)

    story.refused(TimersDoNotDecide, "time_passed", actor)
    story.refused(
        TimersDoNotDecide,
        "record_notice",
        actor,
        deadline="d2",
        level=0,
        told=None,
        message_id="m",
        digest="d",
        sent_at=story.now,
    )


def test_a_notice_that_was_sent_is_kept_so_that_the_next_level_tells_somebody_else() -> None:
    story = Story()
    duty = story.deadline(DeadlineKind.DUTY, "acknowledge")
    sent = {
        "deadline": duty.id,
        "level": 0,
        "message_id": "<1@school>",
        "digest": "d",
        "sent_at": story.now,
    }

    story.do("record_notice", SYSTEM, **sent, told=DEPUTY.person)
    story.do("record_notice", SYSTEM, **sent | {"level": 1}, told=None)
    story.do("record_notice", SYSTEM, **sent | {"deadline": "d999"}, told=HEAD.person)

    assert story.deadline(DeadlineKind.DUTY, "acknowledge").told == (DEPUTY.person,)
    assert [f.level for f in story.facts if isinstance(f, NoticeSent)] == [0, 1, 0]
    story.refused(UnknownThing, "record_notice", SYSTEM, **sent | {"level": -1}, told=None)


# The calendar


def with_a_closure(first: date, last: date) -> SchoolCalendar:
    """The school's calendar with more days on which it is closed."""
    closure = Closure(kind=ClosureKind.CLOSURE, name="Flood", start=first, end=last)
    fields = {name: getattr(CALENDAR, name) for name in type(CALENDAR).model_fields}
    return SchoolCalendar(**fields | {"closures": (*CALENDAR.closures, closure)})


def test_a_changed_calendar_moves_what_counts_in_school_days_and_nothing_else() -> None:
    story = Story().climb_to(Stage.INFORMAL_REMINDER)
    check = story.deadline(DeadlineKind.FOLLOW_UP)
    quiet = story.deadline(DeadlineKind.QUIET_PERIOD)
    changed = with_a_closure(date(2026, 9, 21), date(2026, 9, 22))

    story.do("adopt_calendar", OFFICE, calendar=changed)

    (adopted,) = [f for f in story.facts if isinstance(f, CalendarAdopted)]
    assert (adopted.was, adopted.calendar_digest) == (CALENDAR.digest, changed.digest)
    assert story.case.calendar_digest == changed.digest
    moved = story.deadline(DeadlineKind.FOLLOW_UP)
    assert (check.due_on, moved.due_on) == (date(2026, 9, 28), date(2026, 9, 30))
    assert (moved.generation, moved.level) == (2, 0)
    assert story.deadline(DeadlineKind.QUIET_PERIOD) == quiet
    whys = {f.why for f in story.facts if isinstance(f, DeadlineMoved)}
    assert whys == {"calendar"}


def test_a_changed_calendar_tells_nobody_twice() -> None:
    story = Story().climb_to(Stage.INFORMAL_REMINDER)
    check = story.deadline(DeadlineKind.FOLLOW_UP)
    story.wait_until(check.due_at)
    assert len(told(story, check.id)) == 1

    changed = with_a_closure(date(2026, 9, 29), date(2026, 9, 29))
    story.do("adopt_calendar", OFFICE, calendar=changed)
    story.calendar = changed
    story.wait("20 school days")

    assert [role for _, role in told(story, check.id)] == [
        Role.SENIOR_LEADER,
        Role.HEADTEACHER,
        Role.CHAIR_OF_GOVERNORS,
    ]
    assert told(story, check.id)[1][0] == datetime(2026, 10, 2, 7, 30, tzinfo=UTC)


def test_a_calendar_is_not_adopted_twice() -> None:
    Story().refused(NotAllowedHere, "adopt_calendar", OFFICE, calendar=CALENDAR)


def test_a_calendar_that_ends_too_soon_is_refused_with_its_dates() -> None:
    story = Story(now=datetime(2028, 7, 4, 9, tzinfo=UTC))

    error = story.refused(CalendarFallsShort, "remind_informally", DEPUTY)

    assert error.rule is Rule.CALENDAR
    assert "leaves the calendar, which covers 2026-09-02 to 2028-07-21" in error.detail
    assert story.case.stage is Stage.RAISED


def test_a_concern_received_out_of_term_counts_from_the_first_school_day() -> None:
    story = Story(now=datetime(2026, 10, 28, 9, tzinfo=UTC))

    # Half-term ends on Friday 30 October, and Monday is an INSET day.
    assert story.deadline(DeadlineKind.DUTY, "acknowledge").due_on == date(2026, 11, 4)
    assert story.deadline(DeadlineKind.FOLLOW_UP).due_on == date(2026, 11, 9)


def test_what_is_owed_counts_from_when_the_concern_was_received() -> None:
    story = Story(
        now=datetime(2026, 9, 16, 9, tzinfo=UTC), received_at=datetime(2026, 9, 14, 20, tzinfo=UTC)
    )

    assert story.deadline(DeadlineKind.DUTY, "acknowledge").due_on == date(2026, 9, 16)
    assert story.deadline(DeadlineKind.FOLLOW_UP).counted_from == date(2026, 9, 14)


def test_an_urgent_reminder_does_not_wait_for_the_school_to_open() -> None:
    story = in_force()
    urgent = story.deadline(DeadlineKind.DUTY, "signpost")

    assert urgent.urgent
    assert urgent.alerts[0].at == CALENDAR.opening(urgent.due_on)


def test_the_moment_needs_its_time_zone() -> None:
    story = Story()

    with pytest.raises(ValueError, match="time zone"):
        decide(
            story.policy,
            CALENDAR,
            story.case,
            TimePassed(id="t"),
            SYSTEM,
            datetime(2026, 9, 14),  # noqa: DTZ001
        )


def test_the_cases_timer_is_set_for_whatever_comes_first() -> None:
    story = under_restriction()

    moments = [d.next_at for d in story.case.deadlines if d.next_at is not None]

    assert story.case.next_at == min(moments)
    assert CALENDAR.add(date(2026, 9, 14), span("2 school days")) == date(2026, 9, 16)
    assert story.case.next_at == datetime(2026, 9, 16, 7, 30, tzinfo=UTC)
