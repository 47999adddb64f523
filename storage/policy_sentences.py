"""Says what pydantic found wrong with a pack in the words of somebody who runs a school office."""

import re
from difflib import get_close_matches
from enum import StrEnum
from types import NoneType
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from domain import vocabulary
from storage.policy_yaml import Location

CALLED = {
    vocabulary.ActionName: "action",
    vocabulary.AdviceKind: "kind of advice",
    vocabulary.DutyKind: "kind of duty",
    vocabulary.DutyTrigger: "occasion for a duty",
    vocabulary.Outcome: "outcome",
    vocabulary.Role: "role",
    vocabulary.Scope: "scope",
    vocabulary.Severity: "severity",
    vocabulary.Stage: "step",
    vocabulary.StopReason: "reason to stop a meeting",
    vocabulary.Track: "track",
}
WHAT_IS_MISSING = {
    "representations": "say how long the respondent has to be heard, such as “5 school days”",
    "decide_within": "say within what time it is confirmed or lapses, such as “10 school days”",
    "review_within": "say how long it may stand without a review, such as “30 school days”",
    "remind_before_review": "say how long before a review to remind, such as “5 school days”",
    "within": "say within what time, such as “5 school days”",
    "after": "say how long after the due date, such as “2 school days”",
    "first_look": "say what is checked while nobody has acted on a concern, by whom and when",
    "follow_up": "say what is checked after this step, by whom and when",
    "overdue": "say who is told next when nobody has acted",
    "place": "say where the document says so, such as “The school will, 2nd point”",
    "reopen_within": "say how long a closed case may be reopened, such as “3 calendar months”",
}


def sentence(error: ErrorDetails, model: type[BaseModel]) -> str:
    """What one fault in reading a `model` means, and what to do about it."""
    name = next((p for p in reversed(error["loc"]) if isinstance(p, str) and p != "[key]"), "this")
    given, context = error["input"], error.get("ctx", {})
    match error["type"]:
        case "missing":
            return f"{name} is missing: {WHAT_IS_MISSING.get(name, 'add it')}."
        case "extra_forbidden":
            return f"Unknown field “{name}”; {_meant(name, _fields_around(error['loc'], model))}"
        case "enum":
            return _unknown_word(str(given), context["expected"])
        case "string_pattern_mismatch":
            return f"“{given}” is not a valid {name}; {_PATTERNS.get(name, _IDENTIFIER)}."
        case "too_short" if context["min_length"] == 1:
            return f"{name} is an empty list: it needs at least one entry."
        case "string_too_short":
            return f"{name} is empty: fill it in."
        case "string_too_long":
            return f"{name} is longer than {context['max_length']} characters: shorten it."
        case "string_type" | "bool_parsing" | "int_parsing" | "tuple_type" | "dict_type" as kind:
            return f"{_wrong_shape(name, given, kind)}."
        case "model_type" | "model_attributes_type":
            return f"{name} has fields of its own: write each on a line below it, indented."
        case "date_from_datetime_parsing" | "date_parsing" | "date_from_datetime_inexact":
            return f"“{given}” is not a date: write year, month and day, such as 2026-09-01."
        case "value_error":
            return str(context["error"])
        case _:
            return f"{error['msg']}."


_IDENTIFIER = "use small letters, digits, and dots, hyphens or underscores between them"
_PATTERNS = {
    "version": "write two or three numbers, such as “1.0”",
    "reference_prefix": "write two to four capital letters, such as “EP”",
}
_SHAPES = {
    "string_type": "a text",
    "bool_parsing": "either true or false",
    "int_parsing": "a whole number",
    "tuple_type": "a list: each entry on a line that starts with a dash, or all in [brackets]",
    "dict_type": "a list of names, each with a colon and its value",
}


def _wrong_shape(name: str, given: Any, kind: str) -> str:
    if given is None:
        return f"{name} is empty: write {_SHAPES[kind]}"
    return f"{name} is {_SHAPES[kind]}"


def _unknown_word(given: str, expected: str) -> str:
    known = re.findall(r"'([^']+)'", expected)
    kind = next((said for words, said in CALLED.items() if _is(words, known)), "word")
    return f"Unknown {kind} “{given}”; {_meant(given, known)}"


def _is(words: type[StrEnum], known: list[str]) -> bool:
    return {word.value for word in words} == set(known)


def _meant(given: str, known: list[str]) -> str:
    near = get_close_matches(given.lower(), known, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}."


def _fields_around(location: Location, root: type[BaseModel]) -> list[str]:
    """The fields that the model around an unknown field does know."""
    around: type[BaseModel] | None = root
    for part in location[:-1]:
        if around and isinstance(part, str):
            around = _model_in(around.model_fields[part].annotation)
    return list(around.model_fields) if around else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(part) for part in get_args(annotation) if part is not NoneType)
    return next((model for model in inner if model), None)
