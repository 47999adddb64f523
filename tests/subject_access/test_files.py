"""Files in a person's copy: their own, and letters to them; nobody else's without a look."""

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfReader

from domain.access_events import AccessGiven
from domain.actions import SYSTEM, FileRef, LetterToSend, RecordLetter
from domain.contracts import RecordEvents
from domain.decide import decide
from domain.evolve import evolve
from domain.held import HeldFile
from domain.letters import LetterText, Part, Passage
from domain.vocabulary import ActionName, MediaType
from gateway import copies
from gateway.errors import BadRequest
from gateway.gathering import Choices
from gateway.subject_access import Given
from tests.replies.samples import a_pdf, an_email
from tests.subject_access.conftest import SchoolOnRecord
from tests.support.school import CALENDAR, SCHOOL

REFERENCE = "EP-2026-0001"
SCAN, EVIDENCE, HERS = a_pdf("my side"), a_pdf("Asha Karim saw it"), an_email()
MESSAGE = b"From: office@rowan-hill.example\nSubject: A reminder\n\nDear Idris"
WORDS = LetterText(
    kind="informal-reminder",
    reference=REFERENCE,
    dated="14 September 2026",
    addressee=("Idris Bello",),
    subject="A reminder",
    greeting="Dear Idris Bello,",
    parts=(Passage(part=Part.OPENING, blocks=("A word about Friday.",)),),
    closing="Yours sincerely,",
    signatory=("Cara Lindqvist", "headteacher"),
)
MESSAGE_ID = "ep-2026-0001.l9@rowan-hill.evenhand"


async def a_file(school: SchoolOnRecord, whose: str, name: str, content: bytes) -> FileRef:
    kind = MediaType.EMAIL if name.endswith(".eml") else MediaType.PDF
    people, enclosures = school.school.people, school.school.stores.enclosures
    return await enclosures.keep_attachment(people[whose], SCHOOL, REFERENCE, name, kind, content)


async def with_files(school: SchoolOnRecord) -> dict[str, FileRef]:
    """A case about Idris with a file by him, evidence by Asha, a file by Hana, and a letter."""
    await school.opened(
        "EP",
        "asha",
        track="advocate_conduct",
        respondent="Idris Bello",
        family="Hana Novak",
        severity="moderate",
        clauses=["ep.expect.speech"],
        narrative="He shouted.",
    )
    files = {
        "his": await a_file(school, "idris", "For Asha Karim.pdf", SCAN),
        "evidence": await a_file(school, "idris", "Photo by Ben Okafor.pdf", EVIDENCE),
        "hers": await a_file(school, "hana", "about Friday.eml", HERS),
    }
    await school.act(
        REFERENCE,
        ActionName.RECORD_RESPONSE,
        "idris",
        {"attachments": (files["his"],)},
        text="My side is in the file.",
    )
    await school.act(
        REFERENCE,
        ActionName.ADD_INCIDENT,
        "asha",
        {"attachments": (files["evidence"],)},
        occurred_on="2026-09-14",
        severity="minor",
    )
    await school.act(
        REFERENCE,
        ActionName.RECORD_RESPONSE,
        "hana",
        {"attachments": (files["hers"],)},
        text="I was there as well.",
    )
    await a_letter_to_idris(school)
    return files


async def a_letter_to_idris(school: SchoolOnRecord) -> None:
    stores, idris = school.school.stores, school.school.people["idris"]
    words = await stores.texts.store(idris, SCHOOL, REFERENCE, "letter", WORDS.model_dump_json())
    letter = LetterToSend(kind="informal-reminder", to=idris, text=words)
    await school.act(
        REFERENCE,
        ActionName.REMIND_INFORMALLY,
        "cara",
        {"letters": (letter,)},
        reason="A word first.",
        clauses=["ep.expect.speech"],
    )
    await stores.enclosures.keep(
        idris, SCHOOL, REFERENCE, "sent-letter", MESSAGE, identifier=f"sent-{MESSAGE_ID}"
    )
    case = school.cases[REFERENCE]
    sent = RecordLetter(
        id="sent",
        letter=case.letters[0].id,
        message_id=MESSAGE_ID,
        digest="d" * 64,
        sent_at=school.now,
    )
    policy = await stores.shelf.policy(case.policy_digest)
    events = decide(policy, CALENDAR, case, sent, SYSTEM, school.now)
    for event in events:
        case = evolve(case, event)
    await stores.recorder.record(RecordEvents(events=tuple(events), case=case))
    school.cases[REFERENCE] = case


async def given(school: SchoolOnRecord, out: Path, **options: bool) -> Given:
    officer = school.school.actor("mei-ling")
    return await school.access.give("Idris Bello", officer, Choices(), out, **options)  # type: ignore[arg-type]


def files_in(copy: Given) -> list[HeldFile]:
    events = copy.gathered.held.cases[0].events
    return [file for event in events for file in event.files]


async def test_a_copy_holds_the_readers_own_files_and_the_letters_to_them(
    on_record: SchoolOnRecord, tmp_path: Path
) -> None:
    files = await with_files(on_record)
    out = tmp_path / "copy"

    copy = await given(on_record, out)

    own, evidence, hers, letter = files_in(copy)
    assert own.put_as is not None
    assert letter.put_as is not None
    assert (out / own.put_as).read_bytes() == SCAN
    assert (out / letter.put_as).read_bytes() == MESSAGE
    assert own.digest == hashlib.sha256(SCAN).hexdigest()
    assert own.called is not None
    assert "Asha" not in own.called
    assert (evidence.put_as, hers.put_as) == (None, None)
    assert "somebody reads it" in (evidence.left_out or "")
    assert "from somebody else" in (hers.left_out or "")
    assert not [path for path in out.iterdir() if EVIDENCE in path.read_bytes()]
    look = copy.for_the_school.read_text()
    assert files["evidence"].id in look
    assert isinstance(copy.fact, AccessGiven)
    assert [one.format for one in copy.fact.files].count("file") == 2
    page = (out / f"{copies.STEM}.html").read_text()
    pdf = "".join(one.extract_text() for one in PdfReader(out / f"{copies.STEM}.pdf").pages)
    for name in (own.put_as, letter.put_as):
        assert name in page
        assert name in "".join(pdf.split())
    assert "Photo by" not in page
    for path in out.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600


async def test_an_archive_holds_them_too(on_sqlite: SchoolOnRecord, tmp_path: Path) -> None:
    await with_files(on_sqlite)

    copy = await given(on_sqlite, tmp_path / "copy.zip")

    with zipfile.ZipFile(io.BytesIO((tmp_path / "copy.zip").read_bytes())) as archive:
        contents = {archive.read(name) for name in archive.namelist()}
    assert {SCAN, MESSAGE} <= contents
    assert EVIDENCE not in contents
    assert copy.files == (tmp_path / "copy.zip",)


async def test_a_file_that_is_there_is_replaced_only_when_that_is_asked(
    on_sqlite: SchoolOnRecord, tmp_path: Path
) -> None:
    await with_files(on_sqlite)
    out = tmp_path / "copy"
    first = await given(on_sqlite, out)
    for one in copies.FORMATS:
        (out / f"{copies.STEM}.{one}").unlink()
    first.for_the_school.unlink()

    with pytest.raises(BadRequest, match="there already"):
        await given(on_sqlite, out)
    again = await given(on_sqlite, out, force=True)

    assert [file.put_as for file in files_in(again)] == [file.put_as for file in files_in(first)]


async def test_a_file_that_was_destroyed_is_said_to_be_gone(
    on_sqlite: SchoolOnRecord, tmp_path: Path
) -> None:
    files = await with_files(on_sqlite)
    database = on_sqlite.school.stores.database
    async with database.writing() as connection:
        await connection.exec_driver_sql("DELETE FROM enclosures")

    copy = await given(on_sqlite, tmp_path / "copy")

    assert files_in(copy)[0].left_out == "It is no longer kept."
    assert len(files_in(copy)) == len(files)  # the letter's words are in the copy all the same
