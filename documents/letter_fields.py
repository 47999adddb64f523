"""Finds every field that a letter's words name and no letter has, also where they are not shown."""

from collections.abc import Iterator
from types import NoneType
from typing import Any, get_args, get_origin

from jinja2 import TemplateSyntaxError, nodes
from pydantic import BaseModel

from documents.letter_words import environment, not_allowed
from domain.errors import near_names
from domain.letter_facts import LetterFacts
from domain.letter_templates import Source
from domain.letters import Fault

ANYTHING = object()  # the kind of a value of which nothing is known
Scope = dict[str, Any]  # the kind of each name that may be used
_LOOP = "loop"


def faults_of_words(words: dict[str, Source], name: str) -> list[Fault]:
    """What is wrong with the template `name`, and with those that it includes, in any of its ways.

    Each is told once: words that can't be read, unknown fields and files, and code.
    """
    top = {field: info.annotation for field, info in LetterFacts.model_fields.items()}
    found = dict.fromkeys(_Walk(words).template(name, top, ()))
    return sorted(found, key=lambda fault: (fault.file, fault.line, fault.message))


class _Walk:
    """Walks the templates' syntax trees with the kind of each name in sight."""

    def __init__(self, words: dict[str, Source]) -> None:
        self.words = words
        self.sandbox = environment(words)

    def template(self, name: str, scope: Scope, inside: tuple[str, ...]) -> Iterator[Fault]:
        source = self.words[name]
        try:
            self.sandbox.get_template(name)  # finds unknown filters too, which parsing does not
            tree = self.sandbox.parse(source.text)
        except TemplateSyntaxError as error:
            said = (error.message or "").rstrip(".")
            message = f"This is not a template that can be read: {said[:1].lower()}{said[1:]}."
            yield Fault(file=source.file, line=error.lineno, message=message)
            return
        for line, message in not_allowed(tree):
            yield Fault(file=source.file, line=line, message=message)
        yield from self._all(tree.body, dict(scope), source, (*inside, name))

    def _all(
        self, body: list[nodes.Node], scope: Scope, source: Source, inside: tuple[str, ...]
    ) -> Iterator[Fault]:
        for node in body:
            yield from self._one(node, scope, source, inside)

    def _one(
        self, node: nodes.Node, scope: Scope, source: Source, inside: tuple[str, ...]
    ) -> Iterator[Fault]:
        match node:
            case nodes.For():
                yield from self._fields(node.iter, scope, source)
                within = {**scope, _LOOP: ANYTHING}
                if isinstance(node.target, nodes.Name):
                    within[node.target.name] = _each(_kind(node.iter, scope))
                yield from self._all(node.body, within, source, inside)
                yield from self._all(node.else_, scope, source, inside)
            case nodes.If():
                yield from self._fields(node.test, scope, source)
                for body in (node.body, node.elif_, node.else_):
                    yield from self._all(list(body), scope, source, inside)
            case nodes.Assign():
                yield from self._fields(node.node, scope, source)
                if isinstance(node.target, nodes.Name):
                    scope[node.target.name] = _kind(node.node, scope)
            case nodes.Include():
                yield from self._included(node, scope, source, inside)
            case _:
                yield from self._fields(node, scope, source)

    def _included(
        self, node: nodes.Include, scope: Scope, source: Source, inside: tuple[str, ...]
    ) -> Iterator[Fault]:
        name = node.template.value if isinstance(node.template, nodes.Const) else None
        common = [one for one in self.words if one.startswith("common/")]
        if name in inside:
            message = f"“{name}” includes itself."
            yield Fault(file=source.file, line=node.lineno, message=message)
        elif name in self.words:
            yield from self.template(name, scope, inside)
        else:
            message = f"There is no “{name or '…'}” to include.{near_names(str(name), common)}"
            yield Fault(file=source.file, line=node.lineno, message=message)

    def _fields(self, node: nodes.Node, scope: Scope, source: Source) -> Iterator[Fault]:
        """The faults in an expression: the outermost dotted names in it, and what else it holds."""
        if isinstance(node, nodes.Getattr | nodes.Name) and (dotted := _dotted(node)):
            if fault := _unknown(dotted, scope):
                field, message = fault
                yield Fault(file=source.file, line=node.lineno, field=field, message=message)
            return
        for child in node.iter_child_nodes():
            yield from self._fields(child, scope, source)


def _dotted(node: nodes.Node) -> list[str] | None:
    if isinstance(node, nodes.Name):
        return [node.name]
    if isinstance(node, nodes.Getattr) and (before := _dotted(node.node)):
        return [*before, node.attr]
    return None


def _unknown(dotted: list[str], scope: Scope) -> tuple[str, str] | None:
    kind: Any = ANYTHING
    for number, name in enumerate(dotted):
        field = ".".join(dotted[: number + 1])
        known = scope if number == 0 else _fields_of(kind)
        if known is None:
            if kind is ANYTHING:
                return None
            return field, f"{'.'.join(dotted[:number])} has no fields of its own."
        if name not in known:
            near = near_names(name, known)
            return field, f"There is no field “{field}”.{near}"
        kind = known[name]
    return None


def _kind(node: nodes.Node, scope: Scope) -> Any:
    dotted = _dotted(node)
    if not dotted or _unknown(dotted, scope):
        return ANYTHING
    kind = scope[dotted[0]]
    for name in dotted[1:]:
        kind = (_fields_of(kind) or {}).get(name, ANYTHING)
    return kind


def _fields_of(kind: Any) -> Scope | None:
    """The fields of a kind, None where it has none."""
    for one in (kind, *get_args(kind)):
        if isinstance(one, type) and issubclass(one, BaseModel):
            fields: Scope = {name: info.annotation for name, info in one.model_fields.items()}
            return fields | dict.fromkeys(one.model_computed_fields, str)
    return None


def _each(kind: Any) -> Any:
    """The kind of each item of a tuple."""
    for one in (kind, *get_args(kind)):
        if get_origin(one) is tuple:
            return next((arg for arg in get_args(one) if arg is not NoneType), ANYTHING)
    return ANYTHING
