"""Commands that need no service: codes, calendars, and what is asked wrongly."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from settings import HERE
from tests.support.up import Prompt

PACKS = sorted(str(path) for path in (HERE / "policies").glob("*.yaml"))
TERMS = str(HERE / "terms" / "sample.yaml")


@pytest.fixture(autouse=True)
def _folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENHAND_DATA_DIR", str(tmp_path / "var"))


def test_help_loads_nothing_that_it_does_not_need() -> None:
    script = (
        "import sys; from cli.main import run; run(['--help']); "
        "heavy = {'temporalio', 'sqlalchemy', 'pydantic', 'yaml', 'rich'} & set(sys.modules); "
        "sys.exit(f'loaded: {heavy}' if heavy else 0)"
    )
    told = subprocess.run([sys.executable, "-c", script], cwd=HERE, capture_output=True, text=True)

    assert (told.returncode, told.stderr) == (0, "")
    for command in ("up", "rehearse", "policy", "case", "calendar", "audit"):
        assert f"  {command} " in told.stdout


@pytest.mark.parametrize(
    "group", ["policy", "case", "letter", "calendar", "school", "person", "report", "audit"]
)
def test_a_bare_group_shows_its_help(prompt: Prompt, group: str) -> None:
    assert f"Usage: evenhand {group}" in prompt(group)


def test_a_mistyped_command_is_answered_with_the_near_one(prompt: Prompt) -> None:
    assert "Did you mean 'case'?" in prompt("cas", code=2)


def test_the_packs_are_listed(prompt: Prompt) -> None:
    listed = prompt.json("policy", "list")

    assert isinstance(listed, list)
    assert [one["policy"] for one in listed] == [Path(pack).stem for pack in PACKS]
    assert "Code of Conduct for Schools and Parents & Carers" in prompt("policy", "list")


def test_a_code_is_shown_in_words(prompt: Prompt) -> None:
    said = prompt("policy", "show", "parents-and-carers")

    assert "pc.remedy.site What the school will do" in said
    assert "Heard first, for 5 school days" in said
    assert prompt.json("policy", "show", PACKS[0])["policy"] == Path(PACKS[0]).stem  # type: ignore[index]


def test_an_unknown_code_is_answered_with_the_near_ones(prompt: Prompt) -> None:
    said = prompt("policy", "show", "eleanor-palmer", code=2)

    assert "There is no policy “eleanor-palmer”" in said
    assert "Did you mean eleanor-palmer-advocates" in said


def test_the_packs_are_sound(prompt: Prompt) -> None:
    assert prompt("policy", "check", *PACKS).startswith("Sound: ")
    assert prompt.json("policy", "check", *PACKS) == {"sound": True, "findings": []}


def test_two_versions_are_laid_side_by_side(prompt: Prompt, tmp_path: Path) -> None:
    newer = tmp_path / "newer.yaml"
    text = Path(PACKS[0]).read_text(encoding="utf-8")
    newer.write_text(text.replace('version: "1.0"', 'version: "1.1"'), encoding="utf-8")

    assert prompt("policy", "diff", PACKS[0], PACKS[0]) == "They say the same."
    said = prompt("policy", "diff", PACKS[0], str(newer))
    assert said == "The code Version: was “1.0”, is now “1.1”."
    told = prompt.json("policy", "diff", PACKS[0], str(newer))
    assert isinstance(told, dict)
    assert told["new"]["version"] == "1.1"
    (change,) = told["parts"][0]["changes"]
    assert change == {"kind": "changed", "about": "Version", "was": "1.0", "now": "1.1"}


def test_a_fault_in_a_pack_is_told_at_its_line(
    prompt: Prompt, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.yaml"
    text = Path(PACKS[0]).read_text().replace("    roles: [headteacher]", "    roles: [headteachr]")
    broken.write_text(text)
    line = 1 + text[: text.index("headteachr")].count("\n")

    told = prompt.json("policy", "check", str(broken), code=1)

    assert isinstance(told, dict)
    first = told["findings"][0]
    assert (told["sound"], first["file"], first["line"]) == (False, str(broken), line)
    assert "headteacher" in first["message"]
    # A command that needs the pack can't go on with it.
    assert f"{broken}:{line}: " in prompt("rehearse", str(broken), code=2)


def test_a_missing_file_is_answered_with_the_near_one(prompt: Prompt) -> None:
    said = prompt("policy", "check", PACKS[0].replace("advocates", "advocate"), code=2)

    assert f"Did you mean {PACKS[0]}" in said


def test_files_that_are_nothing_like_it_are_not_offered(prompt: Prompt, tmp_path: Path) -> None:
    (tmp_path / "shopping.txt").write_text("Milk.")
    missing = str(tmp_path / "fleet.yaml")

    for command in ("policy", "calendar"):
        said = prompt(command, "check", missing, code=2)
        assert said == f"Not possible like this: There is no file {missing}."


def test_without_files_all_that_there_are_are_checked(prompt: Prompt) -> None:
    assert prompt("policy", "check") == prompt("policy", "check", *PACKS)
    assert prompt("calendar", "check") == prompt("calendar", "check", TERMS)


def test_a_ladder_is_drawn(prompt: Prompt, tmp_path: Path) -> None:
    picture = tmp_path / "ladder.svg"
    prompt("policy", "graph", "parents-and-carers", "--out", str(picture))

    assert ElementTree.parse(picture).getroot().tag.endswith("svg")
    drawn = prompt("policy", "graph", "parents-and-carers", "--format", "mermaid")
    assert drawn.startswith("flowchart BT")
    told = prompt.json("policy", "graph", "parents-and-carers", "--format", "mermaid")
    assert isinstance(told, dict)
    assert (told["track"], " ".join(told["drawing"].split())) == ("parent_conduct", drawn)


def test_a_ladder_that_the_code_does_not_have_can_not_be_drawn(prompt: Prompt) -> None:
    said = prompt("policy", "graph", "parents-and-carers", "--track", "service_concern", code=2)

    assert "has no ladder service_concern; it has: parent_conduct, school_concern." in said


def test_a_calendar_is_shown_with_its_school_days(prompt: Prompt) -> None:
    said = prompt("calendar", "show", TERMS, "--year", "2026")

    assert "190 school days" in said
    assert "Autumn half-term 2026 Mon 26 Oct 2026 Fri 30 Oct 2026 half term" in said
    assert "Good Friday Fri 26 Mar 2027" in said
    assert "2028" not in said


def test_a_due_date_is_counted_across_half_term(prompt: Prompt) -> None:
    # Thursday 22 and Friday 23 October; half-term; an INSET day on Monday 2 November; then 3, 4, 5.
    counting = ("calendar", "show", TERMS, "--count-from", "2026-10-21", "--span", "5 school days")

    assert prompt(*counting) == (
        "5 school days from Wednesday 21 October 2026: due on Thursday 5 November 2026."
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(
            ("--count-from", "2028-07-20", "--span", "5 school days"),
            "which covers 2026-09-02 to 2028-07-21",
            id="none that covers the due date",
        ),
        pytest.param(("--count-from", "2026-10-21"), "go together", id="half a question"),
        pytest.param(
            ("--count-from", "2026-10-21", "--span", "5 days"), "school days", id="no clock"
        ),
        pytest.param(("--year", "2031"), "choose a year in it", id="a year without dates"),
    ],
)
def test_a_calendar_says_why_it_can_not_answer(
    prompt: Prompt, words: tuple[str, ...], told: str
) -> None:
    assert told in prompt("calendar", "show", TERMS, *words, code=2)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        pytest.param("start: 2026-12-10, end: 2027-03-25", "2026-12-10", id="overlapping"),
        pytest.param("start: 2027-04-04, end: 2027-03-25", "2027-04-04", id="reversed"),
    ],
)
def test_terms_that_can_not_be_are_refused_with_the_dates(
    prompt: Prompt, tmp_path: Path, changed: str, told: str
) -> None:
    terms = tmp_path / "terms.yaml"
    terms.write_text(
        Path(TERMS).read_text().replace("start: 2027-01-04, end: 2027-03-25", changed, 1)
    )

    found = prompt.json("calendar", "check", str(terms), code=1)

    assert isinstance(found, dict)
    assert any(told in one["message"] and one["line"] > 1 for one in found["findings"])


def test_without_a_record_it_says_how_to_get_one(prompt: Prompt) -> None:
    said = prompt("case", "list", code=3)

    assert said.startswith("Not reachable: ")
    assert "evenhand up" in said


def test_a_mistyped_setting_is_refused(prompt: Prompt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENHAND_DATA_DIRR", "elsewhere")

    said = prompt("case", "list", code=2)

    assert "EVENHAND_DATA_DIRR is not a setting; did you mean EVENHAND_DATA_DIR?" in said


def test_a_rehearsal_prints_one_document_and_nothing_else() -> None:
    # In a process of its own: the SDK writes past Python's standard output.
    words = [sys.executable, "-m", "cli.main", "rehearse", PACKS[1], "--json"]
    told = subprocess.run(words, cwd=HERE, capture_output=True, text=True)

    assert (told.returncode, told.stderr) == (0, "")
    result = json.loads(told.stdout)
    assert set(result) == {
        *("policy", "version", "events", "stages_reached", "refusals", "verified")
    }
    assert result["verified"] is True


def test_a_story_that_goes_otherwise_is_told_to_people_and_to_programs(
    prompt: Prompt, tmp_path: Path
) -> None:
    pack = HERE / "policies" / "fleet-families-and-advocates.yaml"
    # So late in the last year of the calendar that a deadline soon falls beyond it.
    words = ("rehearse", str(pack), "--start", "2028-06-01")

    said = prompt(*words, code=1)
    told = prompt.json(*words, code=1)

    assert said.startswith("Not as the story expects. ")
    assert isinstance(told, dict)
    assert f"Not as the story expects. {told['unmet']}" == said
    assert "fleet-families-and-advocates.yaml:43: step 11: offer_resolution_meeting" in said
    assert told["verified"] is True
    assert told["stages_reached"]["advocate_conduct"][-1] == "formal_reminder"
    assert told["events"][-1]["words"].startswith("Done, late")


def test_time_that_leaves_the_calendar_is_told_with_its_step(
    prompt: Prompt, tmp_path: Path
) -> None:
    story = tmp_path / "story.yaml"
    story.write_text(
        "policy: parents-and-carers\ntitle: Late\nstart: 2028-06-01\n"
        "people:\n  - {name: Asha, roles: [staff]}\nsteps:\n  - after: 90 school days\n"
    )
    pack = str(HERE / "policies" / "parents-and-carers.yaml")

    told = prompt.json("rehearse", pack, "--story", str(story), code=1)

    assert isinstance(told, dict)
    assert "story.yaml:7: step 1: Counting 90 school days" in told["unmet"]
    assert told["events"] == []
