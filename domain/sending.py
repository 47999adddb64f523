"""When something that was written may leave the school."""

from datetime import datetime

from domain.calendar import SchoolCalendar


def send_from(calendar: SchoolCalendar, now: datetime, *, urgent: bool) -> datetime:
    """When a letter or a reminder may go out: in working hours, or at once where it is urgent.

    Raises CalendarDoesNotCover.
    """
    return now if urgent else calendar.next_working_moment(now)
