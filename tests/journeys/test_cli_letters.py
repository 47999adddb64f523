"""Letters at the prompt: listed, looked at, and a school's own checked."""

from pathlib import Path

import pytest

from cli.main import run
from domain.letter_editing import from_editable
from settings import HERE
from tests.support.up import Prompt


@pytest.fixture(autouse=True)
def _folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENHAND_DATA_DIR", str(tmp_path / "var"))


def test_the_kinds_of_letter_are_listed(prompt: Prompt) -> None:
    assert "signpost (to the family; with: signpost)" in prompt("letter", "list")
    listed = prompt.json("letter", "list")
    folders = {path.parent.name for path in (HERE / "letters").glob("*/words.md")}
    assert isinstance(listed, list)
    assert {one["id"] for one in listed} == folders


def test_a_specimen_is_shown_in_words_and_written_in_each_form(
    prompt: Prompt, tmp_path: Path
) -> None:
    asked = ("letter", "show", "restriction", "--policy", "parents-and-carers")

    assert "Dear Ms Novak, Our decision about a limit" in prompt(*asked)
    assert "We did not hear from you" in prompt(*asked, "--variant", "not heard")
    told = prompt.json(*asked)
    assert isinstance(told, dict)
    assert told["letter"]["kind"] == "restriction"
    for form, begin in ((".pdf", b"%PDF"), (".html", b"<!DOCTYPE"), (".txt", b"Hana Novak")):
        out = tmp_path / f"letter{form}"
        assert str(out) in prompt(*asked, "--out", str(out)).replace("\n", "")
        assert out.read_bytes().startswith(begin)
    edit = tmp_path / "letter.md"
    prompt(*asked, "--out", str(edit))
    assert from_editable(edit.read_text(encoding="utf-8")).subject == "Our decision about a limit"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("show", "warnung"), "Did you mean warning"),
        (("show", "warning", "--out", "letter.doc"), "must end in one of: .pdf"),
        (("show", "warning", "--variant", "gentle"), "No variant of “warning” is called “gentle”"),
        (
            ("show", "sign-request", "--policy", "fleet-families-and-advocates"),
            "does not occur under fleet-families-and-advocates",
        ),
        (("check", "nowhere"), "There is no folder nowhere."),
    ],
)
def test_what_is_asked_wrongly_is_told(prompt: Prompt, asked: tuple[str, ...], said: str) -> None:
    assert said in prompt("letter", *asked, code=2).replace("\n", " ")


def test_a_schools_own_folder_is_checked_and_used(
    prompt: Prompt,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "letters"
    (folder / "common").mkdir(parents=True)
    (folder / "school.yaml").write_text("name: Our School\ntelephone: 020 7946 0001\n")
    why = folder / "common" / "why.md"
    why.write_text("## Why {#reason}\n\n{{ raison }}\n")

    told = prompt.json("letter", "check", str(folder), code=1)
    assert isinstance(told, dict)
    assert not told["sound"]
    first = told["findings"][0]
    assert (first["file"], first["line"], first["field"]) == (str(why), 3, "raison")
    assert "Did you mean reason" in first["message"]
    assert run(["letter", "check", str(folder)]) == 1
    assert f"{why}:3: raison: There is no field “raison”." in capsys.readouterr().out

    why.write_text("## Why {#reason}\n\n{{ reason }}\n")
    assert "Not said in school.yaml: sendiass" in prompt("letter", "check", str(folder))
    monkeypatch.setenv("EVENHAND_LETTERS_DIR", str(folder))
    assert "Sound" in prompt("letter", "check")
    assert prompt("letter", "show", "warning").endswith("Our School")
