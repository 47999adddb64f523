"""A pack that can't be used says so: the file, the line, the field and a sentence, all at once."""

from pathlib import Path

import pytest

from domain.letters import Addressee, Part
from domain.vocabulary import ActionName, Role, Stage, Track
from storage.letter_files import load_letters
from storage.policy_files import Finding, PolicyFileError, load_policies, load_policy
from storage.policy_yaml import LARGEST_FILE

ROOT = Path(__file__).parents[2]
PACK = ROOT / "policies" / "eleanor-palmer-advocates.yaml"
GOOD = PACK.read_text(encoding="utf-8")
EVERY_LADDER = "ladders.advocate_conduct"
LIMIT = f"{EVERY_LADDER}.steps.engagement_restriction"


def findings_of(folder: Path, text: str | bytes) -> list[Finding]:
    """What the loader says of a pack that holds `text`."""
    path = folder / "pack.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(PolicyFileError) as caught:
        load_policy(path)
    assert all(finding.file == path for finding in caught.value.findings)
    return list(caught.value.findings)


def changed(old: str, new: str) -> tuple[str, int]:
    """The good pack with the first `old` made `new`, and the line on which it stands."""
    assert old in GOOD
    return GOOD.replace(old, new, 1), GOOD[: GOOD.index(old)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "field", "message"),
    [
        pytest.param(
            "owner: headteacher\n          overdue:\n            - {after: 5 school days",
            "owner: heedteacher\n          overdue:\n            - {after: 5 school days",
            f"{EVERY_LADDER}.steps.warning.follow_up.owner",
            "Unknown role “heedteacher”; did you mean headteacher?",
            id="unknown role",
        ),
        pytest.param(
            "  clerk: The clerk to the governors",
            "  clark: The clerk to the governors",
            "roles.clark",
            "Unknown role “clark”; did you mean clerk?",
            id="unknown role among the roles",
        ),
        pytest.param(
            "follows: [formal_reminder]",
            "follows: [warning]",
            f"{EVERY_LADDER}.steps.warning",
            "No way leads here from “raised” one rung at a time: see what it follows, and what "
            "those follow.",
            id="unreachable step",
        ),
        pytest.param(
            "          representations: 5 school days # the time in which the advocate is heard\n",
            "",
            f"{LIMIT}.restriction.representations",
            "representations is missing: say how long the respondent has to be heard, such as "
            "“5 school days”.",
            id="missing window",
        ),
        pytest.param(
            "effective_from: 2026-09-01",
            "effective_from: 2026-02-30",
            "effective_from",
            "“2026-02-30” is not a date: write year, month and day, such as 2026-09-01.",
            id="a day that does not exist",
        ),
        pytest.param(
            "effective_from: 2026-09-01",
            "effective_from: 1 September 2026",
            "effective_from",
            "“1 September 2026” is not a date: write year, month and day, such as 2026-09-01.",
            id="a date in words",
        ),
        pytest.param(
            "effective_from: 2026-09-01",
            "effective_from: 2026",
            "effective_from",
            "“2026” is not a date: write year, month and day, such as 2026-09-01.",
            id="half a date",
        ),
        pytest.param(
            "  - id: ep.about.rights\n    text:",
            "  - id: ep.about.rights\n    words:",
            "clauses.ep.about.rights.words",
            "Unknown field “words”; known here: id, binds, text, place.",
            id="unknown field",
        ),
        pytest.param(
            "        quiet_period: 6 calendar weeks",
            "        quite_period: 6 calendar weeks",
            f"{EVERY_LADDER}.steps.informal_reminder.quite_period",
            "Unknown field “quite_period”; did you mean quiet_period?",
            id="misspelt field",
        ),
        pytest.param(
            "quiet_period: 6 calendar weeks",
            "quiet_period: six weeks",
            f"{EVERY_LADDER}.steps.informal_reminder.quiet_period",
            "'six weeks' is not a span of time: write a whole number (at most 9999) and a clock, "
            'such as "3 school days", "10 working days", "2 calendar weeks" or "1 calendar month".',
            id="not a span",
        ),
        pytest.param(
            "within: 10 school days\n          owner: senior_leader",
            "within:\n          owner: senior_leader",
            f"{EVERY_LADDER}.steps.informal_reminder.follow_up.within",
            'None is not a span of time: write "3 school days", "10 working days", '
            '"2 calendar weeks" or "1 calendar month".',
            id="a span left empty",
        ),
        pytest.param(
            "remind_before_review: 5 school days",
            "remind_before_review: 1 calendar week",
            f"{LIMIT}.restriction",
            "remind_before_review is given in school days, not “1 calendar week”.",
            id="a reminder on another clock",
        ),
        pytest.param(
            'version: "1.0"',
            "version: one",
            "version",
            "“one” is not a valid version; write two or three numbers, such as “1.0”.",
            id="not a version",
        ),
        pytest.param(
            "reference_prefix: EP",
            "reference_prefix: ep",
            "reference_prefix",
            "“ep” is not a valid reference_prefix; write two to four capital letters, such as "
            "“EP”.",
            id="not a prefix",
        ),
        pytest.param(
            "policy: eleanor-palmer-advocates",
            "policy: Eleanor Palmer",
            "policy",
            "“Eleanor Palmer” is not a valid policy; use small letters, digits, and dots, hyphens "
            "or underscores between them.",
            id="not an id",
        ),
        pytest.param(
            "school: Eleanor Palmer Primary School",
            "school:",
            "school",
            "school is empty: write a text.",
            id="left empty",
        ),
        pytest.param(
            "school: Eleanor Palmer Primary School",
            'school: " "',
            "school",
            "school is empty: fill it in.",
            id="blank",
        ),
        pytest.param(
            "title: Working with Advocates\n",
            f"title: {'long ' * 401}\n",
            "title",
            "title is longer than 2000 characters: shorten it.",
            id="too long",
        ),
        pytest.param(
            "school: Eleanor Palmer Primary School",
            "school: [Eleanor Palmer, Primary School]",
            "school",
            "school is a text.",
            id="a list for a text",
        ),
        pytest.param(
            "sendiass: true",
            "sendiass: maybe",
            "sendiass",
            "sendiass is either true or false.",
            id="neither true nor false",
        ),
        pytest.param(
            "    panel_size: 3",
            "    panel_size: three",
            "ladders.school_concern.panel_size",
            "panel_size is a whole number.",
            id="not a number",
        ),
        pytest.param(
            "follows: [raised]",
            "follows: raised",
            f"{EVERY_LADDER}.steps.informal_reminder.follows",
            "follows is a list: each entry on a line that starts with a dash, or all in "
            "[brackets].",
            id="no list",
        ),
        pytest.param(
            "follows: [raised]",
            "follows: []",
            f"{EVERY_LADDER}.steps.informal_reminder.follows",
            "follows is an empty list: it needs at least one entry.",
            id="an empty list",
        ),
        pytest.param(
            "source:\n  document: 000_59845f21054d4463.txt\n  title: Working with Advocates\n"
            "  published_by: Eleanor Palmer Primary School",
            "source: the document",
            "source",
            "source has fields of its own: write each on a line below it, indented.",
            id="no fields",
        ),
        pytest.param(
            "effective_from: 2026-09-01",
            "effective_from: 2026-09-01\neffective_until: 2026-08-31",
            "",
            "effective_until (2026-08-31) is before effective_from (2026-09-01); swap them or "
            "correct one.",
            id="reversed dates",
        ),
        pytest.param(
            "title: Working with Advocates\n",
            "title: Working with Advocates\ntitle: Again\n",
            "title",
            "title is written twice, first on line 9: leave one out.",
            id="a field twice",
        ),
        pytest.param(
            "letter: warning",
            "letter: warming",
            f"{EVERY_LADDER}.steps.warning.letter",
            "There is no letter “warming”. Did you mean warning, variation?",
            id="unknown letter",
        ),
        pytest.param(
            "school: Eleanor Palmer Primary School",
            "school: !!python/object/apply:os.getcwd []",
            "school",
            "The tag tag:yaml.org,2002:python/object/apply:os.getcwd is not for a pack: take it "
            "out.",
            id="a tag that would run code",
        ),
    ],
)
def test_a_fault_is_told_with_its_field_and_a_sentence(
    tmp_path: Path, old: str, new: str, field: str, message: str
) -> None:
    text, _ = changed(old, new)

    findings = findings_of(tmp_path, text)

    assert (field, message) in [(finding.field, finding.message) for finding in findings]


@pytest.mark.parametrize(
    ("old", "new", "lines_on"),
    [
        pytest.param("reference_prefix: EP", "reference_prefix: ep", 0, id="a value"),
        pytest.param("stop_meeting: breach", "stop_meting: breach", 0, id="an unknown field"),
        pytest.param(
            "          missed_review_alerts: chair_of_governors",
            "          missed_review_alerts: the_chair",
            0,
            id="deep inside",
        ),
        pytest.param("follows: [formal_reminder]", "follows: [warning]", -3, id="a whole step"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, old: str, new: str, lines_on: int) -> None:
    text, line = changed(old, new)

    first = findings_of(tmp_path, text)[0]

    assert first.line == line + lines_on


def test_a_role_that_is_said_once_and_used_often_is_found_where_it_stands(tmp_path: Path) -> None:
    text, line = changed("leaders: &leaders [senior_leader,", "leaders: &leaders [senor_leader,")

    (finding,) = findings_of(tmp_path, text)

    assert finding.line == line
    assert finding.message == "Unknown role “senor_leader”; did you mean senior_leader?"
    assert finding.field == f"{EVERY_LADDER}.steps.informal_reminder.roles[0]"


def test_all_faults_are_told_at_once_in_the_order_of_their_lines(tmp_path: Path) -> None:
    text = GOOD.replace("reference_prefix: EP", "reference_prefix: ep")
    text = text.replace("quiet_period: 6 calendar weeks", "quiet_period: six weeks")
    text = text.replace("effective_from: 2026-09-01", "effective_from: soon")

    findings = findings_of(tmp_path, text)

    assert [finding.field.rpartition(".")[2] for finding in findings] == [
        "effective_from",
        "reference_prefix",
        "quiet_period",
    ]


def test_the_error_reads_like_a_compiler(tmp_path: Path) -> None:
    text, line = changed("reference_prefix: EP", "reference_prefix: ep")
    path = tmp_path / "pack.yaml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(PolicyFileError) as caught:
        load_policy(path)

    assert str(caught.value).startswith(f"{path}:{line}: reference_prefix: “ep” is not a valid")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        pytest.param(
            "policy: x\ntitle: a: b\n",
            2,
            "This is not YAML (line 2, column 9): a colon stands where none can be; put the text "
            "in quotes.",
            id="a colon in a text",
        ),
        pytest.param(
            "policy: x\n\ttitle: y\n",
            2,
            "This is not YAML (line 2, column 1): a tab stands here; YAML is indented with "
            "spaces alone.",
            id="a tab",
        ),
        pytest.param(
            "policy: x\nroles: *everybody\n",
            2,
            "This is not YAML (line 2, column 8): *everybody is not known here: write "
            "&everybody where it is first said, above.",
            id="an unknown anchor",
        ),
        pytest.param(
            "a: &x 1\nb: &x 2\n",
            2,
            "This is not YAML (line 2, column 4): &x is written twice: give this one another name.",
            id="an anchor twice",
        ),
        pytest.param(
            'policy: "x\ntitle: y\n',
            3,
            "This is not YAML (line 3, column 1): the file ends inside a quoted text; close its "
            "quote.",
            id="an open quote",
        ),
        pytest.param(
            "clauses:\n  - id: a\n - id: b\n",
            3,
            "This is not YAML (line 3, column 2): the indentation here does not fit the lines "
            "above.",
            id="crooked indentation",
        ),
        pytest.param(
            "policy: x\ntitle\nschool: y\n",
            3,
            "This is not YAML (line 3, column 1): a field's name needs a colon after it.",
            id="a lonely word",
        ),
        pytest.param(
            "policy: x\n---\npolicy: y\n",
            2,
            "This is not YAML (line 2, column 1): a second document begins here (---); keep one "
            "code in one file.",
            id="two documents",
        ),
        pytest.param("- a\n- b\n", 1, "A pack is a list of fields, such as policy", id="a list"),
        pytest.param("", 1, "A pack is a list of fields, such as policy", id="nothing"),
        pytest.param("a: 1\nb: \x07\n", 2, "A character that can't be printed", id="a bell"),
        pytest.param(b"a: 1\nb: \xff\n", 2, "This is not text in UTF-8", id="not UTF-8"),
        pytest.param("a: &a [*a]\n", 1, "more than 40 deep", id="a list inside itself"),
        pytest.param("a: &a\n  <<: *a\n", 2, "can't be merged into itself", id="a merge loop"),
        pytest.param("a: " + "[" * 900, 1, "more than 40 deep", id="very deep"),
        pytest.param("a: 1\nb:\n  <<: [x]\n", 3, "<<: takes the fields of a block", id="a merge"),
        pytest.param("a: 1\n? [b, c]\n: d\n", 2, "A field's name is one word", id="a list as name"),
    ],
)
def test_broken_yaml_is_told_with_its_line(
    tmp_path: Path, text: str | bytes, line: int, message: str
) -> None:
    findings = findings_of(tmp_path, text)

    assert [f.line for f in findings if message in f.message] == [line]


def test_a_bomb_of_aliases_is_refused(tmp_path: Path) -> None:
    tens = "[" + ", ".join(["*a{}"] * 10) + "]"
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} {tens.replace('{}', str(n - 1))}" for n in range(1, 12)]

    (finding,) = findings_of(tmp_path, "\n".join(lines))

    assert finding.message == "Aliases write out to over 50,000 values."


def test_a_bomb_of_merges_is_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 {x: y}"]
    for n in range(1, 12):
        tens = ", ".join([f"*a{n - 1}"] * 10)
        lines += [f"a{n}: &a{n}", f"  <<: [{tens}]"]

    (finding,) = findings_of(tmp_path, "\n".join(lines))

    assert finding.message == "Merges write out to over 50,000 values."


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    (finding,) = findings_of(tmp_path, "#" * (LARGEST_FILE + 1))

    assert "larger than 1,000,000 bytes" in finding.message


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PolicyFileError, match="There is no such file"):
        load_policy(tmp_path / "nothing.yaml")


def test_a_folder_is_not_a_pack(tmp_path: Path) -> None:
    with pytest.raises(PolicyFileError, match="can't be read"):
        load_policy(tmp_path)


def test_words_stay_words(tmp_path: Path) -> None:
    """YAML 1.1 would make these a boolean, a number and another number."""
    text = GOOD.replace("school: Eleanor Palmer Primary School", "school: No", 1)
    text = text.replace('version: "1.0"', "version: 1.10", 1)
    text = text.replace("A senior leader", "1:30", 1)
    path = tmp_path / "pack.yaml"
    path.write_text(text, encoding="utf-8")

    policy = load_policy(path)

    assert (policy.school, policy.version) == ("No", "1.10")
    assert policy.roles[Role.SENIOR_LEADER] == "1:30"


def test_a_block_merges_and_what_it_says_itself_goes_before() -> None:
    policy = load_policy(PACK)
    conduct, concern = (
        policy.by_track[Track.ADVOCATE_CONDUCT],
        policy.by_track[Track.SCHOOL_CONCERN],
    )

    assert conduct.roles_for(ActionName.ADD_NOTE) == concern.roles_for(ActionName.ADD_NOTE)
    assert conduct.roles_for(ActionName.LAPSE) == (Role.SENIOR_LEADER, Role.HEADTEACHER)
    assert concern.roles_for(ActionName.LAPSE) == ()


def test_a_mark_of_byte_order_and_windows_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "pack.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())

    assert load_policy(path).digest == load_policy(PACK).digest


def test_all_packs_of_a_folder_come_in_the_order_of_their_names() -> None:
    names = [policy.policy for policy in load_policies(ROOT / "policies")]

    assert names == sorted(path.stem for path in (ROOT / "policies").glob("*.yaml"))


def test_all_faults_of_all_packs_in_a_folder_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD.replace("prefix: EP", "prefix: ep"), encoding="utf-8")
    (tmp_path / "b.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "c.yaml").write_text("policy: [", encoding="utf-8")

    with pytest.raises(PolicyFileError) as caught:
        load_policies(tmp_path)

    assert [finding.file.name for finding in caught.value.findings] == ["a.yaml", "c.yaml"]


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyFileError, match="no packs"):
        load_policies(tmp_path)


def test_the_letter_of_a_limit_says_what_a_person_must_know() -> None:
    limits = {
        step.letter
        for policy in load_policies(ROOT / "policies")
        for ladder in policy.ladders
        for step in ladder.steps
        if step.restriction
    }
    told = {Part.DECISION, Part.DURATION_AND_REVIEW, Part.STILL_OPEN, Part.HOW_TO_ANSWER}

    assert limits == {"intention-to-restrict"}
    letters = load_letters()
    for name in (*limits, "interim-restriction", "restriction", "variation", "review-result"):
        assert told < set(letters[name].parts)
    assert Part.ANSWER in letters["restriction"].parts


def test_each_letter_to_people_holds_the_parts_of_safeguard_14() -> None:
    for letter in load_letters().values():
        assert {Part.REASON, Part.HOW_TO_ANSWER, Part.WHOM_TO_TALK_TO} < set(letter.parts)
        if letter.to != (Addressee.ADVISER,):
            assert {Part.RIGHT_TO_COMPLAIN, Part.INDEPENDENT_ADVICE} < set(letter.parts)


def test_each_letter_in_the_index_goes_with_a_step_or_an_action() -> None:
    sent = {
        step.letter
        for policy in load_policies(ROOT / "policies")
        for ladder in policy.ladders
        for step in ladder.steps
    }

    assert {name for name, one in load_letters().items() if one.goes_with is None} == sent


def test_a_letter_with_an_unknown_part_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "index.yaml"
    path.write_text(
        "letters:\n  - {id: a, title: A, to: [family], parts: [reson]}\n", encoding="utf-8"
    )

    with pytest.raises(PolicyFileError) as caught:
        load_letters(path)

    (finding,) = caught.value.findings
    assert (finding.line, finding.field) == (2, "letters.a.parts[0]")
    assert finding.message == "Unknown word “reson”; did you mean reason?"


def test_a_step_keeps_its_place_in_the_ladder() -> None:
    ladder = load_policy(PACK).by_track[Track.ADVOCATE_CONDUCT]

    assert next(iter(ladder.by_stage)) is Stage.INFORMAL_REMINDER
