"""A letter as text: what it must hold, and how it goes to an editor and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.letter_editing import CannotReadLetter, from_editable, to_editable
from domain.letters import (
    LetterProblem,
    LetterText,
    Part,
    Passage,
    Requirement,
    Requirements,
    missing_parts,
    one_line,
    refuse_to_send,
)

WRITTEN = """\
Letter: warning
Language: en-GB
Reference: EP-2026-0042
Date: 15 September 2026
To: Ms Hana Novak
To: 12 Sample Street
Agreed: Letters in large print.
Greeting: Dear Ms Novak,
Closing: Yours sincerely,
Signed: Sam Okafor
Signed: Headteacher

# A warning about our code

We are sorry to write to you about this.

## Why we are writing {#reason}

It has gone on since the reminder.

- On Monday, at the gate.
- On Tuesday, by e-mail.

## How to answer us {#how_to_answer}

Please write by Friday 25 September 2026.
"""

NEEDED = Requirements(
    parts=(
        Requirement(part=Part.REASON),
        Requirement(part=Part.HOW_TO_ANSWER, says=("Friday 25 September 2026",)),
    ),
    adjustments=("Letters in large print.",),
)

# Of everything that a keyboard, a paste or a mishap may put into a letter.
words = (
    st.text(st.one_of(st.sampled_from("#-*\\{}: \n"), st.characters(codec="utf-8")), max_size=40)
    .map(one_line)
    .filter(bool)
)
lines = st.lists(words, min_size=1, max_size=3).map(tuple)
blocks = st.lists(st.one_of(words, lines), max_size=4).map(tuple)
openings = st.builds(Passage, part=st.just(Part.OPENING), blocks=blocks.filter(bool))
with_heading = st.lists(
    st.sampled_from([part for part in Part if part is not Part.OPENING]), unique=True, max_size=4
).flatmap(
    lambda parts: st.tuples(
        *(st.builds(Passage, part=st.just(part), heading=words, blocks=blocks) for part in parts)
    )
)
letters = st.builds(
    LetterText,
    kind=st.just("warning"),
    language=st.sampled_from(["en-GB", "cy"]),
    reference=words,
    dated=words,
    addressee=lines,
    adjustments=st.lists(words, max_size=2).map(tuple),
    subject=words,
    greeting=words,
    parts=st.builds(lambda first, rest: (*first, *rest), st.tuples(openings), with_heading),
    closing=words,
    signatory=lines,
)


@given(letters)
def test_any_letter_comes_back_from_the_editor_as_it_went(letter: LetterText) -> None:
    assert from_editable(to_editable(letter)) == letter


def test_an_editor_may_wrap_lines_and_add_a_heading_of_their_own() -> None:
    edited = WRITTEN.replace(
        "It has gone on since the reminder.",
        "It has gone on\nsince the reminder.\n- And on Wednesday,\n  by telephone.",
    )

    letter = from_editable(edited.replace("\n", "\r\n") + "\n## What helped before\n\nA call.\n")

    assert letter.part(Part.REASON) == Passage(
        part=Part.REASON,
        heading="Why we are writing",
        blocks=(
            "It has gone on since the reminder.",
            (
                "And on Wednesday, by telephone.",
                "On Monday, at the gate.",
                "On Tuesday, by e-mail.",
            ),
        ),
    )
    assert letter.parts[-1] == Passage(
        part=Part.OTHER, heading="What helped before", blocks=("A call.",)
    )


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        pytest.param("Date: 15 September 2026\n", "", 1, "“Date:” is missing", id="no date"),
        pytest.param("Date: 15 September 2026", "Date:", 4, "“Date:” is empty", id="empty date"),
        pytest.param("Greeting:", "Greting:", 8, "Did you mean Greeting", id="unknown line"),
        pytest.param(
            "Closing: Yours sincerely,",
            "Closing: Yours,\nClosing: Love,",
            10,
            "stands there twice",
            id="a line twice",
        ),
        pytest.param("# A warning about our code\n", "", 14, "its subject", id="no subject"),
        pytest.param("{#reason}", "{#resaon}", 17, "Did you mean reason", id="unknown part"),
        pytest.param("{#how_to_answer}", "{#reason}", 24, "first on line 17", id="a part twice"),
        pytest.param("## Why", "### Why", 17, "Write “## ”", id="a smaller heading"),
        pytest.param("## Why we are", "# Why we are", 17, "one subject", id="two subjects"),
        pytest.param("Language: en-GB", "Language: British", 1, "“Language:”", id="a language"),
    ],
)
def test_what_cannot_be_read_back_is_told_with_its_line(
    before: str, after: str, line: int, said: str
) -> None:
    with pytest.raises(CannotReadLetter) as caught:
        from_editable(WRITTEN.replace(before, after, 1))

    assert any(number == line and said in told for number, told in caught.value.faults)


def test_a_whole_letter_may_be_sent() -> None:
    letter = from_editable(WRITTEN)

    assert missing_parts(NEEDED, letter) == []
    refuse_to_send(NEEDED, letter)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        pytest.param(
            WRITTEN[WRITTEN.index("## Why") : WRITTEN.index("## How")],
            "",
            "does not say why it is written",
            id="taken out",
        ),
        pytest.param(
            "Please write by Friday 25 September 2026.\n",
            "",
            "does not say how to answer",
            id="emptied",
        ),
        pytest.param(
            "25 September", "26 September", "“Friday 25 September 2026” must stand", id="other date"
        ),
        pytest.param("Agreed: Letters in large print.\n", "", "was agreed", id="adjustment"),
        pytest.param(
            "## How to", "## Besides\n\n## How to", "“Besides” has nothing under it", id="heading"
        ),
    ],
)
def test_a_letter_that_lacks_a_part_is_not_sent(before: str, after: str, said: str) -> None:
    letter = from_editable(WRITTEN.replace(before, after, 1))

    (sentence,) = missing_parts(NEEDED, letter)

    assert said in sentence
    with pytest.raises(LetterProblem, match="warning:1: "):
        refuse_to_send(NEEDED, letter)
