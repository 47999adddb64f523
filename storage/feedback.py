"""Counting feedback: the clauses that each concern about the service cites, from its events."""

from datetime import datetime

from domain.events import IncidentAdded, Opened
from domain.feedback import Feedback, NoThemes, feedback
from domain.period import Period
from domain.vocabulary import Track
from storage.record import Record
from storage.shelf import Shelf


async def count_feedback(
    record: Record, shelf: Shelf, school: str, period: Period, now: datetime
) -> Feedback:
    """The themes of the concerns about the service that were raised in the period.

    A concern counts with the clauses that it cites, when it was raised or later. Raises NoThemes.
    """
    policies = [one for one in await shelf.current_policies(school) if one.themes]
    if not policies:
        raise NoThemes()
    concerns: list[frozenset[str]] = []
    async for events in record.histories(school, period.begins, period.ends):
        first = events[0]
        about_the_service = (
            isinstance(first.fact, Opened) and first.fact.track is Track.SERVICE_CONCERN
        )
        if about_the_service and first.at >= period.begins:
            cited = {
                clause
                for event in events
                if isinstance(event.fact, Opened | IncidentAdded)
                for clause in event.fact.clauses
            }
            concerns.append(frozenset(cited))
    service = await shelf.title(school)
    return feedback(service, period, now, policies[0], concerns)
