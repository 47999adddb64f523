"""Subject access by its rules: the month, who may, what is withheld, and whom an event names."""

import typing
from datetime import UTC, date, datetime
from functools import partial

import pytest

from domain import events as e
from domain.access_events import AccessGiven, AccessRequested, GivenFile
from domain.actions import Actor
from domain.errors import CaseError, NotAuthorised, OwnCopy
from domain.mentions import Part, concerns, parts_in, people_in, texts_in
from domain.policy import Frozen
from domain.register import RegisterEvent, RegisterFact
from domain.subject_access import (
    MAY_GIVE,
    MAY_RECORD,
    Ground,
    may_give,
    may_record_request,
    requested,
    requests_of,
    waiting,
    withheld_in,
)
from domain.vocabulary import AdviceKind, Outcome, Procedure, Role, Scope
from tests.rules.building import (
    ADVOCATE,
    CALENDAR,
    HEAD,
    PARENT,
    TEACHER,
    Story,
    a_text,
)

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
OFFICER = Actor(person="officer", role=Role.DATA_PROTECTION_OFFICER)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        pytest.param(date(2026, 9, 3), date(2026, 10, 3), id="a month on, a Saturday"),
        pytest.param(date(2026, 12, 11), date(2027, 1, 11), id="through the Christmas holidays"),
        pytest.param(date(2026, 7, 25), date(2026, 8, 25), id="in the summer holidays"),
        pytest.param(date(2027, 1, 31), date(2027, 2, 28), id="no such day: the month's last"),
    ],
)
def test_a_request_is_answered_in_a_calendar_month(received: date, due: date) -> None:
    fact = requested(CALENDAR, "access-1", "hana", received)

    assert (fact.person, fact.received_on, fact.due_on) == ("hana", received, due)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_who_may_give_a_copy_and_who_may_record_a_request(role: Role) -> None:
    somebody = Actor(person="somebody", role=role)
    for allowed, rule in (
        (MAY_GIVE, partial(may_give, somebody, "hana", others_may=True)),
        (MAY_RECORD, partial(may_record_request, somebody)),
    ):
        if role in allowed:
            rule()
        else:
            with pytest.raises(NotAuthorised) as refused:
                rule()
            assert refused.value.who_may == allowed
    assert {Role.PARENT, Role.ADVOCATE, Role.GOVERNOR}.isdisjoint(MAY_GIVE)


def test_nobody_makes_their_own_copy_while_a_colleague_may() -> None:
    with pytest.raises(OwnCopy):
        may_give(OFFICER, OFFICER.person, others_may=True)
    may_give(OFFICER, OFFICER.person, others_may=False)
    with pytest.raises(CaseError, match="colleague"):
        may_give(OFFICER, OFFICER.person, others_may=True)


def test_a_request_waits_until_a_copy_answers_it() -> None:
    first = requested(CALENDAR, "access-1", "hana", date(2026, 11, 2))
    second = requested(CALENDAR, "access-2", "hana", date(2026, 11, 20))
    other = requested(CALENDAR, "access-3", "tomasz", date(2026, 11, 20))
    given = AccessGiven(
        person="hana",
        answers=("access-1", "access-2"),
        files=(GivenFile(format="pdf", digest="a" * 64),),
        staff_named=False,
    )
    before = requests_of(entries(first, second, other))
    after = requests_of(entries(first, second, other, given))

    assert [one.access for one in waiting(before, "hana")] == ["access-1", "access-2"]
    assert waiting(after, "hana") == []
    assert [one.given_at for one in after] == [NOW, NOW, None]
    assert [one.access for one in waiting(after, "tomasz")] == ["access-3"]


def test_what_staff_write_while_they_take_legal_advice_is_withheld() -> None:
    story = Story()
    story.do("remind_informally", HEAD)
    story.do("remind_formally", HEAD)
    story.do("warn", HEAD, reason=a_text("why-warn"))
    story.do("seek_external_advice", HEAD, kind=AdviceKind.LEGAL, reason=a_text("why-lawyer"))
    story.do("add_note", HEAD, text=a_text("they-say"))
    story.do("record_response", ADVOCATE, kind="reply", text=a_text("his-answer"))
    follow_up = next(d for d in story.case.deadlines if d.kind.value == "follow_up")
    story.do("complete_follow_up", HEAD, deadline=follow_up.id, result=a_text("came-of-it"))
    story.do("restrict_access", HEAD, reason=a_text("why-limit"))

    found = withheld_in(story.events)

    assert found.content is None
    assert found.texts == dict.fromkeys(
        ("why-lawyer", "they-say", "came-of-it"), Ground.LEGAL_ADVICE
    )


def test_advice_from_the_police_is_not_withheld_by_itself() -> None:
    story = Story()
    story.do("seek_external_advice", HEAD, kind=AdviceKind.POLICE)

    assert withheld_in(story.events) == (None, {})


@pytest.mark.parametrize("procedure", list(Procedure))
def test_a_case_that_went_to_child_protection_is_withheld_even_once_reopened(
    procedure: Procedure,
) -> None:
    story = Story()
    story.do("close", HEAD, outcome=Outcome.TRANSFERRED, procedure=procedure)
    expected = Ground.SAFEGUARDING if procedure is Procedure.CHILD_PROTECTION else None

    assert withheld_in(story.events).content is expected
    story.do("reopen", HEAD)
    assert withheld_in(story.events).content is expected


def test_the_parts_that_people_have_in_a_case() -> None:
    story = Story(named=("witness",))
    story.do("acknowledge", HEAD)
    story.do("assign", HEAD, to="deputy")
    story.do("remind_informally", HEAD)
    story.do("remind_formally", HEAD)
    story.do("warn", HEAD)
    story.do("restrict_access", HEAD)
    panel = e.PanelAssigned(members=("g1", "g2", "g3"), independent="g3")
    last = story.events[-1]
    story.apply([last.model_copy(update={"sequence": last.sequence + 1, "fact": panel})])

    def parts(person: str) -> tuple[Part, ...]:
        return parts_in(person, story.events)

    assert parts(ADVOCATE.person) == (Part.RESPONDENT, Part.ADVOCATE)
    assert parts(PARENT.person) == (Part.FAMILY,)
    assert parts(TEACHER.person) == (Part.RAISED_BY,)
    assert parts(HEAD.person) == (Part.ACTED,)
    assert parts("witness") == (Part.NAMED,)
    assert parts("deputy") == (Part.OWNER,)
    assert parts("g3") == (Part.PANEL,)
    assert parts("go-between") == (Part.MENTIONED,)
    assert parts("a-stranger") == ()
    assert concerns("go-between", story.events[-1]) is False


def test_the_terms_of_a_restriction_name_whom_contact_goes_through_and_cite_their_texts() -> None:
    terms = e.Restriction(
        scopes=(Scope.SITE,),
        starts_on=NOW.date(),
        review_on=NOW.date(),
        contact=a_text("contact"),
        contact_through="go-between",
        meetings=a_text("meetings"),
    )
    fact = e.RestrictionVaried(
        restriction="r1", terms=terms, clauses=(), follow_up=None, reason=a_text("reason")
    )

    assert people_in(fact) == {"go-between"}
    assert dict(texts_in(fact)) == {
        name: a_text(name) for name in ("contact", "meetings", "reason")
    }


def test_every_field_that_names_a_person_is_known_to_do_so() -> None:
    naming: dict[str, set[str]] = {}
    for union in (e.Fact, RegisterFact):
        for kind in typing.get_args(typing.get_args(union)[0]):
            found = {
                name
                for name, field in kind.model_fields.items()
                if name
                in ("person", "people", "to", "told", "owner", "advocate", "family", "respondent")
                and "str" in str(field.annotation)
            }
            if found:
                naming[kind.__name__] = found
    for name, fields in naming.items():
        kind = next(
            k
            for union in (e.Fact, RegisterFact)
            for k in typing.get_args(typing.get_args(union)[0])
            if k.__name__ == name
        )
        for field in fields:
            several = "tuple" in str(kind.model_fields[field].annotation)
            fact: Frozen = kind.model_construct(**dict.fromkeys(kind.model_fields))
            fact = fact.model_copy(update={field: ("x",) if several else "x"})
            assert people_in(fact) == {"x"}, f"{name}.{field}"
    assert "AccessGiven" in naming


def entries(*facts: AccessRequested | AccessGiven) -> list[RegisterEvent]:
    return [
        RegisterEvent(
            school="rowan-hill",
            sequence=number,
            at=NOW,
            actor=OFFICER,
            action_id=f"action-{number}",
            fact=fact,
        )
        for number, fact in enumerate(facts, start=1)
    ]
