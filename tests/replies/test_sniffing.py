"""What a file really is decides, whatever it is called."""

import string
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.typesetting import typeset
from domain.vocabulary import MediaType
from gateway.attachments import (
    MEGABYTE,
    Attachment,
    AttachmentLimits,
    check_attachments,
    file_name,
    in_words,
)
from gateway.errors import AttachmentRefused
from gateway.sniffing import TYPES, media_type_of
from gateway.unfit import Unfit
from tests.replies.samples import (
    DRAWING,
    MACRO_TYPES,
    OLD_OFFICE,
    PAGE,
    PROGRAM,
    SCRIPT,
    a_docx,
    a_heic,
    a_jpeg,
    a_pdf,
    a_png,
    a_zip,
    an_email,
    an_odt,
    relations,
)

GOOD = {
    "letter.pdf": a_pdf(),
    "Letter.PDF": a_pdf(),
    "scan.of.letter.pdf": a_pdf(),
    "picture.png": a_png(),
    "photo.jpg": a_jpeg(),
    "photo.jpeg": a_jpeg(),
    "IMG_0042.HEIC": a_heic(),
    "live.heic": a_heic(b"mif1"),
    "notes.txt": "Dear Mrs Lindqvist, the café was noisy.".encode(),
    "old-notes.txt": "The café was noisy.".encode("cp1252"),
    "windows.txt": "The café was noisy.".encode("utf-16"),
    "letter.docx": a_docx(),
    "at-home.docx": a_docx(more={"word/_rels/settings.xml.rels": relations("file:///C:/a.dot")}),
    "letter.odt": an_odt(),
    "about-friday.eml": an_email(),
    "with-scan.eml": an_email(("scan.pdf", a_pdf()), ("logo.gif", b"GIF89a\1\0\1\0;")),
    "with-letter.eml": an_email(("letter.docx", a_docx()), html="<p>Dear Mrs Lindqvist</p>"),
    "forwarded.eml": an_email(("the one before.eml", an_email())),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_file_that_is_what_it_says_is_taken(name: str) -> None:
    ending = "." + name.rpartition(".")[2].lower()

    assert media_type_of(name, GOOD[name]) is TYPES[ending]
    assert media_type_of(name, GOOD[name], TYPES[ending].value) is TYPES[ending]
    assert media_type_of(name, GOOD[name], "application/octet-stream") is TYPES[ending]


NOW = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)


def test_a_real_document_is_taken(tmp_path_factory: pytest.TempPathFactory) -> None:
    template = tmp_path_factory.mktemp("typst") / "page.typ"
    template.write_text('#set document(title: "A letter")\n#set text(lang: "en")\n= Dear school\n')

    assert (
        media_type_of("letter.pdf", typeset(template, {}, title="A letter", at=NOW))
        is MediaType.PDF
    )


BAD = [
    pytest.param("letter.pdf", PROGRAM, "its content is a program", id="a program"),
    pytest.param("letter.pdf", b"\x7fELF\2\1\1\0" + bytes(80), "a program", id="a Linux program"),
    pytest.param("photo.jpg", SCRIPT, "its content is a script", id="a script"),
    pytest.param("notes.txt", SCRIPT, "its content is a script", id="a script as text"),
    pytest.param("notes.txt", b"<?php system(1);", "a script", id="a script for a server"),
    pytest.param("notes.txt", PAGE, "a web page", id="a page as text"),
    pytest.param("photo.png", DRAWING, "a web page or drawing", id="a drawing as a picture"),
    pytest.param("page.html", PAGE, "files that end in .html", id="a page"),
    pytest.param("drawing.svg", DRAWING, "Print it to PDF first", id="a drawing"),
    pytest.param("letter.pdf.exe", a_pdf(), "files that end in .exe", id="two endings"),
    pytest.param("letter.pdf", a_zip({"a.txt": "hello"}), "content is an archive", id="an archive"),
    pytest.param("letter.docx", a_zip({"a.txt": "hello"}), "no Word document", id="archive docx"),
    pytest.param("letter.odt", a_docx(), "no OpenDocument text", id="Word as OpenDocument"),
    pytest.param("a.zip", a_zip({"a.txt": "hi"}), "file by file", id="an honest archive"),
    pytest.param("letter.pdf", b"Rar!\x1a\x07\0" + bytes(40), "an archive", id="RAR"),
    pytest.param("letter.docx", a_docx(MACRO_TYPES), "holds macros", id=".docm in .docx"),
    pytest.param(
        "letter.docx",
        a_docx(more={"word/vbaProject.bin": b"x"}),
        "holds macros",
        id="macros beside",
    ),
    pytest.param(
        "letter.docx",
        a_docx(more={"word/embeddings/a.bin": PROGRAM}),
        "A program is hidden",
        id="a program in Word",
    ),
    pytest.param(
        "letter.docx",
        a_docx(more={"word/embeddings/oleObject1.bin": OLD_OFFICE}),
        "object of another program",
        id="an object in Word",
    ),
    pytest.param(
        "letter.docx",
        a_docx(more={"word/_rels/settings.xml.rels": relations("https://evil.example/a.dotm")}),
        "fetches a part of itself",
        id="a template from elsewhere",
    ),
    pytest.param(
        "letter.docx",
        a_docx(more={"word/_rels/document.xml.rels": relations("mhtml:http://x/!x", "oleObject")}),
        "fetches a part of itself",
        id="an object from elsewhere",
    ),
    pytest.param(
        "letter.docx",
        a_docx(more={"word/_rels/a.rels": b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"}),
        "damaged",
        id="entities",
    ),
    pytest.param(
        "letter.docx", a_docx(more={"../../evil": "x"}), "leads out of it", id="a way out"
    ),
    pytest.param("letter.docx", a_docx()[:-30], "damaged", id="cut off"),
    pytest.param(
        "letter.docx",
        OLD_OFFICE + "EncryptedPackage".encode("utf-16-le"),
        "protected by a password",
        id="a password",
    ),
    pytest.param("letter.docx", OLD_OFFICE, "of the old kind", id=".doc in .docx"),
    pytest.param("letter.doc", OLD_OFFICE, "Save it as PDF or .docx", id=".doc"),
    pytest.param("letter.odt", an_odt({"Basic/a.xml": "x"}), "holds macros", id="macros in odt"),
    pytest.param(
        "letter.odt",
        an_odt({"META-INF/manifest.xml": "<m:encryption-data/>"}),
        "protected by a password",
        id="a password on odt",
    ),
    pytest.param("letter.pdf", a_png(), "its content is a PNG picture", id="a picture as PDF"),
    pytest.param("photo.png", a_jpeg(), "its content is a JPEG picture", id="JPEG as PNG"),
    pytest.param("letter.pdf", a_pdf()[:40], "cut off", id="half a PDF"),
    pytest.param("photo.png", a_png()[:40], "cut off", id="half a picture"),
    pytest.param(
        "letter.pdf", a_pdf("/Launch the missiles"), "start a program", id="PDF that launches"
    ),
    pytest.param(
        "photo.jpg", a_jpeg() + a_zip({"a.exe": PROGRAM}), "hidden behind", id="an archive behind"
    ),
    pytest.param("notes.txt", bytes(range(256)), "its content is something else", id="bytes"),
    pytest.param("notes.txt", b" \r\n ", "is empty", id="nothing written"),
    pytest.param("letter.pdf", b"", "is empty", id="nothing at all"),
    pytest.param("letter", a_pdf(), "no ending", id="no ending"),
    pytest.param(".pdf", a_pdf(), "no ending", id="an ending alone"),
    pytest.param("said.mp3", b"ID3" + bytes(40), "written down", id="a recording"),
    pytest.param("about.eml", b"Just some words.", "its content is plain text", id="no e-mail"),
    pytest.param("about.eml", b"Note: to self\n\nwords", "whom it is from", id="no sender"),
    pytest.param("about.eml", an_email(("a.exe", PROGRAM)), "“a.exe”", id="a program in a mail"),
    pytest.param("about.eml", an_email(("a.pdf", PROGRAM)), "a program", id="as PDF in a mail"),
    pytest.param("about.eml", an_email(("a.pdf.js", b"x()")), "end in .js", id="script in a mail"),
    pytest.param("about.eml", an_email(("a.htm", PAGE)), "end in .htm", id="a page in a mail"),
    pytest.param(
        "about.eml", an_email(("l.docx", a_docx(MACRO_TYPES))), "macros", id="macros in a mail"
    ),
    pytest.param(
        "about.eml",
        an_email(html="<p>Hi</p><script>steal()</script>"),
        "script is hidden",
        id="a script in a mail's own text",
    ),
    pytest.param(
        "about.eml",
        an_email(("before.eml", an_email(("a.scr", PROGRAM)))),
        "a.scr",
        id="in a mail in a mail",
    ),
]


@pytest.mark.parametrize(("name", "content", "why"), BAD)
def test_a_file_that_is_not_is_refused_with_a_sentence(name: str, content: bytes, why: str) -> None:
    with pytest.raises(Unfit) as refused:
        media_type_of(name, content)

    sentence = str(refused.value)
    assert why.lower() in sentence.lower()
    assert sentence.endswith(".")


def test_what_it_was_sent_as_is_held_against_its_name() -> None:
    with pytest.raises(Unfit, match="sent as “image/png”, and its name says that it is a PDF"):
        media_type_of("letter.pdf", a_pdf(), "image/png; charset=binary")
    assert media_type_of("photo.jpg", a_jpeg(), "image/jpg") is MediaType.JPEG


@pytest.mark.parametrize(
    ("name", "why"),
    [
        pytest.param("../../etc/passwd.pdf", "another folder", id="up"),
        pytest.param("/etc/passwd.pdf", "another folder", id="from the root"),
        pytest.param("C:\\Windows\\a.pdf", "another folder", id="Windows"),
        pytest.param("a\0.pdf", "can't be seen", id="a zero"),
        pytest.param("a\n.pdf", "can't be seen", id="a new line"),
        pytest.param("a\udcff.pdf", "can't be seen", id="half a sign"),
        pytest.param("letter\u202efdp.exe", "turn it around", id="turned around"),
        pytest.param("..", "no name", id="dots"),
        pytest.param("   ", "no name", id="nothing"),
        pytest.param("é" * 140 + ".pdf", "too long", id="long"),
    ],
)
def test_a_name_that_plays_a_trick_is_refused(name: str, why: str) -> None:
    with pytest.raises(AttachmentRefused, match=why) as refused:
        check_attachments([Attachment(name, a_pdf())], AttachmentLimits())

    assert refused.value.findings[0].isprintable()


def test_names_in_any_script_are_kept() -> None:
    for name in ("Zoë’s letter.pdf", "письмо.pdf", "رسالة.pdf", "信.pdf", "👨‍👩‍👧.pdf"):
        assert file_name(f" {name} ") == name


def test_each_file_that_is_not_taken_is_told_and_none_is_taken() -> None:
    files = [Attachment("a.pdf", PROGRAM), Attachment("b.pdf", a_pdf()), Attachment("c.txt", b"")]

    with pytest.raises(AttachmentRefused) as refused:
        check_attachments(files, AttachmentLimits())

    first, second = refused.value.findings
    assert first.startswith("“a.pdf” is not taken.")
    assert second.startswith("“c.txt” is not taken.")


def test_the_limits_count_to_the_byte() -> None:
    content = a_pdf()
    exactly = AttachmentLimits(len(content), 2)

    assert len(check_attachments([Attachment("a.pdf", content)] * 2, exactly)) == 2
    with pytest.raises(AttachmentRefused, match="3 files are more than the 2"):
        check_attachments([Attachment("a.pdf", content)] * 3, exactly)
    with pytest.raises(AttachmentRefused, match="a file may be"):
        check_attachments([Attachment("a.pdf", content + b"\n")], exactly)
    assert [in_words(size) for size in (12, 1024, 1536, MEGABYTE, 10 * MEGABYTE + 524288)] == [
        "12 bytes",
        "1 kB",
        "2 kB",
        "1 MB",
        "10.5 MB",
    ]


def test_emails_inside_each_other_come_to_an_end() -> None:
    mail = an_email()
    for _ in range(8):
        mail = an_email(("before.eml", mail))

    with pytest.raises(Unfit, match="inside each other"):
        media_type_of("about.eml", mail)


CONTENT = st.one_of(
    st.binary(max_size=400),
    st.builds(
        lambda good, at, noise: good[:at] + noise + good[at + len(noise) :],
        st.sampled_from(list(GOOD.values())),
        st.integers(0, 300),
        st.binary(max_size=20),
    ),
    st.builds(
        lambda start, rest: start + rest,
        st.sampled_from([b"PK\x03\x04", b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xfe", b"From: a\n"]),
        st.binary(max_size=400),
    ),
)
NAME = st.one_of(
    st.sampled_from(list(GOOD)),
    st.text(max_size=30),
    st.builds(
        lambda stem, ending: stem + ending,
        st.text(string.ascii_letters, min_size=1, max_size=8),
        st.sampled_from(sorted(TYPES)),
    ),
)


@given(NAME, CONTENT, st.none() | st.text(max_size=20))
def test_no_file_whatever_is_in_it_breaks_anything(
    name: str, content: bytes, claimed: str | None
) -> None:
    try:
        (taken,) = check_attachments([Attachment(name, content, claimed)], AttachmentLimits())
    except AttachmentRefused:
        return
    assert taken.media_type in MediaType
    assert not taken.content.startswith((b"MZ\x90", b"\x7fELF", b"#!"))


@given(st.binary(max_size=400))
def test_an_email_may_hold_any_bytes(content: bytes) -> None:
    mail = b"From: a@b.example\r\nSubject: x\r\n" + content
    try:
        taken = media_type_of("about.eml", mail)
    except Unfit:
        return
    assert taken is MediaType.EMAIL
