"""Reads a school's term file in YAML, keeping the line of everything it says."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from storage.term_draft import Draft, Entry, Finding, Place, Said, near

SETTINGS = ["school", "title", "office_opens", "office_closes", "zone"]
LISTS = {
    "terms": ["name", "start", "end"],
    "closures": ["name", "kind", "date", "start", "end"],
    "extra_bank_holidays": ["date", "title"],
}
KEYS = [*SETTINGS, "template", "without", *LISTS]


def read_yaml(file: Path, text: str) -> Draft:
    """The draft that a YAML file holds; what can't be read is in its findings."""
    draft = Draft(file=file)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        why = " ".join(part for part in (error.context, error.problem) if part)
        message = f"This is not YAML: {why}."
        draft.findings.append(
            Finding(file=file, line=_line_of(error, text), field="", message=message)
        )
        return draft
    except yaml.YAMLError as error:
        draft.findings.append(
            Finding(file=file, line=1, field="", message=f"This is not YAML: {error}.")
        )
        return draft
    if not isinstance(root, yaml.MappingNode):
        message = "A term file is a list of keys, such as school, title and terms."
        draft.findings.append(Finding(file=file, line=1, field="", message=message))
        return draft
    _Reader(draft).read(root)
    draft.check_entries()
    return draft


class _Reader:
    """Walks the nodes of one file. Scalars stay text: YAML would read 16:30 as a number."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft

    def read(self, root: yaml.MappingNode) -> None:
        for key, place, node in self._pairs(root, "", KEYS):
            if key in LISTS:
                getattr(self.draft, key).extend(self._entries(place, node, LISTS[key]))
            elif key == "without":
                said = [self._scalar(at, item) for at, item in self._items(place, node)]
                self.draft.without.extend(text for text in said if text)
            elif text := self._scalar(place, node):
                if key == "template":
                    self.draft.template = text
                else:
                    self.draft.settings[key] = text

    def _entries(self, place: Place, node: yaml.Node, keys: list[str]) -> Iterator[Entry]:
        for at, item in self._items(place, node):
            if not isinstance(item, yaml.MappingNode):
                self._fault(at, f"Write the keys {', '.join(keys)} here, each with its value.")
                continue
            parts = {}
            for key, where, value in self._pairs(item, at.field, keys):
                if text := self._scalar(where, value):
                    parts[key] = text
            yield Entry(place=at, parts=self._one_day(at, parts) if "start" in keys else parts)

    def _one_day(self, place: Place, parts: dict[str, Said]) -> dict[str, Said]:
        """`date` is the short way to write a stretch of one day."""
        if "date" not in parts:
            return parts
        if "start" in parts or "end" in parts:
            self._fault(place, "Write either date, for one day, or start and end; not both.")
        others = {key: said for key, said in parts.items() if key != "date"}
        return {"start": parts["date"], "end": parts["date"], **others}

    def _pairs(
        self, node: yaml.MappingNode, inside: str, known: list[str]
    ) -> Iterator[tuple[str, Place, yaml.Node]]:
        seen: set[str] = set()
        for key_node, value in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else "?"
            place = self._place(key_node, f"{inside}.{key}" if inside else key)
            if key not in known:
                self._fault(place, f"{key!r} is not a key of this: {near(key, known)}")
            elif key in seen:
                self._fault(place, f"{key} is written twice: leave one out.")
            else:
                seen.add(key)
                yield key, self._place(value, place.field), value

    def _items(self, place: Place, node: yaml.Node) -> Iterator[tuple[Place, yaml.Node]]:
        if isinstance(node, yaml.SequenceNode):
            for number, item in enumerate(node.value):
                yield self._place(item, f"{place.field}[{number}]"), item
        elif not _is_empty(node):
            self._fault(place, "Write a list here, each item on a line that starts with a dash.")

    def _scalar(self, place: Place, node: yaml.Node) -> Said | None:
        if isinstance(node, yaml.ScalarNode):
            return None if _is_empty(node) else Said(text=node.value, place=place)
        self._fault(place, "Write one value here, not a list or keys.")
        return None

    def _place(self, node: yaml.Node, name: str) -> Place:
        return Place(file=self.draft.file, line=node.start_mark.line + 1, field=name)

    def _fault(self, place: Place, message: str) -> None:
        self.draft.findings.append(place.finding(message))


def _is_empty(node: yaml.Node) -> bool:
    return bool(node.tag == "tag:yaml.org,2002:null")


def _line_of(error: yaml.MarkedYAMLError, text: str) -> int:
    """Where to look: for something left open till the end of the file, where it begins."""
    found, began = error.problem_mark, error.context_mark
    if found is not None and found.line < len(text.splitlines()):
        return found.line + 1
    return began.line + 1 if began is not None else 1
