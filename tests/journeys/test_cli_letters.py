"""Letters at the command line: drafted, edited, sent, printed, and coming back."""

from email import message_from_bytes, policy
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.support.govuk_notify_mock import KEY, TEMPLATE, mocked_notify
from tests.support.up import Prompt, Up
from tests.workflows.test_letters import a_report

WHY = ("reason=You wrote to staff at midnight.", "clauses=pc.parents.working-hours")


@pytest.fixture(autouse=True)
def _running(service: Up) -> None:
    """Every test here talks to the service."""


@pytest.fixture
def reference(prompt: Prompt) -> str:
    said = prompt(
        *("case", "open", "--policy", "parents-and-carers", "--track", "parent_conduct"),
        *("--as", "Asha Karim", "respondent=Tomasz Wierzbicki", "severity=minor"),
        *("narrative=Four e-mails after midnight.", "clauses=pc.parents.working-hours"),
    )
    return said.split()[0]


def test_a_letter_is_drafted_edited_and_sent(
    prompt: Prompt, reference: str, tmp_path: Path, service: Up
) -> None:
    folder = tmp_path / "drafts"
    remind = (reference, "remind_informally", "--as", "headteacher", *WHY)
    said = prompt("case", "draft", *remind, "--out", str(folder))
    (file,) = folder.iterdir()
    assert str(file) in said
    assert file.stat().st_mode & 0o077 == 0
    file.write_text(file.read_text().replace("midnight", "two in the morning"))
    # What somebody edited is not written over.
    assert "there already" in prompt("case", "draft", *remind, "--out", str(folder), code=2)

    said = prompt("case", "act", *remind, "--letters", str(folder))

    assert "was written (informal reminder)" in said
    texts = prompt("case", "timeline", reference, "--texts")
    assert "two in the morning" in texts
    letter = prompt.json("case", "show", reference)["letters"][0]["id"]  # type: ignore[index]
    pdf = tmp_path / "letter.pdf"
    prompt("letter", "print", reference, letter, "--out", str(pdf))
    printed = " ".join("".join(page.extract_text() for page in PdfReader(pdf).pages).split())
    assert "two in the morning" in printed
    assert "1 School Lane, Sampletown" in printed  # the sample school's made-up letterhead
    again = prompt("letter", "print", reference, letter, "--out", str(pdf), code=2)
    assert "there already" in again


def test_the_code_is_printed_with_the_letter_that_gives_it(prompt: Prompt, tmp_path: Path) -> None:
    said = prompt(
        *("case", "open", "--policy", "eleanor-palmer-advocates", "--track", "advocate_conduct"),
        *("--as", "Asha Karim", "respondent=Joan Pritchard", "family=Tomasz Wierzbicki"),
        *("severity=minor", "narrative=Spoke over the class teacher."),
    )
    reference = said.split()[0]
    prompt("case", "act", reference, "share_code", "with_role=parent", "--as", "headteacher")
    letter = prompt.json("case", "show", reference)["letters"][0]["id"]  # type: ignore[index]
    pdf = tmp_path / "letter.pdf"

    said = prompt("letter", "print", reference, letter, "--out", str(pdf))

    assert "put both into one envelope" in said
    code = " ".join(
        "".join(p.extract_text() for p in PdfReader(tmp_path / "letter-code.pdf").pages).split()
    )
    assert "What we ask of advocates" in code
    assert "Rowan Hill Primary School" in code


def test_nobody_is_written_to_if_nobody_is_to_be(prompt: Prompt, reference: str) -> None:
    prompt(
        *("case", "act", reference, "remind_informally", "--as", "headteacher", *WHY),
        "--no-letters",
    )

    assert prompt.json("case", "show", reference)["letters"] == []  # type: ignore[index]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        pytest.param(
            lambda text: text.replace("{#right_to_complain}", "{#right_to_complian}"),
            "right_to_complian",
            id="an unknown part",
        ),
        pytest.param(
            lambda text: text.split("## If you are not content")[0],
            "right to complain",
            id="a part cut out",
        ),
    ],
)
def test_a_letter_that_lost_something_is_refused(
    prompt: Prompt,
    reference: str,
    tmp_path: Path,
    spoil: object,
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "drafts"
    remind = (reference, "remind_informally", "--as", "headteacher", *WHY)
    prompt("case", "draft", *remind, "--out", str(folder))
    (file,) = folder.iterdir()
    file.write_text(spoil(file.read_text()))  # type: ignore[operator]
    code = 1 if told == "right to complain" else 2

    said = prompt("case", "act", *remind, "--letters", str(folder), code=code)

    assert told in said
    assert prompt.json("case", "show", reference)["stage"] == "raised"  # type: ignore[index]


def test_a_report_about_a_letter_reaches_its_case(
    prompt: Prompt, reference: str, tmp_path: Path
) -> None:
    message = message_from_bytes(
        f"Message-ID: <{reference}.l99@nowhere.evenhand>\r\nSubject: x\r\n\r\n".lower().encode(),
        policy=policy.default,
    )
    report = tmp_path / "report.eml"
    report.write_bytes(a_report(message))

    assert "No letter of this school" in prompt("letter", "returned", str(report), code=2)

    report.write_text("Subject: Hello\r\n\r\nI am away until Monday.\r\n")
    assert "Nothing was recorded" in prompt("letter", "returned", str(report), code=2)


def test_a_folder_that_is_not_there_is_named(prompt: Prompt, reference: str) -> None:
    remind = (reference, "remind_informally", "--as", "headteacher", *WHY)
    said = prompt("case", "act", *remind, "--letters", "no-such-folder", code=2)

    assert "no-such-folder: there is no such folder." in said


def test_govuk_notify_is_asked_which_letters_did_not_arrive(
    prompt: Prompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "EVENHAND_NOTIFY_KEY is not set" in prompt("letter", "ask-notify", code=2)
    with mocked_notify() as notify:
        monkeypatch.setenv("EVENHAND_NOTIFY_KEY", KEY)
        monkeypatch.setenv("EVENHAND_NOTIFY_TEMPLATE", TEMPLATE)
        monkeypatch.setenv("EVENHAND_NOTIFY_URL", notify.url)
        assert "knows of no letter" in prompt("letter", "ask-notify")
        notify.took("a-message-of-another-system")
        notify.failed("a-message-of-another-system", "permanent-failure")
        assert prompt.json("letter", "ask-notify") == []
        notify.status = 403
        assert "refuses EVENHAND_NOTIFY_KEY" in prompt("letter", "ask-notify", code=2)
        notify.status = 503
        assert "GOV.UK Notify" in prompt("letter", "ask-notify", code=3)
