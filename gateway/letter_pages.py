"""A letter as it is edited on a page: a subject, and under each heading its words.

Paragraphs stand apart by an empty line; a line that begins with “- ” is a point of a list. The
headings, whom it is to and who signs stay as they are: they are facts, or the school's own form.
"""

from collections.abc import Callable
from typing import NamedTuple

from pydantic import ValidationError

from domain.letters import LetterText, Passage
from gateway.errors import BadRequest

_POINT = "- "


class PassageOnPage(NamedTuple):
    """A part of a letter: its field, its heading ("" for the opening), and its words."""

    field: str
    heading: str
    words: str


class LetterOnPage(NamedTuple):
    """A letter to be edited, and the names of its fields."""

    subject_field: str
    greeting_field: str
    subject: str
    greeting: str
    passages: tuple[PassageOnPage, ...]


def on_page(text: LetterText, prefix: str) -> LetterOnPage:
    """The letter for a page on which it stands under `prefix`."""
    return LetterOnPage(
        subject_field=f"{prefix}-subject",
        greeting_field=f"{prefix}-greeting",
        subject=text.subject,
        greeting=text.greeting,
        passages=tuple(
            PassageOnPage(f"{prefix}-part-{number}", passage.heading or "", written(passage))
            for number, passage in enumerate(text.parts)
        ),
    )


def written(passage: Passage) -> str:
    """The words of a passage as they are typed."""
    blocks = [
        block if isinstance(block, str) else "\n".join(_POINT + point for point in block)
        for block in passage.blocks
    ]
    return "\n\n".join(blocks)


def edited(text: LetterText, prefix: str, typed: Callable[[str], str | None]) -> LetterText:
    """The letter with what was typed; `typed` gives a field's words, None where it was not sent.

    A part whose words were taken out stays, empty, so that the rules can say that it is missing.
    Raises BadRequest where the subject or the greeting was taken out.
    """
    changed: dict[str, object] = {}
    for field, label in (("subject", "subject"), ("greeting", "greeting")):
        words = typed(f"{prefix}-{field}")
        if words is not None:
            if not words.strip():
                raise BadRequest(f"Write a {label} for the letter.")
            changed[field] = " ".join(words.split())
    parts = []
    for number, passage in enumerate(text.parts):
        words = typed(f"{prefix}-part-{number}")
        parts.append(passage if words is None else _passage(passage, words))
    plain = text.model_dump() | changed | {"parts": tuple(part.model_dump() for part in parts)}
    try:
        return LetterText.model_validate(plain)
    except ValidationError as error:
        raise BadRequest(
            "The letter can't be read as it was typed. Plain words, with an empty line between "
            "paragraphs, are enough."
        ) from error


def _passage(passage: Passage, words: str) -> Passage:
    blocks: list[str | tuple[str, ...]] = []
    paragraph: list[str] = []
    points: list[str] = []

    def finish() -> None:
        if paragraph:
            blocks.append(" ".join(paragraph))
            paragraph.clear()
        if points:
            blocks.append(tuple(points))
            points.clear()

    for line in words.splitlines():
        said = line.strip()
        if not said:
            finish()
        elif said.startswith(_POINT) or said == "-":
            if paragraph:
                finish()
            if point := said.removeprefix("-").strip():
                points.append(point)
        elif points:
            points[-1] += f" {said}"
        else:
            paragraph.append(said)
    finish()
    return Passage(part=passage.part, heading=passage.heading, blocks=tuple(blocks))
