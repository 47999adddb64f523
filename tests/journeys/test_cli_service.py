"""Commands against a service that runs: each way to be refused, and what a day brings."""

import os
import signal
from pathlib import Path

import pytest

from cli.main import run
from domain.vocabulary import Stage
from settings import HERE
from storage.policy_files import load_policies
from tests.support.up import Prompt, Up


@pytest.fixture(autouse=True)
def _running(service: Up) -> None:
    """Every test here talks to the service."""


def references(prompt: Prompt) -> dict[str, dict[str, object]]:
    """Each sample case by its prefix."""
    listed = prompt.json("case", "list")
    assert isinstance(listed, list)
    return {str(one["reference"]).partition("-")[0]: one for one in listed}


def test_the_sample_school_has_cases_under_each_code_and_at_every_stage(prompt: Prompt) -> None:
    assert set(references(prompt)) == {"EP", "TC", "FL", "PC", "PP"}
    listed = prompt.json("case", "list")
    assert isinstance(listed, list)
    codes = load_policies(HERE / "policies")
    stages = {
        step.id for code in codes for ladder in code.by_track.values() for step in ladder.steps
    }
    assert {one["stage"] for one in listed} == stages | {Stage.RAISED, Stage.CLOSED}
    verified = prompt.json("audit", "verify")
    assert isinstance(verified, dict)
    assert verified["verified"] is True
    assert verified["cases"] == len(listed)


def test_a_step_is_taken_and_stands_on_the_timeline(prompt: Prompt) -> None:
    said = prompt(
        *("case", "open", "--policy", "parents-and-carers", "--track", "parent_conduct"),
        *("--as", "Asha Karim", "respondent=Tomasz Wierzbicki", "severity=minor"),
        *("narrative=Four e-mails after midnight.", "clauses=pc.parents.working-hours"),
    )
    reference = said.split()[0]
    taken = prompt(
        *("case", "act", reference, "remind_informally", "--as", "headteacher"),
        *("reason=A friendly word first.", "clauses=pc.parents.working-hours"),
    )

    assert "stands at" in taken
    told = prompt("case", "timeline", reference, "--texts")
    assert "Four e-mails after midnight." in told
    assert "A friendly word first." in told
    events = prompt.json("case", "timeline", reference, "--texts")
    assert isinstance(events, list)
    assert {"reason": "A friendly word first."} in [event["texts"] for event in events]
    assert "A friendly word first." not in str(prompt.json("case", "timeline", reference))
    assert prompt.json("case", "show", reference)["stage"] == "informal_reminder"  # type: ignore[index]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(
            ("remind_informally", "--as", "headteacher", "reason=Because.", "clauses=ep.nowhere"),
            1,
            "There is no clause “ep.nowhere”. Did you mean",
            id="unknown clause",
        ),
        pytest.param(
            ("warn", "--as", "Asha Karim", "reason=Because.", "clauses=ep.expect.speech"),
            1,
            "Who may: headteacher.",
            id="not their role",
        ),
        pytest.param(
            ("remind_formally", "--as", "headteacher", "clauses=ep.expect.speech"),
            1,
            "gives a reason",
            id="no reason",
        ),
        pytest.param(
            ("wran", "--as", "headteacher"),
            2,
            "There is no action “wran”. Did you mean warn?",
            id="unknown action",
        ),
        pytest.param(
            ("warn", "--as", "headteacher", "reson=Because."),
            2,
            "Did you mean reason?",
            id="unknown field",
        ),
        pytest.param(
            ("add_incident", "--as", "headteacher", "occurred_on=yesterday", "severity=minor"),
            2,
            "is not a date",
            id="not a date",
        ),
        pytest.param(
            ("warn", "--as", "Cara Lindquist", "reason=Because."),
            2,
            "There is no person “Cara Lindquist”",
            id="unknown person",
        ),
    ],
)
def test_bad_input_is_refused_in_words(
    prompt: Prompt, words: tuple[str, ...], code: int, said: str
) -> None:
    reference = str(references(prompt)["EP"]["reference"])
    before = prompt.json("case", "show", reference)

    assert said in prompt("case", "act", reference, *words, code=code)
    assert prompt.json("case", "show", reference) == before


def test_a_case_that_does_not_exist_is_answered_with_near_ones(prompt: Prompt) -> None:
    reference = str(references(prompt)["EP"]["reference"])
    said = prompt("case", "show", reference[:-1] + "9", code=2)

    assert "Did you mean" in said
    assert reference in said


def test_nobody_confirms_before_the_respondent_was_heard(prompt: Prompt) -> None:
    reference = str(references(prompt)["TC"]["reference"])
    case = prompt.json("case", "show", reference)
    assert isinstance(case, dict)
    said = prompt(
        *("case", "act", reference, "confirm_restriction", "--as", "chair of governors"),
        *(f"restriction={case['restrictions'][0]['id']}", "reason=It is needed."),
        "clauses=tc.remedy.restriction",
        code=1,
    )

    assert "to be heard" in said
    assert "The window closes on" in said


def test_the_answer_to_verifying_is_all_that_it_prints(
    service: Up, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["audit", "verify"]) == 0

    said, complaints = capsys.readouterr()
    assert said.startswith("The record is whole: ")
    assert max(len(line) for line in said.splitlines()) <= 100
    assert complaints == ""


def test_somebody_who_looked_too_early_is_told_what_changed(prompt: Prompt) -> None:
    reference = str(references(prompt)["FL"]["reference"])
    case = prompt.json("case", "show", reference)
    assert isinstance(case, dict)
    prompt("case", "act", reference, "add_note", "--as", "headteacher", "text=I rang them.")
    said = prompt(
        *("case", "act", reference, "add_note", "--as", "chair of governors", "text=And I."),
        *("--seen", str(case["sequence"])),
        code=1,
    )

    assert "case changed" in said
    assert "A note was added" in said


def test_what_may_be_done_next_says_why_not_the_rest(prompt: Prompt) -> None:
    reference = str(references(prompt)["EP"]["reference"])
    choices = prompt.json("case", "next", reference, "--as", "governor")
    assert isinstance(choices, list)
    refused = [one for one in choices if not one["allowed"]]

    assert refused
    assert all(one["why_not"] and one["rule"] for one in refused)


def test_a_killed_part_comes_back_and_the_next_action_counts_once(
    prompt: Prompt, service: Up
) -> None:
    reference = str(references(prompt)["PP"]["reference"])
    for pid in service.children().values():
        os.kill(pid, signal.SIGKILL)

    prompt("case", "act", reference, "add_note", "--as", "line manager", "text=Rang back.")

    told = prompt.json("case", "timeline", reference)
    assert isinstance(told, list)
    assert sum(one["fact"]["type"] == "note:added" for one in told) == 1


def test_a_service_that_is_away_is_named(prompt: Prompt, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = str(references(prompt)["EP"]["reference"])
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    said = prompt(
        "case", "act", reference, "add_note", "--as", "headteacher", "text=Anybody?", code=3
    )
    assert "Temporal at 127.0.0.1:1 can't be reached" in said
    assert "evenhand up" in said

    monkeypatch.setenv("EVENHAND_DATABASE_URL", "postgresql://evenhand:hush@127.0.0.1:1/evenhand")
    said = prompt("case", "list", code=3)
    assert "hush" not in said


@pytest.mark.parametrize("ending", ["html", "pdf", "csv", "json"])
def test_the_termly_report_is_one_file_that_names_nobody(
    prompt: Prompt, tmp_path: Path, ending: str
) -> None:
    file = tmp_path / f"report.{ending}"

    assert f"written to {file}" in prompt("report", "termly", "--out", str(file))

    written = file.read_bytes()
    assert written.startswith({"html": b"<!DOCTYPE", "pdf": b"%PDF"}.get(ending, written[:1]))
    for known in ("Asha", "Karim", "Wierzbicki", "EP-20", "PC-20"):
        assert known.encode() not in written


def test_the_report_goes_into_a_folder_under_a_name_of_its_own(
    prompt: Prompt, tmp_path: Path
) -> None:
    told = prompt.json("report", "termly", "--out", str(tmp_path / "reports"), "--format", "csv")

    assert isinstance(told, dict)
    assert [str(one) for one in (tmp_path / "reports").iterdir()] == [told["file"]]
    assert told["format"] == "csv"
    assert told["empty"] is False


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("--term", "autum 2026"), "has no term “autum 2026”", id="no such term"),
        pytest.param(("--from", "2026-09-02"), "--from and --to belong together", id="half"),
        pytest.param(
            ("--term", "autumn", "--from", "2026-09-02", "--to", "2026-09-03"),
            "but not both",
            id="both",
        ),
        pytest.param(
            ("--from", "1999-09-02", "--to", "1999-09-03"), "calendar covers", id="not covered"
        ),
        pytest.param(("--out", "report.docx"), "ends with none of", id="unknown ending"),
    ],
)
def test_a_report_that_can_not_be_made(
    prompt: Prompt, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    told = prompt("report", "termly", "--out", str(tmp_path / "report.html"), *words, code=2)

    assert said in " ".join(told.split())
    assert not list(tmp_path.iterdir())


def test_feedback_is_counted_and_passed_on(prompt: Prompt, tmp_path: Path) -> None:
    table = tmp_path / "feedback.csv"
    prompt("report", "feedback", "--out", str(table))
    told = table.read_text()
    assert told.startswith("Theme,Concerns")
    assert "All concerns,[c]" in told  # one concern: small numbers are withheld
    page = tmp_path / "feedback.html"
    prompt("report", "feedback", "--out", str(page))
    assert "<h1>What parents told us" in page.read_text()

    sent = ("report", "feedback", "--out", str(table), "--send")
    assert "Say who passes it on" in prompt(*sent, code=2)
    assert "local authority" in prompt(*sent, "--as", "line manager")
    odd = prompt("report", "feedback", "--out", str(tmp_path / "feedback.doc"), code=2)
    assert "ends with none of" in odd
