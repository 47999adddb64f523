"""People and texts that are destroyed: gone with their keys, and the record still holds."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from domain.actions import Actor, TextRef
from domain.register import CaseDisposed, ErasureRepeated
from domain.vocabulary import ErasureGround, Role, Rule
from gateway.erasure import Erasing
from gateway.errors import ActionRefused, BadRequest
from gateway.restored import Repeated, erase_again
from gateway.retention import Keeping
from storage.database import open_database
from storage.erased_list import Erased, ErasedList, ErasedListProblem
from storage.people import ERASED, PersonIsErased, PersonNotFound
from storage.texts import TextNotFound
from tests.support.closing import CLOSED, OPEN, SETTLED, a_recorded_case
from tests.support.school import SCHOOL, SchoolInTest, a_school

FIRST, SECOND = "EP-2026-0001", "EP-2026-0002"
IN_TIME = datetime(2033, 1, 10, 9, 0, tzinfo=UTC)  # more than six years after the cases closed
NO_LONGER = ErasureGround.NO_LONGER_NEEDED


@pytest.fixture
async def school(database_url: str) -> AsyncIterator[SchoolInTest]:
    async with a_school(database_url) as made:
        yield made


@pytest.fixture
def erased_list(tmp_path: Path) -> ErasedList:
    return ErasedList(tmp_path / "erased.list")


@pytest.fixture
def erasing(school: SchoolInTest, erased_list: ErasedList) -> Erasing:
    return Erasing(school.stores, erased_list, SCHOOL, now=lambda: IN_TIME)


@pytest.fixture
def keeping(school: SchoolInTest, erased_list: ErasedList) -> Keeping:
    return Keeping(school.stores, erased_list, SCHOOL, now=lambda: IN_TIME)


async def texts_in(school: SchoolInTest) -> dict[str, int]:
    """How many texts there are under each person's key, by first name."""
    names = {id_: name for name, id_ in school.people.items()}
    counted: dict[str, int] = {}
    async with school.stores.database.reading() as connection:
        for (person,) in await connection.execute(text("SELECT person FROM texts")):
            counted[names[person]] = counted.get(names[person], 0) + 1
    return counted


async def holds_whole(school: SchoolInTest) -> bool:
    return (await school.stores.record.verify()).holds


async def erase(school: SchoolInTest, erasing: Erasing, who: str) -> None:
    asked = await erasing.request(
        school.people[who], NO_LONGER, "They asked by letter.", school.actor("gil")
    )
    await erasing.confirm(asked, school.actor("cara"))


async def test_a_preview_says_what_goes_and_what_stays(
    school: SchoolInTest, erasing: Erasing
) -> None:
    await a_recorded_case(school, FIRST, CLOSED)
    before = await texts_in(school)

    preview = await erasing.preview("Hana", school.actor("gil"))

    assert preview.person.name == "Hana Novak"
    assert preview.texts == ((FIRST, "reply", 1),)
    assert preview.cases == (FIRST,)
    assert [(m.reference, m.kind, m.under) for m in preview.mentions] == [
        (FIRST, "note", school.people["idris"])
    ]
    assert preview.against is None
    assert await texts_in(school) == before
    with pytest.raises(ActionRefused) as refused:
        await erasing.preview("Hana", school.actor("asha"))
    assert refused.value.refusal.rule is Rule.AUTHORITY


async def test_two_people_erase_a_third_and_the_record_holds(
    school: SchoolInTest, erasing: Erasing, erased_list: ErasedList
) -> None:
    case = await a_recorded_case(school, FIRST, CLOSED)
    hana = school.people["hana"]

    asked = await erasing.request(
        "hana@rowan-hill.example", NO_LONGER, "She asked by letter.", school.actor("gil")
    )
    assert asked == "erasure-1"
    assert (await school.stores.people.person(hana)).name == "Hana Novak"
    with pytest.raises(ActionRefused) as refused:
        await erasing.request(hana, NO_LONGER, "Twice.", school.actor("cara"))
    assert refused.value.refusal.rule is Rule.ERASURE
    destroyed = await erasing.confirm(asked, school.actor("cara"))

    assert destroyed == (hana, 2, True, True, 0)  # her reply, and the reason for the erasure
    gone = await school.stores.people.person(hana)
    assert (gone.name, gone.email, gone.roles, gone.erased) == (ERASED, None, frozenset(), True)
    assert await school.stores.people.holders_of(SCHOOL, Role.PARENT) == []
    assert await texts_in(school) == {"idris": 3}
    assert await school.stores.record.case_state(SCHOOL, FIRST) == case
    assert await holds_whole(school)
    assert erased_list.read() == {Erased("person", SCHOOL, hana)}
    assert await erasing.waiting() == []
    async with school.stores.database.reading() as connection:
        kept = await connection.execute(
            text("SELECT wrapped_key, name, email FROM persons WHERE id = :id"), {"id": hana}
        )
        assert tuple(map(bytes, kept.one()[:2])) == (b"", b"")


async def test_an_erased_person_is_met_only_by_id_and_nothing_new_is_kept(
    school: SchoolInTest, erasing: Erasing
) -> None:
    await a_recorded_case(school, FIRST, CLOSED)
    await erase(school, erasing, "hana")
    hana, people = school.people["hana"], school.stores.people

    for query in ("Hana", "hana@rowan-hill.example", ERASED):
        with pytest.raises(PersonNotFound):
            await people.find(SCHOOL, query)
    assert [one.erased for one in await people.find(SCHOOL, hana)] == [True]
    with pytest.raises(PersonIsErased):
        await people.set_roles(hana, [Role.PARENT])
    with pytest.raises(PersonIsErased):
        await school.stores.texts.store(hana, SCHOOL, FIRST, "note", "Again.")
    with pytest.raises(ActionRefused) as refused:
        await erasing.preview(hana, school.actor("gil"))
    assert refused.value.refusal.error == "AlreadyErased"


async def test_an_open_case_and_a_hold_stand_against_it(
    school: SchoolInTest, erasing: Erasing, keeping: Keeping
) -> None:
    await a_recorded_case(school, FIRST, OPEN)
    office = school.actor("gil")

    preview = await erasing.preview("Hana", office)
    assert preview.against is not None
    assert FIRST in preview.against.sentence
    with pytest.raises(ActionRefused) as refused:
        await erasing.request("Hana", NO_LONGER, "She asked.", office)
    assert refused.value.refusal.error == "PartInOpenCase"

    asked = await erasing.request("Hana", ErasureGround.UNLAWFUL, "A court says so.", office)
    await keeping.hold(FIRST, "A claim was announced.", None, office)
    with pytest.raises(ActionRefused) as held:
        await erasing.confirm(asked, school.actor("cara"))
    assert held.value.refusal.rule is Rule.LEGAL_HOLD
    assert FIRST in held.value.refusal.sentence
    await keeping.release(FIRST, "The claim was settled.", school.actor("dafydd"))
    await erasing.confirm(asked, school.actor("cara"))
    assert await holds_whole(school)


async def test_nothing_is_kept_of_what_was_refused(school: SchoolInTest, erasing: Erasing) -> None:
    await a_recorded_case(school, FIRST, OPEN)
    before = await texts_in(school)

    for by, reason in (("asha", "Not mine to ask."), ("gil", "Too early.")):
        with pytest.raises(ActionRefused):
            await erasing.request("Hana", NO_LONGER, reason, school.actor(by))
    with pytest.raises(BadRequest):
        await erasing.request("Hana", NO_LONGER, "  ", school.actor("gil"))

    assert await texts_in(school) == before
    assert await school.stores.registrar.entries(SCHOOL) == []


async def test_many_who_confirm_at_once_erase_once(school: SchoolInTest, erasing: Erasing) -> None:
    asked = await erasing.request("Hana", NO_LONGER, "She asked.", school.actor("gil"))

    answers = await asyncio.gather(
        *(
            erasing.confirm(asked, school.actor(who))
            for who in ("cara", "dafydd", "cara", "dafydd")
        ),
        return_exceptions=True,
    )

    refusals = [answer for answer in answers if isinstance(answer, ActionRefused)]
    assert len(refusals) == 3
    assert {one.refusal.error for one in refusals} == {"NoSuchErasure"}
    types = [one.event.fact.type for one in await school.stores.registrar.entries(SCHOOL)]
    assert types == ["erasure:requested", "person:erased"]


async def test_a_repeated_request_counts_once(school: SchoolInTest, erasing: Erasing) -> None:
    office, head = school.actor("gil"), school.actor("cara")
    asked = [
        await erasing.request("Hana", NO_LONGER, "She asked.", office, action_id="once")
        for _ in range(2)
    ]
    assert asked == ["erasure-1"] * 2
    assert await texts_in(school) == {"hana": 1}

    first = await erasing.confirm(asked[0], head, action_id="again")
    assert await erasing.confirm(asked[0], head, action_id="again") == first
    assert len(await school.stores.registrar.entries(SCHOOL)) == 2


async def test_a_case_that_was_kept_long_enough_goes_with_whoever_has_no_other(
    school: SchoolInTest, keeping: Keeping, erased_list: ErasedList
) -> None:
    await a_recorded_case(school, FIRST, SETTLED)
    await a_recorded_case(school, SECOND, CLOSED, family=school.people["idris"])
    idris, hana = school.people["idris"], school.people["hana"]

    assert [(one.reference, one.proposed_at) for one in await keeping.due()] == [(FIRST, None)]
    with pytest.raises(ActionRefused, match="not yet proposed") as early:
        await _dispose_one(keeping, school.actor("cara"))
    assert early.value.refusal.rule is Rule.RETENTION
    assert await keeping.sweep() == ((FIRST,), ())
    assert await keeping.sweep() == ((), ())

    fact = await _dispose_one(keeping, school.actor("cara"))

    assert fact == CaseDisposed(reference=FIRST, texts=4, people=(hana,))
    assert not (await school.stores.people.person(idris)).erased  # he has another case
    assert await texts_in(school) == {"idris": 3}
    for stored in await school.stores.record.events_of(SCHOOL, FIRST):
        for name in type(stored.event.fact).model_fields:
            if isinstance(ref := getattr(stored.event.fact, name), TextRef):
                with pytest.raises(TextNotFound):
                    await school.stores.texts.read(ref)
    assert await holds_whole(school)
    assert await keeping.due() == []
    assert erased_list.read() == {
        Erased("case", SCHOOL, FIRST),
        Erased("person", SCHOOL, hana),
    }


async def _dispose_one(keeping: Keeping, by: Actor) -> CaseDisposed:
    done = await keeping.dispose([FIRST], by)
    for _, refusal in done.refused:
        raise ActionRefused(refusal)
    return done.cases[0]


async def test_a_hold_stops_a_proposal_and_a_decision_to_keep_puts_it_off(
    school: SchoolInTest, keeping: Keeping
) -> None:
    for reference in (FIRST, SECOND):
        await a_recorded_case(school, reference, SETTLED)
    head, office = school.actor("cara"), school.actor("gil")
    await keeping.hold(FIRST, "A claim was announced.", date(2033, 1, 11), office)

    assert await keeping.sweep() == ((SECOND,), ())
    done = await keeping.dispose([FIRST, SECOND], school.actor("asha"))
    assert {refusal.error for _, refusal in done.refused} == {"NotForThisRole"}
    await keeping.keep(SECOND, date(2034, 1, 1), "A sibling is still here.", head)
    done = await keeping.dispose([FIRST, SECOND], head)
    assert [(which, refusal.error) for which, refusal in done.refused] == [
        (FIRST, "OnLegalHold"),
        (SECOND, "NotDueYet"),
    ]
    assert done.cases == ()
    later = Keeping(school.stores, ErasedList(Path("unused")), SCHOOL, now=lambda: LATER)
    assert await later.sweep() == ((SECOND,), (FIRST,))


LATER = datetime(2034, 1, 2, 9, 0, tzinfo=UTC)


async def test_a_restored_backup_brings_nobody_back(
    school: SchoolInTest, erasing: Erasing, keeping: Keeping, erased_list: ErasedList
) -> None:
    hana, idris = school.people["hana"], school.people["idris"]
    await a_recorded_case(school, FIRST, SETTLED)
    # As if from a newer copy: the list knows more than this database, which is the older one.
    erased_list.add([Erased("person", SCHOOL, hana), Erased("case", SCHOOL, FIRST)])
    erased_list.add([Erased("person", "another-school", idris), Erased("case", SCHOOL, SECOND)])

    again = await erase_again(school.stores, erased_list, IN_TIME)

    assert again == Repeated((hana,), (FIRST,))
    assert (await school.stores.people.person(hana)).erased
    assert not (await school.stores.people.person(idris)).erased  # of another school's database
    assert await texts_in(school) == {}
    [entry] = await school.stores.registrar.entries(SCHOOL)
    assert entry.event.fact == ErasureRepeated(people=(hana,), references=(FIRST,))
    assert await holds_whole(school)
    assert await erase_again(school.stores, erased_list, IN_TIME) == Repeated()
    assert await keeping.due() == []


async def test_what_the_register_knows_is_put_on_a_list_that_was_lost(
    school: SchoolInTest, erasing: Erasing, erased_list: ErasedList
) -> None:
    await erase(school, erasing, "hana")
    erased_list.path.unlink()

    assert await erase_again(school.stores, erased_list, IN_TIME) == Repeated()

    assert erased_list.read() == {Erased("person", SCHOOL, school.people["hana"])}


async def test_a_list_that_can_not_be_read_is_said_so(
    school: SchoolInTest, erasing: Erasing, erased_list: ErasedList
) -> None:
    erased_list.path.write_text("person\trowan-hill\n")

    with pytest.raises(ErasedListProblem, match="line 1"):
        await erase_again(school.stores, erased_list, IN_TIME)

    asked = await erasing.request("Hana", NO_LONGER, "She asked.", school.actor("gil"))
    assert (await erasing.confirm(asked, school.actor("cara"))).listed is False


def test_a_line_that_was_half_written_is_written_anew(erased_list: ErasedList) -> None:
    one, two = (Erased("person", SCHOOL, f"person-{number}") for number in (1, 2))
    erased_list.add([one])
    with erased_list.path.open("ab") as file:
        file.write(b"person\trowan")

    assert erased_list.read() == {one}
    erased_list.add([one, two])
    assert erased_list.read() == {one, two}
    assert erased_list.path.read_text().splitlines() == [
        f"person\t{SCHOOL}\tperson-1",
        f"person\t{SCHOOL}\tperson-2",
    ]
    assert erased_list.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_key_is_in_no_file_afterwards(
    database_url: str, school: SchoolInTest, erasing: Erasing
) -> None:
    keys = await _secrets_of(school, "hana")
    file = Path(make_url(database_url).database or "")

    def written() -> bytes:
        return b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))

    assert all(key in written() for key in keys)
    await erase(school, erasing, "hana")

    assert not any(key in written() for key in keys)
    assert school.people["hana"].encode() in written()  # the check looks where the data is


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_the_key_is_in_no_table_file_afterwards(
    school: SchoolInTest, erasing: Erasing
) -> None:
    keys = await _secrets_of(school, "hana")

    async def written() -> bytes:
        async with school.stores.database.writing() as connection:
            await connection.exec_driver_sql("CHECKPOINT")
            read = "SELECT pg_read_binary_file(pg_relation_filepath('persons'))"
            return bytes(await connection.scalar(text(read)))

    before = await written()
    await erase(school, erasing, "hana")
    after = await written()

    assert all(key in before for key in keys)
    assert not any(key in after for key in keys)
    assert school.people["hana"].encode() in after


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_role_that_may_not_vacuum_says_so(school: SchoolInTest, database_url: str) -> None:
    role = f"evenhand_weak_{secrets.token_hex(4)}"  # roles are shared by all databases of a server

    async def as_owner(*statements: str) -> None:
        async with school.stores.database.writing() as connection:
            for statement in statements:
                await connection.execute(text(statement))

    await as_owner(f"CREATE ROLE {role} LOGIN", f"GRANT SELECT, UPDATE ON persons TO {role}")
    weak = open_database(
        make_url(database_url).set(username=role).render_as_string(hide_password=False)
    )
    try:
        assert await weak.overwrite() is False
        await as_owner(f"GRANT MAINTAIN ON persons, person_roles, texts TO {role}")
        assert await weak.overwrite() is True
    finally:
        await weak.close()
        await as_owner(f"DROP OWNED BY {role}", f"DROP ROLE {role}")


async def _secrets_of(school: SchoolInTest, who: str) -> list[bytes]:
    """The wrapped key and the encrypted name of a person, as they are stored."""
    async with school.stores.database.reading() as connection:
        row = await connection.execute(
            text("SELECT wrapped_key, name FROM persons WHERE id = :id"), {"id": school.people[who]}
        )
        return [bytes(value) for value in row.one()]
