"""A pack says what its document says, and not in the document's words."""

from pathlib import Path

import pytest

from domain.policy import Policy
from storage.policy_files import load_policies
from tests.rules.source_shingles import known_fingerprints, shingles

ROOT = Path(__file__).parents[2]
PACKS = load_policies(ROOT / "policies")


def words_of(policy: Policy) -> dict[str, str]:
    """Every sentence that a pack says of its own, by the name of where it stands."""
    said = {clause.id: clause.text for clause in policy.clauses}
    for ladder in policy.ladders:
        said[f"{ladder.track.value}.first_look"] = ladder.first_look.check
        for step in ladder.steps:
            name = f"{ladder.track.value}.{step.id.value}"
            said[f"{name}.title"] = step.title
            said[f"{name}.check"] = step.follow_up.check
            said[f"{name}.next"] = step.next
    return said


@pytest.mark.parametrize("policy", PACKS, ids=lambda policy: policy.policy)
def test_no_seven_words_in_a_row_are_copied_from_any_document(policy: Policy) -> None:
    copied = {
        f"{name}: {run}"
        for name, text in words_of(policy).items()
        for fingerprint, run in shingles(text).items()
        for prints in known_fingerprints().values()
        if fingerprint in prints
    }

    assert copied == set()


def test_every_pack_is_held_against_the_document_that_it_paraphrases() -> None:
    assert {policy.source.document for policy in PACKS} == set(known_fingerprints())


def test_a_copied_sentence_would_be_found() -> None:
    # A phrase that stands in the first three documents, cut to one shingle.
    phrase = "committed to getting the best outcome for their child"

    for document in ("000_59845f21054d4463.txt", "001_f4b32dbeefa68bc4.txt"):
        assert set(shingles(phrase)) <= known_fingerprints()[document]
