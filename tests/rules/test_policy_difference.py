"""Two versions of a code laid side by side: nothing that differs goes unsaid."""

import copy
import datetime
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from domain.calendar import Span
from domain.difference import Change, Kind
from domain.policy import Policy, Theme
from domain.policy_difference import difference
from domain.vocabulary import ActionName, Role, Stage, Track
from tests.rules.building import ELEANOR_PALMER, FLEET, PACKS, span


def the_parts(old: Policy, new: Policy) -> dict[str, tuple[Change, ...]]:
    return {part.heading: part.changes for part in difference(old, new)}


@pytest.mark.parametrize("pack", PACKS.values(), ids=lambda pack: pack.policy)
def test_a_code_does_not_differ_from_itself(pack: Policy) -> None:
    assert difference(pack, pack.model_copy()) == ()


def test_what_is_added_removed_and_reworded_is_told_in_words() -> None:
    first, second, *others = ELEANOR_PALMER.clauses
    fresh = first.model_copy(update={"id": "ep.expect.fresh", "text": "Something new."})
    reworded = second.model_copy(update={"text": "Put otherwise."})
    new = ELEANOR_PALMER.model_copy(
        update={"version": "1.1", "clauses": (reworded, *others, fresh)}
    )

    parts = the_parts(ELEANOR_PALMER, new)

    assert parts.keys() == {"The code", "Clauses"}
    (version,) = parts["The code"]
    assert version.sentence == "Version: was “1.0”, is now “1.1”."
    kinds = {change.kind: change for change in parts["Clauses"]}
    assert kinds[Kind.ADDED].sentence.startswith(
        "Added: Clause ep.expect.fresh. Words: Something new."
    )
    assert first.text in kinds[Kind.REMOVED].sentence
    assert kinds[Kind.REMOVED].now is None
    assert kinds[Kind.CHANGED].about == f"Clause {second.id}: words"
    assert (kinds[Kind.CHANGED].was, kinds[Kind.CHANGED].now) == (second.text, "Put otherwise.")


def test_a_clause_that_only_got_another_name_is_told_as_that() -> None:
    first, *others = ELEANOR_PALMER.clauses
    new = ELEANOR_PALMER.model_copy(
        update={"clauses": (first.model_copy(update={"id": "ep.renamed"}), *others)}
    )

    assert the_parts(ELEANOR_PALMER, new) == {
        "Clauses": (Change(Kind.CHANGED, f"Clause {first.id}, its name", first.id, "ep.renamed"),)
    }


def test_days_roles_and_safeguards_are_told() -> None:
    ladder = ELEANOR_PALMER.by_track[Track.ADVOCATE_CONDUCT]
    step = ladder.by_stage[Stage.ENGAGEMENT_RESTRICTION]
    assert step.restriction is not None
    rules = step.restriction.model_copy(
        update={"representations": span("9 school days"), "confirmed_by": (Role.GOVERNOR,)}
    )
    changed = step.model_copy(update={"restriction": rules, "roles": (Role.HEADTEACHER,)})
    steps = tuple(changed if one is step else one for one in ladder.steps)
    ladders = tuple(
        one.model_copy(update={"steps": steps}) if one is ladder else one
        for one in ELEANOR_PALMER.ladders
    )
    new = ELEANOR_PALMER.model_copy(
        update={"ladders": ladders, "retention": span("84 calendar months")}
    )

    parts = the_parts(ELEANOR_PALMER, new)

    (steps_heading,) = [heading for heading in parts if heading.endswith(": steps")]
    told = {change.about: change.now for change in parts[steps_heading]}
    assert told["Step Engagement restriction: time to be heard"] == "9 school days"
    assert told["Step Engagement restriction: who else confirms it"] == "governor"
    (kept,) = parts["How long cases are kept"]
    assert (kept.was, kept.now) == ("72 calendar months", "84 calendar months")


def test_two_codes_differ_where_their_documents_do() -> None:
    parts = the_parts(ELEANOR_PALMER, FLEET)

    (signing, *_) = parts["Meetings and signing"]
    assert (signing.about, signing.was, signing.now) == (
        "Who is asked to sign the code",
        "advocate",
        "nobody",
    )


def test_nothing_that_a_policy_can_say_changes_without_a_word() -> None:
    policy = _a_policy_that_says_everything()
    untold: list[Path] = []
    tried: set[str | int] = set()
    for path, changed in _changed_copies(policy.model_dump(mode="json")):
        try:
            new = Policy.model_validate(changed)
        except ValidationError:
            continue
        if new.digest != policy.digest:
            tried |= set(path)
            untold += [] if difference(policy, new) else [path]

    assert untold == []
    assert _fields(Policy) - tried == set()


def _a_policy_that_says_everything() -> Policy:
    """One ladder with one step of each kind, and a value in every field that may be left out."""
    ladder = ELEANOR_PALMER.by_track[Track.ADVOCATE_CONDUCT]
    wanted = (Stage.WARNING, Stage.ENGAGEMENT_RESTRICTION, Stage.EXTERNAL_ADVICE)
    steps = tuple(step for step in ladder.steps if step.id in wanted)
    few = {ActionName.CLOSE: (Role.HEADTEACHER,), ActionName.ASSIGN: (Role.CLERK, Role.STAFF)}
    small = ladder.model_copy(
        update={"steps": steps, "duties": ladder.duties[:2], "authority": few, "panel_size": 3}
    )
    themes = tuple(
        Theme(id=name, title="A theme", clauses=(ELEANOR_PALMER.clauses[0].id,))
        for name in ("first", "second")
    )
    return ELEANOR_PALMER.model_copy(
        update={
            "clauses": ELEANOR_PALMER.clauses[:3],
            "ladders": (small,),
            "effective_until": datetime.date(2030, 8, 31),
            "roles": dict(list(ELEANOR_PALMER.roles.items())[:2]),
            "retention_after_restriction": span("99 calendar months"),
            "urgent_letters": ("warning", "lapse"),
            "returned_letter_within": span("4 school days"),
            "referral_within": span("4 school days"),
            "disclosure_review_within": span("4 school days"),
            "themes": themes,
        }
    )


Path = tuple[str | int, ...]


def _changed_copies(written: dict[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The policy with one thing changed, for each thing in it."""
    for path, value in _things(written, ()):
        for other in _others(value):
            changed = copy.deepcopy(written)
            place: Any = changed
            for part in path[:-1]:
                place = place[part]
            place[path[-1]] = other
            yield path, changed


def _things(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if path:
        yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _things(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _things(inner, (*path, number))


def _others(value: Any) -> Iterator[Any]:
    match value:
        case bool():
            yield not value
        case int():
            yield value + 1
        case list():
            yield value[1:]
            yield value[::-1]
        case None:
            yield from ("2 school days", "2027-08-31", "parent", "a-word", 5)
        case str():
            yield from _other_words(value)


def _other_words(value: str) -> Iterator[str]:
    try:
        yield str(Span.parse(value).model_copy(update={"amount": 77}))
        return
    except ValueError:
        pass
    try:
        yield str(datetime.date.fromisoformat(value) + datetime.timedelta(days=1))
        return
    except ValueError:
        pass
    for one in StrEnum.__subclasses__():
        known = [word.value for word in one]
        if value in known:
            yield known[known.index(value) - 1]
    yield f"{value}x"
    yield "9.9"
    yield "ZZ"


def _fields(model: type[BaseModel]) -> set[str]:
    found: set[str] = set()
    for name, field in model.model_fields.items():
        found.add(name)
        for inner in _models_in(field.annotation):
            found |= _fields(inner)
    return found


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation is not Span:
            yield annotation
        return
    for inner in getattr(annotation, "__args__", ()):
        yield from _models_in(inner)
