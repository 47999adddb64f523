"""Erasing people, legal holds and retention at a prompt: what is said, and each way to be refused.

None of it needs the service, so the commands run on a database that was prepared for them.
"""

import asyncio
import base64
from pathlib import Path

import pytest

from domain.calendar import Clock, Span
from domain.vocabulary import Role
from tests.rules.building import ELEANOR_PALMER
from tests.support.closing import CLOSED, OPEN, SETTLED, a_recorded_case
from tests.support.school import SCHOOL, a_school
from tests.support.up import Prompt

AT_ONCE = ELEANOR_PALMER.model_copy(update={"retention": Span(amount=0, clock=Clock.CALENDAR_DAYS)})
GOING_ON, OVER, SETTLED_ONE, SETTLED_TWO = (f"EP-2026-000{number}" for number in (1, 2, 3, 4))
ERASE_LEILA = ("person", "erase", "Leila", "--as", "administrator")
REASONS = ("reason=She asked by letter.", "ground=no longer needed")


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A school with four cases of Idris and Hana, and Leila, who has a part in the one closed."""
    monkeypatch.setenv("EVENHAND_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("EVENHAND_MASTER_KEY", base64.b64encode(b"m" * 32).decode())
    return asyncio.run(_prepare(f"sqlite+aiosqlite:///{tmp_path / 'evenhand.db'}"))


async def _prepare(url: str) -> dict[str, str]:
    async with a_school(url, as_adopted=lambda policy: AT_ONCE) as school:
        leila = await school.stores.people.add_person(
            SCHOOL, "Leila Haddad", "leila@rowan-hill.example", [Role.PARENT]
        )
        await a_recorded_case(school, GOING_ON, OPEN, policy=AT_ONCE)
        await a_recorded_case(school, OVER, CLOSED, policy=AT_ONCE, family=leila)
        for reference in (SETTLED_ONE, SETTLED_TWO):
            await a_recorded_case(school, reference, SETTLED, policy=AT_ONCE, family=leila)
        return school.people | {"leila": leila}


def holds_whole(prompt: Prompt) -> bool:
    told = prompt.json("audit", "verify")
    assert isinstance(told, dict)
    return bool(told["verified"])


def test_a_person_is_erased_by_two_people(
    prompt: Prompt, people: dict[str, str], tmp_path: Path
) -> None:
    said = prompt(*ERASE_LEILA)
    assert "Leila Haddad" in said
    assert f"{OVER}, in which “an erased person” then stands for them" in said
    assert "Nothing was asked for yet" in said

    asked = prompt(*ERASE_LEILA, *REASONS)
    assert "Asked for as erasure-1" in asked
    assert "erasure-1: Leila Haddad, asked for by Gil Navarro" in prompt("person", "erasures")
    confirming = ("person", "confirm-erasure", "erasure-1", "--as", "headteacher")
    looked = prompt(*confirming)
    assert "She asked by letter." in looked
    assert "Nothing is destroyed yet" in looked
    assert "Erased: key, name, address and roles, with one text." in prompt(*confirming, "--yes")

    assert "Family: an erased person" in prompt("case", "show", OVER)
    listed = prompt("person", "list")
    assert "Leila" not in listed
    assert "Erased: 1." in listed
    assert (tmp_path / "erased.list").read_text() == f"person\t{SCHOOL}\t{people['leila']}\n"
    assert "No erasure waits" in prompt("person", "erasures")
    assert holds_whole(prompt)
    again = prompt("person", "erase", people["leila"], "--as", "administrator", code=1)
    assert "This person's data was destroyed already" in again


@pytest.mark.usefixtures("people")
def test_a_preview_names_the_texts_of_others_that_stay(prompt: Prompt) -> None:
    told = prompt.json("person", "erase", "Hana", "--as", "administrator", code=1)

    assert isinstance(told, dict)
    assert told["texts"] == [{"reference": GOING_ON, "kind": "reply", "count": 1}]
    assert {(one["reference"], one["kind"]) for one in told["mentions"]} == {(GOING_ON, "note")}
    assert told["against"]["error"] == "PartInOpenCase"


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(
            ("person", "erase", "Leila Hadad", "--as", "administrator"),
            *(2, "Did you mean Leila Haddad"),
            id="unknown person",
        ),
        pytest.param(
            ("person", "erase", "Leila", "--as", "Asha"), *(1, "Who may:"), id="not their role"
        ),
        pytest.param(
            ("person", "erase", "Hana", "--as", "administrator", *REASONS),
            *(1, f"Open: {GOING_ON}."),
            id="an open case",
        ),
        pytest.param((*ERASE_LEILA, "reason=Because."), *(2, "go together"), id="no ground"),
        pytest.param(
            (*ERASE_LEILA, "reason=Because.", "ground=no need"),
            *(2, "is not a ground for erasure. Did you mean no_longer_needed"),
            id="unknown ground",
        ),
        pytest.param((*ERASE_LEILA, "reason= ", "ground=objection"), *(2, "is empty"), id="empty"),
        pytest.param(
            ("person", "confirm-erasure", "erasure-9", "--as", "headteacher"),
            *(1, "None waits under “erasure-9”"),
            id="unknown erasure",
        ),
        pytest.param(
            ("case", "hold", "EP-2026-0009", "reason=A claim.", "--as", "clerk"),
            *(2, "Did you mean"),
            id="unknown case",
        ),
        pytest.param(
            ("case", "hold", OVER, "--as", "clerk"), *(2, "Missing: reason="), id="no reason"
        ),
        pytest.param(
            ("case", "hold", OVER, "reason=A claim.", "review_on=soon", "--as", "clerk"),
            *(2, "“soon” is not a date"),
            id="not a date",
        ),
        pytest.param(
            ("case", "hold", OVER, "reason=A claim.", "review_on=2020-01-01", "--as", "clerk"),
            *(1, "This needs a day in the future"),
            id="a day in the past",
        ),
        pytest.param(
            ("case", "release", OVER, "reason=Settled.", "--as", "headteacher"),
            *(1, "There is no legal hold on this case"),
            id="not on hold",
        ),
        pytest.param(
            ("retention", "confirm", "--as", "headteacher"), *(2, "Name the cases"), id="which"
        ),
        pytest.param(
            (
                "retention",
                "keep",
                OVER,
                "until=2040-01-01",
                "reason=Why not.",
                "--as",
                "headteacher",
            ),
            *(1, "may still be reopened"),
            id="not settled",
        ),
    ],
)
def test_bad_input_is_refused_in_words(
    prompt: Prompt, words: tuple[str, ...], code: int, said: str
) -> None:
    assert said in prompt(*words, code=code)


@pytest.mark.usefixtures("people")
def test_an_erasure_is_asked_for_once_and_not_confirmed_by_who_asked(prompt: Prompt) -> None:
    prompt("person", "erase", "Leila", "--as", "headteacher", *REASONS)

    assert "waiting for a second person already" in prompt(*ERASE_LEILA, *REASONS, code=1)
    confirming = ("person", "confirm-erasure", "erasure-1", "--yes", "--as")
    assert "asked for by one person and confirmed" in prompt(*confirming, "headteacher", code=1)
    prompt("person", "refuse-erasure", "erasure-1", "reason=A mistake.", "--as", "headteacher")
    assert "None waits" in prompt(*confirming, "chair of governors", code=1)


@pytest.mark.usefixtures("people")
def test_where_nobody_else_may_confirm_it_is_said_so(prompt: Prompt) -> None:
    prompt("person", "roles", "Dafydd Rees", "--role", "governor")

    said = prompt("person", "erase", "Leila", "--as", "headteacher", *REASONS, code=1)

    assert "Nobody else at this school may confirm an erasure" in said


@pytest.mark.usefixtures("people")
def test_what_was_kept_long_enough_is_proposed_and_decided_on(prompt: Prompt) -> None:
    asked = ("reason=A claim was announced.", "review_on=2099-01-01", "--as", "clerk")
    prompt("case", "hold", SETTLED_TWO, *asked)
    assert "On legal hold since" in prompt("case", "show", SETTLED_TWO)
    confirm = ("retention", "confirm", SETTLED_ONE, SETTLED_TWO, "--as", "headteacher")
    assert "It was not yet proposed" in prompt(*confirm, code=1)

    assert f"Newly proposed: {SETTLED_ONE}." in prompt("retention", "sweep")
    listed = prompt("retention", "due")
    assert "on legal hold" in listed
    assert "evenhand retention confirm" in listed
    told = prompt.json("retention", "due")
    assert isinstance(told, list)
    assert [(one["reference"], one["on_hold"]) for one in told] == [
        (SETTLED_ONE, False),
        (SETTLED_TWO, True),
    ]
    found = prompt.json(*confirm, code=1)
    assert isinstance(found, dict)
    assert found["disposed"] == [{"reference": SETTLED_ONE, "texts": 3, "people": [], "files": 0}]
    assert [one["error"] for one in found["refused"]] == ["OnLegalHold"]

    assert "Its texts were removed on" in prompt("case", "show", SETTLED_ONE)
    assert "(no longer kept)" in prompt("case", "timeline", SETTLED_ONE, "--texts")
    assert "marmalade" in prompt("case", "timeline", SETTLED_TWO, "--texts")
    assert "destroyed already" in prompt(
        "retention", "confirm", SETTLED_ONE, "--as", "headteacher", code=1
    )
    assert holds_whole(prompt)


@pytest.mark.usefixtures("people")
def test_a_case_is_kept_longer_with_a_reason(prompt: Prompt) -> None:
    prompt("retention", "sweep")
    keep = ("retention", "keep", SETTLED_ONE, "until=2099-01-01", "reason=A sibling is here.")
    assert "until Thu 1 Jan 2099; then it is proposed again" in prompt(
        *keep, "--as", "administrator"
    )

    assert "Kept until Thursday 1 January 2099" in prompt("case", "show", SETTLED_ONE)
    said = prompt("retention", "confirm", SETTLED_ONE, "--as", "headteacher", code=1)
    assert "The time for which this case is kept is not over" in said
    said = prompt("retention", "confirm", "--all", "--as", "headteacher")
    assert said == f"{SETTLED_TWO}: destroyed 3 texts."
    assert prompt("retention", "due") == "No case has been kept long enough yet."
