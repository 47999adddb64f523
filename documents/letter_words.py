"""The words of letters: Jinja templates that know the facts of a letter and nothing else.

A template may use fields, `{% if %}`, `{% for %}`, `{% set %}`, `{% include %}` and a few filters.
It runs in a sandbox, calls nothing, and can't read what it is not given.
"""

import re
import traceback
from collections.abc import Callable
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.bccache import Bucket, BytecodeCache
from jinja2.sandbox import ImmutableSandboxedEnvironment

from domain.letter_editing import escaped
from domain.letter_facts import LetterFacts
from domain.letter_templates import Source
from domain.letters import Fault, LetterProblem, paragraphs

FILTERS = ("capitalize", "first", "join", "last", "length", "lower", "upper")
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Expr, nodes.If, nodes.For, nodes.Assign,
    nodes.Include, nodes.Helper,
)  # fmt: skip
_SHOWN = re.compile(
    r"\{\{-?\s*([a-z_]+(?:\.[a-z_]+)*)|\{%-?\s*(?:el)?(?:if|for .*? in)\s+([a-z_.]+)"
)


class _Remembered(BytecodeCache):
    """Keeps templates as they were compiled, so that each letter need not compile them anew."""

    def __init__(self) -> None:
        self.compiled: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if known := self.compiled.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if len(self.compiled) >= _MOST_REMEMBERED:
            self.compiled.clear()
        self.compiled[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


_MOST_REMEMBERED = 1000
_REMEMBERED = _Remembered()


class _LeftOut(TemplateError):
    """A template shows something that this letter's facts do not have."""


def environment(words: dict[str, Source]) -> ImmutableSandboxedEnvironment:
    """The sandbox in which these templates are rendered."""

    def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        source = words.get(name)
        return (source.text, source.file, lambda: True) if source else None

    sandbox = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(load),
        bytecode_cache=_REMEMBERED,
        undefined=StrictUndefined,
        finalize=_shown,
        keep_trailing_newline=True,
        comment_start_string="<!--",  # as in Markdown; Jinja's own, {#, names a part here
        comment_end_string="-->",
        autoescape=False,  # what comes out is a letter's text; documents/letter_forms escapes it
    )
    sandbox.globals.clear()
    sandbox.filters = {name: sandbox.filters[name] for name in FILTERS}
    return sandbox


def _shown(value: Any) -> str:
    """A fact as it stands in the text: its paragraphs, with nothing in them taken for markup."""
    if value is None:
        raise _LeftOut
    return "\n\n".join(escaped(paragraph) for paragraph in paragraphs(str(value)))


def render(words: dict[str, Source], name: str, facts: LetterFacts) -> str:
    """The template `name` with these facts, as the body of a text to edit.

    Raises LetterProblem with the template's file and line, and the field that is at fault.
    """
    given = facts.model_dump(mode="json")
    try:
        return environment(words).get_template(name).render(given)
    except TemplateSyntaxError as error:
        raise LetterProblem([_broken(error)]) from None
    except TemplateError as error:
        raise LetterProblem([_at_fault(error, words, name, given)]) from None


def _broken(error: TemplateSyntaxError) -> Fault:
    said = (error.message or "it can't be read").rstrip(".")
    message = f"This is not a template that can be read: {said[:1].lower()}{said[1:]}."
    return Fault(file=error.filename or str(error.name), line=error.lineno, message=message)


def _at_fault(
    error: TemplateError, words: dict[str, Source], name: str, given: dict[str, Any]
) -> Fault:
    files = {source.file: source for source in words.values()}
    frames = [one for one in traceback.extract_tb(error.__traceback__) if one.filename in files]
    source = files[frames[-1].filename] if frames else words[name]
    line = (frames[-1].lineno or 1) if frames else 1
    written = source.text.splitlines()[line - 1] if line <= len(source.text.splitlines()) else ""
    used = [shown or asked for shown, asked in _SHOWN.findall(written)]
    field = next((left for one in used if (left := _left_out(one, given))), "")
    message = (
        f"This letter's facts leave {field or 'something on this line'} out. Put what needs it "
        f"between {{% if {field or '…'} %}} and {{% endif %}}, or leave it away."
    )
    return Fault(file=source.file, line=line, field=field, message=message)


def _left_out(dotted: str, given: dict[str, Any]) -> str | None:
    """As much of a dotted name as leads to nothing; None where there is something."""
    value: Any = given
    names = dotted.split(".")
    for number, one in enumerate(names, start=1):
        value = value.get(one) if isinstance(value, dict) else None
        if value is None:
            return ".".join(names[:number]) if names[0] in given else None
    return None


def not_allowed(tree: nodes.Node) -> list[tuple[int, str]]:
    """What a template does beyond showing facts: the line, and a sentence."""
    found = []
    for node in [tree, *tree.find_all(nodes.Node)]:
        if isinstance(node, nodes.Call | nodes.CallBlock | nodes.FilterBlock):
            found.append((node.lineno, "A letter's words call nothing: use fields and filters."))
        elif not isinstance(node, _ALLOWED):
            message = (
                f"{type(node).__name__.lower()} is not for a letter's words. There are if, for, "
                "set and include."
            )
            found.append((node.lineno, message))
    return found
