"""A school's own letters: what they may change, and all that is refused before it is sent."""

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from documents.letter_check import AT, check_letters, left_out
from documents.letter_forms import as_plain
from documents.letter_specimens import specimens, with_sample_details
from documents.letters import as_pdf, compose
from domain.letter_templates import LetterTemplates
from domain.letters import LetterText
from storage.letter_files import LETTERS, load_templates, schools_in
from storage.policy_files import PolicyFileError, load_policy
from tests.documents.test_typesetting import tags

ROOT = Path(__file__).resolve().parents[2]
POLICY = load_policy(ROOT / "policies" / "eleanor-palmer-advocates.yaml")
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SCHOOL = """\
name: Eleanor Palmer Primary School
address: [Lupton Street, Sampletown]
telephone: 020 7946 0001
logo: tree.svg
logo_alt: A tree in leaf
complaints:
  how: Please write to the clerk.
sendiass: {name: Our SENDIASS, telephone: 020 7946 0002}
"""
TREE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="4"/></svg>'
)
Put = Callable[[dict[str, str | bytes]], Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Writes files into a school's folder, and returns the folder."""

    def write(files: dict[str, str | bytes]) -> Path:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path

    return write


def elements(document: PdfReader) -> list[Any]:
    """The elements of the document's structure tree."""
    root: Any = document.root_object
    waiting: list[Any] = [root["/StructTreeRoot"]]
    found: list[Any] = []
    while waiting:
        element = waiting.pop().get_object()
        if isinstance(element, list):
            waiting += element
        elif isinstance(element, dict):
            found.append(element)
            waiting += [element["/K"]] if "/K" in element else []
    return found


def warning(templates: LetterTemplates) -> LetterText:
    filled = with_sample_details(templates)
    specimen = next(specimens(POLICY, filled.letters["warning"], filled.school))
    return compose("warning", specimen.facts, filled)


def test_our_own_letters_are_sound_under_every_code() -> None:
    policies = [load_policy(path) for path in sorted((ROOT / "policies").glob("*.yaml"))]

    assert check_letters(load_templates(), policies) == []
    assert len(left_out(load_templates(), policies)) == 4


def test_a_school_puts_its_letterhead_and_words_over_ours(put: Put) -> None:
    words = (LETTERS / "warning" / "words.md").read_text(encoding="utf-8")
    folder = put(
        {
            "school.yaml": SCHOOL,
            "tree.svg": TREE,
            "warning/words.md": words.replace(
                "# A formal warning", "Greeting: Hello {{ recipient.name }},\n\n# We are worried"
            ),
            "common/whom-to-talk-to.md": "## Talk to us {#whom_to_talk_to}\n\nAnybody here.",
        }
    )

    templates = load_templates(folder)

    assert check_letters(templates, [POLICY]) == []
    assert left_out(templates, [POLICY]) == [
        "code_read_at: letters do not say where the code can be read."
    ]
    text = warning(templates)
    assert (text.subject, text.greeting) == ("We are worried", "Hello Daniel Reyes,")
    said = as_plain(text)
    assert "Talk to us\n\nAnybody here." in said
    assert "Please write to the clerk." in said
    assert "Our SENDIASS" in said
    page = PdfReader(io.BytesIO(as_pdf(text, templates, at=AT))).pages[0]
    assert "Lupton Street, Sampletown" in page.extract_text()


def test_one_school_among_several_has_its_own(put: Put) -> None:
    folder = put(
        {
            "school.yaml": "telephone: 020 7946 0001\nwebsite: https://trust.example\n",
            "schools/north/school.yaml": "name: North School\ntelephone: 020 7946 0003\n",
            "schools/north/common/why.md": "## Why? {#reason}\n\n{{ reason }}\n",
        }
    )

    assert schools_in(folder) == ("north",)
    north, south = load_templates(folder, school="north"), load_templates(folder, school="south")
    assert north.school.telephone == "020 7946 0003"
    assert north.school.website == "https://trust.example"
    assert (north.school.name, south.school.name) == ("North School", None)
    assert "Why?" in as_plain(warning(north))
    assert "Why?" not in as_plain(warning(south))


@pytest.mark.parametrize(
    ("name", "change", "line", "field", "said"),
    [
        pytest.param(
            "warning/words.md",
            ("{{ code.title }}", "{{ code.titel }}"),
            3,
            "code.titel",
            "There is no field “code.titel”. Did you mean title?",
            id="unknown field",
        ),
        pytest.param(
            "warning/words.md",
            ("Please keep to", "{% if respondant %}{{ x }}{% endif %}Please keep to"),
            11,
            "respondant",
            "Did you mean respondent",
            id="unknown field in a condition",
        ),
        pytest.param(
            "common/what-our-code-says.md",
            ("{{ clause.place }}", "{{ clause.plaice }}"),
            7,
            "clause.plaice",
            "There is no field “clause.plaice”. Did you mean place",
            id="unknown field in a list",
        ),
        pytest.param(
            "closure/words.md",
            ("{{ procedure }}", "{{ procedure.name }}"),
            18,
            "procedure.name",
            "procedure has no fields of its own",
            id="field of a word",
        ),
        pytest.param(
            "warning/words.md",
            ("We are sorry", "{{ meeting.was }} We are sorry"),
            3,
            "meeting.was",
            "This letter's facts leave meeting.was out",
            id="field that is not always there",
        ),
        pytest.param(
            "warning/words.md",
            ('{% include "common/closing-parts.md" %}', ""),
            1,
            "",
            "does not say the right to complain",
            id="missing part",
        ),
        pytest.param(
            "common/independent-advice.md",
            ("{{ signpost.name }}", "Somebody"),
            1,
            "",
            "“Sample SENDIASS” must stand",
            id="SENDIASS not named",
        ),
        pytest.param(
            "intention-to-restrict/words.md",
            ("{{ restriction.review_on }}", "some day"),
            1,
            "",
            "“Friday 6 November 2026” must stand",
            id="no review date",
        ),
        pytest.param(
            "common/how-to-answer.md",
            ("{{ answer_by }}", "soon"),
            1,
            "",
            "“Tuesday 22 September 2026” must stand",
            id="no day to answer by",
        ),
        pytest.param(
            "common/why.md",
            ("{% if happened %}", "{% if happened"),
            4,
            "",
            "not a template that can be read",
            id="broken tag",
        ),
        pytest.param(
            "common/why.md",
            ("{% endif %}", ""),
            7,
            "",
            "not a template that can be read",
            id="tag without its end",
        ),
        pytest.param(
            "common/why.md",
            ("{{ reason }}", "{{ reason | shout }}"),
            7,
            "",
            "no filter named 'shout'",
            id="unknown filter",
        ),
        pytest.param(
            "common/why.md",
            ("{{ reason }}", "{{ reason.upper() }}"),
            7,
            "",
            "A letter's words call nothing",
            id="code",
        ),
        pytest.param(
            "common/why.md",
            ("{{ reason }}", '{% import "common/why.md" as why %}{{ reason }}'),
            7,
            "",
            "import is not for a letter's words",
            id="import",
        ),
        pytest.param(
            "warning/words.md",
            ("common/why.md", "common/wye.md"),
            5,
            "",
            "There is no “common/wye.md” to include. Did you mean common/why.md",
            id="unknown file",
        ),
        pytest.param(
            "common/why.md",
            ("## Why", '{% include "common/why.md" %}\n\n## Why'),
            1,
            "",
            "includes itself",
            id="a circle",
        ),
        pytest.param(
            "warning/words.md",
            ("{{ code.title }}", "{ code.title }"),
            3,
            "",
            "“{ code.title }",
            id="too few braces",
        ),
        pytest.param(
            "warning/words.md",
            ("{#what_we_ask}", "{#what_we_aks}"),
            9,
            "",
            "“what_we_aks” is not a part of a letter. Did you mean what_we_ask",
            id="unknown part",
        ),
        pytest.param(
            "warning/words.md",
            ("# A formal warning", "Greting: Hello,\n\n# A formal warning"),
            1,
            "",
            "“Greting:” is not a line of a letter. Did you mean Greeting",
            id="unknown line",
        ),
        pytest.param(
            "layout.typ",
            ("#let words(pieces) = {", "#let words(pieces) = {{"),
            9,
            "",
            "The letter can't be set: unclosed delimiter",
            id="broken Typst",
        ),
        pytest.param(
            "letter.typ",
            ("#letter()", "#letter(data.colour)"),
            4,
            "",
            "The letter can't be set: unknown variable: data",
            id="unknown name in Typst",
        ),
        pytest.param(
            "layout.typ",
            ("data.letterhead)", "data.letterhaed)"),
            0,
            "letterhaed",
            "its field “letterhaed” was not given",
            id="unknown field in Typst",
        ),
        pytest.param(
            "letter.typ",
            ("#letter()", '#import "@preview/tablex:0.0.8": tablex\n#letter()'),
            4,
            "",
            "fetches @preview/tablex:0.0.8",
            id="Typst that fetches",
        ),
        pytest.param(
            "letter.typ",
            ("#letter()", '#image("/logo.png")\n#letter()'),
            4,
            "",
            "file not found",
            id="picture that is not there",
        ),
    ],
)
def test_what_can_not_be_sent_is_told_with_file_line_and_field(
    put: Put, name: str, change: tuple[str, str], line: int, field: str, said: str
) -> None:
    text = (LETTERS / name).read_text(encoding="utf-8")
    assert change[0] in text
    folder = put({name: text.replace(*change, 1)})

    faults = check_letters(load_templates(folder), [POLICY])

    found = [fault for fault in faults if said in fault.message]
    assert found, [str(fault) for fault in faults]
    where = line or 1 + text[: text.index(change[0])].count("\n")  # 0: where the change is
    assert (found[0].line, found[0].field) == (where, field)
    assert found[0].file.startswith((str(folder), str(LETTERS)))


@pytest.mark.parametrize(
    ("files", "line", "field", "said"),
    [
        pytest.param(
            {"wraning/words.md": "x"}, 1, "", "“wraning/words.md”. Did you mean warning", id="kind"
        ),
        pytest.param({"warning/letter.docx": b"x"}, 1, "", "Only .md, .typ", id="another file"),
        pytest.param({"warning/words.md": b"\n\xff"}, 2, "", "not text in UTF-8", id="not UTF-8"),
        pytest.param({"warning/words.md": b" " * 1_000_001}, 1, "", "larger than", id="too large"),
        pytest.param({"school.yaml": "telefone: 1"}, 1, "telefone", "telephone", id="field"),
        pytest.param({"school.yaml": "email: nobody"}, 1, "email", "not a valid", id="e-mail"),
        pytest.param(
            {"school.yaml": "logo: a.svg"}, 1, "logo_alt", "what the logo shows", id="alt"
        ),
        pytest.param(
            {"school.yaml": "logo_alt: A\nlogo: a.svg", "b.svg": TREE},
            2,
            "logo",
            "There is no file “a.svg” beside school.yaml. Did you mean b.svg?",
            id="no logo",
        ),
        pytest.param(
            {"school.yaml": "logo_alt: A\nlogo: ../a.svg"}, 2, "logo", "beside school.yaml", id="up"
        ),
        pytest.param(
            {"school.yaml": "logo_alt: A\nlogo: a.png", "a.png": TREE},
            1,
            "",
            "not what its name says (.png)",
            id="not a picture",
        ),
    ],
)
def test_a_file_that_no_letter_can_use_is_told(
    put: Put, files: dict[str, str | bytes], line: int, field: str, said: str
) -> None:
    folder = put(files)

    with pytest.raises(PolicyFileError) as caught:
        load_templates(folder)

    (finding,) = caught.value.findings
    assert said in finding.message
    assert (finding.line, finding.field) == (line, field)


def test_a_picture_stands_in_the_letterhead_with_its_words(put: Put) -> None:
    details = SCHOOL.replace("tree.svg", "tree.png")
    templates = load_templates(put({"school.yaml": details, "tree.png": PIXEL}))

    pdf = as_pdf(warning(templates), templates, at=AT)

    assert "/Figure" in tags(pdf)
    document = PdfReader(io.BytesIO(pdf))
    assert len(document.pages[0].images) == 1
    assert [one for one in elements(document) if one.get("/Alt") == "A tree in leaf"]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyFileError, match="no such folder"):
        load_templates(tmp_path / "letters")
