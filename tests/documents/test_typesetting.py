"""Typesetting: tagged, titled, in British English, the same bytes each time; errors in words."""

import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from documents.typesetting import TypesettingFailed, typeset

AT = datetime(2026, 12, 18, 15, 30, tzinfo=UTC)
LETTER = """
#let data = json(bytes(sys.inputs.data))
= A letter to #data.name

#table(columns: 2, table.header[What][When], [We meet], [#data.on])
"""


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf), strict=True)


def tags(pdf: bytes) -> set[str]:
    """The kinds of element in the document's structure tree."""
    found: set[str] = set()
    waiting: list[Any] = [read(pdf).root_object["/StructTreeRoot"]]
    while waiting:
        element = waiting.pop().get_object()
        if isinstance(element, list):
            waiting += element
        elif isinstance(element, dict):
            found.add(str(element.get("/S", "")))
            waiting += [element["/K"]] if "/K" in element else []
    return found


def test_a_document_is_tagged_titled_and_in_british_english() -> None:
    now = AT.replace(microsecond=123456)

    pdf = typeset(LETTER, {"name": "Ms O’Brien", "on": date(2027, 1, 6)}, title="A letter", at=now)

    document = read(pdf)
    root: Any = document.root_object
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert {"/Document", "/H1", "/Table", "/THead", "/TH", "/TD"} <= tags(pdf)
    assert document.metadata is not None
    assert document.metadata.title == "A letter"
    assert document.metadata.creation_date == AT
    assert document.xmp_metadata is not None
    assert b"<pdfuaid:part>1</pdfuaid:part>" in document.xmp_metadata.stream.get_data()
    text = document.pages[0].extract_text()
    assert "A letter to Ms O’Brien" in text
    assert "2027-01-06" in text
    assert "Page 1 of 1" in text


def test_the_same_input_gives_the_same_bytes() -> None:
    data = {"name": "Ms O’Brien", "on": "today"}

    assert typeset(LETTER, data, title="A letter", at=AT) == typeset(
        LETTER, data, title="A letter", at=AT
    )


def test_words_are_never_taken_for_commands() -> None:
    hostile = '#read("/etc/passwd") *not bold* $x$ "); @preview'

    pdf = typeset(LETTER, {"name": hostile, "on": ""}, title=hostile, at=AT)

    assert hostile in " ".join(read(pdf).pages[0].extract_text().split())


def test_a_template_uses_the_files_beside_it(tmp_path: Path) -> None:
    (tmp_path / "terms.txt").write_text("Kindness costs nothing.")
    template = tmp_path / "letter.typ"
    template.write_text('= Terms\n#read("terms.txt")')

    pdf = typeset(template, {}, title="Terms", at=AT)

    assert "Kindness costs nothing." in read(pdf).pages[0].extract_text()


def test_a_missing_field_is_named(tmp_path: Path) -> None:
    template = tmp_path / "warning.typ"
    template.write_text(LETTER)

    with pytest.raises(TypesettingFailed) as refused:
        typeset(template, {"on": "today"}, title="A letter", at=AT)

    assert refused.value.field == "name"
    assert str(refused.value) == (
        "The document “warning.typ” could not be set: its field “name” was not given."
    )


def test_a_mistake_in_a_template_names_its_line(tmp_path: Path) -> None:
    template = tmp_path / "warning.typ"
    template.write_text("= A heading\n\n#nonsense()\n")

    with pytest.raises(TypesettingFailed, match=r"unknown variable: nonsense \(warning\.typ:3:1\)"):
        typeset(template, {}, title="A letter", at=AT)


def test_a_template_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TypesettingFailed, match=r"“gone\.typ” .* there is no file"):
        typeset(tmp_path / "gone.typ", {}, title="A letter", at=AT)


def test_a_character_that_no_font_has_is_written_as_its_name() -> None:
    # A noncharacter stands for a script that no machine has; it has no name but its number.
    pdf = typeset(LETTER, {"name": "\U0001fffe Amina", "on": ""}, title="A letter", at=AT)

    assert "[u+1fffe] Amina" in read(pdf).pages[0].extract_text()


def test_a_document_is_dated_by_a_moment() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        typeset(LETTER, {}, title="A letter", at=datetime(2026, 12, 18))  # noqa: DTZ001
