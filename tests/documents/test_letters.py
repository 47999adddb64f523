"""Every letter, under every code that may send it: whole, tagged, one wording in every form."""

import io
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pypdf import PageObject, PdfReader

from documents.letter_check import AT
from documents.letter_forms import as_html, as_plain
from documents.letter_specimens import Specimen, specimens, with_sample_details
from documents.letters import as_pdf, compose
from domain.letter_editing import from_editable, to_editable
from domain.letter_facts import requirements_of
from domain.letters import LetterProblem, LetterText, Part, missing_parts
from domain.policy import Policy
from domain.vocabulary import Role, Track
from storage.letter_files import load_templates
from storage.policy_files import load_policies
from tests.documents.test_typesetting import tags

ROOT = Path(__file__).resolve().parents[2]
POLICIES = {policy.policy: policy for policy in load_policies(ROOT / "policies")}
TEMPLATES = with_sample_details(load_templates())


class Sent(NamedTuple):
    """One letter that can occur."""

    policy: Policy
    kind: str
    specimen: Specimen


EVERY = [
    Sent(policy, kind, specimen)
    for policy in POLICIES.values()
    for kind, letter in TEMPLATES.letters.items()
    for specimen in specimens(policy, letter, TEMPLATES.school)
]


def called(sent: Sent) -> str:
    return f"{sent.policy.reference_prefix} {sent.kind}: {sent.specimen.label}"


def written(sent: Sent) -> LetterText:
    return compose(sent.kind, sent.specimen.facts, TEMPLATES)


class _Words(HTMLParser):
    """The words of a page, with a space between its elements."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag != "a":
            self.found.append(" ")


def words_of_html(page: str) -> list[str]:
    reader = _Words()
    reader.feed(page[page.index("<body") :].replace("<br>", " "))
    return "".join(reader.found).split()


def words_of_plain(text: str) -> list[str]:
    return re.sub(r"^- ", "", text, flags=re.MULTILINE).replace("with you:", "with you").split()


@pytest.mark.parametrize("sent", EVERY, ids=called)
def test_a_letter_holds_every_part_and_the_same_words_in_each_form(sent: Sent) -> None:
    text = written(sent)

    letter = TEMPLATES.letters[sent.kind]
    assert missing_parts(requirements_of(letter, sent.specimen.facts), text) == []
    assert from_editable(to_editable(text)) == text
    plain = as_plain(text)
    assert not re.search(r"[{}]|None|Undefined", plain)
    assert words_of_html(as_html(text)) == words_of_plain(plain)
    for passage in text.parts:
        for block in passage.blocks:
            for line in [block] if isinstance(block, str) else block:
                # A space before a full stop, or none after it: a sentence that lost its end.
                assert not re.search(r" [.,;:]|\.\.|[a-z]\.[A-Z]", line), line


# Setting takes longer than composing: each kind of letter once for each code that may send it.
SET = list({(sent.policy.policy, sent.kind): sent for sent in EVERY}.values())


@pytest.mark.parametrize("sent", SET, ids=called)
def test_a_letter_is_a_tagged_pdf_with_the_same_words(sent: Sent) -> None:
    text = written(sent)

    pdf = as_pdf(text, TEMPLATES, at=AT)

    document = PdfReader(io.BytesIO(pdf), strict=True)
    root: Any = document.root_object
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert document.metadata is not None
    assert document.metadata.title == text.subject
    assert document.xmp_metadata is not None
    assert b"<pdfuaid:part>1</pdfuaid:part>" in document.xmp_metadata.stream.get_data()
    assert {"/Document", "/H1", "/H2", "/P", "/Link"} <= tags(pdf)
    assert len(document.pages) <= 2
    said = squeezed("".join(map(without_footer, document.pages)))
    for words in words_of(text):
        assert squeezed(words) in said
    assert TEMPLATES.school.telephone is not None
    assert squeezed(TEMPLATES.school.telephone) in said


def without_footer(page: PageObject) -> str:
    return re.sub(r"\S+\s+·\s+Page \d of \d", "", page.extract_text())


def squeezed(words: str) -> str:
    return "".join(words.split())


def words_of(text: LetterText) -> list[str]:
    said = [text.subject, text.greeting, text.reference, text.dated, text.closing]
    said += [*text.addressee, *text.signatory, *text.adjustments]
    for passage in text.parts:
        said += [passage.heading] if passage.heading else []
        for block in passage.blocks:
            said += [block] if isinstance(block, str) else block
    return said


def letters(policy: str, kind: str | None = None) -> list[tuple[Sent, LetterText]]:
    return [
        (sent, written(sent))
        for sent in EVERY
        if sent.policy.policy == policy and kind in (None, sent.kind)
    ]


def test_letters_differ_where_the_codes_differ() -> None:
    asks = {sent.policy.reference_prefix for sent in EVERY if sent.kind == "sign-request"}
    assert asks == {"EP", "TC"}
    for code, ground in (
        ("eleanor-palmer-advocates", "breach of terms"),
        ("fleet-families-and-advocates", "verbal abuse"),
        ("parents-and-carers", None),
    ):
        for _, text in letters(code, "meeting-invitation"):
            assert ("The meeting may be stopped" in as_plain(text)) is (ground is not None)
            assert ground is None or ground in as_plain(text)
            assert text.part(Part.RECORDING) is not None


def test_families_and_advocates_read_of_sendiass_where_their_code_signposts_to_it() -> None:
    for sent in EVERY:
        role = sent.specimen.facts.recipient.role
        expected = sent.policy.sendiass and role in (Role.PARENT, Role.ADVOCATE)
        expected = expected or sent.kind == "signpost"
        assert (written(sent).part(Part.INDEPENDENT_ADVICE) is not None) is expected, called(sent)


def test_a_service_speaks_of_itself_as_a_service() -> None:
    for sent, text in letters("parent-partnership-standards"):
        assert sent.specimen.track is Track.SERVICE_CONCERN
        ours = [
            line
            for passage in text.parts
            if passage.part is not Part.CLAUSES
            for block in passage.blocks
            for line in ([block] if isinstance(block, str) else block)
        ]
        assert not [line for line in ours if re.search(r"\bschool\b(?!\.example)", line)]


def test_no_letter_accuses_anybody_of_a_crime() -> None:
    for sent in EVERY:
        said = as_plain(written(sent)).lower()
        accusing = re.findall(r"crim\w+|illegal|unlawful\w*|offen[cd]e\w*|guilty|nuisance", said)
        if sent.kind == "referral":
            assert accusing in ([], ["offence"])
            assert not accusing or "do not say that anybody has committed an offence" in said
        else:
            assert accusing == []


def one(kind: str, **facts: Any) -> LetterText:
    sent = next(sent for sent in EVERY if sent.kind == kind)
    return compose(kind, sent.specimen.facts.model_copy(update=facts), TEMPLATES)


def test_what_was_agreed_with_a_person_stands_at_the_head_in_each_form() -> None:
    text = one("warning", adjustments=("Large print, please.", "A call before each letter."))

    assert text.adjustments == ("Large print, please.", "A call before each letter.")
    head = as_plain(text).split(text.greeting)[0]
    assert "Agreed with you:\n- Large print, please.\n- A call before each letter." in head
    assert "A call before each letter." in as_html(text).split(text.greeting)[0]
    page = PdfReader(io.BytesIO(as_pdf(text, TEMPLATES, at=AT))).pages[0].extract_text()
    assert page.index("A call before each letter.") < page.index(text.greeting)


def test_what_people_type_is_never_taken_for_markup() -> None:
    typed = "## {{ 7 * 7 }} {#reason}\n\n- not a point <script>alert(1)</script> & #h(1em) *so* \\{"

    text = one("warning", reason=typed)

    reason = text.part(Part.REASON)
    assert reason is not None
    heading, point = typed.split("\n\n")
    assert reason.blocks[-2:] == (heading, point)
    assert from_editable(to_editable(text)) == text
    assert point in as_plain(text)
    assert "<script>" not in as_html(text)
    assert point in unescape(as_html(text))
    pages = PdfReader(io.BytesIO(as_pdf(text, TEMPLATES, at=AT))).pages
    assert squeezed(point) in squeezed("".join(map(without_footer, pages)))


@pytest.mark.parametrize(
    ("kind", "lost", "said"),
    [
        pytest.param("warning", {"reason": None}, "why.md:7: reason: This letter's", id="reason"),
        pytest.param("warning", {"clauses": ()}, "does not say what the code says", id="clauses"),
        pytest.param("restriction", {"restriction": None}, "words.md:3: restriction: ", id="limit"),
        pytest.param("meeting-record", {"meeting": None}, "words.md:7: meeting: ", id="meeting"),
        pytest.param("signpost", {"signpost": None}, "where free, independent", id="sendiass"),
        pytest.param("warnung", {}, "There is no letter “warnung”. Did you mean warning", id="no"),
    ],
)
def test_a_letter_whose_facts_fall_short_is_refused(
    kind: str, lost: dict[str, Any], said: str
) -> None:
    sent = next(sent for sent in EVERY if sent.kind == kind or kind == "warnung")
    with pytest.raises(LetterProblem) as caught:
        compose(kind, sent.specimen.facts.model_copy(update=lost), TEMPLATES)

    assert said in str(caught.value)


def test_an_html_letter_fetches_nothing() -> None:
    page = as_html(one("restriction"))

    assert page.startswith('<!DOCTYPE html>\n<html lang="en-GB">')
    assert not re.search(r"<(img|link|script|style|iframe)|url\(|src=", page)
    assert 'href="mailto:office@school.example"' in page
    assert page.count("<h1") == page.count("<main") == 1
