"""Proves letters before one is sent: each kind is composed and set under each code."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from documents.letter_fields import faults_of_words
from documents.letter_specimens import specimens, with_sample_details
from documents.letters import as_pdf, compose
from domain.letter_templates import LetterTemplates, Source
from domain.letters import Fault, Letter, LetterProblem
from domain.policy import Policy

AT = datetime(2026, 9, 15, 9, tzinfo=UTC)  # when a specimen was written
_READ_BY_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|<!--.*?-->|\{#[a-z_]*\}|\\\{", re.DOTALL)


def check_letters(templates: LetterTemplates, policies: Iterable[Policy]) -> list[Fault]:
    """Everything that would keep some letter under these policies from being sent; [] if nothing.

    An unknown field is found wherever it stands, a part that is missing in each way in which the
    letter can occur, and a Typst file that does not set.
    """
    policies = list(policies)
    found: dict[Fault, None] = {}
    for letter in templates.letters.values():
        faults = _faults_of(letter, with_sample_details(templates), policies)
        found.update(dict.fromkeys(faults))
    return sorted(found, key=lambda fault: (fault.file, fault.line, fault.field, fault.message))


def _faults_of(
    letter: Letter, templates: LetterTemplates, policies: list[Policy]
) -> Iterator[Fault]:
    name = f"{letter.id}/words.md"
    static = [*faults_of_words(templates.words, name), *_braces(templates.words[name])]
    if static:
        yield from static
        return
    set_once = False
    for policy in policies:
        for specimen in specimens(policy, letter, templates.school):
            try:
                text = compose(letter.id, specimen.facts, templates)
                if not set_once:
                    as_pdf(text, templates, at=AT)
                    set_once = True
            except LetterProblem as error:
                yield from error.faults


def _braces(source: Source) -> Iterator[Fault]:
    """A brace that is left over would be printed: most likely a field in too few of them."""
    rest = _READ_BY_JINJA.sub(lambda read: "\n" * read[0].count("\n"), source.text)
    for number, line in enumerate(rest.splitlines(), start=1):
        if left := re.search(r"[{}]", line):
            message = (
                f"“{line[left.start() :].strip()[:30]}” would stand in the letter like this. A "
                "field is written {{ field }}, a part {#part}, and a brace itself \\{."
            )
            yield Fault(file=source.file, line=number, message=message)


def left_out(templates: LetterTemplates, policies: Iterable[Policy]) -> list[str]:
    """What the school has not said of itself, and what its letters say instead: no fault."""
    school = templates.school
    notes = []
    if not (school.telephone or school.email):
        notes.append("telephone and email: a letter can only be answered by post.")
    if school.complaints is None:
        notes.append("complaints: letters name the headteacher and the chair of governors.")
    if school.sendiass is None and any(policy.sendiass for policy in policies):
        notes.append("sendiass: letters say that the office can tell how to reach it.")
    if school.code_read_at is None:
        notes.append("code_read_at: letters do not say where the code can be read.")
    return notes
