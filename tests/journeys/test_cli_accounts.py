"""Accounts at a prompt; none of it needs the service."""

import asyncio
import base64
from pathlib import Path

import pytest

from tests.support.school import a_school
from tests.support.up import Prompt


@pytest.fixture(autouse=True)
def _school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENHAND_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("EVENHAND_MASTER_KEY", base64.b64encode(b"m" * 32).decode())
    monkeypatch.setenv("EVENHAND_SMTP_PORT", "9")  # nobody is there

    async def prepare() -> None:
        async with a_school(f"sqlite+aiosqlite:///{tmp_path / 'evenhand.db'}"):
            pass

    asyncio.run(prepare())


def test_a_link_is_printed_and_the_account_shows_in_the_list(prompt: Prompt) -> None:
    assert "There is no account yet" in prompt("account", "list")

    said = prompt("account", "invite", "Cara Lindqvist", "--print")

    assert "For Cara Lindqvist, once: http://127.0.0.1:8080/invitation/" in said
    assert "Cara Lindqvist invited to be set up never" in prompt("account", "list")
    lines = prompt.json("account", "list")
    assert isinstance(lines, list)
    assert [(one["state"], one["needs_second_factor"]) for one in lines] == [("invited", True)]


def test_what_is_refused_says_what_to_do(prompt: Prompt) -> None:
    assert "need no account" in prompt("account", "invite", "Hana Novak", code=1)
    assert "can't be reached" in prompt("account", "invite", "Cara Lindqvist", code=3)
    assert "has no account yet" in prompt("account", "lock", "Asha Karim", code=2)
    assert "There is no case" in prompt("account", "link", "EP-2026-0042", "Hana Novak", code=2)


def test_an_account_is_locked_and_opened(prompt: Prompt) -> None:
    prompt("account", "invite", "Cara Lindqvist", "--print")

    assert "is locked" in prompt("account", "lock", "Cara Lindqvist")
    assert "locked" in prompt("account", "list")
    assert "can sign in again" in prompt("account", "unlock", "Cara Lindqvist")
