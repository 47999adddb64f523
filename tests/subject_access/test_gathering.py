"""Everything held about one person is found, and nobody else's name is in it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.actions import TextRef
from domain.held import Held, HeldCase, HeldText
from domain.register import CaseDisposed, CaseKept, HoldPlaced, PersonErased
from domain.review_events import Checklist
from domain.views import Viewed
from domain.vocabulary import ActionName
from gateway.errors import ActionRefused, BadRequest, NothingHeld
from gateway.gathering import Choices
from gateway.reading import Reading
from gateway.reviews import Period, Reviews
from storage.erasing import erase_person
from storage.people import PersonNotFound
from tests.subject_access.conftest import SchoolOnRecord
from tests.support.school import CALENDAR, PEOPLE, SCHOOL

REASON: dict[str, Any] = {
    "clauses": ["ep.expect.speech"],
    "reason": "Mr Bello spoke over Asha Karim again.",
}


async def a_restricted_advocate(school: SchoolOnRecord) -> str:
    """Idris, who acts for Hana, was limited, and has sent his side."""
    reference = await school.opened(
        "EP",
        "asha",
        track="advocate_conduct",
        respondent="Idris Bello",
        family="Hana Novak",
        advocate="Idris Bello",
        severity="moderate",
        clauses=["ep.expect.speech"],
        narrative="Idris Bello spoke over Ben Okafor and me. Hana Novak's daughter was upset.",
    )
    act = school.act
    await act(reference, ActionName.ACKNOWLEDGE, "ben")
    await act(
        *(reference, ActionName.AGREE_ADJUSTMENT, "ben"),
        person="Hana Novak",
        text="Hana asked for an interpreter.",
    )
    await act(
        *(reference, ActionName.AGREE_ADJUSTMENT, "ben"),
        person="Idris Bello",
        text="Letters in large print.",
    )
    for step in (ActionName.REMIND_INFORMALLY, ActionName.REMIND_FORMALLY, ActionName.WARN):
        await act(reference, step, "cara", **REASON)
    await act(
        *(reference, ActionName.RESTRICT_ACCESS, "ben"),
        **REASON,
        scopes=["engagement"],
        review_on="2026-10-14",
        contact="In writing, to Cara Lindqvist.",
        contact_through="Cara Lindqvist",
        meetings="The family comes with another supporter.",
    )
    await act(
        reference,
        ActionName.SUBMIT_REPRESENTATIONS,
        "idris",
        text="I raised my voice once, and Mr Okafor did too.",
    )
    return reference


async def held_about(school: SchoolOnRecord, who: str, **choices: object) -> Held:
    looked = await school.access.look(
        school.school.people[who],
        school.school.actor("mei-ling"),
        Choices(**choices),  # type: ignore[arg-type]
    )
    return looked.held


def texts_of(case: HeldCase) -> list[HeldText]:
    return [text for event in case.events for text in event.texts]


async def test_the_respondent_gets_the_whole_case_without_names(on_record: SchoolOnRecord) -> None:
    reference = await a_restricted_advocate(on_record)

    held = await held_about(on_record, "idris")

    assert (held.name, held.address, held.roles) == (
        *("Idris Bello", "idris@rowan-hill.example"),
        ("advocate",),
    )
    (case,) = held.cases
    assert case.reference == reference
    assert case.parts == (
        "You were asked to answer for what this case is about.",
        "You speak for the family.",
        "You did or wrote something in it.",
    )
    whole = held.model_dump_json()
    for name in PEOPLE:
        assert (name in whole) is (name == "Idris Bello"), name
    for word in ("Okafor", "Karim", "Lindqvist", "Novak", "Hana"):
        assert word not in whole, word
    assert [(t.kind, t.text) for t in case.adjustments] == [
        ("Agreed on Monday 14 September 2026. It stands", "Letters in large print.")
    ]
    assert [text.text for text in case.representations] == [
        "I raised my voice once, and [person B, a senior leader] did too."
    ]
    (limit,) = case.restrictions
    assert (limit.limits, limit.review) == ("engagement", "Wednesday 14 October 2026")
    assert [text.text for text in limit.texts] == [
        "In writing, to [person D, the headteacher].",
        "The family comes with another supporter.",
    ]
    left_out = [text for text in texts_of(case) if text.text is None]
    assert [text.left_out for text in left_out] == [
        "This text is about somebody else, so it is left out."
    ]
    told = [event.what for event in case.events]
    assert told[0] == "Concern raised (moderate)"
    assert "Written side received on restriction" in " ".join(told)
    assert {event.by for event in case.events if event.what.startswith("Written side")} == {
        "by you"
    }
    assert case.next
    assert all(one.on >= on_record.now.date() for one in case.next)
    assert case.kept.startswith("It is kept while it is open, and for 6 years after it closes.")
    events = await on_record.school.stores.record.events_of(SCHOOL, reference)
    assert len(case.events) == len(events)


async def test_the_family_gets_what_is_about_them_alone(on_record: SchoolOnRecord) -> None:
    await a_restricted_advocate(on_record)

    held = await held_about(on_record, "hana")

    (case,) = held.cases
    assert case.parts == ("It concerns your child or your family.",)
    read = [text.text for text in texts_of(case) if text.text]
    assert read == [
        "[person B, an advocate] spoke over [person C, a senior leader] and me. Hana Novak's "
        "daughter was upset.",
        "Hana asked for an interpreter.",
        "In writing, to [person D, the headteacher].",
        "The family comes with another supporter.",
    ]
    assert "Idris" not in held.model_dump_json()
    assert case.representations == ()


async def test_staff_get_what_they_did_and_what_was_written_of_them(
    on_record: SchoolOnRecord,
) -> None:
    reference = await a_restricted_advocate(on_record)

    held = await held_about(on_record, "ben")

    (case,) = held.cases
    assert case.reference == reference
    assert case.parts == ("You did or wrote something in it.",)
    assert {event.by for event in case.events} == {"by you", None}
    assert not case.clauses
    assert not case.restrictions
    assert "Idris" not in held.model_dump_json()


async def test_somebody_with_no_part_gets_who_they_are(on_record: SchoolOnRecord) -> None:
    await a_restricted_advocate(on_record)

    held = await held_about(on_record, "gil")

    assert held.cases == ()
    assert held.people == ()
    assert held.name == "Gil Navarro"
    assert len(held.rights) == 4
    assert any("Information Commissioner" in right.text for right in held.rights)
    assert "://" not in held.model_dump_json()


async def test_staff_are_named_where_the_school_so_chooses(on_record: SchoolOnRecord) -> None:
    await a_restricted_advocate(on_record)

    held = await held_about(on_record, "idris", staff_named=True)

    whole = held.model_dump_json()
    assert "by the headteacher (Cara Lindqvist)" in whole
    assert "Mr Okafor did too" in whole
    assert "Hana" not in whole


async def test_legal_advice_is_withheld_unless_it_is_included(on_record: SchoolOnRecord) -> None:
    reference = await a_restricted_advocate(on_record)
    await on_record.act(
        *(reference, ActionName.SEEK_EXTERNAL_ADVICE, "cara"),
        kind="legal",
        clauses=["ep.expect.speech"],
        reason="Our solicitors say that we may.",
    )

    withheld = await held_about(on_record, "idris")
    included = await held_about(on_record, "idris", include=(reference,))

    assert "solicitors" not in withheld.model_dump_json()
    assert withheld.cases[0].withheld == (
        "What passed between the school and its legal advisers is withheld: the law lets such "
        "advice stay confidential.",
    )
    assert "Our solicitors say that we may." in included.model_dump_json()
    assert included.cases[0].withheld == ()


async def test_a_case_that_went_to_child_protection_is_withheld(on_record: SchoolOnRecord) -> None:
    reference = await a_restricted_advocate(on_record)
    await on_record.act(
        *(reference, ActionName.CLOSE, "cara"),
        outcome="transferred",
        procedure="child_protection",
        clauses=["ep.expect.speech"],
        reason="The safeguarding lead takes this on.",
    )

    held = await held_about(on_record, "idris")

    (case,) = held.cases
    assert (case.reference, case.events, case.stands) == (
        reference,
        (),
        "What it holds is withheld.",
    )
    whole = held.model_dump_json()
    for word in ("safeguarding", "protection lead", "child protection", "voice", "transferred"):
        assert word not in whole, word
    assert "You may ask the school to look at this decision again" in case.withheld[0]
    everything = await held_about(on_record, "idris", include=(reference,))
    assert "The safeguarding lead takes this on." in everything.model_dump_json()


async def test_how_long_a_case_is_kept_is_said_as_the_register_has_it(
    on_sqlite: SchoolOnRecord,
) -> None:
    reference = await a_restricted_advocate(on_sqlite)
    registrar, head = on_sqlite.school.stores.registrar, on_sqlite.school.actor("cara")

    async def kept(*facts: HoldPlaced | CaseKept | CaseDisposed) -> str:
        for fact in facts:
            await registrar.append(SCHOOL, [fact], head, fact.type, on_sqlite.now)
        return (await held_about(on_sqlite, "idris")).cases[0].kept

    why = TextRef(id="why", commitment="0" * 64)
    held = await kept(HoldPlaced(reference=reference, reason=why))
    assert held.startswith("It is kept while it is open, and for 6 years after it closes. For now")
    await on_sqlite.act(
        *(reference, ActionName.CLOSE, "cara"),
        outcome="transferred",
        procedure="admissions",
        clauses=["ep.expect.speech"],
        reason="It is about a place.",
    )
    assert (await kept()).startswith(
        "It is kept until Tuesday 14 September 2032, 6 years after it closed. For now nothing of "
        "it is removed at all: it may be needed for a legal claim."
    )
    longer = CaseKept(reference=reference, until=date(2034, 9, 1), reason=why)
    assert "kept for longer, until Friday 1 September 2034." in await kept(longer)
    gone = await kept(CaseDisposed(reference=reference, texts=3, people=()))
    assert gone.startswith("What was written in it was destroyed on Monday 14 September 2026")


async def test_somebody_who_was_erased_has_no_name_to_take_out(on_sqlite: SchoolOnRecord) -> None:
    await a_restricted_advocate(on_sqlite)
    idris = on_sqlite.school.people["idris"]
    await on_sqlite.school.stores.database.transact(
        lambda connection: erase_person(connection, idris, on_sqlite.now)
    )

    held = await held_about(on_sqlite, "hana")

    assert "person D, somebody whose name is no longer held" in held.people
    assert "This text is no longer kept." in [
        text.left_out for case in held.cases for text in texts_of(case)
    ]


async def test_who_has_looked_is_told_to_those_whose_case_it_is(on_record: SchoolOnRecord) -> None:
    reference = await a_restricted_advocate(on_record)
    stores, head = on_record.school.stores, on_record.school.actor("cara")
    await Reading(stores, SCHOOL, head, now=lambda: on_record.now).case(reference)

    first, second = [await held_about(on_record, "idris") for _ in range(2)]
    staff = await held_about(on_record, "ben")

    by_head = "Monday 14 September 2026, 10.00am: the headteacher (person D) opened the case."
    assert first.cases[0].looked == (by_head,)
    by_officer = "the data protection officer (person E) opened a copy of it."
    assert second.cases[0].looked == (by_head, f"Monday 14 September 2026, 10.00am: {by_officer}")
    assert staff.cases[0].looked == ()


async def test_the_school_reads_first_what_was_taken_out_and_left(
    on_sqlite: SchoolOnRecord,
) -> None:
    reference = await a_restricted_advocate(on_sqlite)
    await on_sqlite.act(
        reference, ActionName.ADD_NOTE, "ben", text="Then Kasia rang; Mr Bello was calm."
    )

    looked = await on_sqlite.access.look(
        "Idris Bello", on_sqlite.school.actor("mei-ling"), Choices(redact=("calm",))
    )

    note = looked.second_look.text("Rowan Hill", "today")
    assert "DO NOT GIVE THIS TO THE PERSON" in note
    assert "person A: Asha Karim" in note
    assert "“Mr Okafor” became “[person B, a senior leader]”" in note
    assert "it may be a name: Then »Kasia« rang; Mr Bello was" in note
    assert "“calm” became “[withheld]”" in note


async def test_a_request_is_recorded_with_the_day_it_is_due(on_sqlite: SchoolOnRecord) -> None:
    clerk = on_sqlite.school.actor("farah")
    fact = await on_sqlite.access.record_request("Hana Novak", clerk, action_id="once")
    again = await on_sqlite.access.record_request("Hana Novak", clerk, action_id="once")

    assert fact == again
    assert (str(fact.received_on), str(fact.due_on)) == ("2026-09-14", "2026-10-14")
    held = await held_about(on_sqlite, "hana")
    assert held.request == (
        "You asked for this on Monday 14 September 2026; the school had until Wednesday "
        "14 October 2026."
    )
    assert [entry.what for entry in held.entries] == [
        "A copy of what is held about you was asked for on Monday 14 September 2026; it is due by "
        "Wednesday 14 October 2026"
    ]
    tomorrow = on_sqlite.now.date() + timedelta(days=1)
    with pytest.raises(BadRequest, match="still to come"):
        await on_sqlite.access.record_request("Hana Novak", clerk, tomorrow)
    with pytest.raises(ActionRefused, match="Who may"):
        await on_sqlite.access.record_request("Hana Novak", on_sqlite.school.actor("hana"))


async def test_who_cannot_be_given_a_copy_is_said_so(on_sqlite: SchoolOnRecord) -> None:
    access, officer = on_sqlite.access, on_sqlite.school.actor("mei-ling")
    erased = PersonErased(erasure="e1", person="person-gone", requested_by="x", texts=3)
    await on_sqlite.school.stores.registrar.append(
        SCHOOL, [erased], officer, "a1", datetime(2026, 9, 1, tzinfo=UTC)
    )

    with pytest.raises(NothingHeld, match="erased on Tuesday 1 September 2026"):
        await access.look("person-gone", officer, Choices())
    with pytest.raises(PersonNotFound) as unknown:
        await access.look("Hana Nowak", officer, Choices())
    assert "Did you mean Hana Novak" in unknown.value.sentence
    with pytest.raises(ActionRefused, match="colleague"):
        await access.look("Mei-Ling Zhou", officer, Choices())
    with pytest.raises(ActionRefused, match="Who may: data protection officer"):
        await access.look("Hana Novak", on_sqlite.school.actor("elif"), Choices())
    with pytest.raises(BadRequest, match="Nothing is withheld of EP-2026-0001"):
        await access.look("Hana Novak", officer, Choices(include=("EP-2026-0001",)))


async def test_what_governors_found_on_a_case_is_held_about_its_respondent(
    on_record: SchoolOnRecord,
) -> None:
    reference = await a_restricted_advocate(on_record)
    school = on_record.school
    reviews = Reviews(school.stores, SCHOOL, now=lambda: on_record.now)
    today = CALENDAR.local_date(on_record.now)
    chair, governor = school.actor("dafydd"), school.actor("elif")
    drawn = await reviews.draw(Period(date(2026, 9, 2), today), Decimal(0), None, chair)
    await reviews.assign(drawn.id, reference, governor.person, chair)
    answers = dict.fromkeys(Checklist.model_fields, "partly")
    finding = answers | {"findings": "Elif Demir finds that Idris Bello waited too long."}
    await reviews.find(drawn.id, reference, finding, governor)
    await reviews.answer(drawn.id, reference, "We are sorry.", school.actor("cara"))

    held = await held_about(on_record, "idris")

    told = {entry.what: [text.text for text in entry.texts] for entry in held.entries}
    [found] = told[f"A governor looked back at how {reference} was handled, and found"]
    assert found is not None
    assert "Idris Bello waited too long" in found
    assert "Elif Demir" not in found
    assert told[f"The school answered what a governor had found on {reference}"] == [
        "We are sorry."
    ]
    # Their copy was opened, and the read log has it.
    [looked] = await school.stores.views.of_case(SCHOOL, reference)
    assert (looked.person, looked.what) == (school.people["mei-ling"], Viewed.EXPORT)
    asked = {entry.what for entry in (await held_about(on_record, "elif")).entries}
    assert f"You were asked to look back at how {reference} was handled" in asked
