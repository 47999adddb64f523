"""A school's list of people at a prompt; none of it needs the service."""

import asyncio
import base64
from pathlib import Path

import pytest

from cli.main import run
from cli.outcome import Exit
from tests.support.school import a_school
from tests.support.up import Prompt


@pytest.fixture(autouse=True)
def _school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENHAND_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("EVENHAND_MASTER_KEY", base64.b64encode(b"m" * 32).decode())

    async def prepare() -> None:
        async with a_school(f"sqlite+aiosqlite:///{tmp_path / 'evenhand.db'}"):
            pass

    asyncio.run(prepare())


def test_a_list_is_tried_then_brought_in_then_found_there(
    prompt: Prompt, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "contacts.csv"
    file.write_bytes("Name;E-mail;Roles\nZoë Bell;zoe@home.example;parnt\n".encode("cp1252"))

    assert run(("person", "import", str(file), "--dry-run")) == Exit.REFUSED
    said = " ".join(capsys.readouterr().out.split())
    assert "Did you mean parent" in said
    assert "Read as Windows-1252 with semicolons." in said
    assert "Nobody was added: 1 line is refused" in prompt("person", "import", str(file), code=1)

    file.write_text("Name;E-mail;Roles\nZoë Bell;zoe@home.example;parent\n", encoding="utf-8")
    assert "nobody was added" in prompt("person", "import", str(file), "--dry-run")
    told = prompt.json("person", "import", str(file))
    assert isinstance(told, dict)
    assert len(told["added"]) == 1
    assert "everybody in the file is there already" in prompt("person", "import", str(file))
    assert "save it as “CSV UTF-8”" in _refused(prompt, tmp_path, b"PK\x03\x04")


def _refused(prompt: Prompt, folder: Path, content: bytes) -> str:
    (folder / "wrong.csv").write_bytes(content)
    return prompt("person", "import", str(folder / "wrong.csv"), code=2)


def test_names_and_roles_are_put_right(prompt: Prompt) -> None:
    assert "Put right: name." in prompt(
        "person", "correct", "Hana Novak", "--name", "Hana Nováková"
    )
    assert "It was so already." in prompt("person", "correct", "Hana N", "--name", "Hana Nováková")
    said = prompt("person", "roles", "Cara Lindqvist", "--role", "staff")
    assert "Nobody holds any more: headteacher." in said
    last = prompt("person", "roles", "Gil Navarro", "--role", "staff", code=1)
    assert "keeps one administrator at least" in last
    assert "Hana Nováková,hana@rowan-hill.example,parent" in prompt("person", "list", "--csv")
