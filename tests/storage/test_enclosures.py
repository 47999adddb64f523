"""Files that belong to a case: readable through their person's key, and gone with it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.actions import FileRef
from domain.contracts import RecordEvents
from domain.register import CaseDisposed, PersonErased
from domain.vocabulary import ErasureGround, MediaType
from gateway.erasure import Erasing
from gateway.restored import erase_again
from gateway.retention import Keeping
from storage.enclosures import ATTACHMENT, Enclosures
from storage.erased_list import Erased, ErasedList
from storage.people import PersonIsErased
from storage.texts import TextAltered, TextNotFound, TextOnRecord
from tests.rules.building import Story, a_text
from tests.support.closing import CLOSED, SETTLED, a_recorded_case
from tests.support.school import SCHOOL, SchoolInTest, a_school

REFERENCE, OTHER = "EP-2026-0001", "EP-2026-0002"
NAME = "Letter to Mrs Lindqvist.pdf"
CONTENT = b"%PDF-1.7 marmalade " + bytes(range(256)) * 400
LONG_AFTER = datetime(2033, 1, 10, 9, 0, tzinfo=UTC)


@pytest.fixture
async def school(database_url: str) -> AsyncIterator[SchoolInTest]:
    async with a_school(database_url) as made:
        yield made


@pytest.fixture
def enclosures(school: SchoolInTest) -> Enclosures:
    return school.stores.enclosures


@pytest.fixture
def erased_list(tmp_path: Path) -> ErasedList:
    return ErasedList(tmp_path / "erased.list")


async def from_(school: SchoolInTest, who: str, reference: str = REFERENCE) -> FileRef:
    """A file that came with a reply, under this person's key."""
    return await school.stores.enclosures.keep_attachment(
        school.people[who], SCHOOL, reference, NAME, MediaType.PDF, CONTENT
    )


async def kept(school: SchoolInTest) -> list[str]:
    async with school.stores.database.reading() as connection:
        return sorted(await connection.scalars(text("SELECT id FROM enclosures")))


async def test_a_file_comes_back_as_it_was_with_what_it_was_called(
    school: SchoolInTest, enclosures: Enclosures
) -> None:
    file = await from_(school, "idris")

    assert (file.media_type, file.size) == (MediaType.PDF, len(CONTENT))
    assert await enclosures.read(file) == CONTENT
    assert await enclosures.name_of(file.id) == NAME
    with pytest.raises(TextAltered):
        await enclosures.read(file.model_copy(update={"commitment": "0" * 64}))
    async with school.stores.database.reading() as connection:
        row = (await connection.execute(text("SELECT * FROM enclosures"))).one()
    stored = b"".join(bytes(value) for value in row if not isinstance(value, str))
    assert b"marmalade" not in stored
    assert b"Lindqvist" not in stored
    assert not any("Lindqvist" in value for value in row if isinstance(value, str))


async def test_a_file_is_let_go_unless_the_record_cites_it(
    school: SchoolInTest, enclosures: Enclosures
) -> None:
    story = Story(respondent=school.people["idris"], family=school.people["hana"])
    reference = story.case.reference
    cited, refused = [await from_(school, "idris", reference) for _ in range(2)]
    story.do("record_response", school.actor("idris"), text=a_text(), attachments=(cited,))
    await school.stores.recorder.record(RecordEvents(events=tuple(story.events), case=story.case))

    await enclosures.discard(refused)
    await enclosures.discard(refused)  # a repeat does no harm
    with pytest.raises(TextOnRecord):
        await enclosures.discard(cited)

    assert await kept(school) == [cited.id]
    with pytest.raises(TextNotFound):
        await enclosures.read(refused)
    with pytest.raises(TextNotFound):
        await enclosures.name_of(refused.id)


async def test_who_is_erased_takes_their_files_along(
    school: SchoolInTest, enclosures: Enclosures, erased_list: ErasedList
) -> None:
    await a_recorded_case(school, REFERENCE, CLOSED)
    hers, his = await from_(school, "hana"), await from_(school, "idris")
    letter = await enclosures.keep(school.people["hana"], SCHOOL, REFERENCE, "sent-letter", CONTENT)
    erasing = Erasing(school.stores, erased_list, SCHOOL)

    preview = await erasing.preview("Hana", school.actor("gil"))
    asked = await erasing.request(
        "Hana", ErasureGround.NO_LONGER_NEEDED, "She asked by letter.", school.actor("gil")
    )
    destroyed = await erasing.confirm(asked, school.actor("cara"))

    assert preview.texts == (
        (REFERENCE, ATTACHMENT, 1),
        (REFERENCE, "reply", 1),
        (REFERENCE, "sent-letter", 1),
    )
    assert preview.not_read == ((REFERENCE, ATTACHMENT, 1),)
    assert (destroyed.texts, destroyed.files) == (2, 2)  # the texts: her reply, and the reason
    assert await kept(school) == [his.id]
    for gone in (hers, letter):
        with pytest.raises(TextNotFound):
            await enclosures.read(gone)
    with pytest.raises(PersonIsErased):
        await from_(school, "hana")
    fact = (await school.stores.registrar.entries(SCHOOL))[-1].event.fact
    assert isinstance(fact, PersonErased)
    assert fact.files == 2


async def test_a_case_that_goes_takes_its_files_along(
    school: SchoolInTest, erased_list: ErasedList
) -> None:
    await a_recorded_case(school, REFERENCE, SETTLED)
    for who in ("hana", "idris", "asha"):
        await from_(school, who)
    await a_recorded_case(school, OTHER, CLOSED)
    elsewhere = await from_(school, "idris", OTHER)
    keeping = Keeping(school.stores, erased_list, SCHOOL, now=lambda: LONG_AFTER)
    await keeping.sweep()

    done = await keeping.dispose([REFERENCE], school.actor("cara"))

    assert not done.refused
    (fact,) = done.cases
    assert isinstance(fact, CaseDisposed)
    assert (fact.texts, fact.files) == (4, 3)
    assert await kept(school) == [elsewhere.id]


async def test_a_restored_backup_brings_no_file_back(
    school: SchoolInTest, erased_list: ErasedList
) -> None:
    await a_recorded_case(school, REFERENCE, SETTLED)
    await from_(school, "hana")
    await from_(school, "asha")
    other = await from_(school, "asha", OTHER)
    erased_list.add([Erased("case", SCHOOL, REFERENCE)])

    await erase_again(school.stores, erased_list, LONG_AFTER)

    assert await kept(school) == [other.id]
