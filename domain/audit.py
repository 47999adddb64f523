"""The hash chain over a case's events: canonical form, links, and verification."""

from collections.abc import Iterable
from typing import NamedTuple

import rfc8785

from domain.chain import genesis, link
from domain.events import Event
from domain.register import REGISTER, RegisterEvent


def canonical(event: Event | RegisterEvent) -> bytes:
    """The event as RFC 8785 canonical JSON: the bytes that are stored and hashed."""
    return rfc8785.dumps(event.model_dump(mode="json"))


def event_of(reference: str, content: bytes) -> Event | RegisterEvent:
    """The event that was stored under `reference`. Raises ValueError where it is none."""
    if reference == REGISTER:
        return RegisterEvent.model_validate_json(content)
    return Event.model_validate_json(content)


class Link(NamedTuple):
    """A stored event as the verifier reads it."""

    sequence: int
    content: bytes
    hash: bytes


class Fault(NamedTuple):
    """The first event at which a chain no longer holds, and how."""

    reference: str
    sequence: int
    problem: str


def verify_chain(school: str, reference: str, links: Iterable[Link]) -> Fault | None:
    """Walk a case's stored events in order; None where the chain holds from its first event on.

    An event removed from the end, or a whole chain replaced and recomputed, can't be seen by the
    chain alone: that takes a checkpoint held elsewhere.
    """
    previous = genesis(school, reference)
    expected = 1
    for stored in links:
        if stored.sequence != expected:
            return Fault(
                reference, expected, f"event {expected} is missing (event {stored.sequence} found)"
            )
        try:
            event = event_of(reference, stored.content)
        except ValueError:
            return Fault(reference, expected, "the content is not an event")
        if canonical(event) != stored.content:
            return Fault(reference, expected, "the content is not in canonical form")
        if (event.school, event.reference, event.sequence) != (school, reference, expected):
            return Fault(reference, expected, "the content belongs to another place in the record")
        if link(previous, stored.content) != stored.hash:
            return Fault(reference, expected, "the content does not match its hash")
        previous = stored.hash
        expected += 1
    return None
