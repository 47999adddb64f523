"""From what a person typed to an action: texts put away, people found, words checked.

What people type names fields as the actions do, with texts in clear and people by name, e-mail
address or id. An action holds references and ids alone.
"""

import inspect
import types
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from domain.actions import ACTION, Action, PersonId, RaiseConcern, TextRef
from domain.errors import near_names
from domain.vocabulary import ActionName
from gateway.errors import BadRequest

SET_FOR_YOU = frozenset(
    {
        "name",
        "id",
        "seen",
        "letters",
        "attachments",
        "school",
        "reference",
        "seen_elsewhere",
    }
)


def _classes() -> dict[ActionName, type[Any]]:
    union = get_args(Action)[0]
    return {cls.model_fields["name"].default: cls for cls in get_args(union)}


CLASSES = _classes()
"""Each action's name with its input."""


def _holds(annotation: Any, wanted: Any) -> bool:
    if annotation is wanted:
        return True
    if get_origin(annotation) in (Annotated, Union, types.UnionType, tuple):
        return any(_holds(part, wanted) for part in get_args(annotation))
    return False


def _fields_of(cls: type[Any], wanted: Any) -> frozenset[str]:
    # The raw annotations: pydantic's own field info has taken the outermost Annotated apart.
    hints: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        hints |= inspect.get_annotations(base)
    return frozenset(name for name, annotation in hints.items() if _holds(annotation, wanted))


TEXT_FIELDS = {name: _fields_of(cls, TextRef) for name, cls in CLASSES.items()}
PERSON_FIELDS = {name: _fields_of(cls, PersonId) for name, cls in CLASSES.items()}


def action_named(given: str) -> ActionName:
    """The action with this name; hyphens count as underscores. Raises BadRequest."""
    try:
        return ActionName(given.replace("-", "_"))
    except ValueError:
        known = [name.value for name in ActionName]
        raise BadRequest(f"There is no action “{given}”.{near_names(given, known)}") from None


def check_fields(name: ActionName, fields: Mapping[str, Any]) -> None:
    """Refuses fields that the action does not have. Raises BadRequest."""
    known = [field for field in CLASSES[name].model_fields if field not in SET_FOR_YOU]
    problems = [
        f"“{field}” is not a field of {name.value}.{near_names(field, known)}"
        for field in fields
        if field not in known
    ]
    if problems:
        raise BadRequest(*problems)


async def compose(
    name: ActionName,
    fields: Mapping[str, Any],
    fixed: Mapping[str, Any],
    *,
    find_person: Callable[[str], Awaitable[str]],
    put_away: Callable[[str, str], Awaitable[TextRef]],
) -> Action:
    """The action that `fields` describe; `fixed` holds what the caller does not choose.

    `find_person` turns what was typed into a person's id; `put_away(kind, text)` stores a text.
    Everything else is checked before the first text is stored. Raises BadRequest with a sentence
    for each field that can't be used, and what the two callables raise.
    """
    check_fields(name, fields)
    texts = {key: value for key, value in fields.items() if key in TEXT_FIELDS[name]}
    problems = [
        f"“{key}” is empty: write a sentence or two."
        for key, value in texts.items()
        if not isinstance(value, str) or not value.strip()
    ]
    if problems:
        raise BadRequest(*problems)
    plain: dict[str, Any] = {}
    for key, value in fields.items():
        if key in texts:
            plain[key] = TextRef(id="placeholder", commitment="0" * 64)
        elif key in PERSON_FIELDS[name] and value is not None:
            plain[key] = await _people(value, find_person)
        else:
            plain[key] = value
    action = parse({"name": name, **plain, **fixed})
    if not texts:
        return action
    stored = {key: await put_away(key, value.strip()) for key, value in texts.items()}
    return action.model_copy(update=stored)


async def _people(value: Any, find_person: Callable[[str], Awaitable[str]]) -> Any:
    if isinstance(value, list | tuple):
        return [await find_person(str(one)) for one in value]
    return await find_person(str(value))


def parse(given: Mapping[str, Any]) -> Action:
    """The action with these values. Raises BadRequest with a sentence for each wrong one."""
    try:
        return ACTION.validate_python(dict(given))
    except ValidationError as error:
        raise BadRequest(*map(_sentence, error.errors())) from None


def _sentence(detail: ErrorDetails) -> str:
    place = [str(part) for part in detail["loc"][1:]]
    field = ".".join(place) or "the action"
    context = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            return f"“{field}” is missing."
        case "enum" | "literal_error":
            given = str(detail["input"])
            options = str(context["expected"]).replace(" or ", ", ").replace("'", "").split(", ")
            return f"“{given}” is not one of the values of {field}.{near_names(given, options)}"
        case "value_error":
            return f"{field}: {context['error']}"
        case "date_from_datetime_parsing" | "date_parsing" | "date_type":
            return f"{field}: “{detail['input']}” is not a date; write 2026-09-15."
        case "datetime_from_date_parsing" | "datetime_parsing" | "timezone_aware":
            return f"{field}: write a moment with its time zone, such as 2026-09-15T16:00+01:00."
        case "bool_parsing":
            return f"{field}: write true or false."
        case _:
            return f"{field}: {detail['msg'].lower()}."


def takes_files(name: ActionName) -> bool:
    """Whether files may come with the action."""
    return "attachments" in CLASSES[name].model_fields


def is_opening(name: ActionName) -> bool:
    """Whether the action opens a case."""
    return CLASSES[name] is RaiseConcern
