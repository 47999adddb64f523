"""Every action that a person can do has its words, and each of its fields a question."""

from pathlib import Path

import pytest

from domain.access import BY_THE_SYSTEM
from domain.policy import Policy
from domain.vocabulary import ActionName, Role
from gateway.action_words import ACTIONS, NOT_ON_A_FORM
from gateway.clauses import clause_options, find_clauses
from gateway.compose import CLASSES, PERSON_FIELDS, SET_FOR_YOU, TEXT_FIELDS
from gateway.field_words import FieldKind, words_of
from storage.policy_files import load_policy

BY_A_PERSON = sorted(set(CLASSES) - BY_THE_SYSTEM - NOT_ON_A_FORM)
FOLDER = Path(__file__).parents[2] / "policies"


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(FOLDER / "eleanor-palmer-advocates.yaml")


def test_no_action_is_without_words_and_none_has_words_for_nothing() -> None:
    assert set(ACTIONS) == set(BY_A_PERSON)


@pytest.mark.parametrize("action", BY_A_PERSON)
def test_every_field_asks_something_in_plain_words(action: ActionName) -> None:
    for name in set(CLASSES[action].model_fields) - SET_FOR_YOU:
        words = words_of(action, name)
        assert words.label.endswith("?"), f"{action}.{name}"
        assert "_" not in words.label + words.hint, f"{action}.{name}"
        choosing_people = words.kind in (FieldKind.PERSON, FieldKind.PEOPLE)
        assert choosing_people == (name in PERSON_FIELDS[action]), f"{action}.{name}"
        assert (words.kind is FieldKind.TEXT) == (name in TEXT_FIELDS[action]), f"{action}.{name}"


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        pytest.param("He spoke over me all the time.", "ep.expect.speech", id="another form"),
        pytest.param("She filmed us on her phone.", "ep.expect.recording", id="another word"),
        pytest.param("Named a pupil on Facebook", "ep.expect.social-media", id="several words"),
        pytest.param(
            "He told others what we discussed.", "ep.expect.confidentiality", id="telling"
        ),
    ],
)
def test_what_is_typed_finds_the_clause_that_speaks_of_it(
    policy: Policy, text: str, clause: str
) -> None:
    first = find_clauses(policy, text, Role.ADVOCATE)[0]

    assert first.clause == clause
    # The words by which it was found stand in the text, so that the page can say why.
    assert first.words
    assert all(word in text.casefold() for word in first.words)


def test_only_clauses_that_bind_the_respondent_are_found(policy: Policy) -> None:
    text = "No record of the meeting was kept, and nobody shared information in time."

    bound = {
        one.clause: policy.clause(one.clause).binds for one in find_clauses(policy, text, None)
    }

    assert "ep.staff.record" in bound
    assert not set(bound.values()) & {Role.ADVOCATE, Role.PARENT}


def test_nothing_is_found_where_nothing_was_said(policy: Policy) -> None:
    assert find_clauses(policy, "It was the day before, and so on.", Role.ADVOCATE) == []


def test_every_clause_of_a_code_can_be_chosen(policy: Policy) -> None:
    options = clause_options(policy)

    assert [option.value for option in options] == [clause.id for clause in policy.clauses]
    assert all(option.group and option.hint for option in options)
