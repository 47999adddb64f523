"""A letter as neutral text, and what it must hold before it can be sent (safeguard 14)."""

import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from domain.errors import EvenhandError
from domain.policy import Frozen, Identifier, Words
from domain.vocabulary import ActionName


class Part(StrEnum):
    """What a letter is made of. Each stands in a letter once at most, save `other`."""

    OPENING = "opening"  # has no heading: it follows the greeting
    WHAT_HAPPENED = "what_happened"
    REASON = "reason"
    CLAUSES = "clauses"
    DECISION = "decision"
    ANSWER = "answer"  # what the decision says to the respondent's own side
    DURATION_AND_REVIEW = "duration_and_review"
    STILL_OPEN = "still_open"  # the contact that stays, and how the family still takes part
    MEETING = "meeting"
    RECORDING = "recording"
    DISCUSSED = "discussed"
    DECIDED = "decided"
    THE_CODE = "the_code"
    SIGNING = "signing"
    WHAT_WE_ASK = "what_we_ask"
    WHAT_HAPPENS_NEXT = "what_happens_next"
    HOW_TO_ANSWER = "how_to_answer"
    WHOM_TO_TALK_TO = "whom_to_talk_to"
    RIGHT_TO_COMPLAIN = "right_to_complain"
    INDEPENDENT_ADVICE = "independent_advice"
    SHARED = "shared"  # what another service is told, word for word
    OTHER = "other"  # whatever a person adds under a heading of their own


IN_WORDS = {
    Part.OPENING: "what the letter is about",
    Part.WHAT_HAPPENED: "what happened",
    Part.REASON: "why it is written",
    Part.CLAUSES: "what the code says",
    Part.DECISION: "what was decided",
    Part.ANSWER: "an answer to what the person said",
    Part.DURATION_AND_REVIEW: "how long it lasts and when it is reviewed",
    Part.STILL_OPEN: "what contact stays open",
    Part.MEETING: "when and where the meeting is",
    Part.RECORDING: "what is said of recording",
    Part.DISCUSSED: "what was discussed",
    Part.DECIDED: "what was decided in the meeting",
    Part.THE_CODE: "where the code is",
    Part.SIGNING: "that signing is asked and never forced",
    Part.WHAT_WE_ASK: "what is asked",
    Part.WHAT_HAPPENS_NEXT: "what happens next",
    Part.HOW_TO_ANSWER: "how to answer",
    Part.WHOM_TO_TALK_TO: "whom to talk to",
    Part.RIGHT_TO_COMPLAIN: "the right to complain",
    Part.INDEPENDENT_ADVICE: "where free, independent advice is",
    Part.SHARED: "what another service is told",
    Part.OTHER: "something else",
}


class Addressee(StrEnum):
    """Who a letter goes to."""

    RESPONDENT = "respondent"  # who is asked to answer; the raiser where the school itself is
    RAISER = "raiser"
    FAMILY = "family"
    ADVOCATE = "advocate"
    ATTENDEES = "attendees"  # everybody who is, or was, at the meeting
    WRITER = "writer"  # whoever wrote to us, and is replied to
    ADVISER = "adviser"  # the local authority, the police or legal advisers


class Letter(Frozen):
    """A kind of letter: who gets it, what it goes with, and what it can't be sent without."""

    id: Identifier
    title: Words
    to: tuple[Addressee, ...] = Field(min_length=1)
    goes_with: ActionName | None = None  # None: it goes with the steps that name it
    parts: tuple[Part, ...] = Field(min_length=1)

    @property
    def encloses_the_code(self) -> bool:
        """Whether a copy of the code goes with it."""
        return Part.THE_CODE in self.parts


def one_line(text: str) -> str:
    """The text with every run of white space as one space, and without control characters."""
    kept = (c for c in " ".join(text.split()) if unicodedata.category(c) not in ("Cc", "Cs"))
    return " ".join("".join(kept).split())


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of a text: what stands between empty lines, each on one line."""
    found, lines = [], [*text.splitlines(), ""]
    so_far: list[str] = []
    for line in lines:
        if line.strip():
            so_far.append(line)
        elif so_far:
            found.append(one_line(" ".join(so_far)))
            so_far = []
    return tuple(paragraph for paragraph in found if paragraph)


Line = Annotated[str, AfterValidator(one_line), StringConstraints(min_length=1, max_length=4000)]
"""Words on one line."""
Prose = Annotated[
    str,
    AfterValidator(lambda text: "\n\n".join(paragraphs(text))),
    StringConstraints(min_length=1, max_length=20_000),
]
"""One or more paragraphs, with an empty line between them."""
Points = Annotated[tuple[Line, ...], Field(min_length=1)]
"""A list of points."""


def _one_list(blocks: tuple[Line | Points, ...]) -> tuple[Line | Points, ...]:
    """Lists with nothing between them are one list: no reader could tell them apart."""
    joined: list[Line | Points] = []
    for block in blocks:
        if isinstance(block, tuple) and joined and isinstance(joined[-1], tuple):
            joined[-1] = (*joined[-1], *block)
        else:
            joined.append(block)
    return tuple(joined)


class Passage(Frozen):
    """One part of a letter: its heading, then paragraphs (text) and lists (tuples of text)."""

    part: Part
    heading: Line | None = None
    blocks: Annotated[tuple[Line | Points, ...], AfterValidator(_one_list)] = ()

    @model_validator(mode="after")
    def _has_a_heading(self) -> Self:
        if (self.heading is None) != (self.part is Part.OPENING):
            raise ValueError("Every part but the opening has a heading.")
        return self


class LetterText(Frozen):
    """A letter as people read and edit it, whichever way it is sent; this is what is stored."""

    kind: Identifier
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")] = "en-GB"
    reference: Line
    dated: Line  # as people write it, such as 15 September 2026
    addressee: tuple[Line, ...] = Field(min_length=1)  # the name, then the address's lines
    adjustments: tuple[Line, ...] = ()  # what was agreed with the person: it stands at the head
    subject: Line
    greeting: Line
    parts: tuple[Passage, ...]
    closing: Line
    signatory: tuple[Line, ...] = Field(min_length=1)  # the name, then in which role

    @model_validator(mode="after")
    def _parts_stand_once(self) -> Self:
        seen: set[Part] = set()
        for number, passage in enumerate(self.parts):
            if passage.part is Part.OPENING and number > 0:
                raise ValueError("The opening stands first.")
            if passage.part in seen and passage.part is not Part.OTHER:
                raise ValueError(f"The part {passage.part.value} stands there twice.")
            seen.add(passage.part)
        return self

    def part(self, part: Part) -> Passage | None:
        """The passage that is this part, or None."""
        return next((passage for passage in self.parts if passage.part is part), None)


class Requirement(Frozen):
    """A part that a letter must hold, and words (such as a date) that must stand in it."""

    part: Part
    says: tuple[Line, ...] = ()


class Requirements(Frozen):
    """All that one letter must hold."""

    parts: tuple[Requirement, ...]
    adjustments: tuple[Line, ...] = ()


def missing_parts(requirements: Requirements, text: LetterText) -> list[str]:
    """A sentence for everything that keeps a letter from being sent; [] where nothing does.

    Safeguard 14. A part that is there but was emptied counts as missing.
    """
    return [
        *_parts_that_lack(requirements.parts, text),
        *(
            f"The heading “{passage.heading}” has nothing under it: write it, or take it out."
            for passage in text.parts
            if not passage.blocks and passage.part not in {r.part for r in requirements.parts}
        ),
        *(
            f"“{agreed}” was agreed with this person and must stand at the head of the letter."
            for agreed in requirements.adjustments
            if agreed not in text.adjustments
        ),
    ]


def _parts_that_lack(required: Iterable[Requirement], text: LetterText) -> Iterable[str]:
    for requirement in required:
        passage = text.part(requirement.part)
        lacks = IN_WORDS[requirement.part]
        if passage is None or not passage.blocks:
            yield f"The letter does not say {lacks} (the part {requirement.part.value})."
            continue
        said = " ".join(_words_of(passage))
        for words in requirement.says:
            if words not in said:
                yield (
                    f"Where the letter says {lacks} (the part {requirement.part.value}), "
                    f"“{words}” must stand."
                )


def _words_of(passage: Passage) -> Iterable[str]:
    for block in passage.blocks:
        yield from [block] if isinstance(block, str) else block


class Fault(Frozen):
    """Something wrong in a letter's template or text: where (lines count from 1), and what to do.

    `field` is what it is about: a field of the facts, a part or a line's name; "" for the whole.
    """

    file: str
    line: int
    field: str = ""
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " + (f"{self.field}: " if self.field else "")
        return place + self.message


class LetterProblem(EvenhandError):
    """The letter can't be sent as it is. `faults` say where, what and what to do."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


def refuse_to_send(requirements: Requirements, text: LetterText) -> None:
    """Raises LetterProblem with everything that the letter lacks (safeguard 14)."""
    if missing := missing_parts(requirements, text):
        raise LetterProblem(Fault(file=text.kind, line=1, message=sentence) for sentence in missing)
