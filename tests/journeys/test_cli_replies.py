"""Files that come with replies, at a prompt: taken, listed, taken out again, and refused."""

import os
import stat
from pathlib import Path

import pytest

from tests.replies.samples import PAGE, PROGRAM, a_docx, a_pdf, an_email
from tests.support.up import Prompt, Up


@pytest.fixture(autouse=True)
def _running(service: Up) -> None:
    """Every test here talks to the service."""


@pytest.fixture(scope="module")
def case(service: Up) -> str:
    """The sample case whose restriction waits for the advocate's side."""
    return "TC-2026-0001"


def advocate_of(prompt: Prompt, case: str) -> str:
    shown = prompt.json("case", "show", case)
    assert isinstance(shown, dict)
    return str(shown["advocate"])


def test_a_written_side_with_an_email_is_listed_and_taken_out_whole(
    prompt: Prompt, case: str, tmp_path: Path
) -> None:
    letter, scan = tmp_path / "about Friday.eml", tmp_path / "scan.pdf"
    letter.write_bytes(an_email(("scan.pdf", a_pdf())))
    scan.write_bytes(a_pdf("what happened"))

    said = prompt(
        *("case", "act", case, "submit_representations", "--as", advocate_of(prompt, case)),
        *("text=I was frightened for the boy.", "--attach", str(letter), "--attach", str(scan)),
    )

    assert "(with 2 files)" in said
    listed = prompt.json("case", "attachments", case)
    assert isinstance(listed, list)
    assert [(one["name"], one["media_type"]) for one in listed] == [
        ("about Friday.eml", "message/rfc822"),
        ("scan.pdf", "application/pdf"),
    ]
    assert "about Friday.eml" in prompt("case", "attachments", case)
    out = tmp_path / "out.eml"
    file = listed[0]["id"]
    assert "as it was received" in prompt("case", "attachment", case, file, "--out", str(out))
    assert out.read_bytes() == letter.read_bytes()
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    refused = prompt("case", "attachment", case, file, "--out", str(out), code=2)
    assert "there already" in refused
    viewers = prompt.json("case", "viewers", case)
    assert "attachment" in str(viewers)


@pytest.mark.parametrize(
    ("name", "content", "code", "said"),
    [
        pytest.param("letter.pdf", PROGRAM, 1, "its content is a program", id="a program"),
        pytest.param("notes.txt", b"#!/bin/sh\n", 1, "a script", id="a script"),
        pytest.param("page.html", PAGE, 1, "Print it to PDF first", id="a page"),
        pytest.param("letter.pdf", a_docx(), 1, "is a Word document", id="not what it says"),
        pytest.param("a.zip", b"PK\x03\x04", 1, "file by file", id="an archive"),
        pytest.param("letter.pdf", b"", 1, "It is empty", id="empty"),
        pytest.param("turned\u202efdp.pdf", a_pdf(), 1, "turn it around", id="a trick"),
    ],
)
def test_a_file_that_is_not_taken_is_refused_in_a_sentence(
    prompt: Prompt, case: str, tmp_path: Path, name: str, content: bytes, code: int, said: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    before = prompt.json("case", "attachments", case)

    told = prompt(
        *("case", "act", case, "record_response", "--as", advocate_of(prompt, case)),
        *("text=Please see this.", "--attach", str(file)),
        code=code,
    )

    assert said in " ".join(told.split())
    assert prompt.json("case", "attachments", case) == before


def test_too_large_too_many_and_not_there(
    prompt: Prompt, case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = ("case", "act", case, "record_response", "--as", advocate_of(prompt, case), "text=See.")
    large, small = tmp_path / "large.pdf", tmp_path / "small.pdf"
    small.write_bytes(a_pdf())
    with large.open("wb") as file:
        os.truncate(file.fileno(), 50 * 1024**3)  # of nothing: it is not read

    told = prompt(*act, "--attach", str(large), code=1)
    assert "It is 51200 MB, and a file may be 10 MB at most" in " ".join(told.split())
    assert "There is no file" in prompt(*act, "--attach", str(tmp_path / "smal.pdf"), code=2)
    assert "There is no file" in prompt(*act, "--attach", str(tmp_path), code=2)
    monkeypatch.setenv("EVENHAND_ATTACHMENTS_PER_REPLY", "1")
    told = prompt(*act, "--attach", str(small), "--attach", str(small), code=1)
    assert "2 files are more than the 1" in told
    monkeypatch.setenv("EVENHAND_ATTACHMENTS_PER_REPLY", "none")
    assert "a whole number from 1 to 100" in prompt(*act, code=2)


def test_files_go_with_replies_alone_and_have_ids(
    prompt: Prompt, case: str, tmp_path: Path
) -> None:
    small = tmp_path / "small.pdf"
    small.write_bytes(a_pdf())

    told = prompt(
        *("case", "act", case, "add_note", "--as", "headteacher", "text=See."),
        *("--attach", str(small)),
        code=2,
    )
    assert "No file goes with add_note" in told
    told = prompt("case", "attachment", case, "file-none", "--out", str(tmp_path / "o"), code=2)
    assert "has no file “file-none”" in told
    assert not (tmp_path / "o").exists()
    nowhere = str(tmp_path / "nowhere" / "o")
    assert "make it first" in prompt("case", "attachment", case, "file-x", "--out", nowhere, code=2)


def test_a_meeting_that_was_asked_for_is_offered_first(prompt: Prompt) -> None:
    case = "EP-2026-0001"
    prompt(
        *("case", "act", case, "record_response", "--as", advocate_of(prompt, case)),
        *("kind=request_to_meet", "text=Can we talk?"),
    )

    told = prompt("case", "next", case, "--as", "headteacher")

    assert "A meeting was asked for" in told
    assert told.index("offer_resolution_meeting") < told.index("May be done now")
