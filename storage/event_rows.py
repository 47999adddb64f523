"""An event as a row of the table `events`."""

from domain.events import Event
from domain.register import RegisterEvent


def row_of(event: Event | RegisterEvent, content: bytes, digest: bytes) -> dict[str, object]:
    """An event as its row in the table, with its canonical form and its hash."""
    return {
        "school": event.school,
        "reference": event.reference,
        "sequence": event.sequence,
        "at": event.at,
        "type": event.fact.type,
        "actor_role": event.actor.role.value,
        "content": content,
        "hash": digest,
    }
