"""Governors review a sample; each person sees what is theirs to see; and it is known who looked."""

import pytest

from tests.support.up import Prompt, Up


@pytest.fixture(autouse=True)
def _running(service: Up) -> None:
    """Every test here talks to the service."""


def references(prompt: Prompt) -> dict[str, str]:
    """Each sample case's reference by its prefix."""
    listed = prompt.json("case", "list")
    assert isinstance(listed, list)
    return {str(one["reference"]).partition("-")[0]: str(one["reference"]) for one in listed}


def a_review(prompt: Prompt, *more: str) -> dict[str, object]:
    """A review of all that was open on the day of the sample, drawn by the chair."""
    period = ("--from", "2026-09-01", "--to", today(prompt))
    drawn = prompt.json("review", "draw", *period, *more, "--as", "chair of governors")
    assert isinstance(drawn, dict)
    return drawn


def today(prompt: Prompt) -> str:
    """The day on which the sample cases were opened."""
    listed = prompt.json("case", "list")
    assert isinstance(listed, list)
    return str(listed[0]["opened_at"])[:10]


ALL_WELL = ("proportionate=yes", "timely=yes", "heard=yes", "signposted=yes", "recorded=yes")
NAMES = ("Idris Bello", "Joan Pritchard", "Hana Novak", "Tomasz Wierzbicki", "Asha Karim")


def test_a_governor_reads_without_names_until_the_case_is_assigned(prompt: Prompt) -> None:
    reference = references(prompt)["EP"]
    before = (
        prompt("case", "show", reference, "--as", "Elif Demir"),
        prompt("case", "timeline", reference, "--texts", "--as", "Elif Demir"),
        str(prompt.json("case", "show", reference, "--as", "Elif Demir")),
        str(prompt.json("case", "timeline", reference, "--texts", "--as", "Elif Demir")),
    )

    for told in before:
        assert "the respondent" in told or "a member of staff" in told
        assert not any(name in told for name in NAMES)
        assert "quiet word first" not in told
        assert "person-" not in told
    assert "Names and texts are not shown to you." in before[0]

    drawn = a_review(prompt, "--share", "1")
    prompt(
        *("review", "assign", str(drawn["review"]), reference, "--to", "Elif Demir"),
        *("--as", "chair of governors"),
    )

    after = prompt("case", "timeline", reference, "--texts", "--as", "Elif Demir")
    assert "Asha Karim" in after
    assert "quiet word first" in after


def test_a_family_and_an_advocate_see_their_own_case_and_no_other(prompt: Prompt) -> None:
    mine, other = references(prompt)["EP"], references(prompt)["TC"]
    told = prompt("case", "timeline", mine, "--texts", "--as", "Idris Bello")

    assert "Idris Bello" in told
    assert "quiet word first" in told  # the reason that was given to him
    assert "spoke over me" not in told  # what the teacher wrote
    assert "Asha Karim" not in told
    assert "is not shown" in prompt("case", "show", other, "--as", "Idris Bello", code=1)
    assert "is not shown" in prompt("case", "next", other, "--as", "Idris Bello", code=1)
    listed = prompt.json("case", "list", "--as", "Idris Bello")
    assert isinstance(listed, list)
    assert mine in {one["reference"] for one in listed}
    assert other not in {one["reference"] for one in listed}


def test_who_looked_is_told_to_those_who_answer_for_the_record(prompt: Prompt) -> None:
    reference = references(prompt)["FL"]
    prompt("case", "show", reference, "--as", "headteacher")
    prompt("case", "timeline", reference, "--texts", "--as", "Elif Demir")
    prompt("case", "show", reference)

    looked = prompt.json("case", "viewers", reference)
    assert isinstance(looked, list)
    assert [(one["role"], one["what"], one["names"]) for one in looked] == [
        ("headteacher", "case", True),
        ("governor", "timeline_with_texts", False),
        ("administrator", "case", True),
    ]
    said = prompt("case", "viewers", reference, "--as", "headteacher")
    assert "Elif Demir" in said
    assert "the administrator at the machine" in said
    by_chair = prompt("case", "viewers", reference, "--as", "chair of governors")
    assert "Cara Lindqvist" not in by_chair
    assert "the headteacher" in by_chair
    for other in ("Asha Karim", "Idris Bello"):
        prompt("case", "viewers", reference, "--as", other, code=1)


def test_a_review_is_drawn_found_answered_and_closed(prompt: Prompt) -> None:
    reference = references(prompt)["TC"]
    drawn = a_review(prompt, "--share", "0")
    review = str(drawn["review"])
    assert reference in drawn["always"]  # type: ignore[operator]
    assert drawn["seed_given"] is False
    assert len(str(drawn["seed"])) == 32
    assert "comes out the same" in prompt("review", "check", review)

    prompt("review", "assign", review, reference, "--to", "Elif Demir", "--as", "clerk")
    beside = prompt("review", "show", review, reference, "--as", "Elif Demir")
    assert "not confirmed; representations received: 0" in beside
    assert "Was each step in proportion" in beside
    said = prompt(
        *("review", "find", review, reference, "--as", "Elif Demir", *ALL_WELL[1:]),
        *("proportionate=partly", "findings=A meeting could have been offered first."),
    )
    assert "asked for its answer" in said
    assert "Without a finding" in prompt(
        "review", "close", review, "--as", "chair of governors", code=1
    )
    prompt(
        *("review", "answer", review, reference, "--as", "headteacher"),
        "answer=We agree, and offer one from now on.",
    )
    shown = prompt.json("review", "show", review, reference, "--as", "chair of governors")
    assert isinstance(shown, dict)
    assert shown["findings"] == "A meeting could have been offered first."
    assert shown["answer"] == "We agree, and offer one from now on."
    assert shown["checklist"]["proportionate"] == "partly"
    prompt("review", "close", review, "reason=The rest is for next term.", "--as", "Dafydd Rees")

    assert review in prompt("review", "list", "--as", "headteacher")
    assert prompt.json("review", "check", review)["same"] is True  # type: ignore[index]
    verified = prompt.json("audit", "verify")
    assert isinstance(verified, dict)
    assert verified["verified"] is True


def test_the_same_seed_is_kept_and_said_to_be_given(prompt: Prompt) -> None:
    drawn = a_review(prompt, "--share", "0.5", "--seed", "six sixes")

    assert (drawn["seed"], drawn["seed_given"], drawn["share"]) == ("six sixes", True, "0.5")
    said = prompt("review", "show", str(drawn["review"]), "--as", "clerk")
    assert "Seed (given): six sixes" in said


CHAIR = ("--as", "chair of governors")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(
            ("draw", "--from", "2026-11-30", "--to", "2026-09-01", *CHAIR),
            2,
            "before it begins",
            id="period reversed",
        ),
        pytest.param(
            ("draw", "--from", "2020-09-01", "--to", "2020-12-18", *CHAIR),
            2,
            "nothing to review",
            id="no cases",
        ),
        pytest.param(
            ("draw", "--from", "2026-09-01", "--to", "2099-01-01", *CHAIR),
            2,
            "still to come",
            id="not over",
        ),
        pytest.param(("draw", *CHAIR), 2, "Say which term", id="no period"),
        pytest.param(("draw", "--term", "Lent", *CHAIR), 2, "has no term “Lent”", id="no term"),
        pytest.param(
            ("draw", "--term", "autumn", *CHAIR), 2, "could be: Autumn term", id="several terms"
        ),
        pytest.param(
            ("draw", "--from", "2026-09-01", "--to", "2026-09-30", "--share", "10", *CHAIR),
            2,
            "from 0 to 1",
            id="share out of range",
        ),
        pytest.param(
            ("draw", "--from", "2026-09-01", "--to", "2026-09-30", "--share", "a tenth", *CHAIR),
            2,
            "--share is a part of the whole",
            id="share in words",
        ),
        pytest.param(
            ("draw", "--from", "2026-09-01", "--to", "2026-09-30", "--as", "headteacher"),
            1,
            "Who may: chair of governors",
            id="wrong role",
        ),
        pytest.param(("show", "GR-2026-99"), 2, "There is no review", id="unknown review"),
        pytest.param(("check", "GR-2026-99"), 2, "There is no review", id="unknown to check"),
        pytest.param(("list", "--as", "Idris Bello"), 1, "is not for the advocate", id="outsider"),
    ],
)
def test_bad_input_is_refused_in_words(
    prompt: Prompt, words: tuple[str, ...], code: int, said: str
) -> None:
    before = prompt.json("review", "list")

    assert said in prompt("review", *words, code=code)
    assert prompt.json("review", "list") == before


def test_what_is_out_of_turn_in_a_review_is_refused_in_words(prompt: Prompt) -> None:
    reference = references(prompt)["TC"]
    review = str(a_review(prompt, "--share", "0")["review"])
    here = (review, reference)
    wrong = reference[:-1] + "7"

    said = prompt("review", "assign", review, wrong, "--to", "Elif Demir", *CHAIR, code=2)
    assert f"There is no case “{wrong}” in {review}. Did you mean {reference}" in said
    said = prompt("review", "assign", *here, "--to", "Ben Okafor", *CHAIR, code=1)
    assert "A case is reviewed by a governor." in said
    elif_ = ("--as", "Elif Demir")
    full = (*ALL_WELL, "findings=All as it should be.")
    assert "not assigned" in prompt("review", "find", *here, *full, *elif_, code=1)
    prompt("review", "assign", *here, "--to", "Elif Demir", *CHAIR)
    said = prompt("review", "find", *here, "timely=maybe", *elif_, code=2)
    assert "“maybe” is not one of the answers to timely" in said
    assert "“heard” is missing" in said
    assert "“findings” is missing" in said
    head = ("--as", "headteacher")
    assert "no finding" in prompt("review", "answer", *here, "answer=Yes.", *head, code=1)
    prompt("review", "find", *here, *full, *elif_)
    assert "recorded already" in prompt("review", "find", *here, *full, *elif_, code=1)
    assert "is not a field" in prompt("review", "answer", *here, "answr=Yes.", *head, code=2)


def test_a_governor_who_declared_a_conflict_is_not_assigned(prompt: Prompt) -> None:
    reference = references(prompt)["PC"]
    review = str(a_review(prompt, "--share", "1")["review"])
    prompt("case", "act", reference, "declare_conflict", "--as", "Elif Demir")

    said = prompt("review", "assign", review, reference, "--to", "Elif Demir", *CHAIR, code=1)
    assert "conflict of interest" in said
    said = prompt("case", "show", reference, "--as", "Elif Demir", code=1)
    assert "is not shown" in said
