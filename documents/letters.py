"""Letters: from facts to their text, and from their text to PDF."""

import re
import struct
from base64 import b64encode
from datetime import datetime
from typing import Any

from documents.letter_forms import pieces
from documents.letter_words import render
from documents.typesetting import TypesettingFailed, typeset
from domain.errors import near_names
from domain.letter_editing import CannotReadLetter, from_editable
from domain.letter_facts import LetterFacts, requirements_of
from domain.letter_templates import LetterTemplates, Logo
from domain.letters import Fault, LetterProblem, LetterText, missing_parts


def compose(kind: str, facts: LetterFacts, templates: LetterTemplates) -> LetterText:
    """The letter of this kind, whole and ready to be sent or edited.

    Raises LetterProblem with the file, the line, the field and a sentence for everything that
    keeps it from being sent: an unknown field, words that can't be read, a part that is missing.
    """
    letter = templates.letters.get(kind)
    name = f"{kind}/words.md"
    if letter is None or name not in templates.words:
        message = f"There is no letter “{kind}”.{near_names(kind, templates.letters)}"
        raise LetterProblem([Fault(file=kind, line=1, message=message)])
    file = templates.words[name].file
    written = render(templates.words, name, facts)
    try:
        text = from_editable(written, _given(kind, facts))
    except CannotReadLetter as error:
        raise LetterProblem(
            Fault(file=file, line=_line_in(templates, name, written, line), message=said)
            for line, said in error.faults
        ) from None
    if missing := missing_parts(requirements_of(letter, facts), text):
        raise LetterProblem(Fault(file=file, line=1, message=sentence) for sentence in missing)
    return text


def _given(kind: str, facts: LetterFacts) -> dict[str, Any]:
    return {
        "kind": kind,
        "reference": facts.reference,
        "dated": facts.dated,
        "addressee": (facts.recipient.name, *facts.recipient.address),
        "adjustments": facts.adjustments,
        "greeting": f"Dear {facts.recipient.greeting},",
        "closing": "Yours sincerely,",
        "signatory": (facts.signatory.name, facts.signatory.role, facts.school.name),
    }


def _line_in(templates: LetterTemplates, name: str, written: str, line: int) -> int:
    """The template's line that reads like this line of what was rendered; 1 where none does."""
    lines = written.splitlines()
    wanted = lines[line - 1].strip() if line <= len(lines) else ""
    source = templates.words[name].text.splitlines()
    return next((n for n, one in enumerate(source, 1) if wanted and one.strip() == wanted), 1)


def as_pdf(text: LetterText, templates: LetterTemplates, *, at: datetime) -> bytes:
    """The letter under the school's letterhead, as a tagged PDF (PDF/UA-1) dated `at`.

    Raises LetterProblem with the Typst file and line where it can't be set.
    """
    files = {name: source.text.encode() for name, source in templates.typst.items()}
    if templates.logo:
        files[_LOGO] = _as_svg(templates.logo)
    main = templates.looks_of(text.kind)
    data = {"letter": _in_pieces(text), "letterhead": _letterhead(text, templates)}
    try:
        return typeset(main, data, title=text.subject, at=at, files=files)
    except TypesettingFailed as error:
        name = max((one for one in files if error.file.endswith(one)), key=len, default=main)
        file = templates.typst[name].file if name in templates.typst else name
        problem = re.sub(r"\s*\([^()]*:\d+:\d+\)\.$", ".", error.problem)
        message = f"The letter can't be set: {problem}"
        fault = Fault(file=file, line=error.line, field=error.field or "", message=message)
        raise LetterProblem([fault]) from None


_LOGO = "logo.svg"


def _as_svg(logo: Logo) -> bytes:
    """The logo as SVG, around the PNG that it may be: the typesetter's files are all text."""
    if logo.file.endswith(".svg"):
        return logo.content
    width, height = struct.unpack(">II", logo.content[16:24])
    data = b64encode(logo.content).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{data}"/></svg>'
    ).encode()


def _in_pieces(text: LetterText) -> dict[str, Any]:
    """The letter for a Typst template, in whose words each address is a piece of its own."""
    parts = [
        {
            "part": passage.part.value,
            "heading": passage.heading,
            "blocks": [
                {"words": _pieces(block)}
                if isinstance(block, str)
                else {"points": [_pieces(point) for point in block]}
                for block in passage.blocks
            ],
        }
        for passage in text.parts
    ]
    return {**text.model_dump(mode="json"), "parts": parts}


def _pieces(words: str) -> list[dict[str, Any]]:
    return [piece._asdict() for piece in pieces(words)]


def _letterhead(text: LetterText, templates: LetterTemplates) -> dict[str, Any]:
    school, logo = templates.school, templates.logo
    return {
        # The last line of who signs is the school, whose name may be the policy's.
        "name": school.name or text.signatory[-1],
        "address": school.address,
        "telephone": school.telephone,
        "email": school.email,
        "website": school.website,
        "logo": {"file": _LOGO, "alt": logo.alt} if logo else None,
    }
