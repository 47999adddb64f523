"""The days that a report is asked for: a term, or from one day to another."""

from datetime import date, datetime

from cli.outcome import BadUsage


def days_asked_for(
    term: str | None, first: datetime | None, last: datetime | None
) -> tuple[date, date] | None:
    """The days, or None where it is a term. Raises BadUsage where both or half are given."""
    if first is None and last is None:
        return None
    if term is not None:
        raise BadUsage("Give --term, or --from and --to, but not both.")
    if first is None or last is None:
        raise BadUsage("--from and --to belong together: give the first day and the last.")
    return first.date(), last.date()
