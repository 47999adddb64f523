"""Whom an event names, which texts it cites, and what part a person has in a case."""

import inspect
import types
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from domain import events as e
from domain.acting import FileRef, PersonId, TextRef
from domain.policy import Frozen
from domain.register import RegisterEvent


class Part(StrEnum):
    """What somebody has to do with a case."""

    RESPONDENT = "respondent"
    FAMILY = "family"
    ADVOCATE = "advocate"
    NAMED = "named"
    RAISED_BY = "raised_by"
    OWNER = "owner"
    PANEL = "panel"
    ACTED = "acted"
    MENTIONED = "mentioned"  # as one to keep in touch through, to be told, or in a text's key


CONCERNED = frozenset({Part.RESPONDENT, Part.FAMILY, Part.ADVOCATE, Part.NAMED})
"""The parts of those whose case it is, or whom it is about."""


@cache
def _person_fields(model: type[Frozen]) -> tuple[str, ...]:
    # The raw annotations: pydantic's own field info has taken the outermost Annotated apart.
    hints: dict[str, Any] = {}
    for base in reversed(model.__mro__):
        hints |= inspect.get_annotations(base)
    return tuple(name for name in model.model_fields if _holds_a_person(hints.get(name)))


def _holds_a_person(annotation: Any) -> bool:
    if annotation is PersonId:
        return True
    if get_origin(annotation) in (Annotated, Union, types.UnionType, tuple):
        return any(_holds_a_person(part) for part in get_args(annotation))
    return False


def people_in(fact: Frozen) -> frozenset[PersonId]:
    """Everybody whom a fact, or what a case holds, names by id; not who stated it."""
    found: set[PersonId] = set()
    for name in _person_fields(type(fact)):
        value = getattr(fact, name)
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, tuple):
            found.update(one for one in value if isinstance(one, str))
    for value in _inner(fact):
        found |= people_in(value)
    return frozenset(found)


def texts_in(fact: Frozen) -> Iterator[tuple[str, TextRef]]:
    """The texts that a fact cites, each with what it is called there, such as `reason`."""
    for name in type(fact).model_fields:
        value = getattr(fact, name)
        if isinstance(value, TextRef):
            yield name, value
        elif isinstance(value, Frozen):
            yield from texts_in(value)


def files_in(fact: Frozen) -> tuple[FileRef, ...]:
    """The files that came with a fact, in order."""
    return getattr(fact, "attachments", ())


def _inner(fact: Frozen) -> Iterator[Frozen]:
    for name in type(fact).model_fields:
        value = getattr(fact, name)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Frozen) and not isinstance(one, TextRef):
                yield one


def concerns(person: PersonId, event: e.Event | RegisterEvent) -> bool:
    """Whether an event names a person, or states what they did."""
    return event.actor.person == person or person in people_in(event.fact)


def parts_in(person: PersonId, events: Iterable[e.Event]) -> tuple[Part, ...]:
    """The parts that a person has, or had, in a case with these events; () where they have none."""
    parts: set[Part] = set()
    opening = None
    for event in events:
        fact = event.fact
        match fact:
            case e.Opened():
                opening = event.action_id
                if event.actor.person == person:
                    parts.add(Part.RAISED_BY)
                for part in (Part.RESPONDENT, Part.FAMILY, Part.ADVOCATE):
                    if getattr(fact, part.value) == person:
                        parts.add(part)
                if person in fact.named:
                    parts.add(Part.NAMED)
            case e.AdvocateAppointed() if person in (fact.advocate, fact.replaces):
                parts.add(Part.ADVOCATE)
            case e.Assigned() if fact.to == person:
                parts.add(Part.OWNER)
            case e.PanelAssigned() if person in fact.members:
                parts.add(Part.PANEL)
            case _ if person in people_in(fact):
                parts.add(Part.MENTIONED)
        if event.actor.person == person and event.action_id != opening:
            parts.add(Part.ACTED)
    if len(parts) > 1:
        parts.discard(Part.MENTIONED)
    return tuple(part for part in Part if part in parts)
