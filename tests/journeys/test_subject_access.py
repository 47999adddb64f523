"""Asking for what is held, and being given it, at the command line."""

import json
from pathlib import Path

import pytest

from tests.support.up import Prompt, Up


@pytest.fixture(autouse=True)
def _running(service: Up) -> None:
    """Every test here talks to the service."""


def test_a_request_is_written_down_and_answered(prompt: Prompt, tmp_path: Path) -> None:
    assert "Nobody has asked." in prompt("person", "access-requests")
    said = prompt(
        *("person", "request-access", "Tomasz Wierzbicki", "--as", "clerk"),
        *("--received", "2026-09-30"),
    )
    assert "Asked for on Wednesday 30 September 2026" in said
    assert "to be answered by Friday 30 October 2026" in said
    assert "Tomasz Wierzbicki" in prompt("person", "access-requests", "--waiting")

    officer = ("--as", "data protection officer")
    checked = prompt.json("person", "export", "Tomasz", "--check", *officer)
    assert isinstance(checked, dict)
    assert checked["cases"]
    said = prompt("person", "export", "Tomasz", "--out", str(tmp_path / "copy"), *officer)

    assert "Somebody must read it before it goes out" in said
    assert "It answers the request of Wednesday 30 September 2026" in said
    told = json.loads((tmp_path / "copy" / "what-is-held-about-you.json").read_text())
    assert told["name"] == "Tomasz Wierzbicki"
    assert "Nobody is waiting." in prompt("person", "access-requests", "--waiting")
    requests = prompt.json("person", "access-requests")
    assert isinstance(requests, list)
    assert [bool(one["given_at"]) for one in requests] == [True]
    verified = prompt.json("audit", "verify")
    assert isinstance(verified, dict)
    assert verified["verified"] is True


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(("Tomasz",), 2, "Say where it goes with --out", id="nowhere"),
        pytest.param(("Tomasz", "--out", "x", "--format", "pfd"), 2, "mean pdf", id="format"),
        pytest.param(("Hana Nowak", "--check"), 2, "Did you mean Hana Novak", id="near name"),
        pytest.param(
            ("Hana Novak", "--check", "--role", "clerk"), 2, "They hold", id="another role"
        ),
        pytest.param(
            ("Tomasz", "--out", "x.zip", "--include", "PC-2026-0001"), 2, "--reason", id="no reason"
        ),
    ],
)
def test_bad_usage_is_answered_in_words(
    prompt: Prompt, words: tuple[str, ...], code: int, said: str
) -> None:
    assert said in prompt("person", "export", *words, "--as", "Mei-Ling Zhou", code=code)


def test_who_may_not_is_refused(prompt: Prompt) -> None:
    said = prompt("person", "export", "Tomasz", "--check", "--as", "governor", code=1)

    assert "Who may: data protection officer, administrator, headteacher." in said
