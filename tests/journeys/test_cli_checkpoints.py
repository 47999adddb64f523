"""Checkpoints at the command line: made, listed, proved, and refused in words."""

import asyncio
import base64
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.checkpoint import public_key_of, read, verify
from domain.merkle import leaf_hash, verify_consistency, verify_inclusion
from settings import HERE
from storage.signing_keys import SigningKeys
from tests.support.closing import SETTLED, a_recorded_case
from tests.support.school import SCHOOL, SchoolInTest, a_school
from tests.support.up import Prompt

REFERENCE = "EP-2026-0001"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A school with one case on its record, which the commands find by the environment."""
    monkeypatch.setenv("EVENHAND_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("EVENHAND_MASTER_KEY", base64.b64encode(b"m" * 32).decode())
    at_the_school(tmp_path, one_case)
    return tmp_path


def at_the_school(folder: Path, work: Callable[[SchoolInTest], Awaitable[None]]) -> None:
    """Does something at the school in this folder, beside the commands."""

    async def run() -> None:
        async with a_school(f"sqlite+aiosqlite:///{folder / 'evenhand.db'}") as school:
            await work(school)

    asyncio.run(run())


async def one_case(school: SchoolInTest) -> None:
    await a_recorded_case(school, REFERENCE, SETTLED)


async def another_case(school: SchoolInTest) -> None:
    await a_recorded_case(school, "EP-2026-0002", SETTLED)


def rows(answer: object) -> list[dict[str, Any]]:
    assert isinstance(answer, list)
    return answer


def facts(answer: object) -> dict[str, Any]:
    assert isinstance(answer, dict)
    return answer


@pytest.mark.usefixtures("folder")
def test_a_checkpoint_is_printed_listed_and_verified_with_the_printed_key(
    prompt: Prompt, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "There is no checkpoint yet" in prompt("audit", "checkpoints")
    assert "No key has signed" in prompt("audit", "keys")

    made = facts(prompt.json("audit", "checkpoint"))

    [key] = rows(prompt.json("audit", "keys"))
    signed = read(made["note"])
    assert verify(signed, [public_key_of(key["key"])])
    assert (made["number"], made["new"], made["previous"]) == (1, True, None)
    assert made["note"].startswith("evenhand/rowan-hill\n")
    [listed] = rows(prompt.json("audit", "checkpoints"))
    assert listed["digest"] == made["digest"] == signed.digest
    assert (listed["signed_by"], listed["sent_to"]) == (["first"], 0)
    assert "first" in prompt("audit", "checkpoints")
    # Nothing happened since: what is printed is the same note, to the byte.
    assert facts(prompt.json("audit", "checkpoint"))["new"] is False
    prompt("audit", "checkpoint", "--number", "1")
    assert public_key_of(key["key"]).text in prompt("audit", "keys")


def test_an_event_and_the_growth_of_the_record_are_proved(prompt: Prompt, folder: Path) -> None:
    first = facts(prompt.json("audit", "checkpoint"))
    at_the_school(folder, another_case)

    later = facts(prompt.json("audit", "proof", "--case", "EP-2026-0002", code=1))
    assert (later["proved"], later["proofs"]) == (False, [])
    assert later["not_covered"][0] == 1
    second = facts(prompt.json("audit", "checkpoint"))

    proved = facts(prompt.json("audit", "proof", "--case", "EP-2026-0002", "--event", "1"))
    [proof] = proved["proofs"]
    verify_inclusion(
        proof["position"],
        second["size"],
        leaf_hash(bytes.fromhex(proof["event_hash"])),
        [bytes.fromhex(part) for part in proof["path"]],
        bytes.fromhex(second["root"]),
    )
    told = prompt("audit", "proof", "--case", "REGISTER")
    assert "event 1 is number" in told
    old = facts(prompt.json("audit", "proof", "--case", REFERENCE, "--checkpoint", "1"))
    assert old["proved"] is True
    grown = facts(prompt.json("audit", "consistency", "--from", "1", "--to", "2"))
    verify_consistency(
        first["size"],
        second["size"],
        bytes.fromhex(first["root"]),
        bytes.fromhex(second["root"]),
        [bytes.fromhex(part) for part in grown["path"]],
    )
    assert "nothing among those was changed" in prompt(
        "audit", "consistency", "--from", "1", "--to", "2"
    )


def test_the_key_is_changed_by_the_administrator_and_the_old_one_vouches(
    prompt: Prompt, folder: Path
) -> None:
    prompt("audit", "checkpoint")
    [old] = rows(prompt.json("audit", "keys"))
    refused = prompt("audit", "keys", "rotate", "--as", "headteacher", code=1)
    assert "Who may: administrator." in refused

    changed = facts(prompt.json("audit", "keys", "rotate", "--as", "administrator"))

    signed = read(changed["checkpoint"]["note"])
    keys = [public_key_of(old["key"]), public_key_of(changed["key"]["key"])]
    assert verify(signed, keys[:1]) == keys[:1]
    assert len(verify(signed, keys)) == 2
    assert changed["key"]["label"] == f"{datetime.now(UTC).year}a"
    assert (folder / "audit.keys").read_text().count("\n") == 2
    at_the_school(folder, another_case)
    assert verify(read(facts(prompt.json("audit", "checkpoint"))["note"]), keys[1:])


def test_keys_from_the_environment_are_changed_there(
    prompt: Prompt, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENHAND_AUDIT_KEYS", f"a:{base64.b64encode(b'a' * 32).decode()}")
    said = prompt("audit", "keys", "rotate", "--as", "administrator", code=2)

    assert "EVENHAND_AUDIT_KEYS: add a new one at its end" in said
    prompt("audit", "checkpoint")
    assert not (folder / "audit.keys").exists()


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(
            ("checkpoint", "--number", "7"),
            2,
            "no checkpoint 7 at rowan-hill. Did you mean 1?",
            id="unknown checkpoint",
        ),
        pytest.param(
            ("consistency", "--from", "1", "--to", "3"),
            2,
            "no checkpoint 3",
            id="unknown later one",
        ),
        pytest.param(
            ("proof", "--case", "EP-2026-0009"), 2, "Did you mean EP-2026-0001?", id="unknown case"
        ),
        pytest.param(
            ("proof", "--case", REFERENCE, "--event", "99"),
            2,
            "and no event 99",
            id="unknown event",
        ),
        pytest.param(
            ("proof", "--case", REFERENCE, "--checkpoint", "0"), 2, "no checkpoint 0", id="zero"
        ),
    ],
)
def test_bad_input_is_refused_in_words(
    prompt: Prompt, words: tuple[str, ...], code: int, said: str
) -> None:
    assert "There is none at all yet" in prompt("audit", "checkpoint", "--number", "1", code=2)
    prompt("audit", "checkpoint")

    assert said in prompt("audit", *words, code=code)


def test_a_clock_that_went_back_says_what_is_proved(prompt: Prompt, folder: Path) -> None:
    async def tomorrow(school: SchoolInTest) -> None:
        keys = SigningKeys.from_file(folder / "audit.keys")
        now = datetime.now(UTC) + timedelta(days=1)
        await school.stores.checkpoints.make(SCHOOL, keys, now)

    at_the_school(folder, tomorrow)
    at_the_school(folder, another_case)

    said = prompt("audit", "checkpoint", code=1)

    assert "never dated before the one before it" in said
    assert "What is proved stays proved" in said
    assert [one["number"] for one in rows(prompt.json("audit", "checkpoints"))] == [1]


def test_a_lost_key_and_a_forged_checkpoint_are_said(prompt: Prompt, folder: Path) -> None:
    prompt("audit", "checkpoint")
    (folder / "audit.keys").chmod(0o644)
    assert "chmod 600" in prompt("audit", "checkpoint", code=2)
    (folder / "audit.keys").chmod(0o600)

    with sqlite3.connect(folder / "evenhand.db") as database:
        database.execute("DROP TRIGGER checkpoints_refuse_update")
        database.execute("UPDATE checkpoints SET note = replace(note, 'number 1', 'number 2')")
    database.close()
    at_the_school(folder, another_case)

    said = prompt("audit", "checkpoint", code=1)
    assert "does not fit it" in said
    assert "Nothing is proved yet" in said
    assert "does not fit it" in prompt("audit", "proof", "--case", REFERENCE, code=1)


def test_what_was_changed_since_it_was_signed_is_not_proved(prompt: Prompt, folder: Path) -> None:
    prompt("audit", "checkpoint")
    with sqlite3.connect(folder / "evenhand.db") as database:
        database.execute("DROP TRIGGER events_refuse_update")
        database.execute("UPDATE events SET hash = zeroblob(32) WHERE sequence = 2")
    database.close()

    told = facts(prompt.json("audit", "proof", "--case", REFERENCE, code=1))

    assert (told["proved"], told["altered"]) == (False, [2])
    assert 2 not in [one["sequence"] for one in told["proofs"]]


@pytest.mark.usefixtures("folder")
def test_a_school_has_an_id_that_can_stand_in_names(prompt: Prompt) -> None:
    calendar = str(HERE / "terms" / "sample.yaml")
    said = prompt("school", "add", "Rowan+Hill", "--title", "X", "--calendar", calendar, code=2)

    assert "“Rowan+Hill” can't be a school's id" in said
