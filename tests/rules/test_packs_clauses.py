"""Each pack holds every clause and duty of its document, in its place, with nothing lost."""

from pathlib import Path

import pytest

from domain.policy import Policy
from domain.vocabulary import Role
from storage.policy_files import load_policies
from tests.rules.document_clauses import DOCUMENTS

ROOT = Path(__file__).parents[2]
PACKS = {policy.reference_prefix: policy for policy in load_policies(ROOT / "policies")}
BEYOND = "Beyond the document: "


@pytest.mark.parametrize(
    ("pack", "place", "binds", "words"),
    [
        pytest.param(pack, place, binds, words, id=f"{pack}: {place}")
        for pack, said in DOCUMENTS.items()
        for place, binds, words in said
    ],
)
def test_the_pack_says_what_stands_there(
    pack: str, place: str, binds: Role | None, words: str
) -> None:
    clauses = [clause for clause in PACKS[pack].clauses if clause.place == place]

    assert len(clauses) == 1
    (clause,) = clauses
    assert clause.binds is binds
    assert [word for word in words.split() if word.lower() not in clause.text.lower()] == []


@pytest.mark.parametrize("policy", PACKS.values(), ids=PACKS)
def test_whatever_else_a_pack_says_is_marked_as_beyond_the_document(policy: Policy) -> None:
    listed = {place for place, _, _ in DOCUMENTS[policy.reference_prefix]}
    others = [clause for clause in policy.clauses if clause.place not in listed]

    assert others
    for clause in others:
        assert clause.place.startswith(BEYOND), clause.id
        assert ".beyond." in clause.id


@pytest.mark.parametrize("policy", PACKS.values(), ids=PACKS)
def test_a_clause_is_called_after_its_pack(policy: Policy) -> None:
    prefix = policy.reference_prefix.lower() + "."

    assert [clause.id for clause in policy.clauses if not clause.id.startswith(prefix)] == []


@pytest.mark.parametrize("policy", PACKS.values(), ids=PACKS)
def test_each_step_stands_in_the_document_or_is_marked_as_beyond_it(policy: Policy) -> None:
    listed = {place for place, _, _ in DOCUMENTS[policy.reference_prefix]}

    for ladder in policy.ladders:
        for step in ladder.steps:
            place = step.place.partition(";")[0]
            assert place in listed or place.startswith(BEYOND), step.id


@pytest.mark.parametrize("policy", PACKS.values(), ids=PACKS)
def test_a_clause_that_a_step_names_exists(policy: Policy) -> None:
    prefix = policy.reference_prefix.lower() + "."
    named = [
        step.place[step.place.index(prefix) :].rstrip(")")
        for ladder in policy.ladders
        for step in ladder.steps
        if prefix in step.place
    ]

    assert set(named) <= policy.clause_ids
