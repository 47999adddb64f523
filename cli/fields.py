"""An action's fields as they are typed at a prompt (`field=value`) or written in a file."""

import types
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

import yaml

from cli.files import require_files
from cli.outcome import BadUsage
from domain.errors import near_names
from domain.vocabulary import ActionName
from gateway.compose import CLASSES


def read_fields(action: ActionName, typed: Sequence[str], file: Path | None) -> dict[str, Any]:
    """The fields in `file` (YAML), and those typed as `field=value`, which come first.

    Where the action takes several values, they are separated by commas or the field is repeated.
    Raises BadUsage.
    """
    fields = _from_file(file) if file else {}
    listed = _several(action)
    given: dict[str, Any] = {}
    for word in typed:
        name, separator, value = word.partition("=")
        name = name.strip().replace("-", "_")
        if not separator or not name:
            raise BadUsage(f"“{word}” is not field=value, such as reason='A sentence or two.'")
        if name in listed:
            values = [part.strip() for part in value.split(",") if part.strip()]
            given[name] = [*given.get(name, []), *values]
        elif name in given:
            raise BadUsage(f"“{name}” is given twice.")
        else:
            given[name] = value
    return fields | given


def named_fields(
    typed: Sequence[str], known: Sequence[str], required: Sequence[str] = ()
) -> dict[str, str]:
    """The `field=value` words of a command that is no action on a case. Raises BadUsage."""
    given: dict[str, str] = {}
    for word in typed:
        name, separator, value = word.partition("=")
        name = name.strip().replace("-", "_")
        if not separator or not name:
            raise BadUsage(f"“{word}” is not field=value, such as reason='A sentence or two.'")
        if name not in known:
            raise BadUsage(f"“{name}” is not a field here.{near_names(name, known)}")
        if name in given:
            raise BadUsage(f"“{name}” is given twice.")
        given[name] = value
    if missing := [f"{name}=…" for name in required if name not in given]:
        raise BadUsage(f"Missing: {', '.join(missing)}.")
    return given


def a_day(field: str, value: str) -> date:
    """The date written as 2026-09-15. Raises BadUsage."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise BadUsage(f"{field}: “{value}” is not a date; write 2026-09-15.") from None


def _from_file(file: Path) -> dict[str, Any]:
    require_files([file])
    try:
        # As text, every scalar: the action's own types say what each one means.
        read = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise BadUsage(f"{file} is not YAML that can be read: {error}") from None
    if not isinstance(read, dict):
        raise BadUsage(f"{file} must hold fields, one `field: value` a line.")
    return {str(name): value for name, value in read.items()}


def _several(action: ActionName) -> frozenset[str]:
    fields = CLASSES[action].model_fields
    return frozenset(name for name, field in fields.items() if _is_tuple(field.annotation))


def _is_tuple(annotation: Any) -> bool:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _is_tuple(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return any(_is_tuple(part) for part in get_args(annotation))
    return origin is tuple
