"""Forms keep what was typed and say what is wrong; dates and numbers are said as people do."""

from datetime import date, time

import pytest

from domain.contracts import Refusal
from domain.vocabulary import Role, Rule
from gateway.due_words import in_school_days
from gateway.errors import ActionRefused, RecordAlarm, ServiceUnreachable
from tests.support.school import CALENDAR
from web.forms import LONGEST, Form
from web.words import counted, listed, size


def a_date(day: str, month: str, year: str) -> Form:
    return Form.filled(**{"when-day": day, "when-month": month, "when-year": year})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (("27", "3", "2027"), date(2027, 3, 27)),
        ((" 27 ", "March", "27"), date(2027, 3, 27)),
        (("1", "sept", "2026"), date(2026, 9, 1)),
    ],
)
def test_a_date_is_read_as_people_write_it(typed: tuple[str, str, str], meant: date) -> None:
    form = a_date(*typed)

    assert form.day("when", missing="When was it?") == meant
    assert form.is_right


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("", "", ""), "When was it?"),
        (("31", "2", "2027"), "Enter a real date, such as 27 3 2027"),
        (("3", "ju", "2027"), "Enter a real date, such as 27 3 2027"),
        (("3", "", "2027"), "The date must include a month"),
        (("3", "", ""), "The date must include a month and a year"),
    ],
)
def test_a_date_that_is_none_is_marked(typed: tuple[str, str, str], said: str) -> None:
    form = a_date(*typed)

    assert form.day("when", missing="When was it?") is None
    assert form.summary == [{"text": said, "href": "#when"}]
    assert form.status == 422
    assert form.value("when-day") == typed[0], "what was typed is kept"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("3.30pm", time(15, 30)),
        ("15:30", time(15, 30)),
        ("9 am", time(9, 0)),
        ("12am", time(0, 0)),
        ("12.15 PM", time(12, 15)),
        ("13pm", None),
        ("25:00", None),
        ("soon", None),
    ],
)
def test_a_time_of_day(typed: str, meant: time | None) -> None:
    form = Form.filled(at=typed)

    assert form.hour("at") == meant
    assert form.is_right is (meant is not None)


def test_what_was_not_offered_was_not_chosen() -> None:
    form = Form.filled(one="z", several=["a", "z"])

    assert form.choice("one", ["a", "b"], missing="Choose one") == ""
    assert form.choices("several", ["a", "b"]) == ["a"]
    assert form.errors == {"one": "Choose one"}


def test_too_much_is_told_by_how_much() -> None:
    form = Form.filled(text="x" * (LONGEST + 3))

    form.text("text")

    assert form.errors["text"].startswith("Make this shorter: it is 3 characters over")


def test_an_act_has_one_id_however_often_its_form_is_shown() -> None:
    form = Form()

    assert form.action_id == form.action_id
    assert Form.filled(action_id=form.action_id).action_id == form.action_id
    assert Form().action_id != form.action_id


async def test_a_refusal_becomes_words_on_the_form() -> None:
    form = Form.filled(reason="It went on.")

    async with form.refusals():
        raise ActionRefused(
            Refusal(
                error="NotAuthorised",
                rule=Rule.AUTHORITY,
                sentence="This is not open to you.",
                who_may=(Role.HEADTEACHER, Role.CHAIR_OF_GOVERNORS),
            )
        )

    assert form.status == 409
    assert [line["text"] for line in form.summary] == [
        "This is not open to you.",
        "It is for the headteacher or the chair of governors.",
    ]
    assert form.value("reason") == "It went on."


async def test_what_is_away_is_said_and_nothing_is_lost() -> None:
    form = Form.filled(reason="It went on.")

    async with form.refusals():
        raise ServiceUnreachable("Temporal", "127.0.0.1:1", "Start it.")

    assert form.status == 503
    assert "Nothing was lost" in form.summary[-1]["text"]
    assert "127.0.0.1" not in str(form.summary)


async def test_an_alarm_is_not_shown_as_a_mistake_of_the_person() -> None:
    form = Form()
    with pytest.raises(RecordAlarm):
        async with form.refusals():
            raise RecordAlarm("event 7")


@pytest.mark.parametrize(
    ("due", "said"),
    [
        (date(2026, 10, 22), "today"),
        (date(2026, 10, 23), "in 1 school day"),
        (date(2026, 10, 24), "in 1 school day"),
        (date(2026, 11, 4), "in 3 school days"),
        (date(2026, 10, 21), "1 school day late"),
        (date(2040, 1, 1), "in 4819 days"),
    ],
)
def test_days_off_are_told_in_school_days(due: date, said: str) -> None:
    assert in_school_days(CALENDAR, date(2026, 10, 22), due) == said


def test_a_weekend_holds_no_school_day() -> None:
    assert in_school_days(CALENDAR, date(2026, 10, 10), date(2026, 10, 11)) == "in 1 day"
    assert in_school_days(CALENDAR, date(2026, 10, 11), date(2026, 10, 10)) == "1 day late"


def test_small_words() -> None:
    assert [counted(number, "case") for number in (0, 1, 3)] == ["no cases", "1 case", "3 cases"]
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"], "or") == "a, b or c"
    assert [size(number) for number in (1, 12_288, 10 * 1024 * 1024)] == ["1 KB", "12 KB", "10 MB"]
