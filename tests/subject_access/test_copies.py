"""The files of a copy: whole or not at all, for their owner alone, readable by everybody."""

import hashlib
import io
import json
import stat
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from documents.held.writing import page
from domain.access_events import AccessGiven
from domain.held import Held
from domain.vocabulary import ActionName
from gateway import copies
from gateway.errors import BadRequest
from gateway.gathering import Choices
from gateway.subject_access import Given
from storage.registrar import Registrar
from tests.subject_access.conftest import SchoolOnRecord
from tests.support.school import PEOPLE, SCHOOL

HOSTILE = 'Say <script>alert(1)</script> & #read("/etc/passwd") *x* to Asha Karim'


@pytest.fixture
def tray(tmp_path: Path) -> Path:
    """An empty folder, in which copies are put."""
    folder = tmp_path / "tray"
    folder.mkdir()
    return folder


async def a_warned_advocate(school: SchoolOnRecord) -> str:
    reference = await school.opened(
        "EP",
        "asha",
        track="advocate_conduct",
        respondent="Idris Bello",
        family="Hana Novak",
        severity="moderate",
        clauses=["ep.expect.speech"],
        narrative=HOSTILE,
    )
    for step in (ActionName.REMIND_INFORMALLY, ActionName.REMIND_FORMALLY, ActionName.WARN):
        await school.act(
            reference, step, "cara", clauses=["ep.expect.speech"], reason="Ben Okafor heard it."
        )
    return reference


async def given(school: SchoolOnRecord, out: Path, **options: Any) -> Given:
    choices = options.pop("choices", Choices())
    officer = school.school.actor("mei-ling")
    return await school.access.give("Idris Bello", officer, choices, out, **options)


async def copies_in_register(school: SchoolOnRecord) -> list[AccessGiven]:
    entries = await school.school.stores.registrar.entries(SCHOOL)
    return [one.event.fact for one in entries if isinstance(one.event.fact, AccessGiven)]


async def test_a_copy_is_made_and_entered_with_the_hashes_of_its_files(
    on_record: SchoolOnRecord, tray: Path
) -> None:
    reference = await a_warned_advocate(on_record)
    request = await on_record.access.record_request("Idris Bello", on_record.school.actor("farah"))

    made = await given(on_record, tray / "copy")

    folder = tray / "copy"
    names = sorted(path.name for path in folder.iterdir())
    assert names == [f"what-is-held-about-you.{one}" for one in ("html", "json", "pdf")]
    assert made.for_the_school == tray / "copy-for-the-school.txt"
    for path in (*made.files, made.for_the_school):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert sorted(path.name for path in tray.iterdir()) == ["copy", "copy-for-the-school.txt"]
    (fact,) = await copies_in_register(on_record)
    assert fact == made.fact
    assert fact.answers == (request.access,)
    assert {one.format: one.digest for one in fact.files} == {
        path.suffix[1:]: hashlib.sha256(path.read_bytes()).hexdigest() for path in made.files
    }
    assert [one.given_at for one in await on_record.access.requests()] == [on_record.now]
    assert (await on_record.school.stores.record.verify(SCHOOL)).holds
    told = Held.model_validate_json((folder / "what-is-held-about-you.json").read_bytes())
    assert told.cases[0].reference == reference
    for path in folder.glob("*.[hj]*"):
        for name in PEOPLE:
            assert (name in path.read_text()) is (name == "Idris Bello"), (path.name, name)
    assert "Ben Okafor" in made.for_the_school.read_text()


async def test_the_pdf_is_tagged_and_the_page_stands_alone(
    on_sqlite: SchoolOnRecord, tray: Path
) -> None:
    await a_warned_advocate(on_sqlite)
    await given(on_sqlite, tray / "copy")

    pdf = PdfReader(tray / "copy" / "what-is-held-about-you.pdf", strict=True)
    root: Any = pdf.root_object
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"]
    assert pdf.metadata is not None
    assert pdf.metadata.title == "What Rowan Hill Primary School holds about you"
    said = " ".join(" ".join(one.extract_text() for one in pdf.pages).split())
    html = (tray / "copy" / "what-is-held-about-you.html").read_text(encoding="utf-8")
    seen = _Seen()
    seen.feed(html)
    read = " ".join("".join(seen.words).split())
    for words in (
        "Idris Bello",
        'Say <script>alert(1)</script> & #read("/etc/passwd") *x* to [person A, a member of staff]',
        "[person C, a senior leader] heard it.",
        "Information Commissioner's Office",
        "A written warning, by the headteacher (person B).",
    ):
        assert words in read, words
        assert words.replace("'", "’") in said.replace("'", "’"), words
    for name in PEOPLE:
        assert (name in said) is (name == "Idris Bello"), name
    assert seen.language == "en-GB"
    assert seen.fetched == []
    assert seen.levels[0] == 1
    assert all(b <= a + 1 for a, b in zip(seen.levels, seen.levels[1:], strict=False))
    assert seen.links <= seen.ids
    assert "script" not in seen.tags


async def test_an_archive_holds_the_same_and_says_no_name(
    on_sqlite: SchoolOnRecord, tray: Path
) -> None:
    await a_warned_advocate(on_sqlite)

    made = await given(on_sqlite, tray / "c.ZIP", formats=("html", "json"))

    assert made.files == (tray / "c.ZIP",)
    content = made.files[0].read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == [f"what-is-held-about-you.{one}" for one in ("html", "json")]
        found = {one.format: one.digest for one in made.fact.files}
        assert found == {
            "html": hashlib.sha256(archive.read(archive.namelist()[0])).hexdigest(),
            "json": hashlib.sha256(archive.read(archive.namelist()[1])).hexdigest(),
            "zip": hashlib.sha256(content).hexdigest(),
        }
        assert json.loads(archive.read(archive.namelist()[1]))["name"] == "Idris Bello"
    assert made.for_the_school == tray / "c-for-the-school.txt"


async def test_what_is_there_is_not_replaced_unless_asked(
    on_sqlite: SchoolOnRecord, tray: Path
) -> None:
    await a_warned_advocate(on_sqlite)
    kept = tray / "copy" / "notes.txt"
    await given(on_sqlite, tray / "copy", formats=("json",))
    kept.write_text("Ours.")

    with pytest.raises(BadRequest, match=r"there already\. Choose another place"):
        await given(on_sqlite, tray / "copy", formats=("json",))
    assert len(await copies_in_register(on_sqlite)) == 1
    await given(on_sqlite, tray / "copy", formats=("json",), force=True)

    assert kept.read_text() == "Ours."
    assert len(await copies_in_register(on_sqlite)) == 2
    with pytest.raises(BadRequest, match="is a file"):
        await given(on_sqlite, kept)
    with pytest.raises(BadRequest, match="make it first"):
        await given(on_sqlite, tray / "nowhere" / "copy")


async def test_nothing_is_there_where_it_could_not_be_entered(
    on_sqlite: SchoolOnRecord, tray: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_warned_advocate(on_sqlite)
    (tray / "old").mkdir()
    old = tray / "old" / "what-is-held-about-you.json"
    old.write_text("The old one.")

    async def away(*_: object) -> None:
        raise ConnectionError("the database went away")

    monkeypatch.setattr(Registrar, "append", away)
    with pytest.raises(ConnectionError):
        await given(on_sqlite, tray / "copy")
    with pytest.raises(ConnectionError):
        await given(on_sqlite, tray / "old", formats=("json",), force=True)

    assert sorted(path.name for path in tray.iterdir()) == ["old"]
    assert [path.name for path in (tray / "old").iterdir()] == [old.name]
    assert old.read_text() == "The old one."


async def test_withheld_content_goes_in_for_a_reason_that_is_on_record(
    on_sqlite: SchoolOnRecord, tray: Path
) -> None:
    reference = await a_warned_advocate(on_sqlite)
    await on_sqlite.act(
        *(reference, ActionName.SEEK_EXTERNAL_ADVICE, "cara"),
        kind="legal",
        clauses=["ep.expect.speech"],
        reason="Our solicitors say that we may.",
    )
    choices = Choices(include=(reference,))

    with pytest.raises(BadRequest, match="--reason"):
        await given(on_sqlite, tray / "copy", choices=choices)
    assert list(tray.iterdir()) == []
    made = await given(
        on_sqlite, tray / "copy", choices=choices, reason="The governors agreed to share it."
    )

    assert made.fact.included == (reference,)
    assert made.fact.reason is not None
    read = await on_sqlite.school.stores.texts.read(made.fact.reason)
    assert read == "The governors agreed to share it."
    assert "Our solicitors" in (tray / "copy" / f"{copies.STEM}.html").read_text()


async def test_a_page_of_somebody_with_no_case_is_whole(on_sqlite: SchoolOnRecord) -> None:
    looked = await on_sqlite.access.look(
        "Gil Navarro", on_sqlite.school.actor("mei-ling"), Choices()
    )

    seen = _Seen()
    seen.feed(page(looked.held))

    assert "You have no part in any case." in "".join(seen.words)
    assert seen.links <= seen.ids


class _Seen(HTMLParser):
    """What a reader of the page meets: its words, headings, links, and what it would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.levels: list[int] = []
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.fetched: list[str] = []
        self.tags: set[str] = set()
        self.language: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self.levels.append(int(tag[1]))
        if tag == "html":
            self.language = given.get("lang")
        if identifier := given.get("id"):
            self.ids.add(identifier)
        if href := given.get("href"):
            self.links.add(href.removeprefix("#"))
        if source := given.get("src"):
            self.fetched.append(source)

    def handle_data(self, data: str) -> None:
        self.words.append(data)
