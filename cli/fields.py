"""An action's fields as they are typed at a prompt (`field=value`) or written in a file."""

import types
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

import yaml

from cli.files import require_files
from cli.outcome import BadUsage
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
